// A name that code puts together from pieces: 'sys'.'tem', (sy.(st).em), "\x73ystem", 'child_'+'process'.

import { hexValue, lowerByte } from "../bytes/ascii";
import { wordClass } from "./word-table";

const ROOM: u32 = 48;
/** The name in hand, lower-case. */
export const spelled: usize = memory.data(48);
export let spelledSize: u32 = 0;
export let spelledPieces: u32 = 0;
/** Pieces that were quoted texts. */
export let spelledTexts: u32 = 0;

export function clearName(): void {
  spelledSize = 0;
  spelledPieces = 0;
  spelledTexts = 0;
}

/** Adds the bytes of `at..to`; those of a text may be escapes, and blanks at its ends do not count. */
export function addPiece(at: usize, to: usize, text: bool): void {
  spelledPieces++;
  if (text) spelledTexts++;
  let i = at;
  while (i < to && spelledSize <= ROOM) {
    let c = <u32>load<u8>(i++);
    if (c == 0x5c && text && i < to) {
      const length = escapeLength(i, to);
      if (length == 0) continue;
      c = escapedByte(i, length);
      i += length;
    }
    if (c == 0x20 && text) continue;
    if (spelledSize < ROOM) store<u8>(spelled + spelledSize, <u8>lowerByte(c));
    spelledSize++;
  }
}

/** Class of the name in a table of words, 0 when it is none of them. */
export function spelledClass(longest: u32, seed: u32, slots: u32, cells: usize, text: usize): u32 {
  if (spelledSize == 0 || spelledSize > min(longest, ROOM)) return 0;
  return wordClass(spelled, spelledSize, seed, slots, cells, text);
}

/** Bytes of the escape after a backslash at `at`: x73, 163; 0 when it is none. */
function escapeLength(at: usize, to: usize): usize {
  const c = (<u32>load<u8>(at)) | 0x20;
  if (c == 0x78)
    return at + 2 < to && hexValue(load<u8>(at, 1)) >= 0 && hexValue(load<u8>(at, 2)) >= 0 ? 3 : 0;
  let length: usize = 0;
  while (length < 3 && at + length < to && ((<u32>load<u8>(at + length)) & 0xf8) == 0x30) length++;
  return length;
}

function escapedByte(at: usize, length: usize): u32 {
  if (((<u32>load<u8>(at)) | 0x20) == 0x78)
    return <u32>((hexValue(load<u8>(at, 1)) << 4) | hexValue(load<u8>(at, 2)));
  let c: u32 = 0;
  for (let i: usize = 0; i < length; i++) c = c * 8 + (<u32>load<u8>(at + i) - 0x30);
  return c & 0xff;
}
