// A bounded set of names, with or without values, in the orders in which fingerprints hash them.
//
// Sorted by merging, so that a request full of alike names costs n log n comparisons.

import { lowerByte } from "../bytes/ascii";
import { ByteWriter } from "../bytes/byte-writer";

/** Names of one set, and bytes of one text, that libddwaf's bindings hand over; what is beyond does not count. */
export const FINGERPRINT_KEYS: u32 = 256;
export const FINGERPRINT_TEXT: u32 = 4096;

const RECORD: u32 = 16;
const COMMA: u32 = 0x2c;
const BACKSLASH: u8 = 0x5c;
const UNDERSCORE: u8 = 0x5f;
const HYPHEN: u8 = 0x2d;

/** How two names compare. */
enum Order {
  /** Byte by byte. */
  Exact,
  /** As if in lower case, bytes signed as on x86-64; equal ones as they came. */
  Folded,
}

@unmanaged
export class FingerprintKeys {
  count: u32 = 0;
  /** Records as they came: u32 offset and length of the name, u32 offset and length of the value. */
  private records: usize = heap.alloc(FINGERPRINT_KEYS * RECORD);
  /** Numbers of records, in order; and room to merge them. */
  private order: usize = heap.alloc(FINGERPRINT_KEYS << 2);
  private merged: usize = heap.alloc(FINGERPRINT_KEYS << 2);
  private bytes: ByteWriter = new ByteWriter();

  clear(): void {
    this.count = 0;
    this.bytes.clear();
  }

  /** Adds a name and its value. One that came just before is not added again. */
  add(at: usize, len: u32, value: usize, valueLen: u32): void {
    const size = min(len, FINGERPRINT_TEXT);
    if (this.count != 0) {
      const last = this.records + <usize>(this.count - 1) * RECORD;
      if (load<u32>(last, 4) == size && memory.compare(this.bytes.at + load<u32>(last), at, size) == 0)
        return;
    }
    if (this.count == FINGERPRINT_KEYS) return;
    const record = this.records + <usize>this.count * RECORD;
    store<u32>(record, this.bytes.length);
    store<u32>(record, size, 4);
    this.bytes.bytes(at, size);
    const shown = min(valueLen, FINGERPRINT_TEXT);
    store<u32>(record, this.bytes.length, 8);
    store<u32>(record, shown, 12);
    this.bytes.bytes(value, shown);
    store<u32>(this.order + ((<usize>this.count) << 2), this.count);
    this.count++;
  }

  /** Adds a name in lower case, without value. */
  addLower(at: usize, len: u32): void {
    const from = this.bytes.length;
    this.add(at, len, 0, 0);
    for (let i = from; i < this.bytes.length; i++) {
      store<u8>(this.bytes.at + i, <u8>lowerByte(load<u8>(this.bytes.at + i)));
    }
  }

  /** Keeps the first of those with one name; then in the order of their names in lower case. */
  settle(): void {
    this.dropRepeated();
    this.sort(Order.Folded);
  }

  /** Keeps the first of those with one name; then writes `-` for `_`, in the order of that. */
  settleHeaders(): void {
    this.dropRepeated();
    for (let i: u32 = 0; i < this.bytes.length; i++) {
      if (load<u8>(this.bytes.at + i) == UNDERSCORE) store<u8>(this.bytes.at + i, HYPHEN);
    }
    this.sort(Order.Exact);
  }

  /** The names in lower case with `,` between them and `\,` for those inside. */
  writeNames(out: ByteWriter): void {
    for (let i: u32 = 0; i < this.count; i++) {
      if (i != 0) out.byte(<u8>COMMA);
      const record = this.recordAt(i);
      const end = this.bytes.at + load<u32>(record) + load<u32>(record, 4);
      for (let p = this.bytes.at + load<u32>(record); p < end; p++) {
        const c = <u32>load<u8>(p);
        if (c == COMMA) out.byte(BACKSLASH);
        out.byte(<u8>lowerByte(c));
      }
    }
  }

  /** The values, likewise, but in the case in which they came. */
  writeValues(out: ByteWriter): void {
    for (let i: u32 = 0; i < this.count; i++) {
      if (i != 0) out.byte(<u8>COMMA);
      const record = this.recordAt(i);
      const end = this.bytes.at + load<u32>(record, 8) + load<u32>(record, 12);
      for (let p = this.bytes.at + load<u32>(record, 8); p < end; p++) {
        const c = load<u8>(p);
        if (c == COMMA) out.byte(BACKSLASH);
        out.byte(c);
      }
    }
  }

  /** The names as they are, `,` between them. */
  writeHeaders(out: ByteWriter): void {
    for (let i: u32 = 0; i < this.count; i++) {
      if (i != 0) out.byte(<u8>COMMA);
      const record = this.recordAt(i);
      out.bytes(this.bytes.at + load<u32>(record), load<u32>(record, 4));
    }
  }

  /** Record of the name at place `i` of the order. */
  private recordAt(i: u32): usize {
    return this.records + <usize>load<u32>(this.order + ((<usize>i) << 2)) * RECORD;
  }

  private dropRepeated(): void {
    this.sort(Order.Exact);
    let kept: u32 = 0;
    for (let i: u32 = 0; i < this.count; i++) {
      const number = load<u32>(this.order + ((<usize>i) << 2));
      if (kept != 0) {
        const last = load<u32>(this.order + ((<usize>(kept - 1)) << 2));
        if (this.compare(last, number, Order.Exact) == 0) continue;
      }
      store<u32>(this.order + ((<usize>kept) << 2), number);
      kept++;
    }
    this.count = kept;
  }

  /** Stable in the order in which names came. */
  private sort(order: Order): void {
    for (let width: u32 = 1; width < this.count; width <<= 1) {
      for (let from: u32 = 0; from < this.count; from += 2 * width) {
        this.merge(from, min(from + width, this.count), min(from + 2 * width, this.count), order);
      }
      const merged = this.merged;
      this.merged = this.order;
      this.order = merged;
    }
  }

  private merge(from: u32, middle: u32, to: u32, order: Order): void {
    let left = from;
    let right = middle;
    for (let i = from; i < to; i++) {
      const a = load<u32>(this.order + ((<usize>min(left, middle - 1)) << 2));
      const b = load<u32>(this.order + ((<usize>min(right, to - 1)) << 2));
      const takesLeft = left < middle && (right >= to || this.precedes(a, b, order));
      store<u32>(this.merged + ((<usize>i) << 2), takesLeft ? a : b);
      if (takesLeft) left++;
      else right++;
    }
  }

  private precedes(a: u32, b: u32, order: Order): bool {
    const compared = this.compare(a, b, order);
    return compared < 0 || (compared == 0 && a < b);
  }

  /** Below 0, 0 or above 0 as the name of record `a` comes before that of `b`, with it, or behind it. */
  private compare(a: u32, b: u32, order: Order): i32 {
    const left = this.records + <usize>a * RECORD;
    const right = this.records + <usize>b * RECORD;
    const leftAt = this.bytes.at + load<u32>(left);
    const rightAt = this.bytes.at + load<u32>(right);
    const shared = min(load<u32>(left, 4), load<u32>(right, 4));
    if (order == Order.Exact) {
      const compared = memory.compare(leftAt, rightAt, shared);
      if (compared != 0) return compared;
    } else {
      for (let i: u32 = 0; i < shared; i++) {
        const l = <i8>lowerByte(load<u8>(leftAt + i));
        const r = <i8>lowerByte(load<u8>(rightAt + i));
        if (l != r) return <i32>l - <i32>r;
      }
    }
    return <i32>load<u32>(left, 4) - <i32>load<u32>(right, 4);
  }
}
