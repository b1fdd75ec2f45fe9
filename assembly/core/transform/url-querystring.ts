// url_querystring: what stands between the first ? and the # after it; nothing when there is no ? before the #.
// Every value that is not empty changes. Output: shorter than the input.
import { ByteWriter } from "../bytes/byte-writer";
import { findByte, findEither } from "../bytes/find-byte";

export function urlQuerystring(at: usize, len: u32, out: ByteWriter): bool {
  if (len == 0) return false;
  const end = at + len;
  let from = findEither(at, end, 0x3f, 0x23);
  if (from < end && load<u8>(from) == 0x3f) from++;
  out.bytes(from, <u32>(findByte(from, end, 0x23) - from));
  return true;
}
