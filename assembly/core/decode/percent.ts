// Percent escapes in a value that its parser did not decode: a JSON string, a header, a second layer in a query.
// RFC 3986 §2.1, and `%uXXXX` as IIS has it. Output: not longer than the input.

import { hexValue } from "../bytes/ascii";
import { ByteWriter } from "../bytes/byte-writer";
import { writeCodePoint } from "../bytes/code-point";
import { findByte } from "../bytes/find-byte";

const PERCENT: u8 = 0x25;
const PLUS: u8 = 0x2b;
const SPACE: u8 = 0x20;

/**
 * Appends the decoded value to `out` and returns true; false when it has no escape. `+` is a space too where the
 * value has no space of its own: who escapes one thing as a form does, escapes spaces that way.
 */
export function decodePercent(at: usize, len: u32, out: ByteWriter): bool {
  const end = at + len;
  let read = findEscape(at, end);
  if (read == end) return false;
  const plus = findByte(at, end, SPACE) == end ? PLUS : PERCENT;
  let write = out.reserve(len + 4);
  const to = write;
  for (let p = at; p < end;) {
    const c = load<u8>(p);
    if (c == PERCENT) {
      const unit = p < read ? -1 : escapeAt(p, end);
      if (unit >= 0) {
        if (unit & WIDE) {
          write += writeCodePoint(<u32>(unit & 0xffff), write);
          p += 6;
        } else {
          store<u8>(write++, <u8>unit);
          p += 3;
        }
        continue;
      }
    }
    store<u8>(write++, c == plus ? SPACE : c);
    p++;
  }
  out.length += <u32>(write - to);
  return true;
}

const WIDE: i32 = 0x10000;

/** The first escape in at..end, or end. */
function findEscape(at: usize, end: usize): usize {
  let p = findByte(at, end, PERCENT);
  while (p < end && escapeAt(p, end) < 0) p = findByte(p + 1, end, PERCENT);
  return p;
}

/** The byte that the escape at `p` stands for, WIDE | the code unit of `%uXXXX`, or -1. */
function escapeAt(p: usize, end: usize): i32 {
  if (end - p < 3) return -1;
  const first = <u32>load<u8>(p, 1);
  if ((first | 0x20) == 0x75) {
    if (end - p < 6) return -1;
    const high = hexPair(p + 2);
    const low = hexPair(p + 4);
    return (high | low) < 0 ? -1 : WIDE | (high << 8) | low;
  }
  return hexPair(p + 1);
}

function hexPair(p: usize): i32 {
  const high = hexValue(load<u8>(p));
  const low = hexValue(load<u8>(p, 1));
  return (high | low) < 0 ? -1 : (high << 4) | low;
}
