// Server-side request forgery: is the value a URL that leads a server to itself, to its network or to a metadata service?
//
// A URL at the value's start is read in full (url-reader.ts, host-address.ts). What a developer writes – http://localhost:3000,
// http://10.0.0.5/ – is no attack by itself: it takes a notation nobody uses, a port or path that only the machine's
// owner uses, credentials before the host, a scheme that speaks another protocol. Metadata services are found behind any "//".
//
// One pass; each "//" costs at most one authority. TEST: test/unit/core/match/ssrf.spec.ts, test/engine/detectors.test.ts

import { isAlpha, isDigit, isSpace, isWord } from "../bytes/ascii";
import {
  URL_ADMIN,
  URL_CELLS,
  URL_FILE,
  URL_METADATA_PATH,
  URL_OTHER,
  URL_SCRIPT,
  URL_SMUGGLE,
  URL_WEB,
  URL_WRAPPER,
} from "../generated/url-words";
import { HostKind, hostFolded, hostKind, hostOdd } from "./host-address";
import {
  CLASS_BEYOND,
  CLASS_SPACE,
  MARK_AT,
  MARK_BACKSLASH,
  MARK_BLANK,
  MARK_BRACKET,
  MARK_COLON,
  MARK_DOT,
  MARK_SLASH,
} from "./mark-classes";
import { Span } from "./span";
import { findTrigger } from "./trigger-bytes";
import {
  IN_PATH,
  URL_BYTES,
  readUrl,
  urlAts,
  urlBackslashes,
  urlConfused,
  urlHasScheme,
  urlHostFrom,
  urlHostTo,
  urlPort,
  urlRest,
  urlScheme,
  urlSlashes,
  urlUserFrom,
  urlWord,
} from "./url-reader";
import { mayBeginWord } from "./word-table";

/** A value holds a host that is detected only if it holds one of: . / : \ Bit set of 256. */
export const SSRF_REQUIRED = memory.data<u64>([0x0400c00000000000, 0x0000000010000000, 0, 0]);

/** / : \ and bytes from 0x80 */
const MARKS = memory.data<u8>([
  8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 10, 8, 12, 8, 8, 9, 0, 0, 1, 2, 0, 4, 0, 0, 8, 8, 8, 8, 8, 8, 8, 8,
]);

/** Ports of services that have no business with clients: IANA's registry and the products' own documentation. */
const PORTS = memory.data<u16>([
  20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 53, 110, 111, 135, 139, 143, 389, 445, 512, 514, 636, 873, 1433,
  1521, 2049, 2181, 2375, 2376, 2379, 3306, 3389, 4194, 5432, 5601, 5984, 5985, 6379, 6443, 6666, 8500, 9042,
  9100, 9200, 9300, 10250, 10255, 11211, 15672, 27017, 50070,
]);
const PORT_COUNT: usize = 50;

/** Blanks before a URL that make the value a text. */
const PROSE_BLANKS: u32 = 2;
/** What dates do not have and a URL, a host of labels or a user's name does. */
const BEYOND_DATES: u64 = MARK_SLASH | MARK_BACKSLASH | MARK_DOT | MARK_AT | MARK_BRACKET | CLASS_BEYOND;
const NESTED_MAX: u32 = 64;
const HOST_MAX: usize = 64;

let steps: u32 = 0;
/** The value may hold white space. */
let spaced: bool = false;

/**
 * True when the value of `at..end` leads a server where no client may; `span` is then the URL up to its host. `classes`: those that
 * may occur in the value.
 */
export function detectSsrf(at: usize, end: usize, classes: u64, span: Span): bool {
  if (end - at < 4) return false;
  spaced = (classes & (MARK_BLANK | CLASS_SPACE)) != 0;
  const marked = (classes & (MARK_SLASH | MARK_COLON | MARK_BACKSLASH | CLASS_BEYOND)) != 0;
  if ((classes & BEYOND_DATES) == 0 && beginsAsDate(at, end)) return false;
  let start = at;
  while (start < end && start - at < 16 && isSpace(load<u8>(start))) start++;
  if (start >= end) return false;
  steps += <u32>min<usize>(end - start, 320);
  if (!marked || findTrigger(start, end, MARKS) == end) return isBareMetadata(start, end, span);
  if (mayBegin(load<u8>(start))) {
    const hasHost = readUrl(start, end);
    if (smuggles(end) || (hasHost && isTarget(end))) return report(start, span);
  }
  return (classes & MARK_SLASH) != 0 && leadsFurther(start, end, span);
}

/**
 * 2026-11-21T08:33: digits that go on as no number and no address of IPv6 does. Without a dot no name of a host begins so, and nothing
 * else in the value can be one.
 */
function beginsAsDate(start: usize, end: usize): bool {
  if (!isDigit(load<u8>(start))) return false;
  let at = start + 1;
  while (at < end && isDigit(load<u8>(at))) at++;
  return at < end && load<u8>(at) == 0x2d;
}

/**
 * A value without slashes, colons and what folds to them: addresses of mail, names of files, numbers, prose. It is a target
 * only when all of it is a metadata service's host, and need not be read as a URL for that.
 */
function isBareMetadata(start: usize, end: usize, span: Span): bool {
  let from = start;
  let to = start;
  for (; to < end; to++) {
    const c = <u32>load<u8>(to);
    if (isSpace(c)) return false;
    if (c == 0x3f || c == 0x23) break;
    if (c == 0x40) from = to + 1;
  }
  if (from >= to || hostKind(from, to) != HostKind.Metadata) return false;
  span.from = start;
  span.to = to;
  return true;
}

/** Bytes looked at so far, for tests of the cost. */
export function ssrfSteps(): u32 {
  return steps;
}

function report(from: usize, span: Span): bool {
  span.from = from;
  span.to = urlHostTo;
  return true;
}

function mayBegin(c: u32): bool {
  return isWord(c) || c == 0x2f || c == 0x5c || c == 0x5b || c >= 0x80;
}

/** gopher://…, whatever follows: the schemes themselves are the attack. */
function smuggles(end: usize): bool {
  return urlScheme == URL_SMUGGLE && urlSlashes > 0 && urlUserFrom < end && !isSpace(load<u8>(urlUserFrom));
}

/** The URL that was read is an attack. */
// eslint-disable-next-line complexity -- one line per way to be one
function isTarget(end: usize): bool {
  const reference = urlHasScheme || urlSlashes > 1;
  if (urlScheme == URL_SCRIPT || urlScheme == URL_FILE || urlScheme == URL_WRAPPER) return false;
  if (urlHasScheme && urlScheme == 0 && urlSlashes < 2) return false;
  if (!urlHasScheme && urlSlashes == 1) return false;
  const kind = hostKind(urlHostFrom, urlHostTo);
  const odd = hostOdd;
  if (kind == HostKind.Metadata) return reference || isWholeHost(end);
  if (!reference) {
    const slash = urlRest < end && load<u8>(urlRest) == 0x2f;
    return slash && (kind == HostKind.Rebinding || (kind == HostKind.Loopback && isNamed())) && isShort(end);
  }
  if (urlHasScheme && urlSlashes > 0 && hasMetadataPath(end)) return true;
  if (hostFolded || kind == HostKind.Rebinding || kind == HostKind.LinkLocal) return true;
  if (urlConfused || (urlAts > 1 && urlScheme == URL_WEB)) return true;
  if (kind == HostKind.Public) return odd;
  if (kind == HostKind.Name) return userIsTarget();
  if (kind == HostKind.Unspecified) return urlHasScheme || odd;
  if (odd || urlScheme == URL_OTHER || (urlAts > 0 && urlScheme == URL_WEB)) return true;
  if (urlHasScheme && urlSlashes < 2) return true;
  if (urlBackslashes > 0 && !(urlHasScheme || isAlpha(load<u8>(urlHostFrom)))) return true;
  return isInternalPort(kind) || (kind == HostKind.Loopback && hasAdminPath(end));
}

/** The value is the host, with a path or port at most: in prose an address is only mentioned. */
function isWholeHost(end: usize): bool {
  if (urlRest >= end) return true;
  const c = <u32>load<u8>(urlRest);
  return c == 0x2f || c == 0x3f || c == 0x23;
}

function isNamed(): bool {
  return isAlpha(load<u8>(urlHostFrom)) && urlPort < 0 && urlAts == 0;
}

/** Nothing but a slash and a few bytes behind the host. */
function isShort(end: usize): bool {
  return end - urlRest < 3;
}

/** http://127.0.0.1@example.com: the part before "@" is a host for some. */
function userIsTarget(): bool {
  if (urlAts == 0) return false;
  let to = urlUserFrom;
  while (to < urlHostFrom - 1 && load<u8>(to) != 0x3a && load<u8>(to) != 0x25) to++;
  if (to == urlUserFrom || !(isDigit(load<u8>(urlUserFrom)) || load<u8>(to - 1) == 0x74)) return false;
  const kind = hostKind(urlUserFrom, to);
  return kind != HostKind.Name && kind != HostKind.Public;
}

function isInternalPort(kind: HostKind): bool {
  if (urlPort < 0) return false;
  if (urlPort > 65535 || urlPort == 0) return true;
  if (kind == HostKind.Loopback && urlSlashes > 1 && urlHasScheme && (urlPort == 443 || urlPort == 80))
    return true;
  for (let i: usize = 0; i < PORT_COUNT; i++) {
    if (<i32>load<u16>(PORTS + (i << 1)) == urlPort) return true;
  }
  return false;
}

/** The first segment of the path, with the slash before it. */
function hasAdminPath(end: usize): bool {
  let at = urlRest;
  while (at + 1 < end && load<u8>(at) == 0x2f && load<u8>(at, 1) == 0x2f) at++;
  if (at >= end || load<u8>(at) != 0x2f) return false;
  let to = at + 1;
  while (to < end && to - at < 32 && load<u8>(to) != 0x2f && isPathByte(load<u8>(to))) to++;
  // A letter that needed no escape.
  return urlWord(at, to) == URL_ADMIN || (to < end && load<u8>(to) == 0x25);
}

/** The first two or three segments of the path, with the slash before them. */
function hasMetadataPath(end: usize): bool {
  let at = urlRest;
  while (at + 1 < end && load<u8>(at) == 0x2f && load<u8>(at, 1) == 0x2f) at++;
  if (at + 1 >= end || load<u8>(at) != 0x2f || !mayBeginWord(at, URL_CELLS)) return false;
  const last = min(end, at + 40);
  let slashes: u32 = 0;
  let to = at + 1;
  for (; to < last && isPathByte(load<u8>(to)); to++) {
    if (load<u8>(to) == 0x2f && ++slashes > 1 && urlWord(at, to) == URL_METADATA_PATH) return true;
  }
  return slashes > 0 && urlWord(at, to) == URL_METADATA_PATH;
}

function isPathByte(c: u32): bool {
  return (load<u8>(URL_BYTES + c) & IN_PATH) != 0;
}

/** The first two slashes side by side in [start, end), or `end`. */
function findSlashes(start: usize, end: usize): usize {
  const slash = i8x16.splat(0x2f);
  let at = start;
  for (; at + 17 <= end; at += 16) {
    const pairs = v128.and(i8x16.eq(v128.load(at), slash), i8x16.eq(v128.load(at, 1), slash));
    const hits = i8x16.bitmask(pairs);
    if (hits != 0) return at + ctz(hits);
  }
  for (; at + 1 < end; at++) {
    if (load<u16>(at) == 0x2f2f) return at;
  }
  return end;
}

/** The host of a metadata service behind "//" further on, or any address in a notation of attackers behind a mark: in a
 * parameter of a parameter, in a document, in a query of GraphQL. */
function leadsFurther(start: usize, end: usize, span: Span): bool {
  let blanks: u32 = 0;
  let counted = spaced ? start : end;
  let found: u32 = 0;
  let at = findSlashes(start, end);
  while (at + 4 < end && found < NESTED_MAX) {
    while (counted < at) {
      if (isSpace(load<u8>(counted++))) blanks++;
    }
    found++;
    const from = schemeStart(start, at);
    const mark = isMark(from > start ? load<u8>(from - 1) : 0);
    if ((mark || blanks < PROSE_BLANKS) && from > start) {
      const hasHost = readUrl(from, end);
      steps += <u32>(urlRest - at);
      if (mark && smuggles(end)) return report(from, span);
      if (hasHost && urlHostTo - urlHostFrom < HOST_MAX && isNestedTarget(mark)) return report(from, span);
    }
    at = findSlashes(at + 2, end);
  }
  return false;
}

function isNestedTarget(mark: bool): bool {
  const kind = hostKind(urlHostFrom, urlHostTo);
  if (kind == HostKind.Metadata) return true;
  return mark && hostOdd && kind != HostKind.Name && kind != HostKind.Public;
}

/** Where the scheme before "://" begins, or `at`. */
function schemeStart(start: usize, at: usize): usize {
  if (at <= start || load<u8>(at - 1) != 0x3a) return at;
  let from = at - 1;
  while (from > start && at - from < 20 && isWord(load<u8>(from - 1))) from--;
  return from;
}

/** What stands before a URL that is a value within a value. */
function isMark(c: u32): bool {
  return c == 0x22 || c == 0x27 || c == 0x3d || c == 0x3c;
}
