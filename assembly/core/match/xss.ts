// Cross-site scripting: would the value, put into a page, run script?
//
// One pass over the bytes. Five of them can begin or complete something that runs, and only there the detector looks closer:
//   <    a tag: xss-tag.ts reads it as the HTML standard does
//   :    javascript: before it, in a URL
//   =    onclick before it, for a value that stands inside a tag or breaks out of an attribute; document.location before it
//   ( `  alert before it, for a value that begins with it or breaks out of a string of script
// Looking back is bounded, reading tags has a budget of bytes, so the cost is linear.
//
// TEST: test/unit/core/match/xss.spec.ts, test/engine/detectors.test.ts

import { isAlpha, isDigit, isSpace, isWord } from "../bytes/ascii";
import { ByteWriter } from "../bytes/byte-writer";
import { MARK_AMPERSAND, MARK_COLON, MARK_HASH } from "./mark-classes";
import { Span } from "./span";
import {
  beginsAsScript,
  entityTo,
  isScriptUrl,
  isVoid,
  looksLikeScript,
  readEntity,
  schemeHidden,
  setSvgCounts,
} from "./xss-script";
import { isAssignment, isSinkCall } from "./xss-call";
import { judgeTag, tagRead, tagTo } from "./xss-tag";
import {
  begin,
  byteBefore,
  countQuote,
  doubleQuotes,
  isQuote,
  isTypographic,
  limit,
  singleQuotes,
  startText,
} from "./xss-text";
import { findTrigger } from "./trigger-bytes";
import { htmlWord, lettersBefore } from "./xss-words";
import { HTML_EVENT, HTML_SCHEME } from "../generated/html-words";

/** A value can run script only if it holds one of: < : = ( ` and & (entities). Bit set of 256. */
export const XSS_REQUIRED = memory.data<u64>([0x3400014000000000, 0x100000000, 0x0, 0x0]);

/** Linear work: tags inside attributes of other tags are read again, up to this many times the value's length. */
const BUDGET_FACTOR: usize = 8;
const BUDGET_BASE: usize = 4096;

/** < " ' ` ( : = */
const TRIGGERS = memory.data<u8>([
  4, 0, 1, 0, 0, 0, 0, 1, 1, 0, 2, 0, 2, 2, 0, 0, 0, 0, 1, 2, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0,
]);

/** What ends the scheme of a URL, an entity for a colon among it. */
const SCHEME_ENDS: u64 = MARK_COLON | MARK_HASH | MARK_AMPERSAND;

const LOOK_BACK: usize = 64;

let steps: u32 = 0;
/** A tag stands inside a word. */
let splitWord: bool = false;

/**
 * True when the value of `at..end` runs script in one of the places of a page; `span` is then what was recognised. `classes`: those
 * that may occur in the value.
 */
export function detectXss(at: usize, end: usize, classes: u64, span: Span): bool {
  if (end - at < 4) return false;
  startText(at, end);
  setSvgCounts(false);
  if ((classes & SCHEME_ENDS) != 0 && isWholeUrl(at, end)) return report(at, end, span);
  if (scan(at, end, span)) return true;
  if (splitWord && scanText(stripTags(at, end), span)) return report(at, end, span);
  if ((classes & MARK_AMPERSAND) == 0 || !holdsEncodedTag(at, end)) return false;
  return scanText(decodeEntities(at, end), span) && report(at, end, span);
}

function scanText(text: ByteWriter, span: Span): bool {
  return scan(text.at, text.at + text.length, span);
}

/** The value is a URL that runs script. "JavaScript: a guide" is none. */
function isWholeUrl(at: usize, end: usize): bool {
  if (!isScriptUrl(at, end)) return false;
  if (schemeHidden || (load<u8>(at) | 0x20) == 0x6d) return true;
  let colon = at;
  while (colon < end && load<u8>(colon) != 0x3a && load<u8>(colon) != 0x26) colon++;
  if (colon + 1 < end && load<u8>(colon) == 0x3a && isSpace(load<u8>(colon, 1)))
    return beginsAsScript(colon + 1, end);
  return (load<u8>(at) | 0x20) == 0x64 || looksLikeScript(at, end);
}

/** &lt; or &#60; before a letter: markup that was encoded once, for a page that decodes it. */
function holdsEncodedTag(at: usize, end: usize): bool {
  for (let i = at; i + 5 < end; i++) {
    if (load<u8>(i) == 0x26 && readEntity(i, end) == 0x3c && entityTo > i + 1) return true;
  }
  return false;
}

const decodedText: ByteWriter = new ByteWriter();

function decodeEntities(start: usize, end: usize): ByteWriter {
  decodedText.clear();
  const room = decodedText.reserve(<u32>(end - start));
  let length: u32 = 0;
  let at = start;
  while (at < end) {
    const c = readEntity(at, end);
    at = entityTo;
    store<u8>(room + length++, <u8>(c > 0xff ? 0x3f : c));
  }
  decodedText.length = length;
  return decodedText;
}

/** The value without its tags: o<x>nfocus, as it is once somebody has removed them. */
function stripTags(start: usize, end: usize): ByteWriter {
  decodedText.clear();
  const room = decodedText.reserve(<u32>(end - start));
  let length: u32 = 0;
  let at = start;
  while (at < end) {
    const to = load<u8>(at) == 0x3c ? shortTagEnd(at, end) : 0;
    if (to != 0) at = to;
    else store<u8>(room + length++, load<u8>(at++));
  }
  decodedText.length = length;
  return decodedText;
}

/** Past the `>` of a tag of a few letters at `at`, 0 when there is none. */
function shortTagEnd(at: usize, end: usize): usize {
  let to = at + 1;
  if (to < end && load<u8>(to) == 0x2f) to++;
  while (to < end && to - at < 16 && (isAlpha(load<u8>(to)) || isDigit(load<u8>(to)))) to++;
  return to < end && to > at + 1 && load<u8>(to) == 0x3e ? to + 1 : 0;
}

/** Bytes looked at so far, for tests of the cost. */
export function xssSteps(): u32 {
  return steps;
}

function report(from: usize, to: usize, span: Span): bool {
  span.from = from;
  span.to = to;
  return true;
}

// eslint-disable-next-line complexity -- scan loop
function scan(start: usize, end: usize, span: Span): bool {
  startText(start, end);
  let tagged = false;
  splitWord = false;
  let budget = (end - start) * BUDGET_FACTOR + BUDGET_BASE;
  let at = start;
  let thrifty = false;
  while (true) {
    at = findTrigger(at, end, TRIGGERS);
    if (at >= end) break;
    switch (<u32>load<u8>(at)) {
      case 0x3c: {
        if (judgeTag(at + 1, end, thrifty) || (!tagged && breaksOut(at)))
          return report(at, max(tagTo, at + 1), span);
        tagged = true;
        if (!splitWord) splitWord = splitsWord(at);
        const cost = max(tagTo, tagRead) - at;
        steps += <u32>cost;
        if (cost > budget) thrifty = true;
        if (thrifty) at = max(at, tagTo - 1);
        else budget -= cost;
        break;
      }
      case 0x22:
      case 0x27:
        countQuote(load<u8>(at));
        break;
      case 0x60:
        countQuote(0x60);
        if (isSinkCall(at)) return report(lookFrom(at), at + 1, span);
        break;
      case 0x28:
        if (isSinkCall(at)) return report(lookFrom(at), at + 1, span);
        break;
      case 0x3a:
        if (isScheme(at)) return report(lookFrom(at), at + 1, span);
        break;
      case 0x3d:
        if (isHandler(at) || isAssignment(at)) return report(lookFrom(at), at + 1, span);
        break;
      default:
        break;
    }
    at++;
  }
  steps += <u32>(end - start);
  return false;
}

/** A tag between letters, the opening one of an element that holds nothing: o<x>nfocus. */
function splitsWord(at: usize): bool {
  const before = byteBefore(at);
  if ((!isAlpha(before) && before != 0x26) || at + 1 >= limit || !isAlpha(load<u8>(at, 1))) return false;
  const to = shortTagEnd(at, limit);
  if (to == 0 || to >= limit) return false;
  // &<wbr>#106
  if (before == 0x26) return load<u8>(to) == 0x23;
  return isAlpha(load<u8>(to)) || load<u8>(to) == 0x28;
}

/** "><b>: a value that closes, before anything else, what a page opened in front of it. */
// eslint-disable-next-line complexity -- what stands between the quote and the tag
function breaksOut(tag: usize): bool {
  let at = tag;
  while (at > begin && isSpace(load<u8>(at - 1))) at--;
  const close = at;
  while (at > begin && close - at < 8 && (load<u8>(at - 1) == 0x3e || load<u8>(at - 1) == 0x2f)) at--;
  if (at == close || load<u8>(close - 1) != 0x3e || at > begin + 2) return false;
  const quote = byteBefore(at);
  if (!(quote == 0x22 && doubleQuotes == 1) && !(quote == 0x27 && singleQuotes == 1)) return false;
  let name = tag + 1;
  while (name < limit && name - tag < 32 && isWord(load<u8>(name))) name++;
  if (name == tag + 1) return false;
  return name >= limit || load<u8>(name) <= 0x20 || load<u8>(name) == 0x3e || load<u8>(name) == 0x2f;
}

function lookFrom(at: usize): usize {
  return at - begin > LOOK_BACK ? at - LOOK_BACK : begin;
}

/** javascript: with something to run after it, where a URL may begin. */
function isScheme(colon: usize): bool {
  let from = colon;
  while (from > begin && colon - from < 32) {
    const c = <u32>load<u8>(from - 1);
    if (!isAlpha(c) && (c >= 0x20 || c == 0x0b)) break;
    from--;
  }
  if (colon - from == 4 && (load<u32>(from) | 0x20202020) == 0x61746164) {
    const quote = byteBefore(from);
    setSvgCounts(false);
    return (quote == 0x22 || quote == 0x27 || quote == 0x3d) && isScriptUrl(from, limit);
  }
  if (colon - from < 5 || htmlWord(from, colon) != HTML_SCHEME) return false;
  const before = byteBefore(from);
  if (before == 0x2e || before == 0x2d || isWord(before)) return false;
  const next: u32 = colon + 1 < limit ? load<u8>(colon, 1) : 0;
  if (isVoid(colon + 1, limit)) return false;
  // "javascript: a guide (2nd edition)"
  if (isSpace(next)) return false;
  const to = limit - colon > 96 ? colon + 96 : limit;
  return looksLikeScript(colon + 1, to);
}

/** onclick= with script after it, after a quote that leaves an attribute, or at the value's start. */
// eslint-disable-next-line complexity -- the shapes of a handler
function isHandler(equals: usize): bool {
  let to = equals;
  while (to > begin && isSpace(load<u8>(to - 1)) && equals - to < 8) to--;
  const from = lettersBefore(begin, to);
  if (to - from < 5 || (load<u16>(from) | 0x2020) != 0x6e6f || htmlWord(from, to) != HTML_EVENT) return false;
  const before = byteBefore(from);
  if (isWord(before) || before == 0x2e || before == 0x2d || before == 0x24 || before == 0x5b) return false;
  // A quote that opens the value, or one that only typography uses: whatever is assigned.
  if (isTypographic(from) || isAlone(from, equals + 1) || (isQuote(load<u8>(begin)) && onlyQuote(from)))
    return true;
  let value = equals + 1;
  while (value < limit && isSpace(load<u8>(value))) value++;
  const spaced = to != equals || value != equals + 1;
  const quoted = value < limit && (load<u8>(value) == 0x22 || load<u8>(value) == 0x27);
  if (quoted) value++;
  if (value >= limit || load<u8>(value) == 0x7b) return false;
  if (!looksLikeScript(value, handlerEnd(value, quoted))) return false;
  return opensAttribute(from, spaced);
}

/** The handler's name is all there is. */
function isAlone(from: usize, to: usize): bool {
  let at = begin;
  while (at < from && isSpace(load<u8>(at))) at++;
  if (at != from) return false;
  at = to;
  while (at < limit && isSpace(load<u8>(at))) at++;
  return at == limit;
}

/** Between the quote that opens the value and `to` stand names and values of attributes, and no other quote. */
function onlyQuote(to: usize): bool {
  if (to - begin > 96) return false;
  for (let at = begin + 1; at < to; at++) {
    const c = <u32>load<u8>(at);
    if (isQuote(c) || c == 0x2c || c == 0x28 || c == 0x3a || c == 0x3c || c == 0x3e || c == 0x7b)
      return false;
  }
  return to == begin + 1 || isSpace(load<u8>(to - 1)) || load<u8>(to - 1) == 0x2f;
}

function handlerEnd(start: usize, quoted: bool): usize {
  let at = start;
  while (at < limit && at - start < 96 && (quoted || !isSpace(load<u8>(at)))) at++;
  return at;
}

/** Between the last quote, or the value's start, and `to` lie only attributes. */
function opensAttribute(to: usize, spaced: bool): bool {
  let at = to;
  while (at > begin) {
    if (to - at > 200) return false;
    const c = <u32>load<u8>(at - 1);
    if (c == 0x22 || c == 0x27 || c == 0x60) return true;
    if (spaced && c == 0x3b) return false;
    if (c == 0x28 || c == 0x7b || c == 0x7d || c == 0x3c || c == 0x3e || c == 0x29) return false;
    at--;
  }
  return !spaced && to - at < 48;
}
