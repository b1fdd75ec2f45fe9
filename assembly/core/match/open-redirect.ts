// Open redirects: is the value an address that browsers take for another site (WHATWG URL §4.4: "\" is "/", any number of
// slashes, controls dropped), written so that a check for "begins with /" or "is our host" does not see it?
//
// A plain https://host/… or //host/… is no attack by itself: applications send those. Told are the confusions that no client
// writes: mixed or surplus slashes, controls between them, a scheme without slashes or behind a slash, a host as user name,
// wide dots, a path that begins with "..". The host must end in a known top-level domain or be an address, so that patterns,
// paths of Windows and names of files are none.
//
// One pass over the slashes, one over the authority, one for blanks behind it: linear. TEST:
// test/unit/core/match/open-redirect.spec.ts, test/engine/detectors.test.ts

import { hexValue, isAlpha, isDigit, isSpace, isWord } from "../bytes/ascii";
import { URL_TOP } from "../generated/url-words";
import { Span } from "./span";
import { urlWord } from "./url-reader";

/** A value holds an address that is detected only if it holds one of / \ : or a byte above 127. Bit set of 256. */
export const REDIRECT_REQUIRED = memory.data<u64>([0x0400800000000000, 0x0000000010000000, -1, -1]);

/** And one of . % or a byte above 127. */
export const REDIRECT_REQUIRED_DOTS = memory.data<u64>([0x0000402000000000, 0, -1, -1]);

const VALUE_MAX: usize = 2048;
const AUTHORITY_MAX: usize = 256;
const RUN_MAX: usize = 64;
const SPRAY_MIN: u32 = 3;

let limit: usize = 0;
let steps: u32 = 0;

/** Of the last run of slashes. */
let slashes: u32 = 0;
let backslashes: u32 = 0;
/** Controls, and slashes in percent escapes. */
let hidden: u32 = 0;
/** The run is nothing but "\/", as strings of JSON may write it. */
let escaped: bool = false;

/** Of the last host. */
let hostEnd: usize = 0;
let hostWide: bool = false;
/** Top-level domain known, or an IPv4 address. */
let hostKnown: bool = false;

/** True when the address of `at..end` leads a browser elsewhere in disguise; `span` is then all of it. */
export function detectOpenRedirect(at: usize, end: usize, span: Span): bool {
  let from = at;
  limit = end;
  while (from < limit && from - at < 16 && isSpace(load<u8>(from))) from++;
  while (limit > from && end - limit < 16 && isSpace(load<u8>(limit - 1))) limit--;
  if (limit - from < 6 || limit - from > VALUE_MAX) return false;
  if (!isDisguised(from)) return false;
  span.from = from;
  span.to = limit;
  return true;
}

/** Bytes looked at so far, for tests of the cost. */
export function openRedirectSteps(): u32 {
  return steps;
}

function byteAt(at: usize): u32 {
  return at < limit ? <u32>load<u8>(at) : 0;
}

function isDisguised(from: usize): bool {
  const c = byteAt(from);
  if (c >= 0x80 || (c == 0x2f && byteAt(from + 1) >= 0x80)) {
    const behind = wideSlash(c == 0x2f ? from + 1 : from);
    if (behind != 0) return readHost(skipRun(behind)) && endsThere(hostEnd);
    return false;
  }
  let i = c == 0x2f && byteAt(from + 1) == 0x3c ? from + 1 : from;
  const bracketed = byteAt(i) == 0x3c && byteAt(i + 1) == 0x3e;
  if (bracketed) i += 2;
  else i = from;
  if (isHttp(i)) return behindScheme(schemeEnd(i), false);
  i = skipRun(i);
  if (slashes + backslashes + hidden == 0) return false;
  if (isHttp(i)) return behindScheme(schemeEnd(i), true);
  return isReference(i, bracketed) || (c == 0x2f && isSpray(from));
}

/** Behind slashes without a scheme. */
function isReference(at: usize, bracketed: bool): bool {
  const total = slashes + backslashes;
  const mixed = backslashes > 0 && slashes > 0 && !(escaped && total > 2 && hasEscapedSlash(at));
  const odd =
    mixed ||
    (hidden > 0 && total > 0) ||
    (slashes > 2 && backslashes == 0) ||
    (slashes == 0 && backslashes > 2 && (backslashes & 1) != 0) ||
    bracketed;
  if (total + hidden < 2) return false;
  return isAuthority(at, odd, slashes > 1 && backslashes == 0, false);
}

/** Behind "http:" or "https:", which stands behind slashes when `led`. */
function behindScheme(at: usize, led: bool): bool {
  const i = skipRun(at);
  const total = slashes + backslashes;
  const odd =
    led ||
    total < 2 ||
    hidden > 0 ||
    (slashes > 2 && backslashes == 0) ||
    (backslashes > 0 && !escaped && slashes > 0) ||
    backslashes == 1;
  return isAuthority(i, odd && !isDigitPort(at), false, true);
}

/** http:8080 names a port of something called http. */
function isDigitPort(at: usize): bool {
  return isDigit(byteAt(at));
}

/** The authority at `start` leads elsewhere: any known host when what stands before it is `odd`, else only in a disguise of
 * its own. */
// eslint-disable-next-line complexity -- one line per disguise
function isAuthority(start: usize, odd: bool, relative: bool, scheme: bool): bool {
  let last: usize = 0;
  let marks: u32 = 0;
  let i = start;
  const stop = min(limit, start + AUTHORITY_MAX);
  for (; i < stop; i++) {
    const c = <u32>load<u8>(i);
    if (c == 0x40) last = i;
    else if (c == 0x2f || c == 0x3f || c == 0x23 || isSpace(c)) break;
    else if (last == 0 && (c == 0x5c || c == 0x3c || c == 0x3e)) marks++;
  }
  steps += <u32>(i - start);
  if (last > start) {
    if (relative && isHttp(last + 1)) return true;
    if (!readHost(last + 1) && !isNumber(last + 1)) return false;
    if (!endsThere(hostEnd)) return false;
    if (odd || marks > 0 || relative) return true;
    return scheme && isHostAsUser(start, last);
  }
  if (last != 0) start = last + 1;
  if (!readHost(start)) return false;
  const end = hostEnd;
  // WHY in this order: the blanks behind a plain address are looked for only where it is in disguise.
  return isOdd(end, odd, relative, scheme) && endsThere(end);
}

/** The host that ends at `end` is in disguise, or leads out of itself. */
function isOdd(end: usize, odd: bool, relative: bool, scheme: bool): bool {
  if (odd || hostWide) return true;
  if (climbs(end)) return true;
  if (relative && isBare(end)) return true;
  const c = byteAt(end);
  return (
    scheme &&
    (c == 0x5c || c == 0x26) &&
    !isEscapeLetter(byteAt(end + 1)) &&
    readHost(end + 1) &&
    isBare(hostEnd)
  );
}

/** \n and \t behind an address are a string of a program. */
function isEscapeLetter(c: u32): bool {
  return c == 0x6e || c == 0x72 || c == 0x74 || c == 0x75 || c == 0x22;
}

/** https://good.example@host: the part before "@" reads as the host. */
function isHostAsUser(from: usize, to: usize): bool {
  for (let i = from; i < to; i++) {
    if (load<u8>(i) == 0x40) return false;
  }
  return readHost(from) && hostEnd == to;
}

/** A host of which only the address in one number is left: @3627734734, @0xd83ad6ce, @[::1]. */
function isNumber(at: usize): bool {
  const start = at;
  let i = at;
  const bracket = byteAt(i) == 0x5b;
  while (i < limit && i - start < 48) {
    const c = <u32>load<u8>(i);
    const hex = hexValue(c) >= 0 || c == 0x2e || (c | 0x20) == 0x78;
    if (!hex && !(bracket && (c == 0x3a || c == 0x5b || c == 0x5d))) break;
    i++;
  }
  steps += <u32>(i - start);
  hostEnd = i;
  return i - start > 6 && (bracket || isDigit(byteAt(start)));
}

/** Reads labels and dots at `at` (ASCII or wide); false when they do not end in a known top-level domain or are no address. */
function readHost(at: usize): bool {
  hostWide = false;
  hostKnown = false;
  let label = at;
  let dots: u32 = 0;
  let digits = true;
  let i = at;
  const stop = min(limit, at + AUTHORITY_MAX);
  while (i < stop) {
    const c = <u32>load<u8>(i);
    if (isWord(c) || c == 0x2d) {
      if (!isDigit(c)) digits = false;
      i++;
      continue;
    }
    const dot = dotLength(i);
    if (dot == 0 || i == label) break;
    if (i + dot >= limit || !isWord(byteAt(i + dot))) break;
    if (dot > 1) hostWide = true;
    dots++;
    i += dot;
    label = i;
  }
  steps += <u32>(i - at);
  hostEnd = i;
  if (dots == 0 || i == label) return false;
  if (digits) hostKnown = dots == 3;
  else hostKnown = urlWord(label, i) == URL_TOP;
  return hostKnown;
}

/** Bytes of the dot at `at`: . 。 ．｡ %2e and the wide one in percent escapes; 0 when there is none. */
function dotLength(at: usize): usize {
  const c = byteAt(at);
  if (c == 0x2e) return 1;
  if (c == 0xe3) return byteAt(at + 1) == 0x80 && byteAt(at + 2) == 0x82 ? 3 : 0;
  if (c == 0xef) {
    const code = (byteAt(at + 1) << 8) | byteAt(at + 2);
    return code == 0xbc8e || code == 0xbda1 ? 3 : 0;
  }
  if (c != 0x25) return 0;
  if (escapeAt(at) == 0x2e) return 3;
  return escapeAt(at) == 0xe3 && escapeAt(at + 3) == 0x80 && escapeAt(at + 6) == 0x82 ? 9 : 0;
}

/** Value of the percent escape at `at`, -1 when there is none. */
function escapeAt(at: usize): i32 {
  if (byteAt(at) != 0x25) return -1;
  const high = hexValue(byteAt(at + 1));
  const low = hexValue(byteAt(at + 2));
  return high < 0 || low < 0 ? -1 : (high << 4) | low;
}

/** Characters that some programs fold to a slash: 〱 〵 ゝ ー ｰ; behind it, 0 when there is none. */
function wideSlash(at: usize): usize {
  const code = (byteAt(at) << 16) | (byteAt(at + 1) << 8) | byteAt(at + 2);
  const known =
    code == 0xe380b1 || code == 0xe380b5 || code == 0xe3829d || code == 0xe383bc || code == 0xefbdb0;
  return known ? at + 3 : 0;
}

/** Past slashes, backslashes, controls, their percent escapes and ";" before "@", which it counts. */
function skipRun(at: usize): usize {
  slashes = 0;
  backslashes = 0;
  hidden = 0;
  escaped = byteAt(at) == 0x5c;
  let i = at;
  const stop = min(limit, at + RUN_MAX);
  while (i < stop) {
    const c = <u32>load<u8>(i);
    if (c == 0x2f) {
      if (escaped && slashes >= backslashes) escaped = false;
      slashes++;
    } else if (c == 0x5c) {
      if (escaped && backslashes > slashes) escaped = false;
      backslashes++;
    } else if (c < 0x20 && i > at) hidden++;
    else if (c == 0x25 && isHiddenEscape(escapeAt(i))) {
      hidden++;
      i += 2;
    } else if (!(c == 0x3b && byteAt(i + 1) == 0x40)) break;
    i++;
  }
  steps += <u32>(i - at);
  return i;
}

/** Tab, line ends, NUL and slashes. */
function isHiddenEscape(value: i32): bool {
  return (value >= 0 && value < 0x0e) || value == 0x2f || value == 0x5c;
}

function isHttp(at: usize): bool {
  return (
    (byteAt(at) | 0x20) == 0x68 &&
    (byteAt(at + 1) | 0x20) == 0x74 &&
    (byteAt(at + 2) | 0x20) == 0x74 &&
    (byteAt(at + 3) | 0x20) == 0x70 &&
    (byteAt(at + 4) == 0x3a || ((byteAt(at + 4) | 0x20) == 0x73 && byteAt(at + 5) == 0x3a))
  );
}

function schemeEnd(at: usize): usize {
  return at + (byteAt(at + 4) == 0x3a ? 5 : 6);
}

/** What may stand behind a host, and no blank in the rest: an address, no sentence. */
function endsThere(at: usize): bool {
  const c = byteAt(at);
  if (at < limit && (isAlpha(c) || isSpace(c) || c == 0x28 || c == 0x29 || c == 0x2c)) return false;
  for (let i = at; i < limit; i++) {
    if (isSpace(load<u8>(i))) return false;
  }
  steps += <u32>(limit - at);
  return true;
}

/** Nothing but slashes behind the host. */
function isBare(at: usize): bool {
  let i = at;
  while (i < limit && i - at < 3 && load<u8>(i) == 0x2f) i++;
  return i == limit;
}

/** The path behind the host begins with "..": what is left when the host is dropped climbs out. */
function climbs(at: usize): bool {
  let i = at;
  while (i < limit && i - at < 8 && (load<u8>(i) == 0x2f || escapeAt(i) == 0x2f))
    i += load<u8>(i) == 0x2f ? 1 : 3;
  if (i == at) return false;
  for (let dot: u32 = 0; dot < 2; dot++) {
    const len = dotLength(i);
    if (len == 0) return false;
    i += len;
  }
  return i >= limit || !isWord(byteAt(i));
}

/** The rest writes its slashes "\/": a string of JSON, not yet decoded. */
function hasEscapedSlash(at: usize): bool {
  for (let i = at; i + 1 < limit; i++) {
    if (load<u8>(i) == 0x5c && load<u8>(i, 1) == 0x2f) {
      steps += <u32>(i - at);
      return true;
    }
  }
  steps += <u32>(limit - at);
  return false;
}

/** /path?url=//host&next=//host&…: one address in one parameter after the other, as scanners try them. */
function isSpray(from: usize): bool {
  let found: u32 = 0;
  let first: usize = 0;
  let i = from;
  for (; i + 2 < limit; i++) {
    if (load<u8>(i) != 0x3d) continue;
    const next = byteAt(i + 1);
    if (next != 0x2f && (next | 0x20) != 0x68) continue;
    const behind = isHttp(i + 1) ? schemeEnd(i + 1) : i + 1;
    if (byteAt(behind) != 0x2f || byteAt(behind + 1) != 0x2f) continue;
    if (first == 0) first = behind;
    else if (!isSameHost(first, behind)) continue;
    if (++found >= SPRAY_MIN) break;
  }
  steps += <u32>(i - from);
  return found >= SPRAY_MIN;
}

/** The next bytes, up to "&" or 32 of them, are the same. */
function isSameHost(a: usize, b: usize): bool {
  let i: usize = 0;
  while (i < 32 && byteAt(a + i) == byteAt(b + i)) {
    if (byteAt(a + i) == 0x26) return true;
    i++;
  }
  return i == 32 || b + i >= limit;
}
