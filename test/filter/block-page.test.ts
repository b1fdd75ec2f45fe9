// What a blocked client gets, and what the proxy records of it.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { StreamOptions } from "../host/exchange.ts";
import { ATTACK, BLOCK, HARMFUL, POST_JSON, counters, events, exchange, startFilter } from "./filter-host.ts";

const GET: StreamOptions = { path: `/search?q=${ATTACK}` };
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe("filter request headers", () => {
  const PLACES: [where: string, options: StreamOptions][] = [
    ["query", { path: `/search?q=${ATTACK}` }],
    ["percent-encoded query", { path: "/search?q=%65%76il-marker" }],
    ["header", { headers: { "x-note": ATTACK } }],
    [
      "second of two equal headers",
      {
        headers: [
          ["x-note", "fine"],
          ["x-note", ATTACK],
        ],
      },
    ],
    ["cookie", { headers: { cookie: `a=b; c=${ATTACK}` } }],
  ];
  for (const [where, options] of PLACES) {
    test(`attack in the ${where} → 403 from the header callback, upstream saw nothing`, async () => {
      const host = await startFilter();
      const stream = host.stream(options).request();
      assert.equal(stream.client.status, 403);
      assert.ok(stream.upstream.nothing && stream.finished);
      host.assertClean();
    });
  }

  test("attack in the query of a POST → blocked before any body byte", async () => {
    const host = await startFilter();
    const stream = host.stream({ ...POST_JSON, path: `/x?q=${ATTACK}` }).request(false);
    assert.equal(stream.client.status, 403);
    stream.requestBody(HARMFUL, true);
    assert.ok(stream.upstream.nothing);
    assert.equal(events(host).length, 1);
    host.assertClean();
  });

  test("benign GET → passes at once", async () => {
    const host = await startFilter();
    const stream = host.stream({ path: "/items?q=O%27Brien" }).request();
    assert.equal(stream.upstream.headers?.get(":path"), "/items?q=O%27Brien");
    assert.ok(stream.upstream.ended);
    host.assertClean();
  });

  test("broken request lines → pass or are blocked, and never trap", async () => {
    const host = await startFilter();
    const paths = [
      "",
      "?",
      "/%",
      "/%zz?%",
      "/?&&&=;=&",
      "*",
      `/${"a".repeat(60_000)}?b`,
      "/?" + "a=b&".repeat(5000),
      "/\xff\xfe?\xff=\x00",
    ];
    for (const path of paths) exchange(host, { path, headers: { cookie: "; =;a" } }).close();
    exchange(host, { headers: Array.from({ length: 900 }, (_, i) => [`x-h-${i}`, "v"] as const) });
    exchange(host, {
      headers: [
        [":path", "/again"],
        ["content-type", ";;;"],
        ["accept", ",,;q="],
      ],
    });
    host.assertClean();
  });
});

describe("filter block page", () => {
  const PAGES: [accept: string | undefined, type: RegExp][] = [
    [undefined, /^application\/json/],
    ["*/*", /^application\/json/],
    ["application/json", /^application\/json/],
    ["application/json, text/html;q=0.5", /^application\/json/],
    ["text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", /^text\/html/],
    ["TEXT/HTML", /^text\/html/],
  ];
  for (const [accept, type] of PAGES) {
    test(`Accept ${accept ?? "absent"} → ${type.source.includes("html") ? "HTML" : "JSON"}`, async () => {
      const host = await startFilter();
      const stream = host.stream({ ...GET, headers: accept === undefined ? {} : { accept } }).request();
      assert.match(stream.client.headers?.get("content-type") ?? "", type);
      if (type.source.includes("json")) assert.ok(JSON.parse(stream.client.text));
      else assert.match(stream.client.text, /<html/);
      host.assertClean();
    });
  }

  test("blocked → page, event, filter state and response-code details carry one id", async () => {
    const host = await startFilter();
    const stream = host.stream(GET).request();
    const [event] = events(host);
    const id = event?.id ?? "";
    assert.match(id, UUID);
    assert.ok(stream.client.text.includes(id));
    assert.ok(!stream.client.text.includes("[security_response_id]"));
    assert.equal(stream.filterState.get("wasm.wardgate_event")?.toString(), id);
    assert.equal(stream.filterState.get("wasm.wardgate_action")?.toString(), "block");
    assert.equal(stream.filterState.get("wasm.wardgate_rule")?.toString(), "t-block");
    assert.deepEqual([...stream.filterState.keys()].sort(), [
      "wasm.wardgate_action",
      "wasm.wardgate_event",
      "wasm.wardgate_rule",
    ]);
    assert.equal(stream.responseCodeDetails, `wardgate:t-block:${id}`);
    host.assertClean();
  });

  test("two blocks → two ids", async () => {
    const host = await startFilter();
    host.stream(GET).request();
    host.stream(GET).request();
    const ids = events(host).map((event) => event.id);
    assert.equal(new Set(ids).size, 2);
  });

  test("x-request-id of the request → kept on the reply and on the event", async () => {
    const host = await startFilter();
    const stream = host.stream({ ...GET, headers: { "x-request-id": "req-123" } }).request();
    assert.equal(stream.client.headers?.get("x-request-id"), "req-123");
    assert.equal(events(host)[0]?.["request_id"], "req-123");
    assert.equal(stream.client.headers?.get("cache-control"), "no-store");
    host.assertClean();
  });

  test("own local reply comes back through the response callbacks → not inspected, not counted twice", async () => {
    const host = await startFilter();
    const stream = host.stream(GET).request();
    assert.equal(stream.client.status, 403);
    assert.ok(stream.callbacks.some((call) => call.name === "proxy_on_response_body"));
    assert.deepEqual(
      events(host).map((event) => event.rules),
      [["t-block"]],
    );
    const found = counters(host);
    assert.equal(found["wardgate_requests"], 1);
    assert.equal(found["wardgate_blocked"], 1);
    assert.equal(found["wardgate_monitored"], undefined);
    host.assertClean();
  });

  test("HEAD → 403 without a body", async () => {
    const host = await startFilter();
    const stream = host.stream({ ...GET, method: "HEAD" }).request();
    assert.equal(stream.client.status, 403);
    assert.equal(stream.client.body.length, 0);
    host.assertClean();
  });

  test("gRPC → trailers-only, permission denied", async () => {
    const host = await startFilter();
    const stream = host
      .stream({ ...GET, method: "POST", headers: { "content-type": "application/grpc" } })
      .request(false);
    assert.equal(stream.client.status, 200);
    assert.equal(stream.client.headers?.get("grpc-status"), "7");
    host.assertClean();
  });

  test("own status and templates → used, with the id filled in", async () => {
    const blocking = {
      status: 451,
      json: '{"stop":"[security_response_id]"}',
      html: "<p>[security_response_id]</p>",
    };
    const host = await startFilter({ ...BLOCK, blocking });
    const json = host.stream(GET).request();
    assert.equal(json.client.status, 451);
    assert.equal((JSON.parse(json.client.text) as { stop: string }).stop, events(host)[0]?.id);
    const html = host.stream({ ...GET, headers: { accept: "text/html" } }).request();
    assert.equal(html.client.text, `<p>${events(host)[1]?.id}</p>`);
    host.assertClean();
  });

  test("redirect → its status and location, with the id filled in", async () => {
    const redirect = { status: 302, location: "https://example.com/blocked?id=[security_response_id]" };
    const host = await startFilter({ ...BLOCK, blocking: { redirect } });
    const stream = host.stream(GET).request();
    assert.equal(stream.client.status, 302);
    assert.equal(
      stream.client.headers?.get("location"),
      `https://example.com/blocked?id=${events(host)[0]?.id}`,
    );
    host.assertClean();
  });
});
