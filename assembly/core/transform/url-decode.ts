// url_decode: %XX to the byte it names, + to a space; a percent that starts no escape stays. One level.
// Output: not longer than the input.
import { hexValue } from "../bytes/ascii";
import { ByteWriter } from "../bytes/byte-writer";
import { findEither } from "../bytes/find-byte";

const PERCENT: u32 = 0x25;
const PLUS: u32 = 0x2b;

export function urlDecode(at: usize, len: u32, out: ByteWriter): bool {
  const end = at + len;
  const first = findEscape(at, end);
  if (first == end) return false;
  const to = out.reserve(len);
  memory.copy(to, at, first - at);
  let write = to + (first - at);
  let read = first;
  while (read < end) {
    const c = <u32>load<u8>(read);
    if (c == PLUS) {
      store<u8>(write++, 0x20);
      read++;
    } else if (c == PERCENT && isEscape(read, end)) {
      store<u8>(write++, <u8>((hexValue(load<u8>(read, 1)) << 4) | hexValue(load<u8>(read, 2))));
      read += 3;
    } else {
      store<u8>(write++, <u8>c);
      read++;
    }
  }
  out.length += <u32>(write - to);
  return true;
}

/** The first + or complete %XX in [at, end), or `end`. */
function findEscape(at: usize, end: usize): usize {
  while (true) {
    at = findEither(at, end, PERCENT, PLUS);
    if (at == end || load<u8>(at) == PLUS || isEscape(at, end)) return at;
    at++;
  }
}

function isEscape(at: usize, end: usize): bool {
  return end - at > 2 && hexValue(load<u8>(at, 1)) >= 0 && hexValue(load<u8>(at, 2)) >= 0;
}
