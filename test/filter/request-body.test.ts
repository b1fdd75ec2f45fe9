// Request bodies: what is held, until when, and what the upstream has seen when a request is blocked.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { HttpStream } from "../host/http-stream.ts";
import {
  ATTACK,
  BENIGN,
  BLOCK,
  HARMFUL,
  ODDITY,
  POST_JSON,
  events,
  exchange,
  respond,
  startFilter,
} from "./filter-host.ts";

type Delivery = [name: string, send: (stream: HttpStream, body: string) => unknown];

const bytes = (body: string): Buffer[] => [...Buffer.from(body)].map((byte) => Buffer.of(byte));
const DELIVERIES: Delivery[] = [
  ["one packet", (stream, body) => stream.requestBody(body, true)],
  [
    "byte by byte",
    (stream, body) => bytes(body).forEach((byte, i, all) => stream.requestBody(byte, i + 1 === all.length)),
  ],
  ["end in a packet of its own", (stream, body) => stream.requestBody(body).requestBody("", true)],
  ["ended by trailers", (stream, body) => stream.requestBody(body).requestTrailers({ "x-checksum": "1" })],
  [
    "byte by byte, ended by trailers",
    (stream, body) => (bytes(body).forEach((byte) => stream.requestBody(byte)), stream.requestTrailers()),
  ],
  [
    "empty packets between",
    (stream, body) =>
      stream.requestBody("").requestBody(body.slice(0, 9)).requestBody("").requestBody(body.slice(9), true),
  ],
];

for (const http2 of [false, true]) {
  describe(`filter request body, ${http2 ? "HTTP/2" : "HTTP/1.1"}`, () => {
    for (const [name, send] of DELIVERIES) {
      test(`attack, headers held, ${name} → 403, upstream saw nothing`, async () => {
        const host = await startFilter();
        const stream = host.stream({ ...POST_JSON, http2 }).request(false);
        send(stream, HARMFUL);
        assert.equal(stream.client.status, 403);
        assert.ok(stream.upstream.nothing);
        assert.ok(stream.finished);
        host.assertClean();
      });

      test(`attack, headers not held, ${name} → 403, upstream saw headers and no byte of the body`, async () => {
        const host = await startFilter({ ...BLOCK, hold_headers: false });
        const stream = host.stream({ ...POST_JSON, http2 }).request(false);
        send(stream, HARMFUL);
        assert.equal(stream.client.status, 403);
        assert.equal(stream.upstream.headers?.get(":path"), "/api/users");
        assert.equal(stream.upstream.body.length, 0);
        assert.ok(stream.upstream.reset && !stream.upstream.ended);
        host.assertClean();
      });

      test(`benign, ${name} → passes whole, once it is complete`, async () => {
        const host = await startFilter();
        const stream = host.stream({ ...POST_JSON, http2 }).request(false);
        send(stream, BENIGN);
        assert.equal(stream.upstream.text, BENIGN);
        assert.ok(stream.upstream.ended);
        respond(stream);
        assert.equal(stream.client.status, 200);
        assert.equal(events(host).length, 0);
        host.assertClean();
      });
    }
  });
}

describe("filter request body", () => {
  test("packets arrive → nothing goes on before the end, and nothing is answered", async () => {
    const host = await startFilter();
    const stream = host.stream(POST_JSON).request(false);
    for (const part of [BENIGN.slice(0, 5), BENIGN.slice(5, 20), BENIGN.slice(20)]) {
      stream.requestBody(part);
      assert.ok(stream.paused("request"));
      assert.ok(stream.upstream.nothing && stream.client.nothing);
    }
    stream.requestBody("", true);
    assert.equal(stream.upstream.text, BENIGN);
    host.assertClean();
  });

  test("attack split at every byte → 403 each time", async () => {
    const host = await startFilter();
    for (let at = 1; at < HARMFUL.length; at++) {
      const stream = host
        .stream(POST_JSON)
        .request(false)
        .requestBody(HARMFUL.slice(0, at))
        .requestBody(HARMFUL.slice(at), true);
      assert.equal(stream.client.status, 403, `split at ${at}`);
    }
    host.assertClean();
  });

  const KINDS: [type: string, benign: string, harmful: string][] = [
    ["application/vnd.api+json", '{"a":"b"}', `{"a":["${ATTACK}"]}`],
    ["application/x-www-form-urlencoded", "a=b&c=d", `a=b&c=%65vil-marker`],
    ["text/plain", "plain", `some ${ATTACK}`],
    ["", '{"a":"b"}', `{"a":"${ATTACK}"}`],
  ];
  for (const [type, benign, harmful] of KINDS) {
    for (const method of ["POST", "PUT", "PATCH", "DELETE"]) {
      test(`${method} ${type || "without a type"} → benign passes, attack gets 403`, async () => {
        const host = await startFilter();
        const options = {
          method,
          path: "/api/users/1",
          headers: type === "" ? {} : { "content-type": type },
        };
        assert.equal(exchange(host, options, benign).client.status, 200);
        assert.equal(exchange(host, options, harmful).client.status, 403);
        host.assertClean();
      });
    }
  }

  const MALFORMED: [name: string, body: string, status: number][] = [
    ["truncated", '{"user":{"name":"Ann"', 200],
    ["attack in a truncated document", `{"user":{"name":"${ATTACK}"`, 403],
    ["attack in an unfinished string", `{"user":"${ATTACK}`, 403],
    ["attack after garbage", `}}]]"a":"${ATTACK}"`, 403],
    ["attack after a complete document", `{"a":1} {"b":"${ATTACK}"}`, 403],
    ["attack under a duplicate key", `{"a":"${ATTACK}","a":"b"}`, 403],
    ["attack with escapes", String.raw`{"a":"\u0065vil-\u006darker"}`, 403],
    ["not JSON at all", "\0\x01\x02 not JSON", 200],
    ["deep nesting", "[".repeat(20_000), 200],
    ["only a byte-order mark", "\ufeff", 200],
  ];
  for (const [name, body, status] of MALFORMED) {
    test(`malformed JSON, ${name} → ${status}`, async () => {
      const host = await startFilter();
      assert.equal(exchange(host, POST_JSON, body).client.status, status);
      host.assertClean();
    });
  }

  test("empty body → passes", async () => {
    const host = await startFilter();
    const stream = host.stream(POST_JSON).request(false).requestBody("", true);
    assert.ok(stream.upstream.ended);
    assert.equal(respond(stream).client.status, 200);
    host.assertClean();
  });

  test("request_body NONE → body passes at once, uninspected", async () => {
    const host = await startFilter({ ...BLOCK, hold_headers: false, request_body: "NONE" });
    const stream = host.stream(POST_JSON).request(false).requestBody(HARMFUL);
    assert.equal(stream.upstream.text, HARMFUL);
    host.assertClean();
  });

  test("type outside allowed_content_types → passes at once; one within is inspected", async () => {
    const host = await startFilter({ ...BLOCK, allowed_content_types: ["application/json"] });
    const text = host
      .stream({ ...POST_JSON, headers: { "content-type": "text/plain" } })
      .request(false)
      .requestBody(ATTACK);
    assert.equal(text.upstream.text, ATTACK);
    assert.equal(exchange(host, POST_JSON, HARMFUL).client.status, 403);
    host.assertClean();
  });

  test("client gone in the middle → logged and forgotten; the next stream is not affected", async () => {
    const host = await startFilter();
    host.stream(POST_JSON).request(false).requestBody(HARMFUL.slice(0, 20)).close();
    assert.equal(exchange(host, POST_JSON, BENIGN).client.status, 200);
    assert.equal(events(host).length, 0);
    host.assertClean();
  });

  test("many streams open at once → each gets its own verdict", async () => {
    const host = await startFilter();
    const streams = Array.from({ length: 200 }, () => host.stream(POST_JSON).request(false));
    const body = (i: number): string => (i % 3 === 0 ? HARMFUL : BENIGN);
    streams.forEach((stream, i) => stream.requestBody(body(i).slice(0, 10)));
    streams.forEach((stream, i) => stream.requestBody(body(i).slice(10), true));
    streams.forEach((stream, i) => assert.equal(respond(stream).client.status, i % 3 === 0 ? 403 : 200));
    host.assertClean();
  });
});

describe("filter request body over the limit", () => {
  const LIMITED = { ...BLOCK, body_capture_size: 64 };
  const long = (text: string): string => JSON.stringify({ text, fill: "x".repeat(200) });

  test("benign → the held bytes and the rest pass, the limit is on the event and in a stat", async () => {
    const host = await startFilter(LIMITED);
    const stream = host.stream(POST_JSON).request(false).requestBody(long("a"));
    assert.equal(stream.upstream.text, long("a"), "past the limit nothing is held any more");
    stream.requestBody("more", true);
    respond(stream);
    assert.equal(stream.upstream.text, `${long("a")}more`);
    assert.deepEqual(events(host)[0]?.limits, ["request_body"]);
    host.assertClean();
  });

  test("attack before the limit → 403, upstream saw nothing", async () => {
    const host = await startFilter(LIMITED);
    const stream = exchange(host, POST_JSON, long(ATTACK));
    assert.equal(stream.client.status, 403);
    assert.ok(stream.upstream.nothing);
    host.assertClean();
  });

  test("on_limit block → 403, upstream saw nothing", async () => {
    const host = await startFilter({ ...LIMITED, on_limit: "block" });
    const stream = exchange(host, POST_JSON, long("a"));
    assert.equal(stream.client.status, 403);
    assert.ok(stream.upstream.nothing);
    assert.equal(stream.filterState.get("wasm.wardgate_rule")?.toString(), "limit:request_body");
    host.assertClean();
  });

  test("proxy holds less than a body of declared length needs → 413 from the proxy, and no trap", async () => {
    const host = await startFilter(BLOCK, { bufferLimit: 100 });
    const headers = { ...POST_JSON.headers, "content-length": "200" };
    const stream = host.stream({ ...POST_JSON, headers }).request(false);
    for (let i = 0; i < 10; i++) stream.requestBody("[1,2,3,4,5,6,7,8,9],");
    assert.equal(stream.client.status, 413);
    assert.equal(stream.responseCodeDetails, "request_payload_too_large");
    host.assertClean();
  });

  test("one chunk brings more than the proxy holds, length not declared → no 413, all of it passes", async () => {
    const host = await startFilter({ ...BLOCK, body_capture_size: 60 }, { bufferLimit: 100 });
    const stream = host.stream(POST_JSON).request(false);
    const parts = ["[1,2,3,4,5,6,7,8,9],", "[1,2,3,4,5,6,7,8,9],".repeat(20), "[]"];
    for (const [i, part] of parts.entries()) stream.requestBody(part, i === parts.length - 1);
    assert.equal(stream.upstream.text, parts.join(""));
    respond(stream);
    assert.equal(stream.client.status, 200);
    host.assertClean();
  });
});

describe("filter modes", () => {
  test("observe → no callback ever pauses, nothing is blocked, the finding is reported", async () => {
    const host = await startFilter({ ...BLOCK, mode: "observe" });
    const stream = host.stream({ ...POST_JSON, path: `/api?q=${ATTACK}` }).request(false);
    assert.equal(stream.upstream.headers?.get(":path"), `/api?q=${ATTACK}`);
    stream.requestBody(HARMFUL);
    assert.equal(stream.upstream.text, HARMFUL);
    stream.requestBody("", true);
    respond(stream);
    const statuses = stream.callbacks
      .filter((call) => /_(headers|body|trailers)$/.test(call.name))
      .map((call) => call.result);
    assert.deepEqual([...new Set(statuses)], [0]);
    assert.equal(stream.client.status, 200);
    assert.deepEqual(
      events(host).map((event) => [event.action, event.mode]),
      [["monitor", "observe"]],
    );
    host.assertClean();
  });

  test("monitor → attack passes unchanged, with an event that says so", async () => {
    const host = await startFilter({ ...BLOCK, mode: "monitor" });
    const stream = exchange(host, POST_JSON, HARMFUL);
    assert.equal(stream.client.status, 200);
    assert.equal(stream.upstream.text, HARMFUL);
    assert.equal(stream.filterState.get("wasm.wardgate_action")?.toString(), "monitor");
    const [event] = events(host);
    assert.deepEqual([event?.action, event?.mode, event?.rules], ["monitor", "monitor", ["t-block"]]);
    host.assertClean();
  });

  test("block mode, a rule that only monitors → passes, with an event", async () => {
    const host = await startFilter();
    const stream = exchange(host, POST_JSON, JSON.stringify({ a: ODDITY }));
    assert.equal(stream.client.status, 200);
    assert.deepEqual(
      events(host).map((event) => event.rules),
      [["t-monitor"]],
    );
    host.assertClean();
  });

  test("no configuration → monitors: nothing is blocked", async () => {
    const host = await startFilter("");
    assert.ok(host.ok);
    assert.equal(exchange(host, { path: "/?q=%27%20OR%201%3D1%20--%20" }).client.status, 200);
    host.assertClean();
  });

  test("hold_headers where StopIteration stops everything → a body is still judged and nothing hangs", async () => {
    const host = await startFilter({ ...BLOCK, hold_headers: false }, { allowOnHeadersStopIteration: false });
    assert.equal(exchange(host, POST_JSON, BENIGN).client.status, 200);
    assert.equal(exchange(host, POST_JSON, HARMFUL).client.status, 403);
    host.assertClean();
  });
});
