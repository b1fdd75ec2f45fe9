// Keeps secrets out of everything that leaves the VM: a value is shown only when neither the key it stands under
// nor the value itself looks like a credential.

import { nfaSearch } from "../match/regex-nfa";
import { Policy } from "../policy";
import { Section, TextIndex } from "../rules/layout";
import { Ruleset } from "../rules/ruleset";

const QUOTE: u32 = 0x22;
const BACKSLASH: u32 = 0x5c;

/** The two patterns, as programs of match/regex-nfa.ts; 0 = none. */
@unmanaged
export class Redaction {
  private keys: usize = 0;
  private values: usize = 0;

  /** The configuration's own patterns before those that its rules or the shipped ones carry; none when it says so. */
  use(policy: Policy): void {
    this.keys = 0;
    this.values = 0;
    if (!policy.config.redactionEnabled) return;
    this.keys = pick(policy, TextIndex.RedactKeys, policy.redactKeys);
    this.values = pick(policy, TextIndex.RedactValues, policy.redactValues);
  }

  /** True when a value under this key must not be shown. */
  hides(key: usize, keyLen: u32, value: usize, valueLen: u32): bool {
    if (this.keys != 0 && keyLen != 0 && nfaSearch(this.keys, key, key + keyLen)) return true;
    return this.values != 0 && valueLen != 0 && nfaSearch(this.values, value, value + valueLen);
  }

  /** True when a key on the way to the value says so: `path` is JSON array elements, as rule-state.ts keeps them. */
  hidesUnder(path: usize, len: u32): bool {
    if (this.keys == 0) return false;
    const end = path + len;
    let at = path;
    while (at < end) {
      if (load<u8>(at++) != QUOTE) continue;
      const from = at;
      while (at < end && load<u8>(at) != QUOTE) at += load<u8>(at) == BACKSLASH ? 2 : 1;
      if (nfaSearch(this.keys, from, min(at, end))) return true;
      at++;
    }
    return false;
  }
}

function pick(policy: Policy, index: u32, own: usize): usize {
  if (own != 0) return own;
  const custom = program(policy.custom, index);
  return custom != 0 ? custom : program(policy.texts, index);
}

function program(ruleset: Ruleset, index: u32): usize {
  if (ruleset.size == 0) return 0;
  const field = ruleset.section(Section.Texts) + ((<usize>index) << 3);
  return load<u32>(field, 4) == 0 ? 0 : ruleset.textAt(field);
}
