// Rules document (Datadog event rules 2.x) → ruleset (rules/layout.ts). The build runs it for the shipped rules,
// the filter at configure time for an operator's own.
//
// A rule that cannot be honoured never fails the load: it is skipped or failed with its reason (load-report.ts).
// Only a document that is no rules document at all fails.

import { ByteWriter } from "../bytes/byte-writer";
import { JsonDocument, JsonKind } from "../document/json-document";
import {
  CONDITION_CHECKSUM,
  CONDITION_FIRST_PROBE,
  CONDITION_INDEX,
  CONDITION_MASK_A,
  CONDITION_MASK_B,
  CONDITION_MIN_LENGTH,
  CONDITION_NEGATED,
  CONDITION_OPERAND,
  CONDITION_OPERATOR,
  CONDITION_PROBE_COUNT,
  CONDITION_PROGRAM,
  CONDITION_RULE,
  CONDITION_SIZE,
  CONDITION_VALUE,
  LaneKind,
  Operator,
  PROBE_ADDRESS,
  PROBE_CHAIN,
  PROBE_KIND,
  PROBE_PATH,
  PROBE_PATH_COUNT,
  PROBE_SIZE,
  RULE_ACTION,
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
import { transformationFromName } from "../transform/transformation";
import { TRANSFORMATION_UNKNOWN, Transformation } from "../transform/transformation-id";
import { internChain } from "./chain-table";
import { appendJson } from "./json-copy";
import { buildLanes } from "./lane-builder";
import { LiteralTable } from "./literal-table";
import { SectionReport } from "./load-report";
import { Operand, compileOperand, compilePattern } from "./operand-compiler";
import { REGEX_FOLD_CASE } from "./regex-compiler";
import {
  addressByName,
  flagOf,
  operatorByName,
  operatorReadsScalars,
  operatorNeedsApplication,
  versionNumber,
} from "./rule-names";
import { applyTags } from "./rule-tags";
import { ActionTable, NameTable, reportUnsupported } from "./document-sections";
import { RulesetWriter } from "./ruleset-writer";

/** The libddwaf release whose rule features are honoured: `min_version`/`max_version` of rules refer to it. */
const COMPATIBLE_VERSION: u32 = 1_030_001;

/** No transformation: numbers and booleans have none either. */
const NO_CHAIN: u32 = 0;

enum Outcome {
  Loaded,
  Skipped,
  Failed,
}

export class RuleCompiler {
  private writer: RulesetWriter = new RulesetWriter();
  private literals: LiteralTable = new LiteralTable();
  private hasLiterals: Array<bool> = [];
  private operand: Operand = new Operand();
  private chain: ByteWriter = new ByteWriter();
  private reason: ByteWriter = new ByteWriter();
  private types: NameTable = new NameTable();
  private actions: ActionTable = new ActionTable();
  private rulesReport: SectionReport = new SectionReport();
  private customReport: SectionReport = new SectionReport();
  private otherReport: SectionReport = new SectionReport();

  /** `inProxy`: within the budget of a proxy's configure call. */
  constructor(
    private doc: JsonDocument,
    inProxy: bool,
  ) {
    if (inProxy) this.operand.limitToProxy();
    internChain(this.writer, this.chain); // becomes NO_CHAIN
  }

  /**
   * Compiles the rules document under `root` and appends the ruleset to `out`. `report` receives the outcome of
   * every entry as JSON. False when `root` is no rules document or a table overflows; `out` is then untouched.
   */
  compile(root: u32, out: ByteWriter, report: ByteWriter): bool {
    const doc = this.doc;
    const single = doc.kind(root) == JsonKind.Array;
    this.actions.compile(doc, doc.get(root, "actions"), this.writer, this.otherReport);
    this.compileRules(single ? root : doc.get(root, "rules"), root, this.rulesReport);
    this.compileRules(doc.get(root, "custom_rules"), root, this.customReport);
    reportUnsupported(doc, root, this.otherReport);
    this.writeTexts(root);
    let ok = single || doc.kind(root) == JsonKind.Object;
    if (ok && !buildLanes(this.writer, this.hasLiterals)) {
      this.setReason("too many different transformations on one address");
      this.otherReport.fail(this.reason.at, 0, this.reason);
      ok = false;
    }
    if (ok) {
      this.literals.finish(this.writer);
      this.writer.finish(out);
    }
    this.writeReport(report);
    return ok;
  }

  private compileRules(list: u32, root: u32, report: SectionReport): void {
    const doc = this.doc;
    for (let rule = doc.first(list); rule != 0; rule = doc.next(rule)) {
      const id = doc.get(rule, "id");
      this.reason.clear();
      const outcome = this.compileRule(rule, root);
      if (outcome == Outcome.Loaded) report.loaded++;
      else if (outcome == Outcome.Skipped) report.skip(doc.textAt(id), doc.textLen(id), this.reason);
      else report.fail(doc.textAt(id), doc.textLen(id), this.reason);
    }
  }

  private compileRule(rule: u32, root: u32): Outcome {
    const doc = this.doc;
    const tags = doc.get(rule, "tags");
    const type = doc.get(tags, "type");
    const conditions = doc.get(rule, "conditions");
    if (doc.kind(doc.get(rule, "id")) != JsonKind.String) return this.fail("id: a string is required");
    if (doc.kind(type) != JsonKind.String) return this.fail("tags.type: a string is required");
    if (doc.count(conditions) == 0) return this.fail("conditions: at least one is required");
    if (!this.versionFits(rule)) return this.skip("min_version/max_version exclude this engine");
    const firstCondition = this.writer.count(Section.Conditions);
    const firstProbe = this.writer.count(Section.Probes);
    const ruleIndex = this.writer.count(Section.Rules);
    let index: u32 = 0;
    for (let condition = doc.first(conditions); condition != 0; condition = doc.next(condition)) {
      const outcome = this.compileCondition(condition, rule, root, ruleIndex, index++);
      if (outcome == Outcome.Loaded) continue;
      // Take back what the rule's earlier conditions wrote; texts left in Blob do no harm.
      this.writer.section(Section.Conditions).length = firstCondition * CONDITION_SIZE;
      this.writer.section(Section.Probes).length = firstProbe * PROBE_SIZE;
      this.literals.takeBack(firstCondition);
      this.hasLiterals.length = firstCondition;
      return outcome;
    }
    this.writeRule(rule, type, firstCondition, index);
    return Outcome.Loaded;
  }

  private writeRule(rule: u32, type: u32, firstCondition: u32, conditionCount: u32): void {
    const doc = this.doc;
    const id = doc.get(rule, "id");
    const name = doc.get(rule, "name");
    const record = this.writer.record(Section.Rules);
    this.writer.text(record + RULE_ID, doc.textAt(id), doc.textLen(id));
    this.writer.text(record + RULE_NAME, doc.textAt(name), doc.textLen(name));
    this.jsonText(record + RULE_TAGS, doc.get(rule, "tags"), "{}");
    this.jsonText(record + RULE_ON_MATCH, doc.get(rule, "on_match"), "[]");
    store<u32>(record, firstCondition, RULE_FIRST_CONDITION);
    store<u32>(record, conditionCount, RULE_CONDITION_COUNT);
    store<u32>(record, this.types.intern(doc.textAt(type), doc.textLen(type)), RULE_TYPE);
    const action = this.actions.find(doc, doc.get(rule, "on_match"));
    const enabled = flagOf(doc, doc.get(rule, "enabled"), true);
    store<u32>(record, action, RULE_ACTION);
    const flags = (enabled ? RuleFlag.Enabled : 0) | (action != 0 ? RuleFlag.Block : 0);
    store<u32>(record, applyTags(doc, doc.get(rule, "tags"), flags), RULE_FLAGS);
  }

  private jsonText(field: usize, node: u32, fallback: string): void {
    this.chain.clear();
    if (node == 0) this.chain.text(fallback);
    else appendJson(this.doc, node, this.chain);
    this.writer.text(field, this.chain.at, this.chain.length);
  }

  private compileCondition(condition: u32, rule: u32, root: u32, ruleIndex: u32, index: u32): Outcome {
    const doc = this.doc;
    const operator = doc.get(condition, "operator");
    const parameters = doc.get(condition, "parameters");
    if (doc.kind(operator) != JsonKind.String) return this.fail("conditions: operator: a string is required");
    let at = doc.textAt(operator);
    let len = doc.textLen(operator);
    const negated = len > 0 && load<u8>(at) == 0x21;
    if (negated) {
      at++;
      len--;
    }
    const operand = this.operand;
    operand.clear();
    operand.operator = operatorByName(at, len);
    if (operand.operator == Operator.None) return this.unknownOperator(at, len);
    if (doc.count(doc.get(parameters, "inputs")) == 0)
      return this.fail("parameters.inputs: at least one is required");
    const firstProbe = this.writer.count(Section.Probes);
    const outcome = this.compileInputs(doc.get(parameters, "inputs"), doc.get(rule, "transformers"));
    if (outcome != Outcome.Loaded) return outcome;
    const data = this.rulesData(root, doc.get(parameters, "data"));
    if (!compileOperand(operand, doc, parameters, data)) {
      this.reason.clear();
      this.reason.bytes(operand.problem.at, operand.problem.length);
      return Outcome.Failed;
    }
    // Of a list that is not there nothing can be said, not even that a value is not in it.
    const unknown = data == 0 && doc.get(parameters, "data") != 0 && doc.get(parameters, "list") == 0;
    this.writeCondition(ruleIndex, index, negated && !unknown, firstProbe);
    return Outcome.Loaded;
  }

  private writeCondition(ruleIndex: u32, index: u32, negated: bool, firstProbe: u32): void {
    const operand = this.operand;
    const number = this.writer.count(Section.Conditions);
    const record = this.writer.record(Section.Conditions);
    store<u32>(record, ruleIndex, CONDITION_RULE);
    store<u8>(record, <u8>operand.operator, CONDITION_OPERATOR);
    store<u8>(record, <u8>negated, CONDITION_NEGATED);
    store<u16>(record, <u16>index, CONDITION_INDEX);
    this.writer.text(record + CONDITION_OPERAND, operand.table.at, operand.table.length);
    this.writer.text(record + CONDITION_PROGRAM, operand.program.at, operand.program.length);
    this.writer.text(record + CONDITION_VALUE, operand.value.at, operand.value.length);
    store<u32>(record, firstProbe, CONDITION_FIRST_PROBE);
    store<u32>(record, this.writer.count(Section.Probes) - firstProbe, CONDITION_PROBE_COUNT);
    store<u64>(record, operand.maskA, CONDITION_MASK_A);
    store<u64>(record, operand.maskB, CONDITION_MASK_B);
    store<u32>(record, operand.minLength, CONDITION_MIN_LENGTH);
    store<u32>(record, operand.checksum, CONDITION_CHECKSUM);
    const usesLiterals = operand.literalCount > 0 && !negated;
    this.hasLiterals.push(usesLiterals);
    if (!usesLiterals) return;
    const end = operand.literals.at + operand.literals.length;
    for (let at = operand.literals.at; at < end; at += <usize>load<u32>(at) + 4) {
      this.literals.add(at + 4, load<u32>(at), number);
    }
  }

  /** Probes of a condition: its inputs that a proxy can supply. */
  private compileInputs(inputs: u32, ruleTransformers: u32): Outcome {
    const doc = this.doc;
    const first = this.writer.count(Section.Probes);
    this.reason.clear();
    for (let input = doc.first(inputs); input != 0; input = doc.next(input)) {
      const name = doc.get(input, "address");
      if (doc.kind(name) != JsonKind.String) return this.fail("inputs: address: a string is required");
      const address = addressByName(doc.textAt(name), doc.textLen(name));
      if (address == 0) {
        if (this.reason.length == 0) this.reason.text("not available at a proxy: ");
        else this.reason.text(", ");
        this.reason.bytes(doc.textAt(name), doc.textLen(name));
        continue;
      }
      const own = doc.get(input, "transformers");
      const outcome = this.compileInput(input, address, own != 0 ? own : ruleTransformers);
      if (outcome != Outcome.Loaded) return outcome;
    }
    return this.writer.count(Section.Probes) > first ? Outcome.Loaded : Outcome.Skipped;
  }

  private compileInput(input: u32, address: u32, transformers: u32): Outcome {
    const doc = this.doc;
    let keys = false;
    this.chain.clear();
    for (let item = doc.first(transformers); item != 0; item = doc.next(item)) {
      const id = transformationFromName(doc.textAt(item), doc.textLen(item));
      if (id == TRANSFORMATION_UNKNOWN) {
        this.setReason("transformers: unknown: ");
        this.reason.bytes(doc.textAt(item), doc.textLen(item));
        return Outcome.Failed;
      }
      if (id == Transformation.KeysOnly) keys = true;
      else if (id != Transformation.ValuesOnly) this.chain.byte(<u8>id);
    }
    const chain = internChain(this.writer, this.chain);
    this.chain.clear();
    const path = doc.get(input, "key_path");
    for (let item = doc.first(path); item != 0; item = doc.next(item)) {
      this.chain.u16(<u16>min<u32>(doc.textLen(item), 0xffff));
      this.chain.bytes(doc.textAt(item), min<u32>(doc.textLen(item), 0xffff));
    }
    // What exists is a place: a key of it is no other.
    if (keys && this.operand.operator != Operator.Exists)
      this.writeProbe(address, LaneKind.Keys, chain, doc.count(path));
    else {
      this.writeProbe(address, LaneKind.Values, chain, doc.count(path));
      if (operatorReadsScalars(this.operand.operator))
        this.writeProbe(address, LaneKind.Scalars, NO_CHAIN, doc.count(path));
    }
    return Outcome.Loaded;
  }

  private writeProbe(address: u32, kind: u32, chain: u32, pathCount: u32): void {
    const record = this.writer.record(Section.Probes);
    store<u8>(record, <u8>address, PROBE_ADDRESS);
    store<u8>(record, <u8>kind, PROBE_KIND);
    store<u32>(record, chain, PROBE_CHAIN);
    this.writer.text(record + PROBE_PATH, this.chain.at, this.chain.length);
    store<u32>(record, pathCount, PROBE_PATH_COUNT);
  }

  /** The `data` array of the rules_data entry with this id; 0 when there is none (an empty list then). */
  private rulesData(root: u32, id: u32): u32 {
    const doc = this.doc;
    if (id == 0) return 0;
    for (let entry = doc.first(doc.get(root, "rules_data")); entry != 0; entry = doc.next(entry)) {
      const other = doc.get(entry, "id");
      const len = doc.textLen(other);
      if (len == doc.textLen(id) && memory.compare(doc.textAt(other), doc.textAt(id), len) == 0) {
        return doc.get(entry, "data");
      }
    }
    return 0;
  }

  private versionFits(rule: u32): bool {
    const least = versionNumber(this.doc, this.doc.get(rule, "min_version"));
    const most = versionNumber(this.doc, this.doc.get(rule, "max_version"));
    return least <= COMPATIBLE_VERSION && (most == 0 || most >= COMPATIBLE_VERSION);
  }

  private writeTexts(root: u32): void {
    const doc = this.doc;
    for (let i: u32 = 0; i < TEXT_COUNT; i++) this.writer.record(Section.Texts);
    const version = doc.get(doc.get(root, "metadata"), "rules_version");
    const versionField = this.writer.section(Section.Texts).at + (TextIndex.RulesVersion << 3);
    this.writer.text(versionField, doc.textAt(version), doc.textLen(version));
    const redaction = doc.get(root, "redaction");
    this.writePattern(TextIndex.RedactKeys, doc.get(redaction, "key_regex"));
    this.writePattern(TextIndex.RedactValues, doc.get(redaction, "value_regex"));
  }

  /** A regular expression of the document itself, as its program. */
  private writePattern(index: u32, pattern: u32): void {
    const doc = this.doc;
    if (pattern == 0) return;
    this.operand.clear();
    if (!compilePattern(this.operand, doc.textAt(pattern), doc.textLen(pattern), REGEX_FOLD_CASE)) {
      this.otherReport.fail(doc.keyAt(pattern), doc.keyLen(pattern), this.operand.problem);
      return;
    }
    const field = this.writer.section(Section.Texts).at + ((<usize>index) << 3);
    this.writer.text(field, this.operand.program.at, this.operand.program.length);
  }

  /** `custom_rules: id: reason` lines of what failed and of what was skipped; for configurations. */
  writeLines(failed: ByteWriter, skipped: ByteWriter): void {
    this.rulesReport.appendLines(failed, skipped);
    this.customReport.appendLines(failed, skipped);
    this.otherReport.appendLines(failed, skipped);
  }

  private writeReport(report: ByteWriter): void {
    report.text('{"rules":');
    this.rulesReport.write(report);
    report.text(',"custom_rules":');
    this.customReport.write(report);
    report.text(',"other":');
    this.otherReport.write(report);
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

  private skip(reason: string): Outcome {
    this.setReason(reason);
    return Outcome.Skipped;
  }

  private unknownOperator(at: usize, len: u32): Outcome {
    const application = operatorNeedsApplication(at, len);
    this.setReason(application ? "needs the application's runtime: " : "unknown operator: ");
    this.reason.bytes(at, len);
    return application ? Outcome.Skipped : Outcome.Failed;
  }

  /** Gives back everything; the compiler cannot be used again. */
  free(): void {
    this.writer.free();
    this.literals.free();
    this.operand.free();
    this.chain.free();
    this.reason.free();
    this.rulesReport.free();
    this.customReport.free();
    this.otherReport.free();
  }
}
