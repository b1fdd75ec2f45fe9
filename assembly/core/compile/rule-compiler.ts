// Rules document (Datadog event rules 2.x) → ruleset (rules/layout.ts). The build runs it for the shipped rules,
// the filter at configure time for an operator's own.
//
// An entry that cannot be honoured never fails the load: it is skipped or failed with its reason (load-report.ts).
// Only a document that is no rules document at all fails.

import { ByteWriter } from "../bytes/byte-writer";
import { JsonDocument, JsonKind } from "../document/json-document";
import {
  ATTRIBUTE_CONDITION,
  ATTRIBUTE_KEY,
  ATTRIBUTE_SIZE,
  ATTRIBUTE_VALUE,
  RULE_ACTION,
  RULE_ATTRIBUTES,
  RULE_CONDITION_COUNT,
  RULE_FIRST_CONDITION,
  RULE_FLAGS,
  RULE_ID,
  RULE_NAME,
  RULE_ON_MATCH,
  RULE_TAGS,
  RULE_TYPE,
  RuleFlag,
  Section,
  TEXT_COUNT,
  TextIndex,
} from "../rules/layout";
import { ActionTable } from "./action-table";
import { ConditionCompiler } from "./condition-compiler";
import { DataLists } from "./data-lists";
import { DocumentRoots } from "./document-roots";
import { FilterCompiler } from "./filter-compiler";
import { appendJson } from "./json-copy";
import { Outcome, SectionReport } from "./load-report";
import { NameTable } from "./name-table";
import { Operand, compilePattern } from "./operand-compiler";
import { compileOverrides } from "./override-compiler";
import { compileProcessors } from "./processor-compiler";
import { REGEX_FOLD_CASE } from "./regex-compiler";
import { addressByName, flagOf, versionFits } from "./rule-names";
import { applyTags } from "./rule-tags";
import { RulesetWriter } from "./ruleset-writer";

const SECTIONS = [
  "rules",
  "custom_rules",
  "actions",
  "exclusions",
  "rules_override",
  "rules_data",
  "processors",
  "other",
];

enum Part {
  Rules,
  CustomRules,
  Actions,
  Exclusions,
  Overrides,
  Data,
  Processors,
  Other,
}

export class RuleCompiler {
  private reports: Array<SectionReport> = [];
  private operand: Operand = new Operand();
  private text: ByteWriter = new ByteWriter();
  private reason: ByteWriter = new ByteWriter();
  private types: NameTable = new NameTable();
  private ids: NameTable = new NameTable();
  private conditions: ConditionCompiler | null = null;
  private filters: FilterCompiler | null = null;
  private actions: ActionTable | null = null;

  /** `inProxy`: within the budget of a proxy's configure call. */
  constructor(
    private doc: JsonDocument,
    inProxy: bool,
  ) {
    if (inProxy) this.operand.limitToProxy();
    for (let i = 0; i < SECTIONS.length; i++) {
      const ofRules = i == <i32>Part.Rules || i == <i32>Part.Other;
      this.reports.push(new SectionReport(ofRules ? "custom_rules" : SECTIONS[i]));
    }
  }

  /**
   * Compiles the rules document under `root` and appends the ruleset to `out`. Sections beside the rules are also
   * read from the object `around`, which may be 0. `report` receives the outcome of every entry as JSON. False when
   * `root` is no rules document or a table overflows; `out` is then untouched.
   */
  compile(root: u32, out: ByteWriter, report: ByteWriter, around: u32 = 0): bool {
    const doc = this.doc;
    const single = doc.kind(root) == JsonKind.Array;
    const roots = new DocumentRoots(doc, single ? 0 : root, around);
    const data = new DataLists(roots, "rules_data", this.reports[Part.Data]);
    const conditions = new ConditionCompiler(doc, this.operand, data);
    const writer = conditions.writer;
    const actions = new ActionTable(roots, writer, this.reports[Part.Actions]);
    const filters = new FilterCompiler(
      roots,
      this.operand,
      actions,
      this.reports[Part.Exclusions],
      this.reports[Part.Data],
    );
    this.conditions = conditions;
    this.actions = actions;
    this.filters = filters;
    filters.compileExclusions();
    this.compileRules(single ? root : doc.get(root, "rules"), Part.Rules);
    if (!single) {
      this.compileRules(doc.get(root, "rules_compat"), Part.Rules);
      this.compileRules(doc.get(root, "custom_rules"), Part.CustomRules);
    }
    compileOverrides(roots, writer, actions, this.reports[Part.Overrides]);
    compileProcessors(roots, writer, this.reports[Part.Processors], this.reports[Part.Other]);
    this.writeTexts(root, writer);
    let ok = root == 0 || single || doc.kind(root) == JsonKind.Object;
    if (ok && !(filters.finish(writer) && conditions.finish(out))) {
      this.setReason("too many different transformations on one address");
      this.reports[Part.Other].fail(this.reason.at, 0, this.reason);
      ok = false;
    }
    this.writeReport(report);
    return ok;
  }

  private compileRules(list: u32, part: Part): void {
    const doc = this.doc;
    const report = this.reports[part];
    for (let rule = doc.first(list); rule != 0; rule = doc.next(rule)) {
      const id = doc.get(rule, "id");
      this.reason.clear();
      const outcome = this.compileRule(rule, part);
      if (outcome == Outcome.Loaded) report.loaded++;
      else if (outcome == Outcome.Skipped) report.skip(doc.textAt(id), doc.textLen(id), this.reason);
      else report.fail(doc.textAt(id), doc.textLen(id), this.reason);
    }
  }

  private compileRule(rule: u32, part: Part): Outcome {
    const doc = this.doc;
    const id = doc.get(rule, "id");
    const type = doc.get(doc.get(rule, "tags"), "type");
    const list = doc.get(rule, "conditions");
    if (doc.kind(id) != JsonKind.String) return this.fail("id: a string is required");
    if (this.ids.has(doc.textAt(id), doc.textLen(id))) return this.fail("id: used by another rule");
    if (doc.kind(type) != JsonKind.String) return this.fail("tags.type: a string is required");
    if (doc.count(list) == 0) return this.fail("conditions: at least one is required");
    if (!versionFits(doc, rule)) {
      this.setReason("min_version/max_version exclude this engine");
      return Outcome.Skipped;
    }
    const conditions = this.conditions!;
    const first = conditions.writer.count(Section.Conditions);
    const flags = this.outputFlags(rule);
    if (flags == 0) return Outcome.Failed;
    const outcome = conditions.compile(list, doc.get(rule, "transformers"));
    if (outcome != Outcome.Loaded) {
      this.reason.clear();
      this.reason.bytes(conditions.reason.at, conditions.reason.length);
      return outcome;
    }
    this.ids.intern(doc.textAt(id), doc.textLen(id));
    this.writeRule(rule, first, flags | (part == Part.CustomRules ? RuleFlag.Custom : 0), conditions.writer);
    return Outcome.Loaded;
  }

  /** Event and Keep, as the rule's `output` says; 0, with the reason, when it would show nothing at all. */
  private outputFlags(rule: u32): u32 {
    const doc = this.doc;
    const output = doc.get(rule, "output");
    const event = flagOf(doc, doc.get(output, "event"), true);
    const keep = flagOf(doc, doc.get(output, "keep"), true);
    if (!event && doc.count(doc.get(output, "attributes")) == 0) {
      this.setReason("output: neither an event nor attributes");
      return 0;
    }
    for (let item = doc.first(doc.get(output, "attributes")); item != 0; item = doc.next(item)) {
      const kind = doc.kind(doc.get(item, "value"));
      const scalar = kind > <u32>JsonKind.Null && kind < <u32>JsonKind.Array;
      const asks = kind == JsonKind.None && doc.kind(doc.get(item, "address")) == JsonKind.String;
      if (scalar || asks) continue;
      this.setReason("output.attributes: a scalar value or an address is required: ");
      this.reason.bytes(doc.keyAt(item), doc.keyLen(item));
      return 0;
    }
    // Enabled is set here so that the flags of a sound rule are never 0.
    return RuleFlag.Enabled | (event ? RuleFlag.Event : 0) | (keep ? RuleFlag.Keep : 0);
  }

  private writeRule(rule: u32, firstCondition: u32, flags: u32, writer: RulesetWriter): void {
    const doc = this.doc;
    const id = doc.get(rule, "id");
    const name = doc.get(rule, "name");
    const type = doc.get(doc.get(rule, "tags"), "type");
    const action = this.actions!.find(doc.get(rule, "on_match"));
    const enabled = flagOf(doc, doc.get(rule, "enabled"), true);
    const firstAttribute = writer.count(Section.Attributes);
    this.writeAttributes(doc.get(doc.get(rule, "output"), "attributes"), writer);
    const record = writer.record(Section.Rules);
    writer.text(record + RULE_ID, doc.textAt(id), doc.textLen(id));
    writer.text(record + RULE_NAME, doc.textAt(name), doc.textLen(name));
    this.jsonText(record + RULE_TAGS, doc.get(rule, "tags"), "{}", writer);
    this.jsonText(record + RULE_ON_MATCH, doc.get(rule, "on_match"), "[]", writer);
    store<u32>(record, firstCondition, RULE_FIRST_CONDITION);
    store<u32>(record, writer.count(Section.Conditions) - firstCondition, RULE_CONDITION_COUNT);
    store<u32>(record, this.types.intern(doc.textAt(type), doc.textLen(type)), RULE_TYPE);
    store<u32>(record, action, RULE_ACTION);
    store<u32>(record, firstAttribute, RULE_ATTRIBUTES);
    store<u32>(record, writer.count(Section.Attributes) - firstAttribute, RULE_ATTRIBUTES + 4);
    const state = enabled ? flags : flags & ~RuleFlag.Enabled;
    const all = state | (action != 0 ? RuleFlag.Block : 0);
    store<u32>(record, applyTags(doc, doc.get(rule, "tags"), all), RULE_FLAGS);
  }

  /** Attributes of addresses that a proxy has not are left out: they never get a value. */
  private writeAttributes(attributes: u32, writer: RulesetWriter): void {
    const doc = this.doc;
    for (let item = doc.first(attributes); item != 0; item = doc.next(item)) {
      const value = doc.get(item, "value");
      const name = doc.get(item, "address");
      const address = value != 0 ? 0 : addressByName(doc.textAt(name), doc.textLen(name));
      if (value == 0 && address == 0) continue;
      const condition = address == 0 ? 0 : this.filters!.capture(address, doc.get(item, "key_path"));
      const number = writer.count(Section.Attributes);
      const record = writer.record(Section.Attributes);
      writer.text(record + ATTRIBUTE_KEY, doc.keyAt(item), doc.keyLen(item));
      store<u32>(record, condition, ATTRIBUTE_CONDITION);
      const field = writer.section(Section.Attributes).at + <usize>number * ATTRIBUTE_SIZE + ATTRIBUTE_VALUE;
      if (value != 0) this.jsonText(field, value, "", writer);
    }
  }

  private jsonText(field: usize, node: u32, fallback: string, writer: RulesetWriter): void {
    this.text.clear();
    if (node == 0) this.text.text(fallback);
    else appendJson(this.doc, node, this.text);
    writer.text(field, this.text.at, this.text.length);
  }

  private writeTexts(root: u32, writer: RulesetWriter): void {
    const doc = this.doc;
    for (let i: u32 = 0; i < TEXT_COUNT; i++) writer.record(Section.Texts);
    const version = doc.get(doc.get(root, "metadata"), "rules_version");
    const versionField = writer.section(Section.Texts).at + (TextIndex.RulesVersion << 3);
    writer.text(versionField, doc.textAt(version), doc.textLen(version));
    const redaction = doc.get(root, "redaction");
    this.writePattern(TextIndex.RedactKeys, doc.get(redaction, "key_regex"), writer);
    this.writePattern(TextIndex.RedactValues, doc.get(redaction, "value_regex"), writer);
  }

  /** A regular expression of the document itself, as its program. */
  private writePattern(index: u32, pattern: u32, writer: RulesetWriter): void {
    const doc = this.doc;
    if (pattern == 0) return;
    this.operand.clear();
    if (!compilePattern(this.operand, doc.textAt(pattern), doc.textLen(pattern), REGEX_FOLD_CASE)) {
      this.reports[Part.Other].fail(doc.keyAt(pattern), doc.keyLen(pattern), this.operand.problem);
      return;
    }
    const field = writer.section(Section.Texts).at + ((<usize>index) << 3);
    writer.text(field, this.operand.program.at, this.operand.program.length);
  }

  /**
   * `section: id: reason` lines, for configurations: rules that are wrong, and everything else that failed or was
   * skipped.
   */
  writeLines(failed: ByteWriter, ignored: ByteWriter): void {
    for (let i = 0; i < this.reports.length; i++) {
      const ofRules = i == <i32>Part.Rules || i == <i32>Part.CustomRules || i == <i32>Part.Other;
      this.reports[i].appendLines(ofRules ? failed : ignored, ignored);
    }
  }

  private writeReport(report: ByteWriter): void {
    for (let i = 0; i < SECTIONS.length; i++) {
      report.text(i == 0 ? '{"' : ',"');
      report.text(SECTIONS[i]);
      report.text('":');
      this.reports[i].write(report);
    }
    report.byte(0x7d);
  }

  private setReason(reason: string): void {
    this.reason.clear();
    this.reason.text(reason);
  }

  private fail(reason: string): Outcome {
    this.setReason(reason);
    return Outcome.Failed;
  }

  /** Gives back everything; the compiler cannot be used again. */
  free(): void {
    const conditions = this.conditions;
    const filters = this.filters;
    if (conditions !== null) conditions.free();
    if (filters !== null) filters.free();
    this.operand.free();
    this.text.free();
    this.reason.free();
    this.ids.free();
    this.types.free();
    for (let i = 0; i < this.reports.length; i++) this.reports[i].free();
  }
}
