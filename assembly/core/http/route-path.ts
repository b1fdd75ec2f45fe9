// The path by which settings of a route are chosen. Nobody may slip under the laxer settings of another route by spelling
// a path oddly, so it is what a server that normalises would make of it: decoded once, backslashes as slashes, no empty
// segments, no `.` and `..`, no matrix parameters, no query and fragment.

import { hexValue } from "../bytes/ascii";
import { ByteWriter } from "../bytes/byte-writer";

const SLASH: u32 = 0x2f;
const BACKSLASH: u32 = 0x5c;
const PERCENT: u32 = 0x25;
const DOT: u32 = 0x2e;
const SEMICOLON: u32 = 0x3b;

/** Writes the normalised path of the request target of `len` bytes at `at`; it is never longer, but has a slash at least. */
export function writeRoutePath(at: usize, len: u32, out: ByteWriter): void {
  const end = at + len;
  const to = out.reserve(len + 2);
  let write = to;
  let p = at;
  // A segment at a time: `segment` is where it begins in the output, behind its slash.
  let segment = write;
  store<u8>(write++, <u8>SLASH);
  segment = write;
  let inParameters = false;
  while (p < end) {
    const raw = <u32>load<u8>(p);
    if (raw == 0x3f || raw == 0x23) break;
    let c = raw;
    let size: usize = 1;
    if (raw == PERCENT && end - p > 2) {
      const high = hexValue(load<u8>(p, 1));
      const low = hexValue(load<u8>(p, 2));
      if (high >= 0 && low >= 0) {
        c = <u32>((high << 4) | low);
        size = 3;
      }
    }
    p += size;
    if (c == SLASH || c == BACKSLASH) {
      inParameters = false;
      write = endSegment(to, segment, write, true);
      segment = write;
    } else if (c == SEMICOLON) {
      inParameters = true;
    } else if (!inParameters) {
      store<u8>(write++, <u8>c);
    }
  }
  write = endSegment(to, segment, write, false);
  out.length += <u32>(write - to);
}

/** Ends the segment that was written from `segment`: drops it when it is empty or a dot, and the one before for two. */
function endSegment(to: usize, segment: usize, write: usize, slash: bool): usize {
  const len = write - segment;
  if (len == 0) return write;
  if (len == 1 && load<u8>(segment) == <u8>DOT) return segment;
  if (len == 2 && load<u8>(segment) == <u8>DOT && load<u8>(segment, 1) == <u8>DOT) {
    if (segment == to + 1) return segment;
    let back = segment - 1;
    while (back > to && load<u8>(back - 1) != <u8>SLASH) back--;
    return max(back, to + 1);
  }
  if (slash) store<u8>(write++, <u8>SLASH);
  return write;
}
