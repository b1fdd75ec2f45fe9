// Forged JSON Web Tokens: headers that tell a careless verifier to trust the client's own signature.
//
//   alg none          no signature at all, in any spelling of the word
//   kid               a path, SQL or a command where the name of a key belongs
//   jku, x5u          keys over plain HTTP, which RFC 7515 §4.1.2 and §4.1.5 forbid
//
// Only the first segment of what looks like a compact token is decoded; a byte belongs to one segment at most, so the work
// is linear. TEST: test/unit/core/match/jwt.spec.ts

import { hexValue, isAlpha, isDigit, lowerByte } from "../bytes/ascii";
import { Span } from "./span";

/** How the header of a token begins, in lower case: {", { and a blank or line end. */
export const JWT_LITERALS = "eyj eya eyb ewo ew0 ewk";

/** Longest header segment, in base64 digits; longer ones are no access tokens. */
const SEGMENT_MAX: usize = 2048;
const header = memory.data(1536);
const TEXT_MAX: u32 = 256;
const text = memory.data(256);
let textSize: u32 = 0;

enum Member {
  Other = 0,
  Algorithm = 1,
  KeyId = 2,
  KeyUrl = 3,
}

/** True when the value of `at..end` holds a token whose header is forged; `span` is then that header. */
export function detectForgedJwt(at: usize, end: usize, span: Span): bool {
  let i = at;
  while (i + 8 < end) {
    // {" and { followed by a blank or line end
    if (!beginsObject(i) || (i > at && sextet(load<u8>(i - 1)) >= 0)) {
      i++;
      continue;
    }
    const from = i;
    while (i < end && sextet(load<u8>(i)) >= 0) i++;
    if (i >= end || load<u8>(i) != 0x2e || i - from > SEGMENT_MAX || !endsAsToken(i + 1, end)) continue;
    if (!isForged(header, header + decode(from, i))) continue;
    span.from = from;
    span.to = i;
    return true;
  }
  return false;
}

/** eyJ, eyA, ewo, ew0, ewk */
function beginsObject(at: usize): bool {
  if (load<u8>(at) != 0x65) return false;
  const next = <u32>load<u8>(at, 1);
  const third = <u32>load<u8>(at, 2);
  if (next == 0x79) return third - 0x41 < 12;
  return next == 0x77 && (third == 0x6f || third == 0x30 || third == 0x6b);
}

/** Behind the header's point comes a payload, of an object too. */
function endsAsToken(at: usize, end: usize): bool {
  return at + 2 < end && load<u8>(at) == 0x65 && (load<u8>(at, 1) == 0x79 || load<u8>(at, 1) == 0x77);
}

/** Decodes base64url digits into `header`; returns how many bytes. */
function decode(from: usize, to: usize): usize {
  let write = header;
  let bits: u32 = 0;
  let held: u32 = 0;
  for (let at = from; at < to; at++) {
    bits = (bits << 6) | (<u32>sextet(load<u8>(at)));
    held += 6;
    if (held < 8) continue;
    held -= 8;
    store<u8>(write++, <u8>(bits >> held));
  }
  return write - header;
}

/** Six bits of a digit of either alphabet of base64, or -1. */
function sextet(c: u32): i32 {
  if (isAlpha(c)) return <i32>(c & 0x20 ? c - 0x61 + 26 : c - 0x41);
  if (isDigit(c)) return <i32>(c - 0x30 + 52);
  if (c == 0x2d || c == 0x2b) return 62;
  return c == 0x5f || c == 0x2f ? 63 : -1;
}

/** Goes through the members of the header, one string after the other. */
function isForged(at: usize, end: usize): bool {
  let member: u32 = Member.Other;
  let i = at;
  while (i < end) {
    const c = <u32>load<u8>(i);
    if (c != 0x22) {
      if (c == 0x2c) member = Member.Other;
      i++;
      continue;
    }
    i = readString(i + 1, end);
    while (i < end && load<u8>(i) <= 0x20) i++;
    if (i < end && load<u8>(i) == 0x3a) member = memberOf();
    else if (isForgedMember(member)) return true;
  }
  return false;
}

/** Reads a string of JSON into `text`; returns where the text behind it begins. */
function readString(start: usize, end: usize): usize {
  textSize = 0;
  let at = start;
  while (at < end && load<u8>(at) != 0x22) {
    let c = <u32>load<u8>(at++);
    if (c == 0x5c && at < end) {
      c = load<u8>(at++);
      if (c == 0x75 && at + 4 <= end) {
        c = (<u32>((hexValue(load<u8>(at, 2)) << 4) | hexValue(load<u8>(at, 3)))) & 0xff;
        at += 4;
      }
    }
    if (textSize < TEXT_MAX) store<u8>(text + textSize++, <u8>c);
  }
  return at + 1;
}

function memberOf(): u32 {
  if (textSize != 3) return Member.Other;
  const name =
    lowerByte(load<u8>(text)) | (lowerByte(load<u8>(text, 1)) << 8) | (lowerByte(load<u8>(text, 2)) << 16);
  if (name == 0x676c61) return Member.Algorithm;
  if (name == 0x64696b) return Member.KeyId;
  return name == 0x756b6a || name == 0x753578 ? Member.KeyUrl : Member.Other;
}

function isForgedMember(member: u32): bool {
  switch (<i32>member) {
    case Member.Algorithm:
      return textSize == 4 && (load<u32>(text) | 0x20202020) == 0x656e6f6e;
    case Member.KeyId:
      return isForgedKeyId();
    case Member.KeyUrl:
      // http:
      return textSize > 5 && (load<u32>(text) | 0x20202020) == 0x70747468 && load<u8>(text, 4) == 0x3a;
    default:
      return false;
  }
}

/** Key names are words, URLs, hex and base64; not paths from the root or upwards, quotes and commands. */
function isForgedKeyId(): bool {
  for (let i: u32 = 0; i < textSize; i++) {
    const c = <u32>load<u8>(text + i);
    if (isForeign(c)) return true;
    if (i + 2 >= textSize) continue;
    const next = <u32>load<u8>(text + i, 1);
    if (c == 0x2e && next == 0x2e && isSlash(load<u8>(text + i, 2))) return true;
    if (c == 0x24 && next == 0x28) return true;
  }
  if (textSize < 5 || !isSlash(load<u8>(text))) return false;
  let i: u32 = 1;
  while (i < textSize && <u32>load<u8>(text + i) - 0x61 < 26) i++;
  return i > 2 && i < textSize && isSlash(load<u8>(text + i));
}

/** ' " ; | ` < and controls */
function isForeign(c: u32): bool {
  return c == 0x27 || c == 0x22 || c == 0x3b || c == 0x7c || c == 0x60 || c == 0x3c || c < 0x20;
}

function isSlash(c: u32): bool {
  return c == 0x2f || c == 0x5c;
}
