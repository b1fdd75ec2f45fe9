// The sieve of a body (inputs/sieve.ts): a value passes unlisted when its classes let no chain of transformations and no negated
// condition of any ruleset look at it, when none of the literals that its classes let count stands in it, when the conditions of the
// groups that look at it do not hold, and when nothing lies inside it.
//
// WHY: of a document's values nearly all are such, and a list entry with its path took longer than to see that. Half of them are names,
// streets, dates and titles, which a group looks at: listed, they took half of the time of a document.
// TRIED: the groups' conditions without a memory of values (clean-values.ts): slower than to list them, as titles come again.

import { ByteWriter } from "../bytes/byte-writer";
import { mayHold, nestedValues } from "../decode/nested";
import { hashName, holdsName, isShortName, keepName, slotOfName } from "../inputs/clean-names";
import { InputKind } from "../inputs/inputs";
import { Sieve, firstName } from "../inputs/sieve";
import { CLASS_ALWAYS, CLASS_HIGH, scanClasses } from "../match/byte-classes";
import { Span } from "../match/span";
import { transform } from "../transform/transformation";
import { Transformation } from "../transform/transformation-id";
import { holdsValue, keepValue } from "./clean-values";
import { Look, MEMO_CHAINS, MEMO_GROUPS, MEMO_LOOK, memoOf } from "./lane-memo";
import * as layout from "./layout";
import { LaneKind, Section } from "./layout";
import { hasLiteral } from "./literal-match";
import { beginValue, matchOperator } from "./operators";
import { Ruleset } from "./ruleset";

/** Rulesets that look at one body at most: shipped, custom, and the conditions of exclusions. */
const RULESETS: u32 = 3;

/** What looks at bodies of one address under a policy. */
@unmanaged
export class BodyLooks {
  private address: u32 = 0;
  private count: u32 = 0;
  private wantsScalars: bool = false;
  private names: u64 = 0;
  private rulesets: usize = heap.alloc(RULESETS << 2);

  /** Nothing looks at bodies of `address`, until add() says so. */
  start(address: u32): void {
    this.address = address;
    this.count = 0;
    this.names = 0;
    this.wantsScalars = false;
  }

  /** The rules of `ruleset` look; its flags are set. */
  add(ruleset: Ruleset): void {
    if (ruleset.size == 0 || ruleset.ruleCount == 0) return;
    const values = ruleset.lane(this.address, LaneKind.Values);
    const keys = ruleset.lane(this.address, LaneKind.Keys);
    const scalars = ruleset.lane(this.address, LaneKind.Scalars);
    if (load<u32>(scalars, layout.LANE_CONDITIONS) != 0) this.wantsScalars = true;
    if (load<u32>(values, layout.LANE_CONDITIONS) + load<u32>(keys, layout.LANE_CONDITIONS) == 0) return;
    this.names |= namesOf(ruleset, this.address);
    store<u32>(this.rulesets + ((<usize>this.count) << 2), <u32>changetype<usize>(ruleset));
    this.count++;
  }

  /** Makes `sieve` that of these bodies, for the step to come. `decodes`: values are looked into. */
  fill(sieve: Sieve, decodes: bool): void {
    sieve.address = this.address;
    sieve.wantsScalars = this.wantsScalars;
    sieve.names = this.names;
    sieve.test = isClean;
    sieve.owner = changetype<usize>(this);
    looks = changetype<usize>(this);
    looksInto = decodes;
    payer = sieve;
  }

  isClean(at: usize, len: u32, isKey: bool): bool {
    const mask = scanClasses(at, len) | CLASS_ALWAYS;
    // Other conditions look at names: addresses are even.
    const who = changetype<usize>(this) | (isKey ? 1 : 0);
    const holds = looksInto && mayHold(at, len, mask);
    if (holds && holdsValue(who, at, len)) return true;
    let asks = holds;
    const end = this.rulesets + ((<usize>this.count) << 2);
    for (let p = this.rulesets; p < end; p += 4) {
      const ruleset = changetype<Ruleset>(<usize>load<u32>(p));
      const lane = ruleset.lane(this.address, isKey ? LaneKind.Keys : LaneKind.Values);
      if (load<u32>(lane, layout.LANE_CONDITIONS) == 0) continue;
      const entry = memoOf(ruleset, lane, mask);
      if (load<u32>(entry, MEMO_CHAINS) != 0) return false;
      const look = load<u32>(entry, MEMO_LOOK);
      if ((look & (Look.Negated | Look.MoreGroups)) != 0) return false;
      const groups = load<u32>(entry, MEMO_GROUPS);
      if (groups != 0 && !asks) {
        if (holdsValue(who, at, len)) return true;
        asks = true;
      }
      if ((look & Look.Literals) != 0 && hasLiteral(ruleset, this.address, mask, at, len)) return false;
      if (groups != 0 && !passesGroups(ruleset, lane, groups, at, len, mask)) return false;
    }
    if (holds && !this.holdsNothing(at, len, mask)) return false;
    if (asks) keepValue(who, at, len);
    return true;
  }

  /** No decoder finds anything in the value. */
  private holdsNothing(at: usize, len: u32, mask: u64): bool {
    const nested = nestedValues;
    nested.lookInto(this.address, InputKind.String, 0, at, len, mask, 0);
    const isEmpty = nested.found.count == 0 && !nested.isCut;
    nested.stop();
    nested.isCut = false;
    return isEmpty;
  }

  free(): void {
    heap.free(this.rulesets);
    heap.free(changetype<usize>(this));
  }
}

/** BodyLooks of the body that is being read. */
let looks: usize = 0;
let looksInto: bool = false;
/** What the values' conditions cost is put down there. */
let payer: Sieve = changetype<Sieve>(0);

const span = new Span();
const lowered = new ByteWriter();

/** No condition of the `groups` (bit per group of the lane) holds for the value. */
function passesGroups(ruleset: Ruleset, lane: usize, groups: u32, at: usize, len: u32, mask: u64): bool {
  const first =
    ruleset.section(Section.Groups) + <usize>(load<u32>(lane, layout.LANE_GROUPS) * layout.GROUP_SIZE);
  beginValue((mask & CLASS_HIGH) != 0);
  lowered.clear();
  for (; groups != 0; groups &= groups - 1) {
    const group = first + <usize>(ctz(groups) * layout.GROUP_SIZE);
    const end = ruleset.endOfMembers(group);
    for (let member = ruleset.firstMember(group); member < end; member += layout.MEMBER_SIZE) {
      if (!passesMember(ruleset, member, at, len, mask)) return false;
    }
  }
  return true;
}

/** As VariantEvaluator.tryMember(), which judges what does not pass here: that a transaction leaves a rule out need not be known. */
function passesMember(ruleset: Ruleset, member: usize, at: usize, len: u32, mask: u64): bool {
  const rule = load<u32>(member, layout.MEMBER_RULE);
  if (!ruleset.isOn(rule)) return true;
  const kind = load<u8>(member, layout.MEMBER_KIND);
  if (kind == layout.MemberKind.Other) return false;
  if (len < load<u32>(member, layout.MEMBER_MIN_LENGTH)) return true;
  payer.work += len;
  const condition = ruleset.condition(load<u32>(member, layout.MEMBER_CONDITION));
  const from = kind == layout.MemberKind.Plain ? at : lower(at, len);
  // Without a time no entry of a list expires: more is found, which is then judged with it.
  return !matchOperator(ruleset, condition, InputKind.String, from, len, mask, 0, span);
}

/** The value in lower case. */
function lower(at: usize, len: u32): usize {
  if (lowered.length == 0 && !transform(Transformation.Lowercase, at, len, lowered)) return at;
  return lowered.at;
}

function isClean(at: usize, len: u32, isKey: bool): bool {
  const by = changetype<BodyLooks>(looks);
  if (!isKey || !isShortName(len)) return by.isClean(at, len, isKey);
  const hash = hashName(at, len);
  const slot = slotOfName(hash);
  if (holdsName(slot, looks, at, len)) return true;
  if (!by.isClean(at, len, true)) return false;
  keepName(slot, looks, at, len, hash);
  return true;
}

/** Bits of the first elements of all key paths that conditions ask for at the address. */
function namesOf(ruleset: Ruleset, address: u32): u64 {
  let names: u64 = 0;
  for (let i: u32 = 0; i < ruleset.conditionCount; i++) {
    const condition = ruleset.condition(i);
    const end = ruleset.endOfProbes(condition);
    for (let probe = ruleset.firstProbe(condition); probe < end; probe += layout.PROBE_SIZE) {
      if (load<u8>(probe, layout.PROBE_ADDRESS) != address) continue;
      if (load<u32>(probe, layout.PROBE_PATH_COUNT) == 0) continue;
      names |= firstName(ruleset.blob + load<u32>(probe, layout.PROBE_PATH));
    }
  }
  return names;
}
