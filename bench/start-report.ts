// What the starts of several Envoys come to: rows by number of workers, and the bars they are held to.
import { median } from "./measure.ts";
import { type Start, vmCount } from "./start.ts";
import type { Bar, Targets } from "./targets.ts";

const MIB = 1024 * 1024;

export type StartVariant = "no-op" | "wardgate" | "rules";
export type Starts = Record<StartVariant, Start[]>;

/** Medians in milliseconds; "added" is over the no-op filter. */
export interface Row {
  workers: number;
  vms: number;
  /** The module's compilation, once per process: wall, and processor time over all threads. */
  compileMs: number;
  compileCpuMs: number;
  /** One VM: start and configuration with the shipped rules, and with the custom rules, too. */
  vmMs: number;
  vmRulesMs: number;
  addedWallMs: number;
  addedCpuMs: number;
  addedWallRulesMs: number;
}

export function rowOf(workers: number, starts: Starts): Row {
  const of = (name: StartVariant, field: keyof Start): number =>
    median(starts[name].map((start) => start[field]));
  const added = (name: StartVariant, field: keyof Start): number => of(name, field) - of("no-op", field);
  const vms = vmCount(workers);
  const vmMs = added("wardgate", "workerMs");
  return {
    ...{ workers, vms, vmMs, vmRulesMs: added("rules", "workerMs") },
    compileMs: added("wardgate", "compileMs"),
    compileCpuMs: added("wardgate", "cpuMs") - vms * vmMs,
    addedWallMs: added("wardgate", "wallMs"),
    addedCpuMs: added("wardgate", "cpuMs"),
    addedWallRulesMs: added("rules", "wallMs"),
  };
}

export interface MemoryUnderLoad {
  /** Bytes of a VM. */
  idle: number;
  load: number;
  connections: number;
}

/** The bars of bench/targets.json; of times the worst of all numbers of workers. */
export function barsOf(targets: Targets, rows: Row[], memory: MemoryUnderLoad, size: number): Bar[] {
  const ms = (name: string, most: number, value: number): Bar => ({
    ...{ name, asked: `≤ ${most} ms`, measured: `${value.toFixed(1)} ms`, isMet: value <= most },
  });
  const mib = (name: string, most: number, bytes: number): Bar => ({
    ...{
      name,
      asked: `≤ ${most} MiB`,
      measured: `${(bytes / MIB).toFixed(1)} MiB`,
      isMet: bytes <= most * MIB,
    },
  });
  const worst = (of: (row: Row) => number): number => Math.max(...rows.map(of));
  const { start, vm_mib } = targets;
  return [
    ms(
      "module compiled, once per process, wall",
      start.vm_ms,
      worst((row) => row.compileMs),
    ),
    ms(
      "one VM started and configured",
      start.vm_ms,
      worst((row) => row.vmMs),
    ),
    ms(
      "all of it, shared by the VMs, each",
      start.vm_ms,
      worst((row) => row.addedWallMs / row.vms),
    ),
    ms(
      "custom rules, one VM",
      start.rules_ms,
      worst((row) => row.vmRulesMs - row.vmMs),
    ),
    mib("VM memory, idle", vm_mib.idle, memory.idle),
    mib(`VM memory, ${memory.connections} connections`, vm_mib.load, memory.load),
    {
      name: "size of the module",
      asked: `≤ ${start.module_bytes} bytes`,
      measured: `${size} bytes`,
      isMet: size <= start.module_bytes,
    },
  ];
}
