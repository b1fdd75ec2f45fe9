// HTTP streams through the host tested with a guest that does what its configuration says (guest/guest.ts). Rows state
// what Envoy does.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { POST, lines, start } from "./test-guest.ts";
import type { HeaderInit } from "./header-pairs.ts";

describe("host requests", () => {
  test("headers continue → the upstream has them at once, their map is gone in the body", async () => {
    const host = await start("request-headers=maps request-body-end=maps log=maps");
    const headers: HeaderInit = [
      ["x-twice", "a"],
      ["X-Twice", "b"],
    ];
    const stream = host.stream({ ...POST, headers }).request(false);
    assert.equal(stream.upstream.headers?.get(":path"), "/in");
    assert.equal(stream.upstream.ended, false);
    stream.requestBody("x", true);
    const seen = lines(host);
    assert.ok(seen.includes("pairs 0 0 7"));
    const body = seen.slice(seen.indexOf("request-body-end 0 "));
    assert.deepEqual(body.slice(1, 3), ["pairs 0 0 0", "value 0 2 "]);
    stream.close();
    const log = lines(host).slice(lines(host).indexOf("log 2"));
    assert.deepEqual(log.slice(1, 5), ["pairs 0 0 7", "value 0 0 a", "pairs 1 0 0", "value 1 1 "]);
  });

  test("StopIteration without allow_on_headers_stop_iteration → no body callback at all", async () => {
    const host = await start("request-headers=1", { allowOnHeadersStopIteration: false });
    const stream = host.stream(POST).request(false).requestBody("abc").requestBody("def", true);
    assert.ok(stream.upstream.nothing);
    assert.ok(stream.paused("request"));
    assert.equal(lines(host).filter((line) => line.startsWith("request-body")).length, 0);
  });

  test("StopIteration with it → body callbacks come while the upstream sees nothing", async () => {
    const host = await start("request-headers=1 request-body=1");
    const stream = host.stream(POST).request(false).requestBody("abc").requestBody("def");
    assert.ok(stream.upstream.nothing);
    stream.requestBody("", true);
    assert.deepEqual(lines(host).slice(-3), [
      "request-body 3 abc",
      "request-body 6 abcdef",
      "request-body-end 6 abcdef",
    ]);
    assert.equal(stream.upstream.text, "abcdef");
    assert.ok(stream.upstream.ended);
    host.assertClean();
  });

  test("HTTP/1 body in one packet → offered without end, then again with it", async () => {
    const host = await start("request-body=1");
    host.stream(POST).request(false).requestBody("whole", true);
    assert.deepEqual(lines(host).slice(-2), ["request-body 5 whole", "request-body-end 5 whole"]);
  });

  test("HTTP/2 body in one frame → one callback with its end", async () => {
    const host = await start("request-body=1");
    host
      .stream({ ...POST, http2: true })
      .request(false)
      .requestBody("whole", true);
    assert.deepEqual(lines(host).at(-1), "request-body-end 5 whole");
    assert.equal(lines(host).filter((line) => line.startsWith("request-body")).length, 1);
  });

  test("body continues → passed on, and the next callback sees only new bytes", async () => {
    const host = await start("a=b");
    const stream = host.stream(POST).request(false).requestBody("one").requestBody("two");
    assert.equal(stream.upstream.text, "onetwo");
    assert.deepEqual(lines(host).slice(-2), ["request-body 3 one", "request-body 3 two"]);
  });

  test("trailers end the body → no body callback with the end, then the trailers", async () => {
    const host = await start("request-headers=1 request-body=1");
    const stream = host
      .stream({ ...POST, http2: true })
      .request(false)
      .requestBody("abc");
    stream.requestTrailers({ "x-sum": "1" });
    assert.deepEqual(lines(host).slice(-2), ["request-body 3 abc", "request-trailers 1"]);
    assert.equal(stream.upstream.text, "abc");
    assert.equal(stream.upstream.trailers?.get("x-sum"), "1");
    assert.ok(stream.upstream.ended);
  });

  test("StopIterationNoBuffer → the bytes are lost", async () => {
    const host = await start("request-body=3");
    const stream = host.stream(POST).request(false).requestBody("lost").requestBody("", true);
    assert.equal(stream.upstream.text, "");
    assert.ok(stream.upstream.ended);
  });

  test("held body over the limit → 413, upstream saw nothing", async () => {
    const host = await start("request-headers=1 request-body=1", { bufferLimit: 8 });
    const stream = host.stream(POST).request(false).requestBody("12345678");
    assert.equal(stream.finished, false);
    stream.requestBody("9");
    assert.equal(stream.client.status, 413);
    assert.equal(stream.responseCodeDetails, "request_payload_too_large");
    assert.ok(stream.upstream.nothing && stream.finished);
  });

  test("watermark status over the limit → reading stops, no 413", async () => {
    const host = await start("request-body=2", { bufferLimit: 8 });
    const stream = host.stream(POST).request(false).requestBody("123456789");
    assert.ok(stream.direction("request").readDisabled);
    assert.equal(stream.client.status, undefined);
  });

  test("body replaced → the upstream gets the new bytes", async () => {
    const host = await start("request-body=1 request-body-end=replace-request");
    assert.equal(host.stream(POST).request(false).requestBody("secret", true).upstream.text, "replaced");
  });

  test("header added while held → the upstream gets it; after Continue it is refused", async () => {
    const held = await start("request-headers=1 request-body=1 request-body-end=add-header");
    assert.equal(
      held.stream(POST).request(false).requestBody("x", true).upstream.headers?.get("x-added"),
      "X-Added",
    );
    const gone = await start("request-body-end=add-header");
    assert.equal(
      gone.stream(POST).request(false).requestBody("x", true).upstream.headers?.has("x-added"),
      false,
    );
  });

  test("continued inside a body callback that then holds its bytes → the headers go, the bytes wait", async () => {
    const host = await start("request-headers=1 request-body=continue-request request-body=1");
    const stream = host.stream(POST).request(false).requestBody("abc");
    assert.equal(stream.upstream.headers?.get(":path"), "/in");
    assert.equal(stream.upstream.text, "");
    stream.requestBody("", true);
    assert.equal(stream.upstream.text, "abc");
    assert.ok(stream.upstream.ended);
  });
});

describe("host local replies", () => {
  test("from request headers → the client has it, the upstream nothing, and it passes the response callbacks", async () => {
    const host = await start("request-headers=reply");
    const stream = host.stream(POST).request(false);
    assert.equal(stream.client.status, 403);
    assert.equal(stream.client.text, "no");
    assert.deepEqual(stream.client.headers?.toObject(), {
      ":status": "403",
      "x-guest": "yes",
      "content-length": "2",
      "content-type": "text/plain",
    });
    assert.equal(stream.responseCodeDetails, "by_the_guest");
    assert.ok(stream.upstream.nothing && stream.finished);
    assert.deepEqual(lines(host).slice(-6), [
      "request-headers 5 0",
      "response-headers 4 0",
      "response-body-end 2 no",
      "log 2",
      "done 2",
      "delete 2",
    ]);
  });

  test("from the end of a held body → no byte reached the upstream; without holding it was reset", async () => {
    const held = await start("request-headers=1 request-body=1 request-body-end=reply");
    const one = held.stream(POST).request(false).requestBody("abc", true);
    assert.ok(one.upstream.nothing && !one.upstream.reset);
    const passed = await start("request-body-end=reply");
    const two = passed.stream(POST).request(false).requestBody("abc", true);
    assert.equal(two.client.status, 403);
    assert.equal(two.upstream.text, "abc");
    assert.ok(two.upstream.reset && !two.upstream.ended);
  });

  test("while response headers are held → sent directly, past the callbacks", async () => {
    const host = await start("response-headers=1 response-body=1 response-body-end=reply");
    const stream = host.stream().request().responseHeaders().responseBody("secret", true);
    assert.equal(stream.client.status, 403);
    assert.equal(stream.client.text, "no");
    assert.equal(lines(host).filter((line) => line.startsWith("response-headers")).length, 1);
  });

  test("after response headers went out → reset", async () => {
    const host = await start("response-body=reply");
    const stream = host.stream().request().responseHeaders().responseBody("secret");
    assert.ok(stream.client.reset);
    assert.equal(stream.client.status, 200);
    assert.equal(stream.client.text, "");
  });

  test("held response over the limit → 500", async () => {
    const host = await start("response-headers=1 response-body=1", { bufferLimit: 4 });
    const stream = host.stream().request().responseHeaders().responseBody("12345");
    assert.equal(stream.client.status, 500);
    assert.equal(stream.responseCodeDetails, "response_payload_too_large");
  });

  test("to a gRPC client → trailers-only with status and message; to HEAD → no body", async () => {
    const host = await start("request-headers=reply");
    const grpc = host
      .stream({ ...POST, headers: { "content-type": "application/grpc+proto" } })
      .request(false);
    assert.equal(grpc.client.status, 200);
    assert.equal(grpc.client.headers?.get("grpc-status"), "7");
    assert.equal(grpc.client.headers?.get("grpc-message"), "no");
    assert.equal(grpc.client.text, "");
    const head = host.stream({ method: "HEAD" }).request();
    assert.equal(head.client.text, "");
    assert.equal(head.client.headers?.get("content-length"), "2");
  });
});

describe("host responses", () => {
  test("response with a body and trailers → the client gets all, then log, done, delete", async () => {
    const host = await start("response-headers=1 response-body=1");
    const stream = host.stream().request().responseHeaders().responseBody("abc");
    assert.ok(stream.client.nothing);
    stream.responseTrailers({ "x-t": "1" });
    assert.equal(stream.client.text, "abc");
    assert.equal(stream.client.trailers?.get("x-t"), "1");
    assert.deepEqual(lines(host).slice(-3), ["log 2", "done 2", "delete 2"]);
  });

  test("client goes away → the upstream is reset and the stream logged", async () => {
    const host = await start("a=b");
    const stream = host.stream(POST).request(false).close();
    assert.ok(stream.upstream.reset);
    assert.equal(stream.responseCodeDetails, "downstream_remote_disconnect");
    assert.deepEqual(lines(host).slice(-3), ["log 2", "done 2", "delete 2"]);
  });

  test("properties → raw bytes, header attributes go with the header map", async () => {
    const host = await start("request-headers=properties request-body=properties", { rootId: "wardgate" });
    const stream = host
      .stream({ ...POST, headers: { "x-twice": "é" } })
      .request(false)
      .requestBody("x");
    assert.equal(stream.filterState.get("wasm.seen")?.toString(), "seen");
    assert.deepEqual(lines(host).slice(5), [
      "request-headers 6 0",
      "set 0",
      "property seen 0 seen",
      "property request.path 0 /in",
      "property source.address 0 203.0.113.7:54321",
      "property request.headers.x-twice 0 é",
      "property plugin_root_id 0 wardgate",
      "property no.such 1 ",
      "request-body 1 x",
      "set 0",
      "property seen 0 seen",
      "property request.path 1 ",
      "property source.address 0 203.0.113.7:54321",
      "property request.headers.x-twice 1 ",
      "property plugin_root_id 0 wardgate",
      "property no.such 1 ",
    ]);
  });
});
