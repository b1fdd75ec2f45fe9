// What stands around a call that tells code from a sentence about code.

import { isSpace, isWord } from "../bytes/ascii";
import { place } from "./code-lexer";

/** Behind the bracket just closed the value, which ends at `limit`, ends or goes on as code does, not as a sentence. */
export function goesOnAsCode(limit: usize): bool {
  let at = place;
  while (at < limit && isSpace(load<u8>(at))) at++;
  if (at >= limit) return true;
  const c = <u32>load<u8>(at);
  const last = at + 1 >= limit;
  const blank = last || isSpace(load<u8>(at, 1));
  switch (c) {
    case 0x60: // `
    case 0x21: // !
    case 0x3a: // :
      return false;
    case 0x2c: // ,
    case 0x2e: // .
    case 0x2d: // -
      return !blank;
    case 0x3f: // ?
      return !last;
    default:
      return !isWord(c) && c < 0x80;
  }
}
