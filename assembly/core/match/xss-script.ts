// What script looks like: URLs that run it, and the first bytes of a handler or script element.

import { hexValue, isAlpha, isDigit, isSpace, isWord, lowerByte } from "../bytes/ascii";
import { htmlWord, lettersAfter } from "./xss-words";
import { HTML_GLOBAL, HTML_SCHEME, HTML_SINK, HTML_STATEMENT, HTML_WEAK_SINK } from "../generated/html-words";

const SCHEME_BYTES: u32 = 64;
const scheme = memory.data(64);

/** One character of attribute text after entities: its value, and where the next begins. */
export let entityTo: usize = 0;

/** The scheme that isScriptUrl() read last was written with entities. */
export let schemeHidden: bool = false;

/** Reads the character at `at`, resolving &#n;, &#xn;, &colon;, &Tab;, &NewLine;, &lpar; and a few more. */
export function readEntity(at: usize, end: usize): u32 {
  const c = <u32>load<u8>(at);
  entityTo = at + 1;
  if (c != 0x26 || at + 2 >= end) return c;
  const next = <u32>load<u8>(at, 1);
  if (next == 0x23) return readNumericEntity(at, end);
  return isAlpha(next) ? readNamedEntity(at, end) : c;
}

function readNumericEntity(at: usize, end: usize): u32 {
  const hex = (load<u8>(at, 2) | 0x20) == 0x78;
  let digit = at + (hex ? 3 : 2);
  const first = digit;
  let code: u32 = 0;
  while (digit < end && digit - first < 12) {
    const value = hexValue(load<u8>(digit));
    if (value < 0 || (!hex && value > 9)) break;
    code = code > 0xffff ? 0xffff : code * (hex ? 16 : 10) + <u32>value;
    digit++;
  }
  if (digit == first) return 0x26;
  if (digit < end && load<u8>(digit) == 0x3b) digit++;
  entityTo = digit;
  return code;
}

// eslint-disable-next-line complexity -- one branch per name
function readNamedEntity(at: usize, end: usize): u32 {
  const to = lettersAfter(at + 1, end);
  const len = <u32>(to - at - 1);
  let code: u32 = 0;
  if (len == 3 && sameLetters(at + 1, 0x626174)) code = 9;
  else if (len == 5 && sameLetters(at + 1, 0x6e6f6c6f63)) code = 0x3a;
  else if (len == 7 && sameLetters(at + 1, 0x656e694c77654e)) code = 10;
  else if (len == 4 && sameLetters(at + 1, 0x7261706c)) code = 0x28;
  else if (len == 4 && sameLetters(at + 1, 0x72617072)) code = 0x29;
  else if (len == 3 && sameLetters(at + 1, 0x706d61)) code = 0x26;
  else if (len == 2 && sameLetters(at + 1, 0x746c)) code = 0x3c;
  else if (len == 2 && sameLetters(at + 1, 0x7467)) code = 0x3e;
  else if (len == 4 && sameLetters(at + 1, 0x746f7571)) code = 0x22;
  else if (len == 4 && sameLetters(at + 1, 0x736f7061)) code = 0x27;
  else if (len == 6 && sameLetters(at + 1, 0x736c61757165)) code = 0x3d;
  else if (len == 3 && sameLetters(at + 1, 0x6c6f73)) code = 0x2f;
  else if (len == 4 && sameLetters(at + 1, 0x73756c70)) code = 0x2b;
  else if (len == 4 && sameLetters(at + 1, 0x696d6573)) code = 0x3b;
  else if (len == 5 && sameLetters(at + 1, 0x616d6d6f63)) code = 0x2c;
  else if (len == 6 && sameLetters(at + 1, 0x646f69726570)) code = 0x2e;
  if (code == 0 && len > 2 && (sameLetters(at + 1, 0x746c) || sameLetters(at + 1, 0x7467))) {
    entityTo = at + 3;
    return (load<u8>(at, 1) | 0x20) == 0x6c ? 0x3c : 0x3e;
  }
  if (code == 0) return 0x26;
  entityTo = to < end && load<u8>(to) == 0x3b ? to + 1 : to;
  return code;
}

/** Compares letters, folded, with a little-endian word of at most eight. */
function sameLetters(at: usize, word: u64): bool {
  let rest = word;
  for (let i: usize = 0; rest != 0; i++) {
    if ((lowerByte(load<u8>(at + i)) | 0x20) != (((<u32>rest) & 0xff) | 0x20)) return false;
    rest >>= 8;
  }
  return true;
}

/**
 * True when the URL of `at..end` runs script: javascript: and its kind with anything but a void, data: with a document.
 * Entities, controls and white space inside the scheme are passed over, as browsers do.
 */
// eslint-disable-next-line complexity -- scan loop
export function isScriptUrl(start: usize, end: usize): bool {
  let at = start;
  for (let nested = 0; nested < 3; nested++) {
    let len: u32 = 0;
    let found = false;
    schemeHidden = false;
    while (at < end && len < SCHEME_BYTES) {
      const c = readEntity(at, end);
      if (len > 0 && entityTo > at + 1) schemeHidden = true;
      at = entityTo;
      // javascript# is what filters make of the colon, and what tools send.
      if (c == 0x3a || (c == 0x23 && len == 10)) {
        found = true;
        break;
      }
      if (c == 0x5c && at < end && load<u8>(at) == 0x30) at++;
      if (c <= 0x20 || c == 0xa0 || c == 0x5c) continue;
      if (!isAlpha(c) && c != 0x2d) return false;
      store<u8>(scheme + len++, <u8>lowerByte(c));
    }
    if (!found || len < 3) return false;
    if (htmlWord(scheme, scheme + len) == HTML_SCHEME) return schemeHidden || !isVoid(at, end);
    if (len == 4 && load<u32>(scheme) == 0x61746164) return isDocumentData(at, end);
    if (len == 5 && load<u32>(scheme) == 0x6d74686d) return true;
    // feed:javascript:…, view-source:javascript:…
    if (!(len == 4 && load<u32>(scheme) == 0x64656566) && len != 11) return false;
  }
  return false;
}

/** javascript:void(0), javascript:; and javascript: do nothing, and pages are full of them. */
// eslint-disable-next-line complexity -- one branch per byte
export function isVoid(start: usize, end: usize): bool {
  let at = start;
  while (at < end && (isSpace(load<u8>(at)) || load<u8>(at) == 0x3b)) at++;
  let named = at > start;
  if (end - at >= 4 && (load<u32>(at) | 0x20202020) == 0x64696f76) {
    named = true;
    at += 4;
    while (at < end && (isSpace(load<u8>(at)) || load<u8>(at) == 0x28 || load<u8>(at) == 0x30)) at++;
    if (at < end && load<u8>(at) == 0x29) at++;
  }
  while (at < end && (isSpace(load<u8>(at)) || load<u8>(at) == 0x3b)) at++;
  if (at >= end) return true;
  if (!named) return false;
  const next = <u32>load<u8>(at);
  return (
    next == 0x22 ||
    next == 0x27 ||
    next == 0x3c ||
    next == 0x3e ||
    next == 0x7d ||
    next == 0x2c ||
    next == 0x5c
  );
}

/** SVG counts where it is loaded as a document: not in an image. */
export function setSvgCounts(counts: bool): void {
  withSvg = counts;
}

let withSvg: bool = false;

/** The media type of a data: URL is one that a browser renders as a document. */
function isDocumentData(start: usize, end: usize): bool {
  let at = start;
  let len: u32 = 0;
  while (at < end && len < 32) {
    const c = readEntity(at, end);
    at = entityTo;
    if (c <= 0x20) continue;
    if (c == 0x3b || c == 0x2c) break;
    store<u8>(scheme + len++, <u8>lowerByte(c));
  }
  if (len == 0) return at < end;
  return (
    (len >= 9 &&
      load<u32>(scheme) == 0x74786574 &&
      load<u32>(scheme, 5) != 0x69616c70 &&
      load<u8>(scheme, 5) != 0x63) ||
    (withSvg && len >= 9 && load<u32>(scheme) == 0x67616d69 && load<u32>(scheme, 6) == 0x2b677673) ||
    (len >= 15 && load<u32>(scheme) == 0x6c707061 && load<u8>(scheme, 12) == 0x78)
  );
}

/** True when a handler's text has what script cannot do without: a call, an assignment, a template. */
export function looksLikeScript(at: usize, end: usize): bool {
  const to = end - at > 512 ? at + 512 : end;
  for (let i = at; i < to; i++) {
    const c = readEntity(i, to);
    if (c == 0x28 || c == 0x60 || c == 0x3d) return true;
    if (c == 0x25 && i + 2 < to && load<u8>(i, 1) == 0x32 && load<u8>(i, 2) == 0x38) return true;
  }
  return false;
}

/** True when text after <script> begins as script does, not as prose goes on after naming the element. */
// eslint-disable-next-line complexity -- one branch per first byte
export function beginsAsScript(start: usize, end: usize): bool {
  let at = start;
  while (at < end && isSpace(load<u8>(at))) at++;
  if (at >= end) return false;
  const c = <u32>load<u8>(at);
  if (!isAlpha(c) && c != 0x5f && c != 0x24) {
    const next: u32 = at + 1 < end ? load<u8>(at, 1) : 0;
    if (c == 0x2f) return next == 0x2a || next == 0x2f;
    if (c == 0x3c) return next == 0x21;
    if (c == 0x26) return looksLikeScript(at, end);
    if (isDigit(c)) return looksLikeScript(at, end);
    if (c == 0x22 || c == 0x27 || c == 0x60) return next != 0 && !isSpace(next) && looksLikeScript(at, end);
    return (
      c == 0x28 ||
      c == 0x5b ||
      c == 0x7b ||
      c == 0x2b ||
      c == 0x21 ||
      c == 0x7e ||
      c == 0x3b ||
      c == 0x5c ||
      c == 0x2d
    );
  }
  let to = at;
  while (to < end && (isWord(load<u8>(to)) || load<u8>(to) == 0x24)) to++;
  if (to >= end) return false;
  const word = htmlWord(at, to);
  if (isSpace(load<u8>(to))) {
    if (word == HTML_STATEMENT || word == HTML_WEAK_SINK) return looksLikeScript(to, end);
    while (to < end && isSpace(load<u8>(to))) to++;
    return to < end && (load<u8>(to) == 0x3d || (load<u8>(to) == 0x28 && word != 0));
  }
  const after = <u32>load<u8>(to);
  if (after == 0x2e) return to + 1 < end && isAlpha(load<u8>(to, 1));
  return (
    after == 0x28 ||
    after == 0x3d ||
    after == 0x5b ||
    after == 0x60 ||
    after == 0x7b ||
    after == 0x5c ||
    after == 0x26 ||
    after == 0x2b ||
    after == 0x25
  );
}

/** True for names that injected script calls or assigns to. */
export function isSinkWord(word: u32): bool {
  return word == HTML_SINK || word == HTML_WEAK_SINK || word == HTML_GLOBAL;
}
