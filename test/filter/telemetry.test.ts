// Events, filter state, stats, and how many hostcalls a request costs.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { HttpStream } from "../host/http-stream.ts";
import {
  ATTACK,
  BENIGN,
  BLOCK,
  HARMFUL,
  LEAK,
  ODDITY,
  POST_JSON,
  counters,
  events,
  exchange,
  startFilter,
} from "./filter-host.ts";

describe("filter events", () => {
  test("findings in every part of one exchange → one event, at the end", async () => {
    const host = await startFilter({ ...BLOCK, mode: "monitor" });
    const stream = host
      .stream({ ...POST_JSON, path: `/x?q=${ODDITY}` })
      .request(false)
      .requestBody(HARMFUL, true);
    stream
      .responseHeaders({ ":status": "200", "content-type": "application/json" })
      .responseBody(`{"a":"${LEAK}"}`);
    assert.equal(events(host).length, 0);
    stream.responseBody("", true);
    assert.equal(events(host).length, 1);
    assert.deepEqual(events(host)[0]?.rules.toSorted(), ["t-block", "t-leak", "t-monitor"]);
    host.assertClean();
  });

  test("no finding → no event and no filter state", async () => {
    const host = await startFilter();
    const stream = exchange(host, POST_JSON, BENIGN);
    assert.equal(events(host).length, 0);
    assert.equal(stream.filterState.size, 0);
  });

  test("finding → the event says what, where, who and when", async () => {
    const host = await startFilter({ ...BLOCK, service: "shop", environment: "test" });
    const options = {
      ...POST_JSON,
      path: "/api/users?full=1",
      headers: { "content-type": "application/json", "user-agent": "curl/8" },
      properties: { "source.address": "198.51.100.9:4711" },
    };
    exchange(host, options, HARMFUL);
    const [event] = events(host);
    const { timestamp, id, triggers, version, ...rest } = event!;
    assert.match(String(timestamp), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    assert.match(id, /^[0-9a-f-]{36}$/);
    assert.match(String(version), /^\d+\.\d+\.\d+$/);
    const {
      host: authority,
      path,
      method,
      client_ip,
      headers,
      service,
      environment,
      status,
      action,
      mode,
    } = rest;
    assert.deepEqual(
      { authority, path, method, client_ip, headers, service, environment, status, action, mode },
      {
        authority: "api.example.com",
        path: "/api/users",
        method: "POST",
        client_ip: "198.51.100.9",
        headers: { "user-agent": "curl/8", "content-type": "application/json" },
        service: "shop",
        environment: "test",
        status: 403,
        action: "block",
        mode: "block",
      },
    );
    assert.deepEqual(triggers[0]?.rule_matches[0]?.["parameters"], [
      {
        address: "server.request.body",
        key_path: ["user", "name"],
        value: `x ${ATTACK} x`,
        highlight: [ATTACK],
      },
    ]);
    host.assertClean();
  });

  const ADDRESSES: [peer: string, want: string][] = [
    ["203.0.113.7:1234", "203.0.113.7"],
    ["[2001:db8::1]:1234", "[2001:db8::1]"],
    ["/run/socket", "/run/socket"],
    ["", ""],
  ];
  for (const [peer, want] of ADDRESSES) {
    test(`peer ${peer || "unknown"} → client address ${want || "left out"}`, async () => {
      const host = await startFilter();
      exchange(host, { path: `/?q=${ATTACK}`, properties: { "source.address": peer } });
      assert.equal(
        String(events(host)[0]?.["client_ip"] ?? "").replace(/[[\]]/g, ""),
        want.replace(/[[\]]/g, ""),
      );
      host.assertClean();
    });
  }

  test("value under a secret key → not shown", async () => {
    const host = await startFilter();
    exchange(host, POST_JSON, JSON.stringify({ password: `hunter2 ${ATTACK}` }));
    assert.equal(events(host).length, 1);
    assert.equal(JSON.stringify(events(host)).includes("hunter2"), false);
    host.assertClean();
  });

  test("own redaction patterns → keys and values they match are not shown", async () => {
    const redaction = { key_regex: "^pin$", value_regex: "card-[0-9]+" };
    const host = await startFilter({ ...BLOCK, redaction });
    exchange(host, POST_JSON, JSON.stringify({ pin: `1234 ${ATTACK}` }));
    exchange(host, POST_JSON, JSON.stringify({ note: `card-777 ${ATTACK}` }));
    exchange(host, POST_JSON, JSON.stringify({ note: `plain ${ATTACK}` }));
    const shown = events(host).map((event) => JSON.stringify(event.triggers));
    assert.deepEqual(
      [shown[0]!.includes("1234"), shown[1]!.includes("777"), shown[2]!.includes("plain")],
      [false, false, true],
    );
    host.assertClean();
  });

  test("any bytes in the evidence → the event is one line of valid JSON", async () => {
    const host = await startFilter();
    const nasty = `"\\\n\r\t\u2028\u0000\u001f\ud83d</script>${ATTACK}`;
    exchange(host, POST_JSON, JSON.stringify({ [nasty]: nasty }));
    exchange(
      host,
      { ...POST_JSON, path: "/%ff\xff\n" },
      Buffer.concat([Buffer.from('{"a":"\xff\xfe'), Buffer.from([0xff, 0xc0]), Buffer.from(`${ATTACK}"}`)]),
    );
    assert.equal(events(host).length, 2);
    for (const line of host.logs) assert.ok(!line.message.includes("\n"));
    host.assertClean();
  });

  test("log_events false → no line, and filter state all the same", async () => {
    const host = await startFilter({ ...BLOCK, log_events: false });
    const stream = exchange(host, { path: `/?q=${ATTACK}` });
    assert.equal(events(host).length, 0);
    assert.equal(stream.filterState.get("wasm.wardgate_rule")?.toString(), "t-block");
    host.assertClean();
  });
});

describe("filter stats", () => {
  test("a thousand requests of every kind → the names are the same few", async () => {
    const host = await startFilter({ ...BLOCK, body_capture_size: 40 });
    const before = host.metrics.names();
    for (let i = 0; i < 1000; i++) {
      exchange(host, {
        path: `/${i}?q${i}=${i % 10 === 0 ? ATTACK : i}`,
        headers: { "user-agent": `ua-${i}` },
      });
    }
    exchange(host, POST_JSON, JSON.stringify({ fill: "x".repeat(100) }));
    const found = counters(host);
    assert.deepEqual(host.metrics.names(), before);
    for (const name of before) assert.match(name, /^wardgate_[a-z_]+$/);
    assert.equal(found["wardgate_requests"], 1001);
    assert.equal(found["wardgate_blocked"], 100);
    assert.equal(found["wardgate_limit_request_body"], 1);
    host.assertClean();
  });

  test("stats → counters, but for what goes up and down", async () => {
    const host = await startFilter();
    const gauges = ["wardgate_rules", "wardgate_vm_memory_bytes"];
    for (const name of host.metrics.names()) {
      assert.equal(host.metrics.kind(name), gauges.includes(name) ? "gauge" : "counter", name);
    }
  });

  test("timer → asked for once, and stats reach the proxy with it", async () => {
    const host = await startFilter();
    assert.ok(host.tickPeriod > 0);
    exchange(host, {});
    assert.equal(host.metrics.value("wardgate_requests"), 0);
    host.tick();
    assert.equal(host.metrics.value("wardgate_requests"), 1);
  });

  test("10,000 requests → the VM's memory stays as it is after the first thousand", async () => {
    const host = await startFilter();
    const some = (count: number): void => {
      for (let i = 0; i < count; i++) {
        if (i % 10 === 0) exchange(host, POST_JSON, HARMFUL);
        else if (i % 2 === 0)
          exchange(host, POST_JSON, JSON.stringify({ a: "x".repeat(i % 5000), b: [i, { c: i }] }));
        else exchange(host, { path: `/items/${i}?a=${i}&b=c` });
      }
    };
    some(1000);
    const before = host.memory.size;
    some(9000);
    assert.equal(host.memory.size, before);
    host.assertClean();
  });
});

describe("filter hostcalls", () => {
  const PNG = Buffer.alloc(200, "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\x01\x02", "latin1");
  const CLOCK = "proxy_get_current_time_nanoseconds";
  const withoutClock = (stream: HttpStream): Record<string, number> =>
    Object.fromEntries([...stream.hostcalls].filter(([name]) => name !== CLOCK));

  test("benign GET → two maps read, the response body once, nothing written", async () => {
    const host = await startFilter();
    const stream = exchange(host, { path: "/items?q=lamp" });
    assert.deepEqual(withoutClock(stream), { proxy_get_header_map_pairs: 2, proxy_get_buffer_bytes: 1 });
    assert.ok(stream.count(CLOCK) <= 8, `clock read ${stream.count(CLOCK)} times`);
  });

  test("binary response → nothing more is read once that is seen", async () => {
    const host = await startFilter();
    const stream = host.stream({ path: "/items" }).request();
    stream.responseHeaders({ ":status": "200", "content-type": "image/png" });
    for (let i = 0; i < 5; i++) stream.responseBody(PNG);
    stream.responseBody("", true);
    assert.deepEqual(withoutClock(stream), { proxy_get_header_map_pairs: 2, proxy_get_buffer_bytes: 1 });
  });

  test("held body in ten packets → each byte is read once", async () => {
    const host = await startFilter();
    const body = JSON.stringify({ a: "x".repeat(991) });
    const stream = host.stream({ ...POST_JSON, http2: true }).request(false);
    const before = host.memory.allocatedBytes;
    for (let at = 0; at < 1000; at += 100) stream.requestBody(body.slice(at, at + 100), at === 900);
    assert.equal(stream.count("proxy_get_buffer_bytes"), 10);
    assert.equal(host.memory.allocatedBytes - before, body.length);
    assert.equal(stream.upstream.text, body);
  });

  test("only the trailing empty packet → the body is not read again", async () => {
    const host = await startFilter();
    const stream = host.stream(POST_JSON).request(false).requestBody(BENIGN, true);
    assert.equal(stream.count("proxy_get_buffer_bytes"), 1);
  });
});
