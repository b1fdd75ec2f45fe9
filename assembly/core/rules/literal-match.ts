// Whether a literal of the prefilter stands where its window hashed to.

import { lowerByte } from "../bytes/ascii";
import * as layout from "./layout";
import { Section } from "./layout";
import { Ruleset } from "./ruleset";

const FOLD: u32 = 0x202020;
const FOLD_ALL: u64 = 0x2020202020202020;
const WINDOW: u32 = 0xffffff;
/** Ends a chain of literals. */
export const NO_LITERAL: u32 = 0xffffffff;

/**
 * True when a literal stands in the value of `len` bytes at `value` of which some condition looks at values of `classes`
 * at `address`.
 */
export function hasLiteral(ruleset: Ruleset, address: u32, classes: u64, value: usize, len: u32): bool {
  if (len < 3 || ruleset.literalBits == 0) return false;
  const last = value + len - 3;
  for (let at = nextWindow(ruleset, value, last); at < last; at = nextWindow(ruleset, at + 1, last)) {
    if (isLiteral(ruleset, address, classes, value, len, at, (load<u32>(at) & WINDOW) | FOLD)) return true;
  }
  return isLiteral(ruleset, address, classes, value, len, last, lastWindow(last));
}

/**
 * The first position from `at` on, before the last window at `last`, whose window may be that of a literal, or `last`.
 * Three bytes stand behind every position that is looked at.
 *
 * WHY six windows at once: they share a load and a branch. A window took 23 instructions alone and takes 17 now: identifiers are
 * scanned a tenth faster, prose as fast as before.
 * TRIED: the shuffles of Teddy before it (a byte's two nibbles say which of eight buckets of literals it may be in): with as many
 * literals as these 94 % of the positions of JSON pass, 55 % with sixteen buckets.
 */
export function nextWindow(ruleset: Ruleset, at: usize, last: usize): usize {
  const bitmap = ruleset.literalBitmap;
  const shift = 32 - ruleset.literalBits;
  for (; at + 5 <= last; at += 6) {
    const bytes = load<u64>(at) | FOLD_ALL;
    const hits =
      bitOf(bitmap, shift, <u32>bytes) |
      (bitOf(bitmap, shift, <u32>(bytes >> 8)) << 1) |
      (bitOf(bitmap, shift, <u32>(bytes >> 16)) << 2) |
      (bitOf(bitmap, shift, <u32>(bytes >> 24)) << 3) |
      (bitOf(bitmap, shift, <u32>(bytes >> 32)) << 4) |
      (bitOf(bitmap, shift, <u32>(bytes >> 40)) << 5);
    if (hits != 0) return min(at + ctz(hits), last);
  }
  for (; at < last; at++) {
    if (bitOf(bitmap, shift, load<u32>(at) | FOLD) != 0) return at;
  }
  return last;
}

/** The window at the end of a value, read in parts: four bytes there would reach beyond it. */
export function lastWindow(last: usize): u32 {
  return load<u16>(last) | ((<u32>load<u8>(last, 2)) << 16) | FOLD;
}

/** Some literal's window may be the lower three bytes. */
function bitOf(bitmap: usize, shift: u32, gram: u32): u32 {
  const bit = ((gram & WINDOW) * layout.LITERAL_HASH) >> shift;
  return ((<u32>load<u8>(bitmap + (bit >> 3))) >> (bit & 7)) & 1;
}

/** A literal whose window is `gram`, and which counts, stands at that window. */
function isLiteral(
  ruleset: Ruleset,
  address: u32,
  classes: u64,
  value: usize,
  len: u32,
  at: usize,
  gram: u32,
): bool {
  let i = nextLiteral(ruleset, firstLiteral(ruleset, gram), gram, value, len, at);
  while (i != NO_LITERAL) {
    const literal = ruleset.literals + <usize>(i * layout.LITERAL_SIZE);
    if (literalCounts(ruleset, literal, address, classes)) return true;
    i = nextLiteral(ruleset, load<u32>(literal, layout.LITERAL_NEXT), gram, value, len, at);
  }
  return false;
}

/** The first literal whose window hashes as `gram` does, or NO_LITERAL. */
export function firstLiteral(ruleset: Ruleset, gram: u32): u32 {
  const slot = (gram * layout.LITERAL_HASH) >> (32 - ruleset.literalSlotBits);
  return load<u32>(ruleset.literalSlots + ((<usize>slot) << 2));
}

/** Literal `i`, or the first one behind it in its chain, that stands with its window `gram` at `at`; else NO_LITERAL. */
export function nextLiteral(ruleset: Ruleset, i: u32, gram: u32, value: usize, len: u32, at: usize): u32 {
  while (i != NO_LITERAL) {
    const literal = ruleset.literals + <usize>(i * layout.LITERAL_SIZE);
    if (load<u32>(literal, layout.LITERAL_GRAM) == gram && literalIsAt(ruleset, literal, value, len, at))
      return i;
    i = load<u32>(literal, layout.LITERAL_NEXT);
  }
  return NO_LITERAL;
}

/** The condition looks at values of `classes` at `address`. */
export function looksFor(condition: usize, address: u32, classes: u64): bool {
  return (
    (load<u32>(condition, layout.CONDITION_ADDRESSES) & (1 << address)) != 0 &&
    (load<u64>(condition, layout.CONDITION_MASK_A) & classes) != 0 &&
    (load<u64>(condition, layout.CONDITION_MASK_B) & classes) != 0
  );
}

function literalCounts(ruleset: Ruleset, literal: usize, address: u32, classes: u64): bool {
  let member =
    ruleset.section(Section.LiteralConditions) + ((<usize>load<u32>(literal, layout.LITERAL_FIRST)) << 2);
  const last = member + ((<usize>load<u32>(literal, layout.LITERAL_COUNT)) << 2);
  for (; member < last; member += 4) {
    if (looksFor(ruleset.condition(load<u32>(member)), address, classes)) return true;
  }
  return false;
}

/** True when the literal, whose window is at `gramAt`, stands there in the `valueLen` bytes at `value`, case folded. */
function literalIsAt(ruleset: Ruleset, literal: usize, value: usize, valueLen: u32, gramAt: usize): bool {
  const len = <u32>load<u16>(literal, layout.LITERAL_LENGTH);
  const before = <u32>load<u16>(literal, layout.LITERAL_GRAM_AT);
  if (before > <u32>(gramAt - value)) return false;
  const from = gramAt - before;
  if (len > <u32>(value + valueLen - from)) return false;
  const text = ruleset.blob + load<u32>(literal, layout.LITERAL_TEXT);
  for (let i: u32 = 0; i < len; i++) {
    if (lowerByte(load<u8>(from + i)) != load<u8>(text + i)) return false;
  }
  return true;
}
