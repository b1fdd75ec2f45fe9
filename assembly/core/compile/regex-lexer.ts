// The smallest pieces of a pattern: code points, escapes of one character, repeat counts, group names.
import { hexValue, isAlpha, isDigit, isWord } from "../bytes/ascii";
import { LAST_CODE_POINT } from "./regex-class";
import { RegexError } from "./regex-errors";

export const BAD_NUMBER: u32 = 0xffffffff;

/** Bytes of the code point at `at`; 0 when they are no valid UTF-8 (RFC 3629). */
export function runeSize(at: usize, end: usize): u32 {
  const c = <u32>load<u8>(at);
  if (c < 0x80) return 1;
  const size: u32 = c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
  if (c < 0xc2 || c > 0xf4 || <u32>(end - at) < size) return 0;
  for (let i: u32 = 1; i < size; i++) {
    if ((load<u8>(at + i) & 0xc0) != 0x80) return 0;
  }
  const value = runeAt(at);
  if (size == 3 && (value < 0x800 || value - 0xd800 < 0x800)) return 0;
  if (size == 4 && (value < 0x10000 || value > LAST_CODE_POINT)) return 0;
  return size;
}

/** The code point at `at`, whose size is known to be right. */
export function runeAt(at: usize): u32 {
  const c = <u32>load<u8>(at);
  if (c < 0x80) return c;
  if (c < 0xe0) return ((c & 0x1f) << 6) | (load<u8>(at, 1) & 0x3f);
  const tail = (((<u32>load<u8>(at, 1)) & 0x3f) << 6) | (load<u8>(at, 2) & 0x3f);
  if (c < 0xf0) return ((c & 0x0f) << 12) | tail;
  return ((c & 0x07) << 18) | (tail << 6) | (load<u8>(at, 3) & 0x3f);
}

/** Decimal digits at `at`, clamped; BAD_NUMBER when there are none or (as RE2) a leading zero. */
export function repeatNumber(at: usize, end: usize): u32 {
  let p = at;
  let value: u32 = 0;
  while (p < end && isDigit(load<u8>(p))) {
    value = min<u32>(value * 10 + (load<u8>(p) - 0x30), 100000);
    p++;
  }
  if (p == at || (p - at > 1 && load<u8>(at) == 0x30)) return BAD_NUMBER;
  return value;
}

/** Address of the "}" that closes the "{" at `open`; 0 when there is none. */
export function closeBrace(open: usize, end: usize): usize {
  for (let p = open + 1; p < end; p++) {
    if (load<u8>(p) == 0x7d) return p;
  }
  return 0;
}

export function isGroupName(at: usize, end: usize): bool {
  for (let p = at; p < end; p++) {
    if (!isWord(load<u8>(p))) return false;
  }
  return end > at;
}

function escaped(value: u32, size: u32): u64 {
  return (<u64>value) | ((<u64>size) << 40);
}

function refused(code: RegexError): u64 {
  return (<u64>code) << 32;
}

/** The one-character escape at `at`: value (32 bits), RegexError (8 bits), size in the pattern (the rest). */
export function escapeValue(at: usize, end: usize): u64 {
  if (at + 1 >= end) return refused(RegexError.TrailingBackslash);
  const c = <u32>load<u8>(at + 1);
  if (c == 0x78) return hexEscape(at, end);
  const control = controlEscape(c);
  if (control != 0) return escaped(control, 2);
  if (isDigit(c)) return octalEscape(at, end);
  if (c < 0x80 && !isAlpha(c)) return escaped(c, 2);
  // \k and \g refer back; the others are Perl's or PCRE's and have no place in linear time or in RE2.
  if (c == 0x6b || c == 0x67) return refused(RegexError.BackReference);
  return refused(isForeignEscape(c) ? RegexError.UnsupportedEscape : RegexError.BadEscape);
}

/** What \a \f \n \r \t \v stand for; 0 for other letters. */
function controlEscape(c: u32): u32 {
  if (c == 0x61) return 0x07;
  if (c == 0x66) return 0x0c;
  if (c == 0x6e) return 0x0a;
  if (c == 0x72) return 0x0d;
  if (c == 0x74) return 0x09;
  return c == 0x76 ? 0x0b : 0;
}

/** One of \G \H \K \N \R \V \X \Z \b (in a class) \c \e \h \o \u: letters other syntaxes know. */
function isForeignEscape(c: u32): bool {
  const index = c - 0x41;
  const letters: u64 =
    (1 << 6) | (1 << 7) | (1 << 10) | (1 << 13) | (1 << 17) | (1 << 21) | (1 << 23) | (1 << 25);
  const small: u64 = (1 << 1) | (1 << 2) | (1 << 4) | (1 << 7) | (1 << 14) | (1 << 20);
  return c < 0x80 && (((letters | (small << 32)) >> index) & 1) != 0;
}

/** \0, \012, \123 (up to three digits); a single non-zero digit would be a back-reference. */
function octalEscape(at: usize, end: usize): u64 {
  const first = <u32>load<u8>(at + 1);
  const hasMore = at + 2 < end && load<u8>(at + 2) - 0x30 < 8;
  if (first > 0x37 || (first != 0x30 && !hasMore)) return refused(RegexError.BackReference);
  let value: u32 = 0;
  let p = at + 1;
  while (p < end && p < at + 4 && load<u8>(p) - 0x30 < 8) value = value * 8 + (load<u8>(p++) - 0x30);
  return escaped(value, <u32>(p - at));
}

/** \x41 or \x{10FFFF}. */
function hexEscape(at: usize, end: usize): u64 {
  let p = at + 2;
  let value: u32 = 0;
  if (p < end && load<u8>(p) == 0x7b) {
    const first = ++p;
    while (p < end && hexValue(load<u8>(p)) >= 0) {
      value = value * 16 + hexValue(load<u8>(p++));
      if (value > LAST_CODE_POINT) return refused(RegexError.BadCodePoint);
    }
    if (p == first || p >= end || load<u8>(p) != 0x7d) return refused(RegexError.BadEscape);
    return escaped(value, <u32>(p + 1 - at));
  }
  if (p + 1 >= end || hexValue(load<u8>(p)) < 0 || hexValue(load<u8>(p + 1)) < 0) {
    return refused(RegexError.BadEscape);
  }
  return escaped(hexValue(load<u8>(p)) * 16 + hexValue(load<u8>(p + 1)), 4);
}
