// Query strings and application/x-www-form-urlencoded bodies (URL standard §5.1), fed chunk by chunk.
//
// Readers disagree about `;`: some split at it, some drop the pair, most keep it as data. Both readings are
// inspected: the pair as `&` delimits it, and, when a `;` has a `=` after it, also the pieces between the
// semicolons. The pieces are ranges of the decoded pair, so each byte is decoded once and the work is linear.
// The values of a key that comes again are also pushed joined, behind the last pair (repeated-keys.ts).
// What cannot be decoded stays as it is. Nothing is dropped.
//
// WHY: pairs without escapes are pushed in place; others are decoded in `held`, which also carries a pair
// from chunk to chunk. SAFETY: no load reaches `end`. TEST: test/engine/parse.test.ts.

import { looksLikeDocument } from "../body/graphql-sniff";
import { findByte } from "../bytes/find-byte";
import { text } from "../bytes/text";
import { Anomaly } from "../inputs/anomaly";
import { InputKind, Inputs } from "../inputs/inputs";
import { PATH_KEY_BYTES, VALUE_WINDOW, ValueBuffer } from "../inputs/value-buffer";
import { escapeLength, putEscape } from "./percent";
import { BracketPath } from "./bracket-path";
import { RepeatedKeys } from "./repeated-keys";

const QUERY = text("query");
const NONE: u32 = 0xffffffff;
const AMPERSAND: u32 = 0x26;
const EQUALS: u32 = 0x3d;
const PERCENT: u32 = 0x25;
const PLUS: u32 = 0x2b;
const SEMICOLON: u32 = 0x3b;
/**
 * Bytes of a pair that are looked at before they are kept. After a drain they are looked at again: without an end to them
 * a pair of a megabyte of `=;` took four seconds.
 */
const LOOK_AHEAD: u32 = 8 * 1024;
/** Above this a key is moved to the buffer at its `=`, so that windows are cut behind a known key. */
const LONG_KEY: u32 = 1024;
/** Entries that one pair needs. */
const PAIR_ROOM: u32 = 2;

@unmanaged
export class QueryParser {
  anomalies: u64 = 0;
  /**
   * The GraphQL document that the last feed or finish ended with, valid until the drain; 0 long when there was none. A
   * feed stops behind it, so that none is missed.
   */
  documentAt: usize = 0;
  documentLen: u32 = 0;
  private address: u32 = 0;
  private held: ValueBuffer = new ValueBuffer();
  private brackets: BracketPath = new BracketPath();
  private repeated: RepeatedKeys = new RepeatedKeys();
  /** The pair was longer than a window. */
  private wasCut: bool = false;
  /** Offset of the first raw `=` in the pair, or NONE. */
  private equals: u32 = NONE;
  /** A raw `;` was seen in the pair. */
  private semicolon: bool = false;
  /** Offset of the first raw `=` behind a raw `;`, or NONE; 0 once a window with it was pushed. */
  private split: u32 = NONE;
  private full: bool = false;
  /** Where the second reading of the held pair goes on; NONE before the first reading. */
  private piece: u32 = NONE;
  /** An escape cut off by the end of a chunk, `%` first. */
  private carry: u64 = 0;
  private carried: u32 = 0;

  start(address: u32): void {
    this.reset();
    this.address = address;
  }

  /** Reads `len` bytes; fewer are consumed only when the inputs are full: drain them and feed the rest. */
  feed(inputs: Inputs, at: usize, len: u32): u32 {
    const end = at + len;
    let p = at;
    let run = at;
    this.full = false;
    this.documentLen = 0;
    while (p < end) {
      if (this.carried != 0) {
        p = run = this.continueEscape(inputs, p, end);
        if (this.full) return <u32>(p - at);
        continue;
      }
      p = findStop(p, end);
      if (p == end) break;
      const c = <u32>load<u8>(p);
      if (this.mustKeep(c, <u32>(p - run))) {
        run = this.keep(inputs, run, p);
        if (this.full) return <u32>(run - at);
      }
      if (c == EQUALS) {
        if (this.equals == NONE) this.equals = this.held.bytes.length + <u32>(p - run);
        if (this.semicolon && this.split == NONE) this.split = this.held.bytes.length + <u32>(p - run);
      } else if (c == SEMICOLON) {
        this.semicolon = true;
      } else if (c == AMPERSAND) {
        run = this.endPair(inputs, run, p);
        if (this.full || this.documentLen != 0) return <u32>(run - at);
      } else {
        run = this.keep(inputs, run, p);
        if (this.full || !this.makeRoom(inputs)) return <u32>(run - at);
        if (c == PLUS) this.held.bytes.byte(0x20);
        else p = this.escape(p, end);
        run = p + 1;
      }
      p++;
    }
    return <u32>(this.keep(inputs, run, end) - at);
  }

  /** The `ahead` bytes before `c` have to be kept before it is looked at. */
  private mustKeep(c: u32, ahead: u32): bool {
    if (ahead > LOOK_AHEAD) return true;
    return c == EQUALS && this.equals == NONE && (this.held.bytes.length != 0 || ahead > LONG_KEY);
  }

  /** The end of the text. False when the inputs are full: drain them and call again. */
  finish(inputs: Inputs): bool {
    this.full = false;
    this.documentLen = 0;
    if (this.carried != 0) {
      if (!this.makeRoom(inputs)) return false;
      this.anomalies |= Anomaly.QueryBadEscape;
      this.held.bytes.bytes(this.carryAt(), this.carried);
      this.carried = 0;
    }
    if (this.held.bytes.length != 0) {
      this.endPair(inputs, 0, 0);
      if (this.full) return false;
    }
    return this.repeated.push(inputs, this.address);
  }

  reset(): void {
    this.anomalies = 0;
    this.carried = 0;
    this.brackets.reset();
    this.repeated.reset();
    this.held.reset();
    this.nextPair();
  }

  free(): void {
    this.held.free();
    heap.free(changetype<usize>(this.held));
    heap.free(changetype<usize>(this.brackets));
    this.repeated.free();
    heap.free(changetype<usize>(this));
  }

  private nextPair(): void {
    this.held.clear();
    this.equals = NONE;
    this.semicolon = false;
    this.split = NONE;
    this.piece = NONE;
    this.wasCut = false;
  }

  private carryAt(): usize {
    return changetype<usize>(this) + offsetof<QueryParser>("carry");
  }

  /** Decodes the escape at `p`, which has room, or carries it over; returns its last byte read. */
  private escape(p: usize, end: usize): usize {
    const avail = <u32>(end - p);
    const length = escapeLength(p, avail);
    if (length == 0) {
      memory.copy(this.carryAt(), p, avail);
      this.carried = avail;
      return end - 1;
    }
    this.anomalies |= putEscape(this.held, p, length);
    return p + length - 1;
  }

  /** Completes an escape that the last chunk began; returns where to go on. */
  private continueEscape(inputs: Inputs, p: usize, end: usize): usize {
    if (!this.makeRoom(inputs)) return p;
    while (p < end) {
      store<u8>(this.carryAt() + this.carried, load<u8>(p));
      const length = escapeLength(this.carryAt(), this.carried + 1);
      if (length == 0) {
        this.carried++;
        p++;
        continue;
      }
      this.anomalies |= putEscape(this.held, this.carryAt(), length);
      if (length == 1) {
        // What was carried after the `%` are hex digits or `u`: data. The byte at `p` is looked at anew.
        this.held.bytes.bytes(this.carryAt() + 1, this.carried - 1);
      } else {
        p++;
      }
      this.carried = 0;
      break;
    }
    return p;
  }

  /** Room for one escape; false, and `full`, when a window must be pushed first and cannot. */
  private makeRoom(inputs: Inputs): bool {
    return this.held.room() >= 8 || this.cut(inputs);
  }

  /** Moves from..to behind the held bytes; returns how far it came. */
  private keep(inputs: Inputs, from: usize, to: usize): usize {
    while (from < to) {
      if (this.held.room() == 0 && !this.cut(inputs)) return from;
      const len = min(this.held.room(), <u32>(to - from));
      this.held.append(from, len);
      from += len;
    }
    return from;
  }

  /** Pushes the window that is full and slides on, the key in front. */
  private cut(inputs: Inputs): bool {
    if (!this.pushHeld(inputs)) return false;
    this.anomalies |= Anomaly.ValueSplit;
    this.wasCut = true;
    this.piece = NONE;
    const before = this.held.bytes.length;
    this.slide();
    // What comes behind a window has no say in how the window is read: it may not have come yet.
    if (this.split < before) this.split = 0;
    else if (this.split != NONE) this.split -= before - this.held.bytes.length;
    return true;
  }

  /** Keeps the key and the end of the window. */
  private slide(): void {
    if (this.equals == NONE) return this.held.slide(0);
    const bytes = this.held.bytes;
    const key = min(this.equals, PATH_KEY_BYTES);
    const value = bytes.length - this.equals - 1;
    // With little value behind a long key the bytes before the `=` must not be taken for value.
    if (value < this.held.window / 2) {
      memory.copy(bytes.at + key, bytes.at + this.equals, value + 1);
      bytes.length = key + 1 + value;
    } else {
      store<u8>(bytes.at + key, <u8>EQUALS);
      this.held.slide(key + 1);
    }
    this.equals = key;
  }

  /** The pair ends at `to`; from..to are its bytes that are not held. Returns how far it came. */
  private endPair(inputs: Inputs, from: usize, to: usize): usize {
    const len = <u32>(to - from);
    if (this.held.bytes.length == 0 && len <= VALUE_WINDOW && this.split == NONE) {
      if (inputs.room() < PAIR_ROOM) {
        this.full = true;
        return this.keep(inputs, from, to);
      }
      this.pushPair(inputs, from, len, this.equals);
      this.note(from, len);
    } else {
      from = this.keep(inputs, from, to);
      if (this.full || !this.pushHeld(inputs)) return from;
      if (this.held.loneSurrogates > 0) this.anomalies |= Anomaly.LoneSurrogate;
      if (!this.wasCut) this.note(this.held.bytes.at, this.held.bytes.length);
    }
    this.nextPair();
    return to + 1;
  }

  /** A whole pair was pushed; one without `=` has no value to join. */
  private note(at: usize, len: u32): void {
    if (this.equals >= len) return;
    const value = this.equals + 1;
    this.repeated.add(at, this.equals, at + value, len - value);
  }

  /** Both readings of the held pair; goes on where it stopped. False, and `full`, when it must stop. */
  private pushHeld(inputs: Inputs): bool {
    const at = this.held.copyTo(inputs);
    const end = at + this.held.bytes.length;
    if (at == 0) {
      // Out of memory: after a drain there is room again.
      this.full = inputs.count != 0;
      return !this.full;
    }
    if (inputs.room() < PAIR_ROOM) {
      this.full = true;
      return false;
    }
    if (this.piece == NONE) {
      this.pushPair(inputs, at, this.held.bytes.length, this.equals);
      this.piece = 0;
    }
    if (this.split >= this.held.bytes.length) return true;
    this.anomalies |= Anomaly.QuerySemicolon;
    while (at + this.piece < end) {
      if (inputs.room() < PAIR_ROOM) {
        this.full = true;
        return false;
      }
      const from = at + this.piece;
      const to = findByte(from, end, <u8>SEMICOLON);
      const equals = findByte(from, to, <u8>EQUALS);
      this.pushPair(inputs, from, <u32>(to - from), equals == to ? NONE : <u32>(equals - from));
      this.piece = <u32>(to + 1 - at);
    }
    return true;
  }

  private pushPair(inputs: Inputs, at: usize, len: u32, equals: u32): void {
    if (len == 0) return;
    const keyLen = min(equals, len);
    const path = this.brackets.path(inputs, at, keyLen);
    if (this.brackets.deep) this.anomalies |= Anomaly.QueryDepth;
    inputs.push(this.address, InputKind.Key, path, at, keyLen);
    const value = equals == NONE ? len : equals + 1;
    if (
      keyLen == QUERY.len &&
      memory.compare(at, QUERY.at, keyLen) == 0 &&
      looksLikeDocument(at + value, at + len)
    ) {
      this.documentAt = at + value;
      this.documentLen = len - value;
    }
    inputs.push(this.address, InputKind.String, path, at + value, len - value);
  }
}

/** First of `& % + = ;` in at..end, or end. */
function findStop(at: usize, end: usize): usize {
  while (at + 16 <= end) {
    const v = v128.load(at);
    const hits = v128.or(
      v128.or(i8x16.eq(v, i8x16.splat(<i8>AMPERSAND)), i8x16.eq(v, i8x16.splat(<i8>PERCENT))),
      v128.or(
        v128.or(i8x16.eq(v, i8x16.splat(<i8>PLUS)), i8x16.eq(v, i8x16.splat(<i8>EQUALS))),
        i8x16.eq(v, i8x16.splat(<i8>SEMICOLON)),
      ),
    );
    const mask = i8x16.bitmask(hits);
    if (mask != 0) return at + ctz(mask);
    at += 16;
  }
  while (at < end) {
    const c = <u32>load<u8>(at);
    if (c == AMPERSAND || c == PERCENT || c == PLUS || c == EQUALS || c == SEMICOLON) return at;
    at++;
  }
  return at;
}
