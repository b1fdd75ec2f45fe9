// Rules on single inputs, without parsers: a table is loaded, inputs are pushed, and both evaluators judge them.

import { Arena } from "../core/bytes/arena";
import { ByteWriter } from "../core/bytes/byte-writer";
import { Text } from "../core/bytes/text";
import { Config } from "../core/config/config";
import { Inputs } from "../core/inputs/inputs";
import { CUSTOM, Policy } from "../core/policy";
import { Decision, appendActions, chooseRule } from "../core/report/decision";
import { Redaction } from "../core/report/redact";
import { appendTriggers, chooseRules } from "../core/report/triggers";
import { PlainEvaluator } from "../core/rules/plain-eval";
import { Evaluator } from "../core/rules/rule-eval";
import { RuleState } from "../core/rules/rule-state";
import { LoadError, checksum } from "../core/rules/ruleset-loader";

const BUDGET: i64 = 1 << 40;
const ALL_ADDRESSES: u32 = 0xffffffff;

const inputs = new Inputs();
const evaluator = new Evaluator();
const plain = new PlainEvaluator();
const state = new RuleState();
const filters = new RuleState();
const keep = new Arena();
const decision = new Decision();
const bytes = new ByteWriter();
const findings = new ByteWriter();
const noId = new Text();
/** Hides nothing. */
const redaction = new Redaction();
/** One that has this table alone. */
let policy = new Policy(new Config());

/** Loads a copy of the table at `at` and begins; answers a LoadError, 0 = loaded. */
export function loadTable(at: usize, size: u32): u32 {
  const made = new Policy(new Config());
  bytes.clear();
  bytes.bytes(at, size);
  const error = made.useCustom(bytes);
  if (error != LoadError.None) {
    made.release();
    return error;
  }
  made.settle();
  policy.release();
  policy = made;
  beginInputs();
  return error;
}

/** The checksum a table ought to carry. */
export function tableChecksum(at: usize, size: u32): u32 {
  return checksum(at, size);
}

export function tableRules(): u32 {
  return policy.custom.ruleCount;
}

/** Forgets all inputs and what they matched. */
export function beginInputs(): void {
  inputs.clear();
  keep.reset();
  state.begin(policy.custom, keep);
  plain.begin(policy.custom);
  if (policy.exclusions.filters.ruleCount != 0) {
    filters.begin(policy.exclusions.filters, keep);
    policy.exclusions.begin(state, filters, CUSTOM);
  }
  evaluator.blockMatched = false;
}

/**
 * Pushes an input whose bytes and path stay the caller's until drainInputs(). The path is (u32 length, bytes)* from
 * the root; a length of 0xffffffff is followed by an array index as u32.
 */
export function pushInput(address: u32, kind: u32, path: usize, pathLen: u32, at: usize, len: u32): bool {
  let node: usize = 0;
  for (let p = path; p < path + pathLen; p += 4) {
    const size = load<u32>(p);
    if (size == 0xffffffff) {
      node = inputs.indexNode(node, load<i32>(p, 4));
      p += 4;
    } else {
      node = inputs.keyNode(node, p + 4, size);
      p += size;
    }
  }
  return inputs.push(address, kind, node, at, len);
}

/** Both evaluators look at what was pushed; `now` in Unix seconds. */
export function drainInputs(now: u64): void {
  evaluator.budget = BUDGET;
  evaluator.now = now;
  evaluator.evaluate(state, inputs, keep);
  plain.evaluate(inputs, now);
  inputs.clear();
}

/** The evaluator alone looks at what was pushed; to exclusions it is all there is. */
export function judgeInputs(now: u64): void {
  evaluator.budget = BUDGET;
  evaluator.now = now;
  if (policy.exclusions.filters.ruleCount != 0) {
    evaluator.evaluate(filters, inputs, keep);
    evaluator.finishAddresses(filters, ALL_ADDRESSES, keep);
    policy.exclusions.update(state, filters, keep);
  }
  evaluator.evaluate(state, inputs, keep);
  inputs.clear();
}

/**
 * What the evaluator found, as JSON at findingsAt(): `triggers` and `actions` in the form of an event's. Answers its
 * length.
 */
export function composeFindings(): u32 {
  findings.clear();
  findings.text('{"triggers":[');
  chooseRules(state);
  appendTriggers(findings, policy, state, redaction, true);
  findings.text('],"actions":{');
  decision.blocks = false;
  chooseRule(policy, state, decision, 0);
  if (decision.blocks) appendActions(findings, policy.config, decision, noId);
  else findings.byte(0x7d);
  findings.byte(0x7d);
  return findings.length;
}

export function findingsAt(): usize {
  return findings.at;
}

/** No more inputs of these addresses (bit per address) come. */
export function finishInputs(addresses: u32): void {
  evaluator.finishAddresses(state, addresses, keep);
}

/** Bit 0: the evaluator matched the rule; bit 1: the plain one did. */
export function ruleMatched(rule: u32): u32 {
  return (state.hasMatched(rule) ? 1 : 0) | (plain.hasMatched(rule) ? 2 : 0);
}
