// A chain's transformations applied one after the other, as those who explain and those who check the evaluator need it.

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
