// What a value, or a part of it, is to a shell, or is not: a function definition, a server-side include, a row of a table, the value
// of an option.

import { isAlpha, isDigit, isSpace, isWord } from "../bytes/ascii";

/** () { :;}; … at the value's start. */
export function isFunctionBody(start: usize, limit: usize): bool {
  if (load<u16>(start) != 0x2928) return false;
  let at = start + 2;
  while (at < limit && isSpace(load<u8>(at))) at++;
  if (at >= limit || load<u8>(at) != 0x7b) return false;
  for (let to = at; to < limit && to - at < 40; to++) {
    if (load<u8>(to) == 0x3b) return true;
  }
  return false;
}

/** | id | name |: two cells or more between bars, each in blanks. */
export function isTableRow(start: usize, to: usize): bool {
  if (to - start < 3 || load<u8>(start) != 0x7c || load<u8>(to - 1) != 0x7c || load<u8>(to - 2) != 0x20)
    return false;
  let bars: u32 = 0;
  for (let at = start; at < to; at++) {
    const c = <u32>load<u8>(at);
    if (!isAlpha(c) && c != 0x20 && c != 0x7c && c != 0x5f && c != 0x2d) return false;
    if (c != 0x7c) continue;
    bars++;
    if (at + 1 < to && load<u8>(at + 1) != 0x20) return false;
  }
  return bars > 2;
}

/** <!--#exec */
export function isServerExec(start: usize, limit: usize): bool {
  for (let at = start; at + 9 < limit && at - start < 64; at++) {
    if (
      load<u32>(at) == 0x2d2d213c &&
      load<u8>(at, 4) == 0x23 &&
      (load<u32>(at, 5) | 0x20202020) == 0x63657865
    )
      return true;
  }
  return false;
}

/** true` or false`, and at most a quote behind it: the commands of that name, in backquotes that are the value. */
export function isTruth(at: usize, end: usize): bool {
  if (at + 5 > end) return false;
  const four = load<u32>(at);
  if (four != 0x65757274 && (four != 0x736c6166 || load<u8>(at, 4) != 0x65)) return false;
  const to = at + (four == 0x65757274 ? 4 : 5);
  if (to >= end || load<u8>(to) != 0x60) return false;
  return to + 1 == end || (to + 2 == end && (load<u8>(to, 1) == 0x22 || load<u8>(to, 1) == 0x27));
}

/** A last semicolon or line end, or a line end written out. */
export function endsStatement(at: usize, end: usize): bool {
  if (at >= end) return false;
  const c = <u32>load<u8>(at);
  if (c == 0x5c) return at + 1 < end && (load<u8>(at, 1) == 0x6e || load<u8>(at, 1) == 0x72);
  return (c == 0x3b || c == 0x0a || c == 0x0d) && at + 2 >= end;
}

/** --name= before `at`. */
export function isOptionValue(at: usize, begin: usize): bool {
  if (at < begin + 4 || load<u8>(at - 1) != 0x3d) return false;
  const first = at - begin > 24 ? at - 24 : begin;
  let from = at - 1;
  while (from > first && isWord(load<u8>(from - 1))) from--;
  return from < at - 1 && from >= begin + 2 && load<u16>(from - 2) == 0x2d2d;
}

/** $[2+2], $((7)), $(($(… and ${x#{}}: what only a shell computes. */
export function isShellExpression(start: usize, end: usize): bool {
  if (start + 4 > end) return false;
  const open = <u32>load<u8>(start, 1);
  if (open == 0x5b) return isComputed(start + 2, end, 0x5d) != 0;
  if (open == 0x7b) {
    let at = start + 2;
    while (at < end && at - start < 24 && isWord(load<u8>(at))) at++;
    return at > start + 2 && at + 2 < end && load<u16>(at) == 0x7b23 && load<u8>(at, 2) == 0x7d;
  }
  if (open != 0x28 || load<u8>(start, 2) != 0x28) return false;
  if (start + 5 < end && load<u16>(start, 3) == 0x2824) return true;
  const close = isDigit(load<u8>(start, 3)) ? skipSum(start + 3, end) : end;
  // $((1))$ is a formula.
  return close + 1 < end && load<u16>(close) == 0x2929 && (close + 2 >= end || load<u8>(close, 2) != 0x24);
}

/** Two numbers and a sign, which + in a query may have lost, and then `mark`: past it, or 0. */
function isComputed(start: usize, end: usize, mark: u32): usize {
  let at = start;
  while (at < end && at - start < 8 && isDigit(load<u8>(at))) at++;
  if (at == start || at >= end || isDigit(load<u8>(at)) || load<u8>(at) == mark) return 0;
  const to = skipSum(at, end);
  return to < end && load<u8>(to) == mark && isDigit(load<u8>(to - 1)) ? to + 1 : 0;
}

/** Past numbers and signs between them. */
function skipSum(start: usize, end: usize): usize {
  let at = start;
  while (at < end && at - start < 24) {
    const c = <u32>load<u8>(at);
    if (!isDigit(c) && c != 0x20 && c != 0x2b && c != 0x2d && c != 0x2a && c != 0x2f && c != 0x25) break;
    at++;
  }
  return at;
}
