// The request target (RFC 9112 §3.2): origin-form, absolute-form, asterisk-form and CONNECT's authority-form,
// split into path and query. `#` has no meaning in a request target and is kept as data; some servers cut it off
// as a fragment, so what follows the first one is also a value of its own.
//
// A path is pushed whole and segment by segment. Readers differ about what of it they hand to an application:
// JAX-RS and Spring cut `;name=value` off a segment (RFC 3986 §3.3), routers read `name=value` segments, and a
// wildcard takes the rest of the path with its slashes. So the parameters of a segment are values too, split
// before they are decoded, and so is the rest from the first segment with a byte that names do not have.
// Parameters do not overlap and there is one rest, so the work stays linear; an ordinary path has neither.

import { isAlpha, isDigit, isWord } from "../bytes/ascii";
import { findByte } from "../bytes/find-byte";
import { Address } from "../address";
import { InputKind, Inputs } from "../inputs/inputs";
import { PATH_KEY_BYTES } from "../inputs/value-buffer";
import { decoded, decodePercent } from "./percent";

const SLASH: u8 = 0x2f;
const QUESTION: u8 = 0x3f;
const COLON: u8 = 0x3a;
const SEMICOLON: u8 = 0x3b;
const EQUALS: u8 = 0x3d;
const HASH: u8 = 0x23;
const PERCENT: u32 = 0x25;

/** What push() pushes next. */
enum Stage {
  Raw,
  Path,
  Segments,
  Rest,
  Parameters,
  Fragment,
}

@unmanaged
export class RequestTarget {
  path: usize = 0;
  pathLen: u32 = 0;
  /** What follows the first `?`; of length 0 when there is none. */
  query: usize = 0;
  queryLen: u32 = 0;
  anomalies: u64 = 0;
  private raw: usize = 0;
  private rawLen: u32 = 0;
  private stage: Stage = Stage.Raw;
  /** Where the next segment starts, relative to the path, and its number. */
  private offset: u32 = 0;
  private segment: i32 = 0;
  /** Where the first segment with an odd byte starts, relative to the path; `pathLen` when there is none. */
  private odd: u32 = 0;

  /** Splits the target; its bytes must stay until everything is pushed and drained. */
  start(at: usize, len: u32): void {
    const end = at + len;
    const path = skipAuthority(at, end);
    const question = findByte(path, end, QUESTION);
    this.raw = at;
    this.rawLen = len;
    this.path = path;
    this.pathLen = <u32>(question - path);
    this.query = question == end ? end : question + 1;
    this.queryLen = <u32>(end - this.query);
    this.anomalies = 0;
    this.stage = Stage.Raw;
    this.offset = 0;
    this.segment = 0;
    this.odd = this.pathLen;
  }

  /** Pushes the raw target and what the path holds, decoded. False when the inputs are full: drain, call again. */
  push(inputs: Inputs): bool {
    if (this.stage == Stage.Raw) {
      if (!inputs.push(Address.RequestUriRaw, InputKind.String, 0, this.raw, this.rawLen)) return false;
      this.stage = Stage.Path;
    }
    if (this.stage == Stage.Path) {
      if (!this.pushDecoded(inputs, 0, this.path, this.pathLen)) return false;
      this.stage = Stage.Segments;
    }
    if (this.stage == Stage.Segments) {
      if (!this.pushSegments(inputs)) return false;
      this.stage = Stage.Rest;
    }
    if (this.stage == Stage.Rest) {
      if (!this.pushRest(inputs)) return false;
      this.offset = this.odd;
      this.stage = Stage.Parameters;
    }
    if (this.stage == Stage.Parameters) {
      if (!this.pushParameters(inputs)) return false;
      this.stage = Stage.Fragment;
    }
    const end = this.raw + this.rawLen;
    const hash = findByte(this.raw, end, HASH);
    return hash == end || this.pushDecoded(inputs, 0, hash + 1, <u32>(end - hash - 1));
  }

  private pushSegments(inputs: Inputs): bool {
    const end = this.path + this.pathLen;
    while (this.offset < this.pathLen) {
      const at = this.path + this.offset;
      const slash = findByte(at, end, SLASH);
      if (slash != at) {
        if (inputs.room() == 0) return false;
        this.pushDecoded(inputs, inputs.indexNode(0, this.segment), at, <u32>(slash - at));
        this.segment++;
        if (this.odd == this.pathLen && isOdd(at, slash)) this.odd = this.offset;
      }
      this.offset = <u32>(slash + 1 - this.path);
    }
    return true;
  }

  /** What a wildcard takes from the first odd segment on; a last segment was pushed already. */
  private pushRest(inputs: Inputs): bool {
    const at = this.path + this.odd;
    const end = this.path + this.pathLen;
    return findByte(at, end, SLASH) == end || this.pushDecoded(inputs, 0, at, <u32>(end - at));
  }

  /** The pieces of the segments between semicolons; of `name=value` the value, with the name as its key. */
  private pushParameters(inputs: Inputs): bool {
    const end = this.path + this.pathLen;
    while (this.offset < this.pathLen) {
      const at = this.path + this.offset;
      let equals: usize = 0;
      let to = at;
      while (to < end && load<u8>(to) != SLASH && load<u8>(to) != SEMICOLON) {
        if (equals == 0 && load<u8>(to) == EQUALS) equals = to;
        to++;
      }
      const opens = at == this.path || load<u8>(at - 1) == SLASH;
      const closes = to == end || load<u8>(to) == SLASH;
      // Without a name and a semicolon it is the segment, which was pushed.
      if (at != to && !(equals == 0 && opens && closes)) {
        if (inputs.room() == 0) return false;
        const value = equals == 0 ? at : equals + 1;
        const path: usize = equals == 0 ? 0 : inputs.keyNode(0, at, min(<u32>(equals - at), PATH_KEY_BYTES));
        this.pushDecoded(inputs, path, value, <u32>(to - value));
      }
      this.offset = <u32>(to + 1 - this.path);
    }
    return true;
  }

  private pushDecoded(inputs: Inputs, path: usize, at: usize, len: u32): bool {
    if (inputs.room() == 0) return false;
    decodePercent(inputs, at, len);
    this.anomalies |= decoded.anomalies;
    return inputs.push(Address.RequestPath, InputKind.String, path, decoded.at, decoded.len);
  }
}

/** Behind `scheme://authority` of an absolute-form, else `at`. */
function skipAuthority(at: usize, end: usize): usize {
  if (at == end || !isAlpha(load<u8>(at))) return at;
  let p = at;
  while (p < end && isSchemeByte(load<u8>(p))) p++;
  if (end - p < 3 || load<u8>(p) != COLON || load<u8>(p, 1) != SLASH || load<u8>(p, 2) != SLASH) return at;
  p += 3;
  while (p < end && load<u8>(p) != SLASH && load<u8>(p) != QUESTION) p++;
  return p;
}

function isSchemeByte(c: u32): bool {
  return isAlpha(c) || isDigit(c) || c == 0x2b || c == 0x2d || c == 0x2e;
}

/** Holds a byte that is rare in the names that paths are made of; spaces between words are not. */
function isOdd(at: usize, end: usize): bool {
  for (let p = at; p < end; p++) {
    const c = <u32>load<u8>(p);
    if (isWord(c) || c - 0x2b < 4 || c == 0x7e || c == 0x40 || c == COLON) continue;
    if (end - p < 3 || c != PERCENT || load<u8>(p, 1) != 0x32 || load<u8>(p, 2) != 0x30) return true;
    p += 2;
  }
  return false;
}
