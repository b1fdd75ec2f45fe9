// One word of a command line, as POSIX shells and cmd.exe read it: quotes, backslashes, carets and empty expansions inside
// it are dropped (c'a't, w\hoami, who$@ami, p^ing), $IFS and ${IFS} end it, its directory is cut off (/usr/bin/id), wildcards
// are noted.

import { isAlpha, isDigit, isSpace, isWord, lowerByte } from "../bytes/ascii";
import { wordClass } from "./word-table";
import { SHELL_CELLS, SHELL_LONGEST, SHELL_SEED, SHELL_SLOTS, SHELL_TEXT } from "../generated/shell-words";

const NAME_BYTES: u32 = 32;
const name = memory.data(32);

/** Where the word that readCommand() read ends. */
export let wordTo: usize = 0;
/** Wildcards in it. */
export let wordGlobs: u32 = 0;
/** Quotes, backslashes and expansions inside it, between letters. */
export let wordTricks: u32 = 0;
/** It was written with a directory. */
export let wordIsPath: bool = false;

let length: u32 = 0;

/** The word that was read last, and its class. */
let readAt: usize = 0;
let readEnd: usize = 0;
let readClass: u32 = 0;

/** Another value comes: what was read at the same place says nothing of it. */
export function forgetCommand(): void {
  readAt = 0;
}

/** Class of the command at `start`, 0 when no command is known by that word. The word that was read last is not read again. */
export function readCommand(start: usize, end: usize): u32 {
  if (start == readAt && end == readEnd) return readClass;
  readClass = readWord(start, end);
  readAt = start;
  readEnd = end;
  return readClass;
}

// eslint-disable-next-line complexity -- one branch per byte
function readWord(start: usize, end: usize): u32 {
  length = 0;
  wordGlobs = 0;
  wordTricks = 0;
  wordIsPath = false;
  let at = start;
  const last = min(end, start + 128);
  while (at < last) {
    const c = <u32>load<u8>(at);
    if (isWord(c) || c == 0x2d) {
      at = appendName(at, last);
      continue;
    }
    if (c == 0x2e && length > 0) append(c);
    else if (c == 0x2f || (c == 0x5c && wordIsPath && !endsAtEscape(at, end))) {
      wordIsPath = true;
      length = 0;
    } else if (c == 0x27 || c == 0x22 || c == 0x5e || c == 0x5c) {
      if (c == 0x5c && endsAtEscape(at, end)) break;
      // A quote that nothing in the word closes is the end of a string around it.
      if ((c == 0x27 || c == 0x22) && !closesInWord(at, end)) break;
      if (length > 0) wordTricks++;
    } else if (c == 0x3f || c == 0x2a || c == 0x5b || c == 0x5d) {
      wordGlobs++;
      append(0x3f);
    } else if (c == 0x24) {
      const to = emptyExpansion(at, end);
      if (to == 0) break;
      wordTricks++;
      at = to;
      continue;
    } else break;
    at++;
  }
  wordTo = at;
  length = withoutVersion();
  if (length == 0 || length > SHELL_LONGEST || length >= NAME_BYTES) return 0;
  return wordClass(name, length, SHELL_SEED, SHELL_SLOTS, SHELL_CELLS, SHELL_TEXT);
}

/** Length of the name without a version of two numbers or more: gcc10.1, python3.10. */
function withoutVersion(): u32 {
  if (length >= NAME_BYTES) return length;
  let at = length;
  let dots: u32 = 0;
  while (at > 0 && (isDigit(load<u8>(name + at - 1)) || load<u8>(name + at - 1) == 0x2e)) {
    at--;
    if (load<u8>(name + at) == 0x2e) dots++;
  }
  return dots > 0 && at > 1 ? at : length;
}

/** Appends the letters, digits, underscores and hyphens at `start`: past them. */
function appendName(start: usize, last: usize): usize {
  let at = start;
  let size = length;
  for (; at < last; at++) {
    const c = <u32>load<u8>(at);
    if (!isWord(c) && c != 0x2d) break;
    if (size < NAME_BYTES) store<u8>(name + size, <u8>lowerByte(c));
    size++;
  }
  length = size;
  return at;
}

function append(c: u32): void {
  if (length < NAME_BYTES) store<u8>(name + length, <u8>lowerByte(c));
  length++;
}

/** \n, \r and \t written out end a word. */
function endsAtEscape(at: usize, end: usize): bool {
  if (at + 1 >= end) return true;
  const next = <u32>load<u8>(at, 1);
  return (
    length > 0 &&
    (next == 0x6e || next == 0x72 || next == 0x74) &&
    (at + 2 >= end || !isAlpha(load<u8>(at, 2)))
  );
}

function closesInWord(start: usize, end: usize): bool {
  const quote = <u32>load<u8>(start);
  for (let at = start + 1; at < end && at - start < 32; at++) {
    const c = <u32>load<u8>(at);
    if (c == quote) return true;
    if (isSpace(c) || c == 0x3b || c == 0x7c) return wordTricks > 0;
  }
  // The second quote of a pair that began earlier in the word.
  return wordTricks > 0;
}

/** $@, $*, $1 … $9, $u, ${x} without a value: past them, or 0 when the expansion ends the word ($IFS, $(…). */
function emptyExpansion(at: usize, end: usize): usize {
  if (at + 1 >= end) return 0;
  const next = <u32>load<u8>(at, 1);
  if (next == 0x40 || next == 0x2a || isDigit(next)) return at + 2;
  // $u: who injects sets no variable of one letter.
  if (length > 0 && isAlpha(next) && (at + 2 >= end || !isWord(load<u8>(at, 2)))) return at + 2;
  if (next != 0x7b || at + 3 >= end || (load<u8>(at, 2) | 0x20) == 0x69) return 0;
  for (let to = at + 2; to < end && to - at < 16; to++) {
    if (load<u8>(to) == 0x7d) return to + 1;
    if (!isWord(load<u8>(to)) && load<u8>(to) != 0x40) return 0;
  }
  return 0;
}
