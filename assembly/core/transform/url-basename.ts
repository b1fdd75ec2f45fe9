// url_basename: what stands between the last / of the path and its end (? or # or the end of the value).
// Output: shorter than the input.
import { ByteWriter } from "../bytes/byte-writer";
import { findEither } from "../bytes/find-byte";

export function urlBasename(at: usize, len: u32, out: ByteWriter): bool {
  const end = at + len;
  const stop = findEither(at, end, 0x3f, 0x23);
  let name = stop;
  while (name > at && load<u8>(name - 1) != 0x2f) name--;
  if (name == at && stop == end) return false;
  out.bytes(name, <u32>(stop - name));
  return true;
}
