// `rules_override`: other actions, tags or no effect at all for rules that somebody else wrote.

import { ByteWriter } from "../bytes/byte-writer";
import { JsonDocument, JsonKind } from "../document/json-document";
import {
  OVERRIDE_ACTION,
  OVERRIDE_FLAGS,
  OVERRIDE_ON_MATCH,
  OVERRIDE_TAGS,
  OVERRIDE_TARGETS,
  OverrideFlag,
  Section,
  TARGET_SIZE,
  TargetKind,
} from "../rules/layout";
import { ActionTable } from "./action-table";
import { DocumentRoots, ROOTS } from "./document-roots";
import { appendJson } from "./json-copy";
import { SectionReport } from "./load-report";
import { compileTargets, writeIdTarget } from "./rule-targets";
import { RulesetWriter } from "./ruleset-writer";

const BOTH: u32 = (1 << TargetKind.Id) | (1 << TargetKind.Tags);

/** Writes Overrides and their Targets. */
export function compileOverrides(
  roots: DocumentRoots,
  writer: RulesetWriter,
  actions: ActionTable,
  report: SectionReport,
): void {
  const doc = roots.doc;
  const reason = new ByteWriter();
  for (let i = 0; i < ROOTS; i++) {
    const list = roots.section(i, "rules_override");
    for (let entry = doc.first(list); entry != 0; entry = doc.next(entry)) {
      reason.clear();
      const firstTarget = writer.count(Section.Targets);
      if (compileOverride(doc, entry, writer, actions, reason)) {
        report.loaded++;
        continue;
      }
      writer.section(Section.Targets).length = firstTarget * TARGET_SIZE;
      report.failEntry(doc, entry, reason);
    }
  }
  reason.free();
  heap.free(changetype<usize>(reason));
}

function compileOverride(
  doc: JsonDocument,
  entry: u32,
  writer: RulesetWriter,
  actions: ActionTable,
  reason: ByteWriter,
): bool {
  const enabled = doc.get(entry, "enabled");
  const onMatch = doc.get(entry, "on_match");
  const tags = doc.get(entry, "tags");
  if (enabled != 0 && doc.kind(enabled) != JsonKind.True && doc.kind(enabled) != JsonKind.False)
    reason.text("enabled: true or false is required");
  else if (onMatch != 0 && doc.kind(onMatch) != JsonKind.Array) reason.text("on_match: an array is required");
  else if (tags != 0 && doc.kind(tags) != JsonKind.Object) reason.text("tags: an object is required");
  else if (enabled == 0 && onMatch == 0 && doc.count(tags) == 0)
    reason.text("neither enabled nor on_match nor tags: nothing to override");
  if (reason.length != 0) return false;
  const first = writer.count(Section.Targets);
  const kinds = new StaticArray<u32>(1);
  const list = doc.get(entry, "rules_target");
  if (!compileTargets(doc, list, writer, reason, kinds)) return false;
  if ((kinds[0] & BOTH) == BOTH) {
    reason.text("rules_target: by id and by tags at once");
    return false;
  }
  if (doc.count(list) == 0) {
    const id = doc.get(entry, "id");
    if (doc.kind(id) != JsonKind.String) {
      reason.text("rules_target: at least one is required");
      return false;
    }
    writeIdTarget(doc, id, writer);
  }
  const byTags = (kinds[0] & (1 << TargetKind.Tags)) != 0;
  const flags: u32 =
    (enabled != 0 ? OverrideFlag.SetsEnabled : 0) |
    (doc.kind(enabled) == JsonKind.True ? OverrideFlag.Enabled : 0) |
    (onMatch != 0 ? OverrideFlag.SetsOnMatch : 0) |
    (byTags ? OverrideFlag.ByTags : 0);
  const record = writer.record(Section.Overrides);
  store<u32>(record, first, OVERRIDE_TARGETS);
  store<u32>(record, writer.count(Section.Targets) - first, OVERRIDE_TARGETS + 4);
  store<u32>(record, flags, OVERRIDE_FLAGS);
  store<u32>(record, actions.find(onMatch), OVERRIDE_ACTION);
  writeTexts(doc, record, onMatch, tags, writer);
  return true;
}

function writeTexts(doc: JsonDocument, record: usize, onMatch: u32, tags: u32, writer: RulesetWriter): void {
  const text = new ByteWriter();
  if (onMatch != 0) appendJson(doc, onMatch, text);
  writer.text(record + OVERRIDE_ON_MATCH, text.at, text.length);
  text.clear();
  // As JSON members, ready to stand behind a rule's own; those it has stay (rules/rule-settings.ts).
  if (doc.count(tags) != 0) appendJson(doc, tags, text);
  writer.text(record + OVERRIDE_TAGS, text.at, text.length);
  text.free();
  heap.free(changetype<usize>(text));
}
