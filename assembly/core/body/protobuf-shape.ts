// What the bytes of a protobuf field look like: text, a message, or neither. The wire format says only how long a
// string, a sub-message or bytes are, not which of them they are (https://protobuf.dev/programming-guides/encoding/).

/** Longest varint. */
export const VARINT_BYTES: u32 = 10;
const MAX_NUMBER: u32 = 0x1fffffff;
/** No schema numbers its fields higher in practice; text that is read as a message does. */
const ODD_NUMBER: u32 = 0xffff;

export enum WireType {
  Varint = 0,
  Fixed64 = 1,
  Length = 2,
  StartGroup = 3,
  EndGroup = 4,
  Fixed32 = 5,
}

/** How bytes read as a message. */
export enum Shape {
  None,
  /** Fields from end to end. */
  Message,
  /** The same, but no encoder would have written them so. */
  Odd,
}

/** True for the number of a field that is in use, from 1 to 2^29 - 1. */
export function isNumber(number: u64): bool {
  return number - 1 < <u64>MAX_NUMBER;
}

/**
 * Reads the tags of [at, at + have), the first bytes of a field of `len`; the contents of fields in it are passed
 * over, so a byte is looked at in the one message it is a tag or a scalar of.
 */
export function shapeOf(at: usize, have: u32, len: u32): Shape {
  const end = at + have;
  let p = at;
  let groups: i32 = 0;
  let isOdd = false;
  while (p < end) {
    const tagEnd = skipVarint(p, end);
    if (tagEnd == 0) return cut(p, end, have < len, isOdd);
    const tag = readVarint(p, tagEnd);
    if (!isNumber(tag >> 3)) return Shape.None;
    isOdd = isOdd || tag >> 3 > <u64>ODD_NUMBER || !isMinimal(p, tagEnd);
    p = tagEnd;
    const type = (<u32>tag) & 7;
    let size: u64 = 0;
    if (type == WireType.Varint || type == WireType.Length) {
      const valueEnd = skipVarint(p, end);
      if (valueEnd == 0) return cut(p, end, have < len, isOdd);
      isOdd = isOdd || !isMinimal(p, valueEnd);
      if (type == WireType.Length) size = readVarint(p, valueEnd);
      p = valueEnd;
    } else if (type == WireType.StartGroup) {
      groups++;
    } else if (type == WireType.EndGroup) {
      if (--groups < 0) return Shape.None;
    } else {
      size = fixedSize(type);
      if (size == 0) return Shape.None;
      isOdd = isOdd || isLetters(p, end, size);
    }
    if (size > <u64>len - <u64>(p - at)) return Shape.None;
    p += <usize>size;
  }
  if (have == len && groups != 0) return Shape.None;
  return isOdd ? Shape.Odd : Shape.Message;
}

/** Bytes of a fixed value; 0 for what is none. */
export function fixedSize(type: u32): u32 {
  if (type == WireType.Fixed64) return 8;
  return type == WireType.Fixed32 ? 4 : 0;
}

/** Where the varint at `at` ends; 0 when it does not end before `end`, or is too long. */
export function skipVarint(at: usize, end: usize): usize {
  const stop = min(end, at + VARINT_BYTES);
  while (at < stop) if (load<u8>(at++) < 0x80) return at;
  return 0;
}

export function readVarint(at: usize, end: usize): u64 {
  let value: u64 = 0;
  for (let shift: u64 = 0; at < end; shift += 7) value |= ((<u64>load<u8>(at++)) & 0x7f) << shift;
  return value;
}

/** Tab, line feed, carriage return, and what is printable. */
export function isTextByte(c: u32): bool {
  return c - 0x20 < 0x5f || c == 0x09 || c == 0x0a || c == 0x0d;
}

/**
 * Where UTF-8 without control characters ends: the first byte of what is no text, or of a character that `end` cuts.
 */
export function textEnd(at: usize, end: usize): usize {
  while (at < end) {
    while (at + 16 <= end && isTextBlock(at)) at += 16;
    if (at == end) return at;
    const c = <u32>load<u8>(at);
    if (c < 0x80) {
      if (!isTextByte(c)) return at;
      at++;
      continue;
    }
    const size = characterSize(c);
    if (size == 0 || at + size > end) return at;
    for (let i: usize = 1; i < size; i++) if (load<u8>(at + i) >> 6 != 2) return at;
    at += size;
  }
  return at;
}

/** True when `at` begins a character that goes on behind `end`. */
export function isCutCharacter(at: usize, end: usize): bool {
  const size = characterSize(load<u8>(at));
  if (size == 0 || at + size <= end) return false;
  for (let p = at + 1; p < end; p++) if (load<u8>(p) >> 6 != 2) return false;
  return true;
}

/** Bytes that are no text in the sense of isTextByte(). */
export function countControls(at: usize, end: usize): u32 {
  let count: u32 = 0;
  for (; at < end; at++) count += <u32>!isTextByte(load<u8>(at));
  return count;
}

/** Bytes that a first byte above ASCII promises; 0 when there is none that begins with it. */
function characterSize(c: u32): usize {
  if (c - 0xc2 < 0x1e) return 2;
  if (c - 0xe0 < 0x10) return 3;
  return c - 0xf0 < 5 ? 4 : 0;
}

/** Eight letters where a fixed value is said to be. */
function isLetters(at: usize, end: usize, size: u64): bool {
  return size == 8 && at + 8 <= end && countControls(at, at + 8) == 0;
}

/** Sixteen printable ASCII bytes. */
function isTextBlock(at: usize): bool {
  const block = v128.load(at);
  const high = i8x16.sub(block, i8x16.splat(0x20));
  return i8x16.all_true(i8x16.lt_u(high, i8x16.splat(0x5f)));
}

/** A varint that does not end: fine where the bytes are cut, if it may go on there. */
function cut(at: usize, end: usize, isCut: bool, isOdd: bool): Shape {
  if (!isCut || end - at >= VARINT_BYTES) return Shape.None;
  return isOdd ? Shape.Odd : Shape.Message;
}

function isMinimal(at: usize, end: usize): bool {
  return end - at == 1 || load<u8>(end - 1) != 0;
}
