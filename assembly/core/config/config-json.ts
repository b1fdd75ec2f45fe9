// A Config as the JSON document that gives the same Config again, every field spelt out: for people who want
// to see what holds.

import { ByteWriter } from "../bytes/byte-writer";
import { appendJsonName, appendJsonString } from "../bytes/json-text";
import { Text } from "../bytes/text";
import { appendJson } from "../compile/json-copy";
import { Level } from "../rules/layout";
import { BODY_MODE_NAMES, OVER_LIMIT_NAMES, SEND_NAMES } from "./body-mode";
import { Config, MODE_NAMES, RULE_SECTIONS, SENSITIVITY_NAMES } from "./config";
import { TextList } from "./text-list";

/** Appends `config` to `out`. Needs the document while there are custom rules (see Config.closeDocument). */
export function appendConfig(config: Config, out: ByteWriter): void {
  out.byte(0x7b);
  word(out, "mode", MODE_NAMES[config.mode]);
  onOff(out, "hold_headers", config.holdHeaders);
  bodies(config, out);
  whole(out, "decode_rounds", config.decodeRounds);
  list(out, "allowed_content_types", config.allowedContentTypes);
  word(out, "failure_mode", config.failClosed ? "closed" : "open");
  word(out, "on_limit", config.blockOnLimit ? "block" : "allow");
  whole(out, "budget", config.budget);
  blocking(config, out);
  name(out, "client_ip");
  out.byte(0x7b);
  textOf(out, "header", config.clientIpHeader);
  whole(out, "trusted_hops", config.trustedHops);
  out.byte(0x7d);
  list(out, "disabled_rules", config.disabledRules);
  list(out, "monitored_rules", config.monitoredRules);
  list(out, "block_rules", config.blockRules);
  if (config.customRules != 0) {
    name(out, "custom_rules");
    appendJson(config.document, config.customRules, out);
  }
  sections(config, out);
  routes(config, out);
  onOff(out, "shipped_rules", config.shippedRules);
  word(out, "sensitivity", SENSITIVITY_NAMES[config.sensitivity - Level.Low]);
  textOf(out, "service", config.service);
  textOf(out, "environment", config.environment);
  onOff(out, "log_events", config.logEvents);
  name(out, "redaction");
  out.byte(0x7b);
  onOff(out, "enabled", config.redactionEnabled);
  textOf(out, "key_regex", config.redactKeyRegex);
  textOf(out, "value_regex", config.redactValueRegex);
  out.byte(0x7d);
  list(out, "event_headers", config.eventHeaders);
  out.byte(0x7d);
}

function bodies(config: Config, out: ByteWriter): void {
  word(out, "request_headers", SEND_NAMES[<i32>config.requestHeaders]);
  word(out, "request_body", BODY_MODE_NAMES[config.requestBody]);
  word(out, "request_trailers", SEND_NAMES[<i32>config.requestTrailers]);
  word(out, "response_headers", SEND_NAMES[<i32>config.responseHeaders]);
  word(out, "response_body", BODY_MODE_NAMES[config.responseBody]);
  word(out, "response_trailers", SEND_NAMES[<i32>config.responseTrailers]);
  whole(out, "body_capture_size", config.bodyCaptureSize);
  word(out, "over_limit", OVER_LIMIT_NAMES[config.overLimit]);
  word(out, "response_block", config.replacesResponses ? "replace" : "reset");
  name(out, "encodings");
  out.byte(0x7b);
  word(out, "unreadable", config.rejectsUnreadable ? "reject" : "pass");
  onOff(out, "ask_upstream", config.asksUpstream);
  whole(out, "inflate_ratio", config.inflateRatio);
  whole(out, "inflate_size", config.inflateSize);
  out.byte(0x7d);
}

function routes(config: Config, out: ByteWriter): void {
  const doc = config.document;
  const node = doc.get(doc.root(), "routes");
  name(out, "routes");
  if (node == 0) out.text("[]");
  else appendJson(doc, node, out);
}

function sections(config: Config, out: ByteWriter): void {
  const doc = config.document;
  for (let i = 0; i < RULE_SECTIONS.length; i++) {
    const node = doc.get(doc.root(), RULE_SECTIONS[i]);
    if (node == 0) continue;
    name(out, RULE_SECTIONS[i]);
    appendJson(doc, node, out);
  }
}

function blocking(config: Config, out: ByteWriter): void {
  name(out, "blocking");
  out.byte(0x7b);
  whole(out, "status", config.blockStatus);
  textOf(out, "html", config.htmlTemplate);
  textOf(out, "json", config.jsonTemplate);
  if (config.redirectStatus != 0) {
    name(out, "redirect");
    out.byte(0x7b);
    whole(out, "status", config.redirectStatus);
    textOf(out, "location", config.redirectLocation);
    out.byte(0x7d);
  }
  out.byte(0x7d);
}

/** `"label":`, after a comma unless it is the object's first. */
function name(out: ByteWriter, label: string): void {
  if (load<u8>(out.at + out.length - 1) != 0x7b) out.byte(0x2c);
  appendJsonName(out, label);
}

function word(out: ByteWriter, label: string, value: string): void {
  name(out, label);
  out.byte(0x22);
  out.text(value);
  out.byte(0x22);
}

function onOff(out: ByteWriter, label: string, value: bool): void {
  name(out, label);
  out.text(value ? "true" : "false");
}

function whole(out: ByteWriter, label: string, value: i64): void {
  name(out, label);
  out.decimal(value);
}

function textOf(out: ByteWriter, label: string, value: Text): void {
  name(out, label);
  appendJsonString(out, value.at, value.len);
}

function list(out: ByteWriter, label: string, values: TextList): void {
  name(out, label);
  out.byte(0x5b);
  for (let i: u32 = 0; i < values.count; i++) {
    if (i > 0) out.byte(0x2c);
    appendJsonString(out, values.at(i), values.len(i));
  }
  out.byte(0x5d);
}
