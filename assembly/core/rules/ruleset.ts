// A loaded ruleset: immutable tables, read in place. ruleset-loader.ts has checked them.

import { CleanCache } from "./clean-cache";
import { forgetLanes } from "./lane-memo";
import {
  CONDITION_FIRST_PROBE,
  CONDITION_PROBE_COUNT,
  CONDITION_SIZE,
  GROUP_COUNT,
  GROUP_FIRST,
  LANE_CONDITIONS,
  LANE_KINDS,
  LANE_SIZE,
  LaneKind,
  MEMBER_SIZE,
  PROBE_ADDRESS,
  PROBE_KIND,
  PROBE_SIZE,
  RULE_SIZE,
  RuleFlag,
  SECTIONS_AT,
  Section,
} from "./layout";

@unmanaged
export class Ruleset {
  base: usize = 0;
  size: u32 = 0;
  /** First byte of Blob: what records call an offset is from here. */
  blob: usize = 0;
  ruleCount: u32 = 0;
  conditionCount: u32 = 0;
  private rules: usize = 0;
  private conditions: usize = 0;
  probes: usize = 0;
  lanes: usize = 0;
  literals: usize = 0;
  literalBitmap: usize = 0;
  /** Bits of a literal hash that select a bit of the bitmap; 0 = no literals. */
  literalBits: u32 = 0;
  literalSlots: usize = 0;
  literalSlotBits: u32 = 0;
  /** Header values known to be clean under these flags; owned by the ruleset's holder, 0 = none kept. */
  clean: CleanCache | null = null;
  /** u32 per rule: RuleFlag bits after the configuration's overrides; owned by the ruleset's holder. */
  flags: usize = 0;
  /** u32 per rule: address of its RuleEffect, or 0; no effects at all = 0. */
  effects: usize = 0;

  open(base: usize, size: u32): void {
    forgetLanes();
    this.base = base;
    this.size = size;
    this.blob = this.section(Section.Blob);
    this.ruleCount = this.count(Section.Rules);
    this.conditionCount = this.count(Section.Conditions);
    this.rules = this.section(Section.Rules);
    this.conditions = this.section(Section.Conditions);
    this.probes = this.section(Section.Probes);
    this.lanes = this.section(Section.Lanes);
    this.literals = this.section(Section.Literals);
    this.literalBitmap = this.section(Section.LiteralBitmap);
    this.literalBits =
      this.count(Section.LiteralBitmap) == 0 ? 0 : 31 - <u32>clz(this.count(Section.LiteralBitmap) * 8);
    this.literalSlots = this.section(Section.LiteralSlots);
    this.literalSlotBits =
      this.count(Section.LiteralSlots) == 0 ? 0 : 31 - <u32>clz(this.count(Section.LiteralSlots));
  }

  section(id: i32): usize {
    return this.base + load<u32>(this.base + SECTIONS_AT + ((<usize>id) << 3));
  }

  /** Records (bytes, for byte sections) of a section. */
  count(id: i32): u32 {
    return load<u32>(this.base + SECTIONS_AT + ((<usize>id) << 3), 4);
  }

  /** The lane of what looks at values of this LaneKind at `address`. */
  lane(address: u32, kind: u32): usize {
    return this.lanes + <usize>((address * LANE_KINDS + kind) * LANE_SIZE);
  }

  /** The condition's first probe, at endOfProbes() when it has none. */
  firstProbe(condition: usize): usize {
    return this.probes + <usize>(load<u32>(condition, CONDITION_FIRST_PROBE) * PROBE_SIZE);
  }

  /** Behind the condition's last probe. */
  endOfProbes(condition: usize): usize {
    return this.firstProbe(condition) + <usize>(load<u32>(condition, CONDITION_PROBE_COUNT) * PROBE_SIZE);
  }

  /** First member of the lane's group, at endOfMembers() when it has none. */
  firstMember(group: usize): usize {
    return this.section(Section.GroupConditions) + <usize>(load<u32>(group, GROUP_FIRST) * MEMBER_SIZE);
  }

  /** Behind the group's last member. */
  endOfMembers(group: usize): usize {
    return this.firstMember(group) + <usize>(load<u32>(group, GROUP_COUNT) * MEMBER_SIZE);
  }

  /** The configuration has the rule on. */
  isOn(rule: u32): bool {
    return (load<u32>(this.flags + ((<usize>rule) << 2)) & RuleFlag.Enabled) != 0;
  }

  /** The probe belongs to the lane. */
  isInLane(probe: usize, lane: usize): bool {
    return this.lane(load<u8>(probe, PROBE_ADDRESS), load<u8>(probe, PROBE_KIND)) == lane;
  }

  /** Some condition looks at values of `address`. */
  reads(address: u32): bool {
    return this.ruleCount != 0 && load<u32>(this.lane(address, LaneKind.Values), LANE_CONDITIONS) != 0;
  }

  /** Address of what overrides made of the rule, or 0. */
  effect(rule: u32): usize {
    return this.effects == 0 ? 0 : load<u32>(this.effects + ((<usize>rule) << 2));
  }

  rule(i: u32): usize {
    return this.rules + <usize>i * RULE_SIZE;
  }

  condition(i: u32): usize {
    return this.conditions + <usize>i * CONDITION_SIZE;
  }

  /** Bytes of the (offset, length) pair at `field`; the length is at `field + 4`. */
  textAt(field: usize): usize {
    return this.blob + load<u32>(field);
  }
}
