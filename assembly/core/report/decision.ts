// Which rule decides a transaction, for the reply, the response-code details and the filter state.

import { ByteWriter } from "../bytes/byte-writer";
import { appendJsonString } from "../bytes/json-text";
import { Text, text } from "../bytes/text";
import { Config } from "../config/config";
import { LIMIT_NAMES } from "../limits";
import { Policy } from "../policy";
import {
  ACTION_GRPC,
  ACTION_KIND,
  ACTION_LOCATION,
  ACTION_STATUS,
  ACTION_TEMPLATE,
  ActionKind,
  RULE_ID,
  RuleFlag,
} from "../rules/layout";
import { RuleState } from "../rules/rule-state";
import { Ruleset } from "../rules/ruleset";
import { Transaction } from "../transaction";

@unmanaged
export class Decision {
  /** Id of the deciding rule, or `limit:<name>` when a limit decided. */
  rule: Text = new Text();
  /** The action record that counts, 0 for the default; its texts are offsets from `blob`. */
  action: usize = 0;
  blob: usize = 0;
  /** A rule asks for a block. */
  blocks: bool = false;
}

/** How much a rule has to say: the greatest decides, the first of equals. */
enum Rank {
  None,
  /** Matched, but tells nothing: see `output` of rules. */
  Silent,
  Monitor,
  Block,
  Redirect,
}

const LIMITS = limitTexts();
const NOTHING = text("none");

/** Fills `decision` for `tx`: a redirect before a block before one that monitors, shipped rules before custom ones. */
export function decide(tx: Transaction, decision: Decision): void {
  decision.action = 0;
  decision.blocks = false;
  decision.rule.at = NOTHING.at;
  decision.rule.len = NOTHING.len;
  if (tx.limits != 0) {
    const limit = LIMITS[ctz(tx.limits)];
    decision.rule.at = limit.at;
    decision.rule.len = limit.len;
  }
  const best = chooseRule(tx.policy, tx.shipped, decision, 0);
  chooseRule(tx.policy, tx.custom, decision, best);
}

/** Takes the rule of `state` that ranks highest, if above `least`; answers the rank reached. */
export function chooseRule(policy: Policy, state: RuleState, decision: Decision, least: u32): u32 {
  const ruleset = state.ruleset;
  if (ruleset === null || state.matchedRules == 0) return least;
  let best = max<u32>(least, Rank.Silent);
  for (let i: u32 = 0; i < ruleset.ruleCount && best != Rank.Redirect; i++) {
    const rank = state.hasMatched(i) ? rankOf(policy, state, ruleset, i) : <u32>Rank.None;
    if (rank <= best) continue;
    best = rank;
    take(policy, state, ruleset, i, decision);
  }
  return best;
}

function rankOf(policy: Policy, state: RuleState, ruleset: Ruleset, rule: u32): u32 {
  if (state.isBlocking(rule)) {
    const action = policy.actionOf(state, rule);
    const redirects = action != 0 && load<u32>(action, ACTION_KIND) == ActionKind.Redirect;
    return redirects ? Rank.Redirect : Rank.Block;
  }
  const flags = load<u32>(ruleset.flags + ((<usize>rule) << 2));
  return (flags & (RuleFlag.Event | RuleFlag.Keep)) != 0 ? Rank.Monitor : Rank.Silent;
}

function take(policy: Policy, state: RuleState, ruleset: Ruleset, rule: u32, decision: Decision): void {
  const field = ruleset.rule(rule) + RULE_ID;
  decision.rule.at = ruleset.textAt(field);
  decision.rule.len = load<u32>(field, 4);
  decision.blocks = state.isBlocking(rule);
  decision.action = decision.blocks ? policy.actionOf(state, rule) : 0;
  decision.blob = policy.actionTable(state, rule).blob;
}

/** Appends `"block_request":{…}}` in libddwaf's shape, with the brace that ends the object around it. */
export function appendActions(out: ByteWriter, config: Config, decision: Decision, id: Text): void {
  const action = decision.action;
  const redirects =
    action != 0 ? load<u32>(action, ACTION_KIND) == ActionKind.Redirect : config.redirectLocation.len != 0;
  out.text(redirects ? '"redirect_request":{"status_code":' : '"block_request":{"status_code":');
  if (action != 0) out.decimal(load<u32>(action, ACTION_STATUS));
  else out.decimal(redirects ? config.redirectStatus : config.blockStatus);
  if (redirects) {
    out.text(',"location":');
    if (action == 0) appendJsonString(out, config.redirectLocation.at, config.redirectLocation.len);
    else
      appendJsonString(
        out,
        decision.blob + load<u32>(action, ACTION_LOCATION),
        load<u32>(action, ACTION_LOCATION + 4),
      );
  } else {
    const named = action != 0 && load<u32>(action, ACTION_TEMPLATE + 4) != 0;
    out.text(',"type":');
    if (named)
      appendJsonString(
        out,
        decision.blob + load<u32>(action, ACTION_TEMPLATE),
        load<u32>(action, ACTION_TEMPLATE + 4),
      );
    else out.text('"auto"');
    if (action != 0) {
      out.text(',"grpc_status_code":');
      out.decimal(load<u32>(action, ACTION_GRPC));
    }
  }
  if (id.len != 0) {
    out.text(',"security_response_id":');
    appendJsonString(out, id.at, id.len);
  }
  out.text("}}");
}

function limitTexts(): Array<Text> {
  const out: Array<Text> = [];
  for (let i = 0; i < LIMIT_NAMES.length; i++) out.push(text("limit:" + LIMIT_NAMES[i]));
  return out;
}
