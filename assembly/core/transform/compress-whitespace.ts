// compress_whitespace: a run of spaces (U+0020 only) becomes one. Output: shorter than the input.
import { ByteWriter } from "../bytes/byte-writer";
import { findByte } from "../bytes/find-byte";

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
  while (true) {
    const space = findByte(at, end, 0x20);
    if (space + 1 >= end) return end;
    if (load<u8>(space, 1) == 0x20) return space + 1;
    at = space + 2;
  }
}
