// Where a byte first occurs. Most values hold none of the bytes a transformation looks for, so these loops are
// what a clean value costs.
//
// WHY: 16 bytes per step. SAFETY: blocks are read only where 16 bytes remain; the rest goes byte by byte.
// TEST: test/unit/core/bytes/find-byte.spec.ts places every hit at every offset of an exact-length buffer.

/** The first `byte` in [at, end), or `end`. */
export function findByte(at: usize, end: usize, byte: u32): usize {
  const wanted = i8x16.splat(<i8>byte);
  while (at + 16 <= end) {
    const hits = i8x16.bitmask(i8x16.eq(v128.load(at), wanted));
    if (hits != 0) return at + ctz(hits);
    at += 16;
  }
  while (at < end && load<u8>(at) != byte) at++;
  return at;
}

/** The first `a` or `b` in [at, end), or `end`. */
export function findEither(at: usize, end: usize, a: u32, b: u32): usize {
  const wantedA = i8x16.splat(<i8>a);
  const wantedB = i8x16.splat(<i8>b);
  while (at + 16 <= end) {
    const block = v128.load(at);
    const hits = i8x16.bitmask(v128.or(i8x16.eq(block, wantedA), i8x16.eq(block, wantedB)));
    if (hits != 0) return at + ctz(hits);
    at += 16;
  }
  while (at < end) {
    const c = <u32>load<u8>(at);
    if (c == a || c == b) return at;
    at++;
  }
  return end;
}

/** The first byte `first`..`last` (inclusive) in [at, end), or `end`. */
export function findInRange(at: usize, end: usize, first: u32, last: u32): usize {
  const low = i8x16.splat(<i8>first);
  const width = i8x16.splat(<i8>(last - first));
  while (at + 16 <= end) {
    const hits = i8x16.bitmask(i8x16.le_u(i8x16.sub(v128.load(at), low), width));
    if (hits != 0) return at + ctz(hits);
    at += 16;
  }
  while (at < end && <u32>load<u8>(at) - first > last - first) at++;
  return at;
}
