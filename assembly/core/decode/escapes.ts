// Escapes of string literals in a value that is none: `\uXXXX` and `\xHH` (ECMA-262 §12.9.4), `\u{X}`, and three octal
// digits. A backslash before anything else stays: paths and regular expressions are full of them.
// Output: not longer than the input.

import { hexValue } from "../bytes/ascii";
import { ByteWriter } from "../bytes/byte-writer";
import { writeCodePoint } from "../bytes/code-point";
import { findByte } from "../bytes/find-byte";

const BACKSLASH: u8 = 0x5c;
const NONE: u32 = 0;

/** Appends the decoded value to `out` and returns true; false when it has no such escape. */
export function decodeEscapes(at: usize, len: u32, out: ByteWriter): bool {
  const end = at + len;
  let write = out.reserve(len + 4);
  const to = write;
  let changed = false;
  for (let p = at; p < end;) {
    const next = findByte(p, end, BACKSLASH);
    memory.copy(write, p, next - p);
    write += next - p;
    if (next == end) break;
    const found = escapeAt(next, end);
    if (found == NONE) {
      // The byte after the backslash goes with it: `\\u0041` is no escape.
      const size: usize = next + 1 < end ? 2 : 1;
      memory.copy(write, next, size);
      write += size;
      p = next + size;
      continue;
    }
    changed = true;
    p = next + <usize>(found >> 24);
    let point = found & 0xffffff;
    if (point - 0xd800 < 0x400 && p < end && load<u8>(p) == BACKSLASH) {
      const low = escapeAt(p, end);
      if ((low & 0xffffff) - 0xdc00 < 0x400) {
        point = 0x10000 + ((point - 0xd800) << 10) + ((low & 0xffffff) - 0xdc00);
        p += <usize>(low >> 24);
      }
    }
    write += writeCodePoint(point, write);
  }
  if (changed) out.length += <u32>(write - to);
  return changed;
}

/** The code point of the escape at `p` | its length << 24; NONE when it is none. */
function escapeAt(p: usize, end: usize): u32 {
  const left = <u32>(end - p);
  if (left < 4) return NONE;
  const letter = <u32>load<u8>(p, 1);
  if (letter == 0x75) return load<u8>(p, 2) == 0x7b ? bracedAt(p, end) : left < 6 ? NONE : hexAt(p, 4);
  if (letter == 0x78) return hexAt(p, 2);
  if (letter - 0x30 > 3) return NONE;
  const second = <u32>load<u8>(p, 2) - 0x30;
  const third = <u32>load<u8>(p, 3) - 0x30;
  if (second > 7 || third > 7) return NONE;
  const value = ((letter - 0x30) << 6) | (second << 3) | third;
  return value > 0x7f ? NONE : value | (4 << 24);
}

function hexAt(p: usize, digits: u32): u32 {
  let value: u32 = 0;
  for (let i: u32 = 0; i < digits; i++) {
    const digit = hexValue(load<u8>(p + 2 + i));
    if (digit < 0) return NONE;
    value = (value << 4) | (<u32>digit);
  }
  return value | ((digits + 2) << 24);
}

function bracedAt(p: usize, end: usize): u32 {
  let value: u32 = 0;
  const last = min(end, p + 12);
  for (let read = p + 3; read < last; read++) {
    const c = <u32>load<u8>(read);
    if (c == 0x7d) return value > 0x10ffff ? NONE : value | ((<u32>(read + 1 - p)) << 24);
    const digit = hexValue(c);
    if (digit < 0) return NONE;
    value = min(((value & 0xfffffff) << 4) | (<u32>digit), 0x110000);
  }
  return NONE;
}
