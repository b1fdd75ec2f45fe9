// `attributes` of an event: what rules that matched put there (`output.attributes`), literally or from the transaction.

import { ByteWriter } from "../bytes/byte-writer";
import { equalBytes } from "../bytes/ascii";
import { appendJsonString } from "../bytes/json-text";
import { JsonDocument, JsonKind } from "../document/json-document";
import { InputKind } from "../inputs/inputs";
import {
  ATTRIBUTE_CONDITION,
  ATTRIBUTE_KEY,
  ATTRIBUTE_SIZE,
  ATTRIBUTE_VALUE,
  RULE_ATTRIBUTES,
  Section,
} from "../rules/layout";
import { Match, RuleState } from "../rules/rule-state";
import { Ruleset } from "../rules/ruleset";
import { Transaction } from "../transaction";
import { Redaction } from "./redact";

/** Attributes of one event at most. */
const ATTRIBUTE_LIMIT: u32 = 64;

/** (u32 address, u32 length) of the names written so far: the first of a name stays. */
const names: usize = heap.alloc(ATTRIBUTE_LIMIT << 3);
let count: u32 = 0;
let opening: string = "";

/** Begins the attributes of an event; `before` is written before the first. */
export function startAttributes(before: string): void {
  opening = before;
  count = 0;
}

/** Ends them. */
export function endAttributes(out: ByteWriter): void {
  if (count != 0) out.byte(0x7d);
}

/** Writes `"name":` for a value that the caller writes behind it; false when there is an attribute of this name. */
export function beginAttribute(out: ByteWriter, at: usize, len: u32): bool {
  if (count == ATTRIBUTE_LIMIT) return false;
  for (let i: u32 = 0; i < count; i++) {
    const name = names + ((<usize>i) << 3);
    if (load<u32>(name, 4) == len && equalBytes(load<u32>(name), at, len)) return false;
  }
  store<u32>(names + ((<usize>count) << 3), <u32>at);
  store<u32>(names + ((<usize>count) << 3), len, 4);
  out.text(count == 0 ? opening : ",");
  count++;
  appendJsonString(out, at, len);
  out.byte(0x3a);
  return true;
}

/** Those of the rules that matched in `state`. */
export function appendRuleAttributes(
  out: ByteWriter,
  tx: Transaction,
  state: RuleState,
  redaction: Redaction,
): void {
  const ruleset = state.ruleset;
  if (ruleset === null || ruleset.count(Section.Attributes) == 0) return;
  for (let i: u32 = 0; i < ruleset.ruleCount; i++) {
    if (!state.hasMatched(i)) continue;
    const first = load<u32>(ruleset.rule(i), RULE_ATTRIBUTES);
    const end = first + load<u32>(ruleset.rule(i), RULE_ATTRIBUTES + 4);
    for (let n = first; n < end; n++) appendAttribute(out, tx, ruleset, n, redaction);
  }
}

function appendAttribute(
  out: ByteWriter,
  tx: Transaction,
  ruleset: Ruleset,
  number: u32,
  redaction: Redaction,
): void {
  const record = ruleset.section(Section.Attributes) + <usize>number * ATTRIBUTE_SIZE;
  const name = ruleset.textAt(record + ATTRIBUTE_KEY);
  const nameLen = load<u32>(record, ATTRIBUTE_KEY + 4);
  if (load<u32>(record, ATTRIBUTE_VALUE + 4) != 0) {
    if (beginAttribute(out, name, nameLen))
      out.bytes(ruleset.textAt(record + ATTRIBUTE_VALUE), load<u32>(record, ATTRIBUTE_VALUE + 4));
    return;
  }
  // Only the custom table's own watchers are at work.
  if (ruleset !== tx.policy.custom) return;
  const kept = findKept(tx.filters, load<u32>(record, ATTRIBUTE_CONDITION));
  if (kept == 0 || !beginAttribute(out, name, nameLen)) return;
  const match = changetype<Match>(kept);
  const hidden =
    redaction.hides(match.keyAt, match.keyLen, match.valueAt, match.valueLen) ||
    redaction.hidesUnder(match.pathAt, match.pathLen);
  if (hidden) out.text('"<Redacted>"');
  else if (match.kind == InputKind.Boolean || isNumber(match)) out.bytes(match.valueAt, match.valueLen);
  else appendJsonString(out, match.valueAt, match.valueLen);
}

/** A number as JSON writes it; bodies may have others. */
function isNumber(match: Match): bool {
  if (match.kind != InputKind.Number) return false;
  const doc = new JsonDocument();
  const read = doc.parse(match.valueAt, match.valueLen) && doc.kind(doc.root()) == JsonKind.Number;
  doc.free();
  heap.free(changetype<usize>(doc));
  return read;
}

function findKept(filters: RuleState, condition: u32): usize {
  for (let at = filters.matches; at != 0; at = changetype<Match>(at).next) {
    if (changetype<Match>(at).condition == condition) return at;
  }
  return 0;
}
