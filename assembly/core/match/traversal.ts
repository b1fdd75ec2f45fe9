// Path traversal and file inclusion: does the value lead where no client has business: up out of its directory, to a file of the
// system or of the server?
//
// A run of path bytes is reduced to what it reaches (path-reader.ts). A value that is such a run as a whole – perhaps behind "=" or
// "file:", perhaps cut by a NUL – is judged by where it leads: ../images/logo.png is a link, ../config.php is none. A run
// within a text has to climb to a file of the system, or so far that nobody writes it.
//
// Runs do not overlap; looking back for where one begins stops at the end of the one before. TEST: test/engine/detectors.test.ts,
// test/rules/path-traversal.yaml

import { isAlpha, isSpace, isWord, lowerByte } from "../bytes/ascii";
import {
  PATH_ACCOUNTS,
  PATH_CELLS,
  PATH_LOG,
  PATH_LOGFILE,
  PATH_PUBLIC,
  PATH_SCRIPT,
  PATH_SECRET,
  PATH_SETTINGS,
  PATH_SYSTEM,
  PATH_TOP,
  PATH_WEAK_TOP,
} from "../generated/path-words";
import {
  CLASS_BEYOND,
  CLASS_CONTROL,
  CLASS_SPACE,
  MARK_BACKSLASH,
  MARK_BLANK,
  MARK_CARET,
  MARK_PERCENT,
  MARK_QUESTION,
  MARK_SLASH,
} from "./mark-classes";
import {
  absolute,
  backslashes,
  climbs,
  dotted,
  drive,
  escapes,
  junk,
  pathWord,
  reached,
  reachedLength,
  readPath,
  runTo,
  tricks,
} from "./path-reader";
import { Span } from "./span";
import { isStreamWrapper } from "./stream-wrapper";
import { findTrigger } from "./trigger-bytes";
import { mayBeginWord } from "./word-table";

/** A value is detected only if it holds one of: . / % \ : Bit set of 256. */
export const TRAVERSAL_REQUIRED = memory.data<u64>([0x0400c02000000000, 0x0000000010000000, 0, 0]);

/** . % = : */
const TRIGGERS = memory.data<u8>([
  0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 2, 0, 0, 2, 1, 0, 0, 0, 1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
]);

/** Of what separates segments, in any spelling but 0x2f and 0x5c. */
const SEPARATORS: u64 =
  MARK_SLASH | MARK_BACKSLASH | MARK_PERCENT | MARK_QUESTION | MARK_CARET | CLASS_CONTROL | CLASS_BEYOND;

const LOOK_BACK: usize = 128;
const SEGMENTS_MAX: u32 = 24;
/** More steps than relative paths between the files of a project have. */
const FAR: u32 = 8;

let steps: u32 = 0;
/** The value has blanks before the byte in hand. */
let blanks: u32 = 0;

/**
 * True when the value of `at..end` leads to a file it should not; `span` is then the path. `classes`: those that may occur in the
 * value.
 */
export function detectTraversal(at: usize, end: usize, classes: u64, span: Span): bool {
  if (end - at < 3) return false;
  steps += <u32>(end - at);
  if ((classes & SEPARATORS) == 0 && !holdsStep(at, end)) return false;
  const start = skipEdge(at, end);
  if (start >= end) return false;
  blanks = 0;
  let floor = start;
  if (beginsPath(start, end)) {
    const from = skipFileScheme(start, end);
    readPath(from, end, true);
    steps += <u32>(runTo - from);
    if (isWhole(end) && (isTarget() || (from > start && isFileUrlTarget()))) return report(start, span);
    if (reachesWithin()) return report(start, span);
    floor = runTo;
  }
  return searchWithin(start, floor, end, (classes & (MARK_BLANK | CLASS_SPACE)) != 0, span);
}

/**
 * A value without separators (dates, addresses of mail, amounts, sentences) is one segment, which leads nowhere. It has to hold two
 * dots, side by side or with a blank between, a byte spelled 0x2e, or a colon behind the last letter of file, netdoc or data.
 * What is told here are pairs of bytes, sixteen at a time: a dot or blank and a dot, "0x", a letter of which two bits are not looked
 * at and a colon.
 */
function holdsStep(start: usize, end: usize): bool {
  let at = start;
  if (end - at > 16) {
    const last = end - 17;
    for (; at < last; at += 16) if (holdsStepIn(at)) return true;
    return holdsStepIn(last);
  }
  for (; at + 1 < end; at++) {
    const c = <u32>load<u8>(at);
    const next = <u32>load<u8>(at, 1);
    if (next == 0x2e) {
      if (c == 0x2e || c == 0x20) return true;
    } else if (next == 0x3a) {
      if (((c | 0x20) & 0xf9) == 0x61) return true;
    } else if (c == 0x30 && (next | 0x20) == 0x78) return true;
  }
  return false;
}

/** The same of the sixteen pairs that begin at `at`. */
function holdsStepIn(at: usize): bool {
  const here = v128.load(at);
  const next = v128.load(at, 1);
  const blank = i8x16.splat(0x20);
  const dots = v128.and(
    i8x16.eq(next, i8x16.splat(0x2e)),
    v128.or(i8x16.eq(here, i8x16.splat(0x2e)), i8x16.eq(here, blank)),
  );
  const hex = v128.and(i8x16.eq(here, i8x16.splat(0x30)), i8x16.eq(v128.or(next, blank), i8x16.splat(0x78)));
  const letter = i8x16.eq(v128.and(v128.or(here, blank), i8x16.splat(<i8>0xf9)), i8x16.splat(0x61));
  const scheme = v128.and(letter, i8x16.eq(next, i8x16.splat(0x3a)));
  return v128.any_true(v128.or(v128.or(dots, hex), scheme));
}

/** Bytes looked at so far, for tests of the cost. */
export function traversalSteps(): u32 {
  return steps;
}

function report(from: usize, span: Span): bool {
  span.from = from;
  span.to = runTo;
  return true;
}

/** Blanks, quotes and marks before a path that is the whole value. */
function skipEdge(at: usize, end: usize): usize {
  let start = at;
  while (start < end && start - at < 8) {
    const c = <u32>load<u8>(start);
    if (!isSpace(c) && c != 0 && c != 0x22 && c != 0x27 && c != 0x3d && c != 0x3c && c != 0x7c && c != 0x60)
      break;
    start++;
  }
  return start;
}

/** A path, not a word, stands at `at`. */
// eslint-disable-next-line complexity -- one branch per first byte
function beginsPath(at: usize, end: usize): bool {
  const c = <u32>load<u8>(at);
  if (c == 0x2f || c == 0x5c || c == 0x2e || c == 0x25 || c == 0x3f || c == 0x5e || c >= 0xc0) return true;
  if (c == 0x30) return at + 3 < end && (load<u8>(at, 1) | 0x20) == 0x78;
  const next = <u32>load<u8>(at, 1);
  if (isAlpha(c) && (next == 0x3a || next == 0x7c || next == 0x24)) return true;
  if (skipFileScheme(at, end) > at) return true;
  // web-inf/…, x/../…
  for (let i = at; i < end && i - at < 32; i++) {
    const byte = <u32>load<u8>(i);
    if (byte == 0x2f || byte == 0x5c) return true;
    if (!isWord(byte) && byte != 0x2d && byte != 0x2e) return false;
  }
  return false;
}

/** Past "file:", "url:file:", "netdoc:" and a local host behind it. */
function skipFileScheme(at: usize, end: usize): usize {
  let i = at;
  if (matches(i, end, 0x3a6c7275)) i += 4;
  if (matches(i, end, 0x656c6966) && i + 4 < end && load<u8>(i, 4) == 0x3a) i += 5;
  else if (matches(i, end, 0x6474656e) && i + 6 < end && load<u8>(i, 6) == 0x3a) i += 7;
  else return at;
  const slashes = i;
  while (i < end && i - slashes < 8 && load<u8>(i) == 0x2f) i++;
  if (matches(i, end, 0x61636f6c) && i + 9 < end && load<u8>(i, 9) == 0x2f) return i + 9;
  return i > slashes ? i - 1 : i;
}

/** The four bytes at `at` are `word`, lower-case, whatever their case. */
function matches(at: usize, end: usize, word: u32): bool {
  return at + 4 <= end && (load<u32>(at) | (word & 0x20202020)) == word;
}

/** The run ends the value, or what follows only cuts it off. */
function isWhole(end: usize): bool {
  if (runTo >= end) return true;
  const c = <u32>load<u8>(runTo);
  if (c == 0 || c == 0x3b || c == 0x23 || c == 0x26 || c == 0x27 || c == 0x22 || c == 0x3e || c == 0x7c)
    return true;
  if (c == 0x29 || c == 0x7d || c == 0x60) return runTo + 1 >= end;
  if (!isSpace(c)) return false;
  for (let at = runTo; at < end && at - runTo < 16; at++) {
    if (!isSpace(load<u8>(at))) return false;
  }
  return true;
}

/** Where dots, escapes, "=" and ":" stand: paths and wrappers further on. */
// eslint-disable-next-line complexity -- scan loop
function searchWithin(start: usize, from: usize, end: usize, spaced: bool, span: Span): bool {
  let floor = from;
  let counted = spaced ? from : end;
  let at = start;
  while (true) {
    at = findTrigger(at, end, TRIGGERS);
    if (at + 1 >= end) return false;
    const c = <u32>load<u8>(at);
    const next = <u32>load<u8>(at, 1);
    if (c == 0x3a && (next == 0x2f || lowerByte(load<u8>(at - (at > start ? 1 : 0))) == 0x61)) {
      if (isStreamWrapper(start, at, end)) {
        span.from = start;
        span.to = at + 1;
        return true;
      }
    }
    if (at < floor || !beginsWithin(at, c, next)) {
      at++;
      continue;
    }
    while (counted < at) {
      if (isSpace(load<u8>(counted++))) blanks++;
    }
    const run = c == 0x3d ? at + 1 : runStart(floor, at);
    const path = skipFileScheme(run, end);
    readPath(path, end, false);
    steps += <u32>(runTo - run);
    const bare = run == start || (load<u8>(run - 1) == 0x3d && blanks == 0);
    if (bare && isWhole(end) && (isTarget() || (path > run && isFileUrlTarget()))) return report(run, span);
    if (reachesWithin()) return report(run, span);
    at = max(at + 1, runTo);
    floor = at;
  }
}

/** A step up, an escape of one, or "=" before a root. */
function beginsWithin(at: usize, c: u32, next: u32): bool {
  if (c == 0x2e)
    return (
      next == 0x2e || next >= 0xc0 || next == 0x25 || next == 0x3f || (next == 0x30 && isWord(load<u8>(at)))
    );
  if (c == 0x25) return next - 0x32 < 4 || (next | 0x20) - 0x63 < 3 || (next | 0x20) == 0x75 || next == 0x25;
  if (c == 0x3d) return next == 0x2f || next == 0x5c || next == 0x2e || isAlpha(next);
  return false;
}

/** Where the run that `at` is in begins, not before `floor`. */
function runStart(floor: usize, at: usize): usize {
  let from = at;
  while (from > floor && at - from < LOOK_BACK) {
    const c = <u32>load<u8>(from - 1);
    if (!isWord(c) && c != 0x2f && c != 0x5c && c != 0x2e && c != 0x2d && c != 0x25 && c != 0x3f && c != 0x5e)
      break;
    from--;
  }
  return from;
}

/** Class of the first segment. */
function topClass(): u32 {
  const to = segmentEnd(0);
  return to < reachedLength ? pathWord(0, to) : 0;
}

/** First byte of the last segment. */
function lastSegment(): u32 {
  let from = reachedLength - 1;
  while (from > 0 && load<u8>(reached + from - 1) != 0x2f) from--;
  return from;
}

/** Class of the last segment's name, or of its extension. */
function lastClass(from: u32): u32 {
  const name = pathWord(from, reachedLength - 1);
  if (name == PATH_SYSTEM) return PATH_SECRET;
  if (name != 0 && name != PATH_TOP && name != PATH_WEAK_TOP) return name;
  return extensionClass(from);
}

function extensionClass(from: u32): u32 {
  for (let dot = reachedLength - 1; dot > from; dot--) {
    if (load<u8>(reached + dot - 1) == 0x2e) return pathWord(dot - 1, reachedLength - 1);
  }
  return 0;
}

/** The path begins where only the system keeps files. */
function reachesSystem(): bool {
  // root/.profile
  if (reachedLength >= 6 && load<u32>(reached) == 0x746f6f72 && load<u16>(reached, 4) == 0x2e2f) return true;
  if (!mayBeginWord(reached, PATH_CELLS)) return false;
  const one = segmentEnd(0);
  const two = segmentEnd(one + 1);
  return isSystem(0, one) || isSystem(0, two) || isSystem(0, segmentEnd(two + 1)) || isEtcFile(0);
}

/** Where the segment that `from` is in ends: its "/", or what was reached. */
function segmentEnd(from: u32): u32 {
  let at = from;
  while (at < reachedLength && load<u8>(reached + at) != 0x2f) at++;
  return at;
}

/** The segments from `from` to the "/" at `to` are a file or directory of the system. */
function isSystem(from: u32, to: u32): bool {
  return to < reachedLength && pathWord(from, to) == PATH_SYSTEM;
}

/** Further down: …/etc/passwd, …/web-inf/web.xml. 2 when the segments say all by themselves. */
function systemBelow(): u32 {
  let found: u32 = 0;
  let from: u32 = 0;
  let at = segmentEnd(0);
  for (let segments: u32 = 0; at < reachedLength && segments < SEGMENTS_MAX; segments++) {
    if (mayBeginWord(reached + from, PATH_CELLS)) {
      if (isInf(from, at) && at + 1 < reachedLength) return 2;
      const two = segmentEnd(at + 1);
      if (isSystem(from, two) || isSystem(from, segmentEnd(two + 1)) || isEtcFile(from)) {
        if (load<u8>(reached + from) == 0x2e) return 2;
        const top = pathWord(from, at);
        const rooted = absolute && (top == PATH_TOP || load<u32>(reached + from) == 0x2f726176);
        found = max<u32>(found, rooted ? 2 : 1);
      }
    }
    from = at + 1;
    at = segmentEnd(from);
  }
  return found;
}

/** web-inf, meta-inf */
function isInf(from: u32, to: u32): bool {
  return to - from > 6 && load<u32>(reached + to - 4) == 0x666e692d && pathWord(from, to) == PATH_TOP;
}

/** etc/hostname.eth0, etc/passwd.bak at `from`: known without the extension. */
function isEtcFile(from: u32): bool {
  if (from + 6 > reachedLength || load<u32>(reached + from) != 0x2f637465) return false;
  for (let at = from + 5; at < reachedLength && load<u8>(reached + at) != 0x2f; at++) {
    if (load<u8>(reached + at) == 0x2e) return pathWord(from, at) == PATH_SYSTEM;
  }
  return false;
}

/** Where the run leads, when it is the whole value. */
// eslint-disable-next-line complexity -- one line per way to be an attack
function isTarget(): bool {
  if (reachedLength == 0)
    return climbs > 1 || (absolute && escapes > 0) || (climbs > 0 && backslashes + tricks > 1);
  const rooted = absolute || dotted || climbs > 0;
  if (rooted && reachesSystem()) return true;
  const below = systemBelow();
  if (below == 2) return true;
  // A word, a name of a file, a path without a root.
  if (climbs == 0 && !absolute && below == 0 && junk + tricks < 2) return false;
  const last = lastSegment();
  const name = lastClass(last);
  if (below == 1 && (climbs > 0 || name == PATH_ACCOUNTS)) return true;
  if (junk + tricks > 1 && reachesSystem()) return true;
  const top = topClass();
  if (climbs == 0) {
    if (!absolute) return false;
    if (name == PATH_SECRET) return true;
    const isTop = top == PATH_TOP || top == PATH_WEAK_TOP;
    if (drive && name == PATH_SCRIPT && load<u32>(reached) == 0x74656e69) return true;
    if (isTop && name == PATH_ACCOUNTS) return last > 8;
    return isTop && (name == PATH_LOGFILE || name == PATH_LOG) && reachedLength > last && last > 0;
  }
  if (name == PATH_SECRET || name == PATH_ACCOUNTS || name == PATH_LOGFILE || name == PATH_SETTINGS)
    return true;
  if (top == PATH_TOP) return true;
  if (name == PATH_LOG || name == PATH_SCRIPT) return true;
  const plain = junk == 0 && tricks == 0;
  if (name == PATH_PUBLIC && plain) return climbs > FAR || (absolute && escapes > 1);
  if (absolute && escapes > 0) return true;
  if (!plain) return climbs > 1;
  if (backslashes > 2 || climbs > 3) return true;
  return climbs == 3 && (top == PATH_WEAK_TOP || last == 0);
}

/** What a file URL may not name: anything of a system; pages and sources are what stack traces name. */
function isFileUrlTarget(): bool {
  if (reachedLength == 0) return false;
  const top = topClass();
  const name = lastClass(lastSegment());
  if (name == PATH_PUBLIC) return false;
  if (drive || top == PATH_TOP || top == PATH_WEAK_TOP) return true;
  return name != 0;
}

/** Where a run within a text leads. */
function reachesWithin(): bool {
  if (climbs == 0) return false;
  if (reachedLength == 0) return climbs > 4 || backslashes > 2;
  if (reachesSystem() || systemBelow() != 0) return climbs > 1 || blanks < 3;
  if (climbs < 3) return false;
  const name = lastClass(lastSegment());
  if (name == PATH_PUBLIC) return climbs > FAR;
  return climbs > 4 || backslashes > 2 || tricks > 2 || name == PATH_SECRET;
}
