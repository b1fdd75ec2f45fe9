// Uploads of scripts: would a server run a file of this name, or be configured by it? Names are read as the most forgiving
// of servers and file systems read them: any of several extensions (Apache httpd), up to ";" (IIS), up to NUL or "%00"
// (C strings), without blanks, dots and streams at the end (NTFS).
//
// One pass over the last NAME_MAX bytes. TEST: test/unit/core/match/script-upload.spec.ts, test/engine/detectors.test.ts

import { isDigit, isSpace, isWord } from "../bytes/ascii";
import {
  UPLOAD_CELLS,
  UPLOAD_IMAGE,
  UPLOAD_LONGEST,
  UPLOAD_NAME,
  UPLOAD_PHP,
  UPLOAD_SEED,
  UPLOAD_SERVER,
  UPLOAD_SLOTS,
  UPLOAD_TEXT,
} from "../generated/upload-words";
import { Span } from "./span";
import { wordClass } from "./word-table";

/** A name that is detected holds one of: . _ - . Bit set of 256. */
export const UPLOAD_REQUIRED = memory.data<u64>([0x0000600000000000, 0x0000000080000000, 0, 0]);

const NAME_MAX: usize = 256;
/** Identifiers of sessions have 22 characters and more (session.sid_length of PHP). */
const SESSION_MIN: usize = 20;

const SESSION = memory.data<u8>([0x73, 0x65, 0x73, 0x73, 0x5f]);
const WP_CONFIG = memory.data<u8>([0x77, 0x70, 0x2d, 0x63, 0x6f, 0x6e, 0x66, 0x69, 0x67]);

let steps: u32 = 0;

/** True when the file name of `at..end` is one that servers run or read as settings; `span` is then what says so. */
export function detectScriptUpload(at: usize, end: usize, span: Span): bool {
  const from = baseName(end - at > NAME_MAX ? end - NAME_MAX : at, end);
  steps += <u32>(end - from);
  span.from = from;
  span.to = end;
  if (isSession(from, end) || isWordPressConfig(from, end)) return true;
  const to = trimmed(from, nameEnd(from, end));
  if (uploadWord(from, to) == UPLOAD_NAME) return true;
  return hasScriptExtension(from, end, span);
}

/** Bytes looked at so far, for tests of the cost. */
export function scriptUploadSteps(): u32 {
  return steps;
}

/** Behind the last "/" or "\". */
function baseName(at: usize, end: usize): usize {
  let from = at;
  for (let i = at; i < end; i++) {
    const c = <u32>load<u8>(i);
    if (c == 0x2f || c == 0x5c) from = i + 1;
  }
  steps += <u32>(end - at);
  return from;
}

/** Where a mark ends the name: NUL and other controls, "%", ";" or ":". */
function nameEnd(at: usize, end: usize): usize {
  let i = at;
  while (i < end && !isMark(load<u8>(i))) i++;
  return i;
}

function isMark(c: u32): bool {
  return c < 0x20 || c == 0x25 || c == 0x3b || c == 0x3a;
}

/** Without the blanks and dots that file systems drop. */
function trimmed(from: usize, end: usize): usize {
  let to = end;
  while (to > from && (isSpace(load<u8>(to - 1)) || load<u8>(to - 1) == 0x2e)) to--;
  return to;
}

function uploadWord(from: usize, to: usize): u32 {
  const len = <u32>(to - from);
  if (from >= to || len > UPLOAD_LONGEST) return 0;
  return wordClass(from, len, UPLOAD_SEED, UPLOAD_SLOTS, UPLOAD_CELLS, UPLOAD_TEXT);
}

/** Walks from extension to extension; blanks around them do not count. */
// eslint-disable-next-line complexity -- one loop over extensions, and the blanks around them
function hasScriptExtension(at: usize, end: usize, span: Span): bool {
  let server = false;
  let i = at;
  while (i < end && load<u8>(i) != 0x2e) i++;
  while (i < end) {
    let from = i + 1;
    while (from < end && isSpace(load<u8>(from))) from++;
    let next = from;
    while (next < end && load<u8>(next) != 0x2e && !isMark(load<u8>(next))) next++;
    let to = next;
    while (to > from && isSpace(load<u8>(to - 1))) to--;
    const word = uploadWord(from, to);
    const last = next == end || load<u8>(next) != 0x2e || isEmptyBehind(next, end);
    span.from = i;
    span.to = next;
    if (word == UPLOAD_PHP || isNumberedPhp(from, to)) return true;
    if (word == UPLOAD_SERVER && last) return true;
    if (server && word == UPLOAD_IMAGE && last) return true;
    if (word == UPLOAD_SERVER) server = true;
    else if (word != 0) server = false;
    i = next;
    while (i < end && load<u8>(i) != 0x2e) i++;
  }
  return false;
}

/** php and digits, whatever version they may name. */
function isNumberedPhp(from: usize, to: usize): bool {
  if (to - from < 4 || to - from > 8 || uploadWord(from, from + 3) != UPLOAD_PHP) return false;
  for (let i = from + 3; i < to; i++) {
    if (!isDigit(load<u8>(i))) return false;
  }
  return true;
}

/** Nothing but dots and blanks up to the end or a mark. */
function isEmptyBehind(at: usize, end: usize): bool {
  let i = at;
  while (i < end && i - at < 16 && (load<u8>(i) == 0x2e || isSpace(load<u8>(i)))) i++;
  return i == end || isMark(load<u8>(i));
}

/** sess_ and an identifier: what PHP keeps sessions in. */
function isSession(at: usize, end: usize): bool {
  if (end - at < SESSION_MIN + 5 || !startsWith(at, SESSION, 5)) return false;
  for (let i = at + 5; i < end; i++) {
    const c = <u32>load<u8>(i);
    if (!isWord(c) && c != 0x2d && c != 0x2c) return false;
  }
  return true;
}

/** wp-config.php, and its copies: wp-config, wp-config.bak, wp-config.php~ */
function isWordPressConfig(at: usize, end: usize): bool {
  return end - at >= 9 && end - at <= 17 && startsWith(at, WP_CONFIG, 9);
}

function startsWith(at: usize, word: usize, len: usize): bool {
  for (let i: usize = 0; i < len; i++) {
    if (((<u32>load<u8>(at + i)) | (load<u8>(word + i) == 0x5f ? 0 : 0x20)) != <u32>load<u8>(word + i))
      return false;
  }
  return true;
}
