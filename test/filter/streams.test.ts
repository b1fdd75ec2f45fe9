// Upgraded connections, requests for codings that can be read, and settings by route.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ATTACK, BLOCK, HARMFUL, POST_JSON, events, startFilter } from "./filter-host.ts";
import { JSON_RESPONSE, LEAKING, RESPONSES, SECRET, told } from "./response-rules.ts";

describe("upgrades", () => {
  const UPGRADE = { connection: "Upgrade", upgrade: "websocket" };
  const SWITCHED = { ":status": "101", ...UPGRADE };
  /** A frame with a mask, or without one. */
  const frame = (text: string, mask?: Buffer): Buffer => {
    const payload = Buffer.from(text);
    const masked = mask ? payload.map((byte, i) => byte ^ mask[i % 4]!) : payload;
    const head =
      payload.length < 126 ? [0x81, payload.length] : [0x81, 126, payload.length >> 8, payload.length & 255];
    if (mask) head[1]! |= 0x80;
    return Buffer.concat([Buffer.of(...head), ...(mask ? [mask] : []), masked]);
  };
  const MASK = Buffer.of(1, 2, 3, 4);

  test("headers and frames are never held, attacks in frames cut the connection", async () => {
    const host = await startFilter({ ...RESPONSES, response_body: "BUFFERED" });
    for (const side of ["request", "response"] as const) {
      const stream = host.stream({ path: "/chat", headers: UPGRADE }).request(false);
      assert.ok(stream.upstream.headers, "the request's headers go on");
      stream.responseHeaders(SWITCHED);
      assert.equal(stream.client.status, 101);
      for (let i = 0; i < 20; i++) {
        stream.requestBody(frame(`{"say":"hello ${i}"}`, MASK));
        stream.responseBody(frame(`{"heard":"hello ${i}"}`));
      }
      assert.ok(stream.upstream.body.length > 400 && stream.client.body.length > 400);
      if (side === "request") stream.requestBody(frame(`{"say":"${ATTACK}"}`, MASK));
      else stream.responseBody(frame(`{"heard":"${SECRET}"}`));
      assert.ok(stream.client.reset, side);
    }
    assert.deepEqual(told(host), [
      ["reset", "request_body", undefined, undefined],
      ["reset", "response_body", undefined, undefined],
    ]);
    host.assertClean();
  });

  test("not granted → the bodies are bodies", async () => {
    const host = await startFilter(RESPONSES);
    const stream = host
      .stream({ ...POST_JSON, headers: { ...POST_JSON.headers, ...UPGRADE } })
      .request(false);
    stream.requestBody(HARMFUL);
    assert.equal(stream.client.status, 403);
    const other = host.stream({ path: "/chat", headers: UPGRADE }).request(false);
    other.responseHeaders(JSON_RESPONSE).responseBody(LEAKING);
    assert.ok(other.client.reset);
    host.assertClean();
  });

  test("another protocol, or a tunnel → not looked into", async () => {
    const host = await startFilter(RESPONSES);
    const stream = host
      .stream({ path: "/x", headers: { connection: "upgrade", upgrade: "h2c" } })
      .request(false);
    stream.responseHeaders({ ":status": "101" });
    stream.requestBody(ATTACK).responseBody(SECRET);
    assert.deepEqual([stream.upstream.text, stream.client.text], [ATTACK, SECRET]);
    stream.close();
    assert.deepEqual(told(host), []);
    host.assertClean();
  });
});

describe("gRPC", () => {
  const GRPC = {
    method: "POST",
    path: "/chat.Chat/Talk",
    http2: true,
    headers: { "content-type": "application/grpc" },
  };
  const MESSAGES = {
    ...RESPONSES,
    response_body: "BUFFERED",
    custom_rules: [
      ...RESPONSES.custom_rules,
      {
        id: "t-message",
        name: "Marker of t-message",
        tags: { type: "message", category: "attack_attempt" },
        conditions: [
          {
            operator: "phrase_match",
            parameters: { inputs: [{ address: "grpc.server.request.message" }], list: [ATTACK] },
          },
        ],
        on_match: ["block"],
      },
    ],
  };
  const frame = (text: string): Buffer =>
    Buffer.concat([Buffer.of(0, 0, 0, 0, text.length + 2, 0x0a, text.length), Buffer.from(text)]);

  test("each message goes on when it is whole and judged; nothing waits for the call's end", async () => {
    const host = await startFilter(MESSAGES);
    const stream = host.stream(GRPC).request(false);
    assert.ok(stream.upstream.headers, "headers are not held");
    const sent = Buffer.concat([frame("one"), frame("two")]);
    stream.requestBody(sent.subarray(0, 4));
    assert.equal(stream.upstream.body.length, 0);
    stream.requestBody(sent.subarray(4, 10));
    assert.equal(stream.upstream.body.length, 10);
    stream.requestBody(sent.subarray(10, 13));
    assert.equal(stream.upstream.body.length, 10);
    stream.requestBody(sent.subarray(13));
    assert.deepEqual(stream.upstream.body, sent);
    stream.responseHeaders({ ":status": "200", "content-type": "application/grpc" });
    assert.equal(stream.client.status, 200);
    stream.responseBody(sent.subarray(0, 10));
    assert.equal(stream.client.body.length, 10);
    stream.requestBody(frame("three"));
    assert.equal(stream.upstream.body.length, sent.length + 12);
    stream.responseBody(sent.subarray(10)).responseTrailers({ "grpc-status": "0" });
    assert.deepEqual(stream.client.body, sent);
    assert.deepEqual(told(host), []);
    host.assertClean();
  });

  test("attack in the second message → the call is answered, and that message never went on", async () => {
    const host = await startFilter(MESSAGES);
    const stream = host.stream(GRPC).request(false).requestBody(frame("one"));
    for (const byte of frame(ATTACK)) if (!stream.finished) stream.requestBody(Buffer.of(byte));
    assert.deepEqual(stream.upstream.body, frame("one"));
    assert.ok(stream.finished);
    assert.deepEqual(told(host), [["block", "request_body", undefined, undefined]]);
    host.assertClean();
  });
});

describe("accept-encoding", () => {
  const ROWS: [given: string, wanted: string][] = [
    ["gzip, deflate, br, zstd", "gzip,deflate"],
    ["br;q=1.0, gzip;q=0.5", "gzip;q=0.5"],
    ["gzip", "gzip"],
    ["br", "identity"],
    ["*", "identity"],
    ["GZIP , identity;q=0", "GZIP , identity;q=0"],
  ];
  for (const [given, wanted] of ROWS) {
    test(`ask_upstream, "${given}" → "${wanted}"`, async () => {
      const host = await startFilter({ ...BLOCK, encodings: { ask_upstream: true } });
      const stream = host.stream({ headers: { "accept-encoding": given } }).request();
      assert.equal(stream.upstream.headers?.get("accept-encoding"), wanted);
      host.assertClean();
    });
  }

  test("otherwise → left alone", async () => {
    const host = await startFilter();
    const stream = host.stream({ headers: { "accept-encoding": "br" } }).request();
    assert.equal(stream.upstream.headers?.get("accept-encoding"), "br");
  });
});

describe("routes", () => {
  test("by Envoy's name of the route, read only where a route asks for it", async () => {
    const routes = [{ name: "uploads", match: { route_name: "uploads" }, mode: "monitor" }];
    const host = await startFilter({ ...BLOCK, routes });
    const options = { path: `/?a=${ATTACK}` };
    const named = host.stream({ ...options, properties: { "xds.route_name": "uploads" } }).request();
    named.responseHeaders({ ":status": "204" }, true);
    assert.equal(named.client.status, 204);
    assert.equal(
      host.stream({ ...options, properties: { "xds.route_name": "other" } }).request().client.status,
      403,
    );
    assert.equal(host.stream(options).request().client.status, 403);
    assert.deepEqual(
      events(host).map((event) => event["route"]),
      ["uploads", undefined, undefined],
    );
    host.assertClean();
  });

  test("body modes by path", async () => {
    const routes = [
      { match: { path_prefix: "/stream" }, request_body: "STREAMED" },
      { match: { path_prefix: "/raw" }, request_body: "NONE", hold_headers: false },
    ];
    const host = await startFilter({ ...BLOCK, routes });
    const sent = (path: string): string => {
      const stream = host
        .stream({ ...POST_JSON, path })
        .request(false)
        .requestBody(HARMFUL.slice(0, 10));
      const text = stream.upstream.text;
      stream.requestBody(HARMFUL.slice(10), true);
      return `${text.length} ${stream.client.status ?? "passes"}`;
    };
    assert.deepEqual(["/stream/x", "/raw", "/held"].map(sent), ["10 403", "10 passes", "0 403"]);
    host.assertClean();
  });
});
