// Builds the literal prefilter: which of thousands of lower-case texts can occur in a value, by one probe of a
// hashed 3-byte window per position (the scan is in rules/rule-eval.ts).
//
// SAFETY: it may answer only "no" or "maybe". A literal stands for conditions whose every match contains one of
// their literals (ASCII case folded); a condition with a literal shorter than three bytes has none here.

import { lowerByte } from "../bytes/ascii";
import { ByteWriter } from "../bytes/byte-writer";
import {
  LITERAL_COUNT,
  LITERAL_FIRST,
  LITERAL_GRAM,
  LITERAL_GRAM_AT,
  LITERAL_HASH,
  LITERAL_LENGTH,
  LITERAL_NEXT,
  LITERAL_SIZE,
  LITERAL_TEXT,
  Section,
} from "../rules/layout";
import { RulesetWriter } from "./ruleset-writer";

export const LITERAL_MIN: u32 = 3;
const FOLD: u32 = 0x202020;

/** Bits of the bitmap per literal: about one probe in sixty-four of unrelated text is let through. */
const BITS_PER_LITERAL: u32 = 64;

export class LiteralTable {
  private texts: ByteWriter = new ByteWriter();
  private starts: Array<u32> = [];
  private lengths: Array<u32> = [];
  /** (literal, condition) pairs in the order they came. */
  private pairs: Array<u64> = [];
  private slots: StaticArray<u32> = new StaticArray<u32>(1 << 14);

  /** Every match of `condition` contains one of the literals it is added with. */
  add(at: usize, len: u32, condition: u32): void {
    const literal = this.intern(at, len);
    this.pairs.push(((<u64>literal) << 32) | condition);
  }

  /** Forgets what conditions from `condition` on were added with. */
  takeBack(condition: u32): void {
    let keep = this.pairs.length;
    while (keep > 0 && <u32>this.pairs[keep - 1] >= condition) keep--;
    this.pairs.length = keep;
  }

  private intern(at: usize, len: u32): u32 {
    if (this.starts.length * 2 >= this.slots.length) this.rehash();
    const slot = this.find(at, len);
    if (this.slots[slot] != 0) return this.slots[slot] - 1;
    const literal = <u32>this.starts.length;
    this.slots[slot] = literal + 1;
    this.starts.push(this.texts.length);
    this.lengths.push(len);
    this.texts.bytes(at, len);
    return literal;
  }

  /** The slot of a text: its own, or the free one where it belongs. */
  private find(at: usize, len: u32): u32 {
    let hash: u32 = 2166136261;
    for (let i: u32 = 0; i < len; i++) hash = (hash ^ load<u8>(at + i)) * 16777619;
    const mask = <u32>this.slots.length - 1;
    let slot = (hash ^ (hash >> 15)) & mask;
    for (; this.slots[slot] != 0; slot = (slot + 1) & mask) {
      const known = this.slots[slot] - 1;
      if (this.lengths[known] != len) continue;
      if (memory.compare(this.texts.at + this.starts[known], at, len) == 0) break;
    }
    return slot;
  }

  private rehash(): void {
    this.slots = new StaticArray<u32>(this.slots.length << 1);
    for (let i = 0; i < this.starts.length; i++) {
      this.slots[this.find(this.texts.at + this.starts[i], this.lengths[i])] = i + 1;
    }
  }

  /** Writes the four literal sections. */
  finish(writer: RulesetWriter): void {
    const count = <u32>this.starts.length;
    if (count == 0) return;
    const bits = powerOfTwo(max<u32>(count * BITS_PER_LITERAL, 1024));
    const slotCount = powerOfTwo(count * 2);
    const bitmap = zeroed(writer, Section.LiteralBitmap, bits / 8);
    const slots = zeroed(writer, Section.LiteralSlots, slotCount * 4);
    memory.fill(slots, 0xff, slotCount * 4);
    const hashShift = 32 - ctz(bits);
    const slotShift = 32 - ctz(slotCount);
    this.writeConditions(writer);
    for (let i: u32 = 0; i < count; i++) {
      const at = this.texts.at + this.starts[i];
      const gramAt = rarestGram(at, this.lengths[i]);
      const gram = load<u16>(at + gramAt) | ((<u32>load<u8>(at + gramAt, 2)) << 16) | FOLD;
      const hash = gram * LITERAL_HASH;
      const bit = hash >> hashShift;
      const byte = bitmap + (bit >> 3);
      const place = <u8>(bit & 7);
      store<u8>(byte, load<u8>(byte) | ((<u8>1) << place));
      const text = writer.blob(at, this.lengths[i]);
      const entry = writer.section(Section.Literals).at + <usize>i * LITERAL_SIZE;
      const slot = slots + ((<usize>(hash >> slotShift)) << 2);
      store<u32>(entry, gram, LITERAL_GRAM);
      store<u32>(entry, load<u32>(slot), LITERAL_NEXT);
      store<u32>(entry, text, LITERAL_TEXT);
      store<u16>(entry, <u16>this.lengths[i], LITERAL_LENGTH);
      store<u16>(entry, <u16>gramAt, LITERAL_GRAM_AT);
      store<u32>(slot, i);
    }
  }

  /** Literal records with their condition lists, grouped by counting. */
  private writeConditions(writer: RulesetWriter): void {
    const counts = new StaticArray<u32>(this.starts.length);
    for (let i = 0; i < this.pairs.length; i++) counts[<u32>(this.pairs[i] >> 32)]++;
    let first: u32 = 0;
    for (let i = 0; i < this.starts.length; i++) {
      const entry = writer.record(Section.Literals);
      store<u32>(entry, first, LITERAL_FIRST);
      store<u32>(entry, counts[i], LITERAL_COUNT);
      first += counts[i];
      counts[i] = first;
    }
    const list = zeroed(writer, Section.LiteralConditions, first * 4);
    for (let i = this.pairs.length - 1; i >= 0; i--) {
      const literal = <u32>(this.pairs[i] >> 32);
      store<u32>(list + ((<usize>--counts[literal]) << 2), <u32>this.pairs[i]);
    }
  }

  free(): void {
    this.texts.free();
    heap.free(changetype<usize>(this.texts));
  }
}

/** True when `len` bytes at `at` can be a literal; they are then lower-cased into `out`. */
export function foldLiteral(at: usize, len: u32, out: ByteWriter): bool {
  if (len < LITERAL_MIN || len > 0xffff) return false;
  for (let i: u32 = 0; i < len; i++) out.byte(<u8>lowerByte(load<u8>(at + i)));
  return true;
}

function zeroed(writer: RulesetWriter, section: i32, bytes: u32): usize {
  const out = writer.section(section);
  const at = out.reserve(bytes);
  memory.fill(at, 0, bytes);
  out.length += bytes;
  return at;
}

function powerOfTwo(least: u32): u32 {
  let size: u32 = 1;
  while (size < least) size <<= 1;
  return size;
}

/** Offset of the three bytes that ordinary text has most seldom. */
function rarestGram(at: usize, len: u32): u32 {
  let best: u32 = 0;
  let bestRarity: u32 = 0;
  for (let i: u32 = 0; i + 3 <= len; i++) {
    const rarity =
      byteRarity(load<u8>(at + i)) + byteRarity(load<u8>(at + i, 1)) + byteRarity(load<u8>(at + i, 2));
    if (rarity > bestRarity) {
      bestRarity = rarity;
      best = i;
    }
  }
  return best;
}

/** How seldom a byte is in ordinary traffic, roughly; only speed depends on it. */
function byteRarity(c: u32): u32 {
  switch (c) {
    case 0x20:
    case 0x61:
    case 0x65:
    case 0x69:
    case 0x6e:
    case 0x6f:
    case 0x72:
    case 0x73:
    case 0x74: // " aeinorst"
      return 1;
    case 0x2d:
    case 0x2e:
    case 0x2f:
    case 0x3a:
    case 0x5f: // - . / : _
      return 4;
    default:
      return c - 0x61 < 26 ? 3 : c - 0x30 < 10 ? 3 : 7;
  }
}
