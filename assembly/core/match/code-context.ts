// What stands around a call that tells code from a sentence about code.

import { isAlpha, isSpace, isWord, lowerByte } from "../bytes/ascii";
import { place } from "./code-lexer";

/** Behind the bracket just closed the value, which ends at `limit`, ends or goes on as code does, not as a sentence. */
export function goesOnAsCode(limit: usize): bool {
  let at = place;
  while (at < limit && isSpace(load<u8>(at))) at++;
  if (at >= limit) return true;
  const c = <u32>load<u8>(at);
  if (isWord(c) || c >= 0x80) return false;
  if (c == 0x60) return false;
  const next = at + 1 < limit ? <u32>load<u8>(at, 1) : 0;
  if (c == 0x21) return next == 0x3d;
  if (c == 0x3f) return next != 0;
  return (c != 0x2c && c != 0x2e && c != 0x2d && c != 0x3a) || joins(at, c, next, limit);
}

/** A full stop, comma, dash or colon and a word, or nothing, end a clause; operators have blanks on both sides or none. */
function joins(at: usize, c: u32, next: u32, limit: usize): bool {
  if (next != 0 && !isSpace(next)) return true;
  if (c == 0x2e) return next != 0 && at > place;
  let word = at + 1;
  while (word < limit && isSpace(load<u8>(word))) word++;
  return word < limit && !isWord(load<u8>(word)) && load<u8>(word) < 0x80;
}

/** and, or, xor, if, else behind the bracket just closed: they go on with code that has arguments of its own. */
export function goesOnWithWord(limit: usize): bool {
  let at = place;
  while (at < limit && isSpace(load<u8>(at))) at++;
  const from = at;
  let name: u32 = 0;
  while (at < limit && at - from < 4 && isAlpha(load<u8>(at))) name = (name << 8) | lowerByte(load<u8>(at++));
  if (at < limit && isWord(load<u8>(at))) return false;
  return name == 0x6f72 || name == 0x616e64 || name == 0x786f72 || name == 0x6966 || name == 0x656c7365;
}
