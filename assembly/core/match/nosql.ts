// NoSQL injection: does the value bring a query operator, or script for a server that evaluates it, into a query?
//
// An operator ($ne, $where …) counts where a query has its keys: as a whole name, between brackets (user[$ne]), or before
// a colon in a document with which the value begins, or which follows what broke out of a string ("', $or: [").
// Documents in the middle of prose are not read: people write about them. Script is read by nosql-script.ts.
//
// One pass over the dollar signs and one over the quotes; what is looked at around each is bounded, so the cost is linear.
// TEST: test/unit/core/match/nosql.spec.ts, test/engine/detectors.test.ts

import { isAlpha, isSpace, isWord } from "../bytes/ascii";
import { findByte } from "../bytes/find-byte";
import { detectScript, scriptSteps } from "./nosql-script";
import { Span } from "./span";
import { wordClass } from "./word-table";
import {
  NOSQL_CELLS,
  NOSQL_COMPARE,
  NOSQL_LONGEST,
  NOSQL_SEED,
  NOSQL_SLOTS,
  NOSQL_TEXT,
} from "../generated/nosql-words";

/** A value can be an injection only if it holds one of: $ ; | & ( }. Bit set of 256. */
export const NOSQL_REQUIRED = memory.data<u64>([0x0800015000000000, 0x3000000000000000, 0x0, 0x0]);

/** Longest name, number or address before what breaks out of the query's string. */
const HEAD_MAX: usize = 64;
/** White space and quotes looked over on each side of an operator. */
const GAP_MAX: u32 = 12;

let steps: u32 = 0;

/** True when the value or name of `at..end` changes the query it is put into; `span` is then the operator or the script. */
export function detectNosql(at: usize, end: usize, span: Span): bool {
  if (end - at < 3) return false;
  steps += <u32>(end - at);
  let i = findByte(at, end, 0x24);
  const code = i < end ? codeStart(at, end) : 0;
  for (; i < end; i = findByte(i + 1, end, 0x24)) {
    const to = wordEnd(i + 1, end);
    const kind = operatorClass(i + 1, to);
    if (kind == 0) continue;
    if (kind == NOSQL_COMPARE && ((i == at && to == end) || isBracketed(at, i, to, end))) {
      return report(i, to, span);
    }
    if (code <= i && (kind == NOSQL_COMPARE || i > at) && isKey(at, i, to, end)) return report(i, to, span);
  }
  return detectScript(at, end, span);
}

/** Bytes looked at so far, for tests of the cost. */
export function nosqlSteps(): u32 {
  return steps + scriptSteps();
}

function report(from: usize, to: usize, span: Span): bool {
  span.from = from;
  span.to = to;
  return true;
}

function wordEnd(from: usize, end: usize): usize {
  let to = from;
  while (to < end && isAlpha(load<u8>(to)) && to - from <= NOSQL_LONGEST) to++;
  return to;
}

function operatorClass(from: usize, to: usize): u32 {
  const len = <u32>(to - from);
  if (len < 2 || len > NOSQL_LONGEST) return 0;
  return wordClass(from, len, NOSQL_SEED, NOSQL_SLOTS, NOSQL_CELLS, NOSQL_TEXT);
}

/** user[$ne]: a name in brackets, or behind a dot at the end of a path of keys. */
function isBracketed(at: usize, dollar: usize, to: usize, end: usize): bool {
  if (dollar == at) return false;
  const before = <u32>load<u8>(dollar - 1);
  if (before == 0x2e) return to == end && isKeyPath(at, dollar);
  return before == 0x5b && to < end && load<u8>(to) == 0x5d && isKeyPath(at, dollar);
}

/** Names, brackets and what queries are made of: no white space, looked at as far back as a name may reach. */
function isKeyPath(at: usize, to: usize): bool {
  const from = to - at > HEAD_MAX ? to - HEAD_MAX : at;
  for (let i = from; i < to; i++) {
    if (isSpace(load<u8>(i))) return false;
  }
  return true;
}

/**
 * From where on the value is code: its first byte when it is a document, the byte after what closed a string, or `end`+1.
 * The head is a name or number in the query's own quotes, as in  admin', $or: [  and  1, $where: …
 */
// eslint-disable-next-line complexity -- the few shapes a head may have
function codeStart(at: usize, end: usize): usize {
  let i = skipBlank(at, end);
  if (i >= end) return end + 1;
  let c = <u32>load<u8>(i);
  if (c == 0x7b || c == 0x5b || c == 0x7d || c == 0x5d || c == 0x24) return i;
  const from = i;
  let quoted = false;
  while (i < end && i - from < HEAD_MAX && isHeadByte(load<u8>(i))) i++;
  const named = i > from;
  if (i < end && isQuote(load<u8>(i))) {
    quoted = true;
    i++;
  }
  i = skipBlank(i, end);
  c = i < end ? load<u8>(i) : 0;
  if (c == 0x7d || c == 0x5d || c == 0x29) return quoted || !named ? i : end + 1;
  if (c == 0x2c || c == 0x3a || c == 0x3d || c == 0x26) {
    i = skipBlank(i + 1, end);
    if (i < end && isQuote(load<u8>(i))) i++;
    if (i >= end) return end + 1;
    const next = <u32>load<u8>(i);
    return next == 0x24 || next == 0x7b || next == 0x5b ? i : end + 1;
  }
  return end + 1;
}

function isHeadByte(c: u32): bool {
  return isWord(c) || c == 0x2e || c == 0x40 || c == 0x2d || c == 0x25 || c == 0x2b || c >= 0x80;
}

function isQuote(c: u32): bool {
  return c == 0x27 || c == 0x22;
}

function skipBlank(from: usize, end: usize): usize {
  let i = from;
  for (let n: u32 = 0; n < GAP_MAX && i < end && isSpace(load<u8>(i)); n++) i++;
  return i;
}

/** Quotes, also escaped ones, and white space around the operator; a key of a document is before it or begins there. */
function isKey(at: usize, dollar: usize, to: usize, end: usize): bool {
  let i = to;
  for (let n: u32 = 0; n < GAP_MAX && i < end && isGap(load<u8>(i)); n++) i++;
  if (i >= end || load<u8>(i) != 0x3a) return false;
  i = dollar;
  for (let n: u32 = 0; n < GAP_MAX && i > at && isGap(load<u8>(i - 1)); n++) i--;
  if (i == at) return true;
  const before = <u32>load<u8>(i - 1);
  return before == 0x7b || before == 0x2c || before == 0x5b || before == 0x26 || before == 0x3b;
}

function isGap(c: u32): bool {
  return isSpace(c) || isQuote(c) || c == 0x5c;
}
