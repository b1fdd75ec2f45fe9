// The body of one direction: how far it is looked at, and whether it has to wait for the verdict. The adapter asks
// `holds` after each chunk; the mode is the configuration's, or Streamed where holding would stop the exchange itself.

import { Address } from "./address";
import { BodyReader } from "./body/body-reader";
import { BodyMode, OverLimit } from "./config/body-mode";
import { Config } from "./config/config";
import { BodyFields, Coding } from "./http/body-fields";
import { BodyKind, ContentType } from "./http/content-type";
import { Anomaly } from "./inputs/anomaly";
import { Inputs } from "./inputs/inputs";
import { Limit } from "./limits";

/** Work units that a byte earns at most. */
const EARNING_LIMIT: i64 = 1 << 20;

@unmanaged
export class BodyFlow {
  reader: BodyReader = new BodyReader();
  /** More bytes are looked at. */
  isOpen: bool = false;
  /** Bytes beyond the capture size are not held, or not looked at: the limit counts. */
  isOver: bool = false;
  /** The configuration blocks what is beyond the capture size. */
  isRejected: bool = false;
  /** Bytes that came. */
  total: u64 = 0;
  /** The body consists of messages (gRPC): each is held until it is judged. */
  isFramed: bool = false;
  /** In a content coding. */
  isCoded: bool = false;
  /** `content-length`, or -1. */
  declared: i64 = -1;
  private rejectsUnreadable: bool = false;
  /** Bytes before the message that is being read. */
  private passed: u64 = 0;
  private mode: u32 = BodyMode.None;
  private capture: u32 = 0;
  private overLimit: u32 = OverLimit.Stream;

  /** A body of that type follows, pushed at `address`. `waits`: its sender waits for an answer before it goes on. */
  open(config: Config, mode: u32, type: ContentType, fields: BodyFields, address: u32, waits: bool): void {
    this.isOpen = true;
    this.isCoded = fields.coding != Coding.None;
    this.declared = fields.length;
    this.rejectsUnreadable = config.rejectsUnreadable;
    this.mode = mode;
    // A stream of events may go on for ever; a request that is called one must not go unheld for that.
    const isEvents = type.kind == BodyKind.EventStream && address == Address.ResponseBody;
    if (waits || isEvents) this.mode = min<u32>(mode, BodyMode.Streamed);
    this.capture = config.bodyCaptureSize;
    this.overLimit = config.overLimit;
    this.reader.start(type, fields, address, config.inflateRatio, config.inflateSize);
    this.isFramed = this.reader.isFramed;
  }

  /** The body so far was none, or is over: from here on it is one direction of a WebSocket connection. */
  openSocket(config: Config, address: u32, deflates: bool, keepsContext: bool): void {
    this.isOpen = true;
    this.mode = BodyMode.Streamed;
    this.reader.startSocket(address, deflates, keepsContext, config.inflateRatio, config.inflateSize);
  }

  /** How many of the next `len` bytes are looked at. */
  take(len: u32): u32 {
    const before = this.total;
    this.total += len;
    if (this.mode < <u32>BodyMode.Buffered || this.total - this.passed <= this.capture) return len;
    if (this.overLimit == OverLimit.Stream) {
      if (this.mode == BodyMode.Buffered) this.isOver = true;
      return len;
    }
    this.isOver = true;
    if (this.overLimit == OverLimit.Reject) this.isRejected = true;
    const held = before - this.passed;
    return held >= this.capture ? 0 : <u32>(<u64>this.capture - held);
  }

  /** Nothing beyond the capture size is looked at any more. */
  get isCut(): bool {
    return this.isOver && this.overLimit != OverLimit.Stream;
  }

  /** What is held has to go on before its end: the rest is looked at while it passes, or as the policy for long bodies says. */
  letGo(): void {
    this.isOver = true;
    if (this.overLimit == OverLimit.Reject) this.isRejected = true;
    this.mode = BodyMode.Streamed;
  }

  /**
   * The bytes that came have to wait for the verdict.
   * TRIED: letting them go with the last declared byte, as HTTP/1 tells of the end in a call of its own: 1.6 and 3.3 µs
   * slower for a POST of 1 KB, because body and end then make their way to the service one after the other.
   */
  get holds(): bool {
    if (!this.isOpen || this.mode < <u32>BodyMode.Buffered) return false;
    return this.total - this.passed <= this.capture && !(this.isFramed && this.reader.atBoundary);
  }

  /**
   * All that was declared is there and goes on at once. A host may tell of the end in a call of its own: what is judged
   * no sooner than then would have gone through whole.
   */
  get isWhole(): bool {
    return !this.holds && this.declared >= 0 && this.total >= <u64>this.declared;
  }

  /** Declared to be no longer than what may be held. */
  get fits(): bool {
    return this.declared >= 0 && this.declared <= <i64>this.capture;
  }

  /** Work units that `len` bytes which came earn: a body longer than what is held may cost as much again for each such part. */
  earned(config: Config, len: u32): i64 {
    if (this.total <= config.bodyCaptureSize) return 0;
    return min<i64>(config.budget / config.bodyCaptureSize, EARNING_LIMIT) * len;
  }

  feed(inputs: Inputs, at: usize, len: u32): void {
    this.reader.feed(inputs, at, len);
    if (this.rejectsUnreadable && (this.reader.limits & Limit.Encoding) != 0) this.isRejected = true;
    if (this.isFramed && this.reader.atBoundary) this.passed = this.total;
  }

  /** The end of what is looked at; `isEnd`: of the body, too. Its anomalies. */
  close(inputs: Inputs, isEnd: bool): u64 {
    this.isOpen = false;
    this.reader.finish(inputs);
    const isOdd = isEnd && this.declared >= 0 && <u64>this.declared != this.total;
    return (
      this.reader.anomalies | (isOdd ? Anomaly.BodyLength : 0) | (this.isOver ? Anomaly.BodyOverLimit : 0)
    );
  }

  reset(): void {
    this.reader.reset();
    this.isOpen = false;
    this.isOver = false;
    this.isRejected = false;
    this.total = 0;
    this.isFramed = false;
    this.isCoded = false;
    this.declared = -1;
    this.passed = 0;
    this.mode = BodyMode.None;
  }
}
