// Everything a configuration decides, ready to use: settings, rulesets, which rules are on and which block.
// Immutable once built and shared by the transactions that began under it; freed when the last of them ends.
//
// Each of the configuration's routes has a policy of its own over the same tables. They belong to the global one, which
// counts the transactions of all and goes last.

import { ADDRESS_COUNT, Address } from "./address";
import { BodyMode, OverLimit } from "./config/body-mode";
import { Config } from "./config/config";
import { RouteSubject } from "./config/route";
import { ByteWriter } from "./bytes/byte-writer";
import { Text, text } from "./bytes/text";
import { Arena } from "./bytes/arena";
import { equalBytes } from "./bytes/ascii";
import { CleanCache } from "./rules/clean-cache";
import { forgetNames } from "./inputs/clean-names";
import { forgetValues } from "./rules/clean-values";
import { Exclusions, exclusionMode } from "./rules/exclusions";
import { forgetLanes } from "./rules/lane-memo";
import {
  ACTION_ID,
  ACTION_KIND,
  ACTION_SIZE,
  ActionKind,
  CONDITION_ADDRESSES,
  CONDITION_RULE,
  ExclusionMode,
  Level,
  PROCESSOR_FLAGS,
  PROCESSOR_KIND,
  PROCESSOR_SIZE,
  ProcessorFlag,
  ProcessorKind,
  RULE_ACTION,
  RULE_FLAGS,
  RULE_ID,
  RULE_LEVEL_MASK,
  RULE_LEVEL_SHIFT,
  RuleFlag,
  Section,
} from "./rules/layout";
import { RESPONSE } from "./phases";
import { applyOverrides } from "./rules/overrides";
import { RuleEffect } from "./rules/rule-effect";
import { LoadError, loadRuleset } from "./rules/ruleset-loader";
import { RuleState } from "./rules/rule-state";
import { Ruleset } from "./rules/ruleset";
import { BodyLooks } from "./rules/value-sieve";
import { Sieve } from "./inputs/sieve";

/** Numbers of the rulesets among those that exclusions know. */
export const SHIPPED: u32 = 0;
export const CUSTOM: u32 = 1;
/** The id that means the default block unless a document defines it. */
const BLOCK_ID = text("block");
const MONITOR_ID = text("monitor");

@unmanaged
export class Policy {
  config: Config;
  /** The shipped rules; 0 rules when the configuration turns them off. */
  shipped: Ruleset = new Ruleset();
  /** The shipped table for its texts alone: redaction holds whether or not its rules do. */
  texts: Ruleset = new Ruleset();
  /** The configuration's own rules. */
  custom: Ruleset = new Ruleset();
  /** The configuration's exclusions, of shipped and of its own rules. */
  exclusions: Exclusions = new Exclusions();
  /** What overrides made of rules. */
  private effects: Arena = new Arena();
  /** The document's own action `block`, as RULE_ACTION; 1 = it has none, and the configuration's reply is sent. */
  private blockAction: u32 = 1;
  /** Programs of the configuration's own redaction patterns, owned; 0 = none. */
  redactKeys: usize = 0;
  redactValues: usize = 0;
  /** Bits by ProcessorKind: those whose results events show. */
  fingerprints: u32 = 0;
  /** Bit per address: some rule or exclusion looks there. */
  private addresses: u32 = 0;
  /** Some rule or setting can block a response for what it is; else none has to wait. */
  mayBlockResponses: bool = true;
  /** Bytes of the custom ruleset, owned. */
  private customBytes: usize = 0;
  /** Transactions under way, and one for the plugin while this is its policy; of the global policy only. */
  private users: u32 = 1;
  /** The global policy, when this is a route's. */
  private owner: Policy | null = null;
  /** u32 address per route, in the order of `config.routes`: its policy. */
  private routes: ByteWriter = new ByteWriter();
  /** What looks at bodies, for parsers to leave out the rest. */
  private requestLooks: BodyLooks = new BodyLooks();
  private responseLooks: BodyLooks = new BodyLooks();
  /** What the route is called; 0 long in the global policy. */
  routeName: Text = new Text();

  constructor(config: Config) {
    this.config = config;
  }

  /** Takes over the policy of the next of the configuration's routes. */
  addRoute(policy: Policy): void {
    policy.owner = this;
    this.routes.u32(<u32>changetype<usize>(policy));
  }

  /** The policy for `subject`: that of a route, or this one. */
  choose(subject: RouteSubject): Policy {
    const place = this.config.routes.find(subject);
    if (place < 0) return this;
    return changetype<Policy>(<usize>load<u32>(this.routes.at + ((<usize>place) << 2)));
  }

  /** Uses the tables and patterns of the global policy. */
  shareWith(policy: Policy): void {
    if (policy.customBytes != 0) {
      this.custom.open(policy.custom.base, policy.custom.size);
      this.custom.flags = documentFlags(this.custom);
    }
    this.redactKeys = policy.redactKeys;
    this.redactValues = policy.redactValues;
  }

  /**
   * Once settled: remembers clean values together with `policy` where the same rules look in the same way, so that many
   * routes do not need as many caches.
   */
  shareCaches(policy: Policy): void {
    const isSame = this.config.decodeRounds == policy.config.decodeRounds;
    shareCache(this.shipped, policy.shipped, isSame);
    shareCache(this.custom, policy.custom, isSame);
  }

  /**
   * Takes the table that the build put into the module; it was checked there, and checking it again would cost
   * every VM some milliseconds of its start.
   */
  useShipped(at: usize, size: u32): void {
    if (size == 0) return;
    this.texts.open(at, size);
    if (!this.config.shippedRules) return;
    this.shipped.open(at, size);
    this.shipped.flags = documentFlags(this.shipped);
    this.shipped.clean = new CleanCache();
  }

  /** Copies the compiled rules in `bytes`. */
  useCustom(bytes: ByteWriter): LoadError {
    const copy = heap.alloc(bytes.length);
    memory.copy(copy, bytes.at, bytes.length);
    const error = loadRuleset(this.custom, copy, bytes.length);
    if (error != LoadError.None) {
      heap.free(copy);
      return error;
    }
    this.customBytes = copy;
    this.custom.flags = documentFlags(this.custom);
    this.custom.clean = new CleanCache();
    return error;
  }

  /** Once both rulesets are there: overrides, the configuration's lists of rules, and exclusions, in this order. */
  settle(): void {
    this.findBlockAction();
    this.settleRules(this.shipped, Level.Default);
    this.settleRules(this.custom, Level.Low);
    this.fingerprints = shownProcessors(this.shipped) | shownProcessors(this.custom);
    this.exclusions.open(this.custom);
    this.exclusions.resolve(this.shipped, SHIPPED);
    this.exclusions.resolve(this.custom, CUSTOM);
    this.noteAddresses();
    this.findLooks(this.requestLooks, Address.RequestBody);
    this.findLooks(this.responseLooks, Address.ResponseBody);
    forgetLanes();
    forgetNames();
    forgetValues();
  }

  private findLooks(looks: BodyLooks, address: u32): void {
    looks.start(address);
    looks.add(this.shipped);
    looks.add(this.custom);
    looks.add(this.exclusions.filters);
  }

  /** `sieve` made that of bodies under this policy. */
  sieveOf(isRequest: bool, sieve: Sieve): Sieve {
    const looks = isRequest ? this.requestLooks : this.responseLooks;
    looks.fill(sieve, this.config.decodeRounds != 0);
    return sieve;
  }

  /**
   * Record of the action that a rule which matched in `state` asks for: 0 for the default one. Its texts are in the
   * blob of actionTable().
   */
  actionOf(state: RuleState, rule: u32): usize {
    const ruleset = state.ruleset;
    if (ruleset === null) return 0;
    const table = this.actionTable(state, rule);
    const code = this.codeOf(ruleset, state, rule);
    if (code == 1 && this.blockAction > 1) return actionRecord(this.custom, this.blockAction);
    return code < 2 ? 0 : actionRecord(table, code);
  }

  /** The table that has the record that actionOf() answers. */
  actionTable(state: RuleState, rule: u32): Ruleset {
    const ruleset = state.ruleset;
    if (ruleset === null) return this.custom;
    const own = this.codeOf(ruleset, state, rule) > 1 && !this.isGiven(ruleset, state, rule);
    return own ? ruleset : this.custom;
  }

  /** The id of the action by which exclusions or overrides replaced the rule's own comes from the custom table. */
  private isGiven(ruleset: Ruleset, state: RuleState, rule: u32): bool {
    if (exclusionMode(state.modeOf(rule)) == ExclusionMode.Custom) return true;
    const effect = ruleset.effect(rule);
    return effect != 0 && changetype<RuleEffect>(effect).onMatchLen != 0;
  }

  private codeOf(ruleset: Ruleset, state: RuleState, rule: u32): u32 {
    const mode = state.modeOf(rule);
    if (exclusionMode(mode) == ExclusionMode.Custom) return this.exclusions.actionOf(mode);
    const effect = ruleset.effect(rule);
    if (effect != 0 && changetype<RuleEffect>(effect).onMatchLen != 0)
      return changetype<RuleEffect>(effect).action;
    return load<u32>(ruleset.rule(rule), RULE_ACTION);
  }

  /** Record of an action of the custom document, by its code as in RULE_ACTION, above 1. */
  actionRecord(code: u32): usize {
    return actionRecord(this.custom, code);
  }

  /** ActionKind of the action with this id, as the custom document or else libddwaf has it; Other when nobody knows it. */
  kindOfAction(at: usize, len: u32): u32 {
    const count: u32 = this.custom.size == 0 ? 0 : this.custom.count(Section.Actions);
    for (let i: u32 = 0; i < count; i++) {
      const record = actionRecord(this.custom, i + 2);
      if (load<u32>(record, ACTION_ID + 4) != len) continue;
      if (equalBytes(this.custom.textAt(record + ACTION_ID), at, len)) return load<u32>(record, ACTION_KIND);
    }
    if (len == BLOCK_ID.len && equalBytes(at, BLOCK_ID.at, len)) return ActionKind.Block;
    if (len == MONITOR_ID.len && equalBytes(at, MONITOR_ID.at, len)) return ActionKind.Monitor;
    return ActionKind.Other;
  }

  /** A document may say what `block` is: another page, a redirect, or nothing that blocks. */
  private findBlockAction(): void {
    const count: u32 = this.custom.size == 0 ? 0 : this.custom.count(Section.Actions);
    for (let i: u32 = 0; i < count; i++) {
      const id = actionRecord(this.custom, i + 2) + ACTION_ID;
      if (load<u32>(id, 4) == BLOCK_ID.len && equalBytes(this.custom.textAt(id), BLOCK_ID.at, BLOCK_ID.len))
        this.blockAction = i + 2;
    }
  }

  /** The default action no longer blocks. */
  private blockIsHarmless(): bool {
    if (this.blockAction == 1) return false;
    return load<u32>(actionRecord(this.custom, this.blockAction), ACTION_KIND) > <u32>ActionKind.Redirect;
  }

  private settleRules(ruleset: Ruleset, untagged: u32): void {
    if (ruleset.flags == 0) return;
    if (this.blockIsHarmless()) {
      for (let i: u32 = 0; i < ruleset.ruleCount; i++) {
        const flags = ruleset.flags + ((<usize>i) << 2);
        if (load<u32>(ruleset.rule(i), RULE_ACTION) == 1)
          store<u32>(flags, load<u32>(flags) & ~RuleFlag.Block);
      }
    }
    applyOverrides(this.custom, ruleset, this.effects);
    applyLists(ruleset, this.config, untagged);
  }

  /** Some rule or exclusion looks at values of `address`. */
  reads(address: u32): bool {
    return (this.addresses & (1 << address)) != 0;
  }

  /** Nothing is said of a response whatever it is: it need not be read, unless it answers the wish for an upgrade. */
  get ignoresResponses(): bool {
    return (this.addresses & RESPONSE) == 0 && this.config.responseBody == BodyMode.None;
  }

  private noteAddresses(): void {
    this.addresses = 0;
    for (let address: u32 = 0; address < <u32>ADDRESS_COUNT; address++) {
      const isRead =
        this.shipped.reads(address) || this.custom.reads(address) || this.exclusions.filters.reads(address);
      if (isRead) this.addresses |= 1 << address;
    }
    const config = this.config;
    const blocksUnseen =
      config.failClosed ||
      config.blockOnLimit ||
      config.rejectsUnreadable ||
      config.overLimit == OverLimit.Reject;
    // Exclusions may give any rule an action that blocks.
    const mayGive = this.exclusions.filters.ruleCount != 0 && (this.addresses & RESPONSE) != 0;
    this.mayBlockResponses =
      blocksUnseen || mayGive || blocksResponses(this.shipped) || blocksResponses(this.custom);
  }

  /** An event shows something made of the names in a request body. */
  notesBodyKeys(): bool {
    return (this.fingerprints & (1 << ProcessorKind.EndpointFingerprint)) != 0;
  }

  acquire(): void {
    const owner = this.owner;
    if (owner !== null) owner.users++;
    else this.users++;
  }

  /** Gives up one use; the last one frees everything. */
  release(): void {
    const owner = this.owner;
    if (owner !== null) return owner.release();
    if (--this.users != 0) return;
    for (let i: u32 = 0; i < this.routes.length; i += 4) {
      const route = changetype<Policy>(<usize>load<u32>(this.routes.at + i));
      if (route.shipped.clean === this.shipped.clean) route.shipped.clean = null;
      if (route.custom.clean === this.custom.clean) route.custom.clean = null;
      route.freeOwn();
    }
    if (this.customBytes != 0) heap.free(this.customBytes);
    if (this.redactKeys != 0) heap.free(this.redactKeys);
    if (this.redactValues != 0) heap.free(this.redactValues);
    const config = this.config;
    this.freeOwn();
    config.free();
    heap.free(changetype<usize>(config));
  }

  /** Frees what a route's policy has of its own; its configuration is the list of routes'. */
  private freeOwn(): void {
    this.requestLooks.free();
    this.responseLooks.free();
    if (this.shipped.flags != 0) heap.free(this.shipped.flags);
    if (this.custom.flags != 0) heap.free(this.custom.flags);
    this.exclusions.free();
    this.effects.free();
    heap.free(changetype<usize>(this.effects));
    freeCache(this.shipped);
    freeCache(this.custom);
    heap.free(changetype<usize>(this.shipped));
    heap.free(changetype<usize>(this.texts));
    heap.free(changetype<usize>(this.custom));
    this.routes.free();
    heap.free(changetype<usize>(this.routes));
    heap.free(changetype<usize>(this.routeName));
    heap.free(changetype<usize>(this));
  }
}

/** Gives `ruleset` the cache of `other`, where the same rules are on; else one of its own. */
function shareCache(ruleset: Ruleset, other: Ruleset, isSame: bool): void {
  if (ruleset.ruleCount == 0) return;
  freeCache(ruleset);
  isSame =
    isSame &&
    ruleset.ruleCount == other.ruleCount &&
    ruleset.effects == 0 &&
    other.effects == 0 &&
    memory.compare(ruleset.flags, other.flags, ruleset.ruleCount << 2) == 0;
  ruleset.clean = isSame ? other.clean : new CleanCache();
}

function freeCache(ruleset: Ruleset): void {
  const clean = ruleset.clean;
  if (clean !== null) clean.free();
}

function actionRecord(table: Ruleset, code: u32): usize {
  return table.section(Section.Actions) + <usize>((code - 2) * ACTION_SIZE);
}

/** Bits by ProcessorKind: those of `ruleset` whose results events show. */
function shownProcessors(ruleset: Ruleset): u32 {
  const count: u32 = ruleset.size == 0 ? 0 : ruleset.count(Section.Processors);
  let bits: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const record = ruleset.section(Section.Processors) + <usize>i * PROCESSOR_SIZE;
    const flags = load<u32>(record, PROCESSOR_FLAGS);
    const kind = load<u32>(record, PROCESSOR_KIND);
    if ((flags & ProcessorFlag.Output) != 0) bits |= 1 << kind;
  }
  return bits;
}

/** A rule that is on and blocks looks at responses. */
function blocksResponses(ruleset: Ruleset): bool {
  for (let i: u32 = 0; i < ruleset.conditionCount; i++) {
    const condition = ruleset.condition(i);
    if ((load<u32>(condition, CONDITION_ADDRESSES) & RESPONSE) == 0) continue;
    const flags = load<u32>(ruleset.flags + ((<usize>load<u32>(condition, CONDITION_RULE)) << 2));
    if ((flags & RuleFlag.Enabled) != 0 && (flags & RuleFlag.Block) != 0) return true;
  }
  return false;
}

/** Flags of every rule as its document has them. */
function documentFlags(ruleset: Ruleset): usize {
  const flags = heap.alloc(max<u32>(ruleset.ruleCount, 1) << 2);
  for (let i: u32 = 0; i < ruleset.ruleCount; i++) {
    store<u32>(flags + ((<usize>i) << 2), load<u32>(ruleset.rule(i), RULE_FLAGS));
  }
  return flags;
}

/**
 * `sensitivity`, `disabled_rules`, `monitored_rules` and `block_rules`. A rule that one of the latter two names is
 * wanted, whatever its level. `untagged` is the level of rules that name none.
 */
function applyLists(ruleset: Ruleset, config: Config, untagged: u32): void {
  for (let i: u32 = 0; i < ruleset.ruleCount; i++) {
    const rule = ruleset.rule(i);
    const id = ruleset.textAt(rule + RULE_ID);
    const len = load<u32>(rule, RULE_ID + 4);
    const at = ruleset.flags + ((<usize>i) << 2);
    let flag = load<u32>(at);
    const isBlocked = config.blockRules.has(id, len);
    const isMonitored = config.monitoredRules.has(id, len);
    const level = (flag >> RULE_LEVEL_SHIFT) & RULE_LEVEL_MASK;
    const isWanted = isBlocked || isMonitored;
    if (!isWanted && (level == Level.None ? untagged : level) > config.sensitivity) flag &= ~RuleFlag.Enabled;
    if (config.disabledRules.has(id, len)) flag &= ~RuleFlag.Enabled;
    if (isBlocked) flag |= RuleFlag.Block;
    if (isMonitored) flag &= ~RuleFlag.Block;
    store<u32>(at, flag);
  }
}
