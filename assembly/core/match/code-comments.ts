// Comments between the tokens of code: exec/*x*/('id'), exec //x\n ('id').
//
// A value may begin inside a text that it closes, and a text may look like a comment. So a comment is passed over only
// when it holds no code, or when a parenthesis follows it and the comments behind it.
//
// WHY linear: ends of comments are looked for from where the last search ended; a walk that led to no parenthesis is
// remembered, and a later one that meets its path ends there. TEST: test/engine/detectors.test.ts

import { isSpace } from "../bytes/ascii";

let limit: usize = 0;
let steps: u32 = 0;
/** For every place from `…From` on the next end is `…At`, or the limit. */
let closeFrom: usize = 0;
let closeAt: usize = 0;
let lineFrom: usize = 0;
let lineAt: usize = 0;
let codeFrom: usize = 0;
let codeAt: usize = 0;
/** Walks from places before this one that passed a comment led to no parenthesis. */
let walkedTo: usize = 0;

export function startComments(end: usize): void {
  limit = end;
  closeFrom = closeAt = 0;
  lineFrom = lineAt = 0;
  codeFrom = codeAt = 0;
  walkedTo = 0;
}

/** Bytes looked at so far, for tests of the cost. */
export function commentSteps(): u32 {
  return steps;
}

/** The parenthesis to which only blanks and comments lead from `start`, 0 when something else comes. */
export function gapToCall(start: usize): usize {
  let at = start;
  let passed = false;
  while (at < limit) {
    const c = <u32>load<u8>(at);
    if (c == 0x28) return at;
    if (isSpace(c)) {
      at++;
      steps++;
      continue;
    }
    if (passed && at < walkedTo) return 0;
    const to = pastComment(at, c);
    if (to == 0) break;
    passed = true;
    at = to;
  }
  if (passed) walkedTo = max(walkedTo, at);
  return 0;
}

/** Past blanks and comments that hold no code. */
export function pastBlanks(start: usize): usize {
  let at = start;
  while (at < limit) {
    const c = <u32>load<u8>(at);
    if (isSpace(c)) {
      at++;
      continue;
    }
    if (c != 0x2f || at + 1 >= limit || load<u8>(at, 1) != 0x2a) break;
    const to = pastComment(at, c);
    if (to == 0 || nextCode(at) < to) break;
    at = to;
  }
  return at;
}

/** Past the comment that begins at `at`; 0 when none does or it does not end. */
function pastComment(at: usize, c: u32): usize {
  const next = at + 1 < limit ? <u32>load<u8>(at, 1) : 0;
  if (c == 0x2f && next == 0x2a) {
    const close = nextClose(at + 2);
    return close < limit ? close + 2 : 0;
  }
  if (c != 0x23 && (c != 0x2f || next != 0x2f)) return 0;
  const line = nextLine(at + 1);
  return line < limit ? line + 1 : 0;
}

/** The next end of a comment, or the limit. */
function nextClose(at: usize): usize {
  if (at >= closeFrom && at <= closeAt) return closeAt;
  let to = at;
  while (to + 1 < limit && load<u16>(to) != 0x2f2a) to++;
  if (to + 1 >= limit) to = limit;
  steps += <u32>(to - at);
  closeFrom = at;
  closeAt = to;
  return to;
}

function nextLine(at: usize): usize {
  if (at >= lineFrom && at <= lineAt) return lineAt;
  let to = at;
  while (to < limit && load<u8>(to) != 0x0a && load<u8>(to) != 0x0d) to++;
  steps += <u32>(to - at);
  lineFrom = at;
  lineAt = to;
  return to;
}

/** The next byte that code needs: ( $ or a quote. */
function nextCode(at: usize): usize {
  if (at >= codeFrom && at <= codeAt) return codeAt;
  let to = at;
  while (to < limit && !isCodeByte(load<u8>(to))) to++;
  steps += <u32>(to - at);
  codeFrom = at;
  codeAt = to;
  return to;
}

function isCodeByte(c: u32): bool {
  return c == 0x28 || c == 0x24 || c == 0x27 || c == 0x22 || c == 0x60;
}
