// The Accept-Encoding field (RFC 9110 §12.5.3), reduced to the content codings that can be read here.

import { equalsFolded, isSpace } from "../bytes/ascii";
import { ByteWriter } from "../bytes/byte-writer";
import { findByte } from "../bytes/find-byte";
import { Text, text } from "../bytes/text";

const READABLE: StaticArray<Text> = [text("gzip"), text("x-gzip"), text("deflate"), text("identity")];
const IDENTITY = text("identity");
const COMMA: u8 = 0x2c;
const SEMICOLON: u8 = 0x3b;

/**
 * Appends the members of the field that can be read, with their weights, to what `out` has already of the same field.
 * True when something was left out.
 */
export function reduceAcceptEncoding(at: usize, len: u32, out: ByteWriter): bool {
  const end = at + len;
  let isReduced = false;
  let p = at;
  while (p < end) {
    const next = findByte(p, end, COMMA);
    let from = p;
    let to = next;
    while (from < to && isSpace(load<u8>(from))) from++;
    while (to > from && isSpace(load<u8>(to - 1))) to--;
    if (from < to) {
      if (isReadable(from, findByte(from, to, SEMICOLON))) {
        if (out.length != 0) out.byte(COMMA);
        out.bytes(from, <u32>(to - from));
      } else {
        isReduced = true;
      }
    }
    p = next + 1;
  }
  return isReduced;
}

/** Says that only a body as it is will do: for when nothing of the field is left. */
export function acceptIdentity(out: ByteWriter): void {
  out.bytes(IDENTITY.at, IDENTITY.len);
}

function isReadable(at: usize, end: usize): bool {
  while (end > at && isSpace(load<u8>(end - 1))) end--;
  const len = <u32>(end - at);
  for (let i = 0; i < READABLE.length; i++) {
    const coding = READABLE[i];
    if (equalsFolded(at, len, coding.at, coding.len)) return true;
  }
  return false;
}
