// A chain's transformations applied one after the other, as those who explain and those who check the evaluator need it.

import { lowerByte } from "../bytes/ascii";
import { ByteWriter } from "../bytes/byte-writer";
import { transform } from "../transform/transformation";
import { CHAIN_STEPS } from "./layout";
import { Ruleset } from "./ruleset";

/** The result of all steps of `chain`, in `first` or `second`; null when they change nothing. */
export function applySteps(
  ruleset: Ruleset,
  chain: usize,
  at: usize,
  len: u32,
  first: ByteWriter,
  second: ByteWriter,
): ByteWriter | null {
  const steps = ruleset.blob + load<u32>(chain, CHAIN_STEPS);
  let out: ByteWriter | null = null;
  for (let i: u32 = 0; i < load<u32>(chain, CHAIN_STEPS + 4); i++) {
    const next = out === first ? second : first;
    next.clear();
    const id = load<u8>(steps + i);
    const changed = out === null ? transform(id, at, len, next) : transform(id, out.at, out.length, next);
    if (changed) out = next;
  }
  return out;
}

/** The `len` bytes at `result` are those at `at` in lower case. */
export function isLowerCaseOf(result: usize, at: usize, len: u32): bool {
  const end = at + len;
  for (; at + 16 <= end; at += 16, result += 16) {
    const bytes = v128.load(at);
    const capitals = i8x16.le_u(i8x16.sub(bytes, i8x16.splat(0x41)), i8x16.splat(25));
    const lower = v128.or(bytes, v128.and(capitals, i8x16.splat(0x20)));
    if (v128.any_true(v128.xor(lower, v128.load(result)))) return false;
  }
  for (; at < end; at++, result++) {
    if (lowerByte(load<u8>(at)) != load<u8>(result)) return false;
  }
  return true;
}
