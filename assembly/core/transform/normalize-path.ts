// normalize_path: drops "./" segments and applies "../" (also a ".." that ends the value); normalize_path_win turns
// backslashes into slashes first. Segments only end in "/": a "?" is nothing special. A value that loses only a
// final "." or leading "./" with nothing after it is reported as unchanged, as in libddwaf.
// Output: not longer than the input.
import { ByteWriter } from "../bytes/byte-writer";
import { findByte } from "../bytes/find-byte";

const DOT: u32 = 0x2e;
const SLASH: u32 = 0x2f;
const BACKSLASH: u32 = 0x5c;

export function normalizePath(at: usize, len: u32, out: ByteWriter): bool {
  const end = at + len;
  let dot = findByte(at, end, DOT);
  while (dot + 1 < end && load<u8>(dot, 1) != SLASH) dot = findByte(dot + 1, end, DOT);
  if (dot == end) return false;
  const to = out.reserve(len + 1);
  const written = normalize(at, end, to);
  if (written < 0) return false;
  out.length += <u32>written;
  return true;
}

export function normalizePathWin(at: usize, len: u32, out: ByteWriter): bool {
  const end = at + len;
  let next = findByte(at, end, BACKSLASH);
  if (next == end) return normalizePath(at, len, out);
  // Decode into the same place: the writer stays behind the reader.
  const to = out.reserve(len + 1);
  memory.copy(to, at, len);
  for (; next < end; next = findByte(next + 1, end, BACKSLASH)) store<u8>(to + (next - at), <u8>SLASH);
  const written = normalize(to, to + len, to);
  out.length += written < 0 ? len : <u32>written;
  return true;
}

/**
 * Writes the normalised path to `to` and returns its length, or -1 when it is the same. `to` may be `at`: what is
 * read lies at least two bytes after what has been written once the two part.
 */
function normalize(at: usize, end: usize, to: usize): i32 {
  let changed = false;
  let write = to;
  let read = at;
  while (read < end) {
    const c = <u32>load<u8>(read);
    const isSegmentEnd = c == DOT && (read + 1 == end || load<u8>(read, 1) == SLASH);
    if (isSegmentEnd && (read == at || load<u8>(read - 1) == SLASH)) {
      read += 2;
    } else if (isSegmentEnd && read > at + 1 && load<u8>(read - 1) == DOT && load<u8>(read - 2) == SLASH) {
      // "/." has been written: step back over it and the slash, then to the slash before.
      write = write - to > 3 ? write - 3 : to;
      while (write > to && load<u8>(write) != SLASH) write--;
      store<u8>(write++, <u8>SLASH);
      read += 2;
      changed = true;
    } else {
      if (write - to < read - at) changed = true;
      store<u8>(write++, <u8>c);
      read++;
    }
  }
  return changed ? <i32>(write - to) : -1;
}
