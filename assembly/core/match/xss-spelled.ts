// Names of tags that no browser reads as such, and that become so once a filter has dropped what stands inside them:
// <s cript, <scr\0ipt, < script >, <f o r m. Also the tags of a probe, which name nothing but their purpose.
//
// Each is decided within a few dozen bytes of the `<`.

import { isAlpha, isSpace, lowerByte } from "../bytes/ascii";
import { isOneOf } from "./word-list";

const SPACES_MAX: usize = 8;
const LETTERS_MAX: u32 = 8;
const letters = memory.data(8);

/** `start` is just after `<`. True for a script element, opening or closing, however its name is cut, and for other elements letter by letter. */
export function isSpelledTag(start: usize, end: usize): bool {
  let at = start;
  while (at < end && (load<u8>(at) == 0 || load<u8>(at) == 0x2f)) at++;
  const name = skipSpaces(at, end);
  const spaced = name > at;
  at = name;
  if (spaced && at < end && load<u8>(at) == 0x2f) at = skipSpaces(at + 1, end);
  if (at >= end || !isAlpha(load<u8>(at))) return false;
  at = skipPrefix(at, end);
  const to = scriptEnd(at, end);
  if (to == 0) return !spaced && isLetterByLetter(at, end);
  if (!spaced) return to >= end || endsTagName(load<u8>(to));
  const close = skipSpaces(to, end);
  return close < end && load<u8>(close) == 0x3e;
}

/** x:, svg: and other namespaces. */
function skipPrefix(start: usize, end: usize): usize {
  let at = start;
  while (at < end && isAlpha(load<u8>(at)) && at - start < 8) at++;
  return at < end && load<u8>(at) == 0x3a ? skipSpaces(at + 1, end) : start;
}

/** Past "script", with blanks and NULs between its letters; 0 when something else stands there. */
function scriptEnd(start: usize, end: usize): usize {
  let at = start;
  let word: u64 = 0x747069726373;
  while (at < end && at - start < 16) {
    const c = <u32>load<u8>(at++);
    if (lowerByte(c) == ((<u32>word) & 0xff)) word >>= 8;
    else if (at == start + 1 || (!isSpace(c) && c != 0)) return 0;
    if (word == 0) return at;
  }
  return 0;
}

function endsTagName(c: u32): bool {
  return isSpace(c) || c == 0x2f || c == 0x3e || c == 0;
}

/** f o r m */
function isLetterByLetter(start: usize, end: usize): bool {
  let at = start;
  let count: u32 = 0;
  while (at < end && isAlpha(load<u8>(at)) && count < LETTERS_MAX) {
    store<u8>(letters + count++, load<u8>(at++));
    if (at < end && isAlpha(load<u8>(at))) return false;
    if (count > 3 && isOneOf(letters, letters + count, "form dialog iframe embed object applet style"))
      return true;
    if (at >= end || load<u8>(at) != 0x20) return false;
    at++;
  }
  return false;
}

function skipSpaces(start: usize, end: usize): usize {
  let at = start;
  while (at < end && isSpace(load<u8>(at)) && at - start < SPACES_MAX) at++;
  return at;
}

/** <svg:svg>, <xsl:template>, <xss>: prefixes and names of probes and style sheets, which no text has. */
export function isProbeName(at: usize, name: usize, to: usize): bool {
  return name > at ? isOneOf(at, name - 1, "svg xsl xss") : isOneOf(at, to, "xss");
}

/** //google, http://server.example/: what a probe links to; text links to pages. */
export function isBareHost(from: usize, to: usize): bool {
  let at = from;
  while (at + 1 < to && load<u16>(at) != 0x2f2f && at - from < 8) at++;
  if (at + 2 >= to || load<u16>(at) != 0x2f2f) return false;
  for (at += 2; at < to; at++) {
    const c = <u32>load<u8>(at);
    if (c == 0x3f || c == 0x23 || (c == 0x2f && at + 1 < to)) return false;
  }
  return true;
}

/** XSS</a>: what a probe shows, in an element's text at `at`. */
export function isProbeText(at: usize, end: usize): bool {
  return at + 4 < end && load<u16>(at, 3) == 0x2f3c && ((load<u32>(at) | 0x202020) & 0xffffff) == 0x737378;
}
