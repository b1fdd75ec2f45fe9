// Ten thousand mixed requests through a real Envoy with two workers: every verdict right, nothing fails, memory stays where it was.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import type { LoadResult } from "../../bench/load.ts";
import { runLoad } from "../../bench/load-client.ts";
import { eventually, ProtectedApi } from "./protected-api.ts";
import { ATTACK_MARK, soakTraffic } from "./soak-traffic.ts";

const REQUESTS = 10_000;
const WARM_UP = 1_000;
const CONNECTIONS = 32;
/** Less than 64 bytes lost per request would show. */
const VM_GROWTH_LIMIT = 512 * 1024;
/** Envoy's own buffers, statistics and allocator move a little. */
const RSS_GROWTH_LIMIT = 24 * 1024 * 1024;

interface Memory {
  vm: number;
  rss: number;
}

describe("soak", () => {
  let api: ProtectedApi;
  let first: LoadResult;
  let rest: LoadResult;
  const memory: Memory[] = [];

  before(async () => {
    api = await ProtectedApi.start({ version: "1.40.0", concurrency: 2 });
    const traffic = soakTraffic(REQUESTS);
    const load = (from: number, to: number): Promise<LoadResult> =>
      runLoad({
        port: api.port,
        connections: CONNECTIONS,
        requests: traffic.slice(from, to),
        count: to - from,
      });
    first = await load(0, WARM_UP);
    memory.push(await memoryOf(api));
    rest = await load(WARM_UP, REQUESTS);
    memory.push(await memoryOf(api));
  });
  after(() => api?.stop());

  test("every request is answered, every attack with 403, everything else with 200", () => {
    assert.equal(first.done + rest.done, REQUESTS);
    assert.deepEqual([first.wrong, rest.wrong], [{}, {}]);
    assert.equal(first.broken + rest.broken, 0);
  });

  test("the upstream saw all benign requests and no byte of an attack", () => {
    assert.equal(api.upstream.requests.length, REQUESTS - REQUESTS / 10);
    assert.equal(api.upstream.saw(ATTACK_MARK), false);
  });

  test("one event for each attack and none besides", async () => {
    const attacks = REQUESTS / 10;
    await eventually("all events", () => (api.events().length >= attacks ? true : undefined));
    assert.equal(api.events().length, attacks);
  });

  test("no VM failed, nothing was logged as an error", async () => {
    const failures = [...(await api.envoy.stats("^wasm\\."))].filter(
      ([name, value]) => /fail|crash/.test(name) && value > 0,
    );
    assert.deepEqual(failures, []);
    assert.deepEqual(
      api.log.filter((line) => line.level === "error" || line.level === "critical"),
      [],
    );
  });

  test("memory after 10,000 requests is that after 1,000", () => {
    const [early, late] = memory as [Memory, Memory];
    assert.ok(late.vm - early.vm <= VM_GROWTH_LIMIT, `VM memory grew from ${early.vm} to ${late.vm} bytes`);
    assert.ok(
      late.rss - early.rss <= RSS_GROWTH_LIMIT,
      `Envoy's memory grew from ${early.rss} to ${late.rss} bytes`,
    );
  });
});

async function memoryOf(api: ProtectedApi): Promise<Memory> {
  const vm = await eventually("the VM's memory in the stats", async () => {
    const gauges = await api.envoy.stats("wardgate_vm_memory_bytes");
    const largest = Math.max(0, ...gauges.values());
    return largest > 0 ? largest : undefined;
  });
  // The VM's own figure is there on every system, the process's only where /proc is.
  const status =
    process.platform === "linux" ? readFileSync(`/proc/${api.envoy.pid}/status`, "utf8") : "VmRSS: 0 kB";
  return { vm, rss: Number(/VmRSS:\s+(\d+)/.exec(status)![1]) * 1024 };
}
