// Evaluates inputs against a ruleset: which values are looked at, in which variants, and what lies inside them
// (variant-eval.ts looks at one variant).

import { Address } from "../address";
import { Arena } from "../bytes/arena";
import { ByteWriter } from "../bytes/byte-writer";
import { InputKind, Inputs } from "../inputs/inputs";
import { KeyPath, keyPathDepth } from "../inputs/key-path";
import { NestedValues, nestedValues } from "../decode/nested";
import { VALUE_COST } from "../inputs/sieve";
import { CLASS_ALWAYS, scanClasses } from "../match/byte-classes";
import { applySteps, isLowerCaseOf } from "./chain-steps";
import * as layout from "./layout";
import { LaneKind, Operator, Section } from "./layout";
import { Withheld } from "./exclusions";
import { beginValue, matchOperator, readsValue } from "./operators";
import { Look, MEMO_CHAINS, MEMO_LOOK, mayBeNamed, memoOf } from "./lane-memo";
import { pathFits } from "./path-match";
import { CleanCache } from "./clean-cache";
import { NOT_CACHED, cachePlace, isNamed, isRooted } from "./repeated-values";
import { isEnabled, looksNegated } from "./enabled-rules";
import { RuleState } from "./rule-state";
import { VariantEvaluator } from "./variant-eval";

const LANE_CHAINS_MAX: u32 = 32;
const CHANGE_SIZE: u32 = 12;
/** Every chain of a lane. */
const ALL_CHAINS: u32 = 0xffffffff;

/** Values lie inside it that are not inputs already: what a target holds, path and query bring. */
function mayHoldMore(address: u32, laneKind: u32): bool {
  return laneKind != LaneKind.Scalars && address != Address.RequestUriRaw;
}

@unmanaged
export class Evaluator extends VariantEvaluator {
  /** Rounds of decoding that values go through (decode/nested.ts); 0 = none. */
  decodeRounds: u32 = 0;
  /** More lay inside a value than could be looked at, since the caller last cleared it. */
  nestedCut: bool = false;
  private nested: NestedValues = nestedValues;
  private second: ByteWriter = new ByteWriter();
  private triedCount: u32 = 0;
  /** Per lane chain that changed the value: address and length of the result, and the chains that have the same (bit per chain). */
  private changed: usize = heap.alloc(LANE_CHAINS_MAX * CHANGE_SIZE);

  /** Evaluates all inputs; matches go to `state`, their evidence into `keep`. */
  evaluate(state: RuleState, inputs: Inputs, keep: Arena): void {
    const ruleset = state.ruleset;
    if (ruleset === null) return;
    this.ruleset = ruleset;
    this.state = state;
    this.keep = keep;
    this.reserveTried(ruleset.conditionCount);
    const count = inputs.count;
    for (let i: u32 = 0; i < count; i++) {
      if (!this.enterInput(inputs, i)) continue;
      if (this.budget < 0) return;
      const place = cachePlace(this.address, this.laneKind);
      if (place != NOT_CACHED && this.mayCache(place))
        this.evaluateRepeated(place, inputs.at(i), inputs.len(i));
      else this.evaluateWhole(inputs.at(i), inputs.len(i));
    }
  }

  /** Makes entry `i` the value under evaluation; false when no condition looks at such values. */
  private enterInput(inputs: Inputs, i: u32): bool {
    const kind = inputs.kind(i);
    this.kind = kind;
    this.laneKind =
      kind == InputKind.String ? LaneKind.Values : kind == InputKind.Key ? LaneKind.Keys : LaneKind.Scalars;
    this.address = inputs.address(i);
    this.path = inputs.keyPath(i);
    this.lane = this.ruleset.lane(this.address, this.laneKind);
    if (load<u32>(this.lane, layout.LANE_CONDITIONS) == 0) return false;
    this.budget -= inputs.len(i) + VALUE_COST;
    return true;
  }

  private evaluateFound(i: u32): void {
    const nested = this.nested;
    const found = nested.found;
    if (!this.enterInput(found, i)) return;
    const at = found.at(i);
    const len = found.len(i);
    const mask = this.evaluateValue(this.lane, at, len);
    const rounds = found.rounds(i);
    if (rounds < this.decodeRounds && this.laneKind != LaneKind.Scalars)
      nested.lookInto(this.address, this.kind, this.path, at, len, mask, rounds);
  }

  /** A value, and what lies inside it; true when nothing does. */
  private evaluateWhole(at: usize, len: u32): bool {
    const mask = this.evaluateValue(this.lane, at, len);
    if (this.decodeRounds == 0 || !mayHoldMore(this.address, this.laneKind)) return true;
    const nested = this.nested;
    const found = nested.found;
    nested.lookInto(this.address, this.kind, this.path, at, len, mask, 0);
    if (found.count == 0) return true;
    while (found.count != 0 && this.budget >= 0) {
      for (let i: u32 = 0; i < found.count && this.budget >= 0; i++) this.evaluateFound(i);
      found.clear();
      nested.readOn();
    }
    nested.stop();
    if (nested.isCut) this.nestedCut = true;
    nested.isCut = false;
    return false;
  }

  /**
   * Decides negated conditions on `addresses` (bit per address) that can receive no more values: satisfied when
   * none of their values matched (`!exists`: even when there was none).
   */
  finishAddresses(state: RuleState, addresses: u32, keep: Arena): void {
    const ruleset = state.ruleset;
    // Out of budget, nobody looked at the last values: that none of them matched is not known.
    if (ruleset === null || this.budget < 0) return;
    const count = ruleset.count(Section.Negated);
    if (count == 0) return;
    this.ruleset = ruleset;
    this.state = state;
    this.keep = keep;
    this.span.from = 0;
    this.span.to = 0;
    const list = ruleset.section(Section.Negated);
    for (let i: u32 = 0; i < count; i++) {
      const number = load<u32>(list + ((<usize>i) << 2));
      const condition = ruleset.condition(number);
      if ((load<u32>(condition, layout.CONDITION_ADDRESSES) & ~addresses) != 0) continue;
      if (
        state.isSatisfied(number) ||
        state.wasHit(number) ||
        !isEnabled(this.ruleset, this.state, condition)
      )
        continue;
      const optional = load<u8>(condition, layout.CONDITION_OPERATOR) == Operator.Exists;
      if (!optional && !state.wasSeen(number)) continue;
      this.address = <u32>ctz(load<u32>(condition, layout.CONDITION_ADDRESSES));
      this.kind = InputKind.Null;
      this.path = 0;
      this.satisfy(number, condition, 0, 0);
    }
  }

  private reserveTried(conditions: u32): void {
    if (conditions <= this.triedCount && this.serial < 0xf0000000) return;
    if (this.tried != 0) heap.free(this.tried);
    this.tried = heap.alloc(conditions << 2);
    memory.fill(this.tried, 0, conditions << 2);
    this.triedCount = conditions;
    this.serial = 0;
  }

  /** What the rules say of a value at `place` of the cache depends on nothing but its bytes and the name kept with them. */
  private mayCache(place: u32): bool {
    if (this.ruleset.clean === null || looksNegated(this.ruleset, this.state, this.lane, this.path))
      return false;
    if (isNamed(place)) return keyPathDepth(this.path) == 1;
    if (this.state.withholds) return false;
    const paths = load<u32>(this.lane, layout.LANE_PATHS);
    if (paths == 0 || !isRooted(place) || this.path == 0) return paths <= (isRooted(place) ? 1 : 0);
    // The entry of a value without a path has no name either.
    const root = changetype<KeyPath>(this.rootOfPath());
    return paths == 1 && root.index < 0 && root.len != 0;
  }

  /** The element of the path that rules may ask for: the name of the parameter, or of the member of the document. */
  private rootOfPath(): usize {
    let node = this.path;
    while (node != 0 && changetype<KeyPath>(node).parent != 0) node = changetype<KeyPath>(node).parent;
    return node;
  }

  /** Evaluates a value of the kind that comes again, unless the very same one is known to be clean. */
  private evaluateRepeated(place: u32, at: usize, len: u32): void {
    const clean = changetype<CleanCache>(this.ruleset.clean);
    const node = isNamed(place) ? this.path : isRooted(place) ? this.rootOfPath() : 0;
    const isKeyed = node != 0 && changetype<KeyPath>(node).index < 0;
    const name = isKeyed ? changetype<KeyPath>(node).at : 0;
    const nameLen = isKeyed ? changetype<KeyPath>(node).len : 0;
    if (clean.has(place, name, nameLen, at, len)) return;
    const isPlain = this.evaluateWhole(at, len);
    // What lies inside has a path of its own, which is not part of the entry.
    if ((!isNamed(place) && !isPlain) || !this.state.isUntouched() || this.budget < 0) return;
    if (isRooted(place)) clean.addAgain(place, name, nameLen, at, len);
    else clean.add(place, name, nameLen, at, len);
  }

  /** Evaluates one value as it stands; the classes it has. */
  private evaluateValue(lane: usize, at: usize, len: u32): u64 {
    this.withheld = this.state.withholds ? Withheld.Unknown : Withheld.No;
    const mask = scanClasses(at, len) | CLASS_ALWAYS;
    const entry = memoOf(this.ruleset, lane, mask);
    const look = load<u32>(entry, MEMO_LOOK);
    if ((look & Look.Negated) != 0 || ((look & Look.NegatedBound) != 0 && mayBeNamed(entry, this.path)))
      this.tryNegated(
        load<u32>(lane, layout.LANE_NEGATED),
        load<u32>(lane, layout.LANE_NEGATED + 4),
        at,
        len,
      );
    const triggered = load<u32>(entry, MEMO_CHAINS);
    this.scratch.reset();
    this.isWhole = true;
    if (triggered == 0) this.evaluateVariant(entry, at, len, mask, ALL_CHAINS);
    else this.evaluateVariants(lane, at, len, mask, triggered);
    return mask;
  }

  /**
   * As the value is, and as each of the `triggered` chains (bit per chain of the lane) that changes it makes it.
   * WHY equal results are one variant: chains have steps in common, and of four that changed a text two or three did it alike.
   */
  private evaluateVariants(lane: usize, at: usize, len: u32, mask: u64, triggered: u32): void {
    const ruleset = this.ruleset;
    const list = ruleset.section(Section.LaneChains) + ((<usize>load<u32>(lane, layout.LANE_CHAINS)) << 2);
    const records = ruleset.section(Section.Chains);
    let changed: u32 = 0;
    let variants: u32 = 0;
    for (let rest = triggered; rest != 0; rest &= rest - 1) {
      const i = <u32>ctz(rest);
      const chain = records + <usize>(load<u32>(list + ((<usize>i) << 2)) * layout.CHAIN_SIZE);
      const change = this.changed + <usize>(i * CHANGE_SIZE);
      if (!this.applyChain(chain, change, at, len)) continue;
      if (
        load<u32>(chain, layout.CHAIN_FOLDS) != 0 &&
        load<u32>(change, 4) == len &&
        isLowerCaseOf(load<u32>(change), at, len)
      )
        continue;
      changed |= 1 << i;
      if (!this.joinsVariant(change, variants, 1 << i)) variants |= 1 << i;
    }
    // The memo may have been filled for others meanwhile.
    this.evaluateVariant(memoOf(ruleset, lane, mask), at, len, mask, ~changed);
    this.isWhole = false;
    for (; variants != 0; variants &= variants - 1) {
      const change = this.changed + <usize>(<u32>ctz(variants) * CHANGE_SIZE);
      const variantAt = <usize>load<u32>(change);
      const variantLen = load<u32>(change, 4);
      this.budget -= variantLen;
      const classes = scanClasses(variantAt, variantLen) | CLASS_ALWAYS;
      this.evaluateVariant(
        memoOf(ruleset, lane, classes),
        variantAt,
        variantLen,
        classes,
        load<u32>(change, 8),
      );
    }
  }

  /** Has an equal one of `variants` (bit per chain) stand for `bit` too; else the change stands for itself. */
  private joinsVariant(change: usize, variants: u32, bit: u32): bool {
    const at = <usize>load<u32>(change);
    const len = load<u32>(change, 4);
    for (; variants != 0; variants &= variants - 1) {
      const other = this.changed + <usize>(<u32>ctz(variants) * CHANGE_SIZE);
      if (load<u32>(other, 4) != len || memory.compare(load<u32>(other), at, len) != 0) continue;
      store<u32>(other, load<u32>(other, 8) | bit, 8);
      return true;
    }
    store<u32>(change, bit, 8);
    return false;
  }

  /** Applies a chain's steps; true when they changed the value: the result's address and length are then at `change`. */
  private applyChain(chain: usize, change: usize, at: usize, len: u32): bool {
    const out = applySteps(this.ruleset, chain, at, len, this.first, this.second);
    if (out === null) return false;
    const copy = this.scratch.copy(out.at, out.length);
    if (copy == 0 && out.length != 0) return false;
    store<u32>(change, <u32>copy);
    store<u32>(change, out.length, 4);
    return true;
  }

  private tryNegated(first: u32, count: u32, at: usize, len: u32): void {
    const list = this.ruleset.section(Section.Negated) + ((<usize>first) << 2);
    this.serial++;
    this.scratch.reset();
    // Repaired, a value would match more, and the negation hold less.
    beginValue(false);
    for (let i: u32 = 0; i < count; i++) {
      const number = load<u32>(list + ((<usize>i) << 2));
      const condition = this.ruleset.condition(number);
      if (this.state.wasHit(number) || !isEnabled(this.ruleset, this.state, condition)) continue;
      if (!readsValue(this.ruleset, condition, this.kind)) continue;
      const end = this.ruleset.endOfProbes(condition);
      for (let probe = this.ruleset.firstProbe(condition); probe < end; probe += layout.PROBE_SIZE) {
        if (load<u8>(probe, layout.PROBE_ADDRESS) != this.address) continue;
        if (load<u8>(probe, layout.PROBE_KIND) != this.laneKind || !pathFits(this.ruleset, probe, this.path))
          continue;
        const rule = load<u32>(condition, layout.CONDITION_RULE);
        if (this.withheld != Withheld.No && this.isWithheld(rule)) {
          // What nobody may look at is neither there nor missing.
          if (load<u8>(condition, layout.CONDITION_OPERATOR) == Operator.Exists) this.state.setHit(number);
          continue;
        }
        this.state.setSeen(number);
        const chain =
          this.ruleset.section(Section.Chains) +
          <usize>(load<u32>(probe, layout.PROBE_CHAIN) * layout.CHAIN_SIZE);
        const changed = this.applyChain(chain, this.changed, at, len);
        const from = changed ? <usize>load<u32>(this.changed) : at;
        const size = changed ? load<u32>(this.changed, 4) : len;
        this.budget -= size;
        if (size < load<u32>(condition, layout.CONDITION_MIN_LENGTH)) continue;
        if (
          matchOperator(
            this.ruleset,
            condition,
            this.kind,
            from,
            size,
            scanClasses(from, size),
            this.now,
            this.span,
          )
        )
          this.state.setHit(number);
      }
    }
  }
}
