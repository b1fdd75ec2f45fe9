// The request target (RFC 9112 §3.2): origin-form, absolute-form, asterisk-form and CONNECT's authority-form,
// split into path and query. `#` has no meaning in a request target and is kept as data.

import { isAlpha, isDigit } from "../bytes/ascii";
import { findByte } from "../bytes/find-byte";
import { Address } from "../address";
import { InputKind, Inputs } from "../inputs/inputs";
import { decoded, decodePercent } from "./percent";

const SLASH: u8 = 0x2f;
const QUESTION: u8 = 0x3f;
const COLON: u8 = 0x3a;

/** What push() pushes next. */
enum Stage {
  Raw,
  Path,
  Segments,
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
  }

  /** Pushes the raw target, the decoded path and its decoded segments. False when the inputs are full. */
  push(inputs: Inputs): bool {
    if (this.stage == Stage.Raw) {
      if (!inputs.push(Address.RequestUriRaw, InputKind.String, 0, this.raw, this.rawLen)) return false;
      this.stage = Stage.Path;
    }
    if (this.stage == Stage.Path) {
      if (!this.pushDecoded(inputs, 0, this.path, this.pathLen)) return false;
      this.stage = Stage.Segments;
    }
    const end = this.path + this.pathLen;
    while (this.offset < this.pathLen) {
      const at = this.path + this.offset;
      const slash = findByte(at, end, SLASH);
      if (slash != at) {
        if (inputs.room() == 0) return false;
        this.pushDecoded(inputs, inputs.indexNode(0, this.segment), at, <u32>(slash - at));
        this.segment++;
      }
      this.offset = <u32>(slash + 1 - this.path);
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
