// Simple case folding of code point ranges, over the generated orbit table.
import { FOLD_COUNT, FOLD_SWAP, FOLD_TABLE } from "../generated/unicode-fold";
import { WordList } from "./word-list";

/** Orbits have at most four members, so three steps reach all the others. */
export const FOLD_STEPS: u32 = 3;

/** Index of the first table entry whose end is at or after `c`. */
function firstEntry(c: u32): u32 {
  let low: u32 = 0;
  let high = FOLD_COUNT;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (load<u32>(FOLD_TABLE + <usize>middle * 12, 4) < c) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Appends to `pairs` what the members of lo..hi map to, one step along their orbits. */
export function pushFolded(pairs: WordList, lo: u32, hi: u32): void {
  for (let i = firstEntry(lo); i < FOLD_COUNT; i++) {
    const entry = FOLD_TABLE + <usize>i * 12;
    const entryLo = load<u32>(entry);
    if (entryLo > hi) return;
    const step = load<i32>(entry, 8);
    const from = max(lo, entryLo);
    const to = min(hi, load<u32>(entry, 4));
    pairs.push(step == FOLD_SWAP ? from & ~1 : from + step);
    pairs.push(step == FOLD_SWAP ? to | 1 : to + step);
  }
}
