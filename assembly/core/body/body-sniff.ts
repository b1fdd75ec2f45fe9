// What a body looks like by its first bytes, whatever its content type says.

import { equalsFolded, isAlpha, isSpace, isWord } from "../bytes/ascii";
import { findByte } from "../bytes/find-byte";
import { Text, text } from "../bytes/text";
import { startsScalar } from "./json-scan";

const LESS: u32 = 0x3c;
const DASH: u32 = 0x2d;
const LINE_FEED: u32 = 0x0a;
/** Compared with bytes whose bit 0x20 is set: a dash has it. */
const CONTENT = text("content-");
const DECLARATION = text("<?xml");
const DOCTYPE = text("<!doctype");
const HTML = text("html");
const line = new Text();

export enum Looks {
  /** More bytes are needed. */
  Undecided,
  Json,
  /** A bracket that no JSON goes on after, such as `{{7*7}}` or `[link](…)`. */
  Brackets,
  /** `name=`. */
  Form,
  /** A line that begins with `--`, and a header field `Content-…` behind it. */
  Multipart,
  /** `<?xml`, or `<!DOCTYPE` but not of HTML. */
  Xml,
  /** `<` and a letter. */
  Markup,
  Text,
  Binary,
}

/** Bytes after which a decision is made in any case. */
export const SNIFF_BYTES: u32 = 128;

/** Looks at the first `len` bytes of a body; `isAll` tells that no more come. */
export function sniffBody(at: usize, len: u32, isAll: bool): Looks {
  const isFinal = isAll || len >= SNIFF_BYTES;
  const end = at + len;
  let p = skipMark(at, end);
  while (p < end && isSpace(load<u8>(p))) p++;
  if (p == end) return isFinal ? Looks.Text : Looks.Undecided;
  const first = <u32>load<u8>(p);
  if (first == 0x7b || first == 0x5b) return sniffBracket(first, p + 1, end, isFinal);
  if (first == LESS) {
    const looks = sniffMarkup(p, end, isFinal);
    if (looks != Looks.Text) return looks;
  }
  if (first == DASH) {
    const looks = sniffDelimiter(p, end, isFinal);
    if (looks != Looks.Text) return looks;
  }
  return sniffName(at, p, end, isAll);
}

/** Form, when a name and a `=` are there, else text or binary; `p` is behind the white space. */
function sniffName(at: usize, p: usize, end: usize, isAll: bool): Looks {
  const len = <u32>(end - at);
  const isFinal = isAll || len >= SNIFF_BYTES;
  const name = p;
  while (p < end && isNameByte(load<u8>(p))) p++;
  if (p == end && !isFinal) return Looks.Undecided;
  if (p < end && p > name && load<u8>(p) == 0x3d) return Looks.Form;
  // A name longer than what is looked at.
  if (p == end && !isAll) return Looks.Form;
  if (!isFinal) {
    // Text or binary is told apart by a share of the bytes: by as many of them as can be had.
    return Looks.Undecided;
  }
  return isMostlyText(at, len) ? Looks.Text : Looks.Binary;
}

function sniffBracket(first: u32, p: usize, end: usize, isFinal: bool): Looks {
  while (p < end && isSpace(load<u8>(p))) p++;
  if (p == end) return isFinal ? Looks.Json : Looks.Undecided;
  const c = <u32>load<u8>(p);
  if (c == 0x22 || c == 0x27 || c == 0x2f) return Looks.Json;
  const goesOn = first == 0x7b ? c == 0x7d || isWord(c) || c == 0x24 : startsElement(c);
  return goesOn ? Looks.Json : Looks.Brackets;
}

/** The line that the body begins with, without its line end and padding. */
export function firstLine(at: usize, end: usize): Text {
  at = skipMark(at, end);
  line.at = at;
  line.len = <u32>(findByte(at, end, LINE_FEED) - at);
  while (line.len != 0 && load<u8>(at + (line.len - 1)) <= 0x20) line.len--;
  return line;
}

/** Multipart, or Text for anything else that begins with a dash. */
function sniffDelimiter(at: usize, end: usize, isFinal: bool): Looks {
  if (end - at > 1 && load<u8>(at, 1) != DASH) return Looks.Text;
  const next = findByte(at, end, LINE_FEED) + 1;
  for (let i: usize = 0; i < 8; i++) {
    if (next + i >= end) return isFinal ? Looks.Text : Looks.Undecided;
    if (((<u32>load<u8>(next + i)) | 0x20) != load<u8>(CONTENT.at + i)) return Looks.Text;
  }
  return next - at >= 4 ? Looks.Multipart : Looks.Text;
}

/** Xml, Markup, or Text for anything else that begins with `<`. */
function sniffMarkup(at: usize, end: usize, isFinal: bool): Looks {
  if (end - at < 2) return isFinal ? Looks.Text : Looks.Undecided;
  const c = <u32>load<u8>(at, 1);
  if (isAlpha(c) || c == 0x5f) return Looks.Markup;
  if (c != 0x3f && c != 0x21) return Looks.Text;
  const word = c == 0x3f ? DECLARATION : DOCTYPE;
  const len = min(<u32>(end - at), word.len);
  if (!equalsFolded(at, len, word.at, len)) return Looks.Text;
  if (len < word.len) return isFinal ? Looks.Text : Looks.Undecided;
  if (c == 0x3f) return Looks.Xml;
  let p = at + word.len;
  while (p < end && isSpace(load<u8>(p))) p++;
  if (end - p < 5) return isFinal ? Looks.Xml : Looks.Undecided;
  return equalsFolded(p, 4, HTML.at, 4) && !isWord(load<u8>(p, 4)) ? Looks.Text : Looks.Xml;
}

/** Skips a byte order mark, or what is there of one. */
function skipMark(at: usize, end: usize): usize {
  if (at < end && load<u8>(at) == 0xef) at++;
  else return at;
  if (at < end && load<u8>(at) == 0xbb) at++;
  if (at < end && load<u8>(at) == 0xbf) at++;
  return at;
}

/** Bytes of a form's first name: unreserved ones, brackets, escapes, and pairs without value. */
function isNameByte(c: u32): bool {
  return isWord(c) || c == 0x2d || c == 0x2e || c == 0x25 || c == 0x2b || c == 0x26 || c == 0x5b || c == 0x5d;
}

/** At most one byte in eight is a control character, and none is NUL. */
function isMostlyText(at: usize, len: u32): bool {
  let odd: u32 = 0;
  for (let i: u32 = 0; i < len; i++) {
    const c = <u32>load<u8>(at + i);
    if (c == 0) return false;
    if ((c < 0x20 && !isSpace(c)) || c == 0x7f) odd++;
  }
  return odd * 8 <= len;
}

function startsElement(c: u32): bool {
  return c == 0x7b || c == 0x5b || c == 0x5d || startsScalar(c);
}
