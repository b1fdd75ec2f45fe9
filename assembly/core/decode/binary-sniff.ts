// Whether bytes are text or the data of a picture, an archive or the like.

/** Bytes that are looked at, and one in how many of them is a control character in what is no text. */
const SAMPLE: u32 = 1024;
const SHARE: u32 = 32;
/** Less is not enough to tell. */
const LEAST: u32 = 64;

/**
 * One byte in 32, of the first thousand, is a control character that no text has: one below 0x20 but NUL (UTF-16 is text too),
 * white space and ESC. Compressed data has one in ten.
 */
export function isBinary(at: usize, len: u32): bool {
  if (len < LEAST) return false;
  const size = min(len, SAMPLE) & ~15;
  let controls: u32 = 0;
  for (const end = at + size; at < end; at += 16) {
    const v = v128.load(at);
    // 01–08 and 0e–1a, 1c–1f: each range begins where a subtraction makes it 0.
    const low = i8x16.lt_u(i8x16.sub(v, i8x16.splat(0x01)), i8x16.splat(8));
    const middle = i8x16.lt_u(i8x16.sub(v, i8x16.splat(0x0e)), i8x16.splat(13));
    const high = i8x16.lt_u(i8x16.sub(v, i8x16.splat(0x1c)), i8x16.splat(4));
    controls += popcnt(<u32>i8x16.bitmask(v128.or(v128.or(low, middle), high)));
  }
  return controls * SHARE > size;
}
