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
import { Span } from "./span";
import {
  beginsAsScript,
  entityTo,
  isScriptUrl,
  isSinkWord,
  isVoid,
  looksLikeScript,
  readEntity,
  setSvgCounts,
} from "./xss-script";
import { judgeTag, tagRead, tagTo } from "./xss-tag";
import { findTrigger } from "./trigger-bytes";
import { htmlWord, lettersBefore } from "./xss-words";
import {
  HTML_EVENT,
  HTML_EXPRESSION,
  HTML_GLOBAL,
  HTML_SCHEME,
  HTML_SINK,
  HTML_WEAK_SINK,
} from "../generated/html-words";

/** A value can run script only if it holds one of: < : = ( ` and & (entities). Bit set of 256. */
export const XSS_REQUIRED = memory.data<u64>([0x3400014000000000, 0x100000000, 0x0, 0x0]);

/** Linear work: tags inside attributes of other tags are read again, up to this many times the value's length. */
const BUDGET_FACTOR: usize = 8;
const BUDGET_BASE: usize = 4096;

/** < " ' ` ( : = */
const TRIGGERS = memory.data<u8>([
  4, 0, 1, 0, 0, 0, 0, 1, 1, 0, 2, 0, 2, 2, 0, 0, 0, 0, 1, 2, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0,
]);

const LOOK_BACK: usize = 64;

let begin: usize = 0;
let limit: usize = 0;
let doubleQuotes: u32 = 0;
let singleQuotes: u32 = 0;
let backQuotes: u32 = 0;
let steps: u32 = 0;

/** True when the value of `at..end` runs script in one of the places of a page; `span` is then what was recognised. */
export function detectXss(at: usize, end: usize, span: Span): bool {
  if (end - at < 4) return false;
  begin = at;
  limit = end;
  if (isWholeUrl(at, end)) return report(at, end, span);
  if (scan(at, end, span)) return true;
  if (!holdsEncodedTag(at, end)) return false;
  const decoded = decodeEntities(at, end);
  begin = decoded.at;
  limit = decoded.at + decoded.length;
  return scan(begin, limit, span) && report(at, end, span);
}

/** The value is a URL that runs script. "JavaScript: a guide" is none. */
function isWholeUrl(at: usize, end: usize): bool {
  setSvgCounts(false);
  if (!isScriptUrl(at, end)) return false;
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

/** Bytes looked at so far, for tests of the cost. */
export function xssSteps(): u32 {
  return steps;
}

function report(from: usize, to: usize, span: Span): bool {
  span.from = from;
  span.to = to;
  return true;
}

function scan(start: usize, end: usize, span: Span): bool {
  doubleQuotes = 0;
  singleQuotes = 0;
  backQuotes = 0;
  let budget = (end - start) * BUDGET_FACTOR + BUDGET_BASE;
  let at = start;
  let thrifty = false;
  while (true) {
    at = findTrigger(at, end, TRIGGERS);
    if (at >= end) break;
    switch (<u32>load<u8>(at)) {
      case 0x3c: {
        if (judgeTag(at + 1, end, thrifty)) return report(at, max(tagTo, at + 1), span);
        const cost = max(tagTo, tagRead) - at;
        steps += <u32>cost;
        if (cost > budget) thrifty = true;
        if (thrifty) at = max(at, tagTo - 1);
        else budget -= cost;
        break;
      }
      case 0x22:
        doubleQuotes++;
        break;
      case 0x27:
        singleQuotes++;
        break;
      case 0x60:
        backQuotes++;
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

function lookFrom(at: usize): usize {
  return at - begin > LOOK_BACK ? at - LOOK_BACK : begin;
}

function byteBefore(at: usize): u32 {
  return at > begin ? load<u8>(at - 1) : 0;
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
  let value = equals + 1;
  while (value < limit && isSpace(load<u8>(value))) value++;
  const spaced = to != equals || value != equals + 1;
  const quoted = value < limit && (load<u8>(value) == 0x22 || load<u8>(value) == 0x27);
  if (quoted) value++;
  if (value >= limit || load<u8>(value) == 0x7b) return false;
  if (!looksLikeScript(value, handlerEnd(value, quoted))) return false;
  return opensAttribute(from, spaced);
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

/** document.location = …, out of a string or of &{…} */
function isAssignment(equals: usize): bool {
  let to = equals;
  while (to > begin && isSpace(load<u8>(to - 1)) && equals - to < 8) to--;
  let from = to;
  while (from > begin && to - from < 48 && (isWord(load<u8>(from - 1)) || load<u8>(from - 1) == 0x2e)) from--;
  let word = from;
  while (word < to && isAlpha(load<u8>(word))) word++;
  if (isAliased(equals, from)) return true;
  if (word - from < 3 || htmlWord(from, word) != HTML_GLOBAL) return false;
  if (equals + 1 < limit && load<u8>(equals, 1) == 0x3d) return false;
  if (byteBefore(from) == 0x7b && byteBefore(from - 1) == 0x26) return true;
  return breaksString(from, false);
}

/** a=alert; */
function isAliased(equals: usize, from: usize): bool {
  let to = equals + 1;
  while (to < limit && isAlpha(load<u8>(to))) to++;
  if (to >= limit || (load<u8>(to) != 0x3b && load<u8>(to) != 0x2c)) return false;
  return htmlWord(equals + 1, to) == HTML_SINK && breaksString(from, true);
}

/** alert( or alert` where a statement may begin. */
// eslint-disable-next-line complexity -- the ways to write a call
function isSinkCall(paren: usize): bool {
  let to = paren;
  while (to > begin && paren - to < 8) {
    const c = <u32>load<u8>(to - 1);
    if (c != 0x29 && c != 0x3f && c != 0x2e && c != 0x5c && c > 0x20 && c != 0x2f && c != 0x2a) break;
    to--;
  }
  const last = lettersBefore(begin, to);
  if (to - last < 4) return false;
  const word = htmlWord(last, to);
  if (word == HTML_EXPRESSION) {
    let colon = last;
    while (colon > begin && byteBefore(colon) == 0x20) colon--;
    return byteBefore(colon) == 0x3a;
  }
  if (word != HTML_SINK && word != HTML_WEAK_SINK && !isCallMethod(last, to)) return false;
  let strong = word == HTML_SINK;
  let from = last;
  while (from > begin && last - from < 48 && (isWord(load<u8>(from - 1)) || load<u8>(from - 1) == 0x2e))
    from--;
  if (from != last) {
    let first = from;
    while (first < last && isAlpha(load<u8>(first))) first++;
    if (!isSinkWord(htmlWord(from, first))) return false;
    strong = htmlWord(from, first) == HTML_SINK;
  } else if (byteBefore(from) >= 0x80) return false;
  // script>alert(1): the rest of a tag that something else cut.
  if (strong && byteBefore(from) == 0x3e && byteBefore(from - 1) != 0x3d && byteBefore(from - 1) != 0x2d)
    return true;
  return breaksString(from, strong && (to == paren || load<u8>(to) != 0x20) && beginsArgument(paren + 1));
}

/** alert.call(, eval.apply( */
function isCallMethod(from: usize, to: usize): bool {
  return to - from == 4 && (load<u32>(from) | 0x20202020) == 0x6c6c6163 && byteBefore(from) == 0x2e;
}

/** What prose does not put behind a parenthesis: nothing, a number, a string, a call. */
// eslint-disable-next-line complexity -- one branch per first byte
function beginsArgument(at: usize): bool {
  if (at >= limit) return true;
  const c = <u32>load<u8>(at);
  if (
    isDigit(c) ||
    c == 0x22 ||
    c == 0x27 ||
    c == 0x2f ||
    c == 0x60 ||
    c == 0x29 ||
    c == 0x28 ||
    c == 0x26 ||
    c == 0x5b ||
    c == 0x2b
  )
    return true;
  let to = at;
  while (to < limit && isWord(load<u8>(to))) to++;
  if (to >= limit) return false;
  const next = <u32>load<u8>(to);
  return (
    next == 0x28 ||
    next == 0x3f ||
    next == 0x5b ||
    next == 0x2c ||
    (next == 0x2e && to + 1 < limit && isAlpha(load<u8>(to, 1)))
  );
}

/**
 * True when what stands before `to` leaves a string: an odd quote, then operators; or, with `start`, when
 * only operators and assignments stand between the value's start and `to`.
 */
// eslint-disable-next-line complexity -- scan loop
function breaksString(to: usize, start: bool): bool {
  let at = to;
  let operators: u32 = 0;
  while (at > begin) {
    if (to - at > LOOK_BACK) return false;
    const c = <u32>load<u8>(at - 1);
    if ((c == 0x22 || c == 0x27) && at == begin + 1 && start) return true;
    if (c == 0x22) return operators > 0 && (doubleQuotes & 1) != 0 && endsString(at, to);
    if (c == 0x27) return operators > 0 && (singleQuotes & 1) != 0 && endsString(at, to);
    if (c == 0x60) return operators > 0 && (backQuotes & 1) != 0 && endsString(at, to);
    if (c == 0x24) return operators > 0 && load<u8>(at) == 0x7b;
    if (isOperator(c)) operators++;
    else if (!isSpace(c) && !isAssigned(at)) return false;
    at--;
  }
  return start;
}

/** What follows the quote closes or separates: a bracket that opens is text inside a string. */
function endsString(start: usize, to: usize): bool {
  let at = start;
  while (at < to && isSpace(load<u8>(at))) at++;
  const c = <u32>load<u8>(at);
  return at < to && c != 0x28 && c != 0x5b && c != 0x7b && c != 0x21 && c != 0x3c;
}

/** ; + - * / % & | ^ < > = ? : ! ~ , and brackets */
function isOperator(c: u32): bool {
  return (
    (c > 0x20 && c < 0x30 && c != 0x22 && c != 0x27 && c != 0x24 && c != 0x23 && c != 0x2e) ||
    (c > 0x39 && c < 0x40) ||
    c == 0x5b ||
    c == 0x5d ||
    c == 0x5e ||
    (c > 0x7a && c < 0x7f)
  );
}

/** The letter before `at` belongs to a name that is assigned to: a=alert. */
function isAssigned(at: usize): bool {
  if (!isWord(load<u8>(at - 1))) return false;
  const next: u32 = at < limit ? load<u8>(at) : 0;
  return next == 0x3d || isWord(next);
}
