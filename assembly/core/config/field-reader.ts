// Typed reads of configuration fields. A read never fails: what is wrong becomes a line `path: message` in
// `problems`, and the answer is the fallback, so that one pass finds every problem.

import { ByteWriter } from "../bytes/byte-writer";
import { appendJsonString } from "../bytes/json-text";
import { JsonDocument, JsonKind } from "../document/json-document";

/** Bytes of a value that a problem shows. */
const SHOWN_BYTES: u32 = 60;
/** Problems, and warnings, written; more are only counted. */
const WRITTEN_LIMIT: u32 = 100;
/** By JsonKind. */
const KIND_NAMES: string[] = [
  "nothing",
  "null",
  "a boolean",
  "a boolean",
  "a number",
  "a string",
  "an array",
  "an object",
];

@unmanaged
export class FieldReader {
  doc: JsonDocument;
  problems: ByteWriter;
  warnings: ByteWriter;
  problemCount: u32 = 0;
  warningCount: u32 = 0;
  /** Where the entry being written began, and whether it is one too many. */
  private start: u32 = 0;
  private isCounted: bool = false;

  constructor(doc: JsonDocument, problems: ByteWriter, warnings: ByteWriter) {
    this.doc = doc;
    this.problems = problems;
    this.warnings = warnings;
  }

  flag(node: u32, fallback: bool): bool {
    const kind = this.doc.kind(node);
    if (kind == JsonKind.True) return true;
    if (kind == JsonKind.False) return false;
    this.wrongType(node, "true or false");
    return fallback;
  }

  /** Position of the string in `names`. */
  choice(node: u32, names: string[], fallback: u32): u32 {
    if (!this.isString(node)) return fallback;
    for (let i = 0; i < names.length; i++) {
      if (this.doc.textIs(node, names[i])) return i;
    }
    const out = this.openProblem(node);
    this.appendValue(out, node);
    out.text(" is not one of ");
    for (let i = 0; i < names.length; i++) {
      if (i > 0) out.text(", ");
      out.text(names[i]);
    }
    this.close(out);
    return fallback;
  }

  /** A whole number within `least` … `most`. */
  integer(node: u32, least: i64, most: i64, fallback: i64): i64 {
    if (!this.isWhole(node)) return fallback;
    const value = this.doc.number(node);
    if (value >= <f64>least && value <= <f64>most) return <i64>value;
    const out = this.openProblem(node);
    this.appendValue(out, node);
    out.text(" is not between ");
    out.decimal(least);
    out.text(" and ");
    out.decimal(most);
    this.close(out);
    return fallback;
  }

  /** True for a finite number without a fraction, however it is written: 1e3 and 1000.0 are. */
  isWhole(node: u32): bool {
    if (this.doc.kind(node) != JsonKind.Number) {
      this.wrongType(node, "a whole number");
      return false;
    }
    const value = this.doc.number(node);
    if (isFinite(value) && Math.floor(value) == value) return true;
    this.badValue(node, "is not a whole number");
    return false;
  }

  isString(node: u32): bool {
    if (this.doc.kind(node) == JsonKind.String) return true;
    this.wrongType(node, "a string");
    return false;
  }

  isObject(node: u32): bool {
    if (this.doc.kind(node) == JsonKind.Object) return true;
    this.wrongType(node, "an object");
    return false;
  }

  isArray(node: u32): bool {
    if (this.doc.kind(node) == JsonKind.Array) return true;
    this.wrongType(node, "an array");
    return false;
  }

  unknown(node: u32): void {
    this.problem(node, "unknown field");
  }

  wrongType(node: u32, wanted: string): void {
    const out = this.openProblem(node);
    out.text("must be ");
    out.text(wanted);
    out.text(", not ");
    out.text(KIND_NAMES[this.doc.kind(node)]);
    this.close(out);
  }

  /** `path: "value" message` */
  badValue(node: u32, message: string): void {
    const out = this.openProblem(node);
    this.appendValue(out, node);
    out.byte(0x20);
    out.text(message);
    this.close(out);
  }

  problem(node: u32, message: string): void {
    const out = this.openProblem(node);
    out.text(message);
    this.close(out);
  }

  warning(node: u32, message: string): void {
    const out = this.openWarning(node);
    out.text(message);
    this.close(out);
  }

  /** `path: "value" message` */
  valueWarning(node: u32, message: string): void {
    const out = this.openWarning(node);
    this.appendValue(out, node);
    out.byte(0x20);
    out.text(message);
    this.close(out);
  }

  /** Adds how many problems and warnings were left out. */
  finish(): void {
    finishList(this.problems, this.problemCount);
    finishList(this.warnings, this.warningCount);
  }

  private openProblem(node: u32): ByteWriter {
    return this.open(this.problems, node, this.problemCount++);
  }

  private openWarning(node: u32): ByteWriter {
    return this.open(this.warnings, node, this.warningCount++);
  }

  private open(list: ByteWriter, node: u32, before: u32): ByteWriter {
    this.start = list.length;
    this.isCounted = before >= WRITTEN_LIMIT;
    if (before > 0) list.byte(0x0a);
    if (this.doc.parent(node) == 0) list.text("configuration");
    else this.doc.path(node, list);
    list.text(": ");
    return list;
  }

  /** Takes an entry back that is only counted. */
  private close(list: ByteWriter): void {
    if (this.isCounted) list.length = this.start;
  }

  /** The value as JSON, cut where it is long. */
  private appendValue(out: ByteWriter, node: u32): void {
    const at = this.doc.textAt(node);
    const len = this.doc.textLen(node);
    let shown = min(len, SHOWN_BYTES);
    while (shown < len && shown > 0 && (load<u8>(at + shown) & 0xc0) == 0x80) shown--;
    if (this.doc.kind(node) == JsonKind.String) appendJsonString(out, at, shown);
    else out.bytes(at, shown);
    if (shown < len) out.text("…");
  }
}

function finishList(list: ByteWriter, count: u32): void {
  if (count <= WRITTEN_LIMIT) return;
  list.text("\n… and ");
  list.decimal(count - WRITTEN_LIMIT);
  list.text(" more");
}
