// One tag of HTML as the tokeniser of the HTML standard (13.2.5) reads it, and whether it can run script.

import { isAlpha, isSpace } from "../bytes/ascii";
import { beginsAsScript, isScriptUrl, looksLikeScript, setSvgCounts } from "./xss-script";
import { isBareHost, isProbeName, isProbeText, isSpelledTag } from "./xss-spelled";
import { hidesDeclaration, hidesRule, isScriptStyle } from "./xss-style";
import { byteBefore, isQuote } from "./xss-text";
import { htmlWord, lettersAfter, lettersBefore } from "./xss-words";
import * as W from "../generated/html-words";

/** Where the tag that judgeTag() read last ends. */
export let tagTo: usize = 0;
/** How far judgeTag() had to read: a style element's text, too. */
export let tagRead: usize = 0;

const STYLE_GLANCE: usize = 64;
const SCRIPT_GLANCE: usize = 512;
const ATTRIBUTES_MAX: u32 = 256;

let element: u32 = 0;
let closing: bool = false;
/** The element has an attribute with a value. */
let valued: bool = false;
let relation: bool = false;
let source: bool = false;
/** The value ends right after the attribute's equals sign. */
let cut: bool = false;
let nameFrom: usize = 0;
let nameTo: usize = 0;
let valueFrom: usize = 0;
let valueTo: usize = 0;

/**
 * `at` is just after `<`. True when the tag there, however broken, can run script. `thrifty`: the caller's budget is spent, read no
 * more than STYLE_GLANCE of a style element's text.
 */
// eslint-disable-next-line complexity -- the ways a tag may begin
export function judgeTag(start: usize, end: usize, thrifty: bool): bool {
  let at = start;
  tagTo = start;
  tagRead = start;
  if (at >= end) return false;
  if (isSpelledTag(at, end) && !isMentioned(at, end)) return true;
  closing = load<u8>(at) == 0x2f;
  if (closing) at++;
  if (at >= end) return false;
  const c = <u32>load<u8>(at);
  if (c == 0x3f) return judgeInstruction(at + 1, end);
  // </* style=…: no closing tag for older browsers, which read on.
  if (closing && (load<u8>(at) == 0x2f || load<u8>(at) == 0x2a)) {
    element = 0;
    tagTo = at;
    return readAttributes(at, end, true);
  }
  // <<script and <\0script: older parsers drop the NUL.
  while (at < end && load<u8>(at) == 0) at++;
  if (at >= end || !isAlpha(load<u8>(at))) return false;
  let to = at;
  let name = at;
  let equals: usize = 0;
  while (to < end && !endsName(load<u8>(to)) && to - at < 256) {
    if (load<u8>(to) == 0x3a && equals == 0) name = to + 1;
    else if (load<u8>(to) == 0x3d && equals == 0) equals = to;
    to++;
  }
  element = htmlWord(name, to);
  valued = false;
  relation = false;
  source = false;
  tagTo = to;
  if (to - at >= 256) return false;
  // <imgsrc=…
  if (equals != 0 && isScriptUrl(equals + 1, to)) return true;
  if (isProbeName(at, name, to)) return true;
  if (element == W.HTML_SCRIPT && !closing && to < end && load<u8>(to) == 0x3c) return true;
  if (readAttributes(to, end, true)) return true;
  return judgeElement(end, thrifty) || (valued && isBareHost(valueFrom, valueTo) && isProbeText(tagTo, end));
}

/** `<script>` in markdown, or "use <script> and …": the name of the element, not the element. */
function isMentioned(at: usize, end: usize): bool {
  let to = at;
  while (to < end && load<u8>(to) != 0x3e && to - at < 16) to++;
  if (to + 1 >= end || load<u8>(to) != 0x3e) return false;
  if (isBetween(at, to, 0x60)) return true;
  const before = byteBefore(at - 2);
  if (byteBefore(at - 1) != 0x20 || !(isAlpha(before) || before == 0x2c)) return false;
  const next = <u32>load<u8>(to, 1);
  if (next == 0x2e || next == 0x2c) return to + 2 >= end || isSpace(load<u8>(to, 2));
  const after: u32 = to + 2 < end ? load<u8>(to, 2) : 0;
  return next == 0x20 && (isAlpha(after) || after == 0x28);
}

function isBetween(at: usize, to: usize, c: u32): bool {
  return byteBefore(at - 1) == c && <u32>load<u8>(to, 1) == c;
}

function endsName(c: u32): bool {
  return isSpace(c) || c == 0x2f || c == 0x3e || c == 0x3c || c == 0x22 || c == 0x27 || c == 0x5c;
}

/** <?import, <?xml-stylesheet */
function judgeInstruction(at: usize, end: usize): bool {
  const to = lettersAfter(at, end);
  tagTo = to;
  if (htmlWord(at, to) == W.HTML_WEAK_SINK) return true;
  return to - at == 3 && end - to > 11 && load<u32>(to) == 0x7974732d && (load<u8>(at) | 0x20) == 0x78;
}

/** What the element is, once its attributes have been read. */
function judgeElement(end: usize, thrifty: bool): bool {
  if (closing) return false;
  switch (element) {
    case W.HTML_SCRIPT:
      if (source || (valued && tagTo >= end)) return true;
      return tagTo < end ? beginsAsScript(tagTo, end) || (!thrifty && holdsScript(tagTo, end)) : false;
    case W.HTML_STYLE:
      tagRead = thrifty && end - tagTo > STYLE_GLANCE ? tagTo + STYLE_GLANCE : styleEnd(tagTo, end);
      return isScriptStyle(tagTo, tagRead) || hidesRule(tagTo, tagRead);
    case W.HTML_ACTIVE:
      return valued;
    case W.HTML_LINK:
      return relation && source;
    case W.HTML_BASE:
      return source;
    default:
      return false;
  }
}

/** A closed element whose text is more than words: "<script> and </script>" is prose. */
function holdsScript(start: usize, end: usize): bool {
  const to = end - start > SCRIPT_GLANCE ? start + SCRIPT_GLANCE : end;
  let marks: u32 = 0;
  for (let at = start; at + 1 < to; at++) {
    const c = <u32>load<u8>(at);
    tagRead = at;
    if (c == 0x3c && (load<u8>(at, 1) == 0x2f || load<u8>(at, 1) == 0x5c)) return marks > 0;
    if (c == 0x60) return false;
    if (!isAlpha(c) && !isSpace(c) && c != 0x2c && c != 0x2e && c < 0x80) marks++;
  }
  return false;
}

function styleEnd(start: usize, end: usize): usize {
  let at = start;
  while (at + 1 < end && load<u16>(at) != 0x2f3c) at++;
  return at + 1 < end ? at : end;
}

/**
 * Attributes from `at` to the tag's end. `inTag` is false when the value itself broke out of an attribute: there only names made
 * of letters are attributes. True when one of them runs script.
 */
export function readAttributes(start: usize, end: usize, inTag: bool): bool {
  let at = start;
  for (let count: u32 = 0; count < ATTRIBUTES_MAX; count++) {
    while (at < end && isGap(load<u8>(at))) at++;
    if (at >= end || load<u8>(at) == 0x3e) {
      tagTo = at < end ? at + 1 : end;
      return false;
    }
    at = readAttribute(at, end);
    tagTo = at;
    if (valueTo > valueFrom ? judgeAttribute(inTag) : cut && inTag && judgeCut()) return true;
  }
  return false;
}

function isGap(c: u32): bool {
  return isSpace(c) || c == 0x2f || c == 0;
}

/** The tag was cut after `name=`: what would have come is not for the reader to guess, the name is enough. */
function judgeCut(): bool {
  const word = attributeWord();
  valued = true;
  if (word == W.HTML_URL) source = relation = true;
  return word == W.HTML_EVENT;
}

/** Name and value into the module's variables; answers where the attribute ends. */
// eslint-disable-next-line complexity -- scan loop
function readAttribute(start: usize, end: usize): usize {
  let at = start;
  cut = false;
  nameFrom = at;
  if (load<u8>(at) == 0x3d) at++;
  while (at < end) {
    const c = <u32>load<u8>(at);
    if (c == 0x3d || c == 0x3e || c == 0x2f || isSpace(c)) break;
    at++;
  }
  nameTo = at;
  valueFrom = valueTo = at;
  let value = at;
  while (value < end && isGap(load<u8>(value))) value++;
  if (value >= end || load<u8>(value) != 0x3d) return at;
  value++;
  while (value < end && isSpace(load<u8>(value))) value++;
  // \"…\": the markup was in a string once.
  const escaped = value + 1 < end && load<u8>(value) == 0x5c && isQuote(load<u8>(value, 1));
  if (escaped) value++;
  valueFrom = value;
  if (startsHandler(value, end)) return value;
  if (value >= end) {
    cut = true;
    valueTo = value;
    return value;
  }
  const quote = <u32>load<u8>(value);
  if (quote == 0x22 || quote == 0x27 || quote == 0x60) {
    valueFrom = ++value;
    while (value < end && <u32>load<u8>(value) != quote) value++;
    valueTo = escaped && value > valueFrom && load<u8>(value - 1) == 0x5c ? value - 1 : value;
    return value < end ? value + 1 : end;
  }
  while (value < end && load<u8>(value) != 0x3e && (!isSpace(load<u8>(value)) || goesOn(value, end))) value++;
  valueTo = value;
  return value;
}

/** A blank between character references: what was sent as one value has been broken into lines. */
function goesOn(at: usize, end: usize): bool {
  return at + 2 < end && load<u16>(at, 1) == 0x2326 && load<u16>(valueFrom) == 0x2326;
}

/** src= onerror=…: the first attribute was left empty. */
function startsHandler(at: usize, end: usize): bool {
  if (at + 5 >= end || (load<u16>(at) | 0x2020) != 0x6e6f || !isSpace(load<u8>(at - 1))) return false;
  const to = lettersAfter(at, end);
  if (to >= end || load<u8>(to) != 0x3d || htmlWord(at, to) != W.HTML_EVENT) return false;
  valueTo = valueFrom;
  return true;
}

// eslint-disable-next-line complexity -- one branch per attribute
function judgeAttribute(inTag: bool): bool {
  if (isEventName(nameFrom, nameTo)) return load<u8>(valueFrom) != 0x7b;
  valued = true;
  const word = attributeWord();
  setSvgCounts(element == W.HTML_ACTIVE || element == W.HTML_SCRIPT || nameTo - nameFrom != 3);
  switch (word) {
    case W.HTML_SRCDOC:
    case W.HTML_FORMACTION:
      return inTag;
    case W.HTML_STYLE:
      return (
        isScriptStyle(valueFrom, valueTo) ||
        isScriptUrl(valueFrom, valueTo) ||
        (inTag && hidesDeclaration(valueFrom, valueTo))
      );
    case W.HTML_ATTRIBUTE_NAME:
      return element == W.HTML_ANIMATE && isDangerousTarget();
    case W.HTML_HTTP_EQUIV:
      return element == W.HTML_META && isDangerousHeader();
    case W.HTML_BINDING:
      return inTag;
    case W.HTML_URL:
      if (element == W.HTML_SCRIPT) source = source || !isLocalScript();
      else if (element == W.HTML_LINK || element == W.HTML_BASE) source = true;
      if (element == W.HTML_META) return isUtf7() || isRefreshToScript();
      return isScriptUrl(valueFrom, valueTo) || (inTag && isHiddenHost());
    default:
      if (element == W.HTML_META && isCharset()) return true;
      if (element == W.HTML_STYLE && valueTo - valueFrom > 6 && load<u8>(valueFrom, 5) == 0x6a) return true;
      if (element == W.HTML_LINK && nameTo - nameFrom == 3 && (load<u8>(nameFrom) | 0x20) == 0x72)
        relation = isActiveRelation();
      return inTag && isScriptUrl(valueFrom, valueTo);
  }
}

/** http://0x42.0x66.7.147/, http://1113982867/, http://%77%77%77…: an address that is to be read by no person. */
// eslint-disable-next-line complexity -- the notations of an address
function isHiddenHost(): bool {
  let at = valueFrom;
  if (valueTo - at > 7 && (load<u32>(at) | 0x20202020) == 0x70747468) at += load<u8>(at, 4) == 0x3a ? 5 : 6;
  else if (nameTo - nameFrom != 10) return false;
  if (valueTo - at < 8 || load<u16>(at) != 0x2f2f) return false;
  // xlink:href="//…" is never written by an editor of drawings.
  if (nameTo - nameFrom == 10 && at == valueFrom) return true;
  at += 2;
  const first = <u32>load<u8>(at);
  const second = (<u32>load<u8>(at, 1)) | 0x20;
  if (first == 0x30 && (second == 0x78 || second - 0x30 < 10)) return true;
  let digits: u32 = 0;
  while (at < valueTo && load<u8>(at) != 0x2f && load<u8>(at) != 0x3f) {
    if (load<u8>(at) == 0x25 && at + 2 < valueTo && load<u8>(at, 1) - 0x34 < 4) return true;
    digits = <u32>load<u8>(at) - 0x30 < 10 ? digits + 1 : 100;
    if (digits >= 100) return false;
    at++;
  }
  return digits > 7 && digits < 12;
}

/** Class of the attribute's name, of its part after a prefix where the whole is unknown (x:href). */
function attributeWord(): u32 {
  const word = htmlWord(nameFrom, nameTo);
  if (word != 0) return word;
  let at = nameTo;
  while (at > nameFrom && load<u8>(at - 1) != 0x3a && nameTo - at < 32) at--;
  return at > nameFrom && load<u8>(at - 1) == 0x3a ? htmlWord(at, nameTo) : 0;
}

/** onclick and its kind; a name nobody knows counts when its value looks like script. */
export function isEventName(from: usize, to: usize): bool {
  let at = from;
  let word = lettersAfter(at, to);
  if (word - at < 5 || (load<u16>(at) | 0x2020) != 0x6e6f) {
    at = lettersBefore(from, to);
    word = to;
    if (word - at < 5 || (load<u16>(at) | 0x2020) != 0x6e6f) return isSplitEvent(from, to);
  }
  const known = htmlWord(at, word);
  if (known == W.HTML_EVENT) return true;
  return known == 0 && (word - at < 14 || looksLikeScript(valueFrom, valueTo));
}

/** A name with controls inside it. */
function isSplitEvent(from: usize, to: usize): bool {
  return htmlWord(from, to) == W.HTML_EVENT;
}

/** attributeName of an animation: href, or a handler. */
function isDangerousTarget(): bool {
  const word = htmlWord(valueFrom, valueTo);
  if (word == W.HTML_URL || word == W.HTML_EVENT) return true;
  return valueTo - valueFrom == 9 && (load<u8>(valueFrom) | 0x20) == 0x69;
}

/** http-equiv: refresh, set-cookie, link */
function isDangerousHeader(): bool {
  const first = (<u32>load<u8>(valueFrom)) | 0x20;
  const len = valueTo - valueFrom;
  return (first == 0x72 && len == 7) || (first == 0x73 && len == 10) || (first == 0x6c && len == 4);
}

/** charset=x-imap4-modified-utf7 and other encodings in which markup is written without its bytes. */
function isCharset(): bool {
  if (nameTo - nameFrom != 7 || (load<u32>(nameFrom) | 0x20202020) != 0x72616863) return false;
  return (load<u8>(valueFrom) | 0x20) == 0x78 || (load<u8>(valueTo - 1) == 0x37 && valueTo - valueFrom > 4);
}

/** content="text/html; charset=utf-7" */
function isUtf7(): bool {
  return (
    valueTo - valueFrom > 5 &&
    (load<u32>(valueTo - 5) | 0x20202020) == 0x2d667475 &&
    load<u8>(valueTo - 1) == 0x37
  );
}

/** content="0;url=javascript:…" */
function isRefreshToScript(): bool {
  let at = valueFrom;
  while (at < valueTo && load<u8>(at) != 0x3b) at++;
  while (at < valueTo && (load<u8>(at) == 0x3b || isSpace(load<u8>(at)))) at++;
  if (valueTo - at > 4 && load<u8>(at, 3) == 0x3d) at += 4;
  return at < valueTo && isScriptUrl(at, valueTo);
}

/** rel=stylesheet, import, preload, prefetch … of another origin count alike: all but icons and links for people. */
function isActiveRelation(): bool {
  const first = (<u32>load<u8>(valueFrom)) | 0x20;
  const len = valueTo - valueFrom;
  return (first == 0x73 && len == 10) || (first == 0x69 && len == 6) || (first == 0x70 && len > 6);
}

/** src="app.js": the page's own script, which an attacker gains nothing by. */
function isLocalScript(): bool {
  if (valueTo - valueFrom < 4 || load<u8>(valueFrom) == 0x2f || load<u8>(valueFrom) == 0x5c) return false;
  if (load<u16>(valueTo - 2) != 0x736a || load<u8>(valueTo - 3) != 0x2e) return false;
  for (let at = valueFrom; at < valueTo; at++) {
    if (load<u8>(at) == 0x3a || load<u8>(at) == 0x26) return false;
  }
  return true;
}
