// remove_comments: takes out <!-- --> and /* */ comments and cuts the value at -- , # or // . A comment that is not
// closed runs to the end. Output: shorter than the input.
import { ByteWriter } from "../bytes/byte-writer";
import { findByte } from "../bytes/find-byte";

const DASH: u32 = 0x2d;
const SLASH: u32 = 0x2f;
const STAR: u32 = 0x2a;
const HASH: u32 = 0x23;

enum Comment {
  None,
  ToEnd,
  Html,
  C,
}

export function removeComments(at: usize, len: u32, out: ByteWriter): bool {
  const end = at + len;
  let start = findComment(at, end);
  if (start == end) return false;
  out.reserve(len);
  let read = at;
  while (true) {
    out.bytes(read, <u32>(start - read));
    if (start == end) return true;
    const kind = commentAt(start, end);
    if (kind == Comment.ToEnd) return true;
    read = kind == Comment.Html ? htmlEnd(start + 4, end) : cEnd(start + 2, end);
    start = findComment(read, end);
  }
}

/** Where the first comment in [at, end) begins, or `end`. */
function findComment(at: usize, end: usize): usize {
  const hash = i8x16.splat(<i8>HASH);
  const dash = i8x16.splat(<i8>DASH);
  const slash = i8x16.splat(<i8>SLASH);
  // WHY: 16 bytes per step. SAFETY: a comment begins with #, -- , // , /* or <! , all of which are looked for.
  while (at + 17 <= end) {
    const block = v128.load(at);
    const next = v128.load(at, 1);
    const dashes = v128.and(i8x16.eq(block, dash), i8x16.eq(next, dash));
    const slashes = v128.and(
      i8x16.eq(block, slash),
      v128.or(i8x16.eq(next, slash), i8x16.eq(next, i8x16.splat(<i8>STAR))),
    );
    const opens = v128.and(i8x16.eq(block, i8x16.splat(0x3c)), i8x16.eq(next, i8x16.splat(0x21)));
    const found = v128.or(v128.or(i8x16.eq(block, hash), opens), v128.or(dashes, slashes));
    if (v128.any_true(found)) {
      const stop = at + 16;
      for (at += ctz(i8x16.bitmask(found)); at < stop; at++) {
        if (commentAt(at, end) != Comment.None) return at;
      }
    } else {
      at += 16;
    }
  }
  while (at < end && commentAt(at, end) == Comment.None) at++;
  return at;
}

function commentAt(at: usize, end: usize): Comment {
  const c = <u32>load<u8>(at);
  if (c == HASH) return Comment.ToEnd;
  if (at + 1 >= end) return Comment.None;
  const next = <u32>load<u8>(at, 1);
  if (c == DASH) return next == DASH ? Comment.ToEnd : Comment.None;
  if (c == SLASH) return next == STAR ? Comment.C : next == SLASH ? Comment.ToEnd : Comment.None;
  if (c != 0x3c || end - at < 4) return Comment.None;
  return load<u32>(at) == 0x2d2d213c ? Comment.Html : Comment.None;
}

/** After the "-->" that is next, or `end`. */
function htmlEnd(at: usize, end: usize): usize {
  while (true) {
    at = findByte(at, end, DASH);
    if (at + 2 >= end) return end;
    if (load<u16>(at, 1) == 0x3e2d) return at + 3;
    at++;
  }
}

/** After the "*" + "/" that is next, or `end`. */
function cEnd(at: usize, end: usize): usize {
  while (true) {
    at = findByte(at, end, STAR);
    if (at + 1 >= end) return end;
    if (load<u8>(at, 1) == SLASH) return at + 2;
    at++;
  }
}
