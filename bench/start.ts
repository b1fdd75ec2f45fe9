// One start of an Envoy: how long it takes, what its threads spend, and what of it is the module's compilation.
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { Envoy } from "../scripts/envoy/process.ts";
import { sampleConfig } from "../scripts/envoy/sample.ts";
import { cpuSeconds, median, memoryOf } from "./measure.ts";
import { HttpLoadClient } from "./load-client.ts";
import { SCENARIOS } from "./scenarios.ts";
import { LOCAL, upstreamConfig } from "./upstream.ts";

export interface StartOptions {
  binary: string;
  module: string;
  workers: number;
  configuration: object;
  /** The module says how often a VM took its configuration: wait for all of them. */
  counts: boolean;
}

/** Milliseconds, of one start. */
export interface Start {
  /** From the process's start until every VM has its configuration. */
  wallMs: number;
  /** User and system time of the whole process until then. */
  cpuMs: number;
  /** From the first VM's creation to that of the second: the module is compiled in between, once. */
  compileMs: number;
  /** What a worker's thread spent: its own VM, and the little a worker does without one. */
  workerMs: number;
}

/** Besides those of the workers: one of the main thread's, and one that the others are cloned from. */
const VMS_OF_MAIN = 2;
const READY_MS = 30_000;
/** The filter says its memory once a second. */
const STATS_MS = 1500;

export function vmCount(workers: number): number {
  return workers + VMS_OF_MAIN;
}

/** Starts an Envoy, measures until it is ready, and stops it. Throws when it does not start. */
export async function measureStart(options: StartOptions): Promise<Start> {
  const { binary, workers } = options;
  const created: number[] = [];
  const begin = performance.now();
  const envoy = await Envoy.start({
    ...{ binary, concurrency: workers, config: configOf(options), wasmLogLevel: "debug" },
    onLog: ({ message }) => {
      if (/^(Base|Thread-Local) Wasm created/.test(message)) created.push(performance.now());
    },
  });
  try {
    if (options.counts) await untilConfigured(envoy, vmCount(workers));
    const wallMs = performance.now() - begin;
    const cpuMs = cpuSeconds(envoy.pid) * 1000;
    return { wallMs, cpuMs, compileMs: created[1]! - created[0]!, workerMs: workerMs(envoy.pid) };
  } finally {
    await envoy.stop();
  }
}

function configOf({ module, configuration }: StartOptions, upstreamPort = 1): string {
  return sampleConfig({
    ...{ listen: LOCAL, adminPort: 0, module, configuration: JSON.stringify(configuration) },
    upstream: { host: LOCAL.host, port: upstreamPort },
  });
}

async function untilConfigured(envoy: Envoy, vms: number): Promise<void> {
  for (const end = performance.now() + READY_MS; performance.now() < end; await sleep(2)) {
    const [accepted = 0] = (await envoy.stats("wardgate_config_accepted")).values();
    if (accepted >= vms) return;
  }
  throw new Error(`not all of ${vms} VMs took their configuration`);
}

/** Processor time of a worker's thread, the median of all. */
function workerMs(pid: number): number {
  const tasks = `/proc/${pid}/task`;
  const workers = readdirSync(tasks).filter((task) =>
    readFileSync(`${tasks}/${task}/comm`, "latin1").startsWith("wrk:"),
  );
  const spent = (task: string): number =>
    Number(readFileSync(`${tasks}/${task}/schedstat`, "latin1").split(" ")[0]) / 1e6;
  return median(workers.map(spent));
}

/** Bytes of a VM's memory before the first request, and after ordinary load: bodies of every kind over many connections. */
export async function measureMemory(
  options: StartOptions,
  connections: number,
  durationMs: number,
): Promise<{ idle: number; load: number; requests: number }> {
  const upstream = await Envoy.start({ binary: options.binary, config: upstreamConfig(), onLog: () => {} });
  const config = configOf(options, await upstream.listenerPort());
  const envoy = await Envoy.start({
    binary: options.binary,
    config,
    concurrency: options.workers,
    onLog: () => {},
    onAccess: () => {},
  });
  const client = new HttpLoadClient();
  try {
    const idle = (await memoryOf(envoy)).vmBytes!;
    const requests = loadOf(["json-1k", "json-8k", "json-64k", "form", "upload-picture", "upload-csv"]);
    const port = await envoy.listenerPort();
    const { done, wrong, broken } = await client.run({ port, connections, requests, durationMs });
    if (broken > 0 || Object.keys(wrong).length > 0) {
      throw new Error(`wrong answers: ${JSON.stringify(wrong)}, broken connections: ${broken}`);
    }
    await sleep(STATS_MS);
    return { idle, load: (await memoryOf(envoy)).vmBytes!, requests: done };
  } finally {
    client.close();
    await Promise.all([envoy.stop(), upstream.stop()]);
  }
}

/** Requests of these scenarios in turn. */
function loadOf(ids: string[]): { bytes: Buffer; status: number }[] {
  const lists = ids.map((id) => SCENARIOS.find((scenario) => scenario.id === id)!.measured);
  const length = Math.max(...lists.map((list) => list.length));
  return Array.from({ length }, (_, index) =>
    lists.map((list) => ({ bytes: list[index % list.length]!.bytes, status: 200 })),
  ).flat();
}
