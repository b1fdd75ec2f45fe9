// Collects the sections of a ruleset (rules/layout.ts) and puts them together.

import { ByteWriter } from "../bytes/byte-writer";
import {
  HEADER_SIZE,
  LABEL_HIGH,
  LABEL_LOW,
  RECORD_SIZES,
  SECTIONS_AT,
  SECTION_COUNT,
  Section,
} from "../rules/layout";
import { checksum } from "../rules/ruleset-loader";

export class RulesetWriter {
  private sections: StaticArray<usize> = new StaticArray<usize>(SECTION_COUNT);

  constructor() {
    for (let i: u32 = 0; i < SECTION_COUNT; i++) this.sections[i] = changetype<usize>(new ByteWriter());
  }

  section(id: u32): ByteWriter {
    return changetype<ByteWriter>(this.sections[id]);
  }

  /** Records in a section so far. */
  count(id: u32): u32 {
    return this.section(id).length / RECORD_SIZES[id];
  }

  /** A new zeroed record; its address holds until the section grows again. */
  record(id: u32): usize {
    const writer = this.section(id);
    const size = <u32>RECORD_SIZES[id];
    const at = writer.reserve(size);
    memory.fill(at, 0, size);
    writer.length += size;
    return at;
  }

  /** Puts bytes into Blob, 8-byte aligned, and answers their offset. */
  blob(at: usize, len: u32): u32 {
    const blob = this.section(Section.Blob);
    blob.align(8);
    const offset = blob.length;
    if (len != 0) blob.bytes(at, len);
    return offset;
  }

  /** Writes the (offset, length) pair of some bytes into a record's field. */
  text(field: usize, at: usize, len: u32): void {
    store<u32>(field, this.blob(at, len));
    store<u32>(field, len, 4);
  }

  /** Appends the whole ruleset to `out`. */
  finish(out: ByteWriter): void {
    const start = out.length;
    memory.fill(out.reserve(HEADER_SIZE), 0, HEADER_SIZE);
    out.length += HEADER_SIZE;
    for (let i: u32 = 0; i < SECTION_COUNT; i++) {
      const section = this.section(i);
      out.align(8);
      const offset = out.length - start;
      const entry = out.at + start + SECTIONS_AT + ((<usize>i) << 3);
      store<u32>(entry, offset);
      store<u32>(entry, this.count(i), 4);
      if (section.length != 0) out.bytes(section.at, section.length);
    }
    out.align(8);
    const header = out.at + start;
    const size = out.length - start;
    store<u32>(header, LABEL_LOW);
    store<u32>(header, LABEL_HIGH, 4);
    store<u32>(header, size, 8);
    store<u32>(header, checksum(header, size), 12);
  }

  free(): void {
    for (let i: u32 = 0; i < SECTION_COUNT; i++) {
      this.section(i).free();
      heap.free(this.sections[i]);
    }
  }
}
