// Brace expansion that spells a command: c{a,oun}t expands to "cat count", {l,-lh}s to "ls -lhs". The first alternative makes the
// command's word.
//
// One pass over at most WORD_MAX bytes.

import { isAlpha, isSpace } from "../bytes/ascii";
import { SHELL_CELLS, SHELL_LONGEST, SHELL_SEED, SHELL_SLOTS, SHELL_TEXT } from "../generated/shell-words";
import { wordClass } from "./word-table";

const WORD_MAX: usize = 32;
const NAME_BYTES: u32 = 16;
const name = memory.data(16);

let length: u32 = 0;

/** True when the word at `at` has letters of a command's name outside braces, and the rest of it as their first alternative. */
// eslint-disable-next-line complexity -- one line per part of the word
export function isExpandedCommand(start: usize, end: usize): bool {
  length = 0;
  let at = letters(start, end);
  if (at >= end || load<u8>(at) != 0x7b) return false;
  const outside = length;
  const open = at;
  // {,id}: the first alternative is nothing.
  if (outside == 0 && at + 1 < end && load<u8>(at, 1) == 0x2c) return isRest(at + 2, end);
  at = letters(at + 1, end);
  if (at == open + 1 || at >= end || load<u8>(at) != 0x2c) return false;
  const option = at + 1 < end && (load<u8>(at, 1) == 0x2d || load<u8>(at, 1) == 0x2f);
  while (at < end && at - start < WORD_MAX && load<u8>(at) != 0x7d) {
    if (isSpace(load<u8>(at)) || load<u8>(at) == 0x7b) return false;
    at++;
  }
  if (at >= end || load<u8>(at) != 0x7d) return false;
  const close = at + 1;
  at = letters(close, end);
  // {id,}: the last one is.
  if (outside == 0 && at == close) return close - open == <usize>(3 + length) && isKnown();
  if (at < end && !isSpace(load<u8>(at)) && load<u8>(at) != 0x3b && load<u8>(at) != 0x7c) return false;
  // Two letters and an index are mathematics: x{s,t}.
  if (length < 3 && !option) return false;
  return isKnown();
}

/** A command, and more alternatives or the end of them. */
function isRest(start: usize, end: usize): bool {
  const at = letters(start, end);
  return at < end && (load<u8>(at) == 0x2c || load<u8>(at) == 0x7d) && isKnown();
}

function isKnown(): bool {
  if (length > SHELL_LONGEST || length > NAME_BYTES) return false;
  return wordClass(name, length, SHELL_SEED, SHELL_SLOTS, SHELL_CELLS, SHELL_TEXT) != 0;
}

/** Appends the letters at `start` to the name: past them. */
function letters(start: usize, end: usize): usize {
  let at = start;
  while (at < end && at - start < WORD_MAX && isAlpha(load<u8>(at))) {
    if (length < NAME_BYTES) store<u8>(name + length, load<u8>(at));
    length++;
    at++;
  }
  return at;
}
