// Prototype pollution: does a name, a path or a document reach __proto__ or constructor.prototype?
//
// A name is polluting when one of its components is __proto__, or two that follow each other are constructor and prototype:
// a[__proto__][x], a.__proto__.x, constructor[prototype][x], ["constructor"]["prototype"]. In a value that is prose or code the same
// words count only where something is set or looked up through them: at the value's beginning, in brackets, as a key of JSON,
// or before an assignment.
//
// One pass over the `_` and `p` that begin the two words, with bounded looks to both sides: linear.
//
// TEST: test/unit/core/match/prototype-pollution.spec.ts, test/engine/detectors.test.ts

import { isAlpha, isDigit, isSpace, isWord } from "../bytes/ascii";
import { findEither } from "../bytes/find-byte";
import { Span } from "./span";
import { isOneOf } from "./word-list";

const PATH_MAX: usize = 64;

let begin: usize = 0;
let limit: usize = 0;
let steps: u32 = 0;

/** True when `at..end` reaches an object's prototype; `span` is the word and what makes it count. */
export function detectPrototypePollution(at: usize, end: usize, span: Span): bool {
  begin = at;
  limit = end;
  steps += <u32>(end - at);
  let i = at;
  while (true) {
    i = findEither(i, end, 0x5f, 0x70);
    if (i + 9 > end) return false;
    if (load<u8>(i) == 0x5f && i + 9 <= end && isProto(i)) {
      if (counts(i, i + 9)) return report(i, i + 9, span);
      i += 9;
      continue;
    }
    if (load<u8>(i) == 0x70 && isOneOf(i, i + 9, "prototype") && !isWord(byteAt(i + 9))) {
      const owner = constructorBefore(i);
      if (owner != 0 && counts(owner, i + 9)) return report(owner, i + 9, span);
    }
    i++;
  }
}

/** Bytes looked at so far, for tests of the cost. */
export function prototypePollutionSteps(): u32 {
  return steps;
}

function report(from: usize, to: usize, span: Span): bool {
  span.from = from;
  span.to = to;
  return true;
}

function byteAt(at: usize): u32 {
  return at >= begin && at < limit ? load<u8>(at) : 0;
}

/** __proto__, of exactly these letters. */
function isProto(at: usize): bool {
  return load<u64>(at) == 0x5f6f746f72705f5f && load<u8>(at, 8) == 0x5f;
}

/** Where `constructor` begins that owns the `prototype` at `at`, joined by . ][ or "]["; 0 when nothing does. */
function constructorBefore(at: usize): usize {
  let to = at;
  let joined = false;
  while (to > begin && at - to < 24) {
    const c = <u32>load<u8>(to - 1);
    if (c == 0x2e || c == 0x5b || c == 0x7b || c == 0x3a) joined = true;
    else if (c != 0x5d && c != 0x22 && c != 0x27 && c != 0x5c && c != 0x60 && !isSpace(c)) break;
    to--;
  }
  if (!joined || to < begin + 11) return 0;
  const from = to - 11;
  return isOneOf(from, to, "constructor") && !isWord(byteAt(from - 1)) ? from : 0;
}

/** The word of `from..to` stands where something is set or looked up through it. */
// eslint-disable-next-line complexity -- one branch per neighbour
function counts(from: usize, to: usize): bool {
  const split = byteAt(from - 1) == 0x6f && byteAt(from - 2) == 0x72;
  if (split && byteAt(to) == 0x74) return true; // __pro__proto__to__: one removal makes it whole
  let at = to;
  let quoted = false;
  while (at < limit && at - to < 8) {
    const c = <u32>load<u8>(at);
    if (c == 0x22 || c == 0x27 || c == 0x60) quoted = true;
    else if (c != 0x5c && !isSpace(c)) break;
    at++;
  }
  const next = byteAt(at);
  const opens = byteAt(from - 1) == 0x5b || (quoted && opensBracket(from));
  if (opens && (next == 0x5d || next == 0)) return true;
  if (quoted && next == 0x3a) return true;
  if (next == 0x5b || (next == 0x5d && opens)) return true;
  if (at == to && next == 0x2e && isAssigned(at)) return true;
  return isPathStart(from) && (at >= limit || next == 0x2e || next == 0x3d || next == 0x5d) && at - to < 2;
}

/** ["__proto__"] */
function opensBracket(from: usize): bool {
  let at = from;
  while (at > begin && from - at < 6) {
    const c = byteAt(at - 1);
    if (c == 0x5b) return true;
    if (c != 0x22 && c != 0x27 && c != 0x5c && c != 0x60 && !isSpace(c)) return false;
    at--;
  }
  return false;
}

/** .isAdmin = true, and no comparison. */
function isAssigned(dot: usize): bool {
  let at = dot;
  while (at < limit && at - dot < PATH_MAX && (isWord(load<u8>(at)) || load<u8>(at) == 0x2e)) at++;
  while (at < limit && at - dot < PATH_MAX && isSpace(load<u8>(at))) at++;
  return byteAt(at) == 0x3d && byteAt(at + 1) != 0x3d;
}

/** Nothing but names and their separators stands before `from`: the value is a path. */
function isPathStart(from: usize): bool {
  if (from - begin > PATH_MAX) return false;
  for (let at = begin; at < from; at++) {
    const c = <u32>load<u8>(at);
    if (!isAlpha(c) && !isDigit(c) && c != 0x2e && c != 0x5b && c != 0x5d && c != 0x5f && c != 0x24)
      return false;
  }
  const before = byteAt(from - 1);
  return from == begin || before == 0x2e || before == 0x5b;
}
