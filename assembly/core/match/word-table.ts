// Look-up in the hash tables that scripts/gen/word-table.ts writes: word bytes, any case → class, 0 when unknown.

import { lowerByte } from "../bytes/ascii";

const PRIME: u32 = 0x01000193;

/** Bytes of the filter before the slots. */
const FILTER: usize = 512;

/** Class of the word of `len` bytes at `at`; `slots` is a power of two and the table is never full. */
export function wordClass(at: usize, len: u32, seed: u32, slots: u32, table: usize, text: usize): u32 {
  if (len == 0) return 0;
  // A byte's low five bits are the same in either case.
  const second = <u32>load<u8>(at + (len > 1 ? 1 : 0));
  const beginning = (load<u8>(at) & 31) | ((second & 31) << 5) | ((len & 3) << 10);
  if (((load<u8>(table + (beginning >> 3)) >> ((<u8>beginning) & 7)) & 1) == 0) return 0;
  let hash = seed;
  for (let i: u32 = 0; i < len; i++) hash = (hash ^ lowerByte(load<u8>(at + i))) * PRIME;
  let slot = (hash ^ (hash >>> 15)) & (slots - 1);
  while (true) {
    const cell = table + FILTER + ((<usize>slot) << 2);
    const size = <u32>load<u8>(cell, 2);
    if (size == 0) return 0;
    if (size == len && sameWord(at, text + load<u16>(cell), len)) return load<u8>(cell, 3);
    slot = (slot + 1) & (slots - 1);
  }
}

/** Some word of the table may begin with the two bytes at `at`, or be the first of them. */
export function mayBeginWord(at: usize, table: usize): bool {
  const first = load<u8>(at) & 31;
  const beginning = (<u32>first) | ((<u32>(load<u8>(at, 1) & 31)) << 5);
  const two = table + (beginning >> 3);
  // Of each of the four lengths that the filter tells apart.
  const bits = load<u8>(two) | load<u8>(two, 128) | load<u8>(two, 256) | load<u8>(two, 384);
  if ((bits >> ((<u8>beginning) & 7)) & 1) return true;
  const alone = (<u32>first) | ((<u32>first) << 5) | (1 << 10);
  return ((load<u8>(table + (alone >> 3)) >> ((<u8>alone) & 7)) & 1) != 0;
}

function sameWord(at: usize, word: usize, len: u32): bool {
  for (let i: u32 = 0; i < len; i++) {
    if (lowerByte(load<u8>(at + i)) != load<u8>(word + i)) return false;
  }
  return true;
}
