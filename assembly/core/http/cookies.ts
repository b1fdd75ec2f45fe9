// The Cookie header (RFC 6265 §4.2, read as §5.4 servers do). A quoted value with a `;` inside is read both
// ways: RFC 2965 readers (Python, older Java) take the quotes for delimiters and undo backslashes, the others
// split at every `;`. Values are percent-decoded, as most frameworks do.

import { findByte } from "../bytes/find-byte";
import { Address } from "../address";
import { InputKind, Inputs } from "../inputs/inputs";
import { PATH_KEY_BYTES } from "../inputs/value-buffer";
import { decoded, decodePercent } from "./percent";

const SEMICOLON: u8 = 0x3b;
const EQUALS: u8 = 0x3d;
const QUOTE: u8 = 0x22;
const BACKSLASH: u8 = 0x5c;
/** Entries that one cookie needs: its name and two readings of its value. */
const COOKIE_ROOM: u32 = 3;

@unmanaged
export class Cookies {
  anomalies: u64 = 0;
  private at: usize = 0;
  private end: usize = 0;
  /** The first quote not before the last place searched: keeps the search for closing quotes linear. */
  private quote: usize = 0;

  /** Takes one header value; its bytes must stay until everything is pushed and drained. */
  start(at: usize, len: u32): void {
    this.at = at;
    this.end = at + len;
    this.quote = at;
    this.anomalies = 0;
  }

  /** Pushes names and values. False when the inputs are full: drain them and call again. */
  push(inputs: Inputs): bool {
    while (this.at < this.end) {
      const next = findByte(this.at, this.end, SEMICOLON);
      if (inputs.room() < COOKIE_ROOM) return false;
      const from = skipSpaces(this.at, next);
      const to = trimSpaces(from, next);
      if (from != to) this.pushCookie(inputs, from, to);
      this.at = next + 1;
    }
    return true;
  }

  private pushCookie(inputs: Inputs, from: usize, to: usize): void {
    const equals = findByte(from, to, EQUALS);
    const nameEnd = trimSpaces(from, equals);
    const nameLen = <u32>(nameEnd - from);
    const path = inputs.keyNode(0, from, min(nameLen, PATH_KEY_BYTES));
    inputs.push(Address.RequestCookies, InputKind.Key, path, from, nameLen);
    const value = equals == to ? to : skipSpaces(equals + 1, to);
    if (value == to || load<u8>(value) != QUOTE) {
      this.pushValue(inputs, path, value, to);
      return;
    }
    const inner = value + 1;
    const close = this.closingQuote(inner);
    if (close >= to && close < this.end) this.pushUnescaped(inputs, path, inner, close);
    const end = to > inner && load<u8>(to - 1) == QUOTE ? to - 1 : to;
    if (close < to) this.pushUnescaped(inputs, path, inner, end);
    else this.pushValue(inputs, path, inner, end);
  }

  private pushValue(inputs: Inputs, path: usize, at: usize, end: usize): void {
    decodePercent(inputs, at, <u32>(end - at));
    this.anomalies |= decoded.anomalies;
    inputs.push(Address.RequestCookies, InputKind.String, path, decoded.at, decoded.len);
  }

  /** A quoted value without its backslashes: `\"` is `"`, `\073` is `;`. */
  private pushUnescaped(inputs: Inputs, path: usize, at: usize, end: usize): void {
    const len = <u32>(end - at);
    if (findByte(at, end, BACKSLASH) == end) return this.pushValue(inputs, path, at, end);
    const to = inputs.arena.alloc(len);
    if (to == 0) return this.pushValue(inputs, path, at, end);
    let out = to;
    for (let p = at; p < end; p++) {
      let c = <u32>load<u8>(p);
      if (c == BACKSLASH && p + 1 < end) {
        const isOctal = end - p > 3 && isOctalDigits(p + 1);
        c = isOctal ? octalValue(p + 1) : <u32>load<u8>(p, 1);
        p += isOctal ? 3 : 1;
      }
      store<u8>(out++, <u8>c);
    }
    this.pushValue(inputs, path, to, out);
  }

  /** The first quote at or behind `from` that no backslash precedes; `end` when there is none. */
  private closingQuote(from: usize): usize {
    let quote = max(this.quote, from);
    while (quote < this.end) {
      quote = findByte(quote, this.end, QUOTE);
      if (quote == this.end || quote == from || load<u8>(quote - 1) != BACKSLASH) break;
      quote++;
    }
    this.quote = quote;
    return quote;
  }
}

function isOctalDigits(at: usize): bool {
  return <u32>load<u8>(at) - 0x30 < 4 && <u32>load<u8>(at, 1) - 0x30 < 8 && <u32>load<u8>(at, 2) - 0x30 < 8;
}

function octalValue(at: usize): u32 {
  return (
    (((<u32>load<u8>(at)) & 3) << 6) | (((<u32>load<u8>(at, 1)) & 7) << 3) | ((<u32>load<u8>(at, 2)) & 7)
  );
}

function isBlank(c: u32): bool {
  return c == 0x20 || c == 0x09;
}

function skipSpaces(at: usize, end: usize): usize {
  while (at < end && isBlank(load<u8>(at))) at++;
  return at;
}

function trimSpaces(at: usize, end: usize): usize {
  while (end > at && isBlank(load<u8>(end - 1))) end--;
  return end;
}
