// css_decode: CSS escapes (CSS Syntax 3 §4.3.7): a backslash and 1–6 hex digits, with one white space after them,
// is a code point; a backslash and a line feed is nothing; a backslash and another byte is that byte; a backslash
// at the end is nothing. Output: shorter than the input.
import { hexValue, isSpace } from "../bytes/ascii";
import { ByteWriter } from "../bytes/byte-writer";
import { writeEscaped } from "../bytes/code-point";
import { findByte } from "../bytes/find-byte";

const BACKSLASH: u32 = 0x5c;

export function cssDecode(at: usize, len: u32, out: ByteWriter): bool {
  const end = at + len;
  let read = findByte(at, end, BACKSLASH);
  if (read == end) return false;
  const to = out.reserve(len + 4);
  memory.copy(to, at, read - at);
  let write = to + (read - at);
  while (read < end) {
    const c = <u32>load<u8>(read++);
    if (c != BACKSLASH) {
      store<u8>(write++, <u8>c);
      continue;
    }
    let digits: u32 = 0;
    let cp: u32 = 0;
    while (digits < 6 && read < end) {
      const digit = hexValue(load<u8>(read));
      if (digit < 0) break;
      cp = (cp << 4) | (<u32>digit);
      digits++;
      read++;
    }
    if (digits != 0) {
      // What was saved so far counts as room for U+FFFD, as in libddwaf, which decodes in place.
      write += writeEscaped(cp, write, <u32>(read - at) - <u32>(write - to));
      if (read < end && isSpace(load<u8>(read))) read++;
    } else if (read < end) {
      const next = load<u8>(read++);
      if (next != 0x0a) store<u8>(write++, next);
    }
  }
  out.length += <u32>(write - to);
  return true;
}
