// One configuration of the plugin: reads it, keeps the policy it makes, and never leaves traffic unprotected.
//
// A refused configuration does not take the proxy down: the last one that was accepted goes on working, from
// shared data, so that VM restarts and other workers have it too; where there is none, the defaults do. With
// WARDGATE_STRICT_CONFIG=1 in the VM's environment the refusal is passed on to the host instead.

import { Arena } from "../core/bytes/arena";
import { ByteWriter } from "../core/bytes/byte-writer";
import { text } from "../core/bytes/text";
import { Policy } from "../core/policy";
import { PolicyBuild, buildPolicy } from "../core/policy-builder";
import { Buffer, LogLevel, Status } from "./abi";
import { readClock } from "./clock";
import {
  hasEnvironment,
  log,
  readBuffer,
  readProperty,
  readSharedData,
  received,
  setTick,
  writeSharedData,
} from "./host";
import { Counter, count, defineStats, flushStats, recordRules } from "./telemetry";

const STRICT = text("WARDGATE_STRICT_CONFIG=1");
const PLUGIN_NAME = text("plugin_name");
const ROOT_ID = text("plugin_root_id");
const TICK_MS: u32 = 1000;

@unmanaged
export class PluginContext {
  /** 0 until the first configuration. */
  policy: Policy | null = null;

  /** False only where a refusal must be passed on: in strict mode. */
  configure(size: u32): bool {
    const arena = new Arena();
    const build = new PolicyBuild();
    defineStats();
    setTick(TICK_MS);
    readClock();
    const ok = this.apply(size, arena, build);
    build.free();
    arena.free();
    heap.free(changetype<usize>(arena));
    flushStats();
    return ok;
  }

  private apply(size: u32, arena: Arena, build: PolicyBuild): bool {
    received.at = 0;
    received.len = 0;
    if (size != 0 && readBuffer(Buffer.PluginConfiguration, 0, size, arena) != Status.Ok) {
      build.problems.text("the host did not hand over the configuration");
    }
    const at = received.at;
    const len = received.len;
    const key = sharedKey(arena);
    const policy = build.problems.length == 0 ? buildPolicy(at, len, build) : null;
    if (policy !== null) {
      writeSharedData(key.at, key.length, at, len);
      this.use(policy);
      count(Counter.ConfigAccepted);
      logLines(LogLevel.Warn, "configuration: ", build.warnings);
      logLoaded(build);
      return true;
    }
    count(Counter.ConfigRejected);
    logLines(LogLevel.Error, "configuration refused: ", build.problems);
    if (hasEnvironment(STRICT, arena)) return false;
    this.fallBack(arena, key, build);
    return true;
  }

  /** The last accepted configuration, else the defaults. */
  private fallBack(arena: Arena, key: ByteWriter, build: PolicyBuild): void {
    build.clear();
    let policy: Policy | null = null;
    const known = readSharedData(key.at, key.length, arena) == Status.Ok;
    if (known) policy = buildPolicy(received.at, received.len, build);
    const note =
      policy !== null
        ? "configuration refused: the last accepted one stays in force"
        : "configuration refused: the defaults are in force (monitor mode)";
    if (policy === null) {
      build.clear();
      policy = buildPolicy(0, 0, build);
    }
    const line = new ByteWriter();
    line.text(note);
    log(LogLevel.Error, line.at, line.length);
    line.free();
    heap.free(changetype<usize>(line));
    if (policy !== null) this.use(policy);
  }

  private use(policy: Policy): void {
    const previous = this.policy;
    this.policy = policy;
    if (previous !== null) previous.release();
    recordRules(policy.shipped.ruleCount + policy.custom.ruleCount);
  }

  free(): void {
    const policy = this.policy;
    if (policy !== null) policy.release();
    heap.free(changetype<usize>(this));
  }
}

/** One key per plugin name and root id, so that two plugins in one proxy do not share a configuration. */
function sharedKey(arena: Arena): ByteWriter {
  const key = new ByteWriter();
  key.text("wardgate.accepted_config/");
  if (readProperty(PLUGIN_NAME, arena) == Status.Ok) key.bytes(received.at, received.len);
  key.byte(0x2f);
  if (readProperty(ROOT_ID, arena) == Status.Ok) key.bytes(received.at, received.len);
  return key;
}

function logLines(level: i32, prefix: string, lines: ByteWriter): void {
  const line = new ByteWriter();
  let from: u32 = 0;
  for (let i: u32 = 0; i <= lines.length; i++) {
    if (i < lines.length && load<u8>(lines.at + i) != 0x0a) continue;
    if (i > from) {
      line.clear();
      line.text("wardgate ");
      line.text(prefix);
      line.bytes(lines.at + from, i - from);
      log(level, line.at, line.length);
    }
    from = i + 1;
  }
  line.free();
  heap.free(changetype<usize>(line));
}

function logLoaded(build: PolicyBuild): void {
  const line = new ByteWriter();
  line.text("wardgate configured: ");
  line.bytes(build.summary.at, build.summary.length);
  log(LogLevel.Info, line.at, line.length);
  line.free();
  heap.free(changetype<usize>(line));
}
