// What of a lane looks at values with given classes, remembered: traffic has few sets of classes, a lane some ninety groups and
// gates to be asked for each. The answer follows from the table and the flags of its rules alone; entries are found by all that it
// depends on, and all are forgotten when a policy is made.
//
// ╒═ entry ═══════════════════╤══════════════════╤═══════════════════════╤══════════════════════╕
// │ u64 classes (0 = free)    │ u32 lane         │ u32 flags of rules    │                      │
// │ u32 groups that look      │ u32 bound groups │ u32 Look              │ u32 chains           │
// │ u64 names                 │                  │                       │                      │
// ╘═══════════════════════════╧══════════════════╧═══════════════════════╧══════════════════════╛
//
// WHY: asking every group and gate took some 50 ns a value, hot, and 30 cache lines where they were cold; a benign value is now
// dismissed by one entry.

import { KeyPath } from "../inputs/key-path";
import { INDEX_NAME, firstName, nameBit } from "../inputs/sieve";
import * as layout from "./layout";
import { Section } from "./layout";
import { Ruleset } from "./ruleset";

const ENTRY_SIZE: u32 = 40;
const ENTRIES: u32 = 512;

const CLASSES: u32 = 0;
const LANE: u32 = 8;
const FLAGS: u32 = 12;
/** Bit per group of the lane, below GROUP_BITS: it has an enabled rule, and its classes occur. */
export const MEMO_GROUPS: u32 = 16;
/** As above, groups that look only at values whose path starts with a name of `names`. */
export const MEMO_BOUND: u32 = 20;
export const MEMO_LOOK: u32 = 24;
/** Bit per chain of the lane: a byte that it may change occurs. */
export const MEMO_CHAINS: u32 = 28;
/** Bit per hash of the first element of a key path that some bound condition asks for. */
const NAMES: u32 = 32;

/** Groups that have a bit; a lane with more is asked group by group from there on. */
export const GROUP_BITS: u32 = 32;

export enum Look {
  None = 0,
  /** A literal of some condition may occur. */
  Literals = 1,
  /** A negated condition looks at every value. */
  Negated = 2,
  /** A negated condition looks at values below a name of `names`. */
  NegatedBound = 4,
  /** There are groups that have no bit. */
  MoreGroups = 8,
}

const entries: usize = heap.alloc(ENTRIES * ENTRY_SIZE);

/** To be called when tables or flags change: addresses may come again for others. */
export function forgetLanes(): void {
  memory.fill(entries, 0, ENTRIES * ENTRY_SIZE);
}

/** The entry for values of exactly these `classes` (never 0) in the lane. */
export function memoOf(ruleset: Ruleset, lane: usize, classes: u64): usize {
  const key = classes ^ (classes >> 21) ^ ((<u64>lane) << 3) ^ (<u64>ruleset.flags);
  const hash = <u32>((key * 0x9e3779b97f4a7c15) >> 55);
  const entry = entries + <usize>(hash * ENTRY_SIZE);
  if (isOf(entry, ruleset, lane, classes)) return entry;
  // Either of two: with one place each, two sets of classes that hash alike would drive one another out with every value.
  const other = entries + <usize>((hash ^ 1) * ENTRY_SIZE);
  if (isOf(other, ruleset, lane, classes)) return other;
  memory.copy(other, entry, ENTRY_SIZE);
  fill(entry, ruleset, lane, classes);
  return entry;
}

function isOf(entry: usize, ruleset: Ruleset, lane: usize, classes: u64): bool {
  return (
    load<u64>(entry, CLASSES) == classes &&
    load<u32>(entry, LANE) == <u32>lane &&
    load<u32>(entry, FLAGS) == <u32>ruleset.flags
  );
}

/** The value's path starts with a name that a bound condition may ask for. */
export function mayBeNamed(entry: usize, path: usize): bool {
  if (path == 0) return false;
  let node = changetype<KeyPath>(path);
  while (node.parent != 0) node = changetype<KeyPath>(node.parent);
  const bit = node.index >= 0 ? INDEX_NAME : nameBit(node.at, node.len);
  return (load<u64>(entry, NAMES) & bit) != 0;
}

function fill(entry: usize, ruleset: Ruleset, lane: usize, classes: u64): void {
  store<u64>(entry, classes, CLASSES);
  store<u32>(entry, <u32>lane, LANE);
  store<u32>(entry, <u32>ruleset.flags, FLAGS);
  store<u64>(entry, 0, NAMES);
  const groups = ruleset.section(Section.Groups);
  const first = groups + <usize>(load<u32>(lane, layout.LANE_GROUPS) * layout.GROUP_SIZE);
  const count = load<u32>(lane, layout.LANE_GROUPS + 4);
  let free: u32 = 0;
  let bound: u32 = 0;
  for (let i: u32 = 0; i < min(count, GROUP_BITS); i++) {
    const group = first + <usize>(i * layout.GROUP_SIZE);
    if (!isOpen(group, classes)) continue;
    const looks = looksOf(entry, ruleset, lane, group);
    if (looks == Bound.Free) free |= 1 << i;
    else if (looks == Bound.Named) bound |= 1 << i;
  }
  store<u32>(entry, free, MEMO_GROUPS);
  store<u32>(entry, bound, MEMO_BOUND);
  store<u32>(entry, chainsOf(ruleset, lane, classes), MEMO_CHAINS);
  let look: u32 = count > GROUP_BITS ? Look.MoreGroups : Look.None;
  let gate = groups + <usize>(load<u32>(lane, layout.LANE_GATES) * layout.GROUP_SIZE);
  const end = gate + <usize>(load<u32>(lane, layout.LANE_GATES + 4) * layout.GROUP_SIZE);
  for (; gate < end && (look & Look.Literals) == 0; gate += layout.GROUP_SIZE) {
    if (isOpen(gate, classes)) look |= Look.Literals;
  }
  store<u32>(entry, look | negatedLooks(entry, ruleset, lane), MEMO_LOOK);
}

/** A required class of each of the group's masks occurs. */
export function isOpen(group: usize, classes: u64): bool {
  return (
    (load<u64>(group, layout.GROUP_MASK_A) & classes) != 0 &&
    (load<u64>(group, layout.GROUP_MASK_B) & classes) != 0
  );
}

function chainsOf(ruleset: Ruleset, lane: usize, classes: u64): u32 {
  const list = ruleset.section(Section.LaneChains) + ((<usize>load<u32>(lane, layout.LANE_CHAINS)) << 2);
  const records = ruleset.section(Section.Chains);
  const count = load<u32>(lane, layout.LANE_CHAINS + 4);
  let chains: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const chain = records + <usize>(load<u32>(list + ((<usize>i) << 2)) * layout.CHAIN_SIZE);
    if ((load<u64>(chain, layout.CHAIN_TRIGGER) & classes) != 0) chains |= 1 << i;
  }
  return chains;
}

/** At which values of a lane conditions look: none, those below certain names, any. */
enum Bound {
  Off,
  Named,
  Free,
}

/** What the group's enabled conditions look at; their names are noted. */
function looksOf(entry: usize, ruleset: Ruleset, lane: usize, group: usize): Bound {
  let found = Bound.Off;
  const end = ruleset.endOfMembers(group);
  for (let member = ruleset.firstMember(group); member < end; member += layout.MEMBER_SIZE) {
    const number = load<u32>(member, layout.MEMBER_CONDITION);
    found = max(found, boundOf(entry, ruleset, lane, number));
  }
  return found;
}

function negatedLooks(entry: usize, ruleset: Ruleset, lane: usize): u32 {
  let at = ruleset.section(Section.Negated) + ((<usize>load<u32>(lane, layout.LANE_NEGATED)) << 2);
  const end = at + ((<usize>load<u32>(lane, layout.LANE_NEGATED + 4)) << 2);
  let look: u32 = Look.None;
  for (; at < end; at += 4) {
    const bound = boundOf(entry, ruleset, lane, load<u32>(at));
    if (bound == Bound.Free) look |= Look.Negated;
    else if (bound == Bound.Named) look |= Look.NegatedBound;
  }
  return look;
}

function boundOf(entry: usize, ruleset: Ruleset, lane: usize, number: u32): Bound {
  const condition = ruleset.condition(number);
  const rule = load<u32>(condition, layout.CONDITION_RULE);
  if (!ruleset.isOn(rule)) return Bound.Off;
  const end = ruleset.endOfProbes(condition);
  let names: u64 = 0;
  for (let probe = ruleset.firstProbe(condition); probe < end; probe += layout.PROBE_SIZE) {
    if (!ruleset.isInLane(probe, lane)) continue;
    if (load<u32>(probe, layout.PROBE_PATH_COUNT) == 0) return Bound.Free;
    names |= firstName(ruleset.blob + load<u32>(probe, layout.PROBE_PATH));
  }
  store<u64>(entry, load<u64>(entry, NAMES) | names, NAMES);
  return Bound.Named;
}
