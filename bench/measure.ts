// One measurement: how much processor time an Envoy spent per request, from /proc, with the load's own figures beside it.
import { readdirSync, readFileSync } from "node:fs";
import type { Envoy } from "../scripts/envoy/process.ts";
import type { Fleet, Target } from "./fleet.ts";
import type { LoadResult } from "./load.ts";
import type { LoadOrder } from "./load-worker.ts";

export interface Sample {
  /** User and system time of the Envoy process per completed request, in microseconds. */
  cpuMicros: number;
  requestsPerSecond: number;
  p50Ms: number;
  p99Ms: number;
}

/**
 * Seconds of processor time, user and system, that the process's threads have used. It is what utime and stime of /proc/PID/stat add
 * up to, from the file that has it in nanoseconds instead of 10 ms ticks.
 */
export function cpuSeconds(pid: number): number {
  const tasks = `/proc/${pid}/task`;
  const nanoseconds = readdirSync(tasks).map((task) =>
    Number(readFileSync(`${tasks}/${task}/schedstat`, "latin1").split(" ")[0]),
  );
  return nanoseconds.reduce((sum, value) => sum + value, 0) / 1e9;
}

/** Processor time and load figures of one slice. */
export interface Slice {
  cpuSeconds: number;
  load: LoadResult;
}

/** Carries an order out on `target`. Throws when an answer is not the expected one. */
export async function measure(fleet: Fleet, target: Target, order: Omit<LoadOrder, "port">): Promise<Slice> {
  const before = cpuSeconds(target.envoy.pid);
  const load = await fleet.load({ ...order, port: target.port });
  const slice = { cpuSeconds: cpuSeconds(target.envoy.pid) - before, load };
  if (Object.keys(load.wrong).length === 0 && load.broken === 0 && load.done > 0) return slice;
  throw new Error(
    `${target.variant.name}: ${load.done} answers, wrong ones: ${JSON.stringify(load.wrong)}, broken connections: ${load.broken}`,
  );
}

/** The slices of one round as one sample. */
export function combine(slices: Slice[]): Sample {
  const sum = (of: (slice: Slice) => number): number => slices.reduce((total, slice) => total + of(slice), 0);
  const done = sum((slice) => slice.load.done);
  return {
    cpuMicros: (sum((slice) => slice.cpuSeconds) * 1e6) / done,
    requestsPerSecond: done / sum((slice) => slice.load.seconds),
    p50Ms: median(slices.map((slice) => slice.load.latencies.p50)),
    p99Ms: median(slices.map((slice) => slice.load.latencies.p99)),
  };
}

export interface Memory {
  /** Resident memory of the Envoy process. */
  rssBytes: number;
  /** Of one VM, as the filter says once a second; the largest where there are several. Absent where no filter says it. */
  vmBytes?: number;
}

export async function memoryOf(envoy: Envoy): Promise<Memory> {
  const status = readFileSync(`/proc/${envoy.pid}/status`, "latin1");
  const rssBytes = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)![1]) * 1024;
  const gauges = [...(await envoy.stats("wardgate_vm_memory_bytes")).values()];
  return { rssBytes, ...(gauges.length > 0 && { vmBytes: Math.max(...gauges) }) };
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Between two values, what lies between them in proportion. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const place = share * (sorted.length - 1);
  const low = sorted[Math.floor(place)]!;
  return low + (sorted[Math.ceil(place)]! - low) * (place - Math.floor(place));
}
