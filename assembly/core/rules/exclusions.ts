// A policy's exclusions: which rules are bypassed, only monitored or given another action, and which inputs are not
// shown to them, while the exclusions' conditions hold. The conditions are rules of a table of their own (Filters), so
// they are dismissed as cheaply as rules are, and are evaluated before the rules look at the same inputs.
//
// A rule's mode in a transaction is one u16: ExclusionMode << 14 | number of the exclusion.
// SAFETY: immutable after open(); all that depends on a transaction is in its arena (rule-state.ts).

import { Arena } from "../bytes/arena";
import { KeyPath, keyPathDepth } from "../inputs/key-path";
import {
  EXCLUSION_ACTION,
  EXCLUSION_INPUTS,
  EXCLUSION_MODE,
  EXCLUSION_SIZE,
  EXCLUSION_TARGETS,
  ExclusionMode,
  FILTER_INPUT_ADDRESS,
  FILTER_INPUT_COUNT,
  FILTER_INPUT_PATH,
  FILTER_INPUT_SIZE,
  RULE_CONDITION_COUNT,
  RULE_FLAGS,
  Section,
} from "./layout";
import { pathElementsFit } from "./path-match";
import { RuleState } from "./rule-state";
import { TargetedRule } from "./rule-targets";
import { Ruleset } from "./ruleset";

const MODE_SHIFT: u32 = 14;
const EXCLUSION_BITS: u32 = (1 << MODE_SHIFT) - 1;
/** Rulesets that exclusions are about. */
const RULESETS: u32 = 2;
const RESOLVED_SIZE: u32 = 12;

/** Whether exclusions that hold withhold an input. */
export enum Withheld {
  Unknown,
  No,
  FromSome,
}

/** Whom the exclusions are about in one ruleset. */
@unmanaged
class Resolved {
  /** A bit per rule, `row` bytes for each exclusion, one after the other; 0 = not resolved. */
  bits: usize;
  row: u32;
  /** Modes of rules that exclusions without conditions give; 0 = none. */
  modes: usize;
}

@unmanaged
export class Exclusions {
  /** The table of conditions; 0 rules when there are neither exclusions nor captures. */
  filters: Ruleset = new Ruleset();
  /** Some exclusion withholds inputs. */
  withholds: bool = false;
  private records: usize = 0;
  private memory: Arena = new Arena();
  /** A Resolved for each ruleset. */
  private resolved: usize = heap.alloc(RULESETS * RESOLVED_SIZE);

  constructor() {
    memory.fill(this.resolved, 0, RULESETS * RESOLVED_SIZE);
  }

  /** Opens the table in the section Filters of `table`. */
  open(table: Ruleset): void {
    const size = table.size == 0 ? 0 : table.count(Section.Filters);
    if (size == 0) return;
    const filters = this.filters;
    filters.open(table.section(Section.Filters), size);
    this.records = filters.section(Section.Exclusions);
    filters.flags = this.memory.alloc(filters.ruleCount << 2);
    for (let i: u32 = 0; i < filters.ruleCount; i++) {
      store<u32>(filters.flags + ((<usize>i) << 2), load<u32>(filters.rule(i), RULE_FLAGS));
      if (this.modeOf(i) == ExclusionMode.Inputs) this.withholds = true;
    }
  }

  /** Resolves whom the exclusions are about among the rules of `ruleset`, which is number `which` (below 2). */
  resolve(ruleset: Ruleset, which: u32): void {
    const count = this.filters.ruleCount;
    if (count == 0 || ruleset.ruleCount == 0) return;
    const row = (ruleset.ruleCount + 7) >> 3;
    const bits = this.memory.allocZeroed(row * count);
    if (bits == 0) return;
    const resolved = this.of(which);
    resolved.row = row;
    resolved.bits = bits;
    const rule = new TargetedRule();
    for (let r: u32 = 0; r < ruleset.ruleCount; r++) {
      rule.take(ruleset, r);
      for (let i: u32 = 0; i < count; i++) {
        const record = this.records + <usize>i * EXCLUSION_SIZE;
        const first = load<u32>(record, EXCLUSION_TARGETS);
        const number = load<u32>(record, EXCLUSION_TARGETS + 4);
        if (number != 0 && !rule.isTargeted(this.filters, first, number)) continue;
        const at = bits + <usize>i * row + (r >> 3);
        const place = <u8>(r & 7);
        store<u8>(at, load<u8>(at) | ((<u8>1) << place));
      }
    }
    rule.free();
    resolved.modes = this.modesOf(null, ruleset.ruleCount, which, this.memory);
  }

  /** Gives `state`, of ruleset `which`, what holds from the start. */
  begin(state: RuleState, filterState: RuleState, which: u32): void {
    state.exclusions = changetype<usize>(this);
    state.filters = changetype<usize>(filterState);
    state.which = which;
    state.modes = this.of(which).modes;
    state.withholds = this.withholds;
  }

  /** More exclusions hold than before: gives `state` their modes. False when the arena is out of memory. */
  update(state: RuleState, filterState: RuleState, arena: Arena): bool {
    const ruleset = state.ruleset;
    if (ruleset === null) return true;
    state.conditional = true;
    if (this.of(state.which).bits == 0) return true;
    const modes = this.modesOf(filterState, ruleset.ruleCount, state.which, arena);
    if (modes != 0) state.modes = modes;
    return modes != 0;
  }

  /** Some exclusion that holds withholds this input. */
  covers(filterState: RuleState, address: u32, path: usize): bool {
    for (let i: u32 = 0; i < this.filters.ruleCount; i++) {
      if (this.modeOf(i) == ExclusionMode.Inputs && this.holds(i, filterState) && this.has(i, address, path))
        return true;
    }
    return false;
  }

  /** Some exclusion that holds withholds this input from the rule. */
  withholdsFrom(filterState: RuleState, which: u32, rule: u32, address: u32, path: usize): bool {
    for (let i: u32 = 0; i < this.filters.ruleCount; i++) {
      if (this.modeOf(i) != ExclusionMode.Inputs || !this.isTarget(i, which, rule)) continue;
      if (this.holds(i, filterState) && this.has(i, address, path)) return true;
    }
    return false;
  }

  /** Code of the action that the exclusion in a rule's mode gives, as RULE_ACTION of its document's table. */
  actionOf(mode: u32): u32 {
    return load<u32>(this.records + <usize>(mode & EXCLUSION_BITS) * EXCLUSION_SIZE, EXCLUSION_ACTION);
  }

  free(): void {
    heap.free(this.resolved);
    this.memory.free();
    heap.free(changetype<usize>(this.memory));
    heap.free(changetype<usize>(this.filters));
    heap.free(changetype<usize>(this));
  }

  private of(which: u32): Resolved {
    return changetype<Resolved>(this.resolved + <usize>(which * RESOLVED_SIZE));
  }

  private modeOf(i: u32): u32 {
    return load<u32>(this.records + <usize>i * EXCLUSION_SIZE, EXCLUSION_MODE);
  }

  private hasConditions(i: u32): bool {
    return load<u32>(this.filters.rule(i), RULE_CONDITION_COUNT) != 0;
  }

  private holds(i: u32, filterState: RuleState): bool {
    return !this.hasConditions(i) || filterState.hasMatched(i);
  }

  private isTarget(i: u32, which: u32, rule: u32): bool {
    const resolved = this.of(which);
    if (resolved.bits == 0) return false;
    return ((load<u8>(resolved.bits + <usize>i * resolved.row + (rule >> 3)) >> (<u8>(rule & 7))) & 1) != 0;
  }

  /** Modes of all rules by the exclusions that hold (without a state: those without conditions); 0 = none has one. */
  private modesOf(filterState: RuleState | null, rules: u32, which: u32, arena: Arena): usize {
    let modes: usize = 0;
    for (let i: u32 = 0; i < this.filters.ruleCount; i++) {
      const mode = this.modeOf(i);
      if (mode == ExclusionMode.None || mode == ExclusionMode.Inputs) continue;
      const holds = !this.hasConditions(i) || (filterState !== null && filterState.hasMatched(i));
      if (!holds) continue;
      if (modes == 0) modes = arena.allocZeroed(rules << 1);
      if (modes == 0) return 0;
      for (let rule: u32 = 0; rule < rules; rule++) {
        const at = modes + ((<usize>rule) << 1);
        if (this.isTarget(i, which, rule) && (<u32>load<u16>(at)) >> MODE_SHIFT < mode)
          store<u16>(at, <u16>((mode << MODE_SHIFT) | i));
      }
    }
    return modes == 0 && filterState !== null ? arena.allocZeroed(rules << 1) : modes;
  }

  private has(i: u32, address: u32, path: usize): bool {
    const record = this.records + <usize>i * EXCLUSION_SIZE;
    const inputs = this.filters.section(Section.FilterInputs);
    const first = load<u32>(record, EXCLUSION_INPUTS);
    const count = load<u32>(record, EXCLUSION_INPUTS + 4);
    let depth: u32 = 0;
    let counted = false;
    for (let n = first; n < first + count; n++) {
      const input = inputs + <usize>n * FILTER_INPUT_SIZE;
      if (load<u32>(input, FILTER_INPUT_ADDRESS) != address) continue;
      if (!counted) depth = keyPathDepth(path);
      counted = true;
      const elements = load<u32>(input, FILTER_INPUT_COUNT);
      if (depth < elements) continue;
      let node = path;
      for (let d = depth; d > elements; d--) node = changetype<KeyPath>(node).parent;
      if (pathElementsFit(node, elements, this.filters.textAt(input + FILTER_INPUT_PATH), true)) return true;
    }
    return false;
  }
}

/** The ExclusionMode in a rule's mode. */
export function exclusionMode(mode: u32): u32 {
  return mode >> MODE_SHIFT;
}
