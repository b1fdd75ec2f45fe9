// url_decode_iis: url_decode plus %uXXXX (a code point, written as UTF-8), repeated until nothing is left to
// decode. Output: not longer than the input.
//
// WHY one pass: decoding again and again is quadratic on "%2525…25". Escapes cannot overlap (each has one
// percent, at its front), so the order of decoding does not change the result: every byte is pushed onto the
// output, and whenever the pushed byte completes an escape there, the escape is replaced by what it names, which
// is pushed in turn. Each replacement shortens the output, so the work is linear.
// TEST: test/engine/transform.test.ts compares with decoding pass by pass.
import { hexValue } from "../bytes/ascii";
import { ByteWriter } from "../bytes/byte-writer";
import { writeEscaped } from "../bytes/code-point";
import { findEither } from "../bytes/find-byte";

const PERCENT: u32 = 0x25;
const PLUS: u32 = 0x2b;
const LONG_ESCAPE: u32 = 6;
/** Eight percents. */
const PERCENTS: u64 = 0x2525252525252525;

export function urlDecodeIis(at: usize, len: u32, out: ByteWriter): bool {
  const end = at + len;
  const first = findEscape(at, end);
  if (first == end) return false;
  const to = out.reserve(len);
  memory.copy(to, at, first - at);
  let write = to + (first - at);
  for (let read = first; read < end;) {
    const next = mayComplete(to, write) ? read : findEither(read, end, PERCENT, PLUS);
    if (next == read) {
      write = push(load<u8>(read++), to, write);
    } else {
      memory.copy(write, read, next - read);
      write += next - read;
      read = next;
    }
  }
  out.length += <u32>(write - to);
  return true;
}

/**
 * A percent may stand in the last five bytes of the output [base, write), so that the byte to come may complete an escape.
 *
 * WHY: where none does, bytes are copied up to the next percent: they were a quarter of the time that an uploaded picture took.
 */
function mayComplete(base: usize, write: usize): bool {
  if (write - base < 8) return true;
  const x = (load<u64>(write - 8) ^ PERCENTS) >> 24;
  // Zero bytes (Mycroft's test): a byte behind one may be taken for one too.
  return ((x - 0x0101010101) & ~x & 0x8080808080) != 0;
}

/** Pushes one byte onto the output [base, write) and decodes what it completes; returns the new end. */
function push(c: u32, base: usize, write: usize): usize {
  while (true) {
    if (c == PLUS) c = 0x20;
    const low = hexValue(c);
    if (low < 0) {
      store<u8>(write, <u8>c);
      return write + 1;
    }
    const before = write - base;
    if (before >= 2 && load<u8>(write - 2) == PERCENT && hexValue(load<u8>(write - 1)) >= 0) {
      c = ((<u32>hexValue(load<u8>(write - 1))) << 4) | (<u32>low);
      write -= 2;
      continue;
    }
    if (before < LONG_ESCAPE - 1 || !startsLongEscape(write - 5)) {
      store<u8>(write, <u8>c);
      return write + 1;
    }
    let cp: u32 = <u32>low;
    for (let i: u32 = 1; i < 4; i++) cp |= (<u32>hexValue(load<u8>(write - i))) << (4 * i);
    write -= 5;
    if (cp - 1 > 0x7e && cp != 0) return write + writeEscaped(cp, write, LONG_ESCAPE);
    c = cp;
  }
}

/** True when "%u" and three hex digits stand at `at` (5 readable bytes). */
function startsLongEscape(at: usize): bool {
  return (
    load<u8>(at) == PERCENT &&
    (load<u8>(at, 1) | 0x20) == 0x75 &&
    hexValue(load<u8>(at, 2)) >= 0 &&
    hexValue(load<u8>(at, 3)) >= 0 &&
    hexValue(load<u8>(at, 4)) >= 0
  );
}

/** The first + or complete escape in [at, end), or `end`. */
function findEscape(at: usize, end: usize): usize {
  while (true) {
    at = findEither(at, end, PERCENT, PLUS);
    if (at == end || load<u8>(at) == PLUS) return at;
    const left = end - at;
    if (left > 2 && hexValue(load<u8>(at, 1)) >= 0 && hexValue(load<u8>(at, 2)) >= 0) return at;
    if (left > 5 && startsLongEscape(at) && hexValue(load<u8>(at, 5)) >= 0) return at;
    at++;
  }
}
