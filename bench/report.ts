// What README.md says of the bench: a table from a record, between two marks. docs/bench.svg is drawn from the same record.
import type { BenchRecord } from "./record.ts";
import type { Summary } from "./summary.ts";
import { BASELINE, BLOCK } from "./variants.ts";

const BEGIN = /<!-- bench: (\S*) -->/;
const END = "<!-- /bench -->";
const MIB = 1024 * 1024;

/** The record that the page's table is made from; undefined when the page has no marks, empty when it has no table yet. */
export function namedRecord(page: string): string | undefined {
  return BEGIN.exec(page)?.[1];
}

/** The page with the table of `record`, which lies at `path`, between its marks. Throws when there are none. */
export function withReport(page: string, record: BenchRecord, path: string): string {
  const begin = BEGIN.exec(page);
  const end = page.indexOf(END);
  if (begin === null || end < begin.index) throw new Error(`the page has no "<!-- bench: -->" … "${END}"`);
  const text = `<!-- bench: ${path} -->\n\n${report(record, path)}\n\n`;
  return page.slice(0, begin.index) + text + page.slice(end);
}

export interface Pair {
  id: string;
  name: string;
  noop: Summary;
  block: Summary;
}

/** Scenarios with what the no-op filter and Wardgate in block mode took in them, in their order. */
export function pairs({ scenarios, results }: BenchRecord): Pair[] {
  return scenarios.flatMap(({ id, name }) => {
    const find = (variant: string): Summary | undefined =>
      results.find((row) => row.scenario === id && row.variant === variant);
    const noop = find(BASELINE);
    const block = find(BLOCK);
    return noop && block ? [{ id, name, noop, block }] : [];
  });
}

function report(record: BenchRecord, path: string): string {
  const head = [
    "request",
    "no-op filter, µs",
    "Wardgate, µs",
    "added, µs (min … max)",
    "ns per byte",
    "requests/s",
    "p99, ms",
  ];
  const rows = pairs(record).map(({ name, noop, block }) => [
    ...[name, micros(noop.cpuMicros.median), micros(block.cpuMicros.median)],
    `**${micros(block.overNoop.median)}** (${micros(block.overNoop.min)} … ${micros(block.overNoop.max)})`,
    block.nsPerByte === undefined ? "–" : block.nsPerByte.toFixed(1),
    `${noop.requestsPerSecond.toFixed(0)} → ${block.requestsPerSecond.toFixed(0)}`,
    `${noop.p99Ms.toFixed(1)} → ${block.p99Ms.toFixed(1)}`,
  ]);
  const align = head.map((_, index) => (index === 0 ? "---" : "--:"));
  const table = [head, align, ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
  return `${table}\n\n${origin(record)} [All figures](${path}).\n\n![CPU time that Wardgate adds to a request](docs/bench.svg)`;
}

function origin({ date, commit, dirty, envoy, machine, options, results, idle }: BenchRecord): string {
  const vm = Math.max(0, ...results.map(({ memory }) => memory.vmBytes ?? 0)) / MIB;
  const idleVm = (idle[BLOCK]?.vmBytes ?? 0) / MIB;
  return (
    `CPU time of the Envoy process per request, medians of ${options.rounds} rounds of ${options.seconds} s; ${date.slice(0, 10)}, ` +
    `commit ${commit}${dirty ? " and changes" : ""}, Envoy ${envoy}, ${machine.cores} × ${machine.cpu}. ` +
    `A VM took ${idleVm.toFixed(1)} MiB idle, ${vm.toFixed(1)} MiB at most.`
  );
}

/** Three digits, as far as there are as many. */
function micros(value: number): string {
  return Math.abs(value) < 100 ? value.toFixed(1) : value.toFixed(0);
}
