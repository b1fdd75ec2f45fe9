// Turns the finished conditions into lanes: per address and kind, what looks at it and how it is dismissed.

import { classWeight } from "../match/byte-classes";
import {
  ADDRESS_LIMIT,
  CHAIN_FOLDS,
  CHAIN_SCAN,
  CHAIN_SIZE,
  CONDITION_ADDRESSES,
  CONDITION_FIRST_PROBE,
  CONDITION_KINDS,
  CONDITION_MASK_A,
  CONDITION_MASK_B,
  CONDITION_MIN_LENGTH,
  CONDITION_NEGATED,
  CONDITION_OPERATOR,
  CONDITION_PROBE_COUNT,
  CONDITION_RULE,
  CONDITION_SIZE,
  GROUP_COUNT,
  GROUP_FIRST,
  GROUP_MASK_A,
  GROUP_MASK_B,
  GROUP_SIZE,
  LANE_CHAINS,
  LANE_CONDITIONS,
  LANE_GATES,
  LANE_GROUPS,
  LANE_KINDS,
  LANE_NEGATED,
  LANE_PATHS,
  LANE_SIZE,
  LaneKind,
  MEMBER_CHAIN,
  MEMBER_CONDITION,
  MEMBER_KIND,
  MEMBER_MIN_LENGTH,
  MEMBER_RULE,
  MemberKind,
  Operator,
  PROBE_ADDRESS,
  PROBE_CHAIN,
  PROBE_KIND,
  PROBE_LANE_CHAIN,
  PROBE_PATH_COUNT,
  PROBE_SIZE,
  Section,
} from "../rules/layout";
import { RulesetWriter } from "./ruleset-writer";

/** Chains a lane can tell apart: one bit each while a value is evaluated. */
export const LANE_CHAIN_LIMIT: u32 = 32;

/** Writes Lanes, LaneChains, Groups, GroupConditions and Negated; false when a lane has too many chains. */
export function buildLanes(writer: RulesetWriter, hasLiterals: Array<bool>): bool {
  for (let address: u32 = 0; address < ADDRESS_LIMIT; address++) {
    for (let kind: u32 = 0; kind < LANE_KINDS; kind++) {
      if (!buildLane(writer, hasLiterals, address, kind)) return false;
    }
  }
  return true;
}

function buildLane(writer: RulesetWriter, hasLiterals: Array<bool>, address: u32, kind: u32): bool {
  const firstChain = writer.count(Section.LaneChains);
  const plain: Array<u32> = [];
  const literal: Array<u32> = [];
  const negated: Array<u32> = [];
  const conditions = writer.count(Section.Conditions);
  let paths: u32 = 0;
  for (let i: u32 = 0; i < conditions; i++) {
    if (!joinLane(writer, i, address, kind, firstChain)) continue;
    paths = max(paths, longestPath(writer, i, address, kind));
    if (load<u8>(conditionAt(writer, i), CONDITION_NEGATED)) negated.push(i);
    else if (hasLiterals[i]) literal.push(i);
    else plain.push(i);
  }
  const chains = writer.count(Section.LaneChains) - firstChain;
  if (chains > LANE_CHAIN_LIMIT) return false;
  const lane = writer.record(Section.Lanes);
  store<u32>(lane, firstChain, LANE_CHAINS);
  store<u32>(lane, chains, LANE_CHAINS + 4);
  store<u32>(lane, plain.length + literal.length + negated.length, LANE_CONDITIONS);
  store<u32>(lane, paths, LANE_PATHS);
  store<u32>(lane, writer.count(Section.Negated), LANE_NEGATED);
  store<u32>(lane, negated.length, LANE_NEGATED + 4);
  for (let i = 0; i < negated.length; i++) writer.section(Section.Negated).u32(negated[i]);
  buildGroups(writer, lane, LANE_GROUPS, plain, address, kind);
  buildGroups(writer, lane, LANE_GATES, literal, address, NO_MEMBERS);
  openGatesFirst(writer, load<u32>(lane, LANE_GATES), load<u32>(lane, LANE_GATES + 4));
  return true;
}

function conditionAt(writer: RulesetWriter, i: u32): usize {
  return writer.section(Section.Conditions).at + <usize>i * CONDITION_SIZE;
}

/** Gives the condition's probes in this lane their chain's number in the lane; false when it has none. */
function joinLane(writer: RulesetWriter, i: u32, address: u32, kind: u32, firstChain: u32): bool {
  const condition = conditionAt(writer, i);
  const first = load<u32>(condition, CONDITION_FIRST_PROBE);
  const count = load<u32>(condition, CONDITION_PROBE_COUNT);
  let joined = false;
  for (let p = first; p < first + count; p++) {
    const probe = writer.section(Section.Probes).at + <usize>p * PROBE_SIZE;
    if (load<u8>(probe, PROBE_ADDRESS) != address || load<u8>(probe, PROBE_KIND) != kind) continue;
    const chain = load<u32>(probe, PROBE_CHAIN);
    const scan = load<u32>(writer.section(Section.Chains).at + <usize>chain * CHAIN_SIZE, CHAIN_SCAN);
    store<u8>(probe, <u8>laneChain(writer, firstChain, scan), PROBE_LANE_CHAIN);
    joined = true;
  }
  if (!joined) return false;
  store<u32>(condition, load<u32>(condition, CONDITION_KINDS) | (1 << kind), CONDITION_KINDS);
  store<u32>(condition, load<u32>(condition, CONDITION_ADDRESSES) | (1 << address), CONDITION_ADDRESSES);
  return true;
}

/** The first probe from `probe` on, before `end`, that looks at this lane; `end` when there is none. */
function probeInLane(probe: usize, end: usize, address: u32, kind: u32): usize {
  let at = probe;
  while (at < end && (load<u8>(at, PROBE_ADDRESS) != address || load<u8>(at, PROBE_KIND) != kind)) {
    at += PROBE_SIZE;
  }
  return at;
}

function firstProbe(writer: RulesetWriter, condition: usize): usize {
  return writer.section(Section.Probes).at + <usize>load<u32>(condition, CONDITION_FIRST_PROBE) * PROBE_SIZE;
}

function endOfProbes(writer: RulesetWriter, condition: usize): usize {
  return firstProbe(writer, condition) + <usize>load<u32>(condition, CONDITION_PROBE_COUNT) * PROBE_SIZE;
}

/** Elements of the longest key path that the condition asks for in this lane. */
function longestPath(writer: RulesetWriter, i: u32, address: u32, kind: u32): u32 {
  const condition = conditionAt(writer, i);
  const end = endOfProbes(writer, condition);
  let longest: u32 = 0;
  let probe = probeInLane(firstProbe(writer, condition), end, address, kind);
  for (; probe < end; probe = probeInLane(probe + PROBE_SIZE, end, address, kind)) {
    longest = max(longest, load<u32>(probe, PROBE_PATH_COUNT));
  }
  return longest;
}

/** Writes the condition as a member of a group of its lane. */
function writeMember(writer: RulesetWriter, i: u32, address: u32, kind: u32): void {
  const member = writer.record(Section.GroupConditions);
  const condition = conditionAt(writer, i);
  const end = endOfProbes(writer, condition);
  const only = probeInLane(firstProbe(writer, condition), end, address, kind);
  const isAlone = probeInLane(only + PROBE_SIZE, end, address, kind) >= end;
  store<u32>(member, i, MEMBER_CONDITION);
  store<u32>(member, load<u32>(condition, CONDITION_RULE), MEMBER_RULE);
  store<u32>(member, load<u32>(condition, CONDITION_MIN_LENGTH), MEMBER_MIN_LENGTH);
  store<u8>(member, load<u8>(only, PROBE_LANE_CHAIN), MEMBER_CHAIN);
  const chain = load<u32>(only, PROBE_CHAIN);
  const scan = load<u32>(writer.section(Section.Chains).at + <usize>chain * CHAIN_SIZE, CHAIN_SCAN);
  const folds = load<u32>(writer.section(Section.Chains).at + <usize>scan * CHAIN_SIZE, CHAIN_FOLDS) != 0;
  let memberKind: u32 = chain != scan ? MemberKind.Lowers : folds ? MemberKind.Folds : MemberKind.Plain;
  if (!isAlone || load<u32>(only, PROBE_PATH_COUNT) != 0 || kind == LaneKind.Scalars)
    memberKind = MemberKind.Other;
  if (load<u8>(condition, CONDITION_OPERATOR) == Operator.Capture) memberKind = MemberKind.Other;
  store<u8>(member, <u8>memberKind, MEMBER_KIND);
}

function laneChain(writer: RulesetWriter, first: u32, scan: u32): u32 {
  const chains = writer.section(Section.LaneChains);
  const end = writer.count(Section.LaneChains);
  for (let i = first; i < end; i++) {
    if (load<u32>(chains.at + ((<usize>i) << 2)) == scan) return i - first;
  }
  chains.u32(scan);
  return end - first;
}

/** The gate that most values open comes first: the rest is then not looked at. */
function openGatesFirst(writer: RulesetWriter, first: u32, count: u32): void {
  const gates = writer.section(Section.Groups).at + <usize>first * GROUP_SIZE;
  let best: u32 = 0;
  for (let i: u32 = 1; i < count; i++) {
    if (openness(gates + <usize>i * GROUP_SIZE) > openness(gates + <usize>best * GROUP_SIZE)) best = i;
  }
  if (best == 0) return;
  for (let field: usize = 0; field < GROUP_SIZE; field += 8) {
    const chosen = gates + <usize>best * GROUP_SIZE + field;
    const word = load<u64>(chosen);
    store<u64>(chosen, load<u64>(gates + field));
    store<u64>(gates + field, word);
  }
}

/** Both masks must be hit, so the less likely one decides. */
function openness(gate: usize): u32 {
  return min(classWeight(load<u64>(gate, GROUP_MASK_A)), classWeight(load<u64>(gate, GROUP_MASK_B)));
}

/** In place of a kind: the masks alone are wanted. */
const NO_MEMBERS: u32 = 0xff;

/** One group per distinct pair of masks. */
function buildGroups(
  writer: RulesetWriter,
  lane: usize,
  field: usize,
  members: Array<u32>,
  address: u32,
  kind: u32,
): void {
  const first = writer.count(Section.Groups);
  const done = new StaticArray<bool>(members.length);
  for (let i = 0; i < members.length; i++) {
    if (done[i]) continue;
    const maskA = load<u64>(conditionAt(writer, members[i]), CONDITION_MASK_A);
    const maskB = load<u64>(conditionAt(writer, members[i]), CONDITION_MASK_B);
    const start = writer.count(Section.GroupConditions);
    for (let j = i; j < members.length; j++) {
      const condition = conditionAt(writer, members[j]);
      if (load<u64>(condition, CONDITION_MASK_A) != maskA || load<u64>(condition, CONDITION_MASK_B) != maskB)
        continue;
      done[j] = true;
      if (kind != NO_MEMBERS) writeMember(writer, members[j], address, kind);
    }
    const group = writer.record(Section.Groups);
    store<u64>(group, maskA, GROUP_MASK_A);
    store<u64>(group, maskB, GROUP_MASK_B);
    store<u32>(group, start, GROUP_FIRST);
    store<u32>(group, writer.count(Section.GroupConditions) - start, GROUP_COUNT);
  }
  const record = writer.section(Section.Lanes).at + writer.section(Section.Lanes).length - LANE_SIZE;
  store<u32>(record + field, first);
  store<u32>(record + field, writer.count(Section.Groups) - first, 4);
}
