// What a value is as a whole to a shell, or is not: a function definition, a server-side include, a row of a table.

import { isAlpha, isSpace } from "../bytes/ascii";

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
    if (!isAlpha(c) && c != 0x20 && c != 0x7c && c != 0x5f) return false;
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
