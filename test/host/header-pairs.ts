// HTTP fields: the multimap a proxy keeps (lower-case names, order kept, repeats allowed) and its serialized form
// (specification, "Serialization"): u32 count, then u32 lengths of name and value for each pair, then each name and
// value followed by a zero byte.
//
// Names and values are byte strings: one character per byte (latin1). Text given by a test is UTF-8 encoded on the
// way in (`bytesOf`) and decoded on the way out (`textOf`).
import { PAIRS_MAX_BYTES, PAIRS_MAX_COUNT } from "./abi.ts";

export type HeaderPair = readonly [name: string, value: string];
/** What a test may write for headers: an object for the usual case, pairs when names repeat. */
export type HeaderInit =
  Readonly<Record<string, string | Uint8Array>> | readonly (readonly [string, string | Uint8Array])[];

export function bytesOf(text: string | Uint8Array): string {
  return Buffer.from(text).toString("latin1");
}

export function textOf(bytes: string): string {
  return Buffer.from(bytes, "latin1").toString("utf8");
}

export class HeaderMap {
  readonly pairs: [string, string][];

  constructor(init: HeaderInit = []) {
    const entries = Array.isArray(init)
      ? (init as readonly (readonly [string, string | Uint8Array])[])
      : Object.entries(init);
    this.pairs = entries.map(([name, value]) => [bytesOf(name).toLowerCase(), bytesOf(value)]);
  }

  /** The first value, as bytes. */
  first(name: string): string | undefined {
    return this.pairs.find((pair) => pair[0] === name)?.[1];
  }
  /** The first value, as text. */
  get(name: string): string | undefined {
    const value = this.first(name.toLowerCase());
    return value === undefined ? undefined : textOf(value);
  }
  getAll(name: string): string[] {
    return this.pairs.filter((pair) => pair[0] === name.toLowerCase()).map((pair) => textOf(pair[1]));
  }
  has(name: string): boolean {
    return this.first(name.toLowerCase()) !== undefined;
  }
  add(name: string, value: string): void {
    this.pairs.push([name.toLowerCase(), value]);
  }
  /** Puts the value in place of the first of that name and drops the others, or adds it. */
  set(name: string, value: string): void {
    const key = name.toLowerCase();
    const at = this.pairs.findIndex((pair) => pair[0] === key);
    if (at < 0) return this.add(key, value);
    this.remove(key);
    this.pairs.splice(at, 0, [key, value]);
  }
  remove(name: string): void {
    const key = name.toLowerCase();
    for (let i = this.pairs.length - 1; i >= 0; i--) if (this.pairs[i]![0] === key) this.pairs.splice(i, 1);
  }
  /** Drops everything and takes these. */
  replaceAll(pairs: readonly HeaderPair[]): void {
    this.pairs.length = 0;
    for (const [name, value] of pairs) this.add(name, value);
  }
  /** Envoy's `byteSize`: names and values alone. */
  byteSize(): number {
    return this.pairs.reduce((sum, [name, value]) => sum + name.length + value.length, 0);
  }
  copy(): HeaderMap {
    const map = new HeaderMap();
    map.replaceAll(this.pairs);
    return map;
  }
  toObject(): Record<string, string> {
    return Object.fromEntries(this.pairs.map(([name, value]) => [textOf(name), textOf(value)]));
  }
}

export function serializePairs(pairs: readonly HeaderPair[]): Uint8Array {
  const sizes = Buffer.alloc(4 + 8 * pairs.length);
  const parts: Buffer[] = [sizes];
  sizes.writeUInt32LE(pairs.length, 0);
  pairs.forEach(([name, value], i) => {
    sizes.writeUInt32LE(name.length, 4 + 8 * i);
    sizes.writeUInt32LE(value.length, 8 + 8 * i);
    parts.push(Buffer.from(`${name}\0${value}\0`, "latin1"));
  });
  return Buffer.concat(parts);
}

/** Undefined when the bytes are not a well-formed map: Envoy then silently takes it as empty. */
export function parsePairs(bytes: Uint8Array): HeaderPair[] | undefined {
  if (bytes.length === 0 || (bytes.length === 1 && bytes[0] === 0)) return [];
  if (bytes.length < 4 || bytes.length > PAIRS_MAX_BYTES) return undefined;
  const data = Buffer.from(bytes);
  const count = data.readUInt32LE(0);
  if (count > PAIRS_MAX_COUNT || 4 + 8 * count > data.length) return undefined;
  const pairs: HeaderPair[] = [];
  let at = 4 + 8 * count;
  const take = (length: number): string | undefined => {
    const end = at + length;
    if (end + 1 > data.length || data[end] !== 0) return undefined;
    const text = data.toString("latin1", at, end);
    at = end + 1;
    return text;
  };
  for (let i = 0; i < count; i++) {
    const name = take(data.readUInt32LE(4 + 8 * i));
    const value = name === undefined ? undefined : take(data.readUInt32LE(8 + 8 * i));
    if (name === undefined || value === undefined) return undefined;
    pairs.push([name, value]);
  }
  return at === data.length ? pairs : undefined;
}
