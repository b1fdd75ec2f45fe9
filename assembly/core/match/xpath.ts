// XPath injection (XPath 3.1, section 3): does the value leave the string or number it stands in and go on with a path of its own,
// or is it a path that reads nodes wherever they are?
//
// What proves a path is syntax that no other language shares: a function of XPath over a path (count(/*), name(//a)), a node
// test (text()), an axis (parent::*), or // behind an operator. It counts behind a closing quote or bracket and an
// operator (or, and, |), and at the beginning of the value. Prose and programs have neither before their slashes.
//
// One pass over the bytes ( : and /; what is looked at before and behind each is bounded.
// TEST: test/unit/core/match/xpath.spec.ts, test/engine/detectors.test.ts

import { isAlpha, isDigit, isSpace, isWord, lowerByte } from "../bytes/ascii";
import { classesOfSet } from "./byte-classes";
import { Span } from "./span";
import { findTrigger } from "./trigger-bytes";
import { wordClass } from "./word-table";
import {
  XPATH_AXIS,
  XPATH_CELLS,
  XPATH_FUNCTION,
  XPATH_LONGEST,
  XPATH_NODE,
  XPATH_SEED,
  XPATH_SLOTS,
  XPATH_TEXT,
} from "../generated/xpath-words";

/** A value can be an injection only if it holds one of: ( : / . Bit set of 256. */
export const XPATH_REQUIRED = memory.data<u64>([0x0400810000000000, 0x0, 0x0, 0x0]);
/** And one of: * [ ) ' " | */
export const XPATH_REQUIRED_MARKS = memory.data<u64>([0x0000068400000000, 0x1000000008000000, 0x0, 0x0]);

/** Steps alone, as in ..//a, are a path of files. */
const MARKS = classesOfSet(XPATH_REQUIRED_MARKS);

/** ( / : as findTrigger wants them. */
const TRIGGERS = memory.data<u8>([
  0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 2, 0, 0, 0, 0, 1, 0, 0, 1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
]);

/** Bytes looked at before and behind a trigger. */
const LOOK: usize = 48;

let begin: usize = 0;
let limit: usize = 0;
let steps: u32 = 0;

/**
 * True when the value of `at..end` goes on as XPath; `span` is then the path's beginning. `classes`: those that may occur in the
 * value.
 */
export function detectXpath(at: usize, end: usize, classes: u64, span: Span): bool {
  if (end - at < 3 || (classes & MARKS) == 0) return false;
  begin = at;
  limit = end;
  steps += <u32>(end - at);
  for (let i = findTrigger(at, end, TRIGGERS); i < end; i = findTrigger(i + 1, end, TRIGGERS)) {
    steps += 4;
    const from = pathStart(i, load<u8>(i));
    if (from != 0 && isInjected(from)) {
      span.from = from;
      span.to = min(end, i + 16);
      return true;
    }
  }
  return false;
}

/** Bytes looked at so far, for tests of the cost. */
export function xpathSteps(): u32 {
  return steps;
}

function byteAt(at: usize): u32 {
  return at < limit ? load<u8>(at) : 0;
}

function skip(start: usize): usize {
  let i = start;
  while (i < limit && i - start < LOOK && isSpace(load<u8>(i))) i++;
  return i;
}

function isNameByte(c: u32): bool {
  return isWord(c) || c == 0x2d;
}

/** Where the name that ends at `to` begins. */
function nameStart(to: usize): usize {
  let i = to;
  while (i > begin && to - i <= LOOK && isNameByte(load<u8>(i - 1))) i--;
  return i;
}

function classOf(from: usize, to: usize): u32 {
  const len = <u32>(to - from);
  return len > XPATH_LONGEST ? 0 : wordClass(from, len, XPATH_SEED, XPATH_SLOTS, XPATH_CELLS, XPATH_TEXT);
}

/** Where the path around the trigger `c` at `at` begins, 0 when it is none. */
function pathStart(at: usize, c: u32): usize {
  if (c == 0x28) return callStart(at);
  if (c == 0x3a) return axisStart(at);
  return slashStart(at);
}

/** name( before a path, or a node test that closes at once */
function callStart(paren: usize): usize {
  let to = paren;
  if (to > begin && load<u8>(to - 1) == 0x20) to--;
  const from = nameStart(to);
  const kind = classOf(from, to);
  if (kind == 0) return 0;
  const inside = skip(paren + 1);
  if (byteAt(inside) == 0x29) return isNodeTest(from, to) && followsNodeTest(from, inside + 1) ? from : 0;
  return isPath(inside) ? from : 0;
}

function isNodeTest(from: usize, to: usize): bool {
  const kind = classOf(from, to);
  if (kind == XPATH_NODE) return true;
  // name() and local-name() take a path too, and are listed with the functions.
  const c = lowerByte(load<u8>(from));
  return (
    kind == XPATH_FUNCTION && (c == 0x6e || c == 0x6c) && isAlpha(byteAt(from + 1)) && byteAt(to - 1) != 0x74
  );
}

/** position()=1, name()='x', /text(): alone it could be a call of any language. */
function followsNodeTest(from: usize, after: usize): bool {
  if (from > begin && load<u8>(from - 1) == 0x2f) return true;
  const c = byteAt(skip(after));
  return c == 0x3d || c == 0x3c || c == 0x3e || c == 0x5b || c == 0x21;
}

/** // or /* or /@, ../, .//, @name, an axis, or a function over another path */
// eslint-disable-next-line complexity -- one branch per kind of step
function isPath(at: usize): bool {
  let i = at;
  while (i < limit && i - at < 8 && load<u8>(i) == 0x28) i++;
  const c = byteAt(i);
  const next = byteAt(i + 1);
  if (c == 0x2f) {
    if (next == 0x40) return true;
    if (next == 0x2a) return byteAt(i + 2) != 0x2a && byteAt(i + 2) != 0x21;
    if (next == 0x2f) return isAlpha(byteAt(i + 2)) || byteAt(i + 2) == 0x2a || byteAt(i + 2) == 0x40;
    return endsAsStep(i + 1);
  }
  if (c == 0x2e) {
    const third = byteAt(i + 2);
    if (next == 0x2e) return third == 0x2f || third == 0x29;
    return next == 0x2f && third == 0x2f;
  }
  if (!isAlpha(c)) return false;
  const to = nameEnd(i);
  if (byteAt(to) == 0x3a && byteAt(to + 1) == 0x3a) return classOf(i, to) == XPATH_AXIS;
  return byteAt(to) == 0x28 && isNodeTest(i, to) && (byteAt(to + 1) == 0x29 || byteAt(to + 1) == 0x2f);
}

function nameEnd(start: usize): usize {
  let i = start;
  while (i < limit && i - start <= LOOK && isNameByte(load<u8>(i))) i++;
  return i;
}

/** /name[ , /name/name and /axis::, but no pattern of JavaScript as in /x/g */
function endsAsStep(start: usize): bool {
  const to = nameEnd(start);
  if (to == start) return false;
  const c = byteAt(to);
  if (c == 0x5b) return true;
  if (c == 0x3a) return byteAt(to + 1) == 0x3a;
  if (c == 0x28) return byteAt(to + 1) == 0x29;
  if (c != 0x2f) return false;
  const second = nameEnd(to + 1);
  return second > to + 2 && (byteAt(second) == 0x29 || byteAt(second) == 0x5b || byteAt(second) == 0x2f);
}

/** name::* , name::node() and name::name[ */
function axisStart(colon: usize): usize {
  if (byteAt(colon + 1) != 0x3a || byteAt(colon + 2) == 0x3a) return 0;
  const from = nameStart(colon);
  if (classOf(from, colon) != XPATH_AXIS) return 0;
  const c = byteAt(colon + 2);
  if (c == 0x2a) return from;
  const to = nameEnd(colon + 2);
  return byteAt(to) == 0x5b || (byteAt(to) == 0x28 && isNodeTest(colon + 2, to)) ? from : 0;
}

/** // or /* behind an operator. Alone at the value's beginning it is where an element stands, as analytics report it. */
function slashStart(at: usize): usize {
  const next = byteAt(at + 1);
  if (at == begin || skip(begin) == at) return 0;
  const before = <u32>load<u8>(at - 1);
  if (before == 0x2f || before == 0x3a || before == 0x2a) return 0;
  const c = byteAt(at + 2);
  if (next == 0x2a) return c == 0x2a || isAlpha(c) || isDigit(c) ? 0 : at;
  return next == 0x2f && (c == 0x2a || isAlpha(c) || c == 0x40) ? at : 0;
}

/** The value begins with the path at `from`, or what stands before it ends an operand and joins it. */
// eslint-disable-next-line complexity -- one branch per operator
function isInjected(from: usize): bool {
  let i = from;
  let low = from - begin > LOOK ? from - LOOK : begin;
  let opened = false;
  while (i > low && (isSpace(load<u8>(i - 1)) || load<u8>(i - 1) == 0x28 || isStepByte(i, from))) {
    if (load<u8>(i - 1) == 0x28) opened = true;
    i--;
  }
  if (i == begin) return !opened || byteAt(from) != 0x2f;
  const c = <u32>load<u8>(i - 1);
  if (c == 0x7c) return i - 1 == begin ? true : isOperandEnd(i - 1, low);
  if (c == 0x3d || c == 0x3c || c == 0x3e || c == 0x2b)
    return isOperandEnd(i - 1, low) && endsQuoted(i - 1, low);
  const to = i;
  while (i > low && isAlpha(load<u8>(i - 1))) i--;
  const len = to - i;
  if (len == 0 || i == begin) return false;
  const first = lowerByte(load<u8>(i));
  const logic =
    (len == 2 && first == 0x6f && lowerByte(load<u8>(i, 1)) == 0x72) ||
    (len == 3 && first == 0x61 && lowerByte(load<u8>(i, 1)) == 0x6e && lowerByte(load<u8>(i, 2)) == 0x64) ||
    (len == 3 && first == 0x6e && lowerByte(load<u8>(i, 1)) == 0x6f && i - begin > 3);
  return logic && isOperandEnd(i, low);
}

/** Steps of the same path before `from`: ../, //name/, up to its operator. */
function isStepByte(i: usize, from: usize): bool {
  const c = <u32>load<u8>(i - 1);
  return c == 0x2f || c == 0x2e || (from - i < LOOK && c == 0x40);
}

/** A quote, bracket, parenthesis, digit or single word ends the operand before `to`. */
function isOperandEnd(to: usize, low: usize): bool {
  let i = to;
  while (i > low && isSpace(load<u8>(i - 1))) i--;
  if (i == begin) return true;
  const c = <u32>load<u8>(i - 1);
  if (c == 0x27 || c == 0x22 || c == 0x5d || c == 0x29) return true;
  if (!isWord(c) || i == to) return false;
  while (i > low && isWord(load<u8>(i - 1))) i--;
  return i == begin;
}

function endsQuoted(to: usize, low: usize): bool {
  let i = to;
  while (i > low && isSpace(load<u8>(i - 1))) i--;
  return i > begin && (load<u8>(i - 1) == 0x27 || load<u8>(i - 1) == 0x22 || load<u8>(i - 1) == 0x29);
}
