// Skips what cannot begin a match: from the home row, 16 bytes at a time.

import { DFA_SKIP_MASKS } from "./regex-dfa-layout";

/** First byte in at..end that leaves the home row, or `end`. Bit h of mask[l] stands for the byte 16h + l. */
export function skip(table: usize, at: usize, end: usize): usize {
  const low = v128.load(table, DFA_SKIP_MASKS);
  const high = v128.load(table, DFA_SKIP_MASKS + 16);
  const bits = i8x16(1, 2, 4, 8, 16, 32, 64, -128, 1, 2, 4, 8, 16, 32, 64, -128);
  for (; at + 16 <= end; at += 16) {
    const bytes = v128.load(at);
    const column = v128.and(bytes, i8x16.splat(0x0f));
    const isHigh = i8x16.lt_s(bytes, i8x16.splat(0));
    const row = v128.bitselect(i8x16.swizzle(high, column), i8x16.swizzle(low, column), isHigh);
    const leaving = v128.and(row, i8x16.swizzle(bits, i8x16.shr_u(bytes, 4)));
    if (v128.any_true(leaving)) return at + ctz(<u32>i8x16.bitmask(i8x16.ne(leaving, i8x16.splat(0))));
  }
  for (; at < end; at++) {
    const c = <u32>load<u8>(at);
    const mask = table + DFA_SKIP_MASKS + ((c & 0x80) >> 3) + (c & 0x0f);
    if ((<u32>load<u8>(mask)) & (1 << ((c >> 4) & 7))) return at;
  }
  return end;
}
