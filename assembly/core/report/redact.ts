// Keeps secrets out of everything that leaves the VM: a value is shown only when neither the key it stands under
// nor the value itself looks like a credential.

import { nfaSearch } from "../match/regex-nfa";
import { Section, TextIndex } from "../rules/layout";
import { Match } from "../rules/rule-state";
import { Ruleset } from "../rules/ruleset";

/** The two patterns, as programs of match/regex-nfa.ts; 0 = none. */
@unmanaged
export class Redaction {
  private keys: usize = 0;
  private values: usize = 0;

  /** Takes the patterns that `ruleset` carries; those set before stay where it has none. */
  use(ruleset: Ruleset): void {
    const keys = program(ruleset, TextIndex.RedactKeys);
    const values = program(ruleset, TextIndex.RedactValues);
    if (keys != 0) this.keys = keys;
    if (values != 0) this.values = values;
  }

  /** True when the match's value must not be shown. */
  hides(match: Match): bool {
    if (this.keys != 0 && match.keyLen != 0 && nfaSearch(this.keys, match.keyAt, match.keyAt + match.keyLen)) return true;
    return this.values != 0 && match.valueLen != 0 &&
      nfaSearch(this.values, match.valueAt, match.valueAt + match.valueLen);
  }
}

function program(ruleset: Ruleset, index: u32): usize {
  if (ruleset.size == 0) return 0;
  const field = ruleset.section(Section.Texts) + (<usize>index << 3);
  return load<u32>(field, 4) == 0 ? 0 : ruleset.textAt(field);
}
