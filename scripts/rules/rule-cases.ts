// Cases of the rule files: test/rules/<family>.yaml is a list of { rule, match, pass }; benign.yaml and
// attacks.yaml are plain lists of cases.
//
// A case that is a string is put in three places, which must all give the same answer: a query value, a form
// value and a string in a JSON body. A case that is a mapping describes a request (and perhaps a response).
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

export interface CaseRequest {
  method?: string;
  path?: string;
  /** Raw, or pairs to be percent-encoded. */
  query?: string | Record<string, string>;
  headers?: Record<string, string>;
  cookies?: Record<string, string>;
  json?: unknown;
  form?: Record<string, string>;
  multipart?: { name: string; filename?: string; value: string }[];
  body?: string;
  content_type?: string;
  /** A body whose headers name no content type is put into a JSON string. */
  response?: { status?: number; headers?: Record<string, string>; body?: string };
}

export type RuleCase = string | CaseRequest;

export interface RuleCases {
  rule: string;
  match: RuleCase[];
  pass: RuleCase[];
}

/** A request as it goes over the wire; `where` names the place a string case was put in. */
export interface WireRequest {
  where: string;
  method: string;
  target: string;
  headers: [string, string][];
  body: string | Uint8Array;
  response?: { status: number; headers: [string, string][]; body: string };
}

const BOUNDARY = "wardgate-case";
const MULTIPART = `multipart/form-data; boundary=${BOUNDARY}`;
const FORM = "application/x-www-form-urlencoded";
const BASE_HEADERS: [string, string][] = [
  ["user-agent", "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"],
  ["accept", "application/json, text/plain, */*"],
];

export function readRuleCases(dir: string, file: string): RuleCases[] {
  return readList(dir, file) as RuleCases[];
}

export function readPlainCases(dir: string, file: string): RuleCase[] {
  return readList(dir, file) as RuleCase[];
}

/** The requests that a case stands for. */
export function wireRequests(one: RuleCase): WireRequest[] {
  if (typeof one !== "string") return [wireRequest(one, "request")];
  return [
    wireRequest({ query: { q: one } }, "query"),
    wireRequest({ form: { q: one } }, "form"),
    wireRequest({ json: { q: one } }, "json"),
  ];
}

function wireRequest(one: CaseRequest, where: string): WireRequest {
  const [body, type] = bodyOf(one);
  const own = Object.entries(one.headers ?? {});
  const headers: [string, string][] = BASE_HEADERS.filter(([name]) => !own.some(([known]) => known === name));
  headers.push(...own);
  if (one.cookies !== undefined) {
    const pairs = Object.entries(one.cookies).map(([name, value]) => `${name}=${value}`);
    headers.push(["cookie", pairs.join("; ")]);
  }
  if (type !== "") headers.push(["content-type", type], ["content-length", String(Buffer.byteLength(body))]);
  const query = typeof one.query === "string" ? one.query : encodePairs(one.query ?? {});
  const request: WireRequest = {
    where,
    method: one.method ?? (type === "" ? "GET" : "POST"),
    target: (one.path ?? "/api/items") + (query === "" ? "" : `?${query}`),
    headers,
    body,
  };
  if (one.response !== undefined) {
    const { status = 200, headers = {}, body = "" } = one.response;
    const typed = "content-type" in headers;
    request.response = {
      status,
      headers: Object.entries(typed ? headers : { ...headers, "content-type": "application/json" }),
      body: typed ? body : JSON.stringify({ text: body }),
    };
  }
  return request;
}

/** Body and its content type; both empty when the case has none. */
function bodyOf(one: CaseRequest): [string, string] {
  if (one.json !== undefined) return [JSON.stringify(one.json), one.content_type ?? "application/json"];
  if (one.form !== undefined) return [encodePairs(one.form), FORM];
  if (one.multipart !== undefined)
    return [one.multipart.map(part).join("") + `--${BOUNDARY}--\r\n`, MULTIPART];
  if (one.body !== undefined) return [one.body, one.content_type ?? "text/plain"];
  return ["", ""];
}

function part({ name, filename, value }: { name: string; filename?: string; value: string }): string {
  const file = filename === undefined ? "" : `; filename="${filename}"`;
  return `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"${file}\r\n\r\n${value}\r\n`;
}

function encodePairs(pairs: Record<string, string>): string {
  return Object.entries(pairs)
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .join("&");
}

function readList(dir: string, file: string): unknown[] {
  const list: unknown = parse(readFileSync(join(dir, file), "utf8"));
  if (!Array.isArray(list)) throw new Error(`${file}: not a list of cases`);
  return list;
}
