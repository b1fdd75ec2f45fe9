// lowercase: A–Z to a–z; other bytes, UTF-8 included, stay. Output: as long as the input.
import { findInRange } from "../bytes/find-byte";
import { lowerByte } from "../bytes/ascii";
import { ByteWriter } from "../bytes/byte-writer";

export function lowercase(at: usize, len: u32, out: ByteWriter): bool {
  const end = at + len;
  const first = findInRange(at, end, 0x41, 0x5a);
  if (first == end) return false;
  const to = out.reserve(len);
  const same = first - at;
  memory.copy(to, at, same);
  let write = to + same;
  let read = first;
  const low = i8x16.splat(0x41);
  const width = i8x16.splat(25);
  const bit = i8x16.splat(0x20);
  while (read + 16 <= end) {
    const block = v128.load(read);
    const upper = i8x16.le_u(i8x16.sub(block, low), width);
    v128.store(write, v128.or(block, v128.and(upper, bit)));
    read += 16;
    write += 16;
  }
  while (read < end) store<u8>(write++, <u8>lowerByte(load<u8>(read++)));
  out.length += len;
  return true;
}
