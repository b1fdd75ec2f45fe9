// The words of JSON (RFC 8259 §6, §7): white space, numbers, strings. Strict: strings must be UTF-8 (§8.1).

import { CODE_POINT_BROKEN, readCodePoint, writeCodePoint } from "../bytes/code-point";
import { hexValue, isDigit } from "../bytes/ascii";
import { JsonError } from "./json-error";

/** Where a scan stopped: after the word, or at the byte that is wrong. */
@unmanaged
export class JsonScan {
  at: usize = 0;
  /** End of the decoded bytes of a string. */
  to: usize = 0;
  error: u32 = JsonError.None;

  private fail(at: usize, error: u32): bool {
    this.at = at;
    this.error = error;
    return false;
  }

  /** The number at `at`. */
  number(at: usize, end: usize): bool {
    if (at < end && load<u8>(at) == 0x2d) at++;
    const digits = at;
    at = skipDigits(at, end);
    if (at == digits) return this.fail(at, at < end ? JsonError.BadNumber : JsonError.UnexpectedEnd);
    if (at - digits > 1 && load<u8>(digits) == 0x30) return this.fail(digits, JsonError.BadNumber);
    if (at < end && load<u8>(at) == 0x2e) {
      const fraction = at + 1;
      at = skipDigits(fraction, end);
      if (at == fraction) return this.fail(at, at < end ? JsonError.BadNumber : JsonError.UnexpectedEnd);
    }
    if (at < end && (load<u8>(at) | 0x20) == 0x65) {
      let exponent = at + 1;
      if (exponent < end && (load<u8>(exponent) == 0x2b || load<u8>(exponent) == 0x2d)) exponent++;
      at = skipDigits(exponent, end);
      if (at == exponent) return this.fail(at, at < end ? JsonError.BadNumber : JsonError.UnexpectedEnd);
    }
    this.at = at;
    return true;
  }

  /** The string whose first byte after the quote is at `at`, decoded to `to`: never longer than it. */
  string(at: usize, end: usize, to: usize): bool {
    while (at < end) {
      const c = <u32>load<u8>(at);
      if (c == 0x22) {
        this.at = at + 1;
        this.to = to;
        return true;
      }
      if (c == 0x5c) {
        if (!this.escape(at, end, to)) return false;
        at = this.at;
        to = this.to;
      } else if (c < 0x20) {
        return this.fail(at, JsonError.ControlCharacter);
      } else if (c < 0x80) {
        store<u8>(to++, <u8>c);
        at++;
      } else {
        const size = sequenceLength(at, end);
        if (size == 0) return this.fail(at, JsonError.BadUtf8);
        memory.copy(to, at, size);
        at += size;
        to += size;
      }
    }
    return this.fail(end, JsonError.UnexpectedEnd);
  }

  /** One escape, `\` at `at`. */
  private escape(at: usize, end: usize, to: usize): bool {
    if (at + 1 >= end) return this.fail(end, JsonError.UnexpectedEnd);
    const name = <u32>load<u8>(at, 1);
    if (name != 0x75) {
      const plain = plainEscape(name);
      if (plain == 0) return this.fail(at, JsonError.BadEscape);
      store<u8>(to, <u8>plain);
      this.at = at + 2;
      this.to = to + 1;
      return true;
    }
    const first = hexUnit(at + 2, end);
    if (first < 0) return this.fail(at, JsonError.BadEscape);
    let cp = <u32>first;
    this.at = at + 6;
    if (cp - 0xd800 < 0x800) {
      const paired = at + 8 <= end && load<u16>(at, 6) == 0x755c; // another \u
      const second = paired ? hexUnit(at + 8, end) : -1;
      if (cp >= 0xdc00 || <u32>second - 0xdc00 >= 0x400) return this.fail(at, JsonError.LoneSurrogate);
      cp = 0x10000 + ((cp - 0xd800) << 10) + (<u32>second - 0xdc00);
      this.at = at + 12;
    }
    this.to = to + writeCodePoint(cp, to);
    return true;
  }
}

/** The first byte at or after `at` that is no JSON white space. */
export function skipJsonSpace(at: usize, end: usize): usize {
  while (at < end) {
    const c = <u32>load<u8>(at);
    if (c != 0x20 && c != 0x0a && c != 0x0d && c != 0x09) break;
    at++;
  }
  return at;
}

function skipDigits(at: usize, end: usize): usize {
  while (at < end && isDigit(load<u8>(at))) at++;
  return at;
}

/** What `\` + `name` stands for; 0 when it is no escape. */
function plainEscape(name: u32): u32 {
  if (name == 0x22 || name == 0x5c || name == 0x2f) return name;
  if (name == 0x62) return 0x08;
  if (name == 0x66) return 0x0c;
  if (name == 0x6e) return 0x0a;
  if (name == 0x72) return 0x0d;
  return name == 0x74 ? 0x09 : 0;
}

/** Four hex digits, or -1. */
function hexUnit(at: usize, end: usize): i32 {
  if (at + 4 > end) return -1;
  let value: i32 = 0;
  for (let i: u32 = 0; i < 4; i++) {
    const digit = hexValue(load<u8>(at + i));
    if (digit < 0) return -1;
    value = (value << 4) | digit;
  }
  return value;
}

/** Length of the well-formed UTF-8 sequence at `at` (RFC 3629), 0 when it is none. */
function sequenceLength(at: usize, end: usize): u32 {
  const read = readCodePoint(at, end);
  if (read == CODE_POINT_BROKEN) return 0;
  const size = read >> 24;
  const cp = read & 0xffffff;
  if (cp - 0xd800 < 0x800 || cp > 0x10ffff) return 0;
  const least: u32 = size == 2 ? 0x80 : size == 3 ? 0x800 : 0x10000;
  return cp < least ? 0 : size;
}
