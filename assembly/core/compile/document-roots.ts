// Where a document's sections are: in the rules document itself and, for a configuration, in the configuration too,
// so that what is beside the rules can stand in either.

import { JsonDocument } from "../document/json-document";

/** Roots that a section may be under. */
export const ROOTS = 2;

export class DocumentRoots {
  /** `rules` is the rules document; `around` the configuration it is part of, or 0. */
  constructor(
    public doc: JsonDocument,
    private rules: u32,
    private around: u32,
  ) {}

  /** The section called `name` under root `i` (below ROOTS); 0 when it is not there. */
  section(i: i32, name: string): u32 {
    return this.doc.get(i == 0 ? this.rules : this.around, name);
  }
}
