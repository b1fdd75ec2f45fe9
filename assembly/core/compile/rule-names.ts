// Names in rules documents → numbers.

import { ADDRESS_COUNT, ADDRESS_NAMES } from "../address";
import { lowerByte } from "../bytes/ascii";
import { JsonDocument, JsonKind } from "../document/json-document";
import { OPERATOR_NAMES, Operator } from "../rules/layout";

/** Datadog operators that watch an application's own calls (files, sockets, queries, commands). */
const APPLICATION_OPERATORS = [
  "lfi_detector",
  "ssrf_detector",
  "sqli_detector",
  "shi_detector",
  "cmdi_detector",
];

/** Number of an address name, 0 when a proxy has no such address. */
export function addressByName(at: usize, len: u32): u32 {
  for (let i = 1; i < ADDRESS_COUNT; i++) {
    if (sameText(at, len, ADDRESS_NAMES[i])) return i;
  }
  return 0;
}

/** Operator with this name (a version suffix such as `@v2` is ignored), or None. */
export function operatorByName(at: usize, len: u32): u32 {
  let end: u32 = 0;
  while (end < len && load<u8>(at + end) != 0x40) end++;
  for (let i = 1; i < OPERATOR_NAMES.length; i++) {
    if (sameText(at, end, OPERATOR_NAMES[i])) return i;
  }
  return Operator.None;
}

export function operatorNeedsApplication(at: usize, len: u32): bool {
  for (let i = 0; i < APPLICATION_OPERATORS.length; i++) {
    const name = APPLICATION_OPERATORS[i];
    if (<u32>name.length <= len && sameText(at, name.length, name)) return true;
  }
  return false;
}

/** Operators that look at numbers, booleans and containers too; all others see strings only. */
export function operatorReadsScalars(operator: u32): bool {
  return (
    operator == Operator.Equals ||
    operator == Operator.GreaterThan ||
    operator == Operator.LowerThan ||
    operator == Operator.Exists
  );
}

/** A boolean, or one written as a string in any case; `fallback` for anything else. */
export function flagOf(doc: JsonDocument, node: u32, fallback: bool): bool {
  const kind = doc.kind(node);
  if (kind == JsonKind.True || kind == JsonKind.False) return kind == JsonKind.True;
  if (kind != JsonKind.String) return fallback;
  if (isFolded(doc.textAt(node), doc.textLen(node), "true")) return true;
  return isFolded(doc.textAt(node), doc.textLen(node), "false") ? false : fallback;
}

/** The libddwaf release whose rule features are honoured: `min_version`/`max_version` of entries refer to it. */
const COMPATIBLE_VERSION: u32 = 1_030_001;

/** The entry's `min_version` and `max_version` allow this engine. */
export function versionFits(doc: JsonDocument, entry: u32): bool {
  const least = versionNumber(doc, doc.get(entry, "min_version"));
  const most = versionNumber(doc, doc.get(entry, "max_version"));
  return least <= COMPATIBLE_VERSION && (most == 0 || most >= COMPATIBLE_VERSION);
}

/** "1.30.2" as 1_030_002; 0 when the node is no such string. */
export function versionNumber(doc: JsonDocument, node: u32): u32 {
  if (doc.kind(node) != JsonKind.String) return 0;
  const at = doc.textAt(node);
  let version: u32 = 0;
  let part: u32 = 0;
  let parts = 0;
  for (let i: u32 = 0; i <= doc.textLen(node) && parts < 3; i++) {
    const c: u32 = i < doc.textLen(node) ? load<u8>(at + i) : 0x2e;
    if (c - 0x30 < 10) {
      part = min<u32>(part * 10 + c - 0x30, 999);
      continue;
    }
    version = version * 1000 + part;
    part = 0;
    parts++;
  }
  for (; parts < 3; parts++) version *= 1000;
  return version;
}

/** True when these bytes are the lower-case constant `name` in any case. */
function isFolded(at: usize, len: u32, name: string): bool {
  if (<u32>name.length != len) return false;
  for (let i: u32 = 0; i < len; i++) {
    if (lowerByte(load<u8>(at + i)) != <u32>name.charCodeAt(i)) return false;
  }
  return true;
}

/** True when the ASCII constant `name` has exactly these bytes. */
function sameText(at: usize, len: u32, name: string): bool {
  if (<u32>name.length != len) return false;
  for (let i: u32 = 0; i < len; i++) {
    if (load<u8>(at + i) != <u32>name.charCodeAt(i)) return false;
  }
  return true;
}
