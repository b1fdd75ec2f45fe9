// Values inside values: what a value holds once an application decodes it again.
//
//   value ─┬─ percent ─ references ─ escapes ─ look-alikes ─ NULs ─→ one more input for each step that changed it;
//          │                                                         the last one goes round again
//          └─ base64 · token · JSON · query of a URL ─────────────→ the texts and values in it, which go round too
//
// WHY a chain and not a tree: applications decode in some order that nobody knows here. Every step's result is
// judged, so that an attack which shows after any prefix of the chain is seen; a tree of all orders would cost
// 5! times as much and shows attacks that no application would.
// Linear: a round appends at most five copies of the value and reads it a constant number of times, rounds are
// limited by `depth`, structures by the room of the list.
// A benign value costs one AND with its class mask (match/byte-classes.ts).

import { Address } from "../address";
import { ByteWriter } from "../bytes/byte-writer";
import { findByte } from "../bytes/find-byte";
import { isSpace } from "../bytes/ascii";
import { JsonParser } from "../body/json";
import { QueryParser } from "../http/query";
import { Inputs } from "../inputs/inputs";
import { KeyPath } from "../inputs/key-path";
import { scanClasses } from "../match/byte-classes";
import { removeNulls } from "../transform/remove-nulls";
import { isBinary } from "./binary-sniff";
import { decodeBase64Text, mayBeBase64Text } from "./base64-text";
import { decodeEntities } from "./entities";
import { decodeEscapes } from "./escapes";
import { foldLookAlikes } from "./look-alikes";
import { decodePercent } from "./percent";

// Classes of match/byte-classes.ts.
const PERCENT: u64 = 1 << 5;
const AMPERSAND: u64 = 1 << 6;
const BACKSLASH: u64 = 1 << 25;
const HIGH: u64 = 1 << 37;
const NUL: u64 = 1 << 29;
const CODED: u64 = PERCENT | AMPERSAND | BACKSLASH | HIGH | NUL;
const EQUALS: u64 = 1 << 19;
const DOT: u64 = 1 << 14;
const COMMA: u64 = 1 << 12;
const SPACE: u64 = 1;
/** `: / = ?` */
const URL: u64 = (1 << 16) | (1 << 15) | EQUALS | (1 << 21);
/** `+ - / = _`, line ends, digits, and letters: base64 in both alphabets. */
const BASE64: u64 =
  (1 << 11) |
  (1 << 13) |
  (1 << 15) |
  EQUALS |
  (1 << 28) |
  (1 << 30) |
  (1 << 31) |
  (1 << 36) |
  (1 << 38) |
  (1 << 39);

/** `[` and `{` */
const OPENS: u64 = (1 << 24) | (1 << 32);
/** Without one of these a value is no structure but base64. */
const STRUCTURES: u64 = DOT | COMMA | SPACE | (1 << 16) | OPENS;

/**
 * Something may lie inside the value, whose classes are `mask`. What most values are is told from the classes and a few
 * letters, so that a word or an identifier costs no call.
 */
export function mayHold(at: usize, len: u32, mask: u64): bool {
  if ((mask & CODED) != 0) return true;
  if (len < 8) return false;
  if ((mask & ~(BASE64 | SPACE)) == 0 && mayBeBase64Text(at, len)) return true;
  if ((mask & STRUCTURES) == 0) return false;
  if ((mask & OPENS) != 0 || (mask & URL) == URL) return true;
  const folded = (<u32>load<u8>(at)) | 0x20;
  return folded == 0x62 || folded == 0x64 || folded == 0x65;
}

/** Rounds of an input that need not be looked into again. */
const DONE: u32 = 0xff;
/** A value longer than this is not looked into as a structure: applications do not decode megabytes twice. */
const STRUCTURE_MAX: u32 = 64 * 1024;
const TOKEN_HEAD: u32 = 0x4a7965; // "eyJ"

@unmanaged
export class NestedValues {
  /** What was found; its entries' flags are the rounds that led to them. */
  found: Inputs = new Inputs();
  /** The list was full: something inside a value was not looked at on its own. */
  isCut: bool = false;
  private text: ByteWriter = new ByteWriter();
  private json: JsonParser = new JsonParser();
  /** Of values inside values inside the value: `json` may be in the middle of the outer one. */
  private innerJson: JsonParser = new JsonParser();
  /** What `json` has still to read, once there is room again; its path and address. */
  private restAt: usize = 0;
  private restLen: u32 = 0;
  private restPath: usize = 0;
  private restAddress: u32 = 0;
  private query: QueryParser = new QueryParser();
  // The value being looked into.
  private address: u32 = 0;
  private kind: u32 = 0;
  private path: usize = 0;
  private rounds: u32 = 0;

  /**
   * Appends to `found` what the value holds, which has gone through `rounds` rounds. `mask` is its scanClasses().
   * The bytes and `path` must live until found.clear().
   */
  lookInto(address: u32, kind: u32, path: usize, at: usize, len: u32, mask: u64, rounds: u32): void {
    if (!mayHold(at, len, mask)) return;
    // In a picture every few bytes look like something encoded: to judge it fourteen times over took 58 ns a byte.
    if (address == Address.RequestBodyFilesContent && isBinary(at, len)) return;
    this.address = address;
    this.kind = kind;
    this.path = path;
    this.rounds = rounds + 1;
    if (len <= STRUCTURE_MAX) this.openStructure(at, len, mask);
    if ((mask & CODED) != 0) this.decode(at, len, mask);
  }

  /** To be called when `found` was cleared: reads on where it was full. Then `found` may have entries again. */
  readOn(): void {
    if (this.restLen == 0) return;
    this.path = this.restPath;
    this.address = this.restAddress;
    this.rounds = 1;
    const len = this.restLen;
    const read = this.json.feed(this.found, this.restAt, len);
    this.restAt += read;
    this.restLen -= read;
    if (this.restLen == 0 && this.json.finish(this.found)) this.json.reset();
    this.adopt(0);
  }

  /** Forgets what is still to be read. */
  stop(): void {
    if (this.restLen != 0) this.json.reset();
    this.restLen = 0;
    this.found.clear();
  }

  /** The chain of decoders; only its last result is worth another round. */
  private decode(at: usize, len: u32, mask: u64): void {
    const text = this.text;
    const found = this.found;
    let last: u32 = 0;
    for (let step = 0; step < 5; step++) {
      text.clear();
      if (!decodeStep(step, at, len, mask, text)) continue;
      at = found.arena.copy(text.at, text.length);
      len = text.length;
      if ((at == 0 && len != 0) || !found.push(this.address, this.kind, this.path, at, len)) {
        this.isCut = true;
        return;
      }
      mask = scanClasses(at, len);
      last = found.count;
      found.setRounds(last - 1, DONE);
    }
    if (last != 0) found.setRounds(last - 1, this.rounds);
  }

  private openStructure(at: usize, len: u32, mask: u64): void {
    if (len < 8) return;
    if ((mask & ~(BASE64 | SPACE)) == 0 && (this.openBase64(at, len) || (mask & SPACE) == 0)) return;
    const first = <u32>load<u8>(at);
    const folded = first | 0x20;
    if (first == 0x7b || first == 0x5b || first == 0x20 || first == 0x0a) this.openJson(at, len);
    if ((mask & DOT) != 0 && (folded == 0x65 || folded == 0x62)) this.openToken(at, len);
    if ((mask & (SPACE | COMMA)) != 0 && (folded == 0x62 || folded == 0x64)) this.openPrefixed(at, len);
    // A header's URL leads elsewhere: the query in a Referer is what another site was asked.
    if ((mask & URL) == URL && this.address != Address.RequestHeaders) this.openUrl(at, len);
  }

  private openBase64(at: usize, len: u32): bool {
    const text = this.text;
    text.clear();
    // A path of one segment.
    const found =
      decodeBase64Text(at, len, text) || (load<u8>(at) == 0x2f && decodeBase64Text(at + 1, len - 1, text));
    if (found) this.push(text.at, text.length);
    return found;
  }

  /** A copy of the text as one more input. */
  private push(from: usize, len: u32): void {
    const found = this.found;
    const copy = found.arena.copy(from, len);
    if (copy == 0 || !found.push(this.address, this.kind, this.path, copy, len)) this.isCut = true;
    else found.setRounds(found.count - 1, this.rounds);
  }

  /** Header and claims of a JSON Web Token (RFC 7519 §3.1), alone or after `Bearer `. */
  private openToken(at: usize, len: u32): void {
    const end = at + len;
    let p = at;
    if (load<u8>(at) != 0x65) {
      p = findByte(at, min(end, at + 8), 0x20) + 1;
    }
    if (p + 8 > end || (load<u32>(p) & 0xffffff) != TOKEN_HEAD) return;
    const text = this.text;
    for (let part = 0; part < 2; part++) {
      const stop = findByte(p, end, 0x2e);
      if (stop == end && part == 0) return;
      text.clear();
      if (decodeBase64Text(p, <u32>(stop - p), text)) this.push(text.at, text.length);
      p = stop + 1;
      if (p >= end) return;
    }
  }

  /** `Basic …` (RFC 7617) and `data:…;base64,…` (RFC 2397). */
  private openPrefixed(at: usize, len: u32): void {
    const end = at + len;
    let from: usize = 0;
    if ((load<u32>(at) | 0x20202020) == 0x69736162 && load<u16>(at, 4) == 0x2063) {
      from = at + 6; // "basic "
    } else if ((load<u32>(at) | 0x20202020) == 0x61746164) {
      const comma = findByte(at, end, 0x2c);
      if (comma - at < 12 || comma == end || (load<u32>(comma - 4) | 0x20202020) != 0x34366573) return; // "se64"
      from = comma + 1;
    }
    if (from == 0) return;
    const text = this.text;
    text.clear();
    if (decodeBase64Text(from, <u32>(end - from), text)) this.push(text.at, text.length);
  }

  /** An object or array in a string. */
  private openJson(at: usize, len: u32): void {
    const end = at + len;
    let p = at;
    while (p < end && isSpace(load<u8>(p))) p++;
    if (end - p < 4) return;
    const first = <u32>load<u8>(p);
    if (first != 0x7b && first != 0x5b) return;
    let next = p + 1;
    while (next < end && isSpace(load<u8>(next))) next++;
    if (next == end) return;
    const c = <u32>load<u8>(next);
    const opens = first == 0x7b ? c == 0x22 : c == 0x22 || c == 0x7b || c == 0x5b || c - 0x30 < 10;
    if (!opens) return;
    const from = this.found.count;
    const size = <u32>(end - p);
    const isOuter = this.rounds == 1 && this.restLen == 0;
    const json = isOuter ? this.json : this.innerJson;
    json.start(this.address);
    const read = json.feed(this.found, p, size);
    this.adopt(from);
    if (isOuter && read < size) {
      this.restAt = p + read;
      this.restLen = size - read;
      this.restPath = this.path;
      this.restAddress = this.address;
      return;
    }
    if (read < size || !json.finish(this.found)) this.isCut = true;
    this.adopt(from);
    json.reset();
  }

  /** The parameters of a URL. */
  private openUrl(at: usize, len: u32): void {
    const end = at + len;
    const colon = findByte(at, min(end, at + 16), 0x3a);
    if (colon + 3 >= end || load<u16>(colon, 1) != 0x2f2f) return;
    const question = findByte(colon, end, 0x3f);
    if (question == end) return;
    const stop = findByte(question, end, 0x23);
    const from = this.found.count;
    const size = <u32>(stop - question) - 1;
    this.query.start(this.address);
    if (this.query.feed(this.found, question + 1, size) < size || !this.query.finish(this.found))
      this.isCut = true;
    this.query.reset();
    this.adopt(from);
  }

  /** Hangs the paths of the entries from `from` on below the path of the value they came from. */
  private adopt(from: u32): void {
    const found = this.found;
    for (let i = from; i < found.count; i++) {
      found.setRounds(i, this.rounds);
      let node = found.keyPath(i);
      if (node == 0) {
        found.setKeyPath(i, this.path);
        continue;
      }
      while (changetype<KeyPath>(node).parent != 0 && node != this.path)
        node = changetype<KeyPath>(node).parent;
      if (node != this.path && !this.holds(node)) changetype<KeyPath>(node).parent = this.path;
    }
  }

  /** `node` is the root of the value's own path. */
  private holds(node: usize): bool {
    let root = this.path;
    while (root != 0 && changetype<KeyPath>(root).parent != 0) root = changetype<KeyPath>(root).parent;
    return root == node;
  }
}

/** Whoever looks into a value has stopped before the next does. */
export const nestedValues = new NestedValues();

/** One decoder of the chain; false when it has nothing to do. */
export function decodeStep(step: i32, at: usize, len: u32, mask: u64, out: ByteWriter): bool {
  switch (step) {
    case 0:
      return (mask & PERCENT) != 0 && decodePercent(at, len, out);
    case 1:
      return (mask & AMPERSAND) != 0 && decodeEntities(at, len, out);
    case 2:
      return (mask & BACKSLASH) != 0 && decodeEscapes(at, len, out);
    case 3:
      return (mask & HIGH) != 0 && foldLookAlikes(at, len, out);
    default:
      return (mask & NUL) != 0 && isText(at, len) && removeNulls(at, len, out);
  }
}

/** No control characters but NUL and white space: other bytes of binary data would make sense of their own. */
function isText(at: usize, len: u32): bool {
  const end = at + len;
  for (let p = at; p < end; p++) {
    const c = <u32>load<u8>(p);
    if (c < 0x20 && c != 0 && c - 0x09 > 4) return false;
  }
  return true;
}
