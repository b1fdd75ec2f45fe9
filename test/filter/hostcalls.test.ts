// What a stream asks of the host, call by call: each costs some tenths of a microsecond, so that one more must be seen
// in review. Counted from the first callback of a stream to its last.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { StreamOptions } from "../host/exchange.ts";
import type { HttpStream } from "../host/http-stream.ts";
import type { ProxyHost } from "../host/proxy-host.ts";
import { ATTACK, BENIGN, BLOCK, HARMFUL, ODDITY, POST_JSON, RULES, startFilter } from "./filter-host.ts";

const PAIRS = "proxy_get_header_map_pairs";
const BYTES = "proxy_get_buffer_bytes";
const PROPERTY = "proxy_get_property";
const CLOCK = "proxy_get_current_time_nanoseconds";
/** What an event costs: four reads and a clock for what is in it, an id, three words of filter state, a line of the log. */
const EVENT = {
  [PAIRS]: 1,
  [PROPERTY]: 3,
  [CLOCK]: 1,
  random_get: 1,
  proxy_set_property: 3,
  proxy_log: 1,
};
const REPLY = { proxy_send_local_response: 1 };
const JSON_200 = { ":status": "200", "content-type": "application/json" };

type Calls = Record<string, number>;
type Act = (stream: HttpStream) => void;

const get = (stream: HttpStream): HttpStream => stream.request(true);
const post =
  (...chunks: (string | Uint8Array)[]) =>
  (stream: HttpStream): HttpStream => {
    stream.request(false);
    for (const [i, chunk] of chunks.entries()) stream.requestBody(chunk, i === chunks.length - 1);
    return stream;
  };
const empty: Act = (stream) => stream.responseHeaders({ ":status": "204" }, true);
const json: Act = (stream) => stream.responseHeaders(JSON_200).responseBody('{"ok":true}', true);
const inThree: Act = (stream) =>
  stream.responseHeaders(JSON_200).responseBody('{"a":').responseBody("1").responseBody("}", true);

function add(...all: Calls[]): Calls {
  const sum: Calls = {};
  for (const calls of all) for (const [name, n] of Object.entries(calls)) sum[name] = (sum[name] ?? 0) + n;
  return sum;
}

const UPLOAD = [
  "--b\r\ncontent-disposition: form-data; name=f; filename=a.csv\r\ncontent-type: text/csv\r\n\r\n",
  "1,2,3\r\n".repeat(2000),
  "\r\n--b--\r\n",
];

interface Row {
  name: string;
  config?: object;
  options?: StreamOptions;
  act: Act[];
  calls: Calls;
}
const BOTH: Calls = { [PAIRS]: 2 };
const ROWS: Row[] = [
  { name: "GET, answered 204", act: [get, empty], calls: BOTH },
  { name: "GET, answered with a body", act: [get, json], calls: { ...BOTH, [BYTES]: 1 } },
  { name: "GET, answered with a body in three", act: [get, inThree], calls: { ...BOTH, [BYTES]: 3 } },
  {
    name: "GET, nobody looks at responses",
    config: { response_body: "NONE", custom_rules: RULES.slice(0, 2) },
    act: [get, json],
    calls: { [PAIRS]: 1 },
  },
  {
    name: "POST in one chunk",
    options: POST_JSON,
    act: [post(BENIGN), empty],
    calls: { ...BOTH, [BYTES]: 1 },
  },
  {
    name: "POST in three chunks",
    options: POST_JSON,
    act: [post(BENIGN.slice(0, 9), BENIGN.slice(9, 20), BENIGN.slice(20)), empty],
    calls: { ...BOTH, [BYTES]: 3 },
  },
  {
    name: "POST of a type that is not looked at",
    config: { allowed_content_types: ["application/json"] },
    options: { method: "POST", headers: { "content-type": "text/plain" } },
    act: [post("some text"), empty],
    calls: BOTH,
  },
  {
    name: "upload",
    options: { method: "POST", headers: { "content-type": "multipart/form-data; boundary=b" } },
    act: [post(...UPLOAD), json],
    calls: { ...BOTH, [BYTES]: 4 },
  },
  {
    name: "trailers both ways",
    options: { ...POST_JSON, http2: true, upstreamHttp2: true },
    act: [
      (stream) => stream.request(false).requestBody(BENIGN).requestTrailers({ "x-a": "1" }),
      (stream) => stream.responseHeaders(JSON_200).responseBody("{}").responseTrailers({ "x-b": "2" }),
    ],
    calls: { [PAIRS]: 4, [BYTES]: 2 },
  },
  {
    name: "GET, monitored",
    options: { path: `/?a=${ODDITY}` },
    act: [get, empty],
    calls: add(BOTH, EVENT),
  },
  {
    name: "GET, blocked",
    options: { path: `/?a=${ATTACK}` },
    act: [get],
    calls: add({ [PAIRS]: 1 }, EVENT, REPLY),
  },
  {
    name: "POST, blocked",
    options: POST_JSON,
    act: [post(HARMFUL)],
    calls: add({ [PAIRS]: 1, [BYTES]: 1 }, EVENT, REPLY),
  },
  {
    name: "GET, monitored, no log",
    config: { log_events: false },
    options: { path: `/?a=${ODDITY}` },
    act: [get, empty],
    calls: add(BOTH, EVENT, { proxy_log: -1 }),
  },
  {
    name: "mode monitor",
    config: { mode: "monitor" },
    options: { ...POST_JSON, path: "/" },
    act: [post(BENIGN), json],
    calls: { ...BOTH, [BYTES]: 2 },
  },
  {
    name: "mode observe",
    config: { mode: "observe" },
    options: { ...POST_JSON, path: "/" },
    act: [post(BENIGN), json],
    calls: { ...BOTH, [BYTES]: 2 },
  },
];

const ADDRESS_RULE = {
  id: "t-address",
  name: "Listed address",
  tags: { type: "marker", category: "attack_attempt" },
  conditions: [
    {
      operator: "ip_match",
      parameters: { inputs: [{ address: "http.client_ip" }], list: ["198.51.100.0/24"] },
    },
  ],
};
ROWS.push(
  {
    name: "rules on the client's address, the connection's peer",
    config: { custom_rules: [ADDRESS_RULE] },
    act: [get, empty],
    calls: { ...BOTH, [PROPERTY]: 1 },
  },
  {
    name: "rules on the client's address, from a header",
    config: { custom_rules: [ADDRESS_RULE], client_ip: { header: "x-forwarded-for" } },
    options: { headers: { "x-forwarded-for": "203.0.113.9" } },
    act: [get, empty],
    calls: BOTH,
  },
  {
    name: "routes by path",
    config: { routes: [{ match: { path_prefix: "/a" }, mode: "monitor" }] },
    act: [get, empty],
    calls: BOTH,
  },
  {
    name: "routes by the proxy's name of the route",
    config: { routes: [{ match: { route_name: "a" }, mode: "monitor" }] },
    act: [get, empty],
    calls: { ...BOTH, [PROPERTY]: 1 },
  },
);

/** One exchange; its hostcalls by name. */
function callsOf(host: ProxyHost, { options = {}, act }: Row): Calls {
  const stream = host.stream(options);
  for (const step of act) step(stream);
  assert.ok(stream.finished, "the exchange is over");
  return Object.fromEntries([...stream.hostcalls].sort());
}

const sorted = (calls: Calls): Calls =>
  Object.fromEntries(
    Object.entries(calls)
      .filter(([, n]) => n > 0)
      .sort(),
  );

describe("hostcalls of a stream", () => {
  for (const row of ROWS) {
    test(row.name, async () => {
      const host = await startFilter({ ...BLOCK, ...row.config });
      callsOf(host, row); // The first one is timed.
      assert.deepEqual(callsOf(host, row), sorted(row.calls));
      host.assertClean();
    });
  }

  test("one stream in sixteen is timed: the clock is read around callbacks of the request", async () => {
    const host = await startFilter();
    const row = ROWS.find(({ name }) => name === "POST in one chunk")!;
    const clocks = Array.from({ length: 33 }, () => callsOf(host, row)[CLOCK] ?? 0);
    assert.deepEqual([...new Set(clocks)].sort(), [0, 6]);
    assert.deepEqual(
      clocks.flatMap((n, i) => (n > 0 ? [i] : [])),
      [0, 16, 32],
    );
  });

  test("counters go to the host on the tick, and no more than once", async () => {
    const host = await startFilter();
    const row = ROWS[0]!;
    for (let i = 0; i < 20; i++) callsOf(host, row);
    const before = host.hostcalls.get("proxy_increment_metric") ?? 0;
    host.tick();
    const requests = 1;
    assert.equal(host.hostcalls.get("proxy_increment_metric"), before + requests);
    host.tick();
    assert.equal(host.hostcalls.get("proxy_increment_metric"), before + requests);
  });
});
