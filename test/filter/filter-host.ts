// Starts build/wardgate.wasm (or the module named by WARDGATE_WASM) under the Node host, and reads what it reports.
// The rules here are markers of our own, so that these tests are about the filter and not about the shipped rules.
import { readFileSync } from "node:fs";
import type { StreamOptions } from "../host/exchange.ts";
import type { HttpStream } from "../host/http-stream.ts";
import { ProxyHost } from "../host/proxy-host.ts";
import type { HostOptions } from "../host/proxy-host.ts";

export const wasm = readFileSync(process.env["WARDGATE_WASM"] ?? "build/wardgate.wasm");

const REQUEST = [
  { address: "server.request.query" },
  { address: "server.request.body" },
  { address: "server.request.headers.no_cookies" },
  { address: "server.request.cookies" },
];

function rule(id: string, type: string, list: string[], inputs: object[], onMatch: string[] = []): object {
  return {
    id,
    name: `Marker of ${id}`,
    tags: { type, category: "attack_attempt" },
    conditions: [{ operator: "phrase_match", parameters: { inputs, list } }],
    on_match: onMatch,
  };
}

export const ATTACK = "evil-marker";
export const ODDITY = "odd-marker";
export const LEAK = "leak-marker";
export const RULES = [
  rule("t-block", "marker_block", [ATTACK], REQUEST, ["block"]),
  rule("t-monitor", "marker_monitor", [ODDITY], REQUEST),
  rule("t-leak", "marker_leak", [LEAK, "Request blocked"], [{ address: "server.response.body" }]),
];

/** Blocking, holding headers, the marker rules only. */
export const BLOCK = {
  mode: "block",
  hold_headers: true,
  shipped_rules: false,
  custom_rules: RULES,
} as const;
export const POST_JSON: StreamOptions = {
  method: "POST",
  path: "/api/users",
  headers: { "content-type": "application/json" },
};
export const BENIGN = JSON.stringify({ user: { name: "Ann", tags: ["a", "b"] } });
export const HARMFUL = JSON.stringify({ user: { name: `x ${ATTACK} x`, tags: ["a", "b"] } });

export async function startFilter(
  config: object | string = BLOCK,
  options: Partial<HostOptions> = {},
): Promise<ProxyHost> {
  return ProxyHost.start({
    wasm,
    rootId: "wardgate",
    pluginConfig: typeof config === "string" ? config : JSON.stringify(config),
    allowOnHeadersStopIteration: true,
    ...options,
  });
}

export interface Event {
  [field: string]: unknown;
  id: string;
  action: string;
  mode: string;
  rules: string[];
  limits?: string[];
  anomalies?: string[];
  triggers: { rule: { id: string }; rule_matches: Record<string, unknown>[] }[];
}

const EVENT_PREFIX = "wardgate event ";

/** The events in the host's log, oldest first. */
export function events(host: ProxyHost): Event[] {
  const found = host.logs.filter((line) => line.message.startsWith(EVENT_PREFIX));
  return found.map((line) => JSON.parse(line.message.slice(EVENT_PREFIX.length)) as Event);
}
export function logged(host: ProxyHost, pattern: RegExp): string[] {
  return host.logs
    .filter((line) => pattern.test(line.message))
    .map((line) => `${line.level}: ${line.message}`);
}

/** A whole request, and when it gets through an upstream's answer. */
export function exchange(
  host: ProxyHost,
  options: StreamOptions,
  body?: string | Uint8Array,
  answer = "{}",
): HttpStream {
  const stream = host.stream(options).request(body === undefined);
  if (body !== undefined) stream.requestBody(body, true);
  return respond(stream, answer);
}
export function respond(stream: HttpStream, body = "{}", headers: Record<string, string> = {}): HttpStream {
  if (!stream.upstream.ended || stream.finished) return stream;
  return stream
    .responseHeaders({ ":status": "200", "content-type": "application/json", ...headers })
    .responseBody(body, true);
}
/** Counters, after the filter has handed them over. */
export function counters(host: ProxyHost): Record<string, number> {
  host.tick();
  return host.metrics.nonZero();
}
