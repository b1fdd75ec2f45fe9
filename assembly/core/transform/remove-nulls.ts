// remove_nulls: drops NUL bytes. Output: shorter than the input.
import { findByte } from "../bytes/find-byte";
import { ByteWriter } from "../bytes/byte-writer";

export function removeNulls(at: usize, len: u32, out: ByteWriter): bool {
  const end = at + len;
  let stop = findByte(at, end, 0);
  if (stop == end) return false;
  out.reserve(len);
  let read = at;
  while (true) {
    out.bytes(read, <u32>(stop - read));
    if (stop == end) return true;
    read = stop + 1;
    stop = findByte(read, end, 0);
  }
}
