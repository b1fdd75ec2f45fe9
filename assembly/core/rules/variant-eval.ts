// One variant of a value against what looks at its place: the conditions whose classes or literals occur are confirmed.
//
//   value ─ class scan ─→ groups whose required classes occur ─┐
//         ─ literal scan (where a gate opens) ─────────────────┴→ candidate conditions ─ key path ─ transformations
//                                                                  ─ operator ─→ satisfied condition ─→ matched rule
//
// WHY the order: a value that has neither a required class nor a required literal of any condition costs one
// scan and a few ANDs; only candidates are transformed and confirmed.
// SAFETY: class and literal scans may say only "no" or "maybe" (compile/literal-table.ts, match/byte-classes.ts).
// TEST: prefilter-never-hides-a-match.
// TRIED: a bitmap of pairs of bytes before that of windows, so that the 16 KiB of the latter stay untouched: it let one
// position in six through, and took as long, hot or cold.
//
// Linear time: a condition is confirmed at most once per value and transformation (`tried`), whatever the number
// of literal hits; the transaction's budget counts the bytes of every scan and confirmation.

import { Arena } from "../bytes/arena";
import { ByteWriter } from "../bytes/byte-writer";
import { CLASS_HIGH } from "../match/byte-classes";
import { Span } from "../match/span";
import { transform } from "../transform/transformation";
import { Transformation } from "../transform/transformation-id";
import * as layout from "./layout";
import { Operator, Section } from "./layout";
import { Exclusions, Withheld, exclusionMode } from "./exclusions";
import { beginValue, matchOperator, readsKind } from "./operators";
import { GROUP_BITS, Look, MEMO_BOUND, MEMO_GROUPS, MEMO_LOOK, isOpen, mayBeNamed } from "./lane-memo";
import { NO_LITERAL, firstLiteral, lastWindow, looksFor, nextLiteral, nextWindow } from "./literal-match";
import { isAtPath, pathFits } from "./path-match";
import { isEnabled, isRuleEnabled } from "./enabled-rules";
import { RuleState } from "./rule-state";
import { Ruleset } from "./ruleset";

const FOLD: u32 = 0x202020;
const WINDOW: u32 = 0xffffff;

@unmanaged
export class VariantEvaluator {
  /** Work units left for the transaction; below zero nothing more is evaluated. */
  budget: i64 = 0;
  /** A rule that blocks has matched since the caller last cleared it. */
  blockMatched: bool = false;
  /** Unix seconds, for entries that expire; 0 = not known, nothing expires. */
  now: u64 = 0;
  protected ruleset: Ruleset = changetype<Ruleset>(0);
  protected state: RuleState = changetype<RuleState>(0);
  protected keep: Arena = changetype<Arena>(0);
  protected span: Span = new Span();
  /** Transformed bytes of the value under evaluation. */
  protected scratch: Arena = new Arena();
  protected first: ByteWriter = new ByteWriter();
  /** Per condition: serial of the last value and variant it was tried on. */
  protected tried: usize = 0;
  protected serial: u32 = 0;
  // The value under evaluation.
  protected address: u32 = 0;
  protected kind: u32 = 0;
  protected laneKind: u32 = 0;
  protected path: usize = 0;
  protected lane: usize = 0;
  /** Whether an exclusion withholds it from some rule: not known yet, no, yes. */
  protected withheld: u32 = Withheld.Unknown;
  // Its variant under evaluation: bytes, classes, lane chains it stands for, lower-cased copy.
  private at: usize = 0;
  private len: u32 = 0;
  private mask: u64 = 0;
  private live: u32 = 0;
  /** The variant is the value itself; chains that only make letters lower it stands for too. */
  protected isWhole: bool = true;
  private loweredAt: usize = 0;

  /** `entry` is what lane-memo.ts says of the variant's classes; `live` the lane chains that it stands for. */
  protected evaluateVariant(entry: usize, at: usize, len: u32, mask: u64, live: u32): void {
    const lane = this.lane;
    const look = load<u32>(entry, MEMO_LOOK);
    let groups = load<u32>(entry, MEMO_GROUPS);
    const bound = load<u32>(entry, MEMO_BOUND);
    if (bound != 0 && mayBeNamed(entry, this.path)) groups |= bound;
    if (groups == 0 && (look & (Look.Literals | Look.MoreGroups)) == 0) return;
    this.serial++;
    this.at = at;
    this.len = len;
    this.mask = mask;
    this.live = live;
    this.loweredAt = 0;
    beginValue((mask & CLASS_HIGH) != 0);
    const first =
      this.ruleset.section(Section.Groups) + <usize>(load<u32>(lane, layout.LANE_GROUPS) * layout.GROUP_SIZE);
    for (; groups != 0; groups &= groups - 1) this.tryGroup(first + <usize>(ctz(groups) * layout.GROUP_SIZE));
    if ((look & Look.MoreGroups) != 0) {
      const count = load<u32>(lane, layout.LANE_GROUPS + 4);
      for (let i = GROUP_BITS; i < count; i++) {
        const group = first + <usize>(i * layout.GROUP_SIZE);
        if (isOpen(group, mask)) this.tryGroup(group);
      }
    }
    if ((look & Look.Literals) != 0) this.scanLiterals();
  }

  private tryGroup(group: usize): void {
    const end = this.ruleset.endOfMembers(group);
    for (let member = this.ruleset.firstMember(group); member < end; member += layout.MEMBER_SIZE)
      this.tryMember(member);
  }

  /** A window whose bit is set in the bitmap leads to the literals that hash there. */
  private scanLiterals(): void {
    if (this.len < 3 || this.ruleset.literalBits == 0) return;
    const last = this.at + this.len - 3;
    for (
      let at = nextWindow(this.ruleset, this.at, last);
      at < last;
      at = nextWindow(this.ruleset, at + 1, last)
    )
      this.confirmLiterals(at, (load<u32>(at) & WINDOW) | FOLD);
    this.confirmLiterals(last, lastWindow(last));
  }

  private confirmLiterals(at: usize, gram: u32): void {
    const ruleset = this.ruleset;
    let i = nextLiteral(ruleset, firstLiteral(ruleset, gram), gram, this.at, this.len, at);
    while (i != NO_LITERAL) {
      const literal = ruleset.literals + <usize>(i * layout.LITERAL_SIZE);
      let member =
        ruleset.section(Section.LiteralConditions) + ((<usize>load<u32>(literal, layout.LITERAL_FIRST)) << 2);
      const last = member + ((<usize>load<u32>(literal, layout.LITERAL_COUNT)) << 2);
      for (; member < last; member += 4) this.tryLiteralCondition(load<u32>(member));
      i = nextLiteral(ruleset, load<u32>(literal, layout.LITERAL_NEXT), gram, this.at, this.len, at);
    }
  }

  private tryLiteralCondition(number: u32): void {
    if (looksFor(this.ruleset.condition(number), this.address, this.mask)) this.tryCondition(number);
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
    if (!isRuleEnabled(this.ruleset, state, rule) || state.isSatisfied(number) || state.hasMatched(rule))
      return;
    if (this.withheld != Withheld.No && this.isWithheld(rule)) return;
    const lowers = kind == layout.MemberKind.Lowers || (kind == layout.MemberKind.Folds && this.isWhole);
    this.confirm(number, lowers ? this.lowered() : this.at);
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
    const end = this.ruleset.endOfProbes(condition);
    for (let probe = this.ruleset.firstProbe(condition); probe < end; probe += layout.PROBE_SIZE) {
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
    if (!matchOperator(this.ruleset, condition, this.kind, at, this.len, this.mask, this.now, this.span))
      return false;
    this.satisfy(number, condition, at, this.len);
    return true;
  }

  /** An exclusion withholds the input from the rule. */
  protected isWithheld(rule: u32): bool {
    const state = this.state;
    const exclusions = changetype<Exclusions>(state.exclusions);
    if (this.withheld == Withheld.Unknown)
      this.withheld = exclusions.covers(state.filterState, this.address, this.path)
        ? Withheld.FromSome
        : Withheld.No;
    if (this.withheld == Withheld.No) return false;
    return exclusions.withholdsFrom(state.filterState, state.which, rule, this.address, this.path);
  }

  /** The variant's bytes as the probe's whole chain gives them: what the scan left out is a last `lowercase`, or all that is done. */
  private confirmBytes(probe: usize): usize {
    const number = load<u32>(probe, layout.PROBE_CHAIN);
    const chain = this.ruleset.section(Section.Chains) + <usize>(number * layout.CHAIN_SIZE);
    const lowers = this.isWhole
      ? load<u32>(chain, layout.CHAIN_FOLDS) != 0
      : load<u32>(chain, layout.CHAIN_SCAN) != number;
    return lowers ? this.lowered() : this.at;
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

  protected satisfy(number: u32, condition: usize, at: usize, len: u32): void {
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
