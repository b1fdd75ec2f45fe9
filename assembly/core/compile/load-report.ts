// What became of every entry of a rules document: loaded, skipped (cannot be honoured here) or failed (wrong),
// per section, nothing silently dropped.

import { ByteWriter } from "../bytes/byte-writer";
import { appendJsonName, appendJsonString } from "../bytes/json-text";

@unmanaged
export class SectionReport {
  loaded: u32 = 0;
  skippedCount: u32 = 0;
  failedCount: u32 = 0;
  private skipped: ByteWriter = new ByteWriter();
  private failed: ByteWriter = new ByteWriter();
  /** `id: reason` of every entry that failed and of every one skipped, a line each. */
  private failedLines: ByteWriter = new ByteWriter();
  private skippedLines: ByteWriter = new ByteWriter();

  skip(idAt: usize, idLen: u32, reason: ByteWriter): void {
    this.skippedCount++;
    append(this.skipped, idAt, idLen, reason);
    appendLine(this.skippedLines, idAt, idLen, reason);
  }

  fail(idAt: usize, idLen: u32, reason: ByteWriter): void {
    this.failedCount++;
    append(this.failed, idAt, idLen, reason);
    appendLine(this.failedLines, idAt, idLen, reason);
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
    this.skipped.free();
    this.failed.free();
    this.failedLines.free();
    this.skippedLines.free();
    heap.free(changetype<usize>(this.failedLines));
    heap.free(changetype<usize>(this.skippedLines));
    heap.free(changetype<usize>(this.skipped));
    heap.free(changetype<usize>(this.failed));
  }
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

function appendLine(out: ByteWriter, idAt: usize, idLen: u32, reason: ByteWriter): void {
  out.text("custom_rules: ");
  if (idLen != 0) out.bytes(idAt, idLen);
  else out.text("(no id)");
  out.text(": ");
  out.bytes(reason.at, reason.length);
  out.byte(0x0a);
}

function list(out: ByteWriter, entries: ByteWriter): void {
  out.byte(0x5b);
  if (entries.length != 0) out.bytes(entries.at, entries.length);
  out.byte(0x5d);
}
