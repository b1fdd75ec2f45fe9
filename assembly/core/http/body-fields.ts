// What the header fields of a message say about its body beside its type: content coding (RFC 9110 §8.4) and length (§8.6).

import { equalsFolded, isSpace } from "../bytes/ascii";
import { findByte } from "../bytes/find-byte";
import { Text, text } from "../bytes/text";
import { HeaderPairs, isField } from "./header-fields";

export enum Coding {
  None,
  Gzip,
  Deflate,
  /** One that cannot be read here, or several on top of each other. */
  Unreadable,
}

const CONTENT_LENGTH = text("content-length");
const CONTENT_ENCODING = text("content-encoding");
const TRANSFER_ENCODING = text("transfer-encoding");
const GRPC_ENCODING = text("grpc-encoding");
const GZIP = text("gzip");
const X_GZIP = text("x-gzip");
const DEFLATE = text("deflate");
const IDENTITY = text("identity");
const COMMA: u8 = 0x2c;
/** Digits of a length that is believed. */
const LENGTH_DIGITS: u32 = 18;

@unmanaged
export class BodyFields {
  coding: Coding = Coding.None;
  /** Bytes that are declared, or -1. */
  length: i64 = -1;
  /** Two lengths that differ, one that is none, or one beside a transfer coding. */
  hasConflict: bool = false;
  /** `grpc-encoding`, in the blob that was read; 0 long when there is none. */
  messageCoding: Text = new Text();
  private hasTransferCoding: bool = false;

  clear(): void {
    this.coding = Coding.None;
    this.length = -1;
    this.hasConflict = false;
    this.messageCoding.len = 0;
    this.hasTransferCoding = false;
  }

  /** Reads the pair that `pairs` stands at; for most it is one look at the length of its name. */
  readPair(pairs: HeaderPairs): void {
    if (pairs.nameLen == 13) {
      if (isField(pairs, GRPC_ENCODING)) {
        this.messageCoding.at = pairs.value;
        this.messageCoding.len = pairs.valueLen;
      }
    } else if (pairs.nameLen == 14) {
      if (isField(pairs, CONTENT_LENGTH)) this.readLength(pairs.value, pairs.valueLen);
    } else if (pairs.nameLen == 16) {
      if (isField(pairs, CONTENT_ENCODING)) this.readCodings(pairs.value, pairs.value + pairs.valueLen);
    } else if (pairs.nameLen == 17 && isField(pairs, TRANSFER_ENCODING)) {
      this.hasTransferCoding = true;
      if (this.length >= 0) this.hasConflict = true;
    }
  }

  private readLength(at: usize, len: u32): void {
    let length: i64 = 0;
    for (let i: u32 = 0; i < len; i++) {
      const digit = <u32>load<u8>(at + i) - 0x30;
      if (digit > 9 || len > LENGTH_DIGITS) {
        this.hasConflict = true;
        return;
      }
      length = length * 10 + digit;
    }
    if (len == 0 || this.hasTransferCoding || (this.length >= 0 && this.length != length))
      this.hasConflict = true;
    if (len != 0) this.length = length;
  }

  /** Codings in the order in which they were applied; `identity` is none. */
  private readCodings(at: usize, end: usize): void {
    while (at < end) {
      const to = findByte(at, end, COMMA);
      let from = at;
      let last = to;
      while (from < last && isSpace(load<u8>(from))) from++;
      while (last > from && isSpace(load<u8>(last - 1))) last--;
      if (from < last) this.addCoding(codingOf(from, <u32>(last - from)));
      at = to + 1;
    }
  }

  private addCoding(coding: Coding): void {
    if (coding == Coding.None) return;
    this.coding = this.coding == Coding.None ? coding : Coding.Unreadable;
  }
}

function codingOf(at: usize, len: u32): Coding {
  if (isWord(at, len, IDENTITY)) return Coding.None;
  if (isWord(at, len, GZIP) || isWord(at, len, X_GZIP)) return Coding.Gzip;
  return isWord(at, len, DEFLATE) ? Coding.Deflate : Coding.Unreadable;
}

function isWord(at: usize, len: u32, word: Text): bool {
  return equalsFolded(at, len, word.at, word.len);
}
