// js_decode: JavaScript escapes: \xXX, \uXXXX (surrogate pairs joined), \a \b \f \n \r \t \v, and a backslash
// before any other byte is dropped. An incomplete \x or \u is dropped, its digits stay. A lone low surrogate is
// written as it is, a lone high one as U+FFFD, or dropped before a \u escape that is no low one.
// Output: not longer than the input.
import { hexValue } from "../bytes/ascii";
import { ByteWriter } from "../bytes/byte-writer";
import { writeCodePoint, writeEscaped } from "../bytes/code-point";
import { findByte } from "../bytes/find-byte";

const BACKSLASH: u32 = 0x5c;

export function jsDecode(at: usize, len: u32, out: ByteWriter): bool {
  const end = at + len;
  let read = findByte(at, end, BACKSLASH);
  // A single backslash at the very end stays.
  if (read + 1 >= end) return false;
  const to = out.reserve(len + 4);
  memory.copy(to, at, read - at);
  let write = to + (read - at);
  while (read < end) {
    const c = <u32>load<u8>(read++);
    if (c != BACKSLASH || read == end) {
      store<u8>(write++, <u8>c);
      continue;
    }
    const letter = <u32>load<u8>(read++);
    if (letter == 0x75) {
      const unit = hexUnit(read, end);
      if (unit < 0) continue;
      read += 4;
      if (unit - 0xd800 >= 0x400 || unit < 0xd800) {
        write += writeCodePoint(<u32>unit, write);
        continue;
      }
      const low = startsUnit(read, end) ? hexUnit(read + 2, end) : -1;
      if (low < 0) {
        write += writeEscaped(0xfffd, write, 6);
      } else if (low >= 0xdc00 && low < 0xe000) {
        write += writeCodePoint(<u32>(0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00)), write);
        read += 6;
      }
    } else if (letter == 0x78) {
      if (end - read < 2 || hexValue(load<u8>(read)) < 0 || hexValue(load<u8>(read, 1)) < 0) continue;
      store<u8>(write++, <u8>((hexValue(load<u8>(read)) << 4) | hexValue(load<u8>(read, 1))));
      read += 2;
    } else {
      store<u8>(write++, <u8>simpleEscape(letter));
    }
  }
  out.length += <u32>(write - to);
  return true;
}

/** The UTF-16 unit that 4 hex digits at `at` spell, or -1. */
function hexUnit(at: usize, end: usize): i32 {
  if (at + 4 > end) return -1;
  let unit: i32 = 0;
  for (let i: usize = 0; i < 4; i++) {
    const digit = hexValue(load<u8>(at + i));
    if (digit < 0) return -1;
    unit = (unit << 4) | digit;
  }
  return unit;
}

function startsUnit(at: usize, end: usize): bool {
  return end - at > 5 && load<u16>(at) == 0x755c;
}

function simpleEscape(letter: u32): u32 {
  switch (letter) {
    case 0x61:
      return 0x07;
    case 0x62:
      return 0x08;
    case 0x66:
      return 0x0c;
    case 0x6e:
      return 0x0a;
    case 0x72:
      return 0x0d;
    case 0x74:
      return 0x09;
    case 0x76:
      return 0x0b;
    default:
      return letter;
  }
}
