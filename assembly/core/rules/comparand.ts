// The operand of equals, greater_than and lower_than: written at compile time, compared at run time.
//
// ╒═ table ════════════════╤═════════════════╤════════════╤═════════════╤═════════════╤══════════════════════╕
// │ u32 kind (Comparand)   │ u32 text length │ u32 number │ u64 bits    │ f64 real    │ f64 delta, text …    │
// │ 0                      │ 4               │ type  8    │ 16          │ 24          │ 32, 40               │
// ╘════════════════════════╧═════════════════╧════════════╧═════════════╧═════════════╧══════════════════════╛

import { ByteWriter } from "../bytes/byte-writer";
import { JsonKind } from "../document/json-document";
import { InputKind } from "../inputs/inputs";
import {
  NumberValue,
  booleanEquals,
  makeFloat,
  numberEquals,
  numberGreater,
  numberLower,
  parseNumber,
  stringEquals,
} from "../match/number";
import { Operator } from "./layout";

const TEXT: u32 = 40;

const got = new NumberValue();
const want = new NumberValue();

/** Appends the table for a JSON value of `kind` with the text at `at`; `asFloat` makes a float of a whole number. */
export function writeComparand(
  out: ByteWriter,
  kind: u32,
  at: usize,
  len: u32,
  delta: f64,
  asFloat: bool = false,
): void {
  if (kind == JsonKind.Number) parseNumber(at, len, want);
  if (asFloat) makeFloat(want);
  out.u32(kind);
  out.u32(len);
  out.u32(want.type);
  out.u32(0);
  out.u64(want.bits);
  out.u64(reinterpret<u64>(want.real));
  out.u64(reinterpret<u64>(delta));
  if (len != 0) out.bytes(at, len);
}

/** Are inputs of `kind` of the table's own type? */
export function comparandReads(table: usize, kind: u32): bool {
  switch (load<u32>(table)) {
    case JsonKind.String:
      return kind == InputKind.String || kind == InputKind.Key;
    case JsonKind.Number:
      return kind == InputKind.Number;
    default:
      return kind == InputKind.Boolean;
  }
}

/** Does the input of `kind` with these bytes compare with the table as the operator asks? */
export function compareValue(operator: u32, table: usize, kind: u32, at: usize, len: u32): bool {
  switch (load<u32>(table)) {
    case JsonKind.String:
      return comparandReads(table, kind) && stringEquals(at, len, table + TEXT, load<u32>(table, 4));
    case JsonKind.True:
      return kind == InputKind.Boolean && booleanEquals(at, len, true);
    case JsonKind.False:
      return kind == InputKind.Boolean && booleanEquals(at, len, false);
    case JsonKind.Number:
      break;
    default:
      return false;
  }
  if (kind != InputKind.Number) return false;
  parseNumber(at, len, got);
  want.type = load<u32>(table, 8);
  want.bits = load<u64>(table, 16);
  want.real = load<f64>(table, 24);
  if (operator == Operator.Equals) return numberEquals(got, want, load<f64>(table, 32));
  return operator == Operator.GreaterThan ? numberGreater(got, want) : numberLower(got, want);
}
