// A host that answers errors: whatever hostcall fails, and however, the VM lives and traffic goes on.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ProxyHost } from "../host/proxy-host.ts";
import {
  ATTACK,
  BENIGN,
  BLOCK,
  counters,
  HARMFUL,
  LEAK,
  ODDITY,
  POST_JSON,
  exchange,
  respond,
  startFilter,
} from "./filter-host.ts";

const WRONG = { ...BLOCK, mode: "blocc" };

// NotFound, BadArgument, SerializationFailure, ParseFailure, InvalidMemoryAccess, Empty, CasMismatch, InternalFailure,
// Unimplemented, and a status no specification knows. 0: the call says Ok and writes nothing.
const STATUSES = [0, 1, 2, 3, 4, 6, 7, 8, 10, 12, 99];
const INTERNAL_FAILURE = 10;
// Success without a result, Badf, Fault, Inval, Nosys, Notsup.
const ERRNOS = [0, 8, 21, 28, 52, 58];

/** Every kind of traffic once; all streams end. */
function traffic(host: ProxyHost, what = ""): void {
  const benign = exchange(host, POST_JSON, BENIGN);
  assert.equal(benign.client.status, 200, `benign traffic passes ${what}`);
  assert.equal(benign.upstream.text, BENIGN, `and passes unchanged ${what}`);
  const streams = [
    exchange(host, { path: "/items?q=lamp" }),
    exchange(host, POST_JSON, HARMFUL),
    exchange(host, { path: `/?q=${ATTACK}`, headers: { accept: "text/html" } }),
    exchange(host, { path: `/?q=${ODDITY}` }, undefined, `{"a":"${LEAK}"}`),
    respond(
      host
        .stream({ ...POST_JSON, http2: true })
        .request(false)
        .requestBody(HARMFUL)
        .requestTrailers({ "x-t": "1" }),
    ),
    host.stream(POST_JSON).request(false).requestBody(HARMFUL.slice(0, 9)).close(),
  ];
  host.tick();
  streams.forEach((stream, i) => assert.equal(stream.finished, true, `stream ${i} ends ${what}`));
}

/** A host that says Ok has sent the reply: the one call whose Ok cannot be empty. */
const statusesOf = (name: string): number[] => {
  if (!name.startsWith("proxy_")) return ERRNOS;
  return name === "proxy_send_local_response" ? STATUSES.slice(1) : STATUSES;
};

async function hostcallNames(): Promise<string[]> {
  const host = await startFilter(BLOCK);
  traffic(host);
  host.configure(JSON.stringify(WRONG));
  return [...host.hostcalls.keys()];
}

describe("filter under a failing host", () => {
  test("a clean run → uses the hostcalls these tests break", async () => {
    const names = await hostcallNames();
    for (const name of [
      "proxy_get_header_map_pairs",
      "proxy_get_buffer_bytes",
      "proxy_send_local_response",
      "proxy_get_property",
      "proxy_log",
    ]) {
      assert.ok(names.includes(name), name);
    }
  });

  test("one hostcall fails while traffic flows → no trap, benign traffic passes, every stream ends", async () => {
    for (const name of await hostcallNames()) {
      for (const status of statusesOf(name)) {
        const host = await startFilter(BLOCK);
        host.inject = (called) => (called === name ? status : undefined);
        traffic(host, `while ${name} → ${status}`);
        host.inject = undefined;
        traffic(host, `after ${name} → ${status}`);
        assert.equal(host.failure, undefined, `${name} → ${status}`);
        assert.deepEqual(host.errors, [], `${name} → ${status}`);
      }
    }
  });

  test("one hostcall fails while it is configured → no trap, the plugin serves on", async () => {
    for (const name of await hostcallNames()) {
      for (const status of statusesOf(name)) {
        for (const config of [BLOCK, WRONG]) {
          const host = await startFilter(config, {
            inject: (called) => (called === name ? status : undefined),
          });
          assert.ok(host.ok, `${name} → ${status}: ${host.problem}`);
          host.inject = undefined;
          traffic(host);
          host.assertClean();
        }
      }
    }
  });

  test("every hostcall fails → no trap, traffic passes", async () => {
    for (const status of STATUSES) {
      const host = await startFilter(BLOCK, {
        inject: (name) => (statusesOf(name).includes(status) ? status : undefined),
      });
      assert.ok(host.ok);
      traffic(host);
      host.shutDown();
      host.assertClean();
    }
  });

  test("a hostcall fails now and then → no trap, every stream ends", async () => {
    const host = await startFilter(BLOCK);
    for (let seed = 1; seed <= 200; seed++) {
      let state = seed;
      host.inject = () => {
        state = (Math.imul(state, 1103515245) + 12345) >>> 0;
        return (state >>> 16) % 5 === 0 ? STATUSES[1 + ((state >>> 20) % 10)] : undefined;
      };
      for (const body of [BENIGN, HARMFUL]) assert.ok(exchange(host, POST_JSON, body).close().finished);
      exchange(host, { path: `/?q=${ATTACK}` }).close();
      host.tick();
    }
    host.assertClean();
  });

  test("body delivered short of what was offered → no trap", async () => {
    const host = await startFilter(BLOCK);
    const stream = host.stream(POST_JSON).request(false);
    let calls = 0;
    host.inject = (name) => (name === "proxy_get_buffer_bytes" && calls++ % 2 === 0 ? 0 : undefined);
    for (let i = 0; i < HARMFUL.length; i++) stream.requestBody(HARMFUL[i]!);
    stream.requestBody("", true);
    respond(stream);
    assert.ok(stream.finished);
    host.assertClean();
  });

  for (const broken of ["proxy_get_header_map_pairs", "proxy_get_buffer_bytes"]) {
    for (const [failure_mode, status] of [
      ["open", 200],
      ["closed", 403],
    ] as const) {
      test(`${broken} fails, failure_mode ${failure_mode} → ${status}, and a stat says so`, async () => {
        const host = await startFilter({ ...BLOCK, failure_mode });
        host.inject = (name) => (name === broken ? INTERNAL_FAILURE : undefined);
        const stream = exchange(host, POST_JSON, BENIGN);
        assert.equal(stream.client.status, status);
        assert.equal(stream.upstream.text, status === 200 ? BENIGN : "");
        host.inject = undefined;
        assert.notEqual(counters(host)["wardgate_host_errors"] ?? 0, 0);
        host.assertClean();
      });
    }
  }
});
