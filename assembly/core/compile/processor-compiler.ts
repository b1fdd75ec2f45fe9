// `processors` of a rules document that mean something at a proxy: fingerprints and the tokens of `authorization`. Schemas
// are not extracted, so neither that processor nor the scanners that only it uses do anything; they are reported.

import { ByteWriter } from "../bytes/byte-writer";
import { JsonDocument, JsonKind } from "../document/json-document";
import {
  PROCESSOR_FLAGS,
  PROCESSOR_KIND,
  PROCESSOR_OUTPUT,
  ProcessorFlag,
  ProcessorKind,
  Section,
} from "../rules/layout";
import { DocumentRoots, ROOTS } from "./document-roots";
import { Outcome, SectionReport } from "./load-report";
import { versionFits } from "./rule-names";
import { RulesetWriter } from "./ruleset-writer";

/** By ProcessorKind, from 1. */
const GENERATORS = [
  "",
  "http_endpoint_fingerprint",
  "http_header_fingerprint",
  "http_network_fingerprint",
  "session_fingerprint",
  "jwt_decode",
];
/** Sections that only the extraction of schemas uses. */
const OF_SCHEMAS = ["scanners", "processor_override", "processor_overrides"];

/** Writes Processors, and says what has no effect. */
export function compileProcessors(
  roots: DocumentRoots,
  writer: RulesetWriter,
  report: SectionReport,
  other: SectionReport,
): void {
  const doc = roots.doc;
  const reason = new ByteWriter();
  for (let i = 0; i < ROOTS; i++) {
    const list = roots.section(i, "processors");
    for (let entry = doc.first(list); entry != 0; entry = doc.next(entry)) {
      reason.clear();
      const outcome = compileProcessor(doc, entry, writer, reason);
      if (outcome == Outcome.Loaded) report.loaded++;
      else if (outcome == Outcome.Skipped) report.skipEntry(doc, entry, reason);
      else report.failEntry(doc, entry, reason);
    }
    for (let s = 0; s < OF_SCHEMAS.length; s++) reportOfSchemas(roots, i, OF_SCHEMAS[s], other, reason);
  }
  reason.free();
  heap.free(changetype<usize>(reason));
}

function compileProcessor(doc: JsonDocument, entry: u32, writer: RulesetWriter, reason: ByteWriter): Outcome {
  const generator = doc.get(entry, "generator");
  const mappings = doc.get(doc.get(entry, "parameters"), "mappings");
  if (doc.kind(doc.get(entry, "id")) != JsonKind.String) return fail(reason, "id: a string is required");
  if (doc.kind(generator) != JsonKind.String) return fail(reason, "generator: a string is required");
  if (!versionFits(doc, entry)) return skip(reason, "min_version/max_version exclude this engine");
  const known = doc.textIs(generator, "extract_schema") || doc.textIs(generator, "uri_parse");
  let kind: u32 = ProcessorKind.None;
  for (let i = 1; i < GENERATORS.length; i++) if (doc.textIs(generator, GENERATORS[i])) kind = i;
  if (kind == ProcessorKind.None) {
    reason.text(known ? "generator: not supported by this version: " : "generator: unknown: ");
    reason.bytes(doc.textAt(generator), doc.textLen(generator));
    return known ? Outcome.Skipped : Outcome.Failed;
  }
  if (doc.count(mappings) == 0) return fail(reason, "parameters.mappings: at least one is required");
  const evaluate = doc.kind(doc.get(entry, "evaluate")) != JsonKind.False;
  const output = doc.kind(doc.get(entry, "output")) == JsonKind.True;
  if (!evaluate && !output) return fail(reason, "neither evaluate nor output: it would do nothing");
  if (!conditionsHold(doc, doc.get(entry, "conditions")))
    return skip(reason, "conditions: only waf.context.event is supported");
  const flags: u32 = (evaluate ? ProcessorFlag.Evaluate : 0) | (output ? ProcessorFlag.Output : 0);
  for (let mapping = doc.first(mappings); mapping != 0; mapping = doc.next(mapping)) {
    const name = doc.get(mapping, "output");
    if (doc.kind(name) != JsonKind.String)
      return fail(reason, "parameters.mappings: output: a string is required");
    const record = writer.record(Section.Processors);
    store<u32>(record, kind, PROCESSOR_KIND);
    store<u32>(record, flags, PROCESSOR_FLAGS);
    writer.text(record + PROCESSOR_OUTPUT, doc.textAt(name), doc.textLen(name));
  }
  return Outcome.Loaded;
}

/** What processors make goes with an event anyway, so the condition that there is one always holds. */
function conditionsHold(doc: JsonDocument, conditions: u32): bool {
  for (let condition = doc.first(conditions); condition != 0; condition = doc.next(condition)) {
    const inputs = doc.get(doc.get(condition, "parameters"), "inputs");
    for (let input = doc.first(inputs); input != 0; input = doc.next(input)) {
      if (!doc.textIs(doc.get(input, "address"), "waf.context.event")) return false;
    }
  }
  return true;
}

function reportOfSchemas(
  roots: DocumentRoots,
  i: i32,
  section: string,
  report: SectionReport,
  reason: ByteWriter,
): void {
  const count = roots.doc.count(roots.section(i, section));
  if (count == 0) return;
  const name = new ByteWriter();
  name.text(section);
  reason.clear();
  reason.decimal(count);
  reason.text(count == 1 ? " entry without effect" : " entries without effect");
  reason.text(": schemas are not extracted by this version");
  report.skip(name.at, name.length, reason);
  name.free();
  heap.free(changetype<usize>(name));
}

function fail(reason: ByteWriter, problem: string): Outcome {
  reason.text(problem);
  return Outcome.Failed;
}

function skip(reason: ByteWriter, why: string): Outcome {
  reason.text(why);
  return Outcome.Skipped;
}
