// Stream wrappers that make an include read or run something else than a file: those of PHP (manual, "Supported Protocols and
// Wrappers") and data: with a script inside.

import { isAlpha, isSpace, isWord } from "../bytes/ascii";
import { URL_WRAPPER } from "../generated/url-words";
import { urlWord } from "./url-reader";

const SCHEME_MAX: usize = 24;
const TYPE_MAX: usize = 64;

/** True when a wrapper's ":" is at `colon` in the value that begins at `start`. */
export function isStreamWrapper(start: usize, colon: usize, end: usize): bool {
  let from = colon;
  while (from > start && colon - from < SCHEME_MAX && isSchemeByte(load<u8>(from - 1))) from--;
  const len = colon - from;
  if (len < 3) return false;
  const before: u32 = from > start ? load<u8>(from - 1) : 0;
  if (len == 3 && (load<u32>(from) | 0x202020) == 0x3a706870) return isPhpStream(before, colon, end);
  // http: and https: are no wrappers, and stand before most colons.
  const four = load<u32>(colon - 4) | 0x20202020;
  if (len > 3 && (four == 0x70747468 || four == 0x73707474)) return false;
  const bare = before == 0 || before == 0x3d;
  if (len == 4 && (load<u32>(from) | 0x20202020) == 0x61746164) return bare && isScriptData(colon + 1, end);
  if (colon + 3 >= end || load<u16>(colon, 1) != 0x2f2f || isSpace(load<u8>(colon, 3))) return false;
  return (bare || isOpening(before)) && urlWord(from, colon + 1) == URL_WRAPPER;
}

function isSchemeByte(c: u32): bool {
  return isWord(c) || c == 0x2e;
}

function isOpening(c: u32): bool {
  return isSpace(c) || c == 0x27 || c == 0x22 || c == 0x28;
}

/** php://filter/…, php://input and php://fd/… ; the last two are in every manual, and attacks only as the whole value. */
function isPhpStream(before: u32, colon: usize, end: usize): bool {
  let at = colon + 1;
  while (at < end && at - colon < 5 && (load<u8>(at) == 0x2f || load<u8>(at) == 0x5c)) at++;
  if (at == colon + 1 || at + 3 >= end) return false;
  const four = load<u32>(at) | 0x20202020;
  const after: u32 = at + 6 < end ? load<u8>(at, 6) : 0;
  if (four == 0x746c6966) return after == 0x2f || after == 0x5c || after == 0x3a;
  if (before != 0 && before != 0x3d) return false;
  return four == 0x75706e69 || (four & 0xffff) == 0x6466;
}

/** data://…, data:…httpd-php…, data:text/…,<? and the same in base64. */
function isScriptData(start: usize, end: usize): bool {
  let at = start;
  if (at + 1 < end && load<u16>(at) == 0x2f2f) return at + 2 < end && isAlpha(load<u8>(at, 2));
  const last = min(end, start + TYPE_MAX);
  while (at < last && load<u8>(at) != 0x2c) {
    // httpd-php
    if (at + 9 <= last && (load<u64>(at) | 0x2020202020202020) == 0x68702d6470747468) return true;
    at++;
  }
  if (at + 3 >= end || load<u8>(at) != 0x2c) return false;
  const two = load<u16>(at, 1);
  return two == 0x3f3c || (two == 0x4450 && (load<u8>(at, 3) == 0x39 || load<u8>(at, 3) == 0x38));
}
