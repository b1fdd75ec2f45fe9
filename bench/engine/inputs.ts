// What the bench of the engine judges: the requests of the bench in a real Envoy, in the form in which each engine takes them.
import { headerBlob, type HeaderPair } from "../../scripts/engine/header-blob.ts";
import { findScenarios, type Scenario } from "../scenarios.ts";

export interface EngineInput {
  id: string;
  name: string;
  /** Judged in turn; benign. */
  requests: readonly EngineRequest[];
  attack: EngineRequest;
  /** Of header pairs and body together, on average. */
  bytes: number;
}

export interface EngineRequest {
  /** Pairs as a proxy hands them over: names in lower case, `:method` and `:path` first. */
  head: Uint8Array;
  target: Uint8Array;
  cookies: Uint8Array;
  body: Uint8Array;
  /** What an application's framework has made of the same bytes. */
  parsed: ParsedRequest;
}

export interface ParsedRequest {
  method: string;
  target: string;
  query: Record<string, string>;
  headers: Record<string, string>;
  cookies: Record<string, string>;
  /** Text of a JSON body; absent: no body. */
  json?: string;
}

export const INPUT_IDS = ["get", "json-1k", "json-8k", "json-64k", "json-8k-records", "json-8k-prose"];

/** The scenarios of these ids as inputs. */
export function engineInputs(ids: readonly string[]): EngineInput[] {
  return ids.map((id) => engineInput(findScenarios(id)![0]!));
}

function engineInput({ id, name, measured, attacks }: Scenario): EngineInput {
  const requests = measured.map(({ bytes }) => engineRequest(bytes));
  const total = requests.reduce((sum, { head, body }) => sum + head.length + body.length, 0);
  return {
    ...{ id, name, requests, attack: engineRequest(attacks[0]!) },
    bytes: Math.round(total / requests.length),
  };
}

function engineRequest(raw: Buffer): EngineRequest {
  const end = raw.indexOf("\r\n\r\n");
  const [start = "", ...lines] = raw.toString("utf8", 0, end).split("\r\n");
  const [method = "", target = ""] = start.split(" ");
  const pairs = lines.map((line): [string, string] => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon), line.slice(colon + 1).trim()];
  });
  const { cookie = "", ...headers } = Object.fromEntries(pairs);
  const all: HeaderPair[] = [[":method", method], [":path", target], ...pairs];
  const body = raw.subarray(end + 4);
  return {
    ...{ head: headerBlob(all), target: Buffer.from(target), cookies: Buffer.from(cookie), body },
    parsed: {
      ...{ method, target, headers, cookies: Object.fromEntries(cookiePairs(cookie)) },
      query: Object.fromEntries(new URLSearchParams(target.split("?")[1] ?? "")),
      ...(body.length > 0 && { json: body.toString() }),
    },
  };
}

function cookiePairs(cookie: string): [string, string][] {
  return cookie.split("; ").map((pair) => {
    const [name = "", value = ""] = pair.split("=");
    return [name, decodeURIComponent(value)];
  });
}
