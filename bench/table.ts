// The figures as text for a terminal.
import type { Bar } from "./targets.ts";
import { BASELINE } from "./variants.ts";
import type { Comparison, Spread, Summary } from "./summary.ts";

const MIB = 1024 * 1024;

interface Column {
  head: string;
  cell: (row: Summary) => string;
}

const COLUMNS: readonly Column[] = [
  { head: "", cell: (row) => row.variant },
  { head: "CPU µs", cell: (row) => row.cpuMicros.median.toFixed(1) },
  { head: "over no-op", cell: (row) => (row.variant === BASELINE ? "" : signed(row.overNoop.median)) },
  { head: "min … max", cell: (row) => (row.variant === BASELINE ? "" : range(row.overNoop)) },
  { head: "ratio", cell: (row) => row.ratioToNoop.toFixed(2) },
  { head: "ns/byte", cell: (row) => (row.variant === BASELINE ? "" : (row.nsPerByte?.toFixed(2) ?? "")) },
  { head: "requests/s", cell: (row) => row.requestsPerSecond.toFixed(0) },
  { head: "p50 ms", cell: (row) => row.p50Ms.toFixed(2) },
  { head: "p99 ms", cell: (row) => row.p99Ms.toFixed(2) },
  { head: "RSS MiB", cell: (row) => (row.memory.rssBytes / MIB).toFixed(0) },
  { head: "VM MiB", cell: (row) => (row.memory.vmBytes === undefined ? "" : mib(row.memory.vmBytes)) },
];

export interface Named {
  name: string;
  note?: string | undefined;
}

/** The rows of one scenario, under its name. */
export function scenarioTable({ name, note }: Named, rows: readonly Summary[]): string {
  const cells = [COLUMNS.map(({ head }) => head), ...rows.map((row) => COLUMNS.map(({ cell }) => cell(row)))];
  const title = note === undefined ? name : `${name} (${note})`;
  return `${title}\n${aligned(cells)}`;
}

/** `new − old: -1.2 µs (-2.0 … -0.4)` */
export function comparisonLine({ variant, against, micros }: Comparison): string {
  return `  ${variant} − ${against}: ${signed(micros.median)} µs (${range(micros)})`;
}

/** One line for each bar: what is asked, what was measured, met or missed. */
export function barTable(bars: readonly Bar[]): string {
  const cells = bars.map((bar) => [bar.name, bar.asked, bar.measured, bar.isMet ? "met" : "MISSED"]);
  return aligned([["target", "asked", "measured", ""], ...cells]);
}

/** The first column to the left, all others to the right. */
export function aligned(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, index) => Math.max(...rows.map((row) => row[index]!.length)));
  return rows
    .map((row) =>
      row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join("  "),
    )
    .map((line) => `  ${line}`.trimEnd())
    .join("\n");
}

export function signed(value: number): string {
  return (value >= 0 ? "+" : "") + value.toFixed(1);
}

export function mib(bytes: number): string {
  return (bytes / MIB).toFixed(1);
}

function range({ min, max }: Spread): string {
  return `${min.toFixed(1)} … ${max.toFixed(1)}`;
}
