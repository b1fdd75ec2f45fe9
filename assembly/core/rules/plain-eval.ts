// The plain meaning of a ruleset: every enabled condition on every input, one after the other, without prefilter,
// lanes, memory of what was tried, or budget. Slow, and only for tests: the evaluator must say the same
// (`prefilter-never-hides-a-match`). The filter does not import it.

import { ByteWriter } from "../bytes/byte-writer";
import { InputKind, Inputs } from "../inputs/inputs";
import { KeyPath, keyPathDepth } from "../inputs/key-path";
import { scanClasses } from "../match/byte-classes";
import { Span } from "../match/span";
import { applySteps } from "./chain-steps";
import * as layout from "./layout";
import { LaneKind, Operator, Section } from "./layout";
import { beginValue, matchOperator, readsValue } from "./operators";
import { Ruleset } from "./ruleset";

@unmanaged
export class PlainEvaluator {
  private ruleset: Ruleset = changetype<Ruleset>(0);
  /** Per condition: 1 = a value was there to look at, 2 = its operator held for one. */
  private marks: usize = 0;
  private span: Span = new Span();
  private first: ByteWriter = new ByteWriter();
  private second: ByteWriter = new ByteWriter();

  begin(ruleset: Ruleset): void {
    if (this.marks != 0) heap.free(this.marks);
    this.ruleset = ruleset;
    this.marks = heap.alloc(ruleset.conditionCount + 1);
    memory.fill(this.marks, 0, ruleset.conditionCount + 1);
  }

  /** Looks at all inputs; `now` in Unix seconds, 0 = not known. */
  evaluate(inputs: Inputs, now: u64): void {
    for (let input: u32 = 0; input < inputs.count; input++) {
      for (let i: u32 = 0; i < this.ruleset.conditionCount; i++) this.tryCondition(i, inputs, input, now);
    }
  }

  /** Once all inputs were seen: every condition of the rule holds, and the rule is enabled. */
  hasMatched(rule: u32): bool {
    const ruleset = this.ruleset;
    if (!ruleset.isOn(rule)) return false;
    const first = load<u32>(ruleset.rule(rule), layout.RULE_FIRST_CONDITION);
    const count = load<u32>(ruleset.rule(rule), layout.RULE_CONDITION_COUNT);
    for (let i = first; i < first + count; i++) {
      const condition = ruleset.condition(i);
      const mark = load<u8>(this.marks + i);
      const absent = load<u8>(condition, layout.CONDITION_OPERATOR) == Operator.Exists;
      const negated = load<u8>(condition, layout.CONDITION_NEGATED) != 0;
      const holds = negated ? (mark & 2) == 0 && (absent || mark != 0) : (mark & 2) != 0;
      if (!holds) return false;
    }
    return true;
  }

  private tryCondition(number: u32, inputs: Inputs, input: u32, now: u64): void {
    const condition = this.ruleset.condition(number);
    const kind = inputs.kind(input);
    if (!readsValue(this.ruleset, condition, kind)) return;
    const first = load<u32>(condition, layout.CONDITION_FIRST_PROBE);
    const count = load<u32>(condition, layout.CONDITION_PROBE_COUNT);
    for (let i = first; i < first + count; i++) {
      const probe = this.ruleset.probes + <usize>(i * layout.PROBE_SIZE);
      if (load<u8>(probe, layout.PROBE_ADDRESS) != inputs.address(input)) continue;
      if (load<u8>(probe, layout.PROBE_KIND) != laneKind(kind)) continue;
      if (!this.pathFits(probe, inputs.keyPath(input))) continue;
      const marks = this.marks + number;
      store<u8>(marks, load<u8>(marks) | 1);
      const chain =
        this.ruleset.section(Section.Chains) + load<u32>(probe, layout.PROBE_CHAIN) * layout.CHAIN_SIZE;
      let at = inputs.at(input);
      let len = inputs.len(input);
      const out = applySteps(this.ruleset, chain, at, len, this.first, this.second);
      if (out !== null) {
        at = out.at;
        len = out.length;
      }
      if (len < load<u32>(condition, layout.CONDITION_MIN_LENGTH)) continue;
      beginValue(load<u8>(condition, layout.CONDITION_NEGATED) == 0);
      if (matchOperator(this.ruleset, condition, kind, at, len, scanClasses(at, len), now, this.span))
        store<u8>(marks, 3);
    }
  }

  private pathFits(probe: usize, path: usize): bool {
    const count = load<u32>(probe, layout.PROBE_PATH_COUNT);
    const depth = keyPathDepth(path);
    if (depth < count) return false;
    if (depth == count && count != 0 && load<u8>(probe, layout.PROBE_KIND) == LaneKind.Keys) return false;
    let wanted = this.ruleset.blob + load<u32>(probe, layout.PROBE_PATH);
    for (let i: u32 = 0; i < count; i++) {
      const len = <u32>load<u16>(wanted);
      if (!elementIs(elementAt(path, depth, i), wanted + 2, len)) return false;
      wanted += <usize>len + 2;
    }
    return true;
  }
}

function laneKind(kind: u32): u32 {
  if (kind == InputKind.String) return LaneKind.Values;
  return kind == InputKind.Key ? LaneKind.Keys : LaneKind.Scalars;
}

/** Element `i` from the root of a path of `depth` elements. */
function elementAt(path: usize, depth: u32, i: u32): KeyPath {
  let node = changetype<KeyPath>(path);
  for (let up = depth - 1 - i; up != 0; up--) node = changetype<KeyPath>(node.parent);
  return node;
}

function elementIs(element: KeyPath, at: usize, len: u32): bool {
  if (element.index < 0) return element.len == len && memory.compare(element.at, at, len) == 0;
  const text = element.index.toString();
  if (<u32>text.length != len) return false;
  for (let i: u32 = 0; i < len; i++) {
    if (<u32>text.charCodeAt(i) != load<u8>(at + i)) return false;
  }
  return true;
}
