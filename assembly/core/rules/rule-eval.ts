// Evaluates inputs against a ruleset.
//
//   value ─ class scan ─→ groups whose required classes occur ─┐
//         ─ literal scan (where a gate opens) ─────────────────┴→ candidate conditions ─ key path ─ transformations
//                                                                  ─ operator ─→ satisfied condition ─→ matched rule
//
// WHY the order: a value that has neither a required class nor a required literal of any condition costs one
// scan and a few ANDs; only candidates are transformed and confirmed.
// SAFETY: class and literal scans may say only "no" or "maybe" (compile/literal-table.ts, match/byte-classes.ts).
// TEST: prefilter-never-hides-a-match.
//
// Linear time: a condition is confirmed at most once per value and transformation (`tried`), whatever the number
// of literal hits; the transaction's budget counts the bytes of every scan and confirmation.

import { Address } from "../address";
import { Arena } from "../bytes/arena";
import { ByteWriter } from "../bytes/byte-writer";
import { InputKind, Inputs } from "../inputs/inputs";
import { KeyPath, keyPathDepth } from "../inputs/key-path";
import { NestedValues } from "../decode/nested";
import { CLASS_ALWAYS, CLASS_HIGH, scanClasses } from "../match/byte-classes";
import { Span } from "../match/span";
import { transform } from "../transform/transformation";
import { Transformation } from "../transform/transformation-id";
import * as layout from "./layout";
import { LaneKind, Operator, Section } from "./layout";
import { Exclusions, Withheld, exclusionMode } from "./exclusions";
import { beginValue, matchOperator, readsKind, readsValue } from "./operators";
import { literalIsAt } from "./literal-match";
import { isAtPath, pathFits } from "./path-match";
import { CleanCache } from "./clean-cache";
import { NOT_CACHED, cachePlace, isNamed } from "./repeated-values";
import { isEnabled, isRuleEnabled, looksNegated } from "./enabled-rules";
import { RuleState } from "./rule-state";
import { Ruleset } from "./ruleset";

const FOLD: u32 = 0x202020;
const WINDOW: u32 = 0xffffff;
const NONE: u32 = 0xffffffff;
/** Work units a value costs beside its bytes. */
const VALUE_COST: u32 = 32;
const LANE_CHAINS_MAX: u32 = 32;

/** Values lie inside it that are not inputs already: what a target holds, path and query bring. */
function mayHoldMore(address: u32, laneKind: u32): bool {
  return laneKind != LaneKind.Scalars && address != Address.RequestUriRaw;
}

@unmanaged
export class Evaluator {
  /** Work units left for the transaction; below zero nothing more is evaluated. */
  budget: i64 = 0;
  /** A rule that blocks has matched since the caller last cleared it. */
  blockMatched: bool = false;
  /** Rounds of decoding that values go through (decode/nested.ts); 0 = none. */
  decodeRounds: u32 = 0;
  /** More lay inside a value than could be looked at, since the caller last cleared it. */
  nestedCut: bool = false;
  /** Unix seconds, for entries that expire; 0 = not known, nothing expires. */
  now: u64 = 0;
  private nested: NestedValues = new NestedValues();
  private ruleset: Ruleset = changetype<Ruleset>(0);
  private state: RuleState = changetype<RuleState>(0);
  private keep: Arena = changetype<Arena>(0);
  private span: Span = new Span();
  /** Transformed bytes of the value under evaluation. */
  private scratch: Arena = new Arena();
  private first: ByteWriter = new ByteWriter();
  private second: ByteWriter = new ByteWriter();
  /** Per condition: serial of the last value and variant it was tried on. */
  private tried: usize = 0;
  private triedCount: u32 = 0;
  private serial: u32 = 0;
  /** Per lane chain that changed the value: address and length of the result. */
  private changed: usize = heap.alloc(LANE_CHAINS_MAX << 3);
  // The value under evaluation.
  private address: u32 = 0;
  private kind: u32 = 0;
  private laneKind: u32 = 0;
  private lane: usize = 0;
  private path: usize = 0;
  /** Whether an exclusion withholds it from some rule: not known yet, no, yes. */
  private withheld: u32 = Withheld.Unknown;
  // Its variant under evaluation: bytes, classes, lane chains it stands for, lower-cased copy.
  private at: usize = 0;
  private len: u32 = 0;
  private mask: u64 = 0;
  private live: u32 = 0;
  private loweredAt: usize = 0;

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
      if (place != NOT_CACHED && this.mayCache(place)) this.evaluateRepeated(place, inputs.at(i), inputs.len(i));
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
    this.lane =
      this.ruleset.lanes + <usize>((this.address * layout.LANE_KINDS + this.laneKind) * layout.LANE_SIZE);
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

  /** What the rules say of a value at `place` of the cache depends on nothing but its bytes and, if it has one, its name. */
  private mayCache(place: u32): bool {
    if (this.ruleset.clean === null || looksNegated(this.ruleset, this.state, this.lane)) return false;
    if (isNamed(place)) return keyPathDepth(this.path) == 1;
    return !this.state.withholds && load<u32>(this.lane, layout.LANE_PATHS) == 0;
  }

  /** Evaluates a value of the kind that comes again, unless the very same one is known to be clean. */
  private evaluateRepeated(place: u32, at: usize, len: u32): void {
    const clean = changetype<CleanCache>(this.ruleset.clean);
    const named = isNamed(place);
    const name = named ? changetype<KeyPath>(this.path).at : 0;
    const nameLen = named ? changetype<KeyPath>(this.path).len : 0;
    if (clean.has(place, name, nameLen, at, len)) return;
    const isPlain = this.evaluateWhole(at, len);
    // What lies inside a key has the path of that key, which is not part of the entry.
    if (!named && !isPlain) return;
    if (this.state.isUntouched() && this.budget >= 0) clean.add(place, name, nameLen, at, len);
  }

  /** Evaluates one value as it stands; the classes it has. */
  private evaluateValue(lane: usize, at: usize, len: u32): u64 {
    this.withheld = this.state.withholds ? Withheld.Unknown : Withheld.No;
    const negated = load<u32>(lane, layout.LANE_NEGATED + 4);
    if (negated != 0) this.tryNegated(load<u32>(lane, layout.LANE_NEGATED), negated, at, len);
    this.scratch.reset();
    const mask = scanClasses(at, len) | CLASS_ALWAYS;
    const ruleset = this.ruleset;
    const chains = load<u32>(lane, layout.LANE_CHAINS + 4);
    const list = ruleset.section(Section.LaneChains) + ((<usize>load<u32>(lane, layout.LANE_CHAINS)) << 2);
    const records = ruleset.section(Section.Chains);
    let live: u32 = 0;
    for (let i: u32 = 0; i < chains; i++) {
      const chain = records + <usize>(load<u32>(list + ((<usize>i) << 2)) * layout.CHAIN_SIZE);
      if ((load<u64>(chain, layout.CHAIN_TRIGGER) & mask) == 0 || !this.applyChain(chain, i, at, len))
        live |= 1 << i;
    }
    this.evaluateVariant(lane, at, len, mask, live);
    let changed = (chains == 32 ? NONE : ((<u32>1) << chains) - 1) & ~live;
    for (; changed != 0; changed &= changed - 1) {
      const i = <u32>ctz(changed);
      const variantAt = <usize>load<u32>(this.changed + ((<usize>i) << 3));
      const variantLen = load<u32>(this.changed + ((<usize>i) << 3), 4);
      this.budget -= variantLen;
      this.evaluateVariant(
        lane,
        variantAt,
        variantLen,
        scanClasses(variantAt, variantLen) | CLASS_ALWAYS,
        1 << i,
      );
    }
    return mask;
  }

  /** Applies a chain's steps; true when they changed the value, which is then in `changedAt[slot]`. */
  private applyChain(chain: usize, slot: u32, at: usize, len: u32): bool {
    const steps = this.ruleset.blob + load<u32>(chain, layout.CHAIN_STEPS);
    const count = load<u32>(chain, layout.CHAIN_STEPS + 4);
    let from = at;
    let size = len;
    let changed = false;
    let out = this.first;
    for (let i: u32 = 0; i < count; i++) {
      out.clear();
      if (!transform(load<u8>(steps + i), from, size, out)) continue;
      changed = true;
      from = out.at;
      size = out.length;
      out = out === this.first ? this.second : this.first;
    }
    if (!changed) return false;
    const copy = this.scratch.copy(from, size);
    if (copy == 0 && size != 0) return false;
    store<u32>(this.changed + ((<usize>slot) << 3), <u32>copy);
    store<u32>(this.changed + ((<usize>slot) << 3), size, 4);
    return true;
  }

  private evaluateVariant(lane: usize, at: usize, len: u32, mask: u64, live: u32): void {
    this.serial++;
    this.at = at;
    this.len = len;
    this.mask = mask;
    this.live = live;
    this.loweredAt = 0;
    beginValue((mask & CLASS_HIGH) != 0);
    const groups = this.ruleset.section(Section.Groups);
    const masks = i64x2.splat(mask);
    let group = groups + <usize>(load<u32>(lane, layout.LANE_GROUPS) * layout.GROUP_SIZE);
    let end = group + <usize>(load<u32>(lane, layout.LANE_GROUPS + 4) * layout.GROUP_SIZE);
    for (; group < end; group += layout.GROUP_SIZE) {
      if (!i64x2.all_true(v128.and(v128.load(group), masks))) continue;
      let member =
        this.ruleset.section(Section.GroupConditions) +
        <usize>(load<u32>(group, layout.GROUP_FIRST) * layout.MEMBER_SIZE);
      const last = member + <usize>(load<u32>(group, layout.GROUP_COUNT) * layout.MEMBER_SIZE);
      for (; member < last; member += layout.MEMBER_SIZE) this.tryMember(member);
    }
    let gate = groups + <usize>(load<u32>(lane, layout.LANE_GATES) * layout.GROUP_SIZE);
    end = gate + <usize>(load<u32>(lane, layout.LANE_GATES + 4) * layout.GROUP_SIZE);
    for (; gate < end; gate += layout.GROUP_SIZE) {
      if (!i64x2.all_true(v128.and(v128.load(gate), masks))) continue;
      this.scanLiterals();
      return;
    }
  }

  /** One probe of the bitmap per position; a set bit leads to the literals whose window hashes there. */
  private scanLiterals(): void {
    if (this.len < 3) return;
    const bitmap = this.ruleset.literalBitmap;
    const shift = 32 - this.ruleset.literalBits;
    const last = this.at + this.len - 3;
    for (let at = this.at; at < last; at++) {
      const gram = (load<u32>(at) & WINDOW) | FOLD;
      const bit = (gram * layout.LITERAL_HASH) >> shift;
      if ((load<u8>(bitmap + (bit >> 3)) >> ((<u8>bit) & 7)) & 1) this.confirmLiterals(at, gram);
    }
    // The last window is read in parts: four bytes there would reach beyond the value.
    const gram = load<u16>(last) | ((<u32>load<u8>(last, 2)) << 16) | FOLD;
    const bit = (gram * layout.LITERAL_HASH) >> shift;
    if ((load<u8>(bitmap + (bit >> 3)) >> (<u8>(bit & 7))) & 1) this.confirmLiterals(last, gram);
  }

  private confirmLiterals(at: usize, gram: u32): void {
    const ruleset = this.ruleset;
    const hash = gram * layout.LITERAL_HASH;
    let i = load<u32>(ruleset.literalSlots + ((<usize>(hash >> (32 - ruleset.literalSlotBits))) << 2));
    while (i != NONE) {
      const literal = ruleset.literals + <usize>(i * layout.LITERAL_SIZE);
      if (
        load<u32>(literal, layout.LITERAL_GRAM) == gram &&
        literalIsAt(ruleset, literal, this.at, this.len, at)
      ) {
        let member =
          ruleset.section(Section.LiteralConditions) +
          ((<usize>load<u32>(literal, layout.LITERAL_FIRST)) << 2);
        const last = member + ((<usize>load<u32>(literal, layout.LITERAL_COUNT)) << 2);
        for (; member < last; member += 4) this.tryLiteralCondition(load<u32>(member));
      }
      i = load<u32>(literal, layout.LITERAL_NEXT);
    }
  }

  private tryLiteralCondition(number: u32): void {
    const condition = this.ruleset.condition(number);
    if ((load<u32>(condition, layout.CONDITION_ADDRESSES) & (1 << this.address)) == 0) return;
    if ((load<u64>(condition, layout.CONDITION_MASK_A) & this.mask) == 0) return;
    if ((load<u64>(condition, layout.CONDITION_MASK_B) & this.mask) == 0) return;
    this.tryCondition(number);
  }

  /**
   * Confirms a member of a group on the variant under evaluation. A group's conditions have no literals, so nothing else
   * tries them: `tried` need not be asked. WHY records of their own: the probes of a condition, one for each place it looks
   * at, lie in three or four cache lines that are cold when a request comes.
   */
  private tryMember(member: usize): void {
    const number = load<u32>(member, layout.MEMBER_CONDITION);
    const kind = load<u8>(member, layout.MEMBER_KIND);
    if (kind == layout.MemberKind.Other) {
      this.tryCondition(number);
      return;
    }
    if (this.len < load<u32>(member, layout.MEMBER_MIN_LENGTH)) return;
    if (((this.live >> load<u8>(member, layout.MEMBER_CHAIN)) & 1) == 0) return;
    const rule = load<u32>(member, layout.MEMBER_RULE);
    const state = this.state;
    if (!isRuleEnabled(this.ruleset, state, rule) || state.isSatisfied(number) || state.hasMatched(rule)) return;
    if (this.withheld != Withheld.No && this.isWithheld(rule)) return;
    this.confirm(number, kind == layout.MemberKind.Lowers ? this.lowered() : this.at);
  }

  /** Confirms a candidate on the variant under evaluation, once. */
  private tryCondition(number: u32): void {
    const mark = this.tried + ((<usize>number) << 2);
    if (load<u32>(mark) == this.serial) return;
    store<u32>(mark, this.serial);
    const condition = this.ruleset.condition(number);
    if (this.len < load<u32>(condition, layout.CONDITION_MIN_LENGTH)) return;
    if (!isEnabled(this.ruleset, this.state, condition) || this.state.isSatisfied(number)) return;
    if (this.state.hasMatched(load<u32>(condition, layout.CONDITION_RULE))) return;
    if (!readsKind(load<u8>(condition, layout.CONDITION_OPERATOR), this.kind)) return;
    if (this.withheld != Withheld.No && this.isWithheld(load<u32>(condition, layout.CONDITION_RULE))) return;
    const count = load<u32>(condition, layout.CONDITION_PROBE_COUNT);
    let probe =
      this.ruleset.probes + <usize>(load<u32>(condition, layout.CONDITION_FIRST_PROBE) * layout.PROBE_SIZE);
    const end = probe + <usize>(count * layout.PROBE_SIZE);
    for (; probe < end; probe += layout.PROBE_SIZE) {
      if (load<u8>(probe, layout.PROBE_ADDRESS) != this.address) continue;
      if (load<u8>(probe, layout.PROBE_KIND) != this.laneKind) continue;
      if (
        ((this.live >> load<u8>(probe, layout.PROBE_LANE_CHAIN)) & 1) == 0 ||
        !pathFits(this.ruleset, probe, this.path)
      )
        continue;
      if (load<u8>(condition, layout.CONDITION_OPERATOR) == Operator.Capture && !isAtPath(probe, this.path))
        continue;
      if (this.confirm(number, this.confirmBytes(probe))) return;
    }
  }

  /** Asks the operator; `at` is the variant as the condition's transformations give it. */
  private confirm(number: u32, at: usize): bool {
    const condition = this.ruleset.condition(number);
    this.budget -= this.len;
    if (!matchOperator(this.ruleset, condition, this.kind, at, this.len, this.now, this.span)) return false;
    this.satisfy(number, condition, at, this.len);
    return true;
  }

  /** An exclusion withholds the input from the rule. */
  private isWithheld(rule: u32): bool {
    const state = this.state;
    const exclusions = changetype<Exclusions>(state.exclusions);
    if (this.withheld == Withheld.Unknown)
      this.withheld = exclusions.covers(state.filterState, this.address, this.path)
        ? Withheld.FromSome
        : Withheld.No;
    if (this.withheld == Withheld.No) return false;
    return exclusions.withholdsFrom(state.filterState, state.which, rule, this.address, this.path);
  }

  /** The variant's bytes as the probe's whole chain gives them: what the scan left out is a last `lowercase`. */
  private confirmBytes(probe: usize): usize {
    const number = load<u32>(probe, layout.PROBE_CHAIN);
    const chain = this.ruleset.section(Section.Chains) + <usize>(number * layout.CHAIN_SIZE);
    return load<u32>(chain, layout.CHAIN_SCAN) == number ? this.at : this.lowered();
  }

  /** The variant in lower case. */
  private lowered(): usize {
    if (this.loweredAt == 0) {
      this.first.clear();
      const changed = transform(Transformation.Lowercase, this.at, this.len, this.first);
      const copy = changed ? this.scratch.copy(this.first.at, this.len) : 0;
      this.loweredAt = copy == 0 ? this.at : copy;
    }
    return this.loweredAt;
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
      let probe =
        this.ruleset.probes + <usize>(load<u32>(condition, layout.CONDITION_FIRST_PROBE) * layout.PROBE_SIZE);
      const end = probe + <usize>(load<u32>(condition, layout.CONDITION_PROBE_COUNT) * layout.PROBE_SIZE);
      for (; probe < end; probe += layout.PROBE_SIZE) {
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
        const changed = this.applyChain(chain, 0, at, len);
        const from = changed ? <usize>load<u32>(this.changed) : at;
        const size = changed ? load<u32>(this.changed, 4) : len;
        this.budget -= size;
        if (size < load<u32>(condition, layout.CONDITION_MIN_LENGTH)) continue;
        if (matchOperator(this.ruleset, condition, this.kind, from, size, this.now, this.span))
          this.state.setHit(number);
      }
    }
  }

  private satisfy(number: u32, condition: usize, at: usize, len: u32): void {
    const state = this.state;
    // What exists is a place, not its value.
    const shown = load<u8>(condition, layout.CONDITION_OPERATOR) == Operator.Exists ? 0 : len;
    if (shown == 0) this.span.to = this.span.from;
    state.satisfy(number, this.address, this.kind, this.path, at, shown, this.span, this.keep);
    const rule = load<u32>(condition, layout.CONDITION_RULE);
    const record = this.ruleset.rule(rule);
    const first = load<u32>(record, layout.RULE_FIRST_CONDITION);
    const count = load<u32>(record, layout.RULE_CONDITION_COUNT);
    for (let i = first; i < first + count; i++) {
      if (!state.isSatisfied(i)) return;
    }
    const flags = load<u32>(this.ruleset.flags + ((<usize>rule) << 2));
    const mode = exclusionMode(state.modeOf(rule));
    const blocks =
      mode == layout.ExclusionMode.None
        ? (flags & layout.RuleFlag.Block) != 0
        : mode == layout.ExclusionMode.Custom;
    state.setMatched(rule, blocks, (flags & (layout.RuleFlag.Event | layout.RuleFlag.Keep)) != 0 || blocks);
    if (blocks) this.blockMatched = true;
  }
}
