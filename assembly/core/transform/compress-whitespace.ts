// compress_whitespace: a run of spaces (U+0020 only) becomes one. Output: shorter than the input.
import { ByteWriter } from "../bytes/byte-writer";

export function compressWhitespace(at: usize, len: u32, out: ByteWriter): bool {
  const end = at + len;
  let second = secondSpace(at, end);
  if (second == end) return false;
  out.reserve(len);
  let read = at;
  while (true) {
    out.bytes(read, <u32>(second - read));
    if (second == end) return true;
    read = second;
    while (read < end && load<u8>(read) == 0x20) read++;
    second = secondSpace(read, end);
  }
}

/** The first space that follows a space in [at, end), or `end`. */
function secondSpace(at: usize, end: usize): usize {
  const space = i8x16.splat(0x20);
  // Both loads stay inside: 17 bytes remain.
  while (at + 17 <= end) {
    const pairs = i8x16.bitmask(v128.and(i8x16.eq(v128.load(at), space), i8x16.eq(v128.load(at, 1), space)));
    if (pairs != 0) return at + ctz(pairs) + 1;
    at += 16;
  }
  for (; at + 1 < end; at++) {
    if (load<u16>(at) == 0x2020) return at + 1;
  }
  return end;
}
