// html_entity_decode: &#N; and &#xN; (semicolon optional, any number of digits) and &lt; &gt; &amp; &quot; &nbsp; in
// any case. NUL, surrogates and numbers past U+10FFFF become U+FFFD; &nbsp; becomes the byte A0 and not its UTF-8
// form: all as libddwaf does it. Output: not longer than the input.
import { hexValue, isAlpha, isDigit } from "../bytes/ascii";
import { ByteWriter } from "../bytes/byte-writer";
import { writeEscaped } from "../bytes/code-point";
import { findByte } from "../bytes/find-byte";

const AMPERSAND: u32 = 0x26;
/** First four letters, little endian, of the names this transformation knows. */
const LT: u32 = 0x003b746c; // "lt;"
const GT: u32 = 0x003b7467; // "gt;"
const AMP: u32 = 0x3b706d61; // "amp;"
const QUOT: u32 = 0x746f7571; // "quot"
const NBSP: u32 = 0x7073626e; // "nbsp"

export function htmlEntityDecode(at: usize, len: u32, out: ByteWriter): bool {
  const end = at + len;
  let read = findByte(at, end, AMPERSAND);
  if (len < 3 || read == end) return false;
  const to = out.reserve(len + 4);
  memory.copy(to, at, read - at);
  let write = to + (read - at);
  while (read < end) {
    const c = <u32>load<u8>(read++);
    if (c != AMPERSAND || read == end) {
      store<u8>(write++, <u8>c);
      continue;
    }
    const next = <u32>load<u8>(read);
    if (next == 0x23) {
      const digits = digitsOf(read + 1, end);
      if (digits == 0) {
        store<u16>(write, 0x2326);
        write += 2;
        read++;
        continue;
      }
      const stop = digitsEnd(digits, end, digits != read + 1);
      const room = <u32>(stop - at) - <u32>(write - to);
      write += writeEscaped(numberAt(digits, stop, digits != read + 1), write, room);
      read = stop < end && load<u8>(stop) == 0x3b ? stop + 1 : stop;
    } else {
      const found: u32 = isAlpha(next) || isDigit(next) ? namedEntity(read, end) : 0;
      store<u8>(write++, found == 0 ? <u8>AMPERSAND : <u8>found);
      read += found >> 8;
    }
  }
  if (write - to == <usize>len && memory.compare(to, at, len) == 0) return false;
  out.length += <u32>(write - to);
  return true;
}

/** Where the digits of the reference whose "&#" ends at `at` begin: `at`, or after its x; 0 when it has none. */
function digitsOf(at: usize, end: usize): usize {
  if (at >= end) return 0;
  const c = <u32>load<u8>(at);
  if (isDigit(c)) return at;
  return (c | 0x20) == 0x78 && at + 1 < end && hexValue(load<u8>(at, 1)) >= 0 ? at + 1 : 0;
}

function digitsEnd(at: usize, end: usize, hex: bool): usize {
  while (at < end && (hex ? hexValue(load<u8>(at)) >= 0 : isDigit(load<u8>(at)))) at++;
  return at;
}

/** The number the digits spell; once past U+10FFFF it stays there. */
function numberAt(at: usize, end: usize, hex: bool): u32 {
  const base: u32 = hex ? 16 : 10;
  let cp: u32 = 0;
  while (at < end && cp <= 0x10ffff) cp = cp * base + <u32>hexValue(load<u8>(at++));
  return cp;
}

/** The byte a name at `at` stands for | the length of the name with its semicolon << 8; 0 when unknown. */
function namedEntity(at: usize, end: usize): u32 {
  const left = end - at;
  if (left < 3) return 0;
  // OR-ing 0x20 folds case; ';' has that bit already.
  const three =
    (<u32>load<u8>(at)) | ((<u32>load<u8>(at, 1)) << 8) | ((<u32>load<u8>(at, 2)) << 16) | 0x202020;
  if (three == LT) return 0x3c | (3 << 8);
  if (three == GT) return 0x3e | (3 << 8);
  if (left < 4) return 0;
  const four = load<u32>(at) | 0x20202020;
  if (four == AMP) return AMPERSAND | (4 << 8);
  if (left < 5 || (load<u8>(at, 4) | 0x20) != 0x3b) return 0;
  if (four == QUOT) return 0x22 | (5 << 8);
  return four == NBSP ? 0xa0 | (5 << 8) : 0;
}
