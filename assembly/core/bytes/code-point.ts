// Code points to UTF-8 and back, as the transformations need it: surrogates can be written (an escape may spell
// one), broken sequences are reported one byte at a time.

/** A byte that starts no complete sequence. */
export const CODE_POINT_BROKEN: u32 = 0xffffffff;

/** Writes `cp` as 1–4 bytes at `to` and returns how many; 0 past U+10FFFF. `to` must have room for 4. */
export function writeCodePoint(cp: u32, to: usize): u32 {
  if (cp < 0x80) {
    store<u8>(to, <u8>cp);
    return 1;
  }
  if (cp < 0x800) {
    store<u8>(to, <u8>(0xc0 | (cp >> 6)));
    store<u8>(to, <u8>(0x80 | (cp & 0x3f)), 1);
    return 2;
  }
  if (cp < 0x10000) {
    store<u8>(to, <u8>(0xe0 | (cp >> 12)));
    store<u8>(to, <u8>(0x80 | ((cp >> 6) & 0x3f)), 1);
    store<u8>(to, <u8>(0x80 | (cp & 0x3f)), 2);
    return 3;
  }
  if (cp > 0x10ffff) return 0;
  store<u8>(to, <u8>(0xf0 | (cp >> 18)));
  store<u8>(to, <u8>(0x80 | ((cp >> 12) & 0x3f)), 1);
  store<u8>(to, <u8>(0x80 | ((cp >> 6) & 0x3f)), 2);
  store<u8>(to, <u8>(0x80 | (cp & 0x3f)), 3);
  return 4;
}

/**
 * Writes what an escape for `cp` stands for. NUL, surrogates and numbers past U+10FFFF become U+FFFD when the
 * escape was at least 3 bytes long (`room`), else nothing; so the output never outgrows the input.
 */
export function writeEscaped(cp: u32, to: usize, room: u32): u32 {
  if (cp == 0 || cp - 0xd800 < 0x800 || cp > 0x10ffff) return room > 2 ? writeCodePoint(0xfffd, to) : 0;
  return writeCodePoint(cp, to);
}

/**
 * The code point at `at` (< end) | its length in bytes << 24, or CODE_POINT_BROKEN. Overlong forms, surrogates
 * and numbers past U+10FFFF are read as written: whoever cares looks at the code point.
 */
export function readCodePoint(at: usize, end: usize): u32 {
  const first = <u32>load<u8>(at);
  if (first < 0x80) return first | (1 << 24);
  if (first < 0xc0 || first > 0xf7) return CODE_POINT_BROKEN;
  const length: u32 = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if (<usize>length > end - at) return CODE_POINT_BROKEN;
  let cp = first & (0xff >> (length + 1));
  for (let i: u32 = 1; i < length; i++) {
    const next = <u32>load<u8>(at + i);
    if (next >> 6 != 2) return CODE_POINT_BROKEN;
    cp = (cp << 6) | (next & 0x3f);
  }
  return cp | (length << 24);
}
