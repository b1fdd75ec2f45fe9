// `rules_target`: which rules an exclusion or override is about, by id or by tags. They are resolved when a policy is
// made (rules/rule-targets.ts), because the rules may be in another table.

import { ByteWriter } from "../bytes/byte-writer";
import { JsonDocument, JsonKind } from "../document/json-document";
import { Section, TARGET_ID, TARGET_KIND, TARGET_TAGS, TargetKind } from "../rules/layout";
import { RulesetWriter } from "./ruleset-writer";

/**
 * Writes the targets in the array `list` to Targets. False, and `reason` set, when they are no targets. `kinds` gets
 * a bit for every TargetKind that occurs.
 */
export function compileTargets(
  doc: JsonDocument,
  list: u32,
  writer: RulesetWriter,
  reason: ByteWriter,
  kinds: StaticArray<u32>,
): bool {
  kinds[0] = 0;
  if (list != 0 && doc.kind(list) != JsonKind.Array) {
    reason.text("rules_target: an array is required");
    return false;
  }
  for (let target = doc.first(list); target != 0; target = doc.next(target)) {
    if (doc.kind(target) != JsonKind.Object) {
      reason.text("rules_target: an object is required");
      return false;
    }
    kinds[0] |= 1 << writeTarget(doc, target, writer);
  }
  return true;
}

/** A target by the id in the string node `id`. */
export function writeIdTarget(doc: JsonDocument, id: u32, writer: RulesetWriter): void {
  const record = writer.record(Section.Targets);
  store<u32>(record, TargetKind.Id, TARGET_KIND);
  writer.text(record + TARGET_ID, doc.textAt(id), doc.textLen(id));
}

/** Strings of an object as (u16 length, key, u16 length, value)*. */
export function appendTags(doc: JsonDocument, tags: u32, out: ByteWriter): void {
  for (let tag = doc.first(tags); tag != 0; tag = doc.next(tag)) {
    if (doc.kind(tag) != JsonKind.String) continue;
    const keyLen = min<u32>(doc.keyLen(tag), 0xffff);
    const len = min<u32>(doc.textLen(tag), 0xffff);
    out.u16(<u16>keyLen);
    out.bytes(doc.keyAt(tag), keyLen);
    out.u16(<u16>len);
    out.bytes(doc.textAt(tag), len);
  }
}

/** Its TargetKind. The legacy `rule_id` comes before `id`, and both before `tags`. */
function writeTarget(doc: JsonDocument, target: u32, writer: RulesetWriter): u32 {
  let id = doc.get(target, "rule_id");
  if (doc.textLen(id) == 0) id = doc.get(target, "id");
  if (doc.kind(id) == JsonKind.String && doc.textLen(id) != 0) {
    writeIdTarget(doc, id, writer);
    return TargetKind.Id;
  }
  const record = writer.record(Section.Targets);
  const tags = new ByteWriter();
  appendTags(doc, doc.get(target, "tags"), tags);
  const kind = tags.length != 0 ? TargetKind.Tags : TargetKind.None;
  store<u32>(record, kind, TARGET_KIND);
  writer.text(record + TARGET_TAGS, tags.at, tags.length);
  tags.free();
  heap.free(changetype<usize>(tags));
  return kind;
}
