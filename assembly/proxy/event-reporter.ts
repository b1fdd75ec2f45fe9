// Sends the event of a transaction to Envoy's log and to filter state, where access logs find it.

import { Arena } from "../core/bytes/arena";
import { ByteWriter } from "../core/bytes/byte-writer";
import { Text, text } from "../core/bytes/text";
import { Decision } from "../core/report/decision";
import { EventContext, appendEvent } from "../core/report/event";
import { HeaderMap, LogLevel, Status } from "./abi";
import { trimPort } from "./attributes";
import { log, now, readHeaderPairs, readProperty, received, writeProperty } from "./host";
import { StreamContext } from "./stream-context";

const ACTION = text("wardgate_action");
const RULE = text("wardgate_rule");
const EVENT = text("wardgate_event");
/** By Outcome. */
const ACTIONS: StaticArray<Text> = [text("monitor"), text("block"), text("reset"), text("replace")];
const SOURCE_ADDRESS = text("source\0address");
const DURATION = text("request\0duration");
const STATUS_CODE = text("response\0code");

const context = new EventContext();
const line = new ByteWriter();

/** Composes and sends the event; to be called from on_log, when status and duration are known. */
export function reportEvent(stream: StreamContext, decision: Decision, scratch: Arena): void {
  const ok = readHeaderPairs(HeaderMap.RequestHeaders, scratch) == Status.Ok;
  context.headersAt = received.at;
  context.headersLen = ok ? received.len : 0;
  readProperty(SOURCE_ADDRESS, scratch);
  trimPort(received);
  context.clientIp.at = received.at;
  context.clientIp.len = received.len;
  context.duration = readNumber(DURATION, scratch);
  context.status = <u32>readNumber(STATUS_CODE, scratch);
  context.processing = stream.processing;
  context.outcome = stream.outcome;
  context.time = now();
  context.id.at = stream.id.at;
  context.id.len = stream.id.len;
  writeState(stream, decision);
  if (!stream.tx.policy.config.logEvents) return;
  line.clear();
  line.text("wardgate event ");
  appendEvent(line, stream.tx, context);
  log(LogLevel.Warn, line.at, line.length);
}

/** Filter state `wasm.wardgate_*`: single tokens, ready for an access log. */
function writeState(stream: StreamContext, decision: Decision): void {
  const action = unchecked(ACTIONS[stream.outcome]);
  writeProperty(ACTION, action.at, action.len);
  writeProperty(RULE, decision.rule.at, decision.rule.len);
  writeProperty(EVENT, stream.id.at, stream.id.len);
}

/** An integer or duration property: 8 bytes, little-endian; 0 when the host has it not. */
function readNumber(path: Text, scratch: Arena): u64 {
  return readProperty(path, scratch) == Status.Ok && received.len == 8 ? load<u64>(received.at) : 0;
}
