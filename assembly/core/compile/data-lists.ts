// `rules_data` or `exclusion_data`: lists by id that conditions refer to, entries of which may expire. Entries of one id
// are one list; of equal values the later expiry counts (compile/exact-compiler.ts, compile/ip-compiler.ts).

import { equalBytes } from "../bytes/ascii";
import { ByteWriter } from "../bytes/byte-writer";
import { JsonDocument, JsonKind } from "../document/json-document";
import { DocumentRoots, ROOTS } from "./document-roots";
import { SectionReport } from "./load-report";

export class DataLists {
  /** Nodes of the entries that are sound. */
  private entries: Array<u32> = [];
  private doc: JsonDocument;

  constructor(roots: DocumentRoots, section: string, report: SectionReport) {
    this.doc = roots.doc;
    const reason = new ByteWriter();
    for (let i = 0; i < ROOTS; i++) {
      const list = roots.section(i, section);
      for (let entry = this.doc.first(list); entry != 0; entry = this.doc.next(entry)) {
        reason.clear();
        if (this.isSound(entry, reason)) {
          this.entries.push(entry);
          report.loaded++;
        } else {
          report.failEntry(this.doc, entry, reason);
        }
      }
    }
    reason.free();
    heap.free(changetype<usize>(reason));
  }

  /** The `data` arrays of the entries with the id in the string node `id`. */
  find(id: u32): Array<u32> {
    const doc = this.doc;
    const found: Array<u32> = [];
    if (doc.kind(id) != JsonKind.String) return found;
    for (let i = 0; i < this.entries.length; i++) {
      const other = doc.get(this.entries[i], "id");
      const len = doc.textLen(other);
      if (len == doc.textLen(id) && equalBytes(doc.textAt(other), doc.textAt(id), len))
        found.push(doc.get(this.entries[i], "data"));
    }
    return found;
  }

  private isSound(entry: u32, reason: ByteWriter): bool {
    const doc = this.doc;
    const type = doc.get(entry, "type");
    if (doc.kind(doc.get(entry, "id")) != JsonKind.String) reason.text("id: a string is required");
    else if (!doc.textIs(type, "ip_with_expiration") && !doc.textIs(type, "data_with_expiration")) {
      reason.text("type: neither ip_with_expiration nor data_with_expiration");
    } else if (doc.kind(doc.get(entry, "data")) != JsonKind.Array) reason.text("data: an array is required");
    else this.checkValues(doc.get(entry, "data"), reason);
    return reason.length == 0;
  }

  private checkValues(data: u32, reason: ByteWriter): void {
    const doc = this.doc;
    for (let item = doc.first(data); item != 0; item = doc.next(item)) {
      const expiration = doc.get(item, "expiration");
      if (doc.kind(doc.get(item, "value")) != JsonKind.String) {
        reason.text("data: value: a string is required");
        return;
      }
      if (expiration != 0 && !(doc.number(expiration) >= 0)) {
        reason.text("data: expiration: seconds since 1970 are required");
        return;
      }
    }
  }
}
