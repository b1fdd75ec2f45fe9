// Body modes, both directions: what has reached the other side when the verdict falls, and how a block is carried out.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import zlib from "node:zlib";
import type { HttpStream } from "../host/http-stream.ts";
import { ATTACK, BENIGN, BLOCK, HARMFUL, POST_JSON, counters, events, startFilter } from "./filter-host.ts";
import { JSON_RESPONSE, LEAKING, RESPONSES, SECRET, told } from "./response-rules.ts";

/** The body in pieces of `size`, ended by an empty one. */
function dribble(stream: HttpStream, side: "request" | "response", body: string, size: number): HttpStream {
  for (let at = 0; at < body.length; at += size) {
    const piece = body.slice(at, at + size);
    if (side === "request") stream.requestBody(piece);
    else stream.responseBody(piece);
  }
  return side === "request" ? stream.requestBody("", true) : stream.responseBody("", true);
}

describe("request_body STREAMED", () => {
  const STREAMED = { ...BLOCK, request_body: "STREAMED" };

  test("benign → each piece goes on at once", async () => {
    const host = await startFilter(STREAMED);
    const stream = host.stream(POST_JSON).request(false);
    for (let at = 0; at < BENIGN.length; at += 3) {
      stream.requestBody(BENIGN.slice(at, at + 3));
      assert.equal(stream.upstream.text, BENIGN.slice(0, at + 3));
    }
    host.assertClean();
  });

  test("attack split at every byte → the stream is cut before the body ends", async () => {
    const host = await startFilter(STREAMED);
    for (let at = 1; at < HARMFUL.length; at++) {
      const stream = host.stream(POST_JSON).request(false).requestBody(HARMFUL.slice(0, at));
      if (!stream.finished) stream.requestBody(HARMFUL.slice(at));
      if (!stream.finished) stream.requestBody("", true);
      assert.equal(stream.client.status, 403, `split at ${at}`);
      assert.ok(!stream.upstream.ended, `split at ${at}`);
    }
    assert.deepEqual(told(host)[0], ["block", "request_body", undefined, undefined]);
    host.assertClean();
  });

  test("attack far behind body_capture_size → found, no limit", async () => {
    const host = await startFilter({ ...STREAMED, body_capture_size: 64 });
    const stream = host.stream(POST_JSON).request(false).requestBody('{"a":[');
    for (let i = 0; i < 3000; i++) stream.requestBody(`"filler ${i}",`);
    stream.requestBody(`"${ATTACK}"]}`);
    assert.equal(stream.client.status, 403);
    assert.deepEqual(told(host), [["block", "request_body", undefined, undefined]]);
    host.assertClean();
  });

  test("text that is judged at its end, length declared → cut before its last byte goes on", async () => {
    const host = await startFilter(STREAMED);
    const body = `note ${ATTACK}`;
    const headers = { "content-type": "text/plain", "content-length": String(body.length) };
    const stream = host.stream({ ...POST_JSON, headers }).request(false);
    for (const byte of body) stream.requestBody(byte);
    assert.equal(stream.client.status, 403);
    assert.equal(stream.upstream.text, body.slice(0, -1));
    assert.deepEqual(told(host)[0], ["block", "request_body", undefined, undefined]);
    host.assertClean();
  });

  test("the response has begun → the stream is reset, and the event says so", async () => {
    const host = await startFilter(STREAMED);
    const stream = host.stream(POST_JSON).request(false).requestBody('{"a":"');
    stream.responseHeaders(JSON_RESPONSE).responseBody("{");
    stream.requestBody(`${ATTACK}"`);
    assert.ok(stream.client.reset);
    assert.deepEqual(told(host), [["reset", "request_body", undefined, undefined]]);
    assert.equal(counters(host)["wardgate_reset"], 1);
    host.assertClean();
  });
});

describe("request_body BUFFERED_PARTIAL", () => {
  const PARTIAL = { ...BLOCK, request_body: "BUFFERED_PARTIAL", body_capture_size: 100 };

  test("attack within the held part → 403, the upstream saw nothing", async () => {
    const host = await startFilter(PARTIAL);
    const stream = host
      .stream(POST_JSON)
      .request(false)
      .requestBody(HARMFUL + "z".repeat(200));
    assert.equal(stream.client.status, 403);
    assert.ok(stream.upstream.nothing);
    host.assertClean();
  });

  const LONG = JSON.stringify({ fill: "x".repeat(150), attack: ATTACK });
  const ROWS: [overLimit: string, status: number | undefined, limits: string[] | undefined][] = [
    ["stream", 403, undefined],
    ["inspect_prefix", undefined, ["request_body"]],
    ["reject", 403, ["request_body"]],
  ];
  for (const [over_limit, status, limits] of ROWS) {
    test(`attack behind it, over_limit ${over_limit} → ${status ?? "passes"}`, async () => {
      const host = await startFilter({ ...PARTIAL, over_limit });
      const stream = host.stream(POST_JSON).request(false);
      for (let at = 0; at < LONG.length && !stream.finished; at += 10)
        stream.requestBody(LONG.slice(at, at + 10));
      if (!stream.finished) stream.requestBody("", true);
      assert.equal(stream.client.status, status);
      if (status === undefined) {
        assert.equal(stream.upstream.text, LONG);
        stream.responseHeaders({ ":status": "204" }, true);
      }
      assert.deepEqual(events(host)[0]?.limits, limits);
      host.assertClean();
    });
  }
});

describe("response headers", () => {
  test("attack in them → the block page with its status, whether or not headers are held", async () => {
    for (const hold_headers of [true, false]) {
      const host = await startFilter({ ...RESPONSES, hold_headers });
      const stream = host
        .stream({})
        .request()
        .responseHeaders({ ...JSON_RESPONSE, "x-leak": SECRET });
      assert.equal(stream.client.status, 403);
      assert.ok(!stream.client.text.includes(SECRET));
      assert.deepEqual(told(host), [["block", "response_headers", undefined, undefined]]);
      host.assertClean();
    }
  });

  test("response_headers SKIP → not looked at", async () => {
    const host = await startFilter({ ...RESPONSES, response_headers: "SKIP" });
    const stream = host
      .stream({})
      .request()
      .responseHeaders({ ...JSON_RESPONSE, "x-leak": SECRET }, true);
    assert.equal(stream.client.status, 200);
    assert.deepEqual(told(host), []);
  });
});

describe("response_body BUFFERED, headers held", () => {
  const HELD = { ...RESPONSES, response_body: "BUFFERED" };

  for (const size of [1, 7, 1000]) {
    test(`attack, ${size} bytes at a time → the block page with its status, nothing of the response`, async () => {
      const host = await startFilter(HELD);
      const stream = host
        .stream({})
        .request()
        .responseHeaders({ ...JSON_RESPONSE, "x-upstream": "1" });
      dribble(stream, "response", LEAKING, size);
      assert.equal(stream.client.status, 403);
      assert.equal(stream.client.headers?.get("x-upstream"), undefined);
      assert.ok(JSON.parse(stream.client.text));
      assert.deepEqual(told(host), [["block", "response_body", undefined, undefined]]);
      host.assertClean();
    });
  }

  test("benign → held, then passes whole", async () => {
    const host = await startFilter(HELD);
    const stream = host.stream({}).request().responseHeaders(JSON_RESPONSE).responseBody(BENIGN);
    assert.ok(stream.client.nothing);
    stream.responseBody("", true);
    assert.deepEqual([stream.client.status, stream.client.text], [200, BENIGN]);
    host.assertClean();
  });

  test("ended by trailers → judged, and passes", async () => {
    const host = await startFilter(HELD);
    const stream = host.stream({}).request().responseHeaders(JSON_RESPONSE).responseBody(BENIGN);
    stream.responseTrailers({ "x-checksum": "1" });
    assert.deepEqual([stream.client.status, stream.client.text], [200, BENIGN]);
    const leaking = host
      .stream({})
      .request()
      .responseHeaders(JSON_RESPONSE)
      .responseBody(LEAKING.slice(0, 62));
    leaking.responseBody(LEAKING.slice(62)).responseTrailers({});
    assert.equal(leaking.client.status, 403);
    host.assertClean();
  });

  test("attack in the trailers → 403", async () => {
    const host = await startFilter(HELD);
    const stream = host.stream({}).request().responseHeaders(JSON_RESPONSE).responseBody(BENIGN);
    stream.responseTrailers({ "x-leak": SECRET });
    assert.equal(stream.client.status, 403);
    assert.deepEqual(told(host), [["block", "response_trailers", undefined, undefined]]);
    host.assertClean();
  });

  test("no body, or an event stream → headers are not held", async () => {
    const host = await startFilter(HELD);
    assert.equal(host.stream({}).request().responseHeaders({ ":status": "204" }, true).client.status, 204);
    const stream = host.stream({}).request();
    stream.responseHeaders({ ":status": "200", "content-type": "text/event-stream" });
    assert.equal(stream.client.status, 200);
    stream.responseBody("data: 1\n\n");
    assert.equal(stream.client.text, "data: 1\n\n");
    stream.responseBody(`data: {"a":"${SECRET}"}\n\n`);
    assert.ok(stream.client.reset);
    assert.deepEqual(told(host), [["reset", "response_body", undefined, undefined]]);
    host.assertClean();
  });
});

describe("response_body with headers gone", () => {
  const GONE = { ...RESPONSES, hold_headers: false };

  test("BUFFERED, response_block reset → reset, no byte of the body", async () => {
    const host = await startFilter({ ...GONE, response_body: "BUFFERED" });
    const stream = dribble(host.stream({}).request().responseHeaders(JSON_RESPONSE), "response", LEAKING, 10);
    assert.ok(stream.client.reset);
    assert.equal(stream.client.text, "");
    assert.deepEqual(told(host), [["reset", "response_body", undefined, undefined]]);
    host.assertClean();
  });

  const REPLACED: [name: string, headers: Record<string, string>, how: "replace" | "reset"][] = [
    ["no length, known from the first piece", {}, "replace"],
    ["no length, known later", {}, "reset"],
    ["a length with room", { "content-length": "500" }, "replace"],
    ["a length without room", { "content-length": "20" }, "reset"],
    ["a content coding", { "content-encoding": "gzip" }, "reset"],
  ];
  for (const [name, headers, how] of REPLACED) {
    test(`BUFFERED, response_block replace, ${name} → ${how}`, async () => {
      const host = await startFilter({ ...GONE, response_body: "BUFFERED", response_block: "replace" });
      const stream = host
        .stream({})
        .request()
        .responseHeaders({ ...JSON_RESPONSE, ...headers });
      const body = name === "a content coding" ? zlib.gzipSync(LEAKING).toString("latin1") : LEAKING;
      const bytes = Buffer.from(body, "latin1");
      const cut = name.endsWith("first piece") ? bytes.length - 2 : 62;
      stream.responseBody(bytes.subarray(0, cut)).responseBody(bytes.subarray(cut), true);
      assert.equal(stream.client.status, 200);
      assert.ok(!stream.client.text.includes(SECRET));
      if (how === "replace") {
        assert.match(JSON.stringify(JSON.parse(stream.client.text)), /[0-9a-f-]{36}/);
        if (headers["content-length"]) assert.equal(stream.client.body.length, 500);
      } else {
        assert.ok(stream.client.reset);
      }
      assert.deepEqual(told(host), [[how, "response_body", undefined, undefined]]);
      assert.equal(counters(host)[how === "replace" ? "wardgate_replaced" : "wardgate_reset"], 1);
      host.assertClean();
    });
  }

  for (const mode of ["BUFFERED", "BUFFERED_PARTIAL"]) {
    test(`${mode}, response_block replace, a body of unknown length that fills the host's buffer at once → whole`, async () => {
      const host = await startFilter({ ...GONE, response_body: mode, response_block: "replace" });
      const stream = host.stream({}).request().responseHeaders(JSON_RESPONSE);
      const text = JSON.stringify({ text: "plain words ".repeat(90_000) });
      stream.responseBody(Buffer.from(text.slice(0, 100))).responseBody(Buffer.from(text.slice(100)), true);
      assert.ok(!stream.client.reset);
      assert.equal(stream.client.text, text);
      host.assertClean();
    });
  }

  test("STREAMED → cut, and the attack's last byte never goes on", async () => {
    const host = await startFilter({ ...GONE, response_block: "replace" });
    const stream = dribble(host.stream({}).request().responseHeaders(JSON_RESPONSE), "response", LEAKING, 9);
    assert.ok(stream.client.reset);
    assert.ok(stream.client.text.length > 0 && !stream.client.text.includes(SECRET));
    assert.deepEqual(told(host), [["reset", "response_body", undefined, undefined]]);
    host.assertClean();
  });
});

describe("hosts that do not let body callbacks come while headers are held", () => {
  for (const body of ["STREAMED", "BUFFERED", "BUFFERED_PARTIAL"]) {
    test(`${body}, hold_headers false → nothing hangs, attacks are stopped`, async () => {
      const config = { ...RESPONSES, hold_headers: false, request_body: body, response_body: body };
      const host = await startFilter(config, { allowOnHeadersStopIteration: false });
      const stream = host.stream(POST_JSON).request(false).requestBody(BENIGN, true);
      stream.responseHeaders(JSON_RESPONSE).responseBody(BENIGN, true);
      assert.deepEqual([stream.client.status, stream.client.text], [200, BENIGN]);
      assert.equal(host.stream(POST_JSON).request(false).requestBody(HARMFUL, true).client.status, 403);
      host.assertClean();
    });
  }
});

describe("mode observe", () => {
  const MODES = ["NONE", "STREAMED", "BUFFERED", "BUFFERED_PARTIAL"];
  for (const body of MODES) {
    test(`${body} both ways → every callback answers Continue, nothing is changed, the event says what would have been`, async () => {
      const config = {
        ...RESPONSES,
        mode: "observe",
        request_body: body,
        response_body: body,
        body_capture_size: 50,
        over_limit: "reject",
        on_limit: "block",
        failure_mode: "closed",
        response_block: "replace",
        encodings: { unreadable: "reject", ask_upstream: true },
      };
      const host = await startFilter(config);
      const headers = { "content-type": "application/json", "accept-encoding": "br" };
      const stream = host.stream({ ...POST_JSON, path: `/a?b=${ATTACK}`, headers }).request(false);
      assert.equal(stream.upstream.headers?.get("accept-encoding"), "br");
      stream.requestBody(HARMFUL);
      assert.equal(stream.upstream.text, HARMFUL);
      stream.requestTrailers({ "x-a": ATTACK });
      stream.responseHeaders({ ...JSON_RESPONSE, "x-leak": SECRET }).responseBody(LEAKING);
      assert.equal(stream.client.text, LEAKING);
      stream.responseTrailers({ "x-leak": SECRET });
      const statuses = stream.callbacks.filter((call) => /_(headers|body|trailers)$/.test(call.name));
      assert.deepEqual([...new Set(statuses.map((call) => call.result))], [0]);
      assert.equal(stream.client.status, 200);
      const [event] = events(host);
      assert.deepEqual(
        [event?.action, event?.["phase"], event?.["would_block"]],
        ["monitor", "request_headers", true],
      );
      host.assertClean();
    });
  }
});

describe("a proxy whose buffer is smaller than what is held", () => {
  const LONG = JSON.stringify({ fill: "x".repeat(60_000) });
  /** Headers and 40 KB of a body without a length, and then nothing: the proxy has stopped reading. */
  const stall = async (config: object) => {
    const host = await startFilter({ ...BLOCK, ...config }, { bufferLimit: 32 * 1024 });
    const stream = host.stream({ ...POST_JSON, http2: true }).request(false);
    for (let at = 0; at < 40_000; at += 8000) stream.requestBody(LONG.slice(at, at + 8000));
    return { host, stream };
  };

  test("request → let go after three ticks without a byte, judged while it passes, and the event says so", async () => {
    const { host, stream } = await stall({});
    for (let i = 0; i < 2; i++) host.tick();
    assert.ok(stream.upstream.nothing);
    host.tick();
    assert.equal(stream.upstream.text, LONG.slice(0, 40_000));
    stream.requestBody(LONG.slice(40_000), true);
    stream.responseHeaders({ ":status": "204" }, true);
    assert.deepEqual(told(host), [["monitor", "request_body", undefined, ["request_body"]]]);
    assert.equal(counters(host)["wardgate_stalled"], 1);
    host.assertClean();
  });

  test("an attack in what follows → cut", async () => {
    const { host, stream } = await stall({});
    for (let i = 0; i < 3; i++) host.tick();
    stream.requestBody(`","b":"${ATTACK}"}`, true);
    assert.equal(stream.client.status, 403);
    host.assertClean();
  });

  test("on_limit block, over_limit reject → 403, the upstream saw nothing", async () => {
    for (const config of [{ on_limit: "block" }, { over_limit: "reject" }]) {
      const { host, stream } = await stall(config);
      for (let i = 0; i < 3; i++) host.tick();
      assert.equal(stream.client.status, 403);
      assert.ok(stream.upstream.nothing);
      host.assertClean();
    }
  });

  test("a slow sender of a short body → held on", async () => {
    const host = await startFilter();
    const stream = host.stream(POST_JSON).request(false).requestBody(LONG.slice(0, 10_000));
    for (let i = 0; i < 20; i++) host.tick();
    assert.ok(stream.upstream.nothing);
    stream.requestBody(`${ATTACK}"}`, true);
    assert.equal(stream.client.status, 403);
    host.assertClean();
  });

  test("response → let go, and the event says so", async () => {
    const config = { ...RESPONSES, response_body: "BUFFERED" };
    const host = await startFilter(config, { bufferLimit: 32 * 1024 });
    const stream = host.stream({ upstreamHttp2: true }).request().responseHeaders(JSON_RESPONSE);
    for (let at = 0; at < 40_000; at += 8000) stream.responseBody(LONG.slice(at, at + 8000));
    for (let i = 0; i < 3; i++) host.tick();
    assert.equal(stream.client.text, LONG.slice(0, 40_000));
    stream.responseBody(`","b":"${SECRET}"}`, true);
    assert.ok(stream.client.reset);
    assert.deepEqual(told(host), [["reset", "response_body", undefined, ["response_body"]]]);
    host.assertClean();
  });
});
