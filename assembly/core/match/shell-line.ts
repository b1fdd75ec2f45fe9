// A command line as the whole value: what only an attacker sends without a separator before it. A sentence may begin with a
// command's name (cat, time, find): what follows has to be a file of the system, a drive, or another command.
//
// The first words only, each read once. What a shell would run through another (nohup, timeout 5, $SHELL -c) is skipped.

import { isAlpha, isDigit, isSpace, isWord } from "../bytes/ascii";
import { SHELL_FIELD, SHELL_PLAIN, SHELL_PREFIX, SHELL_RARE, SHELL_TOOL } from "../generated/shell-words";
import { globPath } from "./shell-glob";
import { hasArgument } from "./shell-argument";
import { readCommand, wordIsPath, wordTo, wordTricks } from "./shell-word";

const PREFIXES_MAX: u32 = 3;
const ARGUMENTS_MAX: u32 = 4;
const NAME_MAX: usize = 32;

/** True when `start..end` is a command line. */
// eslint-disable-next-line complexity -- one line per form
export function isCommandLine(start: usize, end: usize): bool {
  let at = start;
  while (at < end && at - start < 8 && isMargin(load<u8>(at))) at++;
  const line = at > start && (load<u8>(start) == 0x0a || load<u8>(start) == 0x0d);
  if (at >= end) return false;
  const variable = shellVariable(at, end);
  if (variable != 0) return isRunString(variable, end);
  let kind = readCommand(at, end);
  let prefixes: u32 = 0;
  while (kind == SHELL_PREFIX && prefixes < PREFIXES_MAX) {
    prefixes++;
    at = skipOptions(wordTo, end);
    if (at >= end) return false;
    kind = readCommand(at, end);
  }
  const to = wordTo;
  if (kind == SHELL_FIELD) return changesToRoot(at, to, end);
  if (kind == 0 || kind == SHELL_PREFIX) return false;
  // \ls: no alias of that name is meant.
  if (kind == SHELL_PLAIN && to >= end && load<u8>(at) == 0x5c) return true;
  if (kind == SHELL_RARE && wordIsPath && to >= end && (load<u32>(at) | 0x20202020) == 0x2f6e6962)
    return true;
  if (wordTricks > 0 && load<u8>(to - 1) != 0x22 && hasArgument(SHELL_FIELD, to, end)) return true;
  if (kind == SHELL_PLAIN && isEnded(at, to, end)) return true;
  if (kind == SHELL_TOOL && isAlias(at, to) && isDefinition(to, end)) return true;
  if (endsWithShell(to) && isRunString(to, end)) return true;
  if (wordIsPath && load<u8>(at) == 0x2f) {
    if (to >= end) return line;
    const c = <u32>load<u8>(to);
    if (c == 0x3b || c == 0x7c || c == 0x26 || c == 0x0a) return true;
  }
  if (prefixes > 0 && kind == SHELL_PLAIN && (to >= end || !isAlpha(load<u8>(min(to + 1, end - 1)))))
    return true;
  return (kind == SHELL_TOOL || kind == SHELL_PLAIN || kind == SHELL_RARE) && readsSystem(to, end);
}

/** What may stand before a command line: blanks, + for a blank, a quote that it ends. */
function isMargin(c: u32): bool {
  return isSpace(c) || c == 0x2b || c == 0x22 || c == 0x27;
}

/** whoami;0: a name that is no field's (hostname is one), a semicolon, and no further name. */
function isEnded(at: usize, to: usize, end: usize): bool {
  if (to - at < 6 || to + 1 >= end || load<u8>(to) != 0x3b || load<u32>(to - 4) == 0x656d616e) return false;
  const c = <u32>load<u8>(to, 1);
  return isDigit(c) || c == 0x22 || c == 0x27;
}

/** cd /; */
function changesToRoot(at: usize, to: usize, end: usize): bool {
  return (
    to - at == 2 &&
    (load<u16>(at) | 0x2020) == 0x6463 &&
    to + 3 <= end &&
    isSpace(load<u8>(to)) &&
    load<u16>(to, 1) == 0x3b2f
  );
}

/** The word is "alias". */
function isAlias(at: usize, to: usize): bool {
  return to - at == 5 && (load<u32>(at) | 0x20202020) == 0x61696c61;
}

/**
 * An option or a quoted name and then name=value, behind "alias", or one that is run at once (x=id&x), or is put together (x=c${y}d):
 * "alias ll='ls -l'" is what people tell each other.
 */
function isDefinition(start: usize, end: usize): bool {
  let at = start;
  let odd = false;
  for (let i: u32 = 0; i < ARGUMENTS_MAX; i++) {
    const from = at;
    while (at < end && isSpace(load<u8>(at))) at++;
    if (at >= end || at == from) return false;
    const c = <u32>load<u8>(at);
    const word = at;
    while (at < end && at - word < NAME_MAX && !isSpace(load<u8>(at)) && load<u8>(at) != 0x3d) at++;
    if (at >= end) return false;
    // "+g" in a query that is decoded twice is " g".
    const option = c == 0x2d || c == 0x2b || at - word == 1;
    if (load<u8>(at) == 0x3d) return isAssigned(word, at, end, odd || c == 0x22 || c == 0x27);
    if (!option) return false;
    odd = true;
  }
  return false;
}

/** The name of `word..mark` is assigned something, which `odd` makes a command, or an expansion in it, or that the name follows "&". */
function isAssigned(word: usize, mark: usize, end: usize, odd: bool): bool {
  const len = mark - word;
  if (len == 0 || mark + 1 >= end || isSpace(load<u8>(mark, 1))) return false;
  if (odd) return true;
  for (let at = mark + 1; at + 1 < end && at - mark < NAME_MAX && !isSpace(load<u8>(at)); at++) {
    const c = <u32>load<u8>(at);
    if (c == 0x24 && load<u8>(at, 1) == 0x7b) return true;
    if (c == 0x26 && at + 1 + len <= end && memory.compare(at + 1, word, len) == 0) return true;
  }
  return false;
}

/** $SHELL, ${SHELL}, $0 at `at`: past it. */
function shellVariable(at: usize, end: usize): usize {
  if (load<u8>(at) != 0x24 || at + 7 > end) return 0;
  const name = at + (load<u8>(at, 1) == 0x7b ? 2 : 1);
  if (name + 5 > end || load<u32>(name) != 0x4c454853 || load<u8>(name, 4) != 0x4c) return 0;
  return name + 5 + (load<u8>(at, 1) == 0x7b ? 1 : 0);
}

/** -c and a string behind a shell. */
function isRunString(at: usize, end: usize): bool {
  return at + 4 < end && isSpace(load<u8>(at)) && load<u16>(at, 1) == 0x632d && isSpace(load<u8>(at, 3));
}

/** The word before `to` is the name of a shell. */
export function endsWithShell(to: usize): bool {
  return load<u16>(to - 2) == 0x6873;
}

/** Flags, numbers and assignments behind a prefix. */
function skipOptions(start: usize, end: usize): usize {
  let at = start;
  while (at < end) {
    while (at < end && isSpace(load<u8>(at))) at++;
    if (at >= end) return at;
    const c = <u32>load<u8>(at);
    if (c != 0x2d && !isDigit(c) && !(c == 0x2f && (at + 1 >= end || isSpace(load<u8>(at, 1))))) return at;
    while (at < end && !isSpace(load<u8>(at))) at++;
  }
  return at;
}

/** Flags and at most a few words, one of them a file of the system or a drive, and then the end. */
function readsSystem(start: usize, end: usize): bool {
  let at = start;
  let found = false;
  for (let i: u32 = 0; i < ARGUMENTS_MAX; i++) {
    const from = at;
    while (at < end && (isSpace(load<u8>(at)) || load<u8>(at) == 0x2b)) at++;
    if (at >= end) return found;
    const c = <u32>load<u8>(at);
    if (c == 0x7c || c == 0x3b || c == 0x3e || c == 0x26 || c == 0x23) return found;
    if (at == from) return false;
    if (isSystemPath(at, end)) found = true;
    else if (c != 0x2d && !isDigit(c)) return false;
    while (
      at < end &&
      !isSpace(load<u8>(at)) &&
      load<u8>(at) != 0x2b &&
      load<u8>(at) != 0x7c &&
      load<u8>(at) != 0x3b
    )
      at++;
  }
  return false;
}

/** /etc/…, /proc/…, /var/log…, /root/…, c:\…, ../… */
function isSystemPath(at: usize, end: usize): bool {
  if (at + 2 > end) return false;
  if (load<u8>(at) == 0x2f && globPath(at, end) != 0) return true;
  if (isAlpha(load<u8>(at)) && load<u8>(at, 1) == 0x3a) {
    const c: u32 = at + 2 < end ? load<u8>(at, 2) : 0x5c;
    return !isWord(c);
  }
  if (at + 4 > end) return false;
  const four = load<u32>(at) | 0x20202000;
  if (four == 0x6374652f || four == 0x6f72702f || four == 0x6f6f722f || four == 0x7261762f) return true;
  return load<u16>(at) == 0x2e2e && load<u8>(at, 2) == 0x2f;
}
