// The sieve of a body (inputs/sieve.ts): a value passes unlisted when its classes let no group, no chain of transformations and no
// negated condition of any ruleset look at it, when none of the literals that its classes let count stands in it, and when nothing can
// lie inside it.
//
// WHY: of a document's values nine in ten are such, and a list entry with its path took longer than to see that.

import { mayHold } from "../decode/nested";
import { Sieve, firstName } from "../inputs/sieve";
import { CLASS_ALWAYS, scanClasses } from "../match/byte-classes";
import { holdsName, isShortName, keepName, slotOfName } from "./clean-names";
import { Look, MEMO_CHAINS, MEMO_GROUPS, MEMO_LOOK, memoOf } from "./lane-memo";
import * as layout from "./layout";
import { LaneKind } from "./layout";
import { hasLiteral } from "./literal-match";
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
    looks = changetype<usize>(this);
    looksInto = decodes;
  }

  isClean(at: usize, len: u32, isKey: bool): bool {
    const mask = scanClasses(at, len) | CLASS_ALWAYS;
    const end = this.rulesets + ((<usize>this.count) << 2);
    for (let p = this.rulesets; p < end; p += 4) {
      const ruleset = changetype<Ruleset>(<usize>load<u32>(p));
      const lane = ruleset.lane(this.address, isKey ? LaneKind.Keys : LaneKind.Values);
      if (load<u32>(lane, layout.LANE_CONDITIONS) == 0) continue;
      const entry = memoOf(ruleset, lane, mask);
      if ((load<u32>(entry, MEMO_GROUPS) | load<u32>(entry, MEMO_CHAINS)) != 0) return false;
      const look = load<u32>(entry, MEMO_LOOK);
      if ((look & (Look.Negated | Look.MoreGroups)) != 0) return false;
      if ((look & Look.Literals) != 0 && hasLiteral(ruleset, this.address, mask, at, len)) return false;
    }
    return !looksInto || !mayHold(at, len, mask);
  }

  free(): void {
    heap.free(this.rulesets);
    heap.free(changetype<usize>(this));
  }
}

/** BodyLooks of the body that is being read. */
let looks: usize = 0;
let looksInto: bool = false;

function isClean(at: usize, len: u32, isKey: bool): bool {
  const by = changetype<BodyLooks>(looks);
  if (!isKey || !isShortName(len)) return by.isClean(at, len, isKey);
  const slot = slotOfName(at, len);
  if (holdsName(slot, looks, at, len)) return true;
  if (!by.isClean(at, len, true)) return false;
  keepName(slot, looks, at, len);
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
