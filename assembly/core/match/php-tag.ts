// Open tags of PHP and the braces that put an expression into a text.
//
// Source: PHP manual, "PHP tags", "Variable parsing: advanced (curly) syntax".

import { isAlpha, isSpace, isWord } from "../bytes/ascii";

export enum Tag {
  None = 0,
  /** Code may follow: a call has to prove it. */
  Maybe = 1,
  Certain = 2,
}

/** What stands at `start`, behind `<?`, in a value that ends at `limit`. */
export function phpTag(start: usize, limit: usize): Tag {
  const at = pastBlanks(start, limit);
  if (at >= limit) return Tag.Certain;
  const c = <u32>load<u8>(at);
  if (c == 0x3d) return at == start ? Tag.Certain : Tag.None;
  if (c == 0x24 || c == 0x40) return Tag.Certain;
  if (!isAlpha(c)) return Tag.Maybe;
  if (isWordAt(at, limit, 0x706870)) return Tag.Certain;
  // <?xml : … is read as PHP where short tags are on, a declaration is not.
  if (isWordAt(at, limit, 0x6c6d78)) {
    const next = pastBlanks(at + 3, limit);
    return next < limit && load<u8>(next) == 0x3a ? Tag.Certain : Tag.None;
  }
  return at > start ? Tag.Maybe : Tag.None;
}

/** Behind a $ at `start`: {'name'}, {@call()}, {$x}, blanks before them or not. */
export function opensInterpolation(start: usize, limit: usize): bool {
  let at = pastBlanks(start, limit);
  if (at >= limit || load<u8>(at) != 0x7b) return false;
  at = pastBlanks(at + 1, limit);
  if (at >= limit) return false;
  const c = <u32>load<u8>(at);
  return c == 0x27 || c == 0x22 || c == 0x40 || c == 0x24 || c == 0x60;
}

/** The three letters of `word`, the first in its low byte, in any case and not part of a longer word. */
function isWordAt(at: usize, limit: usize, word: u32): bool {
  if (at + 3 > limit) return false;
  const three = (<u32>load<u16>(at)) | ((<u32>load<u8>(at, 2)) << 16) | 0x202020;
  return three == word && (at + 3 == limit || !isWord(load<u8>(at, 3)));
}

function pastBlanks(start: usize, limit: usize): usize {
  let at = start;
  while (at < limit && at - start < 64 && isSpace(load<u8>(at))) at++;
  return at;
}
