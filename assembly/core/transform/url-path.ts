// url_path: cuts at the first ? or #. Output: shorter than the input.
import { ByteWriter } from "../bytes/byte-writer";
import { findEither } from "../bytes/find-byte";

export function urlPath(at: usize, len: u32, out: ByteWriter): bool {
  const stop = findEither(at, at + len, 0x3f, 0x23);
  if (stop == at + len) return false;
  out.bytes(at, <u32>(stop - at));
  return true;
}
