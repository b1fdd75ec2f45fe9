// Reads a run of path-like bytes the way file systems and their careless guards do, and keeps what it leads to: lower-case segments
// joined with "/", "." and empty segments dropped, ".." taking back the segment before it.
//
// A separator is / or \, ";" behind dots, and every spelling of them that decoders half undo: percent escapes of any depth,
// overlong UTF-8, %uXXXX, 0x2f, marks where a byte was lost. Dots come as runs, with blanks or marks between, as %2e, %c0%ae, 0x2e.
//
// One pass; a segment is taken back at most once. What is longer than REACHED_MAX is reached only in its first bytes.

import { hexValue, isAlpha, isWord, lowerByte } from "../bytes/ascii";
import { PATH_CELLS, PATH_LONGEST, PATH_SEED, PATH_SLOTS, PATH_TEXT } from "../generated/path-words";
import { wordClass } from "./word-table";

const REACHED_MAX: u32 = 256;
const NOTHING: u32 = 0xffffffff;

/** Segments that the path leads to, joined with "/". */
export const reached = memory.data(256);
export let reachedLength: u32 = 0;
/** Steps up. */
export let climbs: u32 = 0;
/** Steps up from where nothing was left to take back. */
export let escapes: u32 = 0;
/** It begins at a root: a separator or a drive. */
export let absolute: bool = false;
export let drive: bool = false;
/** Dots or separators in a spelling that only evasion needs. */
export let tricks: u32 = 0;
/** Steps up with "\". */
export let backslashes: u32 = 0;
/** Marks that are part of no path. */
export let junk: u32 = 0;
/** Where the run ends. */
export let runTo: usize = 0;
let runFrom: usize = 0;

/** "." as a segment. */
export let dotted: bool = false;

let segment: u32 = 0;
let lastClimb: bool = false;

/** Reads the run at `start`; `blanks`: a blank may be part of a name. */
// eslint-disable-next-line complexity, max-lines-per-function -- scan loop
export function readPath(start: usize, end: usize, blanks: bool): void {
  runFrom = start;
  reachedLength = 0;
  segment = 0;
  climbs = 0;
  escapes = 0;
  tricks = 0;
  junk = 0;
  backslashes = 0;
  absolute = false;
  dotted = false;
  drive = false;
  let at = start;
  lastClimb = false;
  while (at < end && isSlash(load<u8>(at))) {
    absolute = true;
    at++;
  }
  if (
    at + 1 < end &&
    isAlpha(load<u8>(at)) &&
    isDriveMark(load<u8>(at, 1)) &&
    (at + 2 == end || isSlash(load<u8>(at, 2)))
  ) {
    drive = true;
    absolute = true;
    at += 2;
  }
  while (at < end) {
    const c = <u32>load<u8>(at);
    if (isPlain(c)) {
      at = appendPlain(at, end);
      continue;
    }
    if (c == 0x2e || c == 0x25 || c >= 0xc0 || (c == 0x30 && segment == reachedLength)) {
      const to = readDots(at, end);
      if (to != 0) {
        at = to;
        continue;
      }
    }
    const separator = separatorAt(at, end);
    if (separator != 0) {
      closeSegment();
      if (c == 0x5c && lastClimb) backslashes++;
      lastClimb = false;
      at += separator;
    } else if (isNameByte(c)) {
      append(lowerByte(c));
      at++;
    } else if (c == 0x20 && blanks && at + 1 < end && isWord(load<u8>(at, 1))) {
      append(0x5f);
      at++;
    } else if (c == 0x3a && reachedLength == segment + 1 && (at + 1 == end || isSlash(load<u8>(at, 1)))) {
      // x/c:/y begins anew.
      reachedLength = 0;
      segment = 0;
      drive = true;
      absolute = true;
      at++;
    } else if (isGroup(at, end, c) || (c == 0x20 && blanks && isHiddenDot(at, end))) at++;
    else break;
  }
  closeSegment();
  runTo = at;
}

function isSlash(c: u32): bool {
  return c == 0x2f || c == 0x5c;
}

/** c: c| c$ */
function isDriveMark(c: u32): bool {
  return c == 0x3a || c == 0x7c || c == 0x24;
}

/** A blank before ".." at the beginning of a segment. */
function isHiddenDot(at: usize, end: usize): bool {
  return reachedLength == segment && at + 2 < end && load<u16>(at, 1) == 0x2e2e;
}

/** "(x)" and ";" as segments of a route. */
function isGroup(at: usize, end: usize, c: u32): bool {
  const empty = reachedLength == segment;
  if (c == 0x28) return empty;
  return (c == 0x29 || (c == 0x3b && empty)) && at + 1 < end && isSlash(load<u8>(at, 1));
}

function isNameByte(c: u32): bool {
  return isWord(c) || c == 0x2d || c == 0x2e || c == 0x2b || c == 0x40 || c == 0x7e || c == 0x24 || c >= 0x80;
}

/** No dot, and no separator in any spelling: "0" begins 0x2e. */
function isPlain(c: u32): bool {
  return isAlpha(c) || c - 0x31 < 9 || c == 0x2d || c == 0x5f;
}

/** Appends the plain bytes at `start`: past them. */
function appendPlain(start: usize, end: usize): usize {
  let at = start;
  let length = reachedLength;
  for (; at < end; at++) {
    const c = <u32>load<u8>(at);
    if (!isPlain(c)) break;
    if (length < REACHED_MAX - 1) store<u8>(reached + length++, <u8>lowerByte(c));
  }
  reachedLength = length;
  return at;
}

function append(c: u32): void {
  if (reachedLength < REACHED_MAX - 1) store<u8>(reached + reachedLength++, <u8>c);
}

/** Ends the segment in hand: "/" behind a name, nothing behind "". */
function closeSegment(): void {
  if (reachedLength > segment) {
    // One letter between marks is what is left of an escape.
    if (junk > 0 && reachedLength - segment == 1) reachedLength = segment;
    else {
      append(0x2f);
      segment = reachedLength;
    }
  }
}

/**
 * Two dots or more at the beginning of a segment, or one that is none: past them. 0 when the bytes at `at` are part of a name.
 * Dots before a name without a separator are a step up when there are many (....etc) or when they were escaped.
 */
// eslint-disable-next-line complexity -- one branch per spelling
function readDots(start: usize, end: usize): usize {
  if (reachedLength > segment) {
    // name....etc: many dots end a name.
    if (start + 4 > end || load<u32>(start) != 0x2e2e2e2e) return 0;
    closeSegment();
  }
  let at = start;
  let dots: u32 = 0;
  let spelled: u32 = 0;
  while (at < end) {
    const step = dotAt(at, end);
    if (step == 0) {
      // ". ." and ".?.": a blank or a lost byte between two dots.
      const gap =
        dots > 0 && at + 1 < end && (load<u8>(at) <= 0x20 || load<u8>(at) == 0x3f) ? dotAt(at + 1, end) : 0;
      if (gap == 0 || dots > 64) break;
      spelled++;
      at++;
      continue;
    }
    if (step > 1) spelled++;
    dots++;
    at += step;
  }
  if (dots == 0) return 0;
  const separated = at >= end || separatorAt(at, end) != 0 || load<u8>(at) == 0x3b;
  if (dots == 1) {
    if (!separated) return 0;
    if (spelled > 0) tricks++;
    dotted = true;
    return at;
  }
  if (!separated && (load<u8>(at) == 0x20 || !isNameByte(load<u8>(at)))) return 0;
  if (!separated && dots < 4 && spelled == 0 && !isEtc(at, end)) {
    // "..name" is a name; "..2fetc" has lost its percent sign.
    const mark = <u32>load<u8>(at);
    if (!(
      (mark == 0x32 || mark == 0x35) &&
      at + 1 < end &&
      ((load<u8>(at, 1) | 0x20) == 0x66 || (load<u8>(at, 1) | 0x20) == 0x63)
    ))
      return 0;
    at += 2;
    spelled++;
  }
  if (spelled > 0 || dots > 2) tricks++;
  climb(dots > 3 && !separated ? 2 : 1);
  if (at < end && load<u8>(at) == 0x3b) {
    tricks++;
    at++;
  }
  return at;
}

/** "etc" and a separator: ..etc/passwd is what is left when a guard takes slashes out. */
function isEtc(at: usize, end: usize): bool {
  return at + 4 < end && (load<u32>(at) | 0x20202020) == 0x2f637465;
}

function climb(count: u32): void {
  lastClimb = true;
  for (let i: u32 = 0; i < count; i++) {
    climbs++;
    if (reachedLength == 0) {
      escapes++;
      continue;
    }
    reachedLength--;
    while (reachedLength > 0 && load<u8>(reached + reachedLength - 1) != 0x2f) reachedLength--;
    segment = reachedLength;
  }
}

/** Bytes of one dot at `at`: . %2e %252e %c0%ae %c0%2e %u002e %uff0e 0x2e; 0 = none. */
function dotAt(at: usize, end: usize): usize {
  const c = <u32>load<u8>(at);
  if (c == 0x2e) return 1;
  if (c == 0x30) return hexMark(at, end) == 0x2e ? 4 : 0;
  if (c >= 0xc0) {
    const to = overlongEnd(at, end);
    return to != 0 && escaped == 0x2e ? to - at : 0;
  }
  if (c != 0x25) return 0;
  const to = escapeEnd(at, end);
  if (to == 0) return 0;
  return escaped == 0x2e ? to - at : 0;
}

/** Bytes of one separator at `at`, 0 when there is none. */
function separatorAt(at: usize, end: usize): usize {
  const c = <u32>load<u8>(at);
  if (isSlash(c)) return 1;
  if (c == 0x25) {
    const to = escapeEnd(at, end);
    if (to == 0) {
      junk++;
      return 1;
    }
    if (escaped == 0x2e) return 0;
    if (escaped == NOTHING) junk++;
    tricks++;
    return to - at;
  }
  if (c == 0x30) {
    const byte = hexMark(at, end);
    if (byte != 0x2f && byte != 0x5c) return 0;
    tricks++;
    return 4;
  }
  if (c == 0x3f || c == 0x5e || (c == 0 && at + 1 < end && isSlash(load<u8>(at, 1)))) {
    junk++;
    return 1;
  }
  if (c >= 0x80) return separatorOfHigh(at, end, c);
  // A control before a separator or a dot.
  if (c < 0x20 && at + 1 < end && !isWord(load<u8>(at, 1)) && load<u8>(at, 1) != 0x20) {
    junk++;
    return 1;
  }
  return 0;
}

/** Overlong forms, bytes that are no UTF-8, characters for private use, and the slashes U+2215 U+2216 U+FF0F U+FF3C. */
// eslint-disable-next-line complexity -- one branch per script
function separatorOfHigh(at: usize, end: usize, c: u32): usize {
  const to = overlongEnd(at, end);
  if (to != 0) {
    if (escaped == 0x2e) return 0;
    tricks++;
    return to - at;
  }
  if (at + 2 < end && (c == 0xe2 || c == 0xee || c == 0xef)) {
    const tail = <u32>load<u16>(at, 1);
    // Characters for private use: what %uF025 becomes.
    const unassigned = c == 0xee || (c == 0xef && (tail & 0xff) < 0xa4);
    if (unassigned || tail == 0x9588 || tail == 0x9688 || tail == 0x8fbc || tail == 0xbcbc) {
      tricks++;
      return 3;
    }
  }
  if (c >= 0xc2 && c < 0xf5 && at + 1 < end && (load<u8>(at, 1) & 0xc0) == 0x80) return 0;
  if (c < 0xc0 && at > runFrom && load<u8>(at - 1) >= 0x80) return 0;
  junk++;
  return 1;
}

/** Past an overlong form of an ASCII byte at `at`, with what it stands for in `escaped`; 0 when there is none. */
function overlongEnd(at: usize, end: usize): usize {
  const c = <u32>load<u8>(at);
  if (at + 1 >= end) return 0;
  let last = <u32>load<u8>(at, 1);
  let to = at + 2;
  if (c == 0xc0 || c == 0xc1) {
    // %c1%pc, of which only the first was decoded.
    if (last == 0x25 && to + 1 < end && isWord(load<u8>(to)) && isWord(load<u8>(to, 1))) to += 2;
  } else if ((c == 0xe0 || c == 0xf0 || c == 0xf8 || c == 0xfc) && last == 0x80) {
    while (to < end && to - at < 6 && (load<u8>(to) & 0xc0) == 0x80) last = load<u8>(to++);
  } else return 0;
  escaped = (last & 0x3f) == 0x2e || last == 0x5e || last == 0xfe ? 0x2e : 0x2f;
  // %c0. : the dot itself was left.
  if (last == 0x2e) escaped = 0x2e;
  return to;
}

/** The byte that 0x2e, 0x2f, 0x5c stand for. */
function hexMark(at: usize, end: usize): u32 {
  if (at + 3 >= end || (load<u8>(at, 1) | 0x20) != 0x78) return 0;
  const high = hexValue(load<u8>(at, 2));
  const low = hexValue(load<u8>(at, 3));
  return high < 0 || low < 0 ? 0 : ((<u32>high) << 4) | (<u32>low);
}

/** What the escape that escapeEnd() read stands for: . / \ or NOTHING. */
let escaped: u32 = NOTHING;

/** Past the escape at `at`, of any depth and in any of the wrong spellings; 0 when "%" is a sign. */
// eslint-disable-next-line complexity -- one branch per spelling
function escapeEnd(start: usize, end: usize): usize {
  escaped = NOTHING;
  let at = start + 1;
  // %25252e
  while (at + 1 < end && load<u8>(at) == 0x32 && load<u8>(at, 1) == 0x35) at += 2;
  if (at < end && load<u8>(at) == 0x25) at++;
  if (at >= end) return 0;
  const c = (<u32>load<u8>(at)) | 0x20;
  const next: u32 = at + 1 < end ? load<u8>(at, 1) : 0;
  if (c == 0x75 && at + 4 < end && isWord(next)) {
    const code = (hexByte(at + 1) << 8) | hexByte(at + 3);
    escaped = code == 0x2e || code == 0xff0e ? 0x2e : 0x2f;
    return at + 5;
  }
  // %2%f %5%c
  if (next == 0x25 && at + 2 < end && (load<u8>(at) == 0x32 || load<u8>(at) == 0x35)) {
    const low = (<u32>load<u8>(at, 2)) | 0x20;
    escaped = low == 0x65 ? 0x2e : 0x2f;
    return at + 3;
  }
  // %%32%66
  if (isWord(c) && isWord(next)) {
    const byte = hexByte(at);
    at += 2;
    if (byte == 0x2e) escaped = 0x2e;
    else if (byte == 0x2f || byte == 0x5c) escaped = 0x2f;
    else if (byte == 0xc0 || byte == 0xc1 || byte == 0xe0 || byte == 0xf0 || byte == 0xf8 || byte == 0xfc) {
      // Overlong: what the last of its bytes says.
      let last: u32 = 0;
      while (at + 2 < end && load<u8>(at) == 0x25 && hexValue(load<u8>(at, 1)) >= 0) {
        last = hexByte(at + 1);
        at += 3;
        if ((last & 0xc0) != 0x80 || last == 0xae || last == 0xaf || last == 0x9c) break;
      }
      if (last == 0 && at < end && load<u8>(at) == 0x2e) at++;
      escaped = (last & 0x3f) == 0x2e ? 0x2e : 0x2f;
    }
    return at;
  }
  return 0;
}

function hexByte(at: usize): u32 {
  const high = hexValue(load<u8>(at));
  const low = hexValue(load<u8>(at, 1));
  return high < 0 || low < 0 ? 0x100 : ((<u32>high) << 4) | (<u32>low);
}

/** Class in generated/path-words of bytes `from..to` of what was reached. */
export function pathWord(from: u32, to: u32): u32 {
  const len = to - from;
  return len == 0 || len > PATH_LONGEST
    ? 0
    : wordClass(reached + from, len, PATH_SEED, PATH_SLOTS, PATH_CELLS, PATH_TEXT);
}
