// Everything a configuration decides, ready to use: settings, rulesets, which rules are on and which block.
// Immutable once built and shared by the transactions that began under it; freed when the last of them ends.

import { Config } from "./config/config";
import { ByteWriter } from "./bytes/byte-writer";
import {
  ACTION_SIZE,
  Level,
  RULE_ACTION,
  RULE_FLAGS,
  RULE_ID,
  RULE_LEVEL_MASK,
  RULE_LEVEL_SHIFT,
  RuleFlag,
  Section,
} from "./rules/layout";
import { CleanCache } from "./rules/clean-cache";
import { LoadError, loadRuleset } from "./rules/ruleset-loader";
import { Ruleset } from "./rules/ruleset";

@unmanaged
export class Policy {
  config: Config;
  /** The shipped rules; 0 rules when the configuration turns them off. */
  shipped: Ruleset = new Ruleset();
  /** The shipped table for its texts alone: redaction holds whether or not its rules do. */
  texts: Ruleset = new Ruleset();
  /** The configuration's own rules. */
  custom: Ruleset = new Ruleset();
  /** Programs of the configuration's own redaction patterns, owned; 0 = none. */
  redactKeys: usize = 0;
  redactValues: usize = 0;
  /** Bytes of the custom ruleset, owned. */
  private customBytes: usize = 0;
  /** Transactions under way, and one for the plugin while this is its policy. */
  private users: u32 = 1;

  constructor(config: Config) {
    this.config = config;
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
    this.shipped.flags = ruleFlags(this.shipped, this.config, Level.Default);
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
    this.custom.flags = ruleFlags(this.custom, this.config, Level.Low);
    this.custom.clean = new CleanCache();
    return error;
  }

  /** Record of an action by the rule that names it: 0 for the default one. */
  actionOf(ruleset: Ruleset, rule: u32): usize {
    const action = load<u32>(ruleset.rule(rule), RULE_ACTION);
    return action < 2 ? 0 : ruleset.section(Section.Actions) + <usize>((action - 2) * ACTION_SIZE);
  }

  acquire(): void {
    this.users++;
  }

  /** Gives up one use; the last one frees everything. */
  release(): void {
    if (--this.users != 0) return;
    if (this.customBytes != 0) heap.free(this.customBytes);
    if (this.redactKeys != 0) heap.free(this.redactKeys);
    if (this.redactValues != 0) heap.free(this.redactValues);
    if (this.shipped.flags != 0) heap.free(this.shipped.flags);
    if (this.custom.flags != 0) heap.free(this.custom.flags);
    freeCache(this.shipped);
    freeCache(this.custom);
    heap.free(changetype<usize>(this.shipped));
    heap.free(changetype<usize>(this.texts));
    heap.free(changetype<usize>(this.custom));
    this.config.free();
    heap.free(changetype<usize>(this.config));
    heap.free(changetype<usize>(this));
  }
}

function freeCache(ruleset: Ruleset): void {
  const clean = ruleset.clean;
  if (clean !== null) clean.free();
}

/**
 * Flags of every rule after `sensitivity`, `disabled_rules`, `monitored_rules` and `block_rules`. A rule that one of the
 * latter two names is wanted, whatever its level. `untagged` is the level of rules that name none.
 */
function ruleFlags(ruleset: Ruleset, config: Config, untagged: u32): usize {
  const flags = heap.alloc(max<u32>(ruleset.ruleCount, 1) << 2);
  for (let i: u32 = 0; i < ruleset.ruleCount; i++) {
    const rule = ruleset.rule(i);
    const id = ruleset.textAt(rule + RULE_ID);
    const len = load<u32>(rule, RULE_ID + 4);
    let flag = load<u32>(rule, RULE_FLAGS);
    const isBlocked = config.blockRules.has(id, len);
    const isMonitored = config.monitoredRules.has(id, len);
    const level = (flag >> RULE_LEVEL_SHIFT) & RULE_LEVEL_MASK;
    const isWanted = isBlocked || isMonitored;
    if (!isWanted && (level == Level.None ? untagged : level) > config.sensitivity) flag &= ~RuleFlag.Enabled;
    if (config.disabledRules.has(id, len)) flag &= ~RuleFlag.Enabled;
    if (isBlocked) flag |= RuleFlag.Block;
    if (isMonitored) flag &= ~RuleFlag.Block;
    store<u32>(flags + ((<usize>i) << 2), flag);
  }
  return flags;
}
