// base64_decode and base64url_decode: only a value that is base64 from end to end is decoded; padding may be
// missing or, where padding fits at all, be shorter. The bits left over at the end become a byte of their own, as
// the ModSecurity transformation does it, unless they are zero. Output: at most 3 bytes per 4, rounded up.
import { isAlpha, isDigit } from "./ascii";
import { ByteWriter } from "./byte-writer";

const PAD: u32 = 0x3d;

export function base64Decode(at: usize, len: u32, out: ByteWriter): bool {
  return decode(at, len, out, 0x2b, 0x2f);
}

export function base64UrlDecode(at: usize, len: u32, out: ByteWriter): bool {
  return decode(at, len, out, 0x2d, 0x5f);
}

/** `digit62` and `digit63` are the two marks of the alphabet. */
function decode(at: usize, len: u32, out: ByteWriter, digit62: u32, digit63: u32): bool {
  if (len == 0) return false;
  const end = at + len;
  let stop = at;
  while (stop < end && sextet(load<u8>(stop), digit62, digit63) >= 0) stop++;
  if (!isPadding(stop, end, <u32>(stop - at))) return false;
  const to = out.reserve(len + 3);
  let write = to;
  let read = at;
  for (; read + 4 <= stop; read += 4, write += 3) {
    const bits =
      (sextet(load<u8>(read), digit62, digit63) << 18) |
      (sextet(load<u8>(read, 1), digit62, digit63) << 12) |
      (sextet(load<u8>(read, 2), digit62, digit63) << 6) |
      sextet(load<u8>(read, 3), digit62, digit63);
    store<u8>(write, <u8>(bits >> 16));
    store<u8>(write, <u8>(bits >> 8), 1);
    store<u8>(write, <u8>bits, 2);
  }
  const rest = <u32>(stop - read);
  if (rest != 0) {
    let bits: u32 = 0;
    for (let i: u32 = 0; i < rest; i++) bits |= sextet(load<u8>(read + i), digit62, digit63) << (18 - 6 * i);
    store<u8>(write++, <u8>(bits >> 16));
    if (rest > 1 && (bits & 0xffff) != 0) store<u8>(write++, <u8>(bits >> 8));
    if (rest > 2 && (bits & 0xff) != 0) store<u8>(write++, <u8>bits);
  }
  out.length += <u32>(write - to);
  return true;
}

/** True when [at, end) may follow `digits` base64 digits: nothing, or not more padding than they need. */
function isPadding(at: usize, end: usize, digits: u32): bool {
  if (at == end) return true;
  const wanted: u32 = 4 - (digits & 3);
  if (wanted == 3 || <u32>(end - at) > wanted) return false;
  while (at < end && load<u8>(at) == PAD) at++;
  return at == end;
}

/** The six bits `c` stands for, or -1. */
function sextet(c: u32, digit62: u32, digit63: u32): i32 {
  if (isAlpha(c)) return <i32>(c & 0x20 ? c - 0x61 + 26 : c - 0x41);
  if (isDigit(c)) return <i32>(c - 0x30 + 52);
  return c == digit62 ? 62 : c == digit63 ? 63 : -1;
}
