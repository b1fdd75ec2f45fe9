// Rules on single inputs, without parsers: a table is loaded, inputs are pushed, and both evaluators judge them.

import { Arena } from "../core/bytes/arena";
import { ByteWriter } from "../core/bytes/byte-writer";
import { appendJsonString } from "../core/bytes/json-text";
import { Inputs } from "../core/inputs/inputs";
import { Redaction } from "../core/report/redact";
import { NO_RULE, appendTriggers, chooseRules, decidingRule, ruleBlocks } from "../core/report/triggers";
import { LoadError, checksum, loadRuleset } from "../core/rules/ruleset-loader";
import {
  ACTION_KIND,
  ACTION_LOCATION,
  ACTION_SIZE,
  ACTION_STATUS,
  ACTION_TEMPLATE,
  RULE_ACTION,
  RULE_FLAGS,
  Section,
} from "../core/rules/layout";
import { PlainEvaluator } from "../core/rules/plain-eval";
import { Evaluator } from "../core/rules/rule-eval";
import { RuleState } from "../core/rules/rule-state";
import { Ruleset } from "../core/rules/ruleset";

const BUDGET: i64 = 1 << 40;

const inputs = new Inputs();
const evaluator = new Evaluator();
const plain = new PlainEvaluator();
const state = new RuleState();
const keep = new Arena();
const ruleset = new Ruleset();
const findings = new ByteWriter();
/** Hides nothing. */
const redaction = new Redaction();
let table: usize = 0;

/** Loads a copy of the table at `at` and begins; answers a LoadError, 0 = loaded. */
export function loadTable(at: usize, size: u32): u32 {
  const copy = heap.alloc(size);
  memory.copy(copy, at, size);
  const error = loadRuleset(ruleset, copy, size);
  if (error != LoadError.None) {
    heap.free(copy);
    return error;
  }
  if (table != 0) heap.free(table);
  table = copy;
  if (ruleset.flags != 0) heap.free(ruleset.flags);
  ruleset.flags = heap.alloc((ruleset.ruleCount + 1) << 2);
  for (let i: u32 = 0; i < ruleset.ruleCount; i++) {
    store<u32>(ruleset.flags + ((<usize>i) << 2), load<u32>(ruleset.rule(i), RULE_FLAGS));
  }
  beginInputs();
  return error;
}

/** The checksum a table ought to carry. */
export function tableChecksum(at: usize, size: u32): u32 {
  return checksum(at, size);
}

export function tableRules(): u32 {
  return ruleset.ruleCount;
}

/** Forgets all inputs and what they matched. */
export function beginInputs(): void {
  inputs.clear();
  keep.reset();
  state.begin(ruleset, keep);
  plain.begin(ruleset);
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

/** The evaluator alone looks at what was pushed. */
export function judgeInputs(now: u64): void {
  evaluator.budget = BUDGET;
  evaluator.now = now;
  evaluator.evaluate(state, inputs, keep);
  inputs.clear();
}

/**
 * What the evaluator found, as JSON at findingsAt(): `triggers` in the form of an event's, and the `action` of the
 * rule that decides (kind 0 = none, else ActionKind; status 0 = the default action). Answers its length.
 */
export function composeFindings(): u32 {
  findings.clear();
  findings.text('{"triggers":[');
  chooseRules(state);
  appendTriggers(findings, state, redaction, true);
  findings.byte(0x5d);
  const rule = decidingRule(state);
  if (rule != NO_RULE && ruleBlocks(state, rule)) appendAction(load<u32>(ruleset.rule(rule), RULE_ACTION));
  findings.byte(0x7d);
  return findings.length;
}

export function findingsAt(): usize {
  return findings.at;
}

/** `number` as in RULE_ACTION. */
function appendAction(number: u32): void {
  if (number < 2) {
    findings.text(',"action":{"kind":1,"status":0,"type":"","location":""}');
    return;
  }
  const record = ruleset.section(Section.Actions) + <usize>(number - 2) * ACTION_SIZE;
  findings.text(',"action":{"kind":');
  findings.decimal(load<u32>(record, ACTION_KIND));
  findings.text(',"status":');
  findings.decimal(load<u32>(record, ACTION_STATUS));
  findings.text(',"type":');
  const template = record + ACTION_TEMPLATE;
  appendJsonString(findings, ruleset.textAt(template), load<u32>(template, 4));
  findings.text(',"location":');
  const location = record + ACTION_LOCATION;
  appendJsonString(findings, ruleset.textAt(location), load<u32>(location, 4));
  findings.byte(0x7d);
}

/** No more inputs of these addresses (bit per address) come. */
export function finishInputs(addresses: u32): void {
  evaluator.finishAddresses(state, addresses, keep);
}

/** Bit 0: the evaluator matched the rule; bit 1: the plain one did. */
export function ruleMatched(rule: u32): u32 {
  return (state.hasMatched(rule) ? 1 : 0) | (plain.hasMatched(rule) ? 2 : 0);
}
