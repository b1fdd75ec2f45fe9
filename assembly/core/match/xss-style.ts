// Styles that run script, or hide what they declare.

import { hexValue, isAlpha, isSpace, lowerByte } from "../bytes/ascii";
import { entityTo, readEntity } from "./xss-script";

let escapeTo: usize = 0;

/** True when CSS in `at..end` can run script: expression(), behavior, -moz-binding, @import, script URLs. */
// eslint-disable-next-line complexity -- scan loop
export function isScriptStyle(start: usize, end: usize): bool {
  let tail: u64 = 0;
  let tail2: u64 = 0;
  let at = start;
  while (at < end) {
    let c = readEntity(at, end);
    at = entityTo;
    if (c == 0x2f && at < end && load<u8>(at) == 0x2a) {
      const close = commentEnd(at + 1, end);
      if (close != 0) {
        at = close;
        continue;
      }
    }
    if (c == 0x5c && at < end) {
      c = cssEscape(at, end);
      at = escapeTo;
    }
    if (c <= 0x20 || c == 0x5c) continue;
    tail2 = (tail2 << 8) | (tail >>> 56);
    tail = (tail << 8) | lowerByte(c & 0xff);
    if (c == 0x28 && tail == 0x72657373696f6e28) return true; // ression(
    if (c == 0x3a) {
      const word = <u32>(tail >>> 8);
      const before = tail >>> 40;
      // javascript: and vbscript:, behavior: but not scroll-behavior:, -moz-binding:, -o-link:
      if (word == 0x72697074 && (before == 0x617363 || before == 0x627363)) return true;
      if (word == 0x76696f72 && before == 0x656861 && ((tail2 >>> 8) & 0xff) != 0x2d) return true;
      if (word == 0x696f7572 && before == 0x686176) return true;
      if (word == 0x64696e67 && before == 0x62696e && !isAlpha((<u32>tail2) & 0xff)) return true;
      if (word == 0x6c696e6b && before == 0x2d6f2d) return true;
    }
    if (c == 0x74 && (tail & 0xffffffffffffff) == 0x40696d706f7274) return true; // @import
  }
  return false;
}

function commentEnd(start: usize, end: usize): usize {
  const to = end - start > 128 ? start + 128 : end;
  for (let at = start; at + 1 < to; at++) {
    if (load<u16>(at) == 0x2f2a) return at + 2;
  }
  return 0;
}

/**
 * True when a style attribute's text hides declarations: letters or marks written as escapes, or `;name:` inside a string or a
 * url(), which older browsers end elsewhere; or a paint server or filter of another document. No editor writes these. data: URLs
 * may hold anything.
 */
// eslint-disable-next-line complexity -- scan loop
export function hidesDeclaration(start: usize, end: usize): bool {
  let inside: u32 = 0;
  let data = false;
  let opened = false;
  let fresh = true;
  for (let at = start; at < end; at++) {
    const c = <u32>load<u8>(at);
    if (inside == 0) {
      if (c == 0x7b) opened = true;
      // foo}color=red; [a]color:red
      else if ((c == 0x7d && !opened) || (c == 0x5b && fresh && beginsBracketed(at, end))) return true;
      fresh = c == 0x3b || (fresh && c == 0x20);
    }
    if (c == 0x5c && at + 2 < end) {
      const code = cssEscape(at + 1, end);
      if (escapeTo > at + 2 && code > 0x20 && code < 0x7f) return true;
    }
    if (inside == 0) {
      if (c == 0x22 || c == 0x27) inside = c;
      else if (c == 0x28 && replacesContent(start, at)) return true;
      else if (c == 0x28 && at + 1 < end && load<u8>(at, 1) != 0x22 && load<u8>(at, 1) != 0x27) inside = 0x29;
      if (inside != 0) data = at + 5 < end && (load<u32>(at, 1) | 0x20202020) == 0x61746164;
    } else if (c == inside) inside = 0;
    else if (c == 0x3b && !data && beginsDeclaration(at + 1, end)) return true;
    else if (c == 0x23 && inside == 0x29 && at > start + 5 && load<u32>(at - 4) == 0x6776732e) return true;
  }
  return false;
}

/** [a]color: and not the list [a, b] that a framework binds. */
function beginsBracketed(start: usize, end: usize): bool {
  let at = start + 1;
  while (at < end && isAlpha(load<u8>(at)) && at - start < 16) at++;
  return at + 1 < end && load<u8>(at) == 0x5d && isAlpha(load<u8>(at, 1));
}

/** content:url( in an attribute: a picture in place of what the element holds. */
function replacesContent(start: usize, paren: usize): bool {
  if (paren < start + 11 || (load<u32>(paren - 4) | 0x20202000) != 0x6c72753a) return false;
  return ((load<u64>(paren - 11) | 0x20202020202020) & 0xffffffffffffff) == 0x746e65746e6f63;
}

/**
 * True when the text of a style element hides declarations: a bracket that a semicolon interrupts, or a comment inside a word.
 */
// eslint-disable-next-line complexity -- scan loop
export function hidesRule(start: usize, end: usize): bool {
  let depth: u32 = 0;
  let bracket = false;
  let inside: u32 = 0;
  for (let at = start; at < end; at++) {
    const c = <u32>load<u8>(at);
    if (inside != 0) {
      if (c == inside) inside = 0;
      continue;
    }
    switch (c) {
      case 0x22:
      case 0x27:
        inside = c;
        break;
      case 0x28:
        inside = 0x29;
        break;
      case 0x2f: {
        if (at + 1 >= end || load<u8>(at, 1) != 0x2a) break;
        const to = commentEnd(at + 2, end);
        if (to == 0) break;
        if (to - at == 4 && at > start && isAlpha(load<u8>(at - 1)) && to < end && isAlpha(load<u8>(to)))
          return true;
        at = to - 1;
        break;
      }
      case 0x7b:
        depth++;
        bracket = false;
        break;
      case 0x7d:
        depth = depth > 0 ? depth - 1 : 0;
        bracket = false;
        break;
      case 0x5b:
        bracket = depth > 0;
        break;
      case 0x5d:
        bracket = false;
        break;
      case 0x3b:
        if (bracket) return true;
        break;
      default:
        break;
    }
  }
  return false;
}

/** color: */
function beginsDeclaration(start: usize, end: usize): bool {
  let at = start;
  while (at < end && isSpace(load<u8>(at)) && at - start < 4) at++;
  const name = at;
  while (at < end && (isAlpha(load<u8>(at)) || load<u8>(at) == 0x2d) && at - name < 24) at++;
  return at - name > 2 && at < end && load<u8>(at) == 0x3a && at + 1 < end && load<u8>(at, 1) != 0x2f;
}

/** The character of a CSS escape whose backslash stands before `at`. */
function cssEscape(start: usize, end: usize): u32 {
  let at = start;
  let code: u32 = 0;
  while (at < end && at - start < 6 && hexValue(load<u8>(at)) >= 0)
    code = (code << 4) | (<u32>hexValue(load<u8>(at++)));
  if (at == start || code > 0x7f || code < 0x20) {
    // \0 is dropped by older browsers, and whatever else is no letter stands for itself.
    escapeTo = start + 1;
    return code == 0 && at > start ? 0 : load<u8>(start);
  }
  if (at < end && load<u8>(at) == 0x20) at++;
  escapeTo = at;
  return code;
}
