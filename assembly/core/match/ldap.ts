// LDAP injection (RFC 4515): does the value, put where a filter takes a value, close the filter's parenthesis and add to it?
//
// The value's head is what an attribute is compared with. Behind it the value may close parentheses that it did not open and go
// on with filters, cut the rest off with a NUL, or open a list of filters; or the value is a whole list of filters itself.
// Read once from the left with a count of open parentheses; nothing is looked at twice but names after a parenthesis.
// TEST: test/unit/core/match/ldap.spec.ts, test/engine/detectors.test.ts

import { isAlpha, isDigit, isSpace, isWord } from "../bytes/ascii";
import { MARK_CLOSING_PAREN, MARK_PAREN } from "./mark-classes";
import { Span } from "./span";

/** A value can be an injection only if it holds one of: ( ) : . Bit set of 256. */
export const LDAP_REQUIRED = memory.data<u64>([0x0400030000000000, 0x0, 0x0, 0x0]);

/** And one of: = * & | ! % and NUL. */
export const LDAP_REQUIRED_MARKS = memory.data<u64>([0x2000046200000001, 0x1000000000000000, 0x0, 0x0]);

/** Longest value that an attribute of people is compared with. */
const HEAD_MAX: usize = 64;
const NAME_MAX: usize = 64;

let limit: usize = 0;
let steps: u32 = 0;

/**
 * True when the value of `at..end` changes the filter around it; `span` is then from its first parenthesis on. `classes`: those that
 * may occur in the value.
 */
// eslint-disable-next-line complexity -- the few shapes a head may have
export function detectLdap(at: usize, end: usize, classes: u64, span: Span): bool {
  if (end - at < 3) return false;
  limit = end;
  let i = skipBlank(at);
  if (isMatchingRule(i)) return report(i, end, span);
  if ((classes & (MARK_PAREN | MARK_CLOSING_PAREN)) == 0) return false;
  let stars: u32 = 0;
  let blanks: u32 = 0;
  for (; i < end && i - at < HEAD_MAX; i++) {
    const c = <u32>load<u8>(i);
    if (c == 0x28 || c == 0x29) break;
    if (c == 0x2a) stars++;
    else if (isSpace(c)) blanks++;
    else if (c == 0x3b || c == 0x7b || c == 0x7d || c == 0x3c || c == 0x3e || c == 0x24) return false;
  }
  steps += <u32>(i - at);
  if (i >= end || i - at >= HEAD_MAX || blanks > 2) return false;
  const found =
    load<u8>(i) == 0x29
      ? (stars > 0 || blanks == 0) && !isSmile(at, i) && isClosed(i, stars > 0 && load<u8>(i - 1) == 0x2a)
      : (isListStart(i) && (stars > 0 || isWholeFilter(i))) || isMarksOnly(at, i, stars);
  return found && report(i, end, span);
}

/** Bytes looked at so far, for tests of the cost. */
export function ldapSteps(): u32 {
  return steps;
}

function report(from: usize, to: usize, span: Span): bool {
  span.from = from;
  span.to = to;
  return true;
}

function byteAt(at: usize): u32 {
  return at < limit ? load<u8>(at) : 0;
}

function skipBlank(start: usize): usize {
  let i = start;
  while (i < limit && i - start < 16 && isSpace(load<u8>(i))) i++;
  return i;
}

/** :) and ;-) close nothing. */
function isSmile(at: usize, paren: usize): bool {
  if (paren == at) return false;
  const c = <u32>load<u8>(paren - 1);
  return c == 0x3a || c == 0x2d || isSpace(c);
}

function isOperatorByte(c: u32): bool {
  return c == 0x26 || c == 0x7c || c == 0x21;
}

/** `at` is a closing parenthesis that the value did not open; `starred` when an asterisk stands before it. */
// eslint-disable-next-line complexity -- one branch per mark
function isClosed(at: usize, starred: bool): bool {
  let i = at;
  let closings: u32 = 0;
  while (i < limit && closings < 16 && (load<u8>(i) == 0x29 || isSpace(load<u8>(i)))) {
    if (load<u8>(i) == 0x29) closings++;
    i++;
  }
  if (i >= limit) return starred && closings > 1;
  const c = <u32>load<u8>(i);
  if (c == 0 || (c == 0x25 && byteAt(i + 1) == 0x30 && byteAt(i + 2) == 0x30)) return true;
  // )|(cn=…  and  )&(…
  if (isOperatorByte(c)) return byteAt(skipBlank(i + 1)) == 0x28 && isItem(skipBlank(skipBlank(i + 1) + 1));
  if (c != 0x28) return false;
  let opens: u32 = 0;
  while (i < limit && opens < 16 && (load<u8>(i) == 0x28 || isSpace(load<u8>(i)))) {
    opens++;
    i++;
  }
  if (starred && i >= limit) return true;
  if (isOperatorByte(byteAt(i))) {
    const next = skipBlank(i + 1);
    return next >= limit || load<u8>(next) == 0x28 || load<u8>(next) == 0x29 || isItem(next);
  }
  return isItem(i);
}

/** name= name~= name>= name<= name:=, perhaps with a matching rule between */
function isItem(start: usize): bool {
  let i = start;
  if (!isAlpha(byteAt(i)) && byteAt(i) != 0x2a) return false;
  while (i < limit && i - start < NAME_MAX && isNameByte(load<u8>(i))) i++;
  steps += <u32>(i - start);
  const c = byteAt(i);
  if (c == 0x3d) return byteAt(i + 1) != 0x3d;
  return (c == 0x7e || c == 0x3c || c == 0x3e || c == 0x3a) && byteAt(i + 1) == 0x3d;
}

function isNameByte(c: u32): bool {
  return isWord(c) || c == 0x2d || c == 0x2e || c == 0x3b || c == 0x2a || c == 0x3a;
}

/** (| ( or (& ( or (! ( and a comparison */
function isListStart(at: usize): bool {
  let i = skipBlank(at + 1);
  if (!isOperatorByte(byteAt(i))) return false;
  i = skipBlank(i + 1);
  return byteAt(i) == 0x28 && (isItem(i + 1) || isListStartOnce(i));
}

function isListStartOnce(at: usize): bool {
  let i = skipBlank(at + 1);
  if (!isOperatorByte(byteAt(i))) return false;
  i = skipBlank(i + 1);
  return byteAt(i) == 0x28 && isItem(i + 1);
}

/** Nothing follows the parenthesis that closes the first one. */
function isWholeFilter(at: usize): bool {
  let depth: u32 = 0;
  for (let i = at; i < limit; i++) {
    const c = <u32>load<u8>(i);
    if (c == 0x28) depth++;
    else if (c == 0x29) {
      depth--;
      if (depth == 0) {
        steps += <u32>(i - at);
        return skipBlank(i + 1) >= limit;
      }
    } else if (depth > 1000) return false;
  }
  steps += <u32>(limit - at);
  return true;
}

/** attribute:2.5.13.18:=value */
function isMatchingRule(start: usize): bool {
  let i = start;
  while (i < limit && i - start < NAME_MAX && (isWord(load<u8>(i)) || load<u8>(i) == 0x2d)) i++;
  if (i == start || byteAt(i) != 0x3a || !isAlpha(load<u8>(start))) return false;
  const rule = ++i;
  while (i < limit && i - rule < NAME_MAX && (isDigit(load<u8>(i)) || load<u8>(i) == 0x2e)) i++;
  if (i > rule && byteAt(i) == 0x3a) i++;
  else if (i > rule) return false;
  return byteAt(i) == 0x3d && i > rule + 2;
}

/** *()|&' : nothing but what filters are made of, as probes send it. */
function isMarksOnly(at: usize, paren: usize, stars: u32): bool {
  if (stars == 0 && byteAt(paren + 1) != 0x2a) return false;
  if (limit - at < 4 || limit - at > 16) return false;
  let depth = 0;
  let unopened = false;
  let operators: u32 = 0;
  for (let i = at; i < limit; i++) {
    const c = <u32>load<u8>(i);
    if (c == 0x28) depth++;
    else if (c == 0x29) {
      depth--;
      if (depth < 0) unopened = true;
    } else if (isOperatorByte(c)) operators++;
    else if (c != 0x2a && c != 0x27 && c != 0x3d && c != 0x22) return false;
  }
  return unopened || operators > 1;
}
