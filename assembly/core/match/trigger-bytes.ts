// Where the first byte of a small set occurs, for detectors that need to look closer only there.
//
// WHY: 16 bytes per step. A set is two tables of 16: a byte is in it when the entry of its low nibble and the entry of its high
// nibble share a bit (one bit per high nibble that occurs, so the test is exact).
// SAFETY: blocks are read only where 16 bytes of the value remain; shorter values go byte by byte.
// TEST: test/unit/core/match/trigger-bytes.spec.ts compares it with the plain loop at every offset and length.

/** The first byte in [start, end) that the 32 bytes at `tables` (low nibbles, high nibbles) select, or `end`. */
export function findTrigger(start: usize, end: usize, tables: usize): usize {
  const low = v128.load(tables);
  const high = v128.load(tables, 16);
  const nibble = i8x16.splat(15);
  const none = i8x16.splat(0);
  let at = start;
  while (at + 16 <= end) {
    const bytes = v128.load(at);
    const found = v128.and(
      i8x16.swizzle(low, v128.and(bytes, nibble)),
      i8x16.swizzle(high, i8x16.shr_u(bytes, 4)),
    );
    const hits = i8x16.bitmask(i8x16.ne(found, none));
    if (hits != 0) return at + ctz(hits);
    at += 16;
  }
  for (; at < end; at++) {
    const byte = i8x16.splat(<i8>load<u8>(at));
    const found = v128.and(
      i8x16.swizzle(low, v128.and(byte, nibble)),
      i8x16.swizzle(high, i8x16.shr_u(byte, 4)),
    );
    if (i8x16.extract_lane_u(found, 0) != 0) return at;
  }
  return end;
}
