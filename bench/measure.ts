// One measurement: how much processor time an Envoy spent per request, from /proc, with the load's own figures beside it.
import { readdirSync, readFileSync } from "node:fs";
import type { Fleet, Target } from "./fleet.ts";
import type { LoadResult } from "./load-client.ts";

export const CONNECTIONS = 16;

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

/** Sends `requests` in turn for `durationMs` and expects `status` each time. Throws when anything else comes back. */
export async function measure(
  fleet: Fleet,
  target: Target,
  requests: readonly Buffer[],
  status: number,
  durationMs: number,
): Promise<Slice> {
  const order = {
    port: target.port,
    connections: CONNECTIONS,
    requestsBase64: requests.map((request) => request.toString("base64")),
    status,
    durationMs,
  };
  const before = cpuSeconds(target.envoy.pid);
  const load = await fleet.load(order);
  const slice = { cpuSeconds: cpuSeconds(target.envoy.pid) - before, load };
  if (Object.keys(load.wrong).length === 0 && load.broken === 0) return slice;
  throw new Error(`wrong answers: ${JSON.stringify(load.wrong)}, broken connections: ${load.broken}`);
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

export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
