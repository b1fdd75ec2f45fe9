// Requests and responses of a HAR file (HTTP Archive 1.2), as browsers save them.
import { UsageError } from "../cli/output.ts";
import type { EngineRequest } from "../engine/engine.ts";
import { type NamedRequest, readBytes } from "./request.ts";
import { targetOf } from "./url.ts";

type Node = Record<string, unknown>;

/** Of HTTP/2 and of the connection: not headers that a filter sees. */
const PSEUDO = /^:/;

export function harRequests(file: string): NamedRequest[] {
  let document: unknown;
  try {
    document = JSON.parse(
      readBytes(file)
        .toString("utf8")
        .replace(/^\ufeff/, ""),
    );
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${file}: no HAR file: ${(error as Error).message}`);
  }
  const entries = node(node(document)["log"])["entries"];
  if (!Array.isArray(entries)) throw new UsageError(`${file}: no HAR file: log.entries is missing.`);
  if (entries.length === 0) throw new UsageError(`${file}: has no entries.`);
  return entries.map((entry, i) => entryRequest(node(entry), `${file}: log.entries[${i}]`));
}

function entryRequest(entry: Node, where: string): NamedRequest {
  const { method, url, headers, postData } = node(entry["request"]);
  if (typeof method !== "string" || typeof url !== "string")
    throw new UsageError(`${where}: request.method and request.url must be there.`);
  const { host, target } = targetOf(url, true);
  const pairs = headerPairs(headers, where);
  if (!pairs.some(([name]) => name === "host")) pairs.unshift(["host", host]);
  const request: EngineRequest = { method, path: target, headers: pairs };
  const body = bodyOf(node(postData));
  if (body !== undefined) {
    request.body = body;
    const type = node(postData)["mimeType"];
    if (typeof type === "string" && type !== "" && !pairs.some(([name]) => name === "content-type"))
      pairs.push(["content-type", type]);
  }
  const response = responseOf(node(entry["response"]), where);
  if (response !== undefined) request.response = response;
  return { name: `${method} ${url}`, request };
}

function bodyOf({ text, params, encoding }: Node): Buffer | undefined {
  if (typeof text === "string") return Buffer.from(text, encoding === "base64" ? "base64" : "utf8");
  if (!Array.isArray(params) || params.length === 0) return undefined;
  const form = new URLSearchParams();
  for (const one of params) form.append(String(node(one)["name"] ?? ""), String(node(one)["value"] ?? ""));
  return Buffer.from(form.toString());
}

/** Undefined where the browser saw none: HAR says status 0 then. */
function responseOf({ status, headers, content }: Node, where: string): EngineRequest["response"] {
  if (typeof status !== "number" || status < 100) return undefined;
  const response = { status, headers: headerPairs(headers, where) };
  const body = bodyOf(node(content));
  return body === undefined ? response : { ...response, body };
}

function headerPairs(headers: unknown, where: string): [string, string][] {
  if (headers === undefined) return [];
  if (!Array.isArray(headers)) throw new UsageError(`${where}: headers is not a list.`);
  return headers.map(node).flatMap(({ name, value }): [string, string][] => {
    if (typeof name !== "string") throw new UsageError(`${where}: a header has no name.`);
    return PSEUDO.test(name) ? [] : [[name.toLowerCase(), String(value ?? "")]];
  });
}

function node(value: unknown): Node {
  return typeof value === "object" && value !== null ? (value as Node) : {};
}
