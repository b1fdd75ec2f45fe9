// Base64 that is text (RFC 4648 §4 and §5; padding may be missing, line ends as in RFC 2045 §6.8).
//
// WHY it need not be marked as such: what decodes to printable text from the first group to the last was encoded
// from text (NUL counts as text: UTF-16 has it). A random identifier fails within two groups, so looking costs next to nothing.

import { isAlpha, isDigit } from "../bytes/ascii";
import { ByteWriter } from "../bytes/byte-writer";

/** Digits below this spell too little to be an attack, and words look like base64. */
const DIGITS_MIN: u32 = 8;
const SLASH: u8 = 0x2f;
const INVALID: u8 = 0xff;
const SKIPPED: u8 = 0xfe;
const NO_TEXT: u32 = 0xff;
const SEXTETS: usize = makeSextets();

/** Appends the text to `out` and returns true; false, and `out` as it was, when the value is no base64 of text. */
export function decodeBase64Text(at: usize, len: u32, out: ByteWriter): bool {
  let end = at + len;
  while (end > at && isTail(load<u8>(end - 1))) end--;
  const size = <u32>(end - at);
  if (size < DIGITS_MIN) return false;
  const before = out.length;
  const to = out.reserve(size);
  let write = to;
  let bits: u32 = 0;
  let count: u32 = 0;
  /** Bytes of a UTF-8 sequence that must still come. */
  let followers: u32 = 0;
  for (let p = at; p < end; p++) {
    const sextet = load<u8>(SEXTETS + load<u8>(p));
    if (sextet == SKIPPED) continue;
    if (sextet == INVALID) return false;
    bits = (bits << 6) | (<u32>sextet);
    count++;
    if ((count & 3) == 1) continue;
    const spare: u32 = (count & 3) == 2 ? 4 : (count & 3) == 3 ? 2 : 0;
    const c = (bits >> spare) & 0xff;
    followers = followersAfter(c, followers);
    if (followers == NO_TEXT) return false;
    store<u8>(write++, <u8>c);
  }
  if (count < DIGITS_MIN || (count & 3) == 1 || followers != 0) return false;
  out.length = before + <u32>(write - to);
  return true;
}

/** UTF-8 bytes that must follow `c`, of which `followers` were expected; NO_TEXT where text has no such byte. */
function followersAfter(c: u32, followers: u32): u32 {
  if (followers != 0) return c >> 6 == 2 ? followers - 1 : NO_TEXT;
  if (c < 0x80) return (c < 0x20 && c != 0 && c != 0x09 && c != 0x0a && c != 0x0d) || c == 0x7f ? NO_TEXT : 0;
  if (c < 0xc2 || c > 0xf4) return NO_TEXT;
  return c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
}

/**
 * False when the first bytes that the value, of eight bytes or more, would decode to are no text, nor those behind the slash of
 * a path: most words and identifiers are seen to be no base64 by that.
 */
export function mayBeBase64Text(at: usize, len: u32): bool {
  return startsText(at) || (load<u8>(at) == SLASH && len > DIGITS_MIN && startsText(at + 1));
}

/** The three bytes that the first four digits stand for may begin a text. */
function startsText(at: usize): bool {
  const a = <u32>load<u8>(SEXTETS + load<u8>(at));
  const b = <u32>load<u8>(SEXTETS + load<u8>(at, 1));
  const c = <u32>load<u8>(SEXTETS + load<u8>(at, 2));
  const d = <u32>load<u8>(SEXTETS + load<u8>(at, 3));
  // A line's end, or no digit at all.
  if ((a | b | c | d) > 0x3f) return true;
  const bits = (a << 18) | (b << 12) | (c << 6) | d;
  let followers = followersAfter(bits >> 16, 0);
  if (followers == NO_TEXT) return false;
  followers = followersAfter((bits >> 8) & 0xff, followers);
  return followers != NO_TEXT && followersAfter(bits & 0xff, followers) != NO_TEXT;
}

function isTail(c: u8): bool {
  return c == 0x3d || c == 0x0a || c == 0x0d;
}

function makeSextets(): usize {
  const table = heap.alloc(256);
  for (let c: u32 = 0; c < 256; c++) {
    let sextet: u32 = INVALID;
    if (isAlpha(c)) sextet = c & 0x20 ? c - 0x61 + 26 : c - 0x41;
    else if (isDigit(c)) sextet = c - 0x30 + 52;
    // A plus in a query has become a space.
    else if (c == 0x2b || c == 0x2d || c == 0x20) sextet = 62;
    else if (c == 0x2f || c == 0x5f) sextet = 63;
    else if (c == 0x0a || c == 0x0d) sextet = SKIPPED;
    store<u8>(table + c, <u8>sextet);
  }
  return table;
}
