// Which rule decides a transaction, for the reply, the response-code details and the filter state.

import { Text, text } from "../bytes/text";
import { LIMIT_NAMES } from "../limits";
import { RULE_ID } from "../rules/layout";
import { RuleState } from "../rules/rule-state";
import { Transaction } from "../transaction";
import { NO_RULE, decidingRule, ruleBlocks } from "./triggers";

@unmanaged
export class Decision {
  /** Id of the deciding rule, or `limit:<name>` when a limit decided. */
  rule: Text = new Text();
  /** The rule's own action record, 0 for the default; its texts are offsets from `blob`. */
  action: usize = 0;
  blob: usize = 0;
}

const LIMITS = limitTexts();
const NOTHING = text("none");

/** Fills `decision` for `tx`: a blocking rule before one that monitors, shipped rules before custom ones. */
export function decide(tx: Transaction, decision: Decision): void {
  decision.action = 0;
  decision.rule.at = NOTHING.at;
  decision.rule.len = NOTHING.len;
  if (tx.limits != 0) {
    const limit = LIMITS[ctz(tx.limits)];
    decision.rule.at = limit.at;
    decision.rule.len = limit.len;
  }
  const shipped = decidingRule(tx.shipped);
  const custom = decidingRule(tx.custom);
  const shippedBlocks = shipped != NO_RULE && ruleBlocks(tx.shipped, shipped);
  const customBlocks = custom != NO_RULE && ruleBlocks(tx.custom, custom);
  if (shipped != NO_RULE && (shippedBlocks || !customBlocks)) take(tx, tx.shipped, shipped, decision);
  else if (custom != NO_RULE) take(tx, tx.custom, custom, decision);
}

function take(tx: Transaction, state: RuleState, rule: u32, decision: Decision): void {
  const ruleset = state.ruleset;
  if (ruleset === null) return;
  const field = ruleset.rule(rule) + RULE_ID;
  decision.rule.at = ruleset.textAt(field);
  decision.rule.len = load<u32>(field, 4);
  decision.action = tx.policy.actionOf(ruleset, rule);
  decision.blob = ruleset.blob;
}

function limitTexts(): Array<Text> {
  const out: Array<Text> = [];
  for (let i = 0; i < LIMIT_NAMES.length; i++) out.push(text("limit:" + LIMIT_NAMES[i]));
  return out;
}
