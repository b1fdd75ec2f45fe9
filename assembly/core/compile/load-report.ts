// What became of every entry of a rules document: loaded, skipped (cannot be honoured here) or failed (wrong),
// per section, nothing silently dropped.

import { ByteWriter } from "../bytes/byte-writer";
import { appendJsonName, appendJsonString } from "../bytes/json-text";
import { JsonDocument, JsonKind } from "../document/json-document";

/** What became of an entry. */
export enum Outcome {
  Loaded,
  Skipped,
  Failed,
}

export class SectionReport {
  loaded: u32 = 0;
  skippedCount: u32 = 0;
  failedCount: u32 = 0;
  private skipped: ByteWriter = new ByteWriter();
  private failed: ByteWriter = new ByteWriter();
  /** `section: id: reason` of every entry that failed and of every one skipped, a line each. */
  private failedLines: ByteWriter = new ByteWriter();
  private skippedLines: ByteWriter = new ByteWriter();

  /** `section` is what the lines of this section begin with. */
  constructor(private section: string) {}

  skip(idAt: usize, idLen: u32, reason: ByteWriter): void {
    this.skippedCount++;
    append(this.skipped, idAt, idLen, reason);
    this.appendLine(this.skippedLines, idAt, idLen, reason);
  }

  fail(idAt: usize, idLen: u32, reason: ByteWriter): void {
    this.failedCount++;
    append(this.failed, idAt, idLen, reason);
    this.appendLine(this.failedLines, idAt, idLen, reason);
  }

  /** An entry by its `id` or, when it has none, by where it stands. */
  skipEntry(doc: JsonDocument, entry: u32, reason: ByteWriter): void {
    const name = entryName(doc, entry);
    this.skip(name.at, name.length, reason);
    freeWriter(name);
  }

  failEntry(doc: JsonDocument, entry: u32, reason: ByteWriter): void {
    const name = entryName(doc, entry);
    this.fail(name.at, name.length, reason);
    freeWriter(name);
  }

  appendLines(failed: ByteWriter, skipped: ByteWriter): void {
    if (this.failedLines.length != 0) failed.bytes(this.failedLines.at, this.failedLines.length);
    if (this.skippedLines.length != 0) skipped.bytes(this.skippedLines.at, this.skippedLines.length);
  }

  /** `{"loaded":412,"skipped":[{"id":…,"reason":…}],"failed":[…]}` */
  write(out: ByteWriter): void {
    out.byte(0x7b);
    appendJsonName(out, "loaded");
    out.decimal(this.loaded);
    out.byte(0x2c);
    appendJsonName(out, "skipped");
    list(out, this.skipped);
    out.byte(0x2c);
    appendJsonName(out, "failed");
    list(out, this.failed);
    out.byte(0x7d);
  }

  free(): void {
    freeWriter(this.skipped);
    freeWriter(this.failed);
    freeWriter(this.failedLines);
    freeWriter(this.skippedLines);
  }

  private appendLine(out: ByteWriter, idAt: usize, idLen: u32, reason: ByteWriter): void {
    out.text(this.section);
    out.text(": ");
    if (idLen != 0) out.bytes(idAt, idLen);
    else out.text("(no id)");
    out.text(": ");
    out.bytes(reason.at, reason.length);
    out.byte(0x0a);
  }
}

/** The entry's `id`, or its place such as `exclusions[2]`; the caller frees it. */
function entryName(doc: JsonDocument, entry: u32): ByteWriter {
  const name = new ByteWriter();
  const id = doc.get(entry, "id");
  if (doc.kind(id) == JsonKind.String) name.bytes(doc.textAt(id), doc.textLen(id));
  if (name.length == 0) doc.path(entry, name);
  return name;
}

function freeWriter(writer: ByteWriter): void {
  writer.free();
  heap.free(changetype<usize>(writer));
}

function append(out: ByteWriter, idAt: usize, idLen: u32, reason: ByteWriter): void {
  if (out.length != 0) out.byte(0x2c);
  out.byte(0x7b);
  appendJsonName(out, "id");
  appendJsonString(out, idAt, idLen);
  out.byte(0x2c);
  appendJsonName(out, "reason");
  appendJsonString(out, reason.at, reason.length);
  out.byte(0x7d);
}

function list(out: ByteWriter, entries: ByteWriter): void {
  out.byte(0x5b);
  if (entries.length != 0) out.bytes(entries.at, entries.length);
  out.byte(0x5d);
}
