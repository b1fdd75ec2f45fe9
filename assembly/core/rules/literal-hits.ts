// Which literal of a condition stands in a value, asked condition by condition: for explanations.

import { lowerByte } from "../bytes/ascii";
import { LITERAL_COUNT, LITERAL_FIRST, LITERAL_LENGTH, LITERAL_SIZE, LITERAL_TEXT, Section } from "./layout";
import { Ruleset } from "./ruleset";

@unmanaged
export class LiteralHits {
  /** Some literal is asked of the condition last looked at. */
  isAsked: bool = false;
  /** Literals that the conditions of `of` ask for, as (u32 condition, u32 literal) pairs. */
  private pairs: usize = 0;
  private count: u32 = 0;
  private of: Ruleset | null = null;
  /** Size of the table that the pairs are of: another ruleset may come to lie at the same place. */
  private asked: usize = 0;

  /** A literal of `condition` that occurs in the value in any case, or -1. */
  find(ruleset: Ruleset, condition: u32, at: usize, len: u32): i32 {
    if (this.of !== ruleset || this.asked != ruleset.literals) this.gather(ruleset);
    this.isAsked = false;
    for (let i: u32 = 0; i < this.count; i++) {
      if (load<u32>(this.pairs + ((<usize>i) << 3)) != condition) continue;
      this.isAsked = true;
      const literal = load<u32>(this.pairs + ((<usize>i) << 3), 4);
      const record = ruleset.literals + <usize>(literal * LITERAL_SIZE);
      const text = ruleset.blob + load<u32>(record, LITERAL_TEXT);
      if (occurs(text, load<u16>(record, LITERAL_LENGTH), at, len)) return literal;
    }
    return -1;
  }

  private gather(ruleset: Ruleset): void {
    this.of = ruleset;
    this.asked = ruleset.literals;
    const literals = ruleset.count(Section.Literals);
    const members = ruleset.section(Section.LiteralConditions);
    if (this.pairs != 0) heap.free(this.pairs);
    this.pairs = heap.alloc(max<u32>(ruleset.count(Section.LiteralConditions), 1) << 3);
    this.count = 0;
    for (let i: u32 = 0; i < literals; i++) {
      const record = ruleset.literals + <usize>(i * LITERAL_SIZE);
      const first = load<u32>(record, LITERAL_FIRST);
      for (let j: u32 = 0; j < load<u32>(record, LITERAL_COUNT); j++) {
        const pair = this.pairs + ((<usize>this.count) << 3);
        this.count++;
        store<u32>(pair, load<u32>(members + ((<usize>(first + j)) << 2)));
        store<u32>(pair, i, 4);
      }
    }
  }
}

function occurs(text: usize, size: u32, at: usize, len: u32): bool {
  if (size > len) return false;
  const last = at + (len - size);
  for (let from = at; from <= last; from++) {
    let i: u32 = 0;
    while (i < size && lowerByte(load<u8>(from + i)) == load<u8>(text + i)) i++;
    if (i == size) return true;
  }
  return false;
}
