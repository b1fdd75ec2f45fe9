// References in XML (XML 1.0 §4.1, §4.6): numeric ones and the five that need no declaration are decoded; others stay as
// they are written. Nothing is ever expanded.

import { hexValue, isDigit } from "../bytes/ascii";
import { findByte } from "../bytes/find-byte";
import { writeCodePoint } from "../bytes/code-point";
import { Inputs } from "../inputs/inputs";
import { ValueBuffer } from "../inputs/value-buffer";

/** Bytes from `&` to `;` of the longest reference that is decoded: leading zeros may make one longer. */
export const REFERENCE_LIMIT: u32 = 32;
const AMPERSAND: u32 = 0x26;
const SEMICOLON: u32 = 0x3b;
const UNKNOWN: u32 = 0xffffffff;

const scratch = new ValueBuffer();

/** A value with its references decoded, where decodeReferences() left it. */
@unmanaged
export class Dereferenced {
  at: usize = 0;
  len: u32 = 0;
}

export const dereferenced = new Dereferenced();

/** Decodes a complete value; in place when there is nothing to decode, else in the inputs' arena. */
export function decodeReferences(inputs: Inputs, at: usize, end: usize): void {
  dereferenced.at = at;
  dereferenced.len = <u32>(end - at);
  let next = findByte(at, end, AMPERSAND);
  if (next == end) return;
  scratch.clear();
  let run = at;
  while (next < end) {
    scratch.append(run, <u32>(next - run));
    run = next;
    const close = findByte(next, min(end, next + REFERENCE_LIMIT), SEMICOLON);
    const isClosed = close < end && load<u8>(close) == SEMICOLON;
    if (isClosed && putReference(scratch, next, <u32>(close + 1 - next))) run = close + 1;
    next = findByte(max(run, next + 1), end, AMPERSAND);
  }
  scratch.append(run, <u32>(end - run));
  const copy = scratch.copyTo(inputs);
  if (copy != 0) {
    dereferenced.at = copy;
    dereferenced.len = scratch.bytes.length;
  }
  scratch.reset();
}

/** Appends what the `len` bytes from `&` to `;` stand for. False, and nothing appended, when that is not known. */
export function putReference(into: ValueBuffer, at: usize, len: u32): bool {
  const value = referenceValue(at + 1, at + len - 1);
  if (value == UNKNOWN) return false;
  into.bytes.length += writeCodePoint(value, into.bytes.reserve(4));
  return true;
}

/** The code point that the name or number between `&` and `;` stands for, or UNKNOWN. */
function referenceValue(at: usize, end: usize): u32 {
  const len = <u32>(end - at);
  if (len < 2) return UNKNOWN;
  const first = <u32>load<u8>(at);
  if (first == 0x23) return numberValue(at + 1, end);
  const second = <u32>load<u8>(at, 1);
  if (len == 2 && second == 0x74) return first == 0x6c ? 0x3c : first == 0x67 ? 0x3e : UNKNOWN;
  if (len == 3) return first == 0x61 && second == 0x6d && load<u8>(at, 2) == 0x70 ? AMPERSAND : UNKNOWN;
  if (len != 4) return UNKNOWN;
  const word = load<u32>(at);
  // "quot" and "apos", little-endian.
  return word == 0x746f7571 ? 0x22 : word == 0x736f7061 ? 0x27 : UNKNOWN;
}

function numberValue(at: usize, end: usize): u32 {
  const isHex = ((<u32>load<u8>(at)) | 0x20) == 0x78;
  if (isHex && ++at == end) return UNKNOWN;
  let value: u32 = 0;
  for (; at < end; at++) {
    const c = <u32>load<u8>(at);
    if (isHex ? hexValue(c) < 0 : !isDigit(c)) return UNKNOWN;
    value = isHex ? (value << 4) | (<u32>hexValue(c)) : value * 10 + (c - 0x30);
    if (value > 0x10ffff) return UNKNOWN;
  }
  return value;
}
