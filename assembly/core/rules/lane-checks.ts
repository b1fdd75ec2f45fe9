// Checks the sections that lead from a value to the conditions that look at it: the evaluator follows their indexes unchecked.

import {
  ADDRESS_LIMIT,
  CHAIN_SCAN,
  CHAIN_SIZE,
  CHAIN_STEPS,
  GROUP_COUNT,
  GROUP_FIRST,
  GROUP_SIZE,
  LANE_CHAINS,
  LANE_GATES,
  LANE_GROUPS,
  LANE_KINDS,
  LANE_NEGATED,
  LANE_SIZE,
  LITERAL_COUNT,
  LITERAL_FIRST,
  LITERAL_LENGTH,
  LITERAL_NEXT,
  LITERAL_SIZE,
  LITERAL_TEXT,
  MEMBER_CHAIN,
  MEMBER_CONDITION,
  MEMBER_KIND,
  MEMBER_RULE,
  MEMBER_SIZE,
  MemberKind,
  PROBE_CHAIN,
  PROBE_LANE_CHAIN,
  PROBE_PATH,
  PROBE_PATH_COUNT,
  PROBE_SIZE,
  Section,
} from "./layout";
import { Ruleset } from "./ruleset";

const NONE: u32 = 0xffffffff;
/** In place of a number of pieces: any even one. */
export const NO_COUNT: u32 = 0xffffffff;
/** A lane's chains are told apart by the bits of a u32. */
const CHAIN_BITS: u32 = 32;

/** Every index in Chains, Probes, Lanes, LaneChains, Groups, GroupConditions, Negated and the literals' sections is inside its section. */
export function lanesAreSound(r: Ruleset): bool {
  const conditions = r.count(Section.Conditions);
  const chains = r.count(Section.Chains);
  return (
    valuesFit(r, Section.LaneChains, chains) &&
    valuesFit(r, Section.Negated, conditions) &&
    valuesFit(r, Section.LiteralConditions, conditions) &&
    chainsFit(r, chains) &&
    probesFit(r, chains) &&
    lanesFit(r) &&
    membersFit(r, conditions) &&
    literalsFit(r)
  );
}

/** Each u32 of the section is below `limit`. */
function valuesFit(r: Ruleset, section: i32, limit: u32): bool {
  let at = r.section(section);
  const end = at + ((<usize>r.count(section)) << 2);
  for (; at < end; at += 4) {
    if (load<u32>(at) >= limit) return false;
  }
  return true;
}

function probesFit(r: Ruleset, chains: u32): bool {
  for (let i: u32 = 0; i < r.count(Section.Probes); i++) {
    const probe = r.probes + <usize>i * PROBE_SIZE;
    if (load<u32>(probe, PROBE_CHAIN) >= chains || load<u8>(probe, PROBE_LANE_CHAIN) >= CHAIN_BITS)
      return false;
    if (!piecesFit(r, probe + PROBE_PATH, load<u32>(probe, PROBE_PATH_COUNT))) return false;
  }
  return true;
}

function chainsFit(r: Ruleset, chains: u32): bool {
  for (let i: u32 = 0; i < chains; i++) {
    const chain = r.section(Section.Chains) + <usize>i * CHAIN_SIZE;
    if (!pairFits(r, chain + CHAIN_STEPS, Section.Blob) || load<u32>(chain, CHAIN_SCAN) >= chains)
      return false;
  }
  return true;
}

function lanesFit(r: Ruleset): bool {
  for (let i: u32 = 0; i < ADDRESS_LIMIT * LANE_KINDS; i++) {
    const lane = r.lanes + <usize>i * LANE_SIZE;
    if (load<u32>(lane, LANE_CHAINS + 4) > CHAIN_BITS) return false;
    if (!pairFits(r, lane + LANE_CHAINS, Section.LaneChains)) return false;
    if (!pairFits(r, lane + LANE_GROUPS, Section.Groups) || !pairFits(r, lane + LANE_GATES, Section.Groups))
      return false;
    if (!pairFits(r, lane + LANE_NEGATED, Section.Negated)) return false;
  }
  return true;
}

function membersFit(r: Ruleset, conditions: u32): bool {
  const members = r.count(Section.GroupConditions);
  for (let i: u32 = 0; i < r.count(Section.Groups); i++) {
    const group = r.section(Section.Groups) + <usize>i * GROUP_SIZE;
    // The masks of a gate stand alone, but its list, which nothing follows, still has a place.
    if (load<u32>(group, GROUP_FIRST) > members) return false;
    if (<u64>load<u32>(group, GROUP_FIRST) + load<u32>(group, GROUP_COUNT) > <u64>members) return false;
  }
  for (let i: u32 = 0; i < members; i++) {
    const member = r.section(Section.GroupConditions) + <usize>i * MEMBER_SIZE;
    if (load<u32>(member, MEMBER_CONDITION) >= conditions || load<u32>(member, MEMBER_RULE) >= r.ruleCount)
      return false;
    if (load<u8>(member, MEMBER_CHAIN) >= CHAIN_BITS || <i32>load<u8>(member, MEMBER_KIND) > MemberKind.Folds)
      return false;
  }
  return true;
}

/** Slots and chains of literals lead to literals, and a chain only backwards, so that it ends. */
function literalsFit(r: Ruleset): bool {
  const literals = r.count(Section.Literals);
  const slots = r.count(Section.LiteralSlots);
  for (let i: u32 = 0; i < slots; i++) {
    const first = load<u32>(r.literalSlots + ((<usize>i) << 2));
    if (first != NONE && first >= literals) return false;
  }
  for (let i: u32 = 0; i < literals; i++) {
    const literal = r.literals + <usize>i * LITERAL_SIZE;
    const next = load<u32>(literal, LITERAL_NEXT);
    if (next != NONE && next >= i) return false;
    const end = <u64>load<u32>(literal, LITERAL_FIRST) + load<u32>(literal, LITERAL_COUNT);
    if (end > <u64>r.count(Section.LiteralConditions)) return false;
    const text = <u64>load<u32>(literal, LITERAL_TEXT) + load<u16>(literal, LITERAL_LENGTH);
    if (text > <u64>r.count(Section.Blob)) return false;
  }
  const bitmap = r.count(Section.LiteralBitmap);
  // A hash selects from both by its upper bits: of none, and of one slot, there is nothing to select.
  if (literals != 0 && (slots < 2 || bitmap == 0)) return false;
  return isPowerOfTwo(slots) && isPowerOfTwo(bitmap);
}

function isPowerOfTwo(count: u32): bool {
  return (count & (count - 1)) == 0;
}

/** The (first, count) pair at `field` lies inside the section. */
export function pairFits(r: Ruleset, field: usize, section: i32): bool {
  return <u64>load<u32>(field) + load<u32>(field, 4) <= <u64>r.count(section);
}

/** The text at `field` is (u16 length, bytes)*: `count` of them, or an even number. */
export function piecesFit(r: Ruleset, field: usize, count: u32): bool {
  const len = load<u32>(field, 4);
  if (<u64>load<u32>(field) + len > <u64>r.count(Section.Blob)) return false;
  const at = r.textAt(field);
  let pieces: u32 = 0;
  let used: u32 = 0;
  while (len - used >= 2) {
    const piece = <u32>load<u16>(at + used) + 2;
    if (piece > len - used) return false;
    used += piece;
    pieces++;
  }
  return used == len && (count == NO_COUNT ? (pieces & 1) == 0 : pieces == count);
}
