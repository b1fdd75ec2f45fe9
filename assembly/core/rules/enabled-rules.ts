// Which conditions belong to a rule that is to be evaluated in this transaction.

import { exclusionMode } from "./exclusions";
import * as layout from "./layout";
import { Section } from "./layout";
import { pathFits } from "./path-match";
import { RuleState } from "./rule-state";
import { Ruleset } from "./ruleset";

/** The condition's rule is enabled, and no exclusion bypasses it. */
export function isEnabled(ruleset: Ruleset, state: RuleState, condition: usize): bool {
  return isRuleEnabled(ruleset, state, load<u32>(condition, layout.CONDITION_RULE));
}

/** The rule is enabled, and no exclusion bypasses it. */
export function isRuleEnabled(ruleset: Ruleset, state: RuleState, rule: u32): bool {
  if (!ruleset.isOn(rule)) return false;
  return exclusionMode(state.modeOf(rule)) != layout.ExclusionMode.Bypass;
}

/**
 * A negated condition of an enabled rule looks at values of `lane` at `path`: it must see every one of them.
 * WHY the path: one that asks for a header field that hardly any request has would have every other field evaluated anew.
 */
export function looksNegated(ruleset: Ruleset, state: RuleState, lane: usize, path: usize): bool {
  let at = ruleset.section(Section.Negated) + ((<usize>load<u32>(lane, layout.LANE_NEGATED)) << 2);
  const end = at + ((<usize>load<u32>(lane, layout.LANE_NEGATED + 4)) << 2);
  for (; at < end; at += 4) {
    const condition = ruleset.condition(load<u32>(at));
    if (isEnabled(ruleset, state, condition) && looksAt(ruleset, condition, lane, path)) return true;
  }
  return false;
}

/** The condition has a probe in the lane that the path fits. */
function looksAt(ruleset: Ruleset, condition: usize, lane: usize, path: usize): bool {
  const end = ruleset.endOfProbes(condition);
  for (let probe = ruleset.firstProbe(condition); probe < end; probe += layout.PROBE_SIZE) {
    if (ruleset.isInLane(probe, lane) && pathFits(ruleset, probe, path)) return true;
  }
  return false;
}
