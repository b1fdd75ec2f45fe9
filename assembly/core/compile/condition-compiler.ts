// Conditions of a rules document → the conditions, probes, chains and literals of one table. Rules have a table, and
// what is decided before them (exclusions, values kept for attributes) has another one.

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
  Section,
} from "../rules/layout";
import { transformationFromName } from "../transform/transformation";
import { TRANSFORMATION_UNKNOWN, Transformation } from "../transform/transformation-id";
import { internChain } from "./chain-table";
import { DataLists } from "./data-lists";
import { buildLanes } from "./lane-builder";
import { LiteralTable } from "./literal-table";
import { Outcome } from "./load-report";
import { Operand, compileOperand } from "./operand-compiler";
import { addressByName, operatorByName, operatorNeedsApplication, operatorReadsScalars } from "./rule-names";
import { RulesetWriter } from "./ruleset-writer";

/** No transformation: numbers and booleans have none either. */
const NO_CHAIN: u32 = 0;

export class ConditionCompiler {
  writer: RulesetWriter = new RulesetWriter();
  /** Why the last compile() did not load. */
  reason: ByteWriter = new ByteWriter();
  private literals: LiteralTable = new LiteralTable();
  private hasLiterals: Array<bool> = [];
  private chain: ByteWriter = new ByteWriter();

  /** `operand` is shared with other tables of the document; `data` says what `data` of a parameter refers to. */
  constructor(
    private doc: JsonDocument,
    private operand: Operand,
    private data: DataLists,
  ) {
    internChain(this.writer, this.chain); // becomes NO_CHAIN
  }

  /**
   * Writes the conditions in the array `list` for the rule that Rules will have next; `transformers` holds for those
   * that name none. Unless all load, nothing is left behind and `reason` says why.
   */
  compile(list: u32, transformers: u32): Outcome {
    const doc = this.doc;
    const firstCondition = this.writer.count(Section.Conditions);
    const firstProbe = this.writer.count(Section.Probes);
    const owner = this.writer.count(Section.Rules);
    this.reason.clear();
    let index: u32 = 0;
    for (let condition = doc.first(list); condition != 0; condition = doc.next(condition)) {
      const outcome = this.compileCondition(condition, transformers, owner, index++);
      if (outcome == Outcome.Loaded) continue;
      // Take back what earlier conditions wrote; texts left in Blob do no harm.
      this.writer.section(Section.Conditions).length = firstCondition * CONDITION_SIZE;
      this.writer.section(Section.Probes).length = firstProbe * PROBE_SIZE;
      this.literals.takeBack(firstCondition);
      this.hasLiterals.length = firstCondition;
      return outcome;
    }
    return Outcome.Loaded;
  }

  /** A condition that keeps the first scalar at the path `path` (an array node, or 0) of `address`; its number. */
  capture(address: u32, path: u32): u32 {
    this.operand.clear();
    this.operand.operator = Operator.Capture;
    const owner = this.writer.count(Section.Rules);
    const firstProbe = this.writer.count(Section.Probes);
    this.setPath(path);
    this.writeProbe(address, LaneKind.Values, NO_CHAIN, this.doc.count(path));
    this.writeProbe(address, LaneKind.Scalars, NO_CHAIN, this.doc.count(path));
    this.writeCondition(owner, 0, false, firstProbe);
    return this.writer.count(Section.Conditions) - 1;
  }

  /** Finishes the table and appends it to `out`; false when an address has too many chains. */
  finish(out: ByteWriter): bool {
    if (!buildLanes(this.writer, this.hasLiterals)) return false;
    this.literals.finish(this.writer);
    this.writer.finish(out);
    return true;
  }

  private compileCondition(condition: u32, transformers: u32, owner: u32, index: u32): Outcome {
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
    const outcome = this.compileInputs(doc.get(parameters, "inputs"), transformers);
    if (outcome != Outcome.Loaded) return outcome;
    const data = this.data.find(doc.get(parameters, "data"));
    if (!compileOperand(operand, doc, parameters, data)) {
      this.reason.clear();
      this.reason.bytes(operand.problem.at, operand.problem.length);
      return Outcome.Failed;
    }
    // Of a list that is not there nothing can be said, not even that a value is not in it.
    const unknown = data.length == 0 && doc.get(parameters, "data") != 0 && doc.get(parameters, "list") == 0;
    this.writeCondition(owner, index, negated && !unknown, firstProbe);
    return Outcome.Loaded;
  }

  private writeCondition(owner: u32, index: u32, negated: bool, firstProbe: u32): void {
    const operand = this.operand;
    const number = this.writer.count(Section.Conditions);
    const record = this.writer.record(Section.Conditions);
    store<u32>(record, owner, CONDITION_RULE);
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
    const path = doc.get(input, "key_path");
    this.setPath(path);
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

  /** The path of the probes to come, in `chain`. */
  private setPath(path: u32): void {
    this.chain.clear();
    appendPath(this.doc, path, this.chain);
  }

  private writeProbe(address: u32, kind: u32, chain: u32, pathCount: u32): void {
    const record = this.writer.record(Section.Probes);
    store<u8>(record, <u8>address, PROBE_ADDRESS);
    store<u8>(record, <u8>kind, PROBE_KIND);
    store<u32>(record, chain, PROBE_CHAIN);
    this.writer.text(record + PROBE_PATH, this.chain.at, this.chain.length);
    store<u32>(record, pathCount, PROBE_PATH_COUNT);
  }

  private setReason(reason: string): void {
    this.reason.clear();
    this.reason.text(reason);
  }

  private fail(reason: string): Outcome {
    this.setReason(reason);
    return Outcome.Failed;
  }

  private unknownOperator(at: usize, len: u32): Outcome {
    const application = operatorNeedsApplication(at, len);
    this.setReason(application ? "needs the application's runtime: " : "unknown operator: ");
    this.reason.bytes(at, len);
    return application ? Outcome.Skipped : Outcome.Failed;
  }

  free(): void {
    this.writer.free();
    this.literals.free();
    this.chain.free();
    this.reason.free();
  }
}

/** Elements of a `key_path` as (u16 length, bytes)*. */
export function appendPath(doc: JsonDocument, path: u32, out: ByteWriter): void {
  for (let item = doc.first(path); item != 0; item = doc.next(item)) {
    out.u16(<u16>min<u32>(doc.textLen(item), 0xffff));
    out.bytes(doc.textAt(item), min<u32>(doc.textLen(item), 0xffff));
  }
}
