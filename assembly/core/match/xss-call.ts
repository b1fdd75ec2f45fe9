// Script that breaks out of a string of script, or is the whole value: calls of dialogues and of eval, assignments to the page's address.

import { isAlpha, isDigit, isSpace, isWord } from "../bytes/ascii";
import { isOneOf } from "./word-list";
import { isSinkWord } from "./xss-script";
import { backQuotes, begin, byteBefore, doubleQuotes, isTypographic, limit, singleQuotes } from "./xss-text";
import { htmlWord, lettersBefore } from "./xss-words";
import {
  HTML_EXPRESSION,
  HTML_GLOBAL,
  HTML_SCRIPT,
  HTML_SINK,
  HTML_WEAK_SINK,
} from "../generated/html-words";

const LOOK_BACK: usize = 64;

/** document.location = …, out of a string or of &{…} */
export function isAssignment(equals: usize): bool {
  let to = equals;
  while (to > begin && isSpace(load<u8>(to - 1)) && equals - to < 8) to--;
  let from = to;
  while (from > begin && to - from < 48 && (isWord(load<u8>(from - 1)) || load<u8>(from - 1) == 0x2e)) from--;
  let word = from;
  while (word < to && isAlpha(load<u8>(word))) word++;
  if (isAliased(equals, from)) return true;
  if (word - from < 3 || htmlWord(from, word) != HTML_GLOBAL) return false;
  if (equals + 1 < limit && load<u8>(equals, 1) == 0x3d) return false;
  if (byteBefore(from) == 0x7b && byteBefore(from - 1) == 0x26) return true;
  return breaksString(from, false);
}

/** a=alert; */
function isAliased(equals: usize, from: usize): bool {
  let to = equals + 1;
  while (to < limit && isAlpha(load<u8>(to))) to++;
  if (to >= limit || (load<u8>(to) != 0x3b && load<u8>(to) != 0x2c)) return false;
  if (htmlWord(equals + 1, to) != HTML_SINK) return false;
  const before = byteBefore(from);
  if (before == 0x24) return true;
  // "level=alert;" is a setting.
  const short = equals - from < 3;
  return (
    (short || from != begin) && (breaksString(from, true) || (short && (before == 0x3b || before == 0x7d)))
  );
}

/** alert( or alert` where a statement may begin. */
// eslint-disable-next-line complexity -- the ways to write a call
export function isSinkCall(paren: usize): bool {
  let to = paren;
  while (to > begin && paren - to < 8) {
    const c = <u32>load<u8>(to - 1);
    if (c != 0x29 && c != 0x3f && c != 0x2e && c != 0x5c && c > 0x20 && c != 0x2f && c != 0x2a) break;
    to--;
  }
  const last = lettersBefore(begin, to);
  if (to - last < 4) return false;
  const word = htmlWord(last, to);
  if (word == HTML_EXPRESSION) {
    let colon = last;
    while (colon > begin && byteBefore(colon) == 0x20) colon--;
    return byteBefore(colon) == 0x3a;
  }
  if (passesSink(paren, last)) return true;
  // scriptalert(…)/script: tags from which something took the brackets.
  if (
    word == 0 &&
    to - last > 9 &&
    htmlWord(last, last + 6) == HTML_SCRIPT &&
    htmlWord(last + 6, to) == HTML_SINK
  )
    return true;
  if (word != HTML_SINK && word != HTML_WEAK_SINK && !isCallMethod(last, to)) return false;
  let strong = word == HTML_SINK;
  let from = last;
  while (from > begin && last - from < 48 && (isWord(load<u8>(from - 1)) || load<u8>(from - 1) == 0x2e))
    from--;
  if (from != last) {
    let first = from;
    while (first < last && isAlpha(load<u8>(first))) first++;
    if (!isSinkWord(htmlWord(from, first))) return false;
    strong = htmlWord(from, first) == HTML_SINK;
  } else if (byteBefore(from) >= 0x80) return false;
  // script>alert(1): the rest of a tag that something else cut.
  if (strong && byteBefore(from) == 0x3e && byteBefore(from - 1) != 0x3d && byteBefore(from - 1) != 0x2d)
    return true;
  if (strong && isCallMethod(last, to) && breaksString(from, true)) return true;
  return breaksString(from, strong && (to == paren || load<u8>(to) != 0x20) && beginsArgument(paren + 1));
}

/** alert.call(, eval.apply(, alert.bind( */
function isCallMethod(from: usize, to: usize): bool {
  return byteBefore(from) == 0x2e && isOneOf(from, to, "call apply bind");
}

/** [1].find(alert), [].sort.call`${alert}1`: an expression, from the value's start, that hands a dialogue to a method. */
function passesSink(paren: usize, name: usize): bool {
  if (load<u8>(begin) != 0x5b) return false;
  let dot = name;
  while (dot > begin && isSpace(load<u8>(dot - 1)) && name - dot < 8) dot--;
  if (byteBefore(dot) != 0x2e) return false;
  let at = skipSpace(paren + 1);
  if (at + 2 < limit && load<u16>(at) == 0x7b24) at = skipSpace(at + 2);
  let to = at;
  while (to < limit && isAlpha(load<u8>(to)) && to - at < 16) to++;
  if (htmlWord(at, to) != HTML_SINK) return false;
  to = skipSpace(to);
  return to < limit && (load<u8>(to) == 0x7d || load<u8>(to) == 0x29 || load<u8>(to) == 0x2c);
}

function skipSpace(start: usize): usize {
  let at = start;
  while (at < limit && isSpace(load<u8>(at)) && at - start < 8) at++;
  return at;
}

/** What prose does not put behind a parenthesis: nothing, a number, a string, a call. */
// eslint-disable-next-line complexity -- one branch per first byte
function beginsArgument(at: usize): bool {
  if (at >= limit) return true;
  const c = <u32>load<u8>(at);
  if (
    isDigit(c) ||
    c == 0x22 ||
    c == 0x27 ||
    c == 0x2f ||
    c == 0x60 ||
    c == 0x29 ||
    c == 0x28 ||
    c == 0x26 ||
    c == 0x5b ||
    c == 0x25 ||
    c == 0x2b
  )
    return true;
  let to = at;
  while (to < limit && isWord(load<u8>(to))) to++;
  if (to >= limit) return false;
  const next = <u32>load<u8>(to);
  return (
    next == 0x28 ||
    next == 0x3f ||
    next == 0x5b ||
    next == 0x2c ||
    (next == 0x2e && to + 1 < limit && isAlpha(load<u8>(to, 1)))
  );
}

/**
 * True when what stands before `to` leaves a string: an odd quote, then operators; or, with `start`, when
 * only operators and assignments stand between the value's start and `to`.
 */
// eslint-disable-next-line complexity -- scan loop
function breaksString(to: usize, start: bool): bool {
  let at = to;
  let operators: u32 = 0;
  while (at > begin) {
    if (to - at > LOOK_BACK) return false;
    const c = <u32>load<u8>(at - 1);
    if ((c == 0x22 || c == 0x27) && at == begin + 1 && start) return true;
    if (c >= 0x98 && at == begin + 3 && isTypographic(at)) return operators > 0;
    if (c == 0x22) return operators > 0 && (doubleQuotes & 1) != 0 && endsString(at, to);
    if (c == 0x27) return operators > 0 && (singleQuotes & 1) != 0 && endsString(at, to);
    if (c == 0x60) return operators > 0 && (backQuotes & 1) != 0 && endsString(at, to);
    if (c == 0x24) return operators > 0 && load<u8>(at) == 0x7b;
    if (isOperator(c)) operators++;
    else if (!isSpace(c) && !isAssigned(at)) return false;
    at--;
  }
  return start;
}

/** What follows the quote closes or separates: a bracket that opens is text inside a string. */
function endsString(start: usize, to: usize): bool {
  let at = start;
  while (at < to && isSpace(load<u8>(at))) at++;
  const c = <u32>load<u8>(at);
  return at < to && c != 0x28 && c != 0x5b && c != 0x7b && c != 0x21 && c != 0x3c;
}

/** ; + - * / % & | ^ < > = ? : ! ~ , and brackets */
function isOperator(c: u32): bool {
  return (
    (c > 0x20 && c < 0x30 && c != 0x22 && c != 0x27 && c != 0x24 && c != 0x23 && c != 0x2e) ||
    (c > 0x39 && c < 0x40) ||
    c == 0x5b ||
    c == 0x5d ||
    c == 0x5e ||
    (c > 0x7a && c < 0x7f)
  );
}

/** The letter before `at` belongs to a name that is assigned to: a=alert. */
function isAssigned(at: usize): bool {
  if (!isWord(load<u8>(at - 1))) return false;
  const next: u32 = at < limit ? load<u8>(at) : 0;
  return next == 0x3d || isWord(next);
}
