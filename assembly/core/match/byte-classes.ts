// Which classes of bytes occur in a value: one SIMD pass that lets most rules be dismissed at once.
//
// WHY: a benign value is letters, digits and a few marks; an attack needs bytes such as < ' ( ; $ that the value
// does not have. A rule whose every match needs such a byte is dismissed by one AND on the value's mask.
// SAFETY: the mask may only be used to say "no" when a required class is absent; every byte is in at least one
// class (property test `prefilter-never-hides-a-match`).
//
// A class is a product of high nibbles and low nibbles, so that two table look-ups and an AND find eight classes
// in sixteen bytes (the shuffle technique of Langdale and Lemire, "Parsing Gigabytes of JSON per Second", 2019).
//
//   bits  0–15  the bytes 0x20–0x2f, one each: space ! " # $ % & ' ( ) * + , - . /
//   bits 16–21  : ; < = > ?      22 @      23 `
//   bits 24–28  [ \ ] ^ _        29 NUL    30 white space 0x09–0x0d    31 digits
//   bits 32–35  { | } ~          36 controls below 0x20    37 bytes from 0x80    38 0x40–0x7f (letters, marks)

/** The rows for low (L) and high (H) nibbles. In memory, because a constant vector takes four instructions each time. */
// prettier-ignore
const ROWS = memory.data<i8>([
  1, 2, 4, 8, 16, 32, 64, -128, 0, 0, 0, 0, 0, 0, 0, 0, // L0
  0, 0, -1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, // H0
  0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, -128, // L1
  -64, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, // L2
  0, 0, 0, 0x3f, 0x40, 0, -128, 0, 0, 0, 0, 0, 0, 0, 0, 0, // H2
  -96, -128, -128, -128, -128, -128, -128, -128, -128, -64, 64, 65, 66, 68, 8, 16, // L3
  0x60, 0, 0, -128, 0, 0x1f, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, // H3
  112, 112, 112, 112, 112, 112, 112, 112, 112, 112, 112, 113, 114, 116, 120, 112, // L4
  16, 16, 0, 0, 64, 64, 64, 0x4f, 32, 32, 32, 32, 32, 32, 32, 32, // H4
], 16);
const L0: usize = 0;
const H0: usize = 16;
const L1: usize = 32;
const L2: usize = 48;
const H2: usize = 64;
const L3: usize = 80;
const H3: usize = 96;
const L4: usize = 112;
const H4: usize = 128;

export const CLASS_HIGH: u64 = 1 << 37;
/** A class that no byte has: the evaluator adds it to every value's mask, the empty one's too. */
export const CLASS_ALWAYS: u64 = 1 << 39;
/** Set where nothing is required. */
export const CLASS_ANY: u64 = (1 << 40) - 1;

const IOTA = memory.data<u8>([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15], 16);

const TABLE = byteTable();

/**
 * Classes that occur in the `len` bytes at `at`.
 *
 * WHY no loop over single bytes: how long a short value is cannot be foreseen, and a loop that is left unforeseen costs more than the
 * vectors. A short value is read as a block whose bytes beyond it are made copies of its last one.
 */
export function scanClasses(at: usize, len: u32): u64 {
  if (len >= 16) return scanVectors(at, len);
  if (len == 0) return 0;
  if (at + 16 <= (<usize>memory.size()) << 16)
    return scanBlock(i8x16.swizzle(v128.load(at), i8x16.min_u(v128.load(IOTA), i8x16.splat(<i8>(len - 1)))));
  let mask: u64 = 0;
  for (const end = at + len; at < end; at++) mask |= load<u64>(TABLE + ((<usize>load<u8>(at)) << 3));
  return mask;
}

/** The narrowest class of byte `c`, as a mask of one bit. */
export function narrowestClass(c: u32): u64 {
  const mask = load<u64>(TABLE + ((<usize>(c & 0xff)) << 3));
  return mask & (0 - mask);
}

/** A mask that every value with at least one byte of the 256-bit `set` hits. */
export function classesOfSet(set: usize): u64 {
  let mask: u64 = 0;
  for (let c: u32 = 0; c < 256; c++) {
    if ((load<u8>(set + (c >> 3)) >> ((<u8>c) & 7)) & 1) mask |= narrowestClass(c);
  }
  return mask;
}

/** Classes that ordinary values have: letters, digits, space, and the marks of prose, names, dates, paths and URLs. */
const COMMON: u64 = (1 << 38) | (1 << 31) | 1;
const FREQUENT: u64 = (1 << 13) | (1 << 14) | (1 << 15) | (1 << 16) | (1 << 28) | (1 << 12) | (1 << 19);
const OCCASIONAL: u64 =
  (1 << 2) |
  (1 << 6) |
  (1 << 7) |
  (1 << 8) |
  (1 << 9) |
  (1 << 11) |
  (1 << 17) |
  (1 << 21) |
  (1 << 30) |
  (1 << 37) |
  (1 << 39);

/** How likely an ordinary value has one of these classes, roughly; only speed depends on it. */
export function classWeight(mask: u64): u32 {
  const weight =
    popcnt(mask & COMMON) * 1000 + popcnt(mask & FREQUENT) * 100 + popcnt(mask & OCCASIONAL) * 10;
  return <u32>(weight + popcnt(mask));
}

function scanVectors(at: usize, len: u32): u64 {
  const nibble = i8x16.splat(15);
  const last = at + len - 16;
  let a0 = i8x16.splat(0);
  let a1 = a0;
  let a2 = a0;
  let a3 = a0;
  let a4 = a0;
  for (let done = false; !done; at += 16) {
    if (at >= last) {
      at = last; // the last block overlaps the one before: classes only accumulate
      done = true;
    }
    const bytes = v128.load(at);
    const low = v128.and(bytes, nibble);
    const high = i8x16.shr_u(bytes, 4);
    const row2 = i8x16.swizzle(v128.load(ROWS, H0), high);
    a0 = v128.or(a0, v128.and(i8x16.swizzle(v128.load(ROWS, L0), low), row2));
    a1 = v128.or(a1, v128.and(i8x16.swizzle(v128.load(ROWS, L1), low), row2));
    a2 = v128.or(
      a2,
      v128.and(i8x16.swizzle(v128.load(ROWS, L2), low), i8x16.swizzle(v128.load(ROWS, H2), high)),
    );
    a3 = v128.or(
      a3,
      v128.and(i8x16.swizzle(v128.load(ROWS, L3), low), i8x16.swizzle(v128.load(ROWS, H3), high)),
    );
    a4 = v128.or(
      a4,
      v128.and(i8x16.swizzle(v128.load(ROWS, L4), low), i8x16.swizzle(v128.load(ROWS, H4), high)),
    );
  }
  return fold(a0, a1, a2, a3, a4);
}

function scanBlock(bytes: v128): u64 {
  const low = v128.and(bytes, i8x16.splat(15));
  const high = i8x16.shr_u(bytes, 4);
  const row2 = i8x16.swizzle(v128.load(ROWS, H0), high);
  return fold(
    v128.and(i8x16.swizzle(v128.load(ROWS, L0), low), row2),
    v128.and(i8x16.swizzle(v128.load(ROWS, L1), low), row2),
    v128.and(i8x16.swizzle(v128.load(ROWS, L2), low), i8x16.swizzle(v128.load(ROWS, H2), high)),
    v128.and(i8x16.swizzle(v128.load(ROWS, L3), low), i8x16.swizzle(v128.load(ROWS, H3), high)),
    v128.and(i8x16.swizzle(v128.load(ROWS, L4), low), i8x16.swizzle(v128.load(ROWS, H4), high)),
  );
}

/** OR of the sixteen bytes of each vector, as the five bytes of a mask: halves of four vectors are folded at once. */
function fold(a: v128, b: v128, c: v128, d: v128, e: v128): u64 {
  const ab = v128.or(v128.shuffle<i64>(a, b, 0, 2), v128.shuffle<i64>(a, b, 1, 3));
  const cd = v128.or(v128.shuffle<i64>(c, d, 0, 2), v128.shuffle<i64>(c, d, 1, 3));
  let x = v128.or(v128.shuffle<i32>(ab, cd, 0, 2, 4, 6), v128.shuffle<i32>(ab, cd, 1, 3, 5, 7));
  x = v128.or(x, i32x4.shr_u(x, 16));
  x = v128.or(x, i32x4.shr_u(x, 8));
  x = v128.shuffle<i8>(x, x, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12);
  let y = (<u64>i64x2.extract_lane(e, 0)) | (<u64>i64x2.extract_lane(e, 1));
  y |= y >> 32;
  y |= y >> 16;
  y |= y >> 8;
  return (<u64>(<u32>i32x4.extract_lane(x, 0))) | ((y & 0xff) << 32);
}

/** The same classes for single bytes: 256 masks. */
function byteTable(): usize {
  const table = heap.alloc(256 * 8);
  const block = heap.alloc(16);
  for (let c: u32 = 0; c < 256; c++) {
    memory.fill(block, <u8>c, 16);
    store<u64>(table + ((<usize>c) << 3), scanVectors(block, 16));
  }
  heap.free(block);
  return table;
}
