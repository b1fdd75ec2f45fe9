// Membership in short lists of words that stand in the program as one string each, for confirmations that are seldom made.
// Longer lists, and those asked for every few bytes, are hash tables (word-table.ts).

import { lowerByte } from "../bytes/ascii";

/** True when `from..to`, in any case, is one of `words`: lower-case ASCII, a space between them. */
export function isOneOf(from: usize, to: usize, words: string): bool {
  if (to <= from) return false;
  const end = changetype<usize>(words) + ((<usize>words.length) << 1);
  for (let word = changetype<usize>(words); word < end; word += 2) {
    let at = from;
    while (at < to && word < end && continues(word, at)) {
      word += 2;
      at++;
    }
    if (at == to && (word >= end || load<u16>(word) == 0x20)) return true;
    while (word < end && load<u16>(word) != 0x20) word += 2;
  }
  return false;
}

/** Length of the first of `words` that `from..end`, in any case, begins with; 0 when it begins with none. */
export function beginsWithOne(from: usize, end: usize, words: string): u32 {
  const last = changetype<usize>(words) + ((<usize>words.length) << 1);
  for (let word = changetype<usize>(words); word < last; word += 2) {
    let at = from;
    while (at < end && word < last && continues(word, at)) {
      word += 2;
      at++;
    }
    if (at > from && (word >= last || load<u16>(word) == 0x20)) return <u32>(at - from);
    while (word < last && load<u16>(word) != 0x20) word += 2;
  }
  return 0;
}

function continues(word: usize, at: usize): bool {
  const letter = load<u16>(word);
  return letter != 0x20 && letter == <u16>lowerByte(load<u8>(at));
}
