// Applies a table's Overrides to the rules of a ruleset: those by tags first, those by id after them, as libddwaf does.
// Rules from `custom_rules` are their author's own to change and are left alone.

import { Arena } from "../bytes/arena";
import { ByteWriter } from "../bytes/byte-writer";
import { appendJsonString } from "../bytes/json-text";
import { JsonDocument, JsonKind } from "../document/json-document";
import {
  OVERRIDE_ACTION,
  OVERRIDE_FLAGS,
  OVERRIDE_ON_MATCH,
  OVERRIDE_SIZE,
  OVERRIDE_TAGS,
  OVERRIDE_TARGETS,
  OverrideFlag,
  RULE_TAGS,
  RuleFlag,
  Section,
} from "./layout";
import { RULE_EFFECT_SIZE, RuleEffect } from "./rule-effect";
import { TargetedRule } from "./rule-targets";
import { Ruleset } from "./ruleset";

/** Overrides of `table` → flags and effects of `ruleset`; what has to be kept goes into `kept`. */
export function applyOverrides(table: Ruleset, ruleset: Ruleset, kept: Arena): void {
  if (table.size == 0 || table.count(Section.Overrides) == 0 || ruleset.ruleCount == 0) return;
  if (ruleset.effects == 0) ruleset.effects = kept.allocZeroed(ruleset.ruleCount << 2);
  if (ruleset.effects == 0) return;
  const rule = new TargetedRule();
  const text = new ByteWriter();
  for (let pass: u32 = 0; pass < 2; pass++) {
    for (let i: u32 = 0; i < ruleset.ruleCount; i++) {
      if ((load<u32>(ruleset.flags + ((<usize>i) << 2)) & RuleFlag.Custom) != 0) continue;
      rule.take(ruleset, i);
      overrideRule(table, ruleset, i, rule, pass == 0, kept, text);
    }
  }
  text.free();
  heap.free(changetype<usize>(text));
  rule.free();
}

function overrideRule(
  table: Ruleset,
  ruleset: Ruleset,
  number: u32,
  rule: TargetedRule,
  byTags: bool,
  kept: Arena,
  text: ByteWriter,
): void {
  const records = table.section(Section.Overrides);
  const flags = ruleset.flags + ((<usize>number) << 2);
  for (let i: u32 = 0; i < table.count(Section.Overrides); i++) {
    const record = records + <usize>i * OVERRIDE_SIZE;
    const what = load<u32>(record, OVERRIDE_FLAGS);
    if (((what & OverrideFlag.ByTags) != 0) != byTags) continue;
    if (!rule.isTargeted(table, load<u32>(record, OVERRIDE_TARGETS), load<u32>(record, OVERRIDE_TARGETS + 4)))
      continue;
    if ((what & OverrideFlag.SetsEnabled) != 0) {
      const others = load<u32>(flags) & ~RuleFlag.Enabled;
      store<u32>(flags, (what & OverrideFlag.Enabled) != 0 ? others | RuleFlag.Enabled : others);
    }
    const effect = effectOf(ruleset, number, kept);
    if (effect == 0) continue;
    if ((what & OverrideFlag.SetsOnMatch) != 0)
      setOnMatch(table, record, changetype<RuleEffect>(effect), flags);
    if (load<u32>(record, OVERRIDE_TAGS + 4) != 0)
      addTags(table, record, ruleset, number, changetype<RuleEffect>(effect), kept, text);
  }
}

function effectOf(ruleset: Ruleset, rule: u32, kept: Arena): usize {
  const slot = ruleset.effects + ((<usize>rule) << 2);
  if (load<u32>(slot) == 0) store<u32>(slot, <u32>kept.allocZeroed(RULE_EFFECT_SIZE));
  return load<u32>(slot);
}

function setOnMatch(table: Ruleset, record: usize, effect: RuleEffect, flags: usize): void {
  effect.onMatchAt = table.textAt(record + OVERRIDE_ON_MATCH);
  effect.onMatchLen = load<u32>(record, OVERRIDE_ON_MATCH + 4);
  effect.action = load<u32>(record, OVERRIDE_ACTION);
  const others = load<u32>(flags) & ~RuleFlag.Block;
  store<u32>(flags, effect.action != 0 ? others | RuleFlag.Block : others);
}

/** The rule's tags and behind them those of the override that it does not have. */
function addTags(
  table: Ruleset,
  record: usize,
  ruleset: Ruleset,
  rule: u32,
  effect: RuleEffect,
  kept: Arena,
  text: ByteWriter,
): void {
  const field = ruleset.rule(rule) + RULE_TAGS;
  const at = effect.tagsLen != 0 ? effect.tagsAt : ruleset.textAt(field);
  const len = effect.tagsLen != 0 ? effect.tagsLen : load<u32>(field, 4);
  const own = new JsonDocument();
  const more = new JsonDocument();
  const read =
    own.parse(ruleset.textAt(field), load<u32>(field, 4)) &&
    more.parse(table.textAt(record + OVERRIDE_TAGS), load<u32>(record, OVERRIDE_TAGS + 4));
  if (read && len >= 2) {
    text.clear();
    text.bytes(at, len - 1);
    for (let tag = more.first(more.root()); tag != 0; tag = more.next(tag)) {
      if (more.kind(tag) != JsonKind.String || hasMember(own, more, tag)) continue;
      if (text.length > 1) text.byte(0x2c);
      appendJsonString(text, more.keyAt(tag), more.keyLen(tag));
      text.byte(0x3a);
      appendJsonString(text, more.textAt(tag), more.textLen(tag));
    }
    text.byte(0x7d);
    effect.tagsAt = kept.copy(text.at, text.length);
    effect.tagsLen = effect.tagsAt == 0 ? 0 : text.length;
  }
  own.free();
  more.free();
  heap.free(changetype<usize>(own));
  heap.free(changetype<usize>(more));
}

function hasMember(doc: JsonDocument, other: JsonDocument, member: u32): bool {
  for (let tag = doc.first(doc.root()); tag != 0; tag = doc.next(tag)) {
    if (doc.keyLen(tag) != other.keyLen(member)) continue;
    if (memory.compare(doc.keyAt(tag), other.keyAt(member), doc.keyLen(tag)) == 0) return true;
  }
  return false;
}
