// The first look at a value, or at what follows one of its quotes: do the first tokens already say that it is no SQL?
//
// Prose, titles, amounts and addresses with a scheme begin with two operands side by side, or with a name and a colon: there the
// grammar (sqli-grammar.ts) gives up with nothing understood, whatever follows. This says the same of plain tokens without
// setting the grammar up; where a token is anything but plain, it says nothing.
//
// SAFETY: `true` leaves `run.cursor` where the grammar's run would have, since the budget of quotes is counted by it.
// TEST: test/engine/detectors.test.ts, test/unit/core/match/sqli.spec.ts

import { isAlpha, isDigit } from "../bytes/ascii";
import { sqlClass } from "./sqli-scanner";
import { run } from "./sqli-run";
import { SQL_FACT, SQL_SCHEMA, SQL_TABLE } from "../generated/sql-words";

/** A name or number, and then what no SQL has there, with no sign of an injection before it. */
export function failsAtOnce(at: usize, end: usize): bool {
  let to = at;
  if (isDigit(load<u8>(at))) {
    while (to < end && isDigit(load<u8>(to))) to++;
  } else {
    to = plainName(at, end);
    if (to == at || to >= end) return false;
  }
  if (to >= end) return false;
  const c = <u32>load<u8>(to);
  if (c != 0x20 && c != 0x3a) return false;
  if (!isDigit(load<u8>(at)) && !isMeaningless(at, to, true)) return false;
  while (to < end && load<u8>(to) == 0x20) to++;
  if (to >= end) return false;
  const next = <u32>load<u8>(to);
  if (next == 0x3a) {
    const after: u32 = to + 1 < end ? load<u8>(to, 1) : 0;
    run.cursor = to + 1;
    return after != 0x3a && after != 0x3d;
  }
  return isDigit(next) ? isPlainNumber(to, end) : isPlainName(to, end);
}

/** A name that means nothing to SQL follows, behind blanks perhaps: no statement goes on so behind a string. */
export function startsWithName(start: usize, end: usize): bool {
  let at = start;
  while (at < end && load<u8>(at) == 0x20) at++;
  return at < end && isPlainName(at, end);
}

/** A name that is a name for every reader: no string's prefix, no dots. */
function isPlainName(at: usize, end: usize): bool {
  const to = plainName(at, end);
  if (to == at) return false;
  if (to < end) {
    const c = <u32>load<u8>(to);
    if (c >= 0x80 || c == 0x24) return false;
    if (c == 0x27 && (to - at == 1 || load<u8>(at) == 0x5f)) return false;
    if (c == 0x2e && to + 1 < end && load<u8>(to, 1) != 0x20) return false;
  }
  run.cursor = to;
  return isMeaningless(at, to, false);
}

/** Digits, perhaps with a point, and then nothing that would make them something else. */
function isPlainNumber(at: usize, end: usize): bool {
  let to = at;
  while (to < end && isDigit(load<u8>(to))) to++;
  if (to < end && load<u8>(to) == 0x2e) {
    to++;
    while (to < end && isDigit(load<u8>(to))) to++;
  }
  run.cursor = to;
  return to >= end || load<u8>(to) == 0x20 || load<u8>(to) == 0x2c;
}

/** Past the name at `at`; `at` when there is none. Bytes that begin white space or quotes of typographers end it. */
function plainName(at: usize, end: usize): usize {
  let to = at;
  if (isDigit(load<u8>(at))) return at;
  while (to < end) {
    const c = <u32>load<u8>(to);
    if (!isAlpha(c) && !isDigit(c) && c != 0x5f && (c < 0x80 || c == 0xa0 || c == 0xc2 || c == 0xe2)) break;
    to++;
  }
  return to;
}

/** No keyword, and no name that would be a sign. */
function isMeaningless(from: usize, to: usize, first: bool): bool {
  const word = sqlClass(from, to);
  return word == 0 || word == SQL_TABLE || (word >= SQL_FACT && !(first && word == SQL_SCHEMA));
}
