// May the value hold PHP at all? A quick look before it is read token by token.
//
// WHY: parentheses, $ and braces are common in prose, markdown, JSON and scripts; names of PHP before them are not.
// SAFETY: every way in which php.ts says yes begins with one of the marks looked for here, in a place that this lets through.
// Each mark looks back at most 48 bytes, and only over a name, which no other mark shares.
// TEST: test/unit/core/match/php.spec.ts

import { isAlpha, isDigit, isSpace, isWord } from "../bytes/ascii";
import { findTrigger } from "./trigger-bytes";
import { wordClass } from "./word-table";
import { PHP_CELLS, PHP_GLOBAL, PHP_LONGEST, PHP_SEED, PHP_SLOTS, PHP_TEXT } from "../generated/php-words";

/** $ ( < { by low and high nibbles. */
const TRIGGERS = memory.data<u8>([
  0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 4, 2, 0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0,
]);

const GAP: usize = 16;

/** False when no call, variable, tag or serialised object of PHP can be in `start..end`. */
export function mayBePhp(start: usize, end: usize): bool {
  let at = findTrigger(start, end, TRIGGERS);
  while (at < end) {
    switch (<i32>load<u8>(at)) {
      case 0x28:
        if (mayBeCalled(start, at)) return true;
        break;
      case 0x24:
        if (mayBeVariable(at + 1, end)) return true;
        break;
      case 0x3c:
        if (at + 1 < end && load<u8>(at, 1) == 0x3f) return true;
        break;
      default:
        if (at > start + 1 && load<u8>(at - 1) == 0x3a && isDigit(load<u8>(at - 2))) return true;
    }
    at = findTrigger(at + 1, end, TRIGGERS);
  }
  return false;
}

/** What stands before the parenthesis at `open` may be called. */
function mayBeCalled(start: usize, open: usize): bool {
  let at = open;
  let newLine = false;
  while (at > start && open - at < GAP && isSpace(load<u8>(at - 1))) {
    at--;
    newLine = newLine || load<u8>(at) == 0x0a || load<u8>(at) == 0x0d;
  }
  if (at == start) return false;
  // The line before may end in a comment.
  if (newLine) return true;
  const c = <u32>load<u8>(at - 1);
  if (isWord(c)) return isKnown(start, at);
  // A link of markdown is no index.
  if (c == 0x5d) {
    const last = at - 1 > start ? <u32>load<u8>(at - 2) : 0;
    return !isAlpha(last) && last != 0x20;
  }
  return c == 0x29 || c == 0x7d || c == 0x27 || c == 0x22 || c == 0x2f || isSpace(c) || c >= 0x80;
}

/** The name that ends at `to` is a function of PHP, or a comment's last word. */
function isKnown(start: usize, to: usize): bool {
  let at = to;
  while (at > start && to - at <= PHP_LONGEST && isWord(load<u8>(at - 1))) at--;
  const size = <u32>(to - at);
  if (size > PHP_LONGEST) return false;
  return wordClass(at, size, PHP_SEED, PHP_SLOTS, PHP_CELLS, PHP_TEXT) != 0;
}

/** Behind a $: a superglobal, a name that is called, indexed or set, a brace, another $. */
function mayBeVariable(start: usize, end: usize): bool {
  let at = start;
  while (at < end && at - start < PHP_LONGEST && isWord(load<u8>(at))) at++;
  if (at == start) return isInterpolation(start, end);
  if (at >= end) return isGlobal(start, at);
  const c = <u32>load<u8>(at);
  if (c == 0x28 || c == 0x5b || c == 0x7b || c == 0x2f || c == 0x29 || c >= 0x80 || isWord(c)) return true;
  return isGlobal(start, at) || (isSpace(c) && isCalledBehindBlanks(at, end));
}

/** A parenthesis or a comment behind blanks. */
function isCalledBehindBlanks(start: usize, end: usize): bool {
  let at = start;
  while (at < end && at - start < 64 && isSpace(load<u8>(at))) at++;
  return at < end && (load<u8>(at) == 0x28 || load<u8>(at) == 0x2f || load<u8>(at) == 0x23);
}

/** {, $, blanks and a brace */
function isInterpolation(start: usize, end: usize): bool {
  let at = start;
  while (at < end && at - start < 64 && isSpace(load<u8>(at))) at++;
  if (at >= end) return false;
  const c = <u32>load<u8>(at);
  return c == 0x7b || c == 0x24 || c >= 0x80;
}

function isGlobal(from: usize, to: usize): bool {
  const size = <u32>(to - from);
  if (size > PHP_LONGEST || size < 4) return false;
  return wordClass(from, size, PHP_SEED, PHP_SLOTS, PHP_CELLS, PHP_TEXT) == PHP_GLOBAL;
}
