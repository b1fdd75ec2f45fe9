// Judges cases through build/engine.wasm, without a proxy. Headers are those that Envoy would show the filter.
import type { Engine, EngineRequest } from "../engine/engine.ts";
import type { HeaderPair } from "../engine/header-blob.ts";
import type { Case } from "./cases.ts";
import type { Outcome } from "./outcome.ts";
import { DEFAULT_HOST, needsLength } from "./wire.ts";

export function judge(engine: Engine, one: Case): Outcome {
  const { blocked, event } = engine.transaction(requestOf(one));
  return { kind: blocked ? "blocked" : "passed", rules: event.rules, status: blocked ? 403 : 200, error: "" };
}

function requestOf({ method, path, headers, body }: Case): EngineRequest {
  const lower = headers.map(([name, value]): [string, string] => [name.toLowerCase(), value.trim()]);
  const host = lower.find(([name]) => name === "host")?.[1] ?? DEFAULT_HOST;
  const own: HeaderPair[] = lower.filter(([name]) => name !== "host");
  const pseudo: HeaderPair[] = [
    [":scheme", "http"],
    [":authority", host],
  ];
  if (needsLength(method, headers, body)) own.push(["content-length", String(body.length)]);
  const request: EngineRequest = { method, path, headers: [...pseudo, ...own], clientIp: "192.0.2.7" };
  return body.length === 0 ? request : { ...request, body };
}
