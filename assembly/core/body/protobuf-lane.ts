// Text of protobuf fields: fields in one piece, and those that are too long to be held, which pass by in windows.
//
// The lane is what follows a long field beside the parser. There is one: a field inside one that is followed is seen
// there already, and is not followed on its own.

import { ByteWriter } from "../bytes/byte-writer";
import { InputKind, Inputs } from "../inputs/inputs";
import { ProtobufPath } from "./protobuf-path";
import { countControls, isTextByte } from "./protobuf-shape";
import { TEXT_OVERLAP, TEXT_WINDOW } from "./text";

/** Shortest run of text in binary bytes that is inspected. */
const RUN_BYTES: u32 = 6;
/** One byte in so many may be none of text, in bytes that are inspected as one piece. */
const TEXT_SHARE: u32 = 8;

@unmanaged
export class ProtobufLane extends ProtobufPath {
  /** Bytes that the lane still takes. */
  private laneLeft: u64 = 0;
  /** Place in the whole message up to which it goes, or went. */
  private laneEnd: u64 = 0;
  /** Place in the whole message of the next byte that it takes. */
  private laneNext: u64 = 0;
  private laneDepth: u32 = 0;
  private laneNumber: u32 = 0;
  /** Only runs of text are inspected, not all bytes. */
  private laneRuns: bool = false;
  /** The window, or run, begun; how much of its front was in the last one. */
  private held: ByteWriter = new ByteWriter();
  private overlap: u32 = 0;

  /** Pushes bytes that are neither text nor a message: whole if most of them are text, else the runs of text. */
  protected pushBytes(inputs: Inputs, number: u32, at: usize, len: u32): void {
    const end = at + len;
    if (countControls(at, end) * TEXT_SHARE <= len) {
      this.push(inputs, InputKind.String, number, at, len);
      return;
    }
    let run = at;
    for (let p = at; p <= end; p++) {
      if (p < end && isTextByte(load<u8>(p))) continue;
      if (<u32>(p - run) >= RUN_BYTES) this.push(inputs, InputKind.String, number, run, <u32>(p - run));
      run = p + 1;
    }
  }

  /** Follows `len` bytes from `offset` on as a field of the innermost message, or, for 0, as that message. */
  protected startLane(number: u32, offset: u64, len: u64, runs: bool): void {
    this.laneNext = offset;
    this.laneEnd = offset + len;
    this.laneLeft = len;
    this.laneDepth = this.depth;
    this.laneNumber = number;
    this.laneRuns = runs;
    this.held.clear();
    this.overlap = 0;
  }

  /** The byte at that place in the whole message is in a field that is followed; whatever was shown of it. */
  protected isFollowed(offset: u64): bool {
    return offset < this.laneEnd;
  }

  /** The same, and it is followed as one text. */
  protected isFollowedAsText(offset: u64): bool {
    return offset < this.laneEnd && !this.laneRuns;
  }

  /** Shows the lane [at, end), of which the first byte is at `offset`; it takes what it has not seen. */
  protected follow(inputs: Inputs, offset: u64, at: usize, end: usize): void {
    if (this.laneLeft == 0 || offset + <u64>(end - at) <= this.laneNext) return;
    at += <usize>(this.laneNext - offset);
    const size = <u32>min(<u64>(end - at), this.laneLeft);
    this.laneLeft -= size;
    this.laneNext += size;
    if (this.laneRuns) this.feedRuns(inputs, at, at + size);
    else this.hold(inputs, at, size);
    if (this.laneLeft == 0) this.endLane(inputs);
  }

  /** Nothing more comes of the field. */
  protected endLane(inputs: Inputs): void {
    this.laneLeft = 0;
    this.endRun(inputs);
  }

  protected resetLane(): void {
    this.laneLeft = 0;
    this.laneEnd = 0;
    this.held.free();
    this.overlap = 0;
  }

  protected freeLane(): void {
    this.held.free();
    heap.free(changetype<usize>(this.held));
  }

  private feedRuns(inputs: Inputs, at: usize, end: usize): void {
    while (at < end) {
      let p = at;
      while (p < end && isTextByte(load<u8>(p))) p++;
      this.hold(inputs, at, <u32>(p - at));
      if (p == end) return;
      this.endRun(inputs);
      at = p + 1;
    }
  }

  /** Adds to the window; pushes it when a byte more is there. */
  private hold(inputs: Inputs, at: usize, len: u32): void {
    while (len != 0) {
      if (this.held.length == TEXT_WINDOW) {
        this.pushHeld(inputs);
        memory.copy(this.held.at, this.held.at + (TEXT_WINDOW - TEXT_OVERLAP), TEXT_OVERLAP);
        this.held.length = TEXT_OVERLAP;
        this.overlap = TEXT_OVERLAP;
      }
      const size = min(len, TEXT_WINDOW - this.held.length);
      this.held.bytes(at, size);
      at += size;
      len -= size;
    }
  }

  /** The text is over: pushes what no window showed yet. */
  private endRun(inputs: Inputs): void {
    const least = this.laneRuns && this.overlap == 0 ? RUN_BYTES : this.overlap + 1;
    if (this.held.length >= least) this.pushHeld(inputs);
    this.held.clear();
    this.overlap = 0;
  }

  private pushHeld(inputs: Inputs): void {
    if (inputs.room() == 0) inputs.drain();
    const copy = inputs.arena.copy(this.held.at, this.held.length);
    if (copy == 0) return;
    this.pushAt(inputs, InputKind.String, this.laneDepth, this.laneNumber, copy, this.held.length);
  }
}
