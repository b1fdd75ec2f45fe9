// Parameters of a part's header field (RFC 2183 §2, RFC 7578 §4.2), read tolerantly: `; name="value"`, with or without
// quotes, with a quote that never closes, with no value at all. One pass; a cursor lets a caller go on later.

import { findByte } from "../bytes/find-byte";

const SEMICOLON: u32 = 0x3b;
const EQUALS: u32 = 0x3d;
const QUOTE: u32 = 0x22;
const BACKSLASH: u32 = 0x5c;

@unmanaged
export class HeaderParameters {
  /** Of the parameter that next() came to; the value without its quotes. */
  name: usize = 0;
  nameEnd: usize = 0;
  value: usize = 0;
  valueEnd: usize = 0;
  isQuoted: bool = false;
  /** A quote that does not close, or bytes between the closing quote and the next `;`. */
  isBroken: bool = false;
  /** A backslash stands in the quoted value. */
  hasBackslash: bool = false;

  /** Reads the parameter at or behind `at`; answers where the next one begins, or 0 when there is none. */
  next(at: usize, end: usize): usize {
    while (at < end && (load<u8>(at) == SEMICOLON || isBlank(load<u8>(at)))) at++;
    if (at == end) return 0;
    this.name = at;
    while (at < end && load<u8>(at) != EQUALS && load<u8>(at) != SEMICOLON) at++;
    this.nameEnd = trimBlanks(this.name, at);
    this.value = at;
    this.valueEnd = at;
    this.isQuoted = false;
    this.isBroken = false;
    this.hasBackslash = false;
    if (at == end || load<u8>(at) == SEMICOLON) return at;
    at++;
    while (at < end && isBlank(load<u8>(at))) at++;
    if (at < end && load<u8>(at) == QUOTE) return this.quoted(at + 1, end);
    this.value = at;
    at = findByte(at, end, SEMICOLON);
    this.valueEnd = trimBlanks(this.value, at);
    return at;
  }

  /** Up to the quote that closes; a backslash before a quote or a backslash takes it along. */
  private quoted(at: usize, end: usize): usize {
    this.isQuoted = true;
    this.value = at;
    while (at < end && load<u8>(at) != QUOTE) {
      if (load<u8>(at) == BACKSLASH) {
        this.hasBackslash = true;
        if (at + 1 < end && (load<u8>(at, 1) == QUOTE || load<u8>(at, 1) == BACKSLASH)) at++;
      }
      at++;
    }
    this.valueEnd = at;
    this.isBroken = at == end;
    if (at < end) at++;
    const next = findByte(at, end, SEMICOLON);
    if (trimBlanks(at, next) != at) this.isBroken = true;
    return next;
  }
}

function isBlank(c: u32): bool {
  return c == 0x20 || c == 0x09;
}

function trimBlanks(at: usize, end: usize): usize {
  while (end > at && isBlank(load<u8>(end - 1))) end--;
  return end;
}
