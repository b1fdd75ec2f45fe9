// What follows the word of a command: nothing more, or an argument that words of prose do not have.
//
// Every look ahead is bounded by ARGUMENT_MAX bytes or stops at the first byte that is no blank.

import { isAlpha, isDigit, isSpace, isWord } from "../bytes/ascii";
import { SHELL_PLAIN, SHELL_TOOL } from "../generated/shell-words";

const ARGUMENT_MAX: usize = 96;

/** The command has no argument: the value ends, or another separator, closer or comment follows. */
export function endsCommand(start: usize, limit: usize): bool {
  let at = start;
  while (at < limit && (isSpace(load<u8>(at)) || load<u8>(at) == 0x2b)) at++;
  if (at >= limit) return true;
  const c = <u32>load<u8>(at);
  if (c == 0x25 || c == 0x5c) return at == start;
  return (
    c == 0x3b ||
    c == 0x7c ||
    c == 0x26 ||
    c == 0x29 ||
    c == 0x60 ||
    c == 0x3e ||
    c == 0x3c ||
    c == 0x23 ||
    c == 0x22 ||
    c == 0x27 ||
    c == 0x7d ||
    (c == 0x28 && at + 1 < limit && load<u8>(at, 1) == 0x29)
  );
}

/** The word before `wordTo`, of class `kind`, is followed by an argument that prose would not put there. */
// eslint-disable-next-line complexity -- one branch per first byte
export function hasArgument(kind: u32, wordTo: usize, limit: usize): bool {
  let at = wordTo;
  // "curl" http://…: the quote that closes the word.
  if (isQuote(byteAt(at, limit)) && isSpace(byteAt(at + 1, limit))) at++;
  const first = byteAt(at, limit);
  // cat$IFS/etc/passwd, cat${IFS}x, {cat,/etc/passwd}, cat</etc/passwd
  if (first == 0x24 || first == 0x3c) return true;
  if (first == 0x2c) return byteAt(at + 1, limit) == 0x2f || byteAt(at + 1, limit) == 0x2d;
  if (kind == SHELL_TOOL && first == 0x2f) return true;
  if (!isSpace(first) && first != 0x2b && first != 0x25) return false;
  if (first == 0x25) at += 3;
  while (at < limit && (isSpace(load<u8>(at)) || load<u8>(at) == 0x2b)) at++;
  const c = byteAt(at, limit);
  const next = byteAt(at + 1, limit);
  if (c == 0x2d) return isAlpha(next) || next == 0x2d || (kind == SHELL_TOOL && isDigit(next));
  // chmod +x: the plus may have become a blank.
  if (kind == SHELL_TOOL && isMode(c) && isSpace(next) && at == wordTo + 2) return true;
  if (c == 0x2f || c == 0x7e)
    return isAlpha(next) || next == 0x2f || next == 0x3f || next == 0x2a || next == 0x3b || at + 1 >= limit;
  if (isAlpha(c) && next == 0x3a && endsDrive(kind, at + 2, limit)) return true;
  if (kind != SHELL_TOOL) return false;
  if (c == 0x24 || c == 0x22 || c == 0x27 || c == 0x25 || c == 0x2e || c == 0x2a || c == 0x5c || c == 0x60)
    return true;
  if (isDigit(c) && load<u8>(wordTo - 1) < 0x60) return false;
  if (isDigit(c)) return !isSpace(next) || at + 2 >= limit || endsCommand(at + 1, limit);
  return hasAddress(at, limit);
}

/** Behind the colon of a drive: a separator of paths, a quote, the end; for what lists directories also a blank. */
function endsDrive(kind: u32, at: usize, limit: usize): bool {
  const c = byteAt(at, limit);
  if (kind == SHELL_PLAIN && isSpace(c)) return true;
  return c == 0x5c || c == 0x2f || c == 0x22 || c == 0x25 || c == 0x2b || at >= limit;
}

/** A flag behind the word: " -x", " --xyz". */
export function hasFlag(wordTo: usize, limit: usize): bool {
  let at = wordTo;
  while (at < limit && isSpace(load<u8>(at))) at++;
  if (at == wordTo || byteAt(at, limit) != 0x2d) return false;
  return isAlpha(byteAt(at + 1, limit)) || (byteAt(at + 1, limit) == 0x2d && isAlpha(byteAt(at + 2, limit)));
}

/** timeout 5, timeout /t 5 */
export function isDelay(at: usize, wordTo: usize, limit: usize): bool {
  if (wordTo - at != 7 || (load<u32>(at, 3) | 0x20202020) != 0x74756f65) return false;
  if (!isSpace(byteAt(wordTo, limit))) return false;
  if (byteAt(wordTo + 1, limit) == 0x2f) return (byteAt(wordTo + 2, limit) | 0x20) == 0x74;
  let to = wordTo + 1;
  while (to < limit && to - wordTo < 8 && isDigit(load<u8>(to))) to++;
  return to > wordTo + 1 && endsCommand(to, limit);
}

/** r w x s t, the modes of files. */
function isMode(c: u32): bool {
  return c == 0x72 || c == 0x77 || c == 0x78 || c == 0x73 || c == 0x74;
}

function isQuote(c: u32): bool {
  return c == 0x22 || c == 0x27;
}

function byteAt(at: usize, limit: usize): u32 {
  return at < limit ? load<u8>(at) : 0;
}

/** The argument is an address, path or assignment: a mark inside it that words do not have. */
function hasAddress(start: usize, limit: usize): bool {
  let at = start;
  while (at < limit && at - start < ARGUMENT_MAX) {
    const c = <u32>load<u8>(at);
    if (isSpace(c)) return false;
    if (
      (c == 0x2e || c == 0x3a || c == 0x2f || c == 0x40 || c == 0x3d || c == 0x24 || c == 0x5c) &&
      at > start
    ) {
      const next = byteAt(at + 1, limit);
      return isWord(next) || next == 0x2f || (c == 0x24 && (next == 0x7b || next == 0x28));
    }
    at++;
  }
  return false;
}
