// Case files (docs/scoring.md) as values by address: what a parser of HTTP would hand to libddwaf.
import { type Case, caseFiles, readCases } from "../../scripts/score/cases.ts";
import type { Payload, Value } from "./rules-document.ts";

/** Payloads of all cases in a folder or file, and the texts that make them what they are. */
export async function casePayloads(path: string): Promise<{ payloads: Payload[]; texts: string[] }> {
  const filter = { sets: [], classes: [], limit: Infinity, noisy: true };
  const payloads: Payload[] = [];
  const texts: string[] = [];
  for (const file of caseFiles(path)) {
    for (const one of await readCases(file, filter)) {
      payloads.push(payloadOf(one));
      if (one.payload !== "") texts.push(one.payload);
    }
  }
  return { payloads, texts };
}

function payloadOf({ method, path, headers, body }: Case): Payload {
  const query = path.indexOf("?");
  const fields: Record<string, Value> = {};
  for (const [name, value] of headers) fields[name.toLowerCase()] = value;
  const { cookie, ...others } = fields;
  const payload: Payload = {
    "server.request.method": method,
    "server.request.uri.raw": path,
    "server.request.headers.no_cookies": others,
  };
  if (query >= 0) payload["server.request.query"] = pairs(path.slice(query + 1));
  if (typeof cookie === "string") payload["server.request.cookies"] = pairs(cookie.replaceAll(/;\s*/g, "&"));
  const content = bodyOf(String(fields["content-type"] ?? ""), body.toString());
  if (content !== undefined) payload["server.request.body"] = content;
  return payload;
}

function pairs(text: string): Value {
  const out: Record<string, string[]> = {};
  for (const [name, value] of new URLSearchParams(text)) (out[name] ??= []).push(value);
  return out;
}

function bodyOf(type: string, text: string): Value | undefined {
  if (text === "") return undefined;
  if (type.includes("urlencoded")) return pairs(text);
  try {
    return JSON.parse(text) as Value;
  } catch {
    return text;
  }
}
