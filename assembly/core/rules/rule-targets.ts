// Which rules of a ruleset an entry of Targets is about. The targets may be of another table: exclusions and overrides
// of a configuration are about the shipped rules too.

import { equalBytes } from "../bytes/ascii";
import { JsonDocument } from "../document/json-document";
import {
  RULE_ID,
  RULE_TAGS,
  Section,
  TARGET_ID,
  TARGET_KIND,
  TARGET_SIZE,
  TARGET_TAGS,
  TargetKind,
} from "./layout";
import { RuleEffect } from "./rule-effect";
import { Ruleset } from "./ruleset";

/** One rule, and its tags once they were asked for. */
@unmanaged
export class TargetedRule {
  private ruleset: Ruleset = changetype<Ruleset>(0);
  private rule: u32 = 0;
  private tags: JsonDocument = new JsonDocument();
  private tagsRead: bool = false;

  take(ruleset: Ruleset, rule: u32): void {
    this.ruleset = ruleset;
    this.rule = rule;
    this.tagsRead = false;
  }

  /** True when one of the `count` targets of `table` from `first` on is about the rule. */
  isTargeted(table: Ruleset, first: u32, count: u32): bool {
    const targets = table.section(Section.Targets);
    for (let i = first; i < first + count; i++) {
      const target = targets + <usize>i * TARGET_SIZE;
      const kind = load<u32>(target, TARGET_KIND);
      if (kind == TargetKind.Id && this.hasId(table, target)) return true;
      if (kind == TargetKind.Tags && this.hasTags(table, target)) return true;
    }
    return false;
  }

  free(): void {
    this.tags.free();
    heap.free(changetype<usize>(this.tags));
    heap.free(changetype<usize>(this));
  }

  private hasId(table: Ruleset, target: usize): bool {
    const id = this.ruleset.rule(this.rule) + RULE_ID;
    const len = load<u32>(id, 4);
    if (load<u32>(target, TARGET_ID + 4) != len) return false;
    return equalBytes(this.ruleset.textAt(id), table.textAt(target + TARGET_ID), len);
  }

  private hasTags(table: Ruleset, target: usize): bool {
    this.readTags();
    let at = table.textAt(target + TARGET_TAGS);
    const end = at + load<u32>(target, TARGET_TAGS + 4);
    while (at < end) {
      const keyLen = <u32>load<u16>(at);
      const len = <u32>load<u16>(at + 2 + keyLen);
      if (!this.hasTag(at + 2, keyLen, at + 4 + keyLen, len)) return false;
      at += 4 + keyLen + len;
    }
    return true;
  }

  private hasTag(key: usize, keyLen: u32, value: usize, len: u32): bool {
    const doc = this.tags;
    for (let tag = doc.first(doc.root()); tag != 0; tag = doc.next(tag)) {
      if (doc.keyLen(tag) != keyLen || !equalBytes(doc.keyAt(tag), key, keyLen)) continue;
      return doc.textLen(tag) == len && equalBytes(doc.textAt(tag), value, len);
    }
    return false;
  }

  private readTags(): void {
    if (this.tagsRead) return;
    this.tagsRead = true;
    const effect = this.ruleset.effect(this.rule);
    const field = this.ruleset.rule(this.rule) + RULE_TAGS;
    if (effect != 0 && changetype<RuleEffect>(effect).tagsLen != 0)
      this.tags.parse(changetype<RuleEffect>(effect).tagsAt, changetype<RuleEffect>(effect).tagsLen);
    else this.tags.parse(this.ruleset.textAt(field), load<u32>(field, 4));
  }
}
