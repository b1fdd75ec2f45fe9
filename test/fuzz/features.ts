// What tells two inputs apart, in place of coverage: what the parser lists for them and notes about them, in shapes that
// are few enough for a corpus to end. An input with a shape that no other one had is worth keeping.
import type { Run } from "./driver.ts";

const TAB = 0x09;
const LINE_FEED = 0x0a;
const DOT = 0x2e;
const INDEX = 0x69;
/** Elements of a path that make its shape. */
const PATH_ELEMENTS = 4;
/** Lines that are looked at: a long list repeats itself. */
const LINES = 400;

/** Numbers that stand for the shapes found. */
export function featuresOf(run: Run, reference: string): Set<number> {
  const features = new Set<number>();
  const counts = new Map<number, number>();
  const { list } = run;
  let before = 0;
  for (let at = 0, line = 0; at < list.length && line < LINES; line++) {
    const kind = readLine(list, at, features);
    features.add(hash(1, before, kind.id));
    before = kind.id;
    counts.set(kind.id, (counts.get(kind.id) ?? 0) + 1);
    at = kind.next;
  }
  for (const [id, count] of counts) features.add(hash(2, id, log2(count)));
  const bits = bitsOf(run.anomalies);
  const verdict = hashText(reference);
  features.add(hash(3, verdict, counts.size));
  for (const bit of bits) {
    features.add(hash(4, bit, verdict));
    for (const other of bits) if (other > bit) features.add(hash(5, bit, other));
  }
  return features;
}

/** A line: address TAB kind TAB path TAB value LF. */
function readLine(list: Buffer, at: number, features: Set<number>): { id: number; next: number } {
  const address = list.indexOf(TAB, at);
  const kind = list.indexOf(TAB, address + 1);
  let id = 0;
  for (let p = at; p < kind; p++) id = (id * 31 + list[p]!) >>> 0;
  const path = list.indexOf(TAB, kind + 1);
  let shape = 0;
  let depth = 0;
  for (let p = kind + 1; p < path; p++) {
    if (list[p] !== DOT || ++depth > PATH_ELEMENTS) continue;
    const isIndex = list[p + 1] === INDEX;
    const isEmpty = !isIndex && (list[p + 2] === DOT || p + 2 === path);
    shape = shape * 3 + (isIndex ? 0 : isEmpty ? 1 : 2);
  }
  const next = list.indexOf(LINE_FEED, path);
  features.add(hash(6, id, shape * 8 + Math.min(depth, 7)));
  features.add(hash(7, id, log2((next - path - 1) / 2)));
  features.add(hash(8, id, classesOf(list, path + 1, next)));
  return { id, next: next + 1 };
}

/** Which classes of bytes are in a value that is written in hex: one bit each. */
function classesOf(list: Buffer, at: number, end: number): number {
  let classes = 0;
  for (let p = at; p < Math.min(end, at + 128); p += 2) {
    const high = list[p]!;
    if (high >= 0x38) classes |= 1;
    else if (high < 0x32) classes |= 2;
    else if (high === 0x32) classes |= 4;
    else if (high === 0x33) classes |= list[p + 1]! > 0x39 ? 8 : 16;
    else classes |= 32;
  }
  return classes;
}

function bitsOf(anomalies: bigint): number[] {
  const bits: number[] = [];
  for (let bit = 0, rest = anomalies; rest !== 0n; bit++, rest >>= 1n) if ((rest & 1n) !== 0n) bits.push(bit);
  return bits;
}

function log2(n: number): number {
  return n === 0 ? 0 : 32 - Math.clz32(n);
}

function hash(kind: number, one: number, other: number): number {
  let mixed = Math.imul(kind + 1, 0x9e3779b1) ^ Math.imul(one + 7, 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0xc2b2ae35) ^ Math.imul(other + 3, 0x27d4eb2f);
  return (mixed ^ (mixed >>> 13)) >>> 0;
}

function hashText(text: string): number {
  let value = 0;
  for (let i = 0; i < text.length; i++) value = (Math.imul(value, 31) + text.charCodeAt(i)) >>> 0;
  return value;
}
