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

const L0: v128 = i8x16(1, 2, 4, 8, 16, 32, 64, -128, 0, 0, 0, 0, 0, 0, 0, 0);
const H0: v128 = i8x16(0, 0, -1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
const L1: v128 = i8x16(0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, -128);
const L2: v128 = i8x16(-64, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32);
const H2: v128 = i8x16(0, 0, 0, 0x3f, 0x40, 0, -128, 0, 0, 0, 0, 0, 0, 0, 0, 0);
const L3: v128 = i8x16(-96, -128, -128, -128, -128, -128, -128, -128, -128, -64, 64, 65, 66, 68, 8, 16);
const H3: v128 = i8x16(0x60, 0, 0, -128, 0, 0x1f, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
const L4: v128 = i8x16(112, 112, 112, 112, 112, 112, 112, 112, 112, 112, 112, 113, 114, 116, 120, 112);
const H4: v128 = i8x16(16, 16, 0, 0, 64, 64, 64, 0x4f, 32, 32, 32, 32, 32, 32, 32, 32);

export const CLASS_HIGH: u64 = 1 << 37;
/** A class that no byte has: the evaluator adds it to every value's mask, the empty one's too. */
export const CLASS_ALWAYS: u64 = 1 << 39;
/** Set where nothing is required. */
export const CLASS_ANY: u64 = (1 << 40) - 1;

/** Below this many bytes the table is quicker than setting up and folding five vectors. */
const SIMD_MIN: u32 = 32;

const TABLE = byteTable();

/** Classes that occur in the `len` bytes at `at`. */
export function scanClasses(at: usize, len: u32): u64 {
  if (len >= SIMD_MIN) return scanVectors(at, len);
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
    const row2 = i8x16.swizzle(H0, high);
    a0 = v128.or(a0, v128.and(i8x16.swizzle(L0, low), row2));
    a1 = v128.or(a1, v128.and(i8x16.swizzle(L1, low), row2));
    a2 = v128.or(a2, v128.and(i8x16.swizzle(L2, low), i8x16.swizzle(H2, high)));
    a3 = v128.or(a3, v128.and(i8x16.swizzle(L3, low), i8x16.swizzle(H3, high)));
    a4 = v128.or(a4, v128.and(i8x16.swizzle(L4, low), i8x16.swizzle(H4, high)));
  }
  return fold(a0) | (fold(a1) << 8) | (fold(a2) << 16) | (fold(a3) << 24) | (fold(a4) << 32);
}

/** OR of the sixteen bytes of `v`. */
function fold(v: v128): u64 {
  let x = (<u64>i64x2.extract_lane(v, 0)) | (<u64>i64x2.extract_lane(v, 1));
  x |= x >> 32;
  x |= x >> 16;
  return (x | (x >> 8)) & 0xff;
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
