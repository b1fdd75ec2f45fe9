// Injection of lines: does the value end the line it stands in and begin one of its own, in a mail, in a dialogue with a mail
// server, or in the header of a response?
//
// A line begins behind CR or LF, also behind what is left of them when something decoded too little (%0d%0a, %250a, \r\n written
// out). What stands before the first of them is what an application puts into a line: nothing, a name, an address, a
// URL. Behind prose the same lines are a forwarded mail or a recorded dialogue, which people send to each other.
//
// Only the first LINES lines are read, each up to its colon or first words: linear, and little.
// TEST: test/unit/core/match/mail.spec.ts, test/engine/detectors.test.ts

import { isAlpha, isDigit, isSpace, isWord, lowerByte } from "../bytes/ascii";
import { Span } from "./span";
import { findTrigger } from "./trigger-bytes";
import { wordClass } from "./word-table";
import {
  MAIL_ALONE,
  MAIL_ARGUMENT,
  MAIL_CELLS,
  MAIL_COOKIE,
  MAIL_COPY,
  MAIL_FIELD,
  MAIL_LONGEST,
  MAIL_PATH,
  MAIL_PERSON,
  MAIL_RESPONSE,
  MAIL_SEED,
  MAIL_SLOTS,
  MAIL_TAGGED,
  MAIL_TEXT,
} from "../generated/mail-words";

/** A value can be an injection only if it holds one of: CR LF % \ . Bit set of 256. */
export const LINE_REQUIRED = memory.data<u64>([0x0000002000002400, 0x10000000, 0x0, 0x0]);

/** CR LF % \ as findTrigger wants them. */
const TRIGGERS = memory.data<u8>([
  0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 1, 0, 4, 1, 0, 0, 1, 0, 2, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
]);

/** Longest first line: an address, a subject, a URL. */
const HEAD_MAX: usize = 512;
const LINES: u32 = 12;
const NAME_MAX: usize = 40;
/** Words of the first line that are no prose yet. */
const HEAD_WORDS: u32 = 2;

let begin: usize = 0;
let limit: usize = 0;
let steps: u32 = 0;
/** Where the line break found last ends. */
let breakEnd: usize = 0;

/** True when the value of `at..end` adds lines to a mail or commands to a dialogue with a mail server. */
export function detectMail(at: usize, end: usize, span: Span): bool {
  if (!start(at, end)) return false;
  const first = findBreak(at);
  if (first >= end) return isTagged(afterQuote(at)) && report(at, end, span);
  if (first - at > HEAD_MAX || countWords(at, first) > HEAD_WORDS) return false;
  const plain = isAddressOrNothing(at, first);
  let line = breakEnd;
  let forwarded: u32 = 0;
  for (let lines: u32 = 0; lines < LINES && line < end; lines++) {
    const from = skipMarks(line);
    const kind = lineKind(from, plain);
    if (kind == Line.Command) return report(first, end, span);
    if (kind == Line.Copy) return report(first, end, span);
    if (kind == Line.Person && plain) forwarded++;
    else if (kind == Line.Field && plain) return report(first, end, span);
    const next = findBreak(from);
    if (kind == Line.None && forwarded == 0) return false;
    line = next >= end ? end : breakEnd;
  }
  return forwarded == 1 && report(first, end, span);
}

/** True when the value of `at..end` adds a field to the header of a response, or a response. */
export function detectHeaderLine(at: usize, end: usize, span: Span): bool {
  if (!start(at, end)) return false;
  const first = findBreak(at);
  if (first >= end || first - at > HEAD_MAX || countWords(at, first) > 0 || isField(at, first)) return false;
  // A delimiter of multipart, a fence of Markdown.
  if (first > at && (load<u8>(at) == 0x2d || load<u8>(at) == 0x60)) return false;
  let line = breakEnd;
  for (let lines: u32 = 0; lines < LINES && line < end; lines++) {
    const from = skipMarks(line);
    if (isResponseLine(from)) return report(first, end, span);
    const next = findBreak(from);
    if (next > from && !isField(from, next)) return false;
    line = next >= end ? end : breakEnd;
  }
  return false;
}

/** Bytes looked at so far, for tests of the cost. */
export function mailSteps(): u32 {
  return steps;
}

enum Line {
  None,
  /** A command of SMTP or IMAP. */
  Command,
  /** Cc or Bcc with an address. */
  Copy,
  /** To, From … with an address. */
  Person,
  /** Another field that changes a mail. */
  Field,
}

function start(at: usize, end: usize): bool {
  begin = at;
  limit = end;
  return end - at >= 6;
}

function report(from: usize, to: usize, span: Span): bool {
  span.from = from;
  span.to = to - from > HEAD_MAX ? from + HEAD_MAX : to;
  return true;
}

function byteAt(at: usize): u32 {
  return at < limit ? load<u8>(at) : 0;
}

/** The next line break at or after `from`, or the value's end; `breakEnd` is then behind it. */
function findBreak(from: usize): usize {
  let i = findTrigger(from, limit, TRIGGERS);
  while (i < limit) {
    const to = breakAt(i);
    if (to != 0) {
      steps += <u32>(i - from) + 8;
      breakEnd = to;
      for (let n = 0; n < 3 && breakEnd < limit; n++) {
        const more = breakAt(breakEnd);
        if (more == 0) break;
        breakEnd = more;
      }
      return i;
    }
    i = findTrigger(i + 1, limit, TRIGGERS);
  }
  steps += <u32>(limit - from);
  return limit;
}

/** Behind one CR or LF in any spelling at `at`, 0 when there is none. */
function breakAt(at: usize): usize {
  const c = byteAt(at);
  if (c == 0x0d || c == 0x0a) return at + 1;
  if (c == 0x5c) {
    const letter = byteAt(at + 1);
    return letter == 0x6e || letter == 0x72 ? at + 2 : 0;
  }
  if (c != 0x25) return 0;
  let i = at + 1;
  for (let n = 0; n < 3 && byteAt(i) == 0x32 && byteAt(i + 1) == 0x35; n++) i += 2;
  const digit = lowerByte(byteAt(i + 1));
  return byteAt(i) == 0x30 && (digit == 0x61 || digit == 0x64) ? i + 2 : 0;
}

/** White space and the marks with which probes begin a line. */
function skipMarks(at: usize): usize {
  let i = at;
  while (i < limit && i - at < 6 && (isSpace(load<u8>(i)) || load<u8>(i) == 0x25) && breakAt(i) == 0) i++;
  return i;
}

function afterQuote(at: usize): usize {
  return byteAt(at) == 0x22 || byteAt(at) == 0x27 ? at + 1 : at;
}

/** Blanks between words of the first line. */
function countWords(from: usize, to: usize): u32 {
  let blanks: u32 = 0;
  for (let i = from + 1; i + 1 < to; i++) {
    if (load<u8>(i) == 0x20 && load<u8>(i - 1) != 0x20 && load<u8>(i + 1) != 0x20) blanks++;
  }
  return blanks;
}

function isAddressOrNothing(from: usize, to: usize): bool {
  let address = false;
  for (let i = from; i < to; i++) {
    const c = <u32>load<u8>(i);
    if (c == 0x40) address = true;
    else if (c == 0x20) return false;
  }
  return address || to == from || (to - from == 1 && !isAlpha(load<u8>(from)));
}

/** Name: value, as in a list of fields that someone edits. */
function isField(from: usize, to: usize): bool {
  let i = from;
  while (i < to && i - from < NAME_MAX && (isWord(load<u8>(i)) || load<u8>(i) == 0x2d)) i++;
  return i > from && i < to && load<u8>(i) == 0x3a && (i + 1 >= to || load<u8>(i, 1) != 0x2f);
}

function wordEnd(from: usize): usize {
  let i = from;
  while (i < limit && i - from < NAME_MAX && (isWord(load<u8>(i)) || load<u8>(i) == 0x2d)) i++;
  return i;
}

function classOf(from: usize, to: usize): u32 {
  const len = <u32>(to - from);
  return len == 0 || len > MAIL_LONGEST
    ? 0
    : wordClass(from, len, MAIL_SEED, MAIL_SLOTS, MAIL_CELLS, MAIL_TEXT);
}

function skipBlank(from: usize): usize {
  let i = from;
  while (i < limit && i - from < 8 && (load<u8>(i) == 0x20 || load<u8>(i) == 0x09)) i++;
  return i;
}

/** What the line at `from` is to a mail; its end is looked for only behind a name that is known. */
// eslint-disable-next-line complexity -- one branch per kind of name
function lineKind(from: usize, plain: bool): Line {
  const to = wordEnd(from);
  const kind = classOf(from, to);
  const next = skipBlank(to);
  const c = byteAt(next);
  if (c == 0x3a && kind != 0) {
    if (kind == MAIL_COPY) return namesAddress(next + 1) ? Line.Copy : Line.None;
    if (kind == MAIL_PERSON) return namesAddress(next + 1) ? Line.Person : Line.None;
    return kind == MAIL_FIELD ? Line.Field : Line.None;
  }
  if (kind == MAIL_PATH && next > to) {
    const second = wordEnd(next);
    const len = second - next;
    const name = lowerByte(c);
    return ((len == 2 && name == 0x74) || (len == 4 && name == 0x66)) && byteAt(skipBlank(second)) == 0x3a
      ? Line.Command
      : Line.None;
  }
  if (kind == MAIL_ALONE) return plain && endsLine(next) ? Line.Command : Line.None;
  if (kind == MAIL_ARGUMENT) return plain && next > to && isAlpha(c) ? Line.Command : Line.None;
  return isTagged(from) ? Line.Command : Line.None;
}

function endsLine(at: usize): bool {
  return at >= limit || breakAt(at) != 0;
}

/** An address before the line's end. */
function namesAddress(from: usize): bool {
  const to = min(limit, from + 128);
  for (let i = from; i < to; i++) {
    if (load<u8>(i) == 0x40) return i > from;
    if (breakAt(i) != 0) return false;
  }
  return false;
}

/** a001 FETCH 1:* : a tag of IMAP with a command that has its argument. */
// eslint-disable-next-line complexity -- one branch per kind of command
function isTagged(from: usize): bool {
  let i = from;
  while (i < limit && i - from < 4 && isAlpha(load<u8>(i))) i++;
  const digits = i;
  if (i == from) return false;
  while (i < limit && i - digits < 6 && isDigit(load<u8>(i))) i++;
  if (i == digits || byteAt(i) != 0x20) return false;
  const word = skipBlank(i);
  const to = wordEnd(word);
  const kind = classOf(word, to);
  const next = skipBlank(to);
  if (kind == MAIL_ALONE) return isUpper(word, to) && (endsLine(next) || byteAt(next) == 0x22);
  if (kind != MAIL_TAGGED) return false;
  const c = byteAt(next);
  if (next == to) return endsLine(next) && from > begin && isUpper(word, to);
  return (
    isDigit(c) || c == 0x22 || c == 0x28 || isInbox(next) || (from > begin && isAlpha(c) && isUpper(word, to))
  );
}

function isUpper(from: usize, to: usize): bool {
  for (let i = from; i < to; i++) {
    if (load<u8>(i) & 0x20) return false;
  }
  return true;
}

/** INBOX */
function isInbox(at: usize): bool {
  return at + 5 <= limit && (load<u32>(at) | 0x20202020) == 0x6f626e69 && lowerByte(load<u8>(at, 4)) == 0x78;
}

/** Set-Cookie: name=, another field that takes over a browser, or HTTP/1.1 200. */
function isResponseLine(from: usize): bool {
  const to = wordEnd(from);
  const kind = classOf(from, to);
  const next = skipBlank(to);
  if (byteAt(next) == 0x3a) {
    if (kind == MAIL_RESPONSE) return true;
    if (kind != MAIL_COOKIE) return false;
    return byteAt(wordEnd(skipBlank(next + 1))) == 0x3d;
  }
  if (byteAt(to) != 0x2f || to - from != 4 || (load<u32>(from) | 0x20202020) != 0x70747468) return false;
  return isDigit(byteAt(to + 1)) && isDigit(byteAt(skipBlank(wordEnd(to + 1) + 2)));
}
