// Names in HTML as browsers read them: any case, NUL bytes and other controls inside them dropped.

import { isAlpha, lowerByte } from "../bytes/ascii";
import { mayBeginWord, wordClass } from "./word-table";
import { HTML_CELLS, HTML_LONGEST, HTML_SEED, HTML_SLOTS, HTML_TEXT } from "../generated/html-words";

const NAME_BYTES: u32 = 64;
const name = memory.data(64);

/** Class of the name of `from..to`, 0 when it is none of the table's. */
export function htmlWord(from: usize, to: usize): u32 {
  // Nearly every name is in no table: two bytes tell before it is copied.
  if (to - from > 1 && load<u8>(from) > 0x20 && load<u8>(from, 1) > 0x20 && !mayBeginWord(from, HTML_CELLS))
    return 0;
  let len: u32 = 0;
  for (let at = from; at < to; at++) {
    const c = <u32>load<u8>(at);
    if (c <= 0x20) continue;
    if (len >= NAME_BYTES) return 0;
    store<u8>(name + len++, <u8>lowerByte(c));
  }
  if (len == 0 || len > HTML_LONGEST) return 0;
  return wordClass(name, len, HTML_SEED, HTML_SLOTS, HTML_CELLS, HTML_TEXT);
}

/** Where the run of letters that ends at `to` begins. */
export function lettersBefore(start: usize, to: usize): usize {
  let at = to;
  while (at > start && to - at < 48 && isAlpha(load<u8>(at - 1))) at--;
  return at;
}

/** Past the letters at `from`. */
export function lettersAfter(from: usize, end: usize): usize {
  let at = from;
  while (at < end && isAlpha(load<u8>(at))) at++;
  return at;
}
