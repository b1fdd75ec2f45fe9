// What overrides made of a rule. Lives in its policy's memory; its texts are there or in the table that overrides.

@unmanaged
export class RuleEffect {
  /** JSON array; empty = the rule's own. */
  onMatchAt: usize = 0;
  onMatchLen: u32 = 0;
  /** As RULE_ACTION, of the table that overrides; counts when there is an `onMatch`. */
  action: u32 = 0;
  /** JSON object; empty = the rule's own. */
  tagsAt: usize = 0;
  tagsLen: u32 = 0;
}

export const RULE_EFFECT_SIZE: u32 = 20;
