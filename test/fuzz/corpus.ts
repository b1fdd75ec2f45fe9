// The inputs worth keeping: for every feature the shortest input that has it.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Random } from "../differential/random.ts";

/** Inputs that are offered to be kept, and the longest of them. */
const FOUND_INPUTS = 60;
const FOUND_BYTES = 400;

export interface Entry {
  bytes: Uint8Array;
  /** Features that no shorter input has. */
  owned: number;
  /** It is one of the kept files. */
  isKept: boolean;
}

export class Corpus {
  private readonly owners = new Map<number, Entry>();
  private entries: Entry[] = [];

  get size(): number {
    return this.entries.length;
  }

  get features(): number {
    return this.owners.size;
  }

  /** Entries worth a file: not among the kept ones, short, and with features that those do not have. */
  found(): Entry[] {
    return this.entries
      .filter(({ isKept, bytes }) => !isKept && bytes.length <= FOUND_BYTES)
      .sort((one, other) => other.owned - one.owned)
      .slice(0, FOUND_INPUTS);
  }

  /** Takes the input where it has a feature that is new, or that only longer inputs have. True when one is new. */
  add(bytes: Uint8Array, features: Iterable<number>, isKept = false): boolean {
    const entry: Entry = { bytes, owned: 0, isKept };
    let isNew = false;
    for (const feature of features) {
      const owner = this.owners.get(feature);
      if (owner === undefined) isNew = true;
      // Kept files stay: they are few, and each was put there for something.
      else if (owner.isKept || owner.bytes.length <= bytes.length) continue;
      else if (--owner.owned === 0) this.drop(owner);
      this.owners.set(feature, entry);
      entry.owned++;
    }
    if (entry.owned > 0 || isKept) this.entries.push(entry);
    return isNew;
  }

  /** Any entry, one of the last ones more often than others. */
  pick(random: Random): Uint8Array {
    const { entries } = this;
    if (entries.length === 0) return new Uint8Array();
    const from = random.oneIn(3) ? Math.max(0, entries.length - 32) : 0;
    return entries[from + random.below(entries.length - from)]!.bytes;
  }

  private drop(entry: Entry): void {
    if (!entry.isKept) this.entries = this.entries.filter((one) => one !== entry);
  }
}

/** The files of a folder in the order of their names; none when it is not there. */
export function readInputs(folder: string): { name: string; bytes: Uint8Array }[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .sort()
    .map((name) => ({ name, bytes: Uint8Array.from(readFileSync(join(folder, name))) }));
}

/** Writes an input under a name made of its bytes; answers the path. */
export function writeInput(folder: string, bytes: Uint8Array, prefix = ""): string {
  mkdirSync(folder, { recursive: true });
  const digest = createHash("sha256").update(bytes).digest("hex").slice(0, 12);
  const path = join(folder, `${prefix}${digest}${isText(bytes) ? ".txt" : ".bin"}`);
  writeFileSync(path, bytes);
  return path;
}

function isText(bytes: Uint8Array): boolean {
  return bytes.every((c) => (c >= 0x20 && c < 0x7f) || c === 0x0a || c === 0x0d || c === 0x09);
}
