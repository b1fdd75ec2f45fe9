// The host tested with a guest that does what its configuration says (guest/guest.ts): lifecycle, services and faults.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { POST, compileGuest, guestSources, lines, start, startAny } from "./test-guest.ts";
import { ProxyHost } from "./proxy-host.ts";

describe("host lifecycle", () => {
  test("module starts → created, started and configured in that order", async () => {
    const host = await start("a=b", { vmConfig: "vm words" });
    assert.deepEqual(lines(host), ["initialized", "create 1 of 0", "vm_start 1 vm words", "configure 1 a=b"]);
    assert.ok(host.ok);
    host.assertClean();
  });

  test("configuration refused → not ok, no stream", async () => {
    const host = await startAny("refuse");
    assert.equal(host.ok, false);
    assert.equal(host.problem, "proxy_on_configure returned false");
    assert.throws(() => host.stream(), /no configuration was accepted/);
  });

  test("second configuration → new plugin context; the old one goes after its last stream", async () => {
    const host = await start("a=b");
    const stream = host.stream().request();
    assert.equal(host.configure("c=d"), true);
    assert.equal(host.configure("refuse"), false);
    stream.responseHeaders({ ":status": "204" }, true);
    assert.deepEqual(lines(host).slice(4), [
      "create 2 of 1",
      "request-headers 5 1",
      "create 3 of 0",
      "vm_start 3 ",
      "configure 3 c=d",
      "create 4 of 0",
      "vm_start 4 ",
      "configure 4 refuse",
      "response-headers 1 1",
      "log 2",
      "done 2",
      "delete 2",
      "done 1",
      "delete 1",
    ]);
    host.assertClean();
  });

  test("timer set → fires once a tick with the clock moved by the period", async () => {
    const host = await start("configure=tick");
    host.tick();
    assert.equal(host.tickPeriod, 500);
    assert.equal(lines(host).at(-1), "tick 1 1700000000500000000");
  });

  test("call to a known cluster → recorded, answered; unknown or incomplete → BadArgument", async () => {
    const host = await start("configure=call", { clusters: ["collector"] });
    assert.deepEqual(lines(host).slice(-3), ["incomplete 2", "sent 0", "unknown 2"]);
    const [call] = host.callouts.open;
    assert.equal(call?.headers.get("content-length"), "9");
    assert.equal(call.body.toString(), "collector");
    host.respond(call, { body: "thanks" });
    assert.equal(lines(host).at(-1), "call 1 headers 1 thanks");
    host.configure("x=y configure=call");
    host.failCall(host.callouts.open[0]!);
    assert.equal(lines(host).at(-1), "call 2 headers 0 none");
  });

  test("shared data → a new key ignores cas, a stale cas is refused", async () => {
    const host = await start("configure=shared");
    assert.deepEqual(lines(host).slice(4), [
      "get 1 ",
      "create with a wrong cas 0",
      "get 0 key",
      "stale 8",
      "fresh 0",
    ]);
  });

  test("metrics → counters only go up and are seen by name", async () => {
    const host = await start("configure=metrics");
    assert.deepEqual(lines(host).slice(4), ["back 2", "metric 3"]);
    assert.equal(host.metrics.value("guest.count"), 3);
    assert.deepEqual(host.metrics.names(), ["guest.count"]);
  });
});

describe("host faults", () => {
  test("guest traps → VM failed, 503 for this stream and for later ones", async () => {
    const host = await start("request-body=trap");
    const first = host.stream(POST).request(false).requestBody("x");
    assert.equal(first.client.status, 503);
    assert.equal(first.responseCodeDetails, "wasm_fail_stream");
    assert.ok(host.trapped);
    assert.equal(host.stream().request().client.status, 503);
    assert.throws(() => host.assertClean(), /proxy_on_request_body failed/);
  });

  for (const [act, message] of [
    ["wrong-map", /map type 9/],
    ["wrong-buffer", /buffer type 12/],
    ["wrong-stream", /stream type 7/],
    ["wrong-memory", /proxy_log was given memory/],
    ["continue-request", /continued that was not paused/],
    ["7", /proxy_on_request_body returned 7/],
  ] as const) {
    test(`guest uses a wrong number (${act}) → recorded as an error`, async () => {
      const host = await start(`request-body=${act}`);
      host.stream(POST).request(false).requestBody("x");
      assert.equal(host.trapped, false);
      assert.throws(() => host.assertClean(), message);
    });
  }

  test("injected status → answered instead of the call", async () => {
    const host = await start("request-headers=maps");
    host.inject = (name) => (name === "proxy_get_header_map_value" ? 10 : undefined);
    host.stream().request();
    assert.ok(lines(host).includes("value 0 10 "));
  });

  const refused: [name: string, sources: Record<string, string>, problem: RegExp][] = [
    [
      "unknown import",
      { "stray.ts": "export declare function other(): void;" },
      /Missing import: stray\.other/,
    ],
    [
      "import of another signature",
      { "env.ts": "export declare function proxy_log(a: i32): i32;" },
      /Bad signature of import env\.proxy_log: is i>i, must be iii>i/,
    ],
  ];
  for (const [name, sources, problem] of refused) {
    test(`${name} → not loaded`, async () => {
      const [file] = Object.keys(sources);
      const called = /function (\w+)/.exec(Object.values(sources)[0]!)![1]!;
      const guest = `import { ${called} } from "./${file!.replace(".ts", "")}";
        export function proxy_abi_version_0_2_1(): void {}
        export function malloc(size: i32): usize { return heap.alloc(size); }
        export function abort(m: usize, f: usize, l: i32, c: i32): void { unreachable(); }
        export function proxy_on_log(id: i32): void { ${called}(${called === "proxy_log" ? "1" : ""}); }`;
      const host = await ProxyHost.start({ wasm: await compileGuest({ ...sources, "guest.ts": guest }) });
      assert.match(host.problem ?? "", problem);
      assert.equal(host.ok, false);
    });
  }

  test("hostcall that is not allowed at start → not loaded", async () => {
    const sources = guestSources();
    sources["guest.ts"] = sources["guest.ts"]!.replace(
      'say("initialized");',
      "env.proxy_get_current_time_nanoseconds(OUT);",
    );
    const host = await ProxyHost.start({ wasm: await compileGuest(sources) });
    assert.match(host.problem ?? "", /not available during the start/);
  });
});
