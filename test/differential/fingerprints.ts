// Random requests, once as HTTP and once as the values that a tracer would hand to libddwaf: what both make of them has to
// be the same fingerprints. Names, values and headers are few and odd: what is compared are normal forms and orders.
import type { EngineRequest } from "../../scripts/engine/engine.ts";
import type { HeaderPair } from "../../scripts/engine/header-blob.ts";
import type { Random } from "./random.ts";
import type { Payload } from "./rules-document.ts";

const METHODS = ["GET", "POST", "PUT", "Patch", "PROPFIND", "x-Odd"] as const;
const NAMES = [
  "q",
  "A",
  "a",
  "b",
  "x,y",
  ",",
  "X,Y",
  "id",
  "ID2",
  "größe",
  "Ärger",
  "zz",
  "z",
  "long-".repeat(40),
];
const VALUES = ["", "1", "a,b", "Mixed Case", "größe", "x".repeat(70)] as const;
const USUAL = [
  ...[
    "referer",
    "connection",
    "accept-encoding",
    "content-encoding",
    "cache-control",
    "te",
    "accept-charset",
  ],
  ...["content-type", "accept", "accept-language", "user-agent", "Accept", "accept_language", "User_Agent"],
  ...[
    "x-datadog-trace-id",
    "X-Datadog-parent",
    "x_datadog_tags",
    "host",
    "x-request-id",
    "x_request_id",
    "b3",
    "Via",
  ],
] as const;
const ORIGIN = [
  ...["x-forwarded-for", "x-real-ip", "true-client-ip", "x-client-ip", "x-forwarded", "forwarded-for"],
  ...["x-cluster-client-ip", "fastly-client-ip", "cf-connecting-ip", "cf-connecting-ipv6", "X_Forwarded_For"],
] as const;
const ADDRESSES = ["", "1.2.3.4", "1.2.3.4, 5.6.7.8", "::1,2001:db8::1, 10.0.0.1", ","] as const;
const SEGMENTS = ["", "api", "Users", "%41", "a,b", "größe", "very/long".repeat(20)] as const;
const COOKIES = ["sid", "SID2", "a", "b,c", "B,D", "theme", "~x"] as const;
const COOKIE_VALUES = ["", "1", "a,b", "Dark", "x".repeat(70)] as const;

/** The processors of libddwaf's own documentation, without conditions: each run makes them. */
export const PROCESSORS = [
  processor("http_endpoint_fingerprint", "http.endpoint", {
    method: "server.request.method",
    uri_raw: "server.request.uri.raw",
    query: "server.request.query",
    body: "server.request.body",
  }),
  processor("http_header_fingerprint", "http.header", { headers: "server.request.headers.no_cookies" }),
  processor("http_network_fingerprint", "http.network", { headers: "server.request.headers.no_cookies" }),
  processor("session_fingerprint", "session", {
    cookies: "server.request.cookies",
    session_id: "usr.session_id",
    user_id: "usr.id",
  }),
];

function processor(generator: string, output: string, inputs: Record<string, string>): object {
  const mapping = Object.entries(inputs).map(([name, address]) => [name, [{ address }]]);
  const mappings = [{ ...Object.fromEntries(mapping), output: `_dd.appsec.fp.${output}` }];
  return { id: generator, generator, parameters: { mappings }, evaluate: false, output: true };
}

/** The same request for both. */
export function fingerprintCase(random: Random): { request: EngineRequest; payload: Payload } {
  const method = random.pick(METHODS);
  const query = pairs(random, NAMES, VALUES, 20);
  const path = `/${random.several(0, 4, () => random.pick(SEGMENTS)).join("/")}`;
  const target = query.size === 0 ? path : `${path}?${encodeForm(query)}`;
  const headers = new Map([
    ...pairs(random, USUAL, VALUES, 8),
    ...(random.oneIn(2) ? pairs(random, ORIGIN, ADDRESSES, 4) : []),
  ]);
  // A field's name says nothing by its case: one of each.
  const fields = new Map([...headers].map(([name, value]) => [name.toLowerCase(), value]));
  const cookies = pairs(random, COOKIES, COOKIE_VALUES, 6);
  const body = random.oneIn(3) ? undefined : pairs(random, NAMES, VALUES, 20);
  const isForm = random.oneIn(2);
  if (body !== undefined)
    fields.set("content-type", isForm ? "application/x-www-form-urlencoded" : "application/json");
  const sent: HeaderPair[] = [...fields];
  if (cookies.size > 0) sent.splice(random.below(sent.length + 1), 0, ["cookie", cookieHeader(cookies)]);
  const bodyValues = body === undefined ? {} : Object.fromEntries(body);
  return {
    request: {
      method,
      path: target,
      headers: sent,
      ...(body === undefined ? {} : { body: isForm ? encodeForm(body) : JSON.stringify(bodyValues) }),
    },
    payload: {
      "server.request.method": method,
      "server.request.uri.raw": target,
      "server.request.query": Object.fromEntries(query),
      ...(body === undefined ? {} : { "server.request.body": bodyValues }),
      "server.request.headers.no_cookies": Object.fromEntries(fields),
      ...(cookies.size === 0 ? {} : { "server.request.cookies": Object.fromEntries(cookies) }),
    },
  };
}

function pairs(
  random: Random,
  names: readonly string[],
  values: readonly string[],
  most: number,
): Map<string, string> {
  return new Map(random.several(0, most, () => [random.pick(names), random.pick(values)] as const));
}

function encodeForm(values: ReadonlyMap<string, string>): string {
  return new URLSearchParams([...values]).toString();
}

function cookieHeader(cookies: ReadonlyMap<string, string>): string {
  return [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
}
