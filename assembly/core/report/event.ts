// The one JSON record of a transaction with a finding. Same content wherever it goes: log line, filter state,
// collectors.

import { ANOMALY_NAMES } from "../inputs/anomaly";
import { ByteWriter } from "../bytes/byte-writer";
import { appendJsonName, appendJsonString } from "../bytes/json-text";
import { Text, text } from "../bytes/text";
import { MODE_NAMES } from "../config/config";
import { TextList } from "../config/text-list";
import { HeaderPairs } from "../http/header-fields";
import { LIMIT_NAMES } from "../limits";
import { OUTCOME_NAMES, Outcome } from "../outcome";
import { PHASE_NAMES, Phase } from "../phases";
import { Section, TextIndex } from "../rules/layout";
import { Ruleset } from "../rules/ruleset";
import { Transaction } from "../transaction";
import { Verdict } from "../verdict";
import { VERSION } from "../version";
import { appendRuleAttributes, endAttributes, startAttributes } from "./attributes";
import { Decision, appendActions, decide } from "./decision";
import { Redaction } from "./redact";
import { appendProcessorAttributes } from "./processors";
import { appendRuleIds, appendTriggers, chooseRules } from "./triggers";
import { appendTimestamp } from "./timestamp";

/** What the host knows of the exchange and the core does not. Texts of length 0 and zeros are left out. */
@unmanaged
export class EventContext {
  /** Nanoseconds since the epoch. */
  time: u64 = 0;
  /** Whole exchange, nanoseconds. */
  duration: u64 = 0;
  /** Spent on the request in the filter, nanoseconds; 0 = not measured. */
  processing: u64 = 0;
  /** Status the client saw. */
  status: u32 = 0;
  /** What was done, for real. */
  outcome: Outcome = Outcome.None;
  id: Text = new Text();
  /** The connection's peer; the transaction's own client address comes first. */
  clientIp: Text = new Text();
  /** Request headers, as a blob of http/header-fields.ts. */
  headersAt: usize = 0;
  headersLen: u32 = 0;
}

/** Longest path and header values shown. */
const SHOWN_BYTES: u32 = 1024;

const METHOD = text(":method");
const PATH = text(":path");
const AUTHORITY = text(":authority");

const decision = new Decision();
const redaction = new Redaction();
const pairs = new HeaderPairs();

/** Appends the event of `tx` as one line of JSON, without a line end. */
export function appendEvent(out: ByteWriter, tx: Transaction, context: EventContext): void {
  const config = tx.policy.config;
  redaction.use(tx.policy);
  out.text('{"event":"wardgate.security_event"');
  out.text(',"timestamp":"');
  appendTimestamp(out, context.time);
  out.byte(0x22);
  member(out, "id", context.id);
  out.text(',"action":"');
  out.text(OUTCOME_NAMES[context.outcome]);
  out.text('","mode":"');
  out.text(MODE_NAMES[config.mode]);
  out.text('","verdict":"');
  out.text(tx.verdict == Verdict.Block ? "block" : tx.verdict == Verdict.Monitor ? "monitor" : "allow");
  out.byte(0x22);
  if (tx.decidedIn != Phase.None) {
    out.text(',"phase":"');
    out.text(PHASE_NAMES[tx.decidedIn]);
    out.byte(0x22);
  }
  if (context.outcome == Outcome.None && tx.asksForBlock()) out.text(',"would_block":true');
  member(out, "route", tx.policy.routeName);
  member(out, "service", config.service);
  member(out, "environment", config.environment);
  pairs.start(context.headersAt, context.headersLen);
  headerMember(out, "method", METHOD);
  headerMember(out, "host", AUTHORITY);
  pathMember(out);
  member(out, "client_ip", tx.clientIp.len != 0 ? tx.clientIp : context.clientIp);
  member(out, "request_id", tx.requestId);
  if (context.status != 0) number(out, "status", context.status);
  headersMember(out, config.eventHeaders);
  number(out, "duration_us", context.duration / 1000);
  if (context.processing != 0) number(out, "processing_us", context.processing / 1000);
  number(out, "inspected_bytes", tx.inspected);
  names(out, "limits", tx.limits, LIMIT_NAMES);
  names(out, "anomalies", tx.anomalies, ANOMALY_NAMES);
  names(out, "response_anomalies", tx.responseAnomalies, ANOMALY_NAMES);
  decide(tx, decision);
  if (decision.blocks) {
    out.text(',"actions":{');
    appendActions(out, config, decision, context.id);
  }
  appendRules(out, tx);
  startAttributes(',"attributes":{');
  appendRuleAttributes(out, tx, tx.shipped, redaction);
  appendRuleAttributes(out, tx, tx.custom, redaction);
  appendProcessorAttributes(out, tx, context.headersAt, context.headersLen);
  endAttributes(out);
  out.text(',"version":"');
  out.text(VERSION);
  out.byte(0x22);
  rulesVersion(out, tx.policy.shipped);
  out.byte(0x7d);
}

function appendRules(out: ByteWriter, tx: Transaction): void {
  out.text(',"rules":[');
  const shipped = chooseRules(tx.shipped);
  appendRuleIds(out, tx.shipped, true);
  chooseRules(tx.custom);
  appendRuleIds(out, tx.custom, shipped == 0);
  out.text('],"triggers":[');
  chooseRules(tx.shipped);
  appendTriggers(out, tx.policy, tx.shipped, redaction, true);
  chooseRules(tx.custom);
  appendTriggers(out, tx.policy, tx.custom, redaction, shipped == 0);
  out.byte(0x5d);
}

function member(out: ByteWriter, name: string, value: Text): void {
  if (value.len == 0) return;
  out.byte(0x2c);
  appendJsonName(out, name);
  appendJsonString(out, value.at, min(value.len, SHOWN_BYTES));
}

function headerMember(out: ByteWriter, name: string, header: Text): void {
  if (!pairs.find(header.at, header.len) || pairs.valueLen == 0) return;
  out.byte(0x2c);
  appendJsonName(out, name);
  appendJsonString(out, pairs.value, min(pairs.valueLen, SHOWN_BYTES));
}

/** The path without its query: values of the query are shown, redacted, where a rule matched them. */
function pathMember(out: ByteWriter): void {
  if (!pairs.find(PATH.at, PATH.len)) return;
  let len: u32 = 0;
  while (len < pairs.valueLen && len < SHOWN_BYTES && load<u8>(pairs.value + len) != 0x3f) len++;
  out.byte(0x2c);
  appendJsonName(out, "path");
  appendJsonString(out, pairs.value, len);
}

/** The request headers that the configuration wants to see, as an object of their first values. */
function headersMember(out: ByteWriter, wanted: TextList): void {
  let open = false;
  for (let i: u32 = 0; i < wanted.count; i++) {
    if (!pairs.find(wanted.at(i), wanted.len(i))) continue;
    out.text(open ? "," : ',"headers":{');
    open = true;
    appendJsonString(out, wanted.at(i), wanted.len(i));
    out.byte(0x3a);
    const shown = min(pairs.valueLen, SHOWN_BYTES);
    if (redaction.hides(wanted.at(i), wanted.len(i), pairs.value, shown)) out.text('"<Redacted>"');
    else appendJsonString(out, pairs.value, shown);
  }
  if (open) out.byte(0x7d);
}

function number(out: ByteWriter, name: string, value: u64): void {
  out.byte(0x2c);
  appendJsonName(out, name);
  out.decimal(<i64>value);
}

/** Names of the bits set, as an array; left out when there are none. */
function names(out: ByteWriter, name: string, bits: u64, table: Array<string>): void {
  if (bits == 0) return;
  out.byte(0x2c);
  appendJsonName(out, name);
  let separator: u8 = 0x5b;
  for (let rest = bits; rest != 0; rest &= rest - 1) {
    out.byte(separator);
    out.byte(0x22);
    out.text(table[<i32>ctz(rest)]);
    out.byte(0x22);
    separator = 0x2c;
  }
  out.byte(0x5d);
}

function rulesVersion(out: ByteWriter, ruleset: Ruleset): void {
  if (ruleset.size == 0) return;
  const field = ruleset.section(Section.Texts) + (TextIndex.RulesVersion << 3);
  out.text(',"ruleset_version":');
  appendJsonString(out, ruleset.textAt(field), load<u32>(field, 4));
}
