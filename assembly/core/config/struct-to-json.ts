// google.protobuf.Struct to JSON: hosts hand a plugin configuration of that type over as serialized protobuf.
//
//   Struct    1: entry*           entry  1: key, a string  2: Value
//   ListValue 1: Value*
//   Value     1: null, varint     2: number, fixed64       3: string
//             4: bool, varint     5: Struct                6: ListValue
//
// Every payload has its length before it, so a nested message is skipped whole while its parent is read: each
// byte is read at most twice (keys and strings are checked for UTF-8 first). Open containers are on a stack of
// our own, as deep as a JSON document may be.
//
// TEST: test/engine/config-struct.test.ts holds it to the JSON text of the same object.

import { ByteWriter } from "../bytes/byte-writer";
import { appendJsonString, sequenceLength } from "../bytes/json-text";
import { JSON_DEPTH_LIMIT } from "../document/json-error";

/** Wire types (Protocol Buffers, Encoding: message structure). Groups, 3 and 4, have no place here. */
enum Wire {
  Varint = 0,
  Fixed64 = 1,
  Bytes = 2,
  Fixed32 = 5,
}

/** Fields of a Value. */
enum ValueField {
  None = 0,
  Null = 1,
  Number = 2,
  String = 3,
  Bool = 4,
  Struct = 5,
  List = 6,
}

const VARINT_BITS: u64 = 64;
/** An open container: what is left of it (at, end), its closing byte, how many values it has so far. */
const FRAME: u32 = 16;
const FRAME_END: usize = 4;
const FRAME_CLOSER: usize = 8;
const FRAME_COUNT: usize = 12;
const OBJECT_CLOSER: u32 = 0x7d;
const ARRAY_CLOSER: u32 = 0x5d;
/** 2^53: whole numbers below this in size are exact. */
const WHOLE_LIMIT: f64 = 9007199254740992;

/**
 * Appends the Struct in the `len` bytes at `at` to `out` as a JSON object. Unknown fields are skipped; an entry
 * or element without a value is null. False, with `out` as it was, when the bytes are no Struct, nest deeper
 * than JSON_DEPTH_LIMIT, or hold what JSON has no form for: an infinite number, NaN, a string that is not UTF-8.
 * A field that comes twice in an entry or a Value is refused too: serializers do not write that, and merging
 * the two as protobuf says is not worth its code. A key that comes twice is written twice.
 *
 * Source: google/protobuf/struct.proto; Protocol Buffers, Encoding.
 */
export function structToJson(at: usize, len: u32, out: ByteWriter): bool {
  const before = out.length;
  const writer = new StructWriter(out);
  const done = writer.write(at, at + len);
  writer.free();
  heap.free(changetype<usize>(writer));
  if (!done) out.length = before;
  return done;
}

/** Walks the fields of one message. */
@unmanaged
class FieldScan {
  at: usize = 0;
  end: usize = 0;
  isBroken: bool = false;
  /** The field last read: its number, its Wire, and either its number's bits or its payload. */
  field: u32 = 0;
  wire: u32 = 0;
  bits: u64 = 0;
  from: usize = 0;
  size: u32 = 0;

  open(at: usize, end: usize): void {
    this.at = at;
    this.end = end;
  }

  is(field: u32, wire: u32): bool {
    return this.field == field && this.wire == wire;
  }

  /** Reads one field; false at the end, and when it is malformed (isBroken). */
  next(): bool {
    if (this.at == this.end) return false;
    const tag = this.varint();
    this.field = <u32>(tag >> 3);
    this.wire = (<u32>tag) & 7;
    if (tag > <u64>u32.MAX_VALUE || this.field == 0) this.isBroken = true;
    if (this.isBroken) return false;
    if (this.wire == Wire.Varint) {
      this.bits = this.varint();
    } else if (this.wire == Wire.Fixed64) {
      if (this.take(8)) this.bits = load<u64>(this.from);
    } else if (this.wire == Wire.Bytes) {
      this.take(this.varint());
    } else if (this.wire == Wire.Fixed32) {
      this.take(4);
    } else {
      this.isBroken = true;
    }
    return !this.isBroken;
  }

  /** The next `size` bytes are the payload. */
  private take(size: u64): bool {
    if (this.isBroken || size > <u64>(this.end - this.at)) {
      this.isBroken = true;
      return false;
    }
    this.from = this.at;
    this.size = <u32>size;
    this.at += <usize>size;
    return true;
  }

  private varint(): u64 {
    let value: u64 = 0;
    for (let shift: u64 = 0; shift < VARINT_BITS && this.at < this.end; shift += 7) {
      const c = <u64>load<u8>(this.at++);
      if (shift == 63 && c > 1) break;
      value |= (c & 0x7f) << shift;
      if (c < 0x80) return value;
    }
    this.isBroken = true;
    return 0;
  }
}

@unmanaged
class StructWriter {
  private out: ByteWriter;
  private fields: FieldScan = new FieldScan();
  private frames: usize = heap.alloc(JSON_DEPTH_LIMIT * FRAME);
  private depth: u32 = 0;

  constructor(out: ByteWriter) {
    this.out = out;
  }

  free(): void {
    heap.free(this.frames);
    heap.free(changetype<usize>(this.fields));
  }

  write(at: usize, end: usize): bool {
    const fields = this.fields;
    if (!this.push(at, end, ValueField.Struct)) return false;
    while (this.depth > 0) {
      const frame = this.frames + (this.depth - 1) * FRAME;
      const closer = load<u32>(frame, FRAME_CLOSER);
      fields.open(load<u32>(frame), load<u32>(frame, FRAME_END));
      if (!fields.next()) {
        if (fields.isBroken) return false;
        this.out.byte(<u8>closer);
        this.depth--;
        continue;
      }
      store<u32>(frame, <u32>fields.at);
      if (!fields.is(1, Wire.Bytes)) continue;
      const count = load<u32>(frame, FRAME_COUNT);
      if (count > 0) this.out.byte(0x2c);
      store<u32>(frame, count + 1, FRAME_COUNT);
      const isWritten =
        closer == OBJECT_CLOSER ? this.entry() : this.value(fields.from, fields.from + fields.size);
      if (!isWritten) return false;
    }
    return true;
  }

  /** The map entry that the field last read is: `"key":value`. */
  private entry(): bool {
    const fields = this.fields;
    let keyAt: usize = 0;
    let keyLen: u32 = 0;
    let valueAt: usize = 0;
    let valueLen: u32 = 0;
    let seen: u32 = 0;
    fields.open(fields.from, fields.from + fields.size);
    while (fields.next()) {
      if (fields.wire != Wire.Bytes || fields.field > 2) continue;
      if (seen & fields.field) return false;
      seen |= fields.field;
      if (fields.field == 1) {
        keyAt = fields.from;
        keyLen = fields.size;
      } else {
        valueAt = fields.from;
        valueLen = fields.size;
      }
    }
    if (fields.isBroken || !this.text(keyAt, keyLen)) return false;
    this.out.byte(0x3a);
    return this.value(valueAt, valueAt + valueLen);
  }

  /** The Value in these bytes; of a Struct or ListValue only its opening, the rest is on the stack. */
  private value(at: usize, end: usize): bool {
    const fields = this.fields;
    let kind: u32 = ValueField.None;
    let bits: u64 = 0;
    let from: usize = 0;
    let size: u32 = 0;
    fields.open(at, end);
    while (fields.next()) {
      if (fields.field > <u32>ValueField.List || fields.wire != wireOf(fields.field)) continue;
      if (kind != ValueField.None) return false;
      kind = fields.field;
      bits = fields.bits;
      from = fields.from;
      size = fields.size;
    }
    if (fields.isBroken) return false;
    if (kind == ValueField.String) return this.text(from, size);
    if (kind == ValueField.Number) return this.number(reinterpret<f64>(bits));
    if (kind >= <u32>ValueField.Struct) return this.push(from, from + size, kind);
    this.out.text(kind != ValueField.Bool ? "null" : bits != 0 ? "true" : "false");
    return true;
  }

  private push(at: usize, end: usize, kind: u32): bool {
    if (this.depth == JSON_DEPTH_LIMIT) return false;
    const frame = this.frames + this.depth++ * FRAME;
    const isObject = kind == ValueField.Struct;
    store<u32>(frame, <u32>at);
    store<u32>(frame, <u32>end, FRAME_END);
    store<u32>(frame, isObject ? OBJECT_CLOSER : ARRAY_CLOSER, FRAME_CLOSER);
    store<u32>(frame, 0, FRAME_COUNT);
    this.out.byte(isObject ? 0x7b : 0x5b);
    return true;
  }

  private text(at: usize, len: u32): bool {
    if (!isUtf8(at, at + len)) return false;
    appendJsonString(this.out, at, len);
    return true;
  }

  /** Whole numbers without a fraction, others with the digits that give the same f64 again. */
  private number(value: f64): bool {
    if (!isFinite(value)) return false;
    if (Math.trunc(value) == value && Math.abs(value) < WHOLE_LIMIT) {
      this.out.decimal(<i64>value);
      return true;
    }
    const digits = value.toString();
    this.out.text(digits.endsWith(".0") ? digits.substring(0, digits.length - 2) : digits);
    return true;
  }
}

/** What a field of a Value is written as. */
function wireOf(field: u32): u32 {
  if (field == ValueField.Null || field == ValueField.Bool) return Wire.Varint;
  return field == ValueField.Number ? Wire.Fixed64 : Wire.Bytes;
}

function isUtf8(at: usize, end: usize): bool {
  while (at < end) {
    const size = load<u8>(at) < 0x80 ? 1 : sequenceLength(at, end);
    if (size == 0) return false;
    at += size;
  }
  return true;
}
