// Sections of a rules document beside its rules: actions, and those that are not honoured yet.

import { ByteWriter } from "../bytes/byte-writer";
import { JsonDocument, JsonKind } from "../document/json-document";
import {
  ACTION_KIND,
  ACTION_LOCATION,
  ACTION_STATUS,
  ACTION_TEMPLATE,
  ActionKind,
  Section,
} from "../rules/layout";
import { SectionReport } from "./load-report";
import { RulesetWriter } from "./ruleset-writer";

/** Sections that mean something to Datadog's engine and nothing here yet. */
const UNSUPPORTED = [
  "exclusions",
  "rules_override",
  "processors",
  "processor_override",
  "scanners",
  "exclusion_data",
  "rules_compat",
];

/** Says how many entries of sections we do not honour were left out. */
export function reportUnsupported(doc: JsonDocument, root: u32, report: SectionReport): void {
  const reason = new ByteWriter();
  const name = new ByteWriter();
  for (let i = 0; i < UNSUPPORTED.length; i++) {
    const count = doc.count(doc.get(root, UNSUPPORTED[i]));
    if (count == 0) continue;
    reason.clear();
    reason.decimal(count);
    reason.text(
      count == 1
        ? " entry ignored: not supported by this version"
        : " entries ignored: not supported by this version",
    );
    name.clear();
    name.text(UNSUPPORTED[i]);
    report.skip(name.at, name.length, reason);
  }
  reason.free();
  name.free();
  heap.free(changetype<usize>(reason));
  heap.free(changetype<usize>(name));
}

/** Distinct texts and their numbers, in the order they came. */
export class NameTable {
  private texts: ByteWriter = new ByteWriter();
  private ends: Array<u32> = [];

  intern(at: usize, len: u32): u32 {
    let start: u32 = 0;
    for (let i = 0; i < this.ends.length; i++) {
      const end = this.ends[i];
      if (end - start == len && memory.compare(this.texts.at + start, at, len) == 0) return i;
      start = end;
    }
    this.texts.bytes(at, len);
    this.ends.push(this.texts.length);
    return this.ends.length - 1;
  }
}

/** The document's own actions by id. */
export class ActionTable {
  private ids: Array<u32> = [];

  compile(doc: JsonDocument, list: u32, writer: RulesetWriter, report: SectionReport): void {
    for (let action = doc.first(list); action != 0; action = doc.next(action)) {
      const type = doc.get(action, "type");
      const redirect = doc.textIs(type, "redirect_request");
      if (redirect || doc.textIs(type, "block_request")) {
        this.ids.push(doc.get(action, "id"));
        writeAction(doc, doc.get(action, "parameters"), redirect, writer);
        report.loaded++;
        continue;
      }
      const id = doc.get(action, "id");
      const reason = new ByteWriter();
      reason.text("type: neither block_request nor redirect_request");
      report.skip(doc.textAt(id), doc.textLen(id), reason);
      reason.free();
      heap.free(changetype<usize>(reason));
    }
  }

  /** The blocking action that an `on_match` list names: 0 none, 1 the default, n + 2 record n of Actions. */
  find(doc: JsonDocument, onMatch: u32): u32 {
    for (let item = doc.first(onMatch); item != 0; item = doc.next(item)) {
      const len = doc.textLen(item);
      for (let i = 0; i < this.ids.length; i++) {
        const id = this.ids[i];
        if (len == doc.textLen(id) && memory.compare(doc.textAt(item), doc.textAt(id), len) == 0)
          return i + 2;
      }
      if (doc.textIs(item, "block")) return 1;
    }
    return 0;
  }
}

function writeAction(doc: JsonDocument, parameters: u32, redirect: bool, writer: RulesetWriter): void {
  const status = doc.get(parameters, "status_code");
  const template = doc.get(parameters, "type");
  const location = doc.get(parameters, "location");
  const fallback: u32 = redirect ? 303 : 403;
  const record = writer.record(Section.Actions);
  store<u32>(record, redirect ? ActionKind.Redirect : ActionKind.Block, ACTION_KIND);
  const code = doc.kind(status) == JsonKind.Number ? doc.number(status) : 0;
  const fits = redirect ? code >= 300 && code < 400 : code >= 200 && code < 600;
  store<u32>(record, fits ? <u32>code : fallback, ACTION_STATUS);
  writer.text(record + ACTION_TEMPLATE, doc.textAt(template), doc.textLen(template));
  writer.text(record + ACTION_LOCATION, doc.textAt(location), doc.textLen(location));
}
