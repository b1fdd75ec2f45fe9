// Protocol Buffers (https://protobuf.dev/programming-guides/encoding/) without a schema, incremental: one message in
// pieces of any size, no recursion. Values are pushed at key paths of field numbers, `3.2` as the nodes 3 and 2.
//
//   start(address, length)     a message of `length` bytes, or LENGTH_UNKNOWN
//   feed(inputs, at, len)      all bytes are read; inputs are drained when they are full
//   finish(inputs)             the end
//
// Whether a length-delimited field is a string, a message or bytes, only its bytes can tell. They are looked at before
// they are read: a field up to LOOK_BYTES as a whole, a longer one by its first LOOK_BYTES.
//
// │ UTF-8 without controls │ fields end to end │ then                                                        │
// │ yes                    │ no                │ a string                                                    │
// │ no                     │ yes               │ its fields are read                                         │
// │ yes                    │ yes               │ both; fields inside that are both, too, are only read as fields: they were seen as text │
// │ no                     │ no                │ bytes: inspected whole if most of it is text, else the runs of text in it │
//
// Fields that no encoder writes so (numbers above 65,535, longer varints than needed, 8 letters as a fixed64) are read
// and inspected as bytes too, because text can be written so that it reads as such a message. The message itself is
// declared to be one: it is text only where it cannot be read. Long fields that are not only read as messages are
// followed by the lane (protobuf-lane.ts) in windows of 16 KiB that overlap by 1 KiB. One that turns out to be no
// message later on is followed as bytes from there.
//
// Linear: a byte is a tag, length or scalar in one message only, where it is looked at once for the shape and once read;
// the look for text goes on where that of the message around it stopped; a byte is pushed at most once as part of a
// text that is a message, too, and once as a value. Only the first LOOK_BYTES of a longer field may be copied and looked
// at once per message around it, of which there are at most PROTOBUF_DEPTH.
// SAFETY: lengths are checked against the message around before anything is read by them. What is looked at across
// chunks lies in one block for the whole VM, which is written only when no input points into it.
// TEST: test/engine/protobuf.test.ts.

import { Anomaly } from "../inputs/anomaly";
import { ByteWriter } from "../bytes/byte-writer";
import { InputKind, Inputs } from "../inputs/inputs";
import { ProtobufLane } from "./protobuf-lane";
import { PROTOBUF_DEPTH, writeDecimal } from "./protobuf-path";
import { Shape, VARINT_BYTES, WireType, isCutCharacter, isNumber, shapeOf, textEnd } from "./protobuf-shape";

/** Bytes of a field that are looked at before it is read. */
const LOOK_BYTES: u32 = 4096;
/** Of a message whose end finish() tells. */
export const LENGTH_UNKNOWN: u32 = 0xffffffff;
const DECIMAL_BYTES: u32 = 20;

enum Place {
  Tag,
  Varint,
  Fixed,
  Length,
  /** Among the bytes that are looked at. */
  Look,
  /** In a field that is not read as a message. */
  Opaque,
}

/** The bytes that are looked at, of a field that began in another chunk; made at first use. */
let block: usize = 0;

@unmanaged
export class ProtobufParser extends ProtobufLane {
  /** Bits of Anomaly. */
  anomalies: u64 = 0;
  private place: Place = Place.Tag;
  /** Place of the next byte in the whole message. */
  private offset: u64 = 0;
  /** Of the field being read; 0 is the message itself. */
  private number: u32 = 0;
  /** The varint or fixed value so far, and its bytes. */
  private value: u64 = 0;
  private valueBytes: u32 = 0;
  private isValueWhole: bool = false;
  private fixedBytes: u32 = 0;
  /** Length of the field that is looked at, or what is left of an opaque one. */
  private fieldLeft: u64 = 0;
  private look: ByteWriter = new ByteWriter();
  /** Up to where fields were pushed as part of a text around them. */
  private coveredEnd: u64 = 0;
  /** The same where the text around them is one piece. */
  private coveredTextEnd: u64 = 0;
  /** [textFrom, textTo) is text; `isTextOver`: what follows is not. */
  private textFrom: usize = 0;
  private textTo: usize = 0;
  private isTextOver: bool = false;

  start(address: u32, length: u32): void {
    this.reset();
    this.fieldLeft = length == LENGTH_UNKNOWN ? u64.MAX_VALUE : <u64>length;
    this.resetPath(address, this.fieldLeft);
    this.place = Place.Look;
  }

  /** Reads all of `len` bytes. */
  feed(inputs: Inputs, at: usize, len: u32): void {
    this.forgetText();
    this.follow(inputs, this.offset, at, at + len);
    this.read(inputs, at, at + len);
  }

  /** The end of the message. */
  finish(inputs: Inputs): void {
    for (let i: u32 = 0; this.place == Place.Look && i <= PROTOBUF_DEPTH; i++) {
      const have = this.look.length;
      if (this.number == 0 && this.fieldLeft == u64.MAX_VALUE) {
        this.fieldLeft = have;
        this.resetPath(this.address, have);
      }
      this.takeLook(inputs);
    }
    while (this.depth != 0 && this.offset == this.limit) this.closeEnded(inputs);
    const isEnd = this.offset == this.limit || this.limit == u64.MAX_VALUE;
    if (this.depth != 0 || !this.isComplete() || !isEnd) this.anomalies |= Anomaly.ProtobufMalformed;
    this.endLane(inputs);
  }

  /** Forgets the message; its inputs must have been drained. */
  reset(): void {
    this.resetLane();
    this.resetPath(0, 0);
    this.anomalies = 0;
    this.place = Place.Tag;
    this.offset = 0;
    this.number = 0;
    this.fieldLeft = 0;
    this.look.free();
    this.coveredEnd = 0;
    this.coveredTextEnd = 0;
    this.clearValue();
    this.forgetText();
  }

  free(): void {
    this.reset();
    this.freePath();
    this.freeLane();
    heap.free(changetype<usize>(this.look));
    heap.free(changetype<usize>(this));
  }

  /** No field has begun and not ended. */
  private isComplete(): bool {
    return this.place == Place.Tag && this.valueBytes == 0 && !this.inGroup();
  }

  private clearValue(): void {
    this.value = 0;
    this.valueBytes = 0;
    this.isValueWhole = false;
  }

  private forgetText(): void {
    this.textFrom = 0;
    this.textTo = 0;
    this.isTextOver = false;
  }

  /** Reads [p, end): bytes of a chunk, or those that were looked at. */
  private read(inputs: Inputs, p: usize, end: usize): void {
    while (p < end) {
      if (this.offset == this.limit) {
        if (this.depth == 0) return;
        this.closeEnded(inputs);
        continue;
      }
      const left = this.limit - this.offset;
      const stop = left < <u64>(end - p) ? p + <usize>left : end;
      const from = p;
      if (this.place == Place.Look) {
        p = this.lookOn(inputs, p, stop, end);
        continue;
      }
      if (this.place == Place.Opaque) {
        p += <usize>min(this.fieldLeft, <u64>(stop - p));
        this.offset += <u64>(p - from);
        this.fieldLeft -= <u64>(p - from);
        if (this.fieldLeft == 0) this.place = Place.Tag;
        continue;
      }
      p = this.place == Place.Fixed ? this.fixed(p, stop) : this.varint(p, stop);
      this.offset += <u64>(p - from);
      if (this.isValueWhole) this.valueRead(inputs, p, end);
      else if (this.valueBytes == VARINT_BYTES) this.breakOff(inputs, p, end);
    }
  }

  /** The innermost message has no more bytes. */
  private closeEnded(inputs: Inputs): void {
    if (!this.isComplete()) this.breakOff(inputs, 0, 0);
    if (this.depth != 0) this.close();
  }

  private varint(p: usize, stop: usize): usize {
    while (p < stop && this.valueBytes < VARINT_BYTES && !this.isValueWhole) {
      const c = <u64>load<u8>(p++);
      this.value |= (c & 0x7f) << (this.valueBytes * 7);
      this.valueBytes++;
      this.isValueWhole = c < 0x80;
    }
    return p;
  }

  private fixed(p: usize, stop: usize): usize {
    while (p < stop && !this.isValueWhole) {
      this.value |= (<u64>load<u8>(p++)) << (this.valueBytes << 3);
      this.valueBytes++;
      this.isValueWhole = this.valueBytes == this.fixedBytes;
    }
    return p;
  }

  /** A tag, length or scalar is complete; it ends at `p`. */
  private valueRead(inputs: Inputs, p: usize, end: usize): void {
    const value = this.value;
    const place = this.place;
    this.clearValue();
    if (place == Place.Tag) return this.tagRead(inputs, value, p, end);
    this.place = Place.Tag;
    if (place != Place.Length) return this.pushNumber(inputs, value);
    if (value > this.limit - this.offset || value >= <u64>LENGTH_UNKNOWN) {
      return this.breakOff(inputs, p, end);
    }
    this.fieldLeft = value;
    const have = <u32>min(value, LOOK_BYTES);
    if (<usize>have <= end - p) this.judge(inputs, p, have, end);
    else this.place = Place.Look;
  }

  private tagRead(inputs: Inputs, tag: u64, p: usize, end: usize): void {
    const type = (<u32>tag) & 7;
    if (!isNumber(tag >> 3)) return this.breakOff(inputs, p, end);
    this.number = <u32>(tag >> 3);
    switch (<i32>type) {
      case WireType.Varint:
        this.place = Place.Varint;
        return;
      case WireType.Fixed64:
      case WireType.Fixed32:
        this.place = Place.Fixed;
        this.fixedBytes = type == WireType.Fixed64 ? 8 : 4;
        return;
      case WireType.Length:
        this.place = Place.Length;
        return;
      case WireType.StartGroup:
        if (this.depth < PROTOBUF_DEPTH) return this.openGroup(this.number);
        this.anomalies |= Anomaly.ProtobufDepth;
        return this.breakOff(inputs, p, end);
      case WireType.EndGroup:
        if (this.isGroup(this.number)) return this.close();
    }
    this.breakOff(inputs, p, end);
  }

  /** The message cannot be read from here on, at `p`: the rest of it is bytes. */
  private breakOff(inputs: Inputs, p: usize, end: usize): void {
    while (this.inGroup()) this.close();
    this.clearValue();
    if (this.depth == 0) this.anomalies |= Anomaly.ProtobufMalformed;
    this.fieldLeft = this.limit - this.offset;
    this.place = this.fieldLeft == 0 ? Place.Tag : Place.Opaque;
    if (this.fieldLeft == 0 || this.isFollowed(this.offset)) return;
    this.startLane(0, this.offset, this.fieldLeft, true);
    this.follow(inputs, this.offset, p, end);
  }

  /** Gathers the bytes that are looked at; goes on with them when all are there. `end` is that of the chunk. */
  private lookOn(inputs: Inputs, p: usize, stop: usize, end: usize): usize {
    const want = <u32>min(this.fieldLeft, LOOK_BYTES);
    const size = min(want - this.look.length, <u32>(stop - p));
    this.look.bytes(p, size);
    this.offset += size;
    p += size;
    if (this.look.length < want) return p;
    this.takeLook(inputs);
    this.forgetText();
    this.follow(inputs, this.offset, p, end);
    return p;
  }

  /** Judges the field by the gathered bytes, and reads them. */
  private takeLook(inputs: Inputs): void {
    const have = this.look.length;
    if (block == 0) block = heap.alloc(LOOK_BYTES);
    inputs.drain();
    memory.copy(block, this.look.at, have);
    this.look.clear();
    this.offset -= have;
    this.forgetText();
    this.judge(inputs, block, have, block + have);
    this.read(inputs, block, block + have);
  }

  /** Says what the field is whose first `have` bytes are at `at`; they are still to be read. */
  private judge(inputs: Inputs, at: usize, have: u32, end: usize): void {
    const len = this.fieldLeft;
    const isRoot = this.number == 0;
    const isLong = <u64>have < len;
    let shape = shapeOf(at, have, <u32>min(len, <u64>LENGTH_UNKNOWN));
    if (shape != Shape.None && this.depth == PROTOBUF_DEPTH) {
      if (len != 0) this.anomalies |= Anomaly.ProtobufDepth;
      shape = Shape.None;
    }
    if (isRoot && shape == Shape.None) this.anomalies |= Anomaly.ProtobufMalformed;
    const isText = (!isRoot || shape == Shape.None) && this.looksLikeText(at, have, isLong);
    // Thousands of letters that happen to read as one.
    if (isLong && isText && shape == Shape.Odd) shape = Shape.None;
    if (this.isToPush(shape, isText)) {
      if (shape != Shape.None) this.cover(this.offset + len, isText);
      if (isLong) this.followField(inputs, isText, at, end);
      else if (isText) this.push(inputs, InputKind.String, this.number, at, have);
      else this.pushBytes(inputs, this.number, at, have);
    }
    this.place = shape == Shape.None && len != 0 ? Place.Opaque : Place.Tag;
    if (shape != Shape.None && !isRoot && len != 0) this.openMessage(this.number, this.offset + len);
  }

  /** Fields up to `end` are pushed as part of what is around them. */
  private cover(end: u64, isText: bool): void {
    this.coveredEnd = max(this.coveredEnd, end);
    if (isText) this.coveredTextEnd = max(this.coveredTextEnd, end);
  }

  /** The field is a value by itself, whether it is read as a message or not. */
  private isToPush(shape: Shape, isText: bool): bool {
    // Text in a text that reads as an odd message only is text.
    if (shape == Shape.None || (isText && shape == Shape.Odd)) return true;
    if (!isText && shape == Shape.Message) return false;
    // Bytes are inspected as runs of letters only, which a text may have others between.
    if (isText) return !this.isFollowedAsText(this.offset) && this.offset >= this.coveredTextEnd;
    return !this.isFollowed(this.offset) && this.offset >= this.coveredEnd;
  }

  /** Follows a long field from its first byte on, unless one around it is followed. */
  private followField(inputs: Inputs, isText: bool, at: usize, end: usize): void {
    if (this.isFollowed(this.offset)) return;
    this.startLane(this.number, this.offset, this.fieldLeft, !isText);
    this.follow(inputs, this.offset, at, end);
  }

  /** Every byte belongs to a character of text; the last may be cut if the field goes on. */
  private looksLikeText(at: usize, len: u32, goesOn: bool): bool {
    const end = at + len;
    if (at < this.textFrom || at > this.textTo || this.textFrom == 0) {
      this.textFrom = at;
      this.textTo = at;
      this.isTextOver = false;
    }
    if (len != 0 && load<u8>(at) >> 6 == 2) return false;
    if (this.textTo < end) {
      if (this.isTextOver) return false;
      this.textTo = textEnd(this.textTo, end);
      if (this.textTo < end && !isCutCharacter(this.textTo, end)) {
        this.isTextOver = true;
        return false;
      }
    }
    const isCut = this.textTo < end || (this.textTo > end && load<u8>(end) >> 6 == 2);
    return goesOn || !isCut;
  }

  private pushNumber(inputs: Inputs, value: u64): void {
    if (inputs.room() == 0) inputs.drain();
    const digits = inputs.arena.alloc(DECIMAL_BYTES);
    if (digits != 0) this.push(inputs, InputKind.Number, this.number, digits, writeDecimal(value, digits));
  }
}
