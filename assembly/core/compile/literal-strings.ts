// Small sets of byte strings in an arena: what a part of a pattern can match, ASCII-lowercased. A set is an
// address; 0 stands for "unknown": too many, too long, or without bound.
//
// ╒═ header (16 bytes) ═════════════════════════════════════════════════════════════╤═ strings ═══════╕
// │ u32 count │ u32 shortest │ u32 information of the least telling string │ u32 size │ u8 length, bytes │
// ╘═════════════════════════════════════════════════════════════════════════════════╧═════════════════╛
import { Arena } from "../bytes/arena";
import { lowerByte } from "../bytes/ascii";
import { byteInformation } from "./byte-weights";

/** Most strings of a set, and most bytes of a string. */
export const SET_LIMIT: u32 = 64;
export const STRING_LIMIT: u32 = 48;
const HEADER: u32 = 16;

export function setCount(set: usize): u32 {
  return load<u32>(set);
}

export function setShortest(set: usize): u32 {
  return load<u32>(set, 4);
}

/** Sum of byteInformation() over the bytes of the least telling string. */
export function setInformation(set: usize): u32 {
  return load<u32>(set, 8);
}

export function setStrings(set: usize): usize {
  return set + HEADER;
}

export function setSize(set: usize): u32 {
  return load<u32>(set, 12);
}

/** Room for a set whose strings take `size` bytes at most; 0 when the arena is full. */
export function newSet(arena: Arena, size: u32): usize {
  const set = arena.alloc(HEADER + size);
  if (set == 0) return 0;
  store<u32>(set, 0);
  store<u32>(set, 0xffffffff, 4);
  store<u32>(set, 0xffffffff, 8);
  store<u32>(set, 0, 12);
  return set;
}

/** The set of the empty string alone. */
export function emptyString(arena: Arena): usize {
  const set = newSet(arena, 1);
  if (set != 0) addString(set, 0, 0, 0, 0);
  return set;
}

/**
 * Adds the string made of `a` and `b` (lower-cased), unless it is there already; false when the set has SET_LIMIT
 * others or the string is too long. The caller made room.
 */
export function addString(set: usize, a: usize, aLen: u32, b: usize, bLen: u32): bool {
  const len = aLen + bLen;
  const size = setSize(set);
  if (len > STRING_LIMIT) return false;
  const entry = setStrings(set) + size;
  let information: u32 = 0;
  for (let i: u32 = 0; i < len; i++) {
    const c = lowerByte(i < aLen ? load<u8>(a + i) : load<u8>(b + i - aLen));
    store<u8>(entry + 1 + i, <u8>c);
    information += byteInformation(c);
  }
  store<u8>(entry, <u8>len);
  for (let other = setStrings(set); other < entry; other += <usize>load<u8>(other) + 1) {
    if (load<u8>(other) == len && memory.compare(other + 1, entry + 1, len) == 0) return true;
  }
  if (setCount(set) >= SET_LIMIT) return false;
  store<u32>(set, setCount(set) + 1);
  if (len < setShortest(set)) store<u32>(set, len, 4);
  if (information < setInformation(set)) store<u32>(set, information, 8);
  store<u32>(set, size + len + 1, 12);
  return true;
}

/** Every string of `a` followed by every string of `b`; 0 when either is unknown or the result is too large. */
export function product(arena: Arena, a: usize, b: usize): usize {
  if (a == 0 || b == 0 || setCount(a) * setCount(b) > SET_LIMIT * 4) return 0;
  const out = newSet(arena, setSize(a) * setCount(b) + setSize(b) * setCount(a) + STRING_LIMIT + 1);
  if (out == 0) return 0;
  const aEnd = setStrings(a) + setSize(a);
  const bEnd = setStrings(b) + setSize(b);
  for (let x = setStrings(a); x < aEnd; x += <usize>load<u8>(x) + 1) {
    for (let y = setStrings(b); y < bEnd; y += <usize>load<u8>(y) + 1) {
      if (!addString(out, x + 1, load<u8>(x), y + 1, load<u8>(y))) return 0;
    }
  }
  return out;
}

/** The strings of both; 0 when either is unknown or there are too many. */
export function union(arena: Arena, a: usize, b: usize): usize {
  if (a == 0 || b == 0) return 0;
  const out = newSet(arena, setSize(a) + setSize(b) + STRING_LIMIT + 1);
  if (out == 0 || !addAll(out, a) || !addAll(out, b)) return 0;
  return out;
}

function addAll(out: usize, from: usize): bool {
  const end = setStrings(from) + setSize(from);
  for (let x = setStrings(from); x < end; x += <usize>load<u8>(x) + 1) {
    if (!addString(out, x + 1, load<u8>(x), 0, 0)) return false;
  }
  return true;
}

/** Does string `x` (u8 length, bytes) contain string `y`? */
export function containsString(x: usize, y: usize): bool {
  const xLen = <u32>load<u8>(x);
  const yLen = <u32>load<u8>(y);
  for (let i: u32 = 0; i + yLen <= xLen; i++) {
    if (memory.compare(x + 1 + i, y + 1, yLen) == 0) return true;
  }
  return false;
}
