// What SQL's scanner passes over between tokens, and what word processors made of it. See sqli-scanner.ts.

import { isAlpha, isWord } from "../bytes/ascii";

/** Bits of SQL_BYTES: no white space or comment begins with the byte; it is part of a name. */
export const SQL_SOLID: u8 = 1;
const SQL_NAME: u8 = 2;
/** What a byte is, looked up once per byte. */
export const SQL_BYTES = sqlBytes();

function sqlBytes(): usize {
  const table = heap.alloc(256);
  const solid = "!\"$&'()+,.:;<=>?@[\\]^_`|~";
  for (let c: u32 = 0; c < 256; c++) {
    let bits: u8 = isAlpha(c) ? SQL_SOLID : 0;
    for (let i = 0; i < solid.length; i++) if (<u32>solid.charCodeAt(i) == c) bits = SQL_SOLID;
    if (isWord(c) || c == 0x24 || (c >= 0x80 && c != 0xa0 && c != 0xe2)) bits |= SQL_NAME;
    store<u8>(table + c, bits);
  }
  return table;
}

/** Third byte of a typographic quote or prime. */
export function isTypographic(c: u32): bool {
  return (c | 7) == 0x9f || c == 0xb2 || c == 0xb3;
}

/** 1.e before no digit: MySQL reads it, and forgets it. */
export function isEmptyExponent(at: usize, end: usize): bool {
  return at < end && (load<u8>(at) | 0x20) == 0x65 && (at + 1 >= end || !isWord(load<u8>(at, 1)));
}

/** An en or em dash: what editors make of --. */
export function isDash(at: usize, end: usize): bool {
  return end - at > 2 && load<u16>(at) == 0x80e2 && (load<u8>(at, 2) | 7) == 0x97;
}

/** Past the closing fence, or `end`+1 when there is none. */
export function findCommentEnd(start: usize, end: usize): usize {
  for (let at = start; at + 1 < end; at++) {
    if (load<u16>(at) == 0x2f2a) return at + 2;
  }
  return end + 1;
}

export function isBlankPair(at: usize, end: usize): bool {
  return load<u8>(at) == 0xc2 && at + 1 < end && load<u8>(at, 1) == 0xa0;
}

/** Part of a name, as MySQL has them: also bytes from 0x80 that begin no white space. */
export function isNameByte(c: u32): bool {
  return (load<u8>(SQL_BYTES + c) & SQL_NAME) != 0;
}
