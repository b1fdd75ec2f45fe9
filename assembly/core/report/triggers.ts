// The `triggers` of an event, in the shape of Datadog's `_dd.appsec.json`: one per rule type, the first rule of the
// type that matched, those that block before those that only monitor.

import { ADDRESS_NAMES } from "../address";
import { ByteWriter } from "../bytes/byte-writer";
import { appendJsonString } from "../bytes/json-text";
import { JsonDocument } from "../document/json-document";
import { Policy } from "../policy";
import { exclusionMode } from "../rules/exclusions";
import {
  ACTION_ID,
  ActionKind,
  CONDITION_INDEX,
  CONDITION_NEGATED,
  CONDITION_OPERATOR,
  CONDITION_RULE,
  CONDITION_VALUE,
  ExclusionMode,
  OPERATOR_NAMES,
  RULE_CONDITION_COUNT,
  RULE_FIRST_CONDITION,
  RULE_ID,
  RULE_NAME,
  RULE_ON_MATCH,
  RULE_TAGS,
  RULE_TYPE,
  RuleFlag,
} from "../rules/layout";
import { RuleEffect } from "../rules/rule-effect";
import { Match, RuleState } from "../rules/rule-state";
import { Ruleset } from "../rules/ruleset";
import { Redaction } from "./redact";

/** Rules an event names at most. */
const TRIGGER_LIMIT = 32;
/** Rules chosen for the event; one per VM, filled and read within one call. */
const chosen: StaticArray<u32> = new StaticArray<u32>(TRIGGER_LIMIT);
let chosenCount = 0;

/** Chooses the rules of `state` that the event names; returns how many. */
export function chooseRules(state: RuleState): u32 {
  chosenCount = 0;
  const ruleset = state.ruleset;
  if (ruleset === null || state.matchedRules == 0) return 0;
  for (let pass = 0; pass < 2; pass++) {
    for (let i: u32 = 0; i < ruleset.ruleCount && chosenCount < TRIGGER_LIMIT; i++) {
      if (!state.hasMatched(i) || state.isBlocking(i) != (pass == 0)) continue;
      if ((load<u32>(ruleset.flags + ((<usize>i) << 2)) & RuleFlag.Event) == 0) continue;
      if (hasType(ruleset, load<u32>(ruleset.rule(i), RULE_TYPE))) continue;
      unchecked((chosen[chosenCount++] = i));
    }
  }
  return chosenCount;
}

/** Ids of the chosen rules, comma-separated JSON strings; `first` tells whether something stands before them. */
export function appendRuleIds(out: ByteWriter, state: RuleState, first: bool): void {
  const ruleset = state.ruleset;
  if (ruleset === null) return;
  for (let i = 0; i < chosenCount; i++) {
    if (i != 0 || !first) out.byte(0x2c);
    appendText(out, ruleset, ruleset.rule(unchecked(chosen[i])) + RULE_ID);
  }
}

/** The chosen rules as triggers, comma-separated. */
export function appendTriggers(
  out: ByteWriter,
  policy: Policy,
  state: RuleState,
  redaction: Redaction,
  first: bool,
): void {
  const ruleset = state.ruleset;
  if (ruleset === null) return;
  for (let i = 0; i < chosenCount; i++) {
    if (i != 0 || !first) out.byte(0x2c);
    appendTrigger(out, policy, state, ruleset, unchecked(chosen[i]), redaction);
  }
}

function hasType(ruleset: Ruleset, type: u32): bool {
  for (let i = 0; i < chosenCount; i++) {
    if (load<u32>(ruleset.rule(unchecked(chosen[i])), RULE_TYPE) == type) return true;
  }
  return false;
}

function appendText(out: ByteWriter, ruleset: Ruleset, field: usize): void {
  appendJsonString(out, ruleset.textAt(field), load<u32>(field, 4));
}

function appendRaw(out: ByteWriter, ruleset: Ruleset, field: usize): void {
  out.bytes(ruleset.textAt(field), load<u32>(field, 4));
}

function appendTrigger(
  out: ByteWriter,
  policy: Policy,
  state: RuleState,
  ruleset: Ruleset,
  rule: u32,
  redaction: Redaction,
): void {
  const record = ruleset.rule(rule);
  out.text('{"rule":{"id":');
  appendText(out, ruleset, record + RULE_ID);
  out.text(',"name":');
  appendText(out, ruleset, record + RULE_NAME);
  const effect = ruleset.effect(rule);
  out.text(',"tags":');
  if (effect != 0 && changetype<RuleEffect>(effect).tagsLen != 0)
    out.bytes(changetype<RuleEffect>(effect).tagsAt, changetype<RuleEffect>(effect).tagsLen);
  else appendRaw(out, ruleset, record + RULE_TAGS);
  out.text(',"on_match":');
  appendOnMatch(out, policy, state, ruleset, rule);
  out.text('},"rule_matches":[');
  const first = load<u32>(record, RULE_FIRST_CONDITION);
  const count = load<u32>(record, RULE_CONDITION_COUNT);
  let written = false;
  for (let i = first; i < first + count; i++) {
    const match = findMatch(state, i);
    if (match == 0) continue;
    if (written) out.byte(0x2c);
    appendMatch(out, ruleset, changetype<Match>(match), redaction);
    written = true;
  }
  out.text("]}");
}

/** What the rule asks for: its own actions or an override's, and what an exclusion puts before them. */
function appendOnMatch(out: ByteWriter, policy: Policy, state: RuleState, ruleset: Ruleset, rule: u32): void {
  const mode = exclusionMode(state.modeOf(rule));
  const effect = ruleset.effect(rule);
  const given = effect != 0 && changetype<RuleEffect>(effect).onMatchLen != 0;
  const own = ruleset.rule(rule) + RULE_ON_MATCH;
  const at = given ? changetype<RuleEffect>(effect).onMatchAt : ruleset.textAt(own);
  const len = given ? changetype<RuleEffect>(effect).onMatchLen : load<u32>(own, 4);
  if (mode == ExclusionMode.Monitor && !state.isBlocking(rule)) {
    out.byte(0x5b);
    const action = policy.exclusions.actionOf(state.modeOf(rule));
    if (action < 2) out.text('"monitor"');
    else appendText(out, policy.custom, policy.actionRecord(action) + ACTION_ID);
    appendHarmless(out, policy, at, len);
  } else if (mode == ExclusionMode.Custom && state.isBlocking(rule)) {
    const action = policy.actionOf(state, rule);
    out.byte(0x5b);
    if (action == 0) out.text('"block"');
    else appendText(out, policy.actionTable(state, rule), action + ACTION_ID);
    appendHarmless(out, policy, at, len);
  } else {
    out.bytes(at, len);
  }
}

/** Those of the ids in the JSON array at `at` that neither block nor monitor, each after a comma, and the bracket. */
function appendHarmless(out: ByteWriter, policy: Policy, at: usize, len: u32): void {
  const doc = new JsonDocument();
  if (doc.parse(at, len)) {
    for (let item = doc.first(doc.root()); item != 0; item = doc.next(item)) {
      if (policy.kindOfAction(doc.textAt(item), doc.textLen(item)) != ActionKind.Other) continue;
      out.byte(0x2c);
      appendJsonString(out, doc.textAt(item), doc.textLen(item));
    }
  }
  doc.free();
  heap.free(changetype<usize>(doc));
  out.byte(0x5d);
}

function findMatch(state: RuleState, condition: u32): usize {
  for (let at = state.matches; at != 0; at = changetype<Match>(at).next) {
    if (changetype<Match>(at).condition == condition) return at;
  }
  return 0;
}

function appendMatch(out: ByteWriter, ruleset: Ruleset, match: Match, redaction: Redaction): void {
  const condition = ruleset.condition(match.condition);
  out.text(load<u8>(condition, CONDITION_NEGATED) ? '{"operator":"!' : '{"operator":"');
  out.text(OPERATOR_NAMES[load<u8>(condition, CONDITION_OPERATOR)]);
  out.text('","operator_value":');
  appendText(out, ruleset, condition + CONDITION_VALUE);
  out.text(',"parameters":[{"address":"');
  out.text(ADDRESS_NAMES[match.address]);
  out.text('","key_path":[');
  if (match.pathLen != 0) out.bytes(match.pathAt, match.pathLen);
  out.text('],"value":');
  const hidden =
    redaction.hides(match.keyAt, match.keyLen, match.valueAt, match.valueLen) ||
    redaction.hidesUnder(match.pathAt, match.pathLen);
  if (hidden) out.text('"<Redacted>"');
  else appendJsonString(out, match.valueAt, match.valueLen);
  out.text(',"highlight":[');
  if (hidden) out.text('"<Redacted>"');
  else if (match.highlightLen != 0) appendJsonString(out, match.highlightAt, match.highlightLen);
  out.text("]}]}");
}
