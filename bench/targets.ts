// What the figures are held to: bench/targets.json, and what of it a run can say.
import { readFileSync } from "node:fs";
import { mib } from "./table.ts";
import type { Summary } from "./summary.ts";
import { BLOCK } from "./variants.ts";

export interface Targets {
  /** Microseconds of CPU over the no-op filter, block mode, by scenario. */
  over_noop_micros: Record<string, number>;
  /** A byte of the longer bodies may cost `growth` times what one of `from` costs. */
  flat: { from: string; to: string[]; growth: number };
  /** Milliseconds until a VM is ready, those of compiling custom rules, and bytes of the module. */
  start: { vm_ms: number; rules_ms: number; module_bytes: number };
  /** Memory of one VM before the first request, and the most that any scenario took. */
  vm_mib: { idle: number; load: number };
  /** How many times faster than libddwaf the engine is with the same rules, by input. */
  engine_times_libddwaf: Record<string, number>;
}

export interface Bar {
  name: string;
  asked: string;
  measured: string;
  isMet: boolean;
}

const MIB = 1024 * 1024;

export function readTargets(): Targets {
  return JSON.parse(readFileSync(new URL("targets.json", import.meta.url), "utf8")) as Targets;
}

/** The bars that a run's figures can be held to; those of scenarios that were not run are left out. */
export function bars(targets: Targets, rows: readonly Summary[], idleVmBytes?: number): Bar[] {
  const ofBlock = rows.filter(({ variant }) => variant === BLOCK);
  const find = (id: string): Summary | undefined => ofBlock.find(({ scenario }) => scenario === id);
  const found: Bar[] = [];
  for (const [id, most] of Object.entries(targets.over_noop_micros)) {
    const row = find(id);
    if (row)
      found.push(bar(`${id}: CPU over no-op`, `≤ ${most} µs`, micros(row), row.overNoop.median <= most));
  }
  const { from, to, growth } = targets.flat;
  const first = find(from)?.nsPerByte;
  for (const id of to) {
    const byte = find(id)?.nsPerByte;
    if (first === undefined || byte === undefined) continue;
    const measured = `${(byte / first).toFixed(2)} × (${byte.toFixed(2)} ns / ${first.toFixed(2)} ns)`;
    found.push(bar(`${id}: a byte, to one of ${from}`, `≤ ${growth} ×`, measured, byte <= growth * first));
  }
  const load = Math.max(0, ...ofBlock.map(({ memory }) => memory.vmBytes ?? 0));
  const memory = (name: string, most: number, bytes: number): Bar =>
    bar(name, `≤ ${most} MiB`, `${mib(bytes)} MiB`, bytes <= most * MIB);
  if (idleVmBytes !== undefined) found.push(memory("VM memory, idle", targets.vm_mib.idle, idleVmBytes));
  if (load > 0) found.push(memory("VM memory, under load", targets.vm_mib.load, load));
  return found;
}

function bar(name: string, asked: string, measured: string, isMet: boolean): Bar {
  return { name, asked, measured, isMet };
}

function micros({ overNoop }: Summary): string {
  return `${overNoop.median.toFixed(1)} µs (${overNoop.min.toFixed(1)} … ${overNoop.max.toFixed(1)})`;
}
