// What stands in a complete piece of XML markup: the name and attributes of a tag, the declarations of a DOCTYPE. Bytes
// are those of one window, so everything here is one pass over at most 64 KiB.

import { equalsFolded, isSpace, lowerByte } from "../bytes/ascii";
import { findByte } from "../bytes/find-byte";
import { Text, text } from "../bytes/text";

const LESS: u32 = 0x3c;
const GREATER: u32 = 0x3e;
const EQUALS: u32 = 0x3d;
const SLASH: u32 = 0x2f;
const QUOTE: u32 = 0x22;
const APOSTROPHE: u32 = 0x27;
const PERCENT: u32 = 0x25;

const ENTITY = text("!entity");
const SYSTEM = text("system");
const PUBLIC = text("public");

/** Name and value that a reader came to, and where the next one begins. */
@unmanaged
export class MarkupItem {
  name: usize = 0;
  nameEnd: usize = 0;
  value: usize = 0;
  valueEnd: usize = 0;
}

/** Behind the name of a tag that begins at `at`. */
export function endOfName(at: usize, end: usize): usize {
  while (at < end) {
    const c = <u32>load<u8>(at);
    if (isSpace(c) || c == SLASH || c == GREATER || c == EQUALS) break;
    at++;
  }
  return at;
}

/** Reads the attribute at or behind `at`; answers where to go on, or 0 when there is none. */
export function nextAttribute(at: usize, end: usize, item: MarkupItem): usize {
  while (at < end && (isSpace(load<u8>(at)) || load<u8>(at) == SLASH || load<u8>(at) == EQUALS)) at++;
  if (at == end) return 0;
  item.name = at;
  at = endOfName(at, end);
  // A `>` that is data: it stands in the name's place only in broken markup.
  if (at == item.name) at++;
  item.nameEnd = at;
  item.value = at;
  item.valueEnd = at;
  let p = at;
  while (p < end && isSpace(load<u8>(p))) p++;
  if (p == end || load<u8>(p) != EQUALS) return at;
  p++;
  while (p < end && isSpace(load<u8>(p))) p++;
  if (p == end) return end;
  const quote = <u32>load<u8>(p);
  if (quote == QUOTE || quote == APOSTROPHE) {
    item.value = p + 1;
    item.valueEnd = findByte(p + 1, end, quote);
    return min(item.valueEnd + 1, end);
  }
  item.value = p;
  while (p < end && !isSpace(load<u8>(p))) p++;
  item.valueEnd = p;
  return p;
}

/** Reads the entity declared at or behind `at`: its name and its replacement text; 0 when there is none. */
export function nextEntity(at: usize, end: usize, item: MarkupItem): usize {
  while (true) {
    at = findByte(at, end, LESS);
    if (at == end) return 0;
    at++;
    if (end - at > ENTITY.len && equalsFolded(at, ENTITY.len, ENTITY.at, ENTITY.len)) break;
  }
  let p = skipSpace(at + ENTITY.len, end);
  if (p < end && load<u8>(p) == PERCENT) p = skipSpace(p + 1, end);
  item.name = p;
  while (p < end && !isSpace(load<u8>(p)) && load<u8>(p) != GREATER) p++;
  item.nameEnd = p;
  p = skipSpace(p, end);
  item.value = p;
  item.valueEnd = p;
  if (p == end) return end;
  const quote = <u32>load<u8>(p);
  if (quote != QUOTE && quote != APOSTROPHE) return p;
  item.value = p + 1;
  item.valueEnd = findByte(p + 1, end, quote);
  return min(item.valueEnd + 1, end);
}

/** `SYSTEM` or `PUBLIC` stands in the declaration, behind white space or a quote. */
export function namesExternal(at: usize, end: usize): bool {
  for (let p = at + 1; p + 6 < end; p++) {
    const c = lowerByte(load<u8>(p));
    if (c != 0x73 && c != 0x70) continue;
    if (isWordAt(p, SYSTEM) || isWordAt(p, PUBLIC)) return true;
  }
  return false;
}

function isWordAt(at: usize, word: Text): bool {
  const before = <u32>load<u8>(at - 1);
  const behind = <u32>load<u8>(at, 6);
  if (!isSpace(before) || !(isSpace(behind) || behind == QUOTE || behind == APOSTROPHE)) return false;
  return equalsFolded(at, 6, word.at, 6);
}

function skipSpace(at: usize, end: usize): usize {
  while (at < end && isSpace(load<u8>(at))) at++;
  return at;
}
