// Statements of cmd.exe that no other language begins with: IF [/I] [NOT] EXIST|DEFINED|ERRORLEVEL|CMDEXTVERSION, IF a==b command,
// IF a EQU b command, FOR %x IN (…). (Microsoft, Windows Commands: if, for.)
//
// One pass over the first words; a word has at most WORD_MAX bytes.

import { isAlpha, isDigit, isSpace, isWord } from "../bytes/ascii";

const WORD_MAX: usize = 64;
const LOOP_WORDS_MAX = 6;

let limit: usize = 0;

/** True when `at` begins a statement of cmd.exe. */
export function isCmdStatement(at: usize, end: usize): bool {
  limit = end;
  if (at + 6 > end) return false;
  const three = load<u32>(at) | 0x00202020;
  if ((three & 0xffff) == 0x6669 && !isWord(load<u8>(at, 2))) return isCondition(at + 2);
  return (three & 0xffffff) == 0x726f66 && isSpace(load<u8>(at, 3)) && isLoop(at + 3);
}

function skipBlanks(at: usize): usize {
  while (at < limit && isSpace(load<u8>(at))) at++;
  return at;
}

/** Past the letters at `at`. */
function wordEnd(at: usize): usize {
  let to = at;
  while (to < limit && to - at < WORD_MAX && isAlpha(load<u8>(to))) to++;
  return to;
}

function isWordOf(at: usize, to: usize, four: u32, len: usize): bool {
  return to - at == len && (load<u32>(at) | 0x20202020) == four;
}

function isCondition(start: usize): bool {
  let at = skipBlanks(start);
  let marks: u32 = 0;
  if (
    at + 2 < limit &&
    load<u8>(at) == 0x2f &&
    (load<u8>(at, 1) | 0x20) == 0x69 &&
    !isWord(load<u8>(at, 2))
  ) {
    at = skipBlanks(at + 2);
    marks++;
  }
  let to = wordEnd(at);
  if (to - at == 3 && (load<u16>(at) | 0x2020) == 0x6f6e && (load<u8>(at, 2) | 0x20) == 0x74) {
    at = skipBlanks(to);
    to = wordEnd(at);
  }
  if (to > at && to < limit && isSpace(load<u8>(to))) {
    if (isWordOf(at, to, 0x73697865, 5) || isWordOf(at, to, 0x69666564, 7))
      return hasTwoWords(skipBlanks(to));
    if (isWordOf(at, to, 0x6f727265, 10) || isWordOf(at, to, 0x65646d63, 13)) {
      const number = skipBlanks(to);
      return number < limit && load<u8>(number) - 0x30 < 10;
    }
  }
  return isComparison(at, marks);
}

/** A name and a command, behind EXIST and DEFINED. */
function hasTwoWords(at: usize): bool {
  if (at >= limit || load<u8>(at) == 0x3f) return false;
  let to = at;
  while (to < limit && to - at < WORD_MAX && !isSpace(load<u8>(to))) to++;
  // "if exist, …" is English; so is what goes on in lower-case words without a mark.
  if (load<u8>(to - 1) == 0x2c) return false;
  const next = skipBlanks(to);
  return next > to && next < limit;
}

/** operand==operand command, operand EQU operand command. */
// eslint-disable-next-line complexity -- one line per mark
function isComparison(start: usize, marks: u32): bool {
  let at = start;
  let quoted = false;
  let percent = marks > 0;
  let parameter = false;
  while (at < limit && at - start < WORD_MAX) {
    const c = <u32>load<u8>(at);
    if (c == 0x25 && at + 1 < limit && isDigit(load<u8>(at, 1)) && !isWord(load<u8>(at - 1)))
      parameter = true;
    if (c == 0x25 || c == 0x5b || (c == 0x21 && quoted)) percent = true;
    if (c == 0x22) {
      quoted = !quoted;
      if (at == start) percent = true;
    }
    if (!quoted && (isSpace(c) || c == 0x3d)) break;
    at++;
  }
  if (at == start || at >= limit) return false;
  const operator = skipBlanks(at);
  const to = wordEnd(operator);
  if (to - operator == 3 && isOperator(load<u32>(operator) & 0xffffff)) return skipBlanks(to) < limit;
  if (operator + 1 >= limit || load<u16>(operator) != 0x3d3d) return false;
  // x==y as shells of Windows write it; others put the whole in parentheses, or a colon or "then" behind it.
  let operand = operator + 2;
  if (!percent && operand < limit && (isSpace(load<u8>(operand)) || load<u8>(start) == 0x28)) return false;
  while (operand < limit && load<u8>(operand) == 0x3d) operand++;
  operand = skipBlanks(operand);
  let last = operand;
  while (last < limit && last - operand < WORD_MAX && !isSpace(load<u8>(last))) last++;
  if (last == operand || load<u8>(last - 1) == 0x3a || load<u8>(last - 1) == 0x3b) return false;
  const command = skipBlanks(last);
  // A parameter of a batch file is compared, whatever follows.
  if (parameter && command >= limit) return true;
  if (command == last || command >= limit) return false;
  const end = wordEnd(command);
  // then, or, and
  if (isWordOf(command, end, 0x6e656874, 4)) return false;
  return load<u8>(command) != 0x26 && load<u8>(command) != 0x7c && load<u8>(command) != 0x7b;
}

/** equ neq lss leq gtr geq */
function isOperator(three: u32): bool {
  const word = three | 0x202020;
  return (
    word == 0x757165 ||
    word == 0x71656e ||
    word == 0x73736c ||
    word == 0x71656c ||
    word == 0x727467 ||
    word == 0x716567
  );
}

/** [/F "options"] [directory] %x IN ( */
function isLoop(start: usize): bool {
  let at = skipBlanks(start);
  for (let i = 0; i < LOOP_WORDS_MAX && at < limit && load<u8>(at) != 0x25; i++) {
    // FOR begins with an option or a variable; "for a %x" is English.
    if (i == 0 && load<u8>(at) != 0x2f) return false;
    const from = at;
    while (at < limit && at - from < WORD_MAX && !isSpace(load<u8>(at))) at++;
    at = skipBlanks(at);
  }
  if (at + 3 >= limit || load<u8>(at) != 0x25) return false;
  const variable = at;
  while (at < limit && at - variable < WORD_MAX && !isSpace(load<u8>(at))) at++;
  at = skipBlanks(at);
  if (at + 2 >= limit || (load<u16>(at) | 0x2020) != 0x6e69) return false;
  at = skipBlanks(at + 2);
  return at < limit && load<u8>(at) == 0x28;
}
