// Command injection: does the value end the word it stands in and begin a command of its own?
//
// A command may begin after a separator (; | & && || newline, also %0a and \n written out), inside $( ), ` ` and <( ). There the next
// word is read as shells read it (shell-word.ts). What counts depends on the word: "; id" is a command when nothing
// follows that a field name would have, "; cat" needs a path or flag, and prose before the separator makes it prose.
//
// One pass; every look ahead and back is bounded. TEST: test/unit/core/match/shell.spec.ts, test/engine/detectors.test.ts

import { isAlpha, isDigit, isSpace, isWord } from "../bytes/ascii";
import { endsCommand, hasArgument, hasFlag, isDelay } from "./shell-argument";
import { isExpandedCommand } from "./shell-brace";
import { isCmdStatement } from "./shell-cmd";
import { globPath } from "./shell-glob";
import { endsWithShell, isCommandLine } from "./shell-line";
import { forgetCommand, readCommand, wordGlobs, wordIsPath, wordTo, wordTricks } from "./shell-word";
import { findByte } from "../bytes/find-byte";
import {
  endsStatement,
  isFunctionBody,
  isOptionValue,
  isServerExec,
  isShellExpression,
  isTableRow,
  isTruth,
} from "./shell-value";
import {
  isCmdInterpreter,
  isRunFile,
  isSqliteCommand,
  isSubstring,
  isSystemInput,
  skipKeyword,
} from "./shell-start";
import {
  CLASS_SPACE,
  MARK_AMPERSAND,
  MARK_BACKQUOTE,
  MARK_BACKSLASH,
  MARK_BAR,
  MARK_BRACE,
  MARK_BRACKET,
  MARK_DOLLAR,
  MARK_GREATER,
  MARK_LESS,
  MARK_PERCENT,
  MARK_QUESTION,
  MARK_SEMICOLON,
  MARK_STAR,
} from "./mark-classes";
import { Span } from "./span";
import { findTrigger } from "./trigger-bytes";
import {
  SHELL_CALL,
  SHELL_FIELD,
  SHELL_NET,
  SHELL_PLAIN,
  SHELL_PREFIX,
  SHELL_RARE,
  SHELL_TOOL,
} from "../generated/shell-words";

/** ; | & $ ` < > % \\ and line ends */
const TRIGGERS = memory.data<u8>([
  16, 0, 0, 0, 2, 2, 2, 0, 0, 0, 1, 4, 44, 1, 4, 0, 1, 0, 2, 4, 0, 8, 16, 32, 0, 0, 0, 0, 0, 0, 0, 0,
]);

/** Their classes: that of line ends has tabs, too. */
const SEPARATORS: u64 =
  MARK_SEMICOLON |
  MARK_BAR |
  MARK_AMPERSAND |
  MARK_DOLLAR |
  MARK_BACKQUOTE |
  MARK_LESS |
  MARK_GREATER |
  MARK_PERCENT |
  MARK_BACKSLASH |
  CLASS_SPACE;
const GLOBS: u64 = MARK_QUESTION | MARK_STAR | MARK_BRACKET;

/** A value can hold a command only if it holds one of: ; | & $ ` < > % \ / ( = { and line ends. Bit set of 256. */
export const SHELL_REQUIRED = memory.data<u64>([0x7800817000002400, 0x1800000110000000, 0x0, 0x0]);

/** Words before a separator that make it a sentence. */
const PROSE_WORDS: u32 = 3;

let begin: usize = 0;
let limit: usize = 0;
let steps: u32 = 0;
let letters: u32 = 0;
/** The value begins with a command: its pipes begin no injection. */
let pipeline: bool = false;
/** A variable without a value stands before the word in hand. */
let afterVariable: bool = false;
/** The value may hold braces. */
let braces: bool = false;
/** Words before the byte in hand, PROSE_WORDS at most counted exactly. */
let words: u32 = 0;

/**
 * True when the value of `at..end` runs a command of its own in a shell; `span` is then the separator and the command. `classes`:
 * those that may occur in the value.
 */
// eslint-disable-next-line complexity -- one line per form
export function detectShell(at: usize, end: usize, classes: u64, span: Span): bool {
  if (end - at < 3) return false;
  begin = at;
  limit = end;
  words = 0;
  letters = 0;
  pipeline = false;
  braces = (classes & MARK_BRACE) != 0;
  forgetCommand();
  steps += <u32>(end - at);
  if (isFunctionBody(at, end) || ((classes & MARK_LESS) != 0 && isServerExec(at, end)))
    return report(at, end, span);
  if (isTableRow(at, end)) return false;
  const whole =
    isCommandLine(at, end) ||
    isCmdStatement(at, end) ||
    ((classes & GLOBS) != 0 && isGlobAtStart(at)) ||
    (braces && isExpandedCommand(at, end));
  // A line of nothing but words never comes here from rules: what their prefilter leaves out is no match either.
  if (whole && hasRequired()) return report(at, end, span);
  const first = readCommand(at, end);
  if (first == SHELL_CALL || first == SHELL_PREFIX || first == SHELL_TOOL || isPlain(first)) {
    if (callsCommand() || (hasArgument(first, wordTo, limit) && !isGit(at) && namesTarget()))
      return report(at, end, span);
    pipeline = first != SHELL_CALL && isSpace(byteAt(wordTo)) && isAlpha(load<u8>(at));
  }
  if ((classes & SEPARATORS) == 0) return false;
  let counted = at;
  let i = at;
  while (true) {
    // After a sentence only $( begins a command.
    if (words >= PROSE_WORDS && (classes & MARK_DOLLAR) == 0) return false;
    i = words < PROSE_WORDS ? findTrigger(i, end, TRIGGERS) : findByte(i, end, 0x24);
    if (i >= end) return false;
    if (words < PROSE_WORDS) countWords(counted, i);
    counted = i;
    if (load<u8>(i) == 0x24 && words == 0 && isShellExpression(i, end)) return report(i, end, span);
    if (load<u8>(i) == 0x25 && isSubstring(i, end)) return report(i, end, span);
    if (load<u8>(i) == 0x3c && isSystemInput(i, end)) return report(i, end, span);
    const command = commandAfter(i, load<u8>(i));
    if (command != 0 && isCommand(i, command)) return report(i, wordTo > i ? wordTo : end, span);
    i++;
  }
}

/** Adds the words of `from..to`, with what the range before it left of one. */
function countWords(from: usize, to: usize): void {
  for (let at = from; at < to && words < PROSE_WORDS; at++) {
    const c = <u32>load<u8>(at);
    if (isAlpha(c) || c >= 0x80) letters++;
    else {
      if (letters > 1 && (isSpace(c) || c == 0x2c)) words++;
      if (!isWord(c) && c != 0x27 && c != 0x2d) letters = 0;
    }
  }
}

/** Bytes looked at so far, for tests of the cost. */
export function shellSteps(): u32 {
  return steps;
}

/** A byte of SHELL_REQUIRED is in the value. */
function hasRequired(): bool {
  for (let at = begin; at < limit; at++) {
    const c = <usize>load<u8>(at);
    if (((load<u64>(SHELL_REQUIRED + ((c >> 6) << 3)) >> (c & 63)) & 1) != 0) return true;
  }
  return false;
}

function report(from: usize, to: usize, span: Span): bool {
  span.from = from;
  span.to = to;
  return true;
}

function byteAt(at: usize): u32 {
  return at < limit ? load<u8>(at) : 0;
}

/** system('id'), exec("ls"), phpinfo() */
function callsCommand(): bool {
  let at = wordTo;
  if (byteAt(at) != 0x28) return false;
  at++;
  if (byteAt(at) == 0x29) return at - begin > 7;
  if (byteAt(at) != 0x22 && byteAt(at) != 0x27 && byteAt(at) != 0x24) return false;
  const call = wordTo;
  const found = readCommand(at + 1, limit) != 0;
  return found || (load<u8>(at) == 0x24 && byteAt(call - 1) == 0x6d);
}

/** /b[i]n/ls */
function isGlobAtStart(at: usize): bool {
  return load<u8>(at) == 0x2f && globPath(at, limit) != 0;
}

/** git and a URL is the address of a repository. */
function isGit(at: usize): bool {
  return wordTo - at == 3 && (load<u16>(at) | 0x2020) == 0x6967;
}

/** The rest names what attackers are after: a shell, a system file, an address to load from. */
function namesTarget(): bool {
  const to = limit - begin > 512 ? begin + 512 : limit;
  for (let at = begin; at + 5 < to; at++) {
    const four = load<u32>(at);
    if (four == 0x6e69622f || four == 0x6374652f)
      return four == 0x6e69622f || (load<u8>(at, 4) == 0x2f && isSystemFile(at + 5));
    if ((four & 0xffffff) == 0x2f2f3a) return true;
  }
  return false;
}

/** passwd, shadow */
function isSystemFile(at: usize): bool {
  if (at + 6 > limit) return false;
  const four = load<u32>(at);
  return four == 0x73736170 || four == 0x64616873;
}

/** Where a command may begin after the separator at `at`, 0 when `c` begins none. */
// eslint-disable-next-line complexity -- one branch per separator
function commandAfter(at: usize, c: u32): usize {
  const next = byteAt(at + 1);
  switch (c) {
    case 0x3b:
      return at + 1;
    case 0x0a:
    case 0x0d:
      // Lines of a document are indented or many; the one line an injection adds is neither.
      return at - begin < 48 && words < 2 && load<u8>(begin) != 0x60 && next != 0x20 && next != 0x09
        ? at + 1
        : 0;
    case 0x60:
      return next == 0x60 || (at > begin && load<u8>(at - 1) == 0x60) ? 0 : at + 1;
    case 0x7c:
      return at + (next == 0x7c || next == 0x26 ? 2 : 1);
    case 0x26:
      return at + (next == 0x26 ? 2 : 1);
    case 0x24:
      return next == 0x28 && byteAt(at + 2) != 0x28 ? at + 2 : 0;
    case 0x3c:
    case 0x3e:
      if (c == 0x3c && at == begin && isAlpha(next)) return at + 1;
      return next == 0x28 ? at + 2 : 0;
    case 0x25:
      return next == 0x30 && (byteAt(at + 2) | 0x20) - 0x61 < 4 ? at + 3 : 0;
    case 0x5c:
      return (next == 0x6e || next == 0x72) && at == begin ? at + 2 : 0;
    default:
      return 0;
  }
}

// eslint-disable-next-line complexity -- what each kind of word needs
function isCommand(separator: usize, start: usize): bool {
  const at = skipKeyword(skipGap(start), limit);
  if (at >= limit) return false;
  if (words < 2 && (isRunFile(at, limit) || isCmdInterpreter(at, limit) || isSqliteCommand(at, limit)))
    return true;
  if (braces && words < PROSE_WORDS && isExpandedCommand(at, limit)) return true;
  const glob = load<u8>(at) == 0x2f ? globPath(at, limit) : 0;
  if (glob != 0 && words < PROSE_WORDS) return true;
  if (load<u8>(at) == 0x24) return words < PROSE_WORDS && runsVariable(at, separator);
  const kind = readCommand(at, limit);
  const c = <u32>load<u8>(separator);
  const substitution = c == 0x24 || c == 0x60 || c == 0x3c || c == 0x3e;
  if (kind == SHELL_TOOL && endsWithShell(wordTo) && startsShell(c, start, at)) return true;
  if (pipeline && c == 0x7c) return false;
  if (words < PROSE_WORDS && !substitution && isCmdStatement(at, limit)) return true;
  if (wordGlobs >= 2 && wordIsPath && words < PROSE_WORDS) return true;
  if (kind == 0) return c == 0x60 && separator < begin + 2 && isTruth(at, limit);
  if (c == 0x3c && at == separator + 1) return kind == SHELL_PLAIN && endsStatement(wordTo, limit);
  if (words >= PROSE_WORDS && !(c == 0x24 && closesSubstitution(wordTo))) return false;
  if (c == 0x60 && !closesBackquote(at) && !isOptionValue(separator, begin)) return false;
  const lower = load<u8>(at) - 0x41 >= 26;
  if (wordTricks > 0 && !substitution) return endsWord() || hasArgument(kind, wordTo, limit);
  switch (kind) {
    case SHELL_RARE:
      if (c != 0x7c && words < 2 && (isSpace(byteAt(wordTo)) || endsCommand(wordTo, limit))) return true;
      return hasArgument(SHELL_TOOL, wordTo, limit);
    case SHELL_PLAIN:
      if (endsCommand(wordTo, limit)) return lower && (wordIsPath || !isFieldList(separator, substitution));
      return hasArgument(kind, wordTo, limit);
    case SHELL_PREFIX:
      return hasFlag(wordTo, limit) || isWhole(separator, at) || isDelay(at, wordTo, limit) || runsNext();
    case SHELL_FIELD:
      if (isWhole(separator, at)) return true;
      return wordIsPath ? endsWord() : hasArgument(kind, wordTo, limit);
    case SHELL_TOOL:
      if (separator == begin && (c == 0x3c || c == 0x3e)) return endsWord();
      // $u is nothing: what follows it is a command.
      if (afterVariable && isSpace(byteAt(wordTo))) return true;
      return wordIsPath ? endsWord() : hasArgument(kind, wordTo, limit);
    case SHELL_NET:
      return isSpace(byteAt(wordTo)) && isAlpha(byteAt(wordTo + 1)) && words < 2;
    case SHELL_CALL:
      return byteAt(wordTo) == 0x28;
    default:
      return false;
  }
}

/** Names of commands that no argument is needed for. */
function isPlain(kind: u32): bool {
  return kind == SHELL_PLAIN || kind == SHELL_RARE;
}

/** A shell as a command: at the end of a pipe, or in a group of its own, &&(sh). */
function startsShell(separator: u32, start: usize, at: usize): bool {
  if (separator == 0x7c && endsCommand(wordTo, limit)) return true;
  return (
    at == start + 1 &&
    load<u8>(start) == 0x28 &&
    byteAt(wordTo) == 0x29 &&
    separator != 0x24 &&
    wordTo - at < 5
  );
}

/** ;env and ;env|x: the separator and the word are the value, or what a pipe begins with. */
function isWhole(separator: usize, at: usize): bool {
  if (separator != begin || load<u8>(separator) != 0x3b || at != begin + 1) return false;
  return wordTo - at > 2 && (wordTo >= limit || load<u8>(wordTo) == 0x7c);
}

/** nohup id: the command that is run by another. */
function runsNext(): bool {
  if (!isSpace(byteAt(wordTo))) return false;
  let at = wordTo;
  while (at < limit && isSpace(load<u8>(at))) at++;
  if (at >= limit) return false;
  const kind = readCommand(at, limit);
  if (kind == SHELL_PLAIN) return endsCommand(wordTo, limit);
  return kind == SHELL_TOOL && hasArgument(kind, wordTo, limit);
}

/** Past what may stand between a separator and its command: marks, a variable that is nothing ($u cat). */
function skipGap(start: usize): usize {
  let at = start;
  afterVariable = false;
  while (at < limit && at - start < 24) {
    if (isGap(load<u8>(at))) at++;
    else if (load<u8>(at) == 0x24 && at + 2 < limit && isWord(load<u8>(at, 1)) && isSpace(load<u8>(at, 2))) {
      at += 3;
      afterVariable = true;
    } else break;
  }
  return at;
}

/** x='id';$x: a variable that the value sets and then runs. */
function runsVariable(at: usize, separator: usize): bool {
  let to = at + 1;
  while (to < limit && to - at < 16 && isWord(load<u8>(to))) to++;
  const len = <i32>(to - at - 1);
  if (len == 0 || !isAlpha(load<u8>(at, 1))) return false;
  // $a$b: both are put together.
  if (!endsCommand(to, limit) && !(byteAt(to) == 0x24 && isAlpha(byteAt(to + 1)))) return false;
  const from = separator - begin > 64 ? separator - 64 : begin;
  for (let i = from; i + <usize>len < separator; i++) {
    if (
      load<u8>(i + len) == 0x3d &&
      memory.compare(i, at + 1, len) == 0 &&
      (i == begin || !isWord(load<u8>(i - 1)))
    )
      return true;
  }
  return false;
}

/** What may stand between a separator and its command: blanks, groups, quotes, + for a space. */
function isGap(c: u32): bool {
  return (
    isSpace(c) ||
    c == 0x28 ||
    c == 0x7b ||
    c == 0x2b ||
    c == 0x22 ||
    c == 0x27 ||
    c == 0x21 ||
    c == 0x26 ||
    c == 0x7c ||
    c == 0x60
  );
}

function endsWord(): bool {
  const c = byteAt(wordTo);
  return wordTo >= limit || (!isWord(c) && c != 0x3d && c != 0x3a && c != 0x2f);
}

/** name;id and user|date are lists of fields; a;id, ;id and 1|id are not. */
function isFieldList(separator: usize, substitution: bool): bool {
  if (substitution) return false;
  let letters: u32 = 0;
  let at = separator;
  for (; at > begin && isWord(load<u8>(at - 1)) && letters < 8; at--) letters++;
  if (at > begin && (load<u8>(at - 1) == 0x2e || load<u8>(at - 1) == 0x2f)) return false;
  const c = <u32>load<u8>(separator);
  const spaced = isSpace(byteAt(separator + 1)) || byteAt(separator + 1) == c;
  if (c == 0x26 && !spaced && separator > begin && !endsCommand(wordTo, limit)) return true;
  return letters >= 2 && !spaced && !isDigit(load<u8>(separator - 1));
}

function closesSubstitution(start: usize): bool {
  for (let at = start; at < limit && at - start < 256; at++) {
    if (load<u8>(at) == 0x29) return true;
  }
  return false;
}

/** `…` that is the value, or nearly: in prose and markdown it is code. */
function closesBackquote(start: usize): bool {
  if (words > 0) return false;
  for (let at = start; at < limit && at - start < 512; at++) {
    if (load<u8>(at) != 0x60) continue;
    let after = at + 1;
    let letters: u32 = 0;
    while (after < limit) {
      if (isAlpha(load<u8>(after++))) letters++;
      if (letters > 2) return false;
    }
    return true;
  }
  return false;
}
