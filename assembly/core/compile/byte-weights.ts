// How often bytes occur in everyday API traffic, roughly: prefilters are chosen by it. Only a choice of what to
// look for depends on these numbers, never a verdict.

/** 0 = hardly ever … 40 = in nearly every value. */
export function byteWeight(c: u32): u32 {
  if (c - 0x61 < 26) return COMMON_LETTERS & (1 << (c - 0x61)) ? 40 : 24;
  if (c - 0x30 < 10) return 24;
  if (c == 0x20) return 30;
  if (c - 0x41 < 26) return 16;
  // - . : @ _ are in ids, names, times and addresses.
  if (c == 0x2d || c == 0x2e || c == 0x3a || c == 0x40 || c == 0x5f) return 20;
  if (c >= 0x80) return 1;
  if (isUrlSign(c)) return 10;
  return c < 0x20 || c == 0x7f ? 2 : 4;
}

/** / , = & ? % + */
function isUrlSign(c: u32): bool {
  return c == 0x2f || c == 0x2c || c == 0x3d || c == 0x26 || c == 0x3f || c == 0x25 || c == 0x2b;
}

/** a c d e h i l m n o p r s t u */
const COMMON_LETTERS: u32 =
  (1 << 0) |
  (1 << 2) |
  (1 << 3) |
  (1 << 4) |
  (1 << 7) |
  (1 << 8) |
  (1 << 11) |
  (1 << 12) |
  (1 << 13) |
  (1 << 14) |
  (1 << 15) |
  (1 << 17) |
  (1 << 18) |
  (1 << 19) |
  (1 << 20);

/** What a byte of a literal tells, about in bits. */
export function byteInformation(c: u32): u32 {
  const weight = byteWeight(c);
  return weight >= 40 ? 4 : weight >= 20 ? 5 : weight >= 10 ? 6 : 7;
}
