// What a rule's tags decide: the level from which on it looks, and whether we are sure enough of it to block.

import { JsonDocument } from "../document/json-document";
import { LEVEL_NAMES, RULE_LEVEL_SHIFT, RuleFlag } from "../rules/layout";

/** Flags of a rule with these tags; `flags` are those it has by its other parts. */
export function applyTags(doc: JsonDocument, tags: u32, flags: u32): u32 {
  // Confidence 0 is a guess: it is reported, whatever on_match says.
  if (doc.textIs(doc.get(tags, "confidence"), "0")) flags &= ~RuleFlag.Block;
  const level = doc.get(tags, "level");
  for (let i = 1; i < LEVEL_NAMES.length; i++) {
    if (doc.textIs(level, LEVEL_NAMES[i])) flags |= i << RULE_LEVEL_SHIFT;
  }
  return flags;
}
