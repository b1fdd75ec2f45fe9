// Whether a literal of the prefilter stands where its window hashed to.

import { lowerByte } from "../bytes/ascii";
import * as layout from "./layout";
import { Ruleset } from "./ruleset";

/** True when the literal, whose window is at `gramAt`, stands there in the `valueLen` bytes at `value`, case folded. */
export function literalIsAt(
  ruleset: Ruleset,
  literal: usize,
  value: usize,
  valueLen: u32,
  gramAt: usize,
): bool {
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
