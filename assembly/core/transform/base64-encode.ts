// base64_encode: with padding, and with - for the 64th digit where RFC 4648 has / : libddwaf's alphabet, kept so
// that its rules mean here what they mean there. Output: 4 bytes per 3, rounded up.
import { ByteWriter } from "../bytes/byte-writer";

const ALPHABET = memory.data<u64>([
  0x4847464544434241, 0x504f4e4d4c4b4a49, 0x5857565554535251, 0x6665646362615a59, 0x6e6d6c6b6a696867,
  0x767574737271706f, 0x333231307a797877, 0x2d2b393837363534,
]);
const PAD: u8 = 0x3d;
/** Past this the length of the result would not fit its type. */
const LIMIT_BYTES: u32 = 0x40000000;

export function base64Encode(at: usize, len: u32, out: ByteWriter): bool {
  if (len == 0 || len > LIMIT_BYTES) return false;
  const end = at + len;
  const size = ((len + 2) / 3) << 2;
  let write = out.reserve(size);
  for (; at + 3 <= end; at += 3, write += 4) {
    put(write, ((<u32>load<u8>(at)) << 16) | ((<u32>load<u8>(at, 1)) << 8) | load<u8>(at, 2));
  }
  if (at < end) {
    const two = at + 1 < end;
    put(write, ((<u32>load<u8>(at)) << 16) | (two ? (<u32>load<u8>(at, 1)) << 8 : 0));
    store<u8>(write, PAD, 3);
    if (!two) store<u8>(write, PAD, 2);
  }
  out.length += size;
  return true;
}

function put(to: usize, bits: u32): void {
  store<u8>(to, load<u8>(ALPHABET + (bits >> 18)));
  store<u8>(to, load<u8>(ALPHABET + ((bits >> 12) & 63)), 1);
  store<u8>(to, load<u8>(ALPHABET + ((bits >> 6) & 63)), 2);
  store<u8>(to, load<u8>(ALPHABET + (bits & 63)), 3);
}
