// What the evaluator makes of inputs, told step by step: which conditions look at an input, which of them the
// prefilter lets through and by what, what the transformations made of the value, and what each operator said.
// Slow, for `wardgate explain`; the filter does not import it. It asks every condition on its own, as
// plain-eval.ts does, so that what rules matched before does not hide anything.

import { ADDRESS_NAMES } from "../address";
import { ByteWriter } from "../bytes/byte-writer";
import { appendJsonName, appendJsonString } from "../bytes/json-text";
import { decodeStep, NestedValues } from "../decode/nested";
import { InputKind, Inputs } from "../inputs/inputs";
import { KeyPath, keyPathDepth } from "../inputs/key-path";
import { CLASS_ALWAYS, CLASS_ANY, CLASS_HIGH, scanClasses } from "../match/byte-classes";
import { Span } from "../match/span";
import { transformationName } from "../transform/transformation";
import { applySteps } from "./chain-steps";
import * as layout from "./layout";
import { LaneKind, Section } from "./layout";
import { LiteralHits } from "./literal-hits";
import { beginValue, matchOperator, readsValue } from "./operators";
import { pathFits } from "./path-match";
import { Ruleset } from "./ruleset";

/** Bytes of a value that are told. */
const VALUE_BYTES: u32 = 2048;
/** Bytes of the whole story; what comes later is left out. */
const STORY_BYTES: u32 = 16 * 1024 * 1024;
const KIND_NAMES: string[] = ["value", "key", "number", "boolean", "null", "container"];
/** By step of decode/nested.ts. */
const STEP_NAMES: string[] = ["percent", "references", "escapes", "look_alikes", "nulls"];
/** Earlier results that are asked whether they led to one. */
const SOURCES: u32 = 8;

@unmanaged
export class ExplainEvaluator {
  /** JSON objects, one an input, separated by commas. */
  story: ByteWriter = new ByteWriter();
  isCut: bool = false;
  private nested: NestedValues = new NestedValues();
  private hits: LiteralHits = new LiteralHits();
  private span: Span = new Span();
  private first: ByteWriter = new ByteWriter();
  private second: ByteWriter = new ByteWriter();
  private step: ByteWriter = new ByteWriter();
  private conditions: u32 = 0;
  private candidates: u32 = 0;

  clear(): void {
    this.story.clear();
    this.isCut = false;
  }

  /** Tells of every input, and of what lies inside it, as far as `rounds` of decoding go. */
  explain(shipped: Ruleset | null, custom: Ruleset | null, inputs: Inputs, rounds: u32, now: u64): void {
    for (let i: u32 = 0; i < inputs.count; i++) {
      this.explainInput(shipped, custom, inputs, i, "", now);
      const kind = inputs.kind(i);
      if (rounds == 0 || (kind != InputKind.String && kind != InputKind.Key)) continue;
      this.explainNested(shipped, custom, inputs, i, rounds, now);
    }
  }

  private explainNested(
    shipped: Ruleset | null,
    custom: Ruleset | null,
    inputs: Inputs,
    i: u32,
    rounds: u32,
    now: u64,
  ): void {
    const nested = this.nested;
    const found = nested.found;
    const at = inputs.at(i);
    const len = inputs.len(i);
    const path = inputs.keyPath(i);
    nested.lookInto(inputs.address(i), inputs.kind(i), path, at, len, classesOf(at, len), 0);
    for (let j: u32 = 0; j < found.count; j++) {
      const how = found.keyPath(j) == path ? this.decodingOf(inputs, i, j) : "structure";
      this.explainInput(shipped, custom, found, j, how, now);
      const kind = found.kind(j);
      const isText = kind == InputKind.String || kind == InputKind.Key;
      const classes = classesOf(found.at(j), found.len(j));
      if (found.rounds(j) < rounds && isText)
        nested.lookInto(
          found.address(j),
          kind,
          found.keyPath(j),
          found.at(j),
          found.len(j),
          classes,
          found.rounds(j),
        );
    }
    found.clear();
    nested.isCut = false;
  }

  /** Which decoder made entry `j` of what was found inside input `i`. */
  private decodingOf(inputs: Inputs, i: u32, j: u32): string {
    const found = this.nested.found;
    const from = j > SOURCES ? j - SOURCES : 0;
    for (let source = j; source >= from; source--) {
      const isFirst = source == from;
      const at = isFirst ? inputs.at(i) : found.at(source - 1);
      const len = isFirst ? inputs.len(i) : found.len(source - 1);
      const classes = classesOf(at, len);
      for (let step = 0; step < STEP_NAMES.length; step++) {
        this.step.clear();
        if (!decodeStep(step, at, len, classes, this.step)) continue;
        if (this.step.length != found.len(j)) continue;
        if (memory.compare(this.step.at, found.at(j), this.step.length) == 0) return STEP_NAMES[step];
      }
      if (isFirst) break;
    }
    return "base64";
  }

  private explainInput(
    shipped: Ruleset | null,
    custom: Ruleset | null,
    inputs: Inputs,
    i: u32,
    decoded: string,
    now: u64,
  ): void {
    const out = this.story;
    if (out.length > STORY_BYTES) {
      this.isCut = true;
      return;
    }
    const kind = inputs.kind(i);
    if (out.length != 0) out.byte(0x2c);
    out.byte(0x7b);
    word(out, "address", ADDRESS_NAMES[inputs.address(i)]);
    appendJsonName(out, "key_path");
    appendPath(out, inputs.keyPath(i));
    out.byte(0x2c);
    word(out, "kind", KIND_NAMES[kind]);
    if (decoded.length != 0) word(out, "decoded", decoded);
    appendJsonName(out, "value");
    appendJsonString(out, inputs.at(i), min(inputs.len(i), VALUE_BYTES));
    out.text(',"length":');
    out.decimal(inputs.len(i));
    out.text(',"candidates":[');
    this.conditions = 0;
    this.candidates = 0;
    if (shipped !== null) this.askRuleset(shipped, inputs, i, now);
    if (custom !== null) this.askRuleset(custom, inputs, i, now);
    out.text('],"conditions":');
    out.decimal(this.conditions);
    out.byte(0x7d);
  }

  private askRuleset(ruleset: Ruleset, inputs: Inputs, i: u32, now: u64): void {
    const kind = inputs.kind(i);
    const lane =
      kind == InputKind.String ? LaneKind.Values : kind == InputKind.Key ? LaneKind.Keys : LaneKind.Scalars;
    for (let number: u32 = 0; number < ruleset.conditionCount; number++) {
      const condition = ruleset.condition(number);
      const rule = load<u32>(condition, layout.CONDITION_RULE);
      if (!ruleset.isOn(rule)) continue;
      if (!readsValue(ruleset, condition, kind)) continue;
      const first = load<u32>(condition, layout.CONDITION_FIRST_PROBE);
      const count = load<u32>(condition, layout.CONDITION_PROBE_COUNT);
      let isCounted = false;
      for (let p = first; p < first + count; p++) {
        const probe = ruleset.probes + <usize>(p * layout.PROBE_SIZE);
        if (load<u8>(probe, layout.PROBE_ADDRESS) != inputs.address(i)) continue;
        if (load<u8>(probe, layout.PROBE_KIND) != lane) continue;
        if (!pathFits(ruleset, probe, inputs.keyPath(i))) continue;
        if (!isCounted) this.conditions++;
        isCounted = true;
        this.askCondition(ruleset, number, probe, inputs, i, now);
      }
    }
  }

  /** Tells of the condition unless the prefilter dismisses it. */
  private askCondition(ruleset: Ruleset, number: u32, probe: usize, inputs: Inputs, i: u32, now: u64): void {
    const condition = ruleset.condition(number);
    const chain =
      ruleset.section(Section.Chains) + <usize>(load<u32>(probe, layout.PROBE_CHAIN) * layout.CHAIN_SIZE);
    let at = inputs.at(i);
    let len = inputs.len(i);
    const changed = applySteps(ruleset, chain, at, len, this.first, this.second);
    if (changed !== null) {
      at = changed.at;
      len = changed.length;
    }
    const negated = load<u8>(condition, layout.CONDITION_NEGATED) != 0;
    if (len < load<u32>(condition, layout.CONDITION_MIN_LENGTH) && !negated) return;
    const mask = classesOf(at, len);
    const maskA = load<u64>(condition, layout.CONDITION_MASK_A);
    const maskB = load<u64>(condition, layout.CONDITION_MASK_B);
    const literal = this.hits.find(ruleset, number, at, len);
    if (!negated && ((maskA & mask) == 0 || (maskB & mask) == 0 || (literal < 0 && this.hits.isAsked)))
      return;
    const out = this.story;
    if (this.candidates++ != 0) out.byte(0x2c);
    out.byte(0x7b);
    this.appendRule(ruleset, condition);
    if (negated) word(out, "by", "negation");
    else if (literal >= 0) this.appendLiteral(ruleset, literal);
    else word(out, "by", maskA == CLASS_ANY && maskB == CLASS_ANY ? "every value" : "bytes");
    if (!negated) this.appendClasses(maskA & mask, maskA, maskB & mask, maskB);
    appendChain(out, ruleset, chain);
    if (changed !== null) {
      appendJsonName(out, "transformed");
      appendJsonString(out, at, min(len, VALUE_BYTES));
      out.byte(0x2c);
    }
    this.span.from = 0;
    this.span.to = 0;
    beginValue((mask & CLASS_HIGH) != 0 && !negated);
    const holds = matchOperator(ruleset, condition, inputs.kind(i), at, len, mask, now, this.span);
    if (holds && this.span.to > this.span.from) {
      appendJsonName(out, "highlight");
      appendJsonString(out, this.span.from, min(<u32>(this.span.to - this.span.from), VALUE_BYTES));
      out.byte(0x2c);
    }
    out.text(holds != negated ? '"holds":true}' : '"holds":false}');
  }

  private appendRule(ruleset: Ruleset, condition: usize): void {
    const out = this.story;
    const record = ruleset.rule(load<u32>(condition, layout.CONDITION_RULE));
    appendJsonName(out, "rule");
    appendJsonString(out, ruleset.textAt(record + layout.RULE_ID), load<u32>(record, layout.RULE_ID + 4));
    out.text(',"condition":');
    out.decimal(load<u16>(condition, layout.CONDITION_INDEX));
    out.byte(0x2c);
    word(out, "operator", layout.OPERATOR_NAMES[load<u8>(condition, layout.CONDITION_OPERATOR)]);
  }

  private appendLiteral(ruleset: Ruleset, literal: i32): void {
    const record = ruleset.literals + <usize>(<u32>literal * layout.LITERAL_SIZE);
    word(this.story, "by", "literal");
    appendJsonName(this.story, "literal");
    const at = ruleset.blob + load<u32>(record, layout.LITERAL_TEXT);
    appendJsonString(this.story, at, load<u16>(record, layout.LITERAL_LENGTH));
    this.story.byte(0x2c);
  }

  /** Numbers of the classes (match/byte-classes.ts) that opened the way, for each of the two that are required. */
  private appendClasses(foundA: u64, maskA: u64, foundB: u64, maskB: u64): void {
    const out = this.story;
    if (maskA == CLASS_ANY && maskB == CLASS_ANY) return;
    out.text('"classes":[');
    if (maskA != CLASS_ANY) appendBits(out, foundA);
    if (maskA != CLASS_ANY && maskB != CLASS_ANY) out.byte(0x2c);
    if (maskB != CLASS_ANY) appendBits(out, foundB);
    out.text("],");
  }
}

function classesOf(at: usize, len: u32): u64 {
  return scanClasses(at, len) | CLASS_ALWAYS;
}

function appendBits(out: ByteWriter, bits: u64): void {
  out.byte(0x5b);
  for (let rest = bits; rest != 0; rest &= rest - 1) {
    if (rest != bits) out.byte(0x2c);
    out.decimal(<u32>ctz(rest));
  }
  out.byte(0x5d);
}

function appendChain(out: ByteWriter, ruleset: Ruleset, chain: usize): void {
  const steps = ruleset.blob + load<u32>(chain, layout.CHAIN_STEPS);
  const count = load<u32>(chain, layout.CHAIN_STEPS + 4);
  if (count == 0) return;
  out.text('"transformers":[');
  for (let i: u32 = 0; i < count; i++) {
    if (i != 0) out.byte(0x2c);
    out.byte(0x22);
    out.text(transformationName(load<u8>(steps + i)));
    out.byte(0x22);
  }
  out.text("],");
}

/** `"name":"value",` of constants. */
function word(out: ByteWriter, name: string, value: string): void {
  appendJsonName(out, name);
  out.byte(0x22);
  out.text(value);
  out.text('",');
}

function appendPath(out: ByteWriter, path: usize): void {
  out.byte(0x5b);
  const depth = keyPathDepth(path);
  for (let i: u32 = 0; i < depth; i++) {
    // Paths are chains from the leaf: each element is looked up anew. Depth is limited by the parsers.
    let node = path;
    for (let up = depth - 1 - i; up != 0; up--) node = changetype<KeyPath>(node).parent;
    const element = changetype<KeyPath>(node);
    if (i != 0) out.byte(0x2c);
    if (element.index >= 0) out.decimal(element.index);
    else appendJsonString(out, element.at, min(element.len, VALUE_BYTES));
  }
  out.byte(0x5d);
}
