// Parts of a URL, as the most forgiving of browsers and HTTP clients read it (WHATWG URL §4.4 takes "\" for "/", any number
// of slashes, and none at all): what a server is led to is what its client makes of the text, not what RFC 3986 allows.
//
// One pass over scheme and authority; an authority longer than AUTHORITY_MAX is none.

import { isAlpha, isDigit, isSpace, isWord } from "../bytes/ascii";
import { URL_CELLS, URL_LONGEST, URL_SEED, URL_SLOTS, URL_TEXT } from "../generated/url-words";
import { wordClass } from "./word-table";

const SCHEME_MAX: usize = 24;
const AUTHORITY_MAX: usize = 320;
const SLASHES_MAX: u32 = 32;

/** Class of the scheme in generated/url-words, 0 = unknown or none. */
export let urlScheme: u32 = 0;
/** There is a scheme, known or not. */
export let urlHasScheme: bool = false;
/** Slashes and backslashes between scheme and host. */
export let urlSlashes: u32 = 0;
export let urlBackslashes: u32 = 0;
/** "user@" in the authority; 2 when there are several "@". */
export let urlAts: u32 = 0;
export let urlUserFrom: usize = 0;
export let urlHostFrom: usize = 0;
export let urlHostTo: usize = 0;
/** -1: none. Above 65535: no port, but it was written. */
export let urlPort: i32 = -1;
/** An "@" right behind what ends the authority for one reader and not for another: # ? \ or a blank. */
export let urlConfused: bool = false;
/** Behind host and port. */
export let urlRest: usize = 0;

/** Reads the URL, network-path reference or bare host at `at`; false when nothing there can be a host. */
export function readUrl(at: usize, end: usize): bool {
  urlScheme = 0;
  urlHasScheme = false;
  urlAts = 0;
  urlPort = -1;
  urlConfused = false;
  let i = readScheme(at, end);
  if (urlHasScheme && i < end && isAlpha(load<u8>(i))) {
    // jar:http://…, url:file:…: what the outer one wraps.
    const outer = urlScheme;
    const inner = readScheme(i, end);
    if (!urlHasScheme) {
      urlHasScheme = true;
      urlScheme = outer;
    } else i = inner;
    if (outer != 0) urlScheme = outer;
  }
  urlSlashes = 0;
  urlBackslashes = 0;
  while (i < end && urlSlashes < SLASHES_MAX && (load<u8>(i) == 0x2f || load<u8>(i) == 0x5c)) {
    urlSlashes++;
    if (load<u8>(i) == 0x5c) urlBackslashes++;
    i++;
  }
  return readAuthority(i, end);
}

/** Past "scheme:", or `at` when there is none. */
function readScheme(at: usize, end: usize): usize {
  urlHasScheme = false;
  let i = at;
  if (i >= end || !isAlpha(load<u8>(i))) return at;
  while (i < end && i - at < SCHEME_MAX && isSchemeByte(load<u8>(i))) i++;
  if (i >= end || load<u8>(i) != 0x3a) return at;
  i++;
  // host:80 has a port, no scheme.
  if (i < end && isDigit(load<u8>(i)) && !isWebScheme(at, i)) return at;
  urlHasScheme = true;
  urlScheme = urlWord(at, i);
  return i;
}

/** "http:…" before a digit is a scheme without slashes. */
function isWebScheme(at: usize, to: usize): bool {
  return urlWord(at, to) != 0;
}

function isSchemeByte(c: u32): bool {
  return (load<u8>(URL_BYTES + c) & IN_SCHEME) != 0;
}

/** Class of `from..to` in generated/url-words. */
export function urlWord(from: usize, to: usize): u32 {
  const len = <u32>(to - from);
  return len == 0 || len > URL_LONGEST ? 0 : wordClass(from, len, URL_SEED, URL_SLOTS, URL_CELLS, URL_TEXT);
}

/** Bits of URL_BYTES: part of a scheme; part of an authority that means nothing else there; part of a path, or its slash. */
const IN_SCHEME: u8 = 1;
const IN_AUTHORITY: u8 = 2;
export const IN_PATH: u8 = 4;
export const URL_BYTES = urlBytes();

function urlBytes(): usize {
  const table = heap.alloc(256);
  for (let c: u32 = 0; c < 256; c++) {
    const plain = isWord(c) || c == 0x2d || c == 0x2e;
    let bits: u8 = plain ? IN_SCHEME | IN_AUTHORITY | IN_PATH : 0;
    if (c == 0x2b) bits |= IN_SCHEME;
    if (c == 0x3a || c >= 0x80) bits |= IN_AUTHORITY;
    if (c == 0x2f) bits |= IN_PATH;
    store<u8>(table + c, bits);
  }
  return table;
}

function readAuthority(start: usize, end: usize): bool {
  const last = min(end, start + AUTHORITY_MAX);
  urlUserFrom = start;
  urlHostFrom = start;
  let at = start;
  let bracket = false;
  for (; at < last; at++) {
    const c = <u32>load<u8>(at);
    if (load<u8>(URL_BYTES + c) & IN_AUTHORITY) continue;
    if (c == 0x40) {
      urlAts++;
      urlHostFrom = at + 1;
      bracket = false;
    } else if (c == 0x5b) bracket = true;
    else if (c == 0x5d) bracket = false;
    else if (c == 0x2f || c == 0x3f || c == 0x23 || c == 0x5c || c == 0x26 || isSpace(c)) break;
    else if ((c == 0x22 || c == 0x27 || c == 0x3c || c == 0x60) && !bracket) break;
  }
  urlConfused = urlHasScheme && isConfused(at, end);
  readPort(at);
  return urlHostTo > urlHostFrom && at - start < AUTHORITY_MAX;
}

/** Up to three marks, then "@" and a host: http://one#@two, http://one\@two, http://one &@two. */
function isConfused(at: usize, end: usize): bool {
  const last = min(end, at + 4);
  for (let i = at; i + 1 < last; i++) {
    const c = <u32>load<u8>(i);
    if (c == 0x40) return i > at && isWord(load<u8>(i, 1));
    if (c == 0x2f || isWord(c)) return false;
  }
  return false;
}

/** Splits host and port, which end at `to`. */
function readPort(to: usize): void {
  urlRest = to;
  urlHostTo = to;
  if (urlHostFrom >= to) return;
  if (load<u8>(urlHostFrom) == 0x5b) {
    let close = urlHostFrom + 1;
    while (close < to && load<u8>(close) != 0x5d) close++;
    urlHostFrom++;
    urlHostTo = close;
    if (close + 1 < to && load<u8>(close, 1) == 0x3a) urlPort = decimal(close + 2, to);
    return;
  }
  let colon = urlHostFrom;
  while (colon < to && load<u8>(colon) != 0x3a) colon++;
  if (colon == to) return;
  // Two colons and no brackets: an IPv6 address written bare.
  for (let more = colon + 1; more < to; more++) {
    if (load<u8>(more) == 0x3a) return;
  }
  urlHostTo = colon;
  urlPort = decimal(colon + 1, to);
}

function decimal(at: usize, to: usize): i32 {
  if (at >= to) return -1;
  let value: i32 = 0;
  for (; at < to; at++) {
    if (!isDigit(load<u8>(at))) return -1;
    value = min(value * 10 + <i32>load<u8>(at) - 0x30, 1000000);
  }
  return value;
}
