// Script for a database that evaluates it: does the value leave the string or number it stands in, and go on as JavaScript?
//
// What a value leaves is a head (a name, a number) in the query's quotes; behind it stands ; and a statement, || or && and
// a comparison, or } and another document. A snippet of a program has no such head, so it is not taken for an injection.
// Everything is decided within LOOK bytes of the head. TEST: test/unit/core/match/nosql.spec.ts

import { equalsFolded, isAlpha, isDigit, isSpace, isWord, lowerByte } from "../bytes/ascii";
import { Span } from "./span";

const HEAD_MAX: usize = 64;
const LOOK: usize = 96;

let from: usize = 0;
let limit: usize = 0;
let steps: u32 = 0;
/** The head ended with a quote: the value has left a string. */
let closed: bool = false;

const RETURN = memory.data<u8>([0x72, 0x65, 0x74, 0x75, 0x72, 0x6e]);
const NEW = memory.data<u8>([0x6e, 0x65, 0x77]);
const VAR = memory.data<u8>([0x76, 0x61, 0x72]);
const LET = memory.data<u8>([0x6c, 0x65, 0x74]);
const DO = memory.data<u8>([0x64, 0x6f]);
const WHILE = memory.data<u8>([0x77, 0x68, 0x69, 0x6c, 0x65]);
const DATE = memory.data<u8>([0x64, 0x61, 0x74, 0x65]);
const SLEEP = memory.data<u8>([0x73, 0x6c, 0x65, 0x65, 0x70]);
const THIS = memory.data<u8>([0x74, 0x68, 0x69, 0x73]);
const TRUE = memory.data<u8>([0x74, 0x72, 0x75, 0x65]);
const DB = memory.data<u8>([0x64, 0x62]);

/** True when `at..end` goes on as script behind its head; `span` is then from the break on. */
// eslint-disable-next-line complexity -- one branch per way out of the head
export function detectScript(at: usize, end: usize, span: Span): bool {
  limit = end;
  steps += <u32>min(end - at, HEAD_MAX + LOOK);
  from = skip(at);
  if (isShellStatement(from) || isEndlessLoop(from)) return report(from, span);
  const head = from;
  while (from < end && from - head < HEAD_MAX && isHeadByte(load<u8>(from))) from++;
  const word = from > head;
  const digit = word && isDigit(load<u8>(head));
  closed = false;
  while (from < end && isQuote(load<u8>(from)) && from - head < HEAD_MAX) {
    closed = true;
    from++;
  }
  from = skip(from);
  if (byteAt(from) == 0x7d && !word) return isSecondDocument(from) && report(from, span);
  while (closed && isCloser(byteAt(from)) && from - head < HEAD_MAX) from = skip(from + 1);
  const c = byteAt(from);
  if (c == 0x3b) {
    if (!closed && word && !digit && !isWordAt(head, TRUE, 4)) return false;
    return isStatement(skip(from + 1)) && report(from, span);
  }
  if ((c == 0x7c || c == 0x26) && byteAt(from + 1) == c)
    return isComparison(skip(from + 2)) && report(from, span);
  return false;
}

/** Bytes looked at so far, for tests of the cost. */
export function scriptSteps(): u32 {
  return steps;
}

function report(start: usize, span: Span): bool {
  span.from = start;
  span.to = min(limit, start + LOOK);
  return true;
}

function byteAt(at: usize): u32 {
  return at < limit ? load<u8>(at) : 0;
}

function skip(start: usize): usize {
  let i = start;
  while (i < limit && i - start < LOOK && isSpace(load<u8>(i))) i++;
  return i;
}

function isHeadByte(c: u32): bool {
  return isWord(c) || c == 0x2e || c == 0x40 || c == 0x2d || c == 0x25 || c == 0x2b || c >= 0x80;
}

function isQuote(c: u32): bool {
  return c == 0x27 || c == 0x22;
}

function isCloser(c: u32): bool {
  return c == 0x29 || c == 0x7d || c == 0x5d;
}

function wordEnd(start: usize): usize {
  let i = start;
  while (i < limit && i - start < HEAD_MAX && (isWord(load<u8>(i)) || load<u8>(i) == 0x24)) i++;
  return i;
}

function isWordAt(at: usize, word: usize, len: u32): bool {
  if ((byteAt(at) | 0x20) != <u32>load<u8>(word)) return false;
  return equalsFolded(at, <u32>(wordEnd(at) - at), word, len);
}

/** Behind a semicolon: return with a value, a loop, a clock, the database itself. */
// eslint-disable-next-line complexity -- one branch per statement
function isStatement(at: usize): bool {
  const to = wordEnd(at);
  const len = <u32>(to - at);
  const next = skip(to);
  const c = byteAt(next);
  if (equalsFolded(at, len, RETURN, 6)) {
    if (isQuote(c) || c == 0x21 || c == 0x28 || c == 0x7d || c == 0x3b || isDigit(c) || next >= limit)
      return closed || isDigit(c);
    return isWordAt(next, TRUE, 4) || isWordAt(next, THIS, 4) || isWordAt(next, DB, 2);
  }
  if (equalsFolded(at, len, VAR, 3) || equalsFolded(at, len, LET, 3)) return isClockOrText(next);
  if (equalsFolded(at, len, DO, 2)) return c == 0x7b && closed;
  if (equalsFolded(at, len, WHILE, 5)) return c == 0x28 && closed;
  if (equalsFolded(at, len, SLEEP, 5)) return c == 0x28 && isDigit(byteAt(skip(next + 1)));
  if (equalsFolded(at, len, DB, 2)) return c == 0x2e;
  if (equalsFolded(at, len, THIS, 4)) return c == 0x2e && closed;
  return isClockOrText(at);
}

/** name = new Date, and behind a closed string also name = 'text */
function isClockOrText(at: usize): bool {
  const to = wordEnd(at);
  if (to == at || !isAlpha(load<u8>(at))) return false;
  let i = skip(to);
  if (byteAt(i) != 0x3d || byteAt(i + 1) == 0x3d) return false;
  i = skip(i + 1);
  if (isQuote(byteAt(i))) return closed && i + 2 >= limit;
  if (!isWordAt(i, NEW, 3)) return false;
  return isWordAt(skip(wordEnd(i)), DATE, 4);
}

/** Behind || or &&: literals compared, the document under test, or a constant that ends the condition. */
// eslint-disable-next-line complexity -- the few shapes a comparison may have
function isComparison(start: usize): bool {
  let at = start;
  while (at < limit && at - start < 8 && (load<u8>(at) == 0x21 || load<u8>(at) == 0x28)) at = skip(at + 1);
  const c = byteAt(at);
  let to = at;
  if (isQuote(c)) {
    to++;
    while (to < limit && to - at < HEAD_MAX && <u32>load<u8>(to) != c) to++;
    to++;
  } else to = wordEnd(at);
  const next = skip(to);
  const literal = isQuote(c) || isDigit(c);
  if (literal && byteAt(next) == 0x3d && byteAt(next + 1) == 0x3d) return isLiteral(next + 2);
  if (!closed) return false;
  if (isWordAt(at, THIS, 4)) return byteAt(to) == 0x2e;
  if (!isWordAt(at, TRUE, 4) && !(isDigit(c) && to == at + 1)) return false;
  return next >= limit || (load<u8>(next) == 0x2f && byteAt(next + 1) == 0x2f) || load<u8>(next) == 0;
}

function isLiteral(start: usize): bool {
  const at = skip(byteAt(start) == 0x3d ? start + 1 : start);
  return isQuote(byteAt(at)) || isDigit(byteAt(at)) || isWordAt(at, TRUE, 4);
}

/** }, { name : /pattern/ */
function isSecondDocument(start: usize): bool {
  let at = skip(start + 1);
  while (at < limit && at - start < HEAD_MAX && isCloser(load<u8>(at))) at = skip(at + 1);
  if (byteAt(at) != 0x2c) return false;
  at = skip(at + 1);
  if (byteAt(at) != 0x7b) return false;
  at = skip(at + 1);
  if (isQuote(byteAt(at))) at++;
  const to = wordEnd(at);
  if (to == at) return false;
  at = skip(isQuote(byteAt(to)) ? to + 1 : to);
  if (byteAt(at) != 0x3a) return false;
  const value = byteAt(skip(at + 1));
  return value == 0x2f || value == 0x7b;
}

/** db.collection.insert({…}); and nothing else, or then another statement. Reading alone is what people ask about. */
// eslint-disable-next-line complexity -- reads one statement from left to right
function isShellStatement(at: usize): bool {
  if (!isWordAt(at, DB, 2) || byteAt(at + 2) != 0x2e) return false;
  let name = at;
  let i = at + 2;
  for (let parts = 0; parts < 4 && byteAt(i) == 0x2e; parts++) {
    name = i + 1;
    i = wordEnd(name);
  }
  if (byteAt(i) != 0x28 || name == at) return false;
  const first = lowerByte(load<u8>(name));
  const reads = first == 0x66 || first == 0x61 || (first == 0x63 && lowerByte(byteAt(name + 2)) == 0x75);
  const next = byteAt(i + 1);
  if (next != 0x7b && next != 0x29) return false;
  let last = limit;
  while (last > i && limit - last < 8 && (isSpace(load<u8>(last - 1)) || load<u8>(last - 1) == 0x3b)) last--;
  if (!reads && load<u8>(last - 1) == 0x29) return true;
  const to = min(limit, i + LOOK);
  closed = true;
  for (; i + 1 < to; i++) {
    if (load<u8>(i) == 0x29 && load<u8>(i, 1) == 0x3b) return skip(i + 2) < limit && isStatement(skip(i + 2));
  }
  return false;
}

/** while (…); and nothing else */
function isEndlessLoop(at: usize): bool {
  if (!isWordAt(at, WHILE, 5)) return false;
  let i = skip(at + 5);
  if (byteAt(i) != 0x28) return false;
  const open = i;
  while (i < limit && i - open < LOOK && load<u8>(i) != 0x29) i++;
  if (byteAt(i) != 0x29) return false;
  i = skip(i + 1);
  if (byteAt(i) == 0x3b) i = skip(i + 1);
  if (byteAt(i) == 0x7b && byteAt(skip(i + 1)) == 0x7d) i = skip(skip(i + 1) + 1);
  return i >= limit;
}
