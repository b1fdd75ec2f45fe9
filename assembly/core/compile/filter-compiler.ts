// What is decided before the rules look at an input, as a table of its own inside the rules' table: `exclusions`, whose
// conditions may hold, and values that attributes show. Each is a rule of that table, with a record of Exclusions.

import { equalBytes } from "../bytes/ascii";
import { ByteWriter } from "../bytes/byte-writer";
import { JsonDocument, JsonKind } from "../document/json-document";
import {
  ActionKind,
  EXCLUSION_ACTION,
  EXCLUSION_INPUTS,
  EXCLUSION_MODE,
  EXCLUSION_TARGETS,
  ExclusionMode,
  FILTER_INPUT_ADDRESS,
  FILTER_INPUT_COUNT,
  FILTER_INPUT_PATH,
  FILTER_INPUT_SIZE,
  RULE_CONDITION_COUNT,
  RULE_FIRST_CONDITION,
  RULE_FLAGS,
  RULE_ID,
  RuleFlag,
  Section,
  TARGET_SIZE,
} from "../rules/layout";
import { ActionTable } from "./action-table";
import { ConditionCompiler, appendPath } from "./condition-compiler";
import { DataLists } from "./data-lists";
import { DocumentRoots, ROOTS } from "./document-roots";
import { Outcome, SectionReport } from "./load-report";
import { Operand } from "./operand-compiler";
import { addressByName, versionFits } from "./rule-names";
import { compileTargets } from "./rule-targets";
import { RulesetWriter } from "./ruleset-writer";

/** So many that a rule's mode can name each (rules/exclusions.ts). */
const EXCLUSIONS_MAX: u32 = 10_000;

export class FilterCompiler {
  private conditions: ConditionCompiler;
  private doc: JsonDocument;
  private reason: ByteWriter = new ByteWriter();
  /** Nodes of the exclusions' ids. */
  private ids: Array<u32> = [];
  /** What is captured already: address, path node, condition. */
  private captured: Array<u32> = [];

  constructor(
    private roots: DocumentRoots,
    operand: Operand,
    private actions: ActionTable,
    private report: SectionReport,
    dataReport: SectionReport,
  ) {
    this.doc = roots.doc;
    const data = new DataLists(roots, "exclusion_data", dataReport);
    this.conditions = new ConditionCompiler(roots.doc, operand, data);
  }

  /** Compiles the document's exclusions. */
  compileExclusions(): void {
    const doc = this.doc;
    for (let i = 0; i < ROOTS; i++) {
      const list = this.roots.section(i, "exclusions");
      for (let entry = doc.first(list); entry != 0; entry = doc.next(entry)) {
        this.reason.clear();
        const outcome = this.compileExclusion(entry);
        if (outcome == Outcome.Loaded) this.report.loaded++;
        else if (outcome == Outcome.Skipped) this.report.skipEntry(doc, entry, this.reason);
        else this.report.failEntry(doc, entry, this.reason);
      }
    }
  }

  /** The condition that keeps the scalar at `path` (an array node, or 0) of `address`. */
  capture(address: u32, path: u32): u32 {
    for (let i = 0; i < this.captured.length; i += 3) {
      if (this.captured[i] == address && this.samePath(this.captured[i + 1], path))
        return this.captured[i + 2];
    }
    const condition = this.conditions.capture(address, path);
    const writer = this.conditions.writer;
    const rule = writer.record(Section.Rules);
    store<u32>(rule, condition, RULE_FIRST_CONDITION);
    store<u32>(rule, 1, RULE_CONDITION_COUNT);
    store<u32>(rule, RuleFlag.Enabled | RuleFlag.Capture, RULE_FLAGS);
    writer.record(Section.Exclusions);
    this.captured.push(address);
    this.captured.push(path);
    this.captured.push(condition);
    return condition;
  }

  /** Puts the table into the section Filters of `writer`; nothing when there is nothing in it. */
  finish(writer: RulesetWriter): bool {
    if (this.conditions.writer.count(Section.Rules) == 0) return true;
    return this.conditions.finish(writer.section(Section.Filters));
  }

  private samePath(a: u32, b: u32): bool {
    const doc = this.doc;
    let other = doc.first(b);
    for (let item = doc.first(a); item != 0; item = doc.next(item)) {
      const len = doc.textLen(item);
      if (other == 0 || doc.textLen(other) != len) return false;
      if (!equalBytes(doc.textAt(item), doc.textAt(other), len)) return false;
      other = doc.next(other);
    }
    return other == 0;
  }

  private compileExclusion(entry: u32): Outcome {
    const doc = this.doc;
    const conditions = doc.get(entry, "conditions");
    if (!this.isNew(doc.get(entry, "id"))) return Outcome.Failed;
    if (conditions != 0 && doc.kind(conditions) != JsonKind.Array)
      return this.fail("conditions: an array is required");
    if (!versionFits(doc, entry)) {
      this.reason.text("min_version/max_version exclude this engine");
      return Outcome.Skipped;
    }
    const writer = this.conditions.writer;
    const firstTarget = writer.count(Section.Targets);
    const firstInput = writer.count(Section.FilterInputs);
    const firstCondition = writer.count(Section.Conditions);
    const outcome = this.compileParts(entry, conditions);
    if (outcome != Outcome.Loaded) {
      writer.section(Section.Targets).length = firstTarget * TARGET_SIZE;
      writer.section(Section.FilterInputs).length = firstInput * FILTER_INPUT_SIZE;
      return outcome;
    }
    const id = doc.get(entry, "id");
    const rule = writer.record(Section.Rules);
    writer.text(rule + RULE_ID, doc.textAt(id), doc.textLen(id));
    store<u32>(rule, firstCondition, RULE_FIRST_CONDITION);
    store<u32>(rule, writer.count(Section.Conditions) - firstCondition, RULE_CONDITION_COUNT);
    store<u32>(rule, RuleFlag.Enabled | RuleFlag.Keep, RULE_FLAGS);
    this.writeExclusion(entry, firstTarget, firstInput);
    this.ids.push(id);
    return Outcome.Loaded;
  }

  private isNew(id: u32): bool {
    const doc = this.doc;
    if (doc.kind(id) != JsonKind.String) {
      this.reason.text("id: a string is required");
      return false;
    }
    if (<u32>this.ids.length >= EXCLUSIONS_MAX) {
      this.reason.text("more than 10000 exclusions");
      return false;
    }
    for (let i = 0; i < this.ids.length; i++) {
      const other = this.ids[i];
      const len = doc.textLen(other);
      if (len != doc.textLen(id) || !equalBytes(doc.textAt(other), doc.textAt(id), len)) continue;
      this.reason.text("id: used by another exclusion");
      return false;
    }
    return true;
  }

  /** Targets, inputs and, last because only they take themselves back, conditions. */
  private compileParts(entry: u32, conditions: u32): Outcome {
    const doc = this.doc;
    const inputs = doc.get(entry, "inputs");
    const onMatch = doc.get(entry, "on_match");
    const targets = doc.get(entry, "rules_target");
    const writer = this.conditions.writer;
    if (!compileTargets(doc, targets, writer, this.reason, new StaticArray<u32>(1))) return Outcome.Failed;
    if (inputs != 0) {
      const outcome = this.compileInputs(inputs);
      if (outcome != Outcome.Loaded) return outcome;
    } else {
      if (doc.count(targets) == 0 && doc.count(conditions) == 0)
        return this.fail("neither inputs nor rules_target nor conditions: it would exclude everything");
      if (onMatch != 0 && (doc.kind(onMatch) != JsonKind.String || doc.textLen(onMatch) == 0))
        return this.fail("on_match: bypass, monitor or the id of an action is required");
      if (this.modeOf(onMatch) == ExclusionMode.None) return Outcome.Skipped;
    }
    const outcome = this.conditions.compile(conditions, 0);
    if (outcome != Outcome.Loaded) {
      this.reason.clear();
      this.reason.bytes(this.conditions.reason.at, this.conditions.reason.length);
    }
    return outcome;
  }

  private compileInputs(inputs: u32): Outcome {
    const doc = this.doc;
    if (doc.kind(inputs) != JsonKind.Array || doc.count(inputs) == 0)
      return this.fail("inputs: at least one is required");
    const writer = this.conditions.writer;
    const path = new ByteWriter();
    let known = false;
    let outcome = Outcome.Loaded;
    for (let input = doc.first(inputs); input != 0; input = doc.next(input)) {
      const name = doc.get(input, "address");
      const elements = doc.get(input, "key_path");
      if (doc.kind(name) != JsonKind.String) outcome = this.fail("inputs: address: a string is required");
      else if (elements != 0 && doc.kind(elements) != JsonKind.Array)
        outcome = this.fail("inputs: key_path: an array is required");
      if (outcome != Outcome.Loaded) break;
      const address = addressByName(doc.textAt(name), doc.textLen(name));
      if (address == 0) continue;
      known = true;
      path.clear();
      appendPath(doc, elements, path);
      const record = writer.record(Section.FilterInputs);
      store<u32>(record, address, FILTER_INPUT_ADDRESS);
      store<u32>(record, doc.count(elements), FILTER_INPUT_COUNT);
      writer.text(record + FILTER_INPUT_PATH, path.at, path.length);
    }
    path.free();
    heap.free(changetype<usize>(path));
    if (outcome != Outcome.Loaded || known) return outcome;
    this.reason.text("inputs: none of the addresses is available at a proxy");
    return Outcome.Skipped;
  }

  /** An ExclusionMode; None, with the reason, when the action cannot take a rule's place. */
  private modeOf(onMatch: u32): u32 {
    const doc = this.doc;
    if (onMatch == 0 || doc.textIs(onMatch, "bypass")) return ExclusionMode.Bypass;
    if (doc.textIs(onMatch, "monitor")) return ExclusionMode.Monitor;
    const code = this.actions.codeOf(onMatch);
    const kind = code == 0 ? ActionKind.Other : this.actions.kindOf(code);
    if (kind == ActionKind.Monitor) return ExclusionMode.Monitor;
    if (kind != ActionKind.Other) return ExclusionMode.Custom;
    this.reason.text("on_match: no action that blocks or monitors: ");
    this.reason.bytes(doc.textAt(onMatch), doc.textLen(onMatch));
    return ExclusionMode.None;
  }

  private writeExclusion(entry: u32, firstTarget: u32, firstInput: u32): void {
    const doc = this.doc;
    const writer = this.conditions.writer;
    const onMatch = doc.get(entry, "on_match");
    const isInputs = doc.get(entry, "inputs") != 0;
    const mode: u32 = isInputs ? ExclusionMode.Inputs : this.modeOf(onMatch);
    const record = writer.record(Section.Exclusions);
    store<u32>(record, mode, EXCLUSION_MODE);
    store<u32>(record, isInputs ? 0 : this.actions.codeOf(onMatch), EXCLUSION_ACTION);
    store<u32>(record, firstTarget, EXCLUSION_TARGETS);
    store<u32>(record, writer.count(Section.Targets) - firstTarget, EXCLUSION_TARGETS + 4);
    store<u32>(record, firstInput, EXCLUSION_INPUTS);
    store<u32>(record, writer.count(Section.FilterInputs) - firstInput, EXCLUSION_INPUTS + 4);
  }

  private fail(reason: string): Outcome {
    this.reason.text(reason);
    return Outcome.Failed;
  }

  free(): void {
    this.conditions.free();
    this.reason.free();
    heap.free(changetype<usize>(this.reason));
  }
}
