// What a run leaves behind: its figures, and what they were taken with.
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import os from "node:os";
import type { Memory } from "./measure.ts";
import type { Comparison, Summary } from "./summary.ts";
import type { Bar } from "./targets.ts";
import { BLOCK } from "./variants.ts";

export const RECORDS = "bench/record";
/** Of the layout below; records of another are left alone. */
const FORMAT = 2;

export interface Circumstances {
  date: string;
  commit: string;
  /** Files differed from the commit. */
  dirty: boolean;
  machine: { cpu: string; cores: number; memoryBytes: number; kernel: string; arch: string };
  node: string;
}

export interface BenchRecord extends Circumstances {
  kind: "bench";
  format: typeof FORMAT;
  envoy: string;
  options: { rounds: number; seconds: number };
  modules: { file: string; bytes: number }[];
  scenarios: { id: string; name: string; note?: string; bodyBytes: number }[];
  /** Memory before the first request, by variant. */
  idle: Record<string, Memory>;
  results: Summary[];
  /** Blocking variants against the first of them, where there are several. */
  comparisons: Comparison[];
  bars: Bar[];
}

export function circumstances(): Circumstances {
  const git = (...args: string[]): string => execFileSync("git", args, { encoding: "utf8" }).trim();
  const [cpu] = os.cpus();
  return {
    date: new Date().toISOString(),
    commit: git("rev-parse", "--short", "HEAD"),
    dirty: git("status", "--porcelain", "--untracked-files=no") !== "",
    machine: {
      ...{ cpu: cpu?.model ?? "?", cores: os.cpus().length, memoryBytes: os.totalmem() },
      ...{ kernel: `${os.type()} ${os.release()}`, arch: os.arch() },
    },
    node: process.version,
  };
}

export function benchRecord(fields: Omit<BenchRecord, "kind" | "format" | keyof Circumstances>): BenchRecord {
  return { kind: "bench", format: FORMAT, ...circumstances(), ...fields };
}

export function moduleSize(file: string): { file: string; bytes: number } {
  return { file, bytes: statSync(file).size };
}

/** Writes a record, and answers its path. */
export function writeRecord(record: Circumstances & { kind: string }): string {
  mkdirSync(RECORDS, { recursive: true });
  const stamp = record.date.slice(0, 19).replaceAll(":", "");
  const path = `${RECORDS}/${stamp}-${record.kind}-${record.commit}.json`;
  writeFileSync(path, JSON.stringify(record, null, 2) + "\n");
  return path;
}

/** The record in a file; undefined when it is of another kind or format. */
export function readRecord(path: string): BenchRecord | undefined {
  const record = JSON.parse(readFileSync(path, "utf8")) as Partial<BenchRecord>;
  return record.kind === "bench" && record.format === FORMAT ? (record as BenchRecord) : undefined;
}

/** Path of the newest record that has all of these scenarios in block mode. */
export function newestRecord(scenarios: readonly string[]): string | undefined {
  const isWhole = (record: BenchRecord | undefined): boolean => {
    const rows = record?.results.filter(({ variant }) => variant === BLOCK) ?? [];
    return scenarios.every((id) => rows.some(({ scenario }) => scenario === id));
  };
  return readdirSync(RECORDS)
    .filter((name) => name.endsWith(".json"))
    .sort()
    .map((name) => `${RECORDS}/${name}`)
    .findLast((path) => isWhole(readRecord(path)));
}

/** `2 × Intel(R) Xeon(R) Processor, Linux 6.18, Node v20.20.2` */
export function machineLine({ machine, node }: Circumstances): string {
  return `${machine.cores} × ${machine.cpu}, ${machine.kernel}, Node ${node}`;
}
