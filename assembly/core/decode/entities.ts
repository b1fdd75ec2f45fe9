// Character references of HTML (WHATWG HTML §13.2.5.72): numeric ones of any length, and the named ones that stand
// for the marks attacks are made of. Output: not longer than the input.

import { hexValue, isAlpha, isDigit } from "../bytes/ascii";
import { ByteWriter } from "../bytes/byte-writer";
import { writeCodePoint } from "../bytes/code-point";
import { findByte } from "../bytes/find-byte";

const AMPERSAND: u8 = 0x26;
const HASH: u8 = 0x23;
const SEMICOLON: u8 = 0x3b;
const NAME_MAX: u32 = 8;
const OUT_OF_RANGE: u32 = 0x110000;

/** Names in lower case, each with its character after a space. */
const NAMED: StaticArray<string> = [
  "lt <",
  "gt >",
  "amp &",
  'quot "',
  "apos '",
  "colon :",
  "semi ;",
  "lpar (",
  "rpar )",
  "lsqb [",
  "rsqb ]",
  "lbrack [",
  "rbrack ]",
  "lcub {",
  "rcub }",
  "lbrace {",
  "rbrace }",
  "sol /",
  "bsol \\",
  "num #",
  "dollar $",
  "percnt %",
  "ast *",
  "plus +",
  "comma ,",
  "period .",
  "equals =",
  "quest ?",
  "excl !",
  "commat @",
  "lowbar _",
  "grave `",
  "verbar |",
  "vert |",
  "hyphen -",
  "tab \t",
  "newline \n",
  "nbsp  ",
];
/** NAMED as words of eight bytes, and the characters after them. */
const WORDS: usize = makeWords();
const CHARS: usize = WORDS + ((<usize>NAMED.length) << 3);

/** Appends the decoded value to `out` and returns true; false when it has no reference. */
export function decodeEntities(at: usize, len: u32, out: ByteWriter): bool {
  const end = at + len;
  let write = out.reserve(len + 4);
  const to = write;
  let changed = false;
  for (let p = at; p < end;) {
    const next = findByte(p, end, AMPERSAND);
    memory.copy(write, p, next - p);
    write += next - p;
    if (next == end) break;
    const found = referenceAt(next, end);
    p = next + max<usize>(<usize>(found >> 24), 1);
    if (found == 0) {
      store<u8>(write++, AMPERSAND);
    } else {
      changed = true;
      write += writeCodePoint(found & 0xffffff, write);
    }
  }
  if (changed) out.length += <u32>(write - to);
  return changed;
}

/** The code point of the reference at `p` | its length << 24 (at most 255 bytes of it); 0 when it is none. */
function referenceAt(p: usize, end: usize): u32 {
  if (end - p < 3) return 0;
  return load<u8>(p, 1) == HASH ? numberAt(p, end) : nameAt(p, end);
}

function numberAt(p: usize, end: usize): u32 {
  let read = p + 2;
  const isHex = (load<u8>(read) | 0x20) == 0x78;
  if (isHex) read++;
  const base: u32 = isHex ? 16 : 10;
  const first = read;
  const last = min(end, p + 250);
  let point: u32 = 0;
  for (; read < last; read++) {
    const c = <u32>load<u8>(read);
    const digit = isHex ? hexValue(c) : isDigit(c) ? <i32>(c - 0x30) : -1;
    if (digit < 0) break;
    point = min(point * base + <u32>digit, OUT_OF_RANGE);
  }
  if (read == first || point == 0 || point >= OUT_OF_RANGE) return 0;
  if (read < end && load<u8>(read) == SEMICOLON) read++;
  return point | ((<u32>(read - p)) << 24);
}

/** Only `&lt &gt &amp &quot` may lack their semicolon (the spec's legacy names among ours). */
function nameAt(p: usize, end: usize): u32 {
  let word: u64 = 0;
  let size: u32 = 0;
  let read = p + 1;
  while (read < end && size <= NAME_MAX) {
    const c = <u32>load<u8>(read);
    if (!isAlpha(c)) break;
    const place = <u64>(size << 3);
    if (size < NAME_MAX) word |= (<u64>(c | 0x20)) << place;
    size++;
    read++;
  }
  if (size < 2 || size > NAME_MAX) return 0;
  const closed = read < end && load<u8>(read) == SEMICOLON;
  for (let i: u32 = 0; i < <u32>NAMED.length; i++) {
    if (load<u64>(WORDS + ((<usize>i) << 3)) != word) continue;
    if (!closed && i > 3) return 0;
    return (<u32>load<u8>(CHARS + i)) | ((size + (closed ? 2 : 1)) << 24);
  }
  return 0;
}

function makeWords(): usize {
  const count = NAMED.length;
  const words = heap.alloc(<usize>count * 9);
  for (let i = 0; i < count; i++) {
    const entry = NAMED[i];
    const space = entry.indexOf(" ");
    let word: u64 = 0;
    for (let j = 0; j < space; j++) {
      const place = <u64>(j << 3);
      word |= (<u64>entry.charCodeAt(j)) << place;
    }
    store<u64>(words + ((<usize>i) << 3), word);
    store<u8>(words + ((<usize>count) << 3) + i, <u8>entry.charCodeAt(space + 1));
  }
  return words;
}
