// docs/bench.svg: what Wardgate adds to a request, scenario by scenario, on a logarithmic axis, with the targets. Plain SVG text; the
// colours follow the reader's scheme, the font is the reader's own.
import type { BenchRecord } from "./record.ts";
import { type Pair, pairs } from "./report.ts";

const WIDTH = 880;
const LABEL_WIDTH = 250;
const RIGHT = 96;
const TOP = 74;
const ROW = 26;
const BOTTOM = 34;
const RADIUS = 4.5;
const TICK = 8;

const STYLE = `
    text { font: 13px system-ui, sans-serif; fill: #24292f }
    .title { font-weight: 600; font-size: 15px }
    .small { font-size: 11px; fill: #57606a }
    .grid { stroke: #d0d7de }
    .noop { fill: #8c959f }
    .added { fill: #0969da; stroke: #0969da; stroke-width: 2 }
    .target { stroke: #bc4c00; stroke-width: 3 }
    @media (prefers-color-scheme: dark) {
      text { fill: #e6edf3 }
      .small { fill: #9198a1 }
      .grid { stroke: #3d444d }
      .noop { fill: #818b98 }
      .added { fill: #4493f8; stroke: #4493f8 }
      .target { stroke: #f0883e }
    }`;

/** The chart of a record; `targets` are microseconds by scenario. */
export function chart(record: BenchRecord, targets: Record<string, number>): string {
  const rows = pairs(record);
  const height = TOP + rows.length * ROW + BOTTOM;
  const axis = logAxis(
    rows.flatMap(({ noop, block }) => [noop.cpuMicros.median, block.overNoop.min, block.overNoop.max]),
  );
  const bottom = height - BOTTOM;
  const grid = axis.powers.map((power) => {
    const x = px(axis.at(10 ** power));
    return (
      `<line class="grid" x1="${x}" y1="${TOP - 8}" x2="${x}" y2="${bottom}"/>` +
      `<text class="small" x="${x}" y="${bottom + 18}" text-anchor="middle">${tick(power)}</text>`
    );
  });
  const lines = rows.flatMap((row, index) => rowOf(row, TOP + index * ROW + ROW / 2, axis, targets[row.id]));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="CPU time that Wardgate adds to a request, in microseconds">
  <style>${STYLE}
  </style>
  <text class="title" x="12" y="24">CPU time of Envoy per request, block mode, full ruleset</text>
${indented([...legend(), ...grid, ...lines])}
</svg>
`;
}

interface Axis {
  powers: number[];
  at(value: number): number;
}

/** From the power of ten below all values to the one above. What is not above 0 stands at the left end. */
function logAxis(values: readonly number[]): Axis {
  const logs = values.filter((value) => value > 0).map(Math.log10);
  const low = Math.floor(Math.min(0, ...logs));
  const high = Math.max(low + 1, Math.ceil(Math.max(...logs)));
  const scale = (WIDTH - LABEL_WIDTH - RIGHT) / (high - low);
  return {
    powers: Array.from({ length: high - low + 1 }, (_, i) => low + i),
    at: (value) => LABEL_WIDTH + (Math.max(low, Math.log10(Math.max(value, 10 ** low))) - low) * scale,
  };
}

function rowOf({ name, noop, block }: Pair, y: number, axis: Axis, target?: number): string[] {
  const { median, min, max } = block.overNoop;
  const parts = [
    `<text x="${LABEL_WIDTH - 14}" y="${y + 4}" text-anchor="end">${escaped(name)}</text>`,
    circle("noop", axis.at(noop.cpuMicros.median), y),
    `<line class="added" x1="${px(axis.at(min))}" y1="${y}" x2="${px(axis.at(max))}" y2="${y}"/>`,
    circle("added", axis.at(median), y),
    `<text class="small" x="${WIDTH - 12}" y="${y + 4}" text-anchor="end">${added(median)}</text>`,
  ];
  if (target !== undefined) parts.push(tickLine(axis.at(target), y));
  return parts;
}

function legend(): string[] {
  const y = 46;
  return [
    circle("noop", 18, y),
    `<text class="small" x="28" y="${y + 4}">a whole request with a filter that does nothing</text>`,
    circle("added", 328, y),
    `<text class="small" x="338" y="${y + 4}">what Wardgate adds (min – max of the rounds)</text>`,
    tickLine(628, y),
    `<text class="small" x="636" y="${y + 4}">target</text>`,
  ];
}

function circle(kind: string, x: number, y: number): string {
  return `<circle class="${kind}" cx="${px(x)}" cy="${y}" r="${RADIUS}"/>`;
}

function tickLine(x: number, y: number): string {
  return `<line class="target" x1="${px(x)}" y1="${y - TICK}" x2="${px(x)}" y2="${y + TICK}"/>`;
}

function added(micros: number): string {
  return `${micros < 0 ? "" : "+"}${Math.abs(micros) < 100 ? micros.toFixed(1) : micros.toFixed(0)} µs`;
}

function tick(power: number): string {
  const names = ["1 µs", "10 µs", "100 µs", "1 ms", "10 ms", "100 ms", "1 s"];
  return names[power] ?? `10^${power} µs`;
}

function indented(parts: readonly string[]): string {
  return parts.map((part) => `  ${part}`).join("\n");
}

/** A coordinate with a digit behind the point. */
function px(value: number): string {
  return value.toFixed(1);
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
