// From samples to figures: medians over the rounds, differences taken within a round (so that a noisy minute hits both sides), a table.
import { VARIANTS, type Variant } from "./fleet.ts";
import { median, type Sample } from "./measure.ts";

export interface Summary {
  scenario: string;
  variant: Variant;
  rounds: number;
  /** Microseconds of Envoy CPU per request. */
  cpuMicros: number;
  cpuMin: number;
  cpuMax: number;
  /** Median over the rounds of the difference to the no-op filter in the same round, in microseconds. */
  overNoop: number;
  /** cpuMicros over that of the no-op filter. */
  ratioToNoop: number;
  requestsPerSecond: number;
  p50Ms: number;
  p99Ms: number;
}

/** Samples of one scenario by variant, in the order of the rounds. */
export type Rounds = Record<Variant, Sample[]>;

export function summarise(scenario: string, rounds: Rounds): Summary[] {
  const noop = median(rounds["no-op"].map((sample) => sample.cpuMicros));
  return VARIANTS.map((variant) => {
    const samples = rounds[variant];
    const cpu = samples.map((sample) => sample.cpuMicros);
    return {
      ...{ scenario, variant, rounds: samples.length },
      ...{ cpuMicros: median(cpu), cpuMin: Math.min(...cpu), cpuMax: Math.max(...cpu) },
      overNoop: median(cpu.map((value, round) => value - rounds["no-op"][round]!.cpuMicros)),
      ratioToNoop: median(cpu) / noop,
      requestsPerSecond: median(samples.map((sample) => sample.requestsPerSecond)),
      p50Ms: median(samples.map((sample) => sample.p50Ms)),
      p99Ms: median(samples.map((sample) => sample.p99Ms)),
    };
  });
}

const COLUMNS: { head: string; cell: (row: Summary) => string }[] = [
  { head: "variant", cell: (row) => row.variant },
  { head: "CPU µs/request", cell: (row) => row.cpuMicros.toFixed(1) },
  { head: "(min–max)", cell: (row) => `(${row.cpuMin.toFixed(1)}–${row.cpuMax.toFixed(1)})` },
  { head: "over no-op", cell: (row) => (row.variant === "no-op" ? "" : signed(row.overNoop)) },
  { head: "ratio", cell: (row) => row.ratioToNoop.toFixed(2) },
  { head: "requests/s", cell: (row) => row.requestsPerSecond.toFixed(0) },
  { head: "p50 ms", cell: (row) => row.p50Ms.toFixed(2) },
  { head: "p99 ms", cell: (row) => row.p99Ms.toFixed(2) },
];

function signed(value: number): string {
  return (value >= 0 ? "+" : "") + value.toFixed(1);
}

/** The rows as text, one block per scenario. */
export function table(rows: Summary[]): string {
  const cells = [
    COLUMNS.map((column) => column.head),
    ...rows.map((row) => COLUMNS.map((column) => column.cell(row))),
  ];
  const widths = COLUMNS.map((_, index) => Math.max(...cells.map((line) => line[index]!.length)));
  const lines = cells.map((line) =>
    line.map((cell, index) => (index === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[index]!))),
  );
  const [head, ...body] = lines.map((line) => `  ${line.join("  ")}`);
  const blocks = rows.map(
    (row, index) => (rows[index - 1]?.scenario === row.scenario ? "" : `\n${row.scenario}\n`) + body[index],
  );
  return [head, ...blocks].join("\n");
}
