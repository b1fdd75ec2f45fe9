// One direction of a WebSocket connection (RFC 6455 §5): frames in, messages out. The owner lends a BodyParser, which
// reads each message as a body of its own that says no type, so that key paths are those of the message.
//
//   start(parser, address, …)  once, when the upgrade was accepted (http/upgrade.ts)
//   feed(inputs, at, len)      bytes as they come, in chunks of any size; all are consumed
//   finish(inputs)             the connection is over
//   reset(), free()            the parser stays the owner's
//
// It is as tolerant as it can be: a frame that no receiver accepts is noted, and read as far as its length goes. Behind
// a close frame receivers read nothing more (§5.5.1), so that there are no frames; what stands there is inspected as
// text, because only somebody who is no WebSocket at all could read it. Each byte is read once.
//
// Compressed messages (RFC 7692) are inflated, up to a size that start() is told; what is behind it is not read and noted.
// Where a message does not inflate, what came out of it is inspected, and the next one begins anew.
//
// State: 80 bytes; the state of an Inflate from the first compressed message on, 33 KiB at most where the window is kept.
//
// WHY: clients mask what they send; unmasking is 16 bytes at a time into one block for the whole VM. Frames without
// a mask are read where they lie.
// SAFETY: the blocks are written only when no input points into them: inputs are drained before. Lengths are 64 bits wide.
// TEST: test/engine/web-socket.test.ts.

import { Address } from "../address";
import { Text, text } from "../bytes/text";
import { Anomaly } from "../inputs/anomaly";
import { Inputs } from "../inputs/inputs";
import { Limit } from "../limits";
import { BodyParser } from "./body-parser";
import { Inflate, InflateFormat, InflateStatus } from "./inflate";
import { inflateCap } from "./inflate-caps";
import { TextParser } from "./text";

/** Opcodes of frames (RFC 6455 §11.8). */
enum Opcode {
  Continuation = 0,
  Text = 1,
  Binary = 2,
  Close = 8,
  Ping = 9,
  Pong = 10,
}

/** Which byte comes next. */
enum Place {
  /** The first one of a frame. */
  First,
  /** The one with the mask bit and the short length. */
  Length,
  LongLength,
  Mask,
  Payload,
  /** Behind a close frame. */
  Closed,
}

/** Bytes that are unmasked at a time. */
const BLOCK_BYTES: u32 = 8 * 1024;
const CONTROL_BYTES: u64 = 125;
/** Bytes of a close frame before its reason. */
const STATUS_BYTES: u32 = 2;
const FIN: u32 = 0x80;
const RSV1: u32 = 0x40;
const RESERVED_BITS: u32 = 0x70;
const CLOSE = text("close");
const PING = text("ping");
const PONG = text("pong");

/** Bytes that are inflated at a time. */
const PLAIN_BYTES: u32 = 16 * 1024;
/** What a compressor leaves out at the end of each message (RFC 7692 §7.2.1). */
const TAIL = memory.data<u8>([0, 0, 0xff, 0xff]);

/** Unmasked bytes of the frame being read, and what they inflate to; made at first use. */
let block: usize = 0;
let plain: usize = 0;

@unmanaged
export class WebSocketReader {
  /** Bits of Anomaly and of Limit. */
  anomalies: u64 = 0;
  limits: u32 = 0;
  private parser: BodyParser = changetype<BodyParser>(0);
  private address: u32 = 0;
  private deflates: bool = false;
  private place: Place = Place.First;
  /** Of the frame being read. */
  private first: u32 = 0;
  private isMasked: bool = false;
  /** The mask, rotated so that its low byte is that of the next payload byte. */
  private mask: u32 = 0;
  /** Bytes of the payload that are still to come; of a long length, what is read of it. */
  private left: u64 = 0;
  /** Bytes of a long length or a mask that are still to come. */
  private fieldLeft: u32 = 0;
  /** What a shorter length would have done for. */
  private leastLength: u32 = 0;
  /** Bytes of a close frame's status that are still to come. */
  private statusLeft: u32 = 0;
  /** A message has begun and its last frame has not ended. */
  private inMessage: bool = false;
  private isCompressed: bool = false;
  private keepsContext: bool = false;
  private ratio: u64 = 0;
  private size: u64 = 0;
  /** Bytes of the message, compressed and inflated. */
  private coded: u64 = 0;
  private decoded: u64 = 0;
  /** Made for the first compressed message. */
  private inflate: Inflate = changetype<Inflate>(0);
  /** The message does not inflate any further. */
  private isBroken: bool = false;
  /** Payloads of control frames, and what stands behind a close frame; made at first use. */
  private aside: TextParser = changetype<TextParser>(0);

  /**
   * `parser` is lent until reset(). `deflates`: permessage-deflate was agreed on (RFC 7692); `keepsContext`: this
   * direction's compressor keeps its window from message to message. A message may inflate to `size` bytes, and beyond
   * the first MiB to `ratio` times what it is compressed to.
   */
  start(parser: BodyParser, address: u32, deflates: bool, keepsContext: bool, ratio: u64, size: u64): void {
    this.reset();
    this.parser = parser;
    this.address = address;
    this.deflates = deflates;
    this.keepsContext = keepsContext;
    this.ratio = ratio;
    this.size = size;
  }

  /** Reads all of `len` bytes. */
  feed(inputs: Inputs, at: usize, len: u32): void {
    const end = at + len;
    while (at < end) {
      if (this.place == Place.Payload) {
        const size = <u32>min(this.left, <u64>(end - at));
        this.payload(inputs, at, size);
        at += size;
      } else if (this.place == Place.Closed) {
        this.anomalies |= Anomaly.WebsocketMalformed;
        this.aside.feedAll(inputs, at, <u32>(end - at));
        return;
      } else {
        this.header(inputs, load<u8>(at));
        at++;
      }
    }
  }

  /** The end of the connection. */
  finish(inputs: Inputs): void {
    if (this.place == Place.Closed) return this.aside.finishAll(inputs);
    if (this.place != Place.First || this.inMessage) this.anomalies |= Anomaly.WebsocketTruncated;
    if (this.place == Place.Payload && this.isControl()) this.aside.finishAll(inputs);
    this.place = Place.First;
    if (this.inMessage) this.endMessage(inputs);
  }

  /** Forgets the connection; its inputs must have been drained. */
  reset(): void {
    this.anomalies = 0;
    this.limits = 0;
    this.place = Place.First;
    this.inMessage = false;
    this.parser = changetype<BodyParser>(0);
    if (changetype<usize>(this.aside) != 0) this.aside.free();
    this.aside = changetype<TextParser>(0);
    if (changetype<usize>(this.inflate) != 0) this.inflate.free();
    this.inflate = changetype<Inflate>(0);
  }

  free(): void {
    this.reset();
    heap.free(changetype<usize>(this));
  }

  private isControl(): bool {
    return (this.first & 8) != 0;
  }

  /** One byte before the payload. */
  private header(inputs: Inputs, c: u32): void {
    const place = this.place;
    if (place == Place.First) {
      this.first = c;
      this.place = Place.Length;
    } else if (place == Place.Length) {
      this.isMasked = c >= 0x80;
      const length = c & 0x7f;
      if (length < 126) {
        this.left = length;
        this.lengthRead(inputs);
      } else {
        this.left = 0;
        this.fieldLeft = length == 126 ? 2 : 8;
        this.leastLength = length == 126 ? 126 : 0x10000;
        this.place = Place.LongLength;
      }
    } else if (place == Place.LongLength) {
      this.left = (this.left << 8) | c;
      if (--this.fieldLeft != 0) return;
      if (this.left < <u64>this.leastLength || this.left >> 63 != 0)
        this.anomalies |= Anomaly.WebsocketMalformed;
      this.lengthRead(inputs);
    } else {
      this.mask = (this.mask >> 8) | (c << 24);
      if (--this.fieldLeft == 0) this.beginFrame(inputs);
    }
  }

  private lengthRead(inputs: Inputs): void {
    const isClient = this.address == Address.RequestBody;
    // A server's masked frame ends the connection (§5.1).
    if (isClient != this.isMasked) {
      this.anomalies |= isClient ? Anomaly.WebsocketUnmasked : Anomaly.WebsocketMalformed;
    }
    if (!this.isMasked) return this.beginFrame(inputs);
    this.fieldLeft = 4;
    this.place = Place.Mask;
  }

  /** The header is complete. */
  private beginFrame(inputs: Inputs): void {
    this.place = Place.Payload;
    if (this.isControl()) this.beginControl();
    else this.beginData(inputs);
    if (this.left == 0) this.endFrame(inputs);
  }

  private beginControl(): void {
    const opcode = this.first & 15;
    const isOdd = opcode > <u32>Opcode.Pong || this.left > CONTROL_BYTES || (this.first & FIN) == 0;
    if (isOdd || (this.first & RESERVED_BITS) != 0) this.anomalies |= Anomaly.WebsocketMalformed;
    if (changetype<usize>(this.aside) == 0) this.aside = new TextParser();
    this.statusLeft = opcode == Opcode.Close ? STATUS_BYTES : 0;
    this.aside.startNamed(this.address, controlName(opcode));
  }

  private beginData(inputs: Inputs): void {
    const opcode = this.first & 15;
    const isContinued = opcode == Opcode.Continuation;
    // Only the first frame of a message says that it is compressed (RFC 7692 §6).
    const allowed = this.deflates && !isContinued ? RSV1 : 0;
    if (
      isContinued != this.inMessage ||
      opcode > <u32>Opcode.Binary ||
      (this.first & RESERVED_BITS & ~allowed) != 0
    ) {
      this.anomalies |= Anomaly.WebsocketMalformed;
    }
    if (isContinued && this.inMessage) return;
    if (this.inMessage) this.endMessage(inputs);
    this.inMessage = true;
    this.isCompressed = (this.first & allowed) != 0;
    if (this.isCompressed) this.beginInflate();
    this.parser.startMessage(this.address, opcode != Opcode.Binary);
  }

  /** Reads `size` bytes of the payload, and no more of the frame than there are. */
  private payload(inputs: Inputs, at: usize, size: u32): void {
    this.left -= size;
    if (!this.isMasked) {
      this.content(inputs, at, size);
    } else {
      if (block == 0) block = heap.alloc(BLOCK_BYTES);
      for (let done: u32 = 0; done < size; done += BLOCK_BYTES) {
        const len = min(size - done, BLOCK_BYTES);
        inputs.drain();
        unmask(at + done, len, this.mask, block);
        this.mask = rotr(this.mask, (len & 3) << 3);
        this.content(inputs, block, len);
      }
    }
    if (this.left == 0) this.endFrame(inputs);
  }

  /** Bytes of a payload, unmasked. */
  private content(inputs: Inputs, at: usize, len: u32): void {
    if (this.isControl()) {
      const status = min(this.statusLeft, len);
      this.statusLeft -= status;
      this.aside.feedAll(inputs, at + status, len - status);
    } else if (this.isCompressed) {
      this.inflateAll(inputs, at, len);
    } else {
      this.parser.feedAll(inputs, at, len);
    }
  }

  private endFrame(inputs: Inputs): void {
    this.place = Place.First;
    if (this.isControl()) {
      this.aside.finishAll(inputs);
      if ((this.first & 15) == Opcode.Close) this.close(inputs);
    } else if ((this.first & FIN) != 0) {
      this.endMessage(inputs);
    }
  }

  private endMessage(inputs: Inputs): void {
    this.inMessage = false;
    if (this.isCompressed) this.endInflate(inputs);
    this.parser.finishAll(inputs);
    this.anomalies |= this.parser.anomalies;
  }

  private beginInflate(): void {
    if (plain == 0) plain = heap.alloc(PLAIN_BYTES);
    this.coded = 0;
    this.decoded = 0;
    if (changetype<usize>(this.inflate) == 0) {
      this.inflate = new Inflate();
      this.isBroken = true;
    }
    if (this.isBroken) this.inflate.start(InflateFormat.Raw);
    else if (!this.keepsContext) this.inflate.resetWindow();
    this.isBroken = false;
  }

  private inflateAll(inputs: Inputs, at: usize, len: u32): void {
    const inflate = this.inflate;
    this.coded += len;
    const allowed = inflateCap(this.coded, this.ratio, this.size);
    let given: u32 = PLAIN_BYTES;
    while (!this.isBroken && (len != 0 || given == PLAIN_BYTES)) {
      inputs.drain();
      inflate.run(at, len, plain, PLAIN_BYTES);
      at += inflate.taken;
      len -= inflate.taken;
      given = inflate.given;
      const wanted = <u32>min(<u64>given, allowed - min(allowed, this.decoded));
      this.decoded += given;
      this.parser.feedAll(inputs, plain, wanted);
      if (wanted != given) this.giveUp(Limit.Inflate);
      else if (inflate.status == InflateStatus.Malformed) this.giveUp(0);
    }
  }

  /** The rest of the message is not read. */
  private giveUp(limit: u32): void {
    this.isBroken = true;
    this.anomalies |= Anomaly.WebsocketCompressed;
    this.limits |= limit;
  }

  /** The compressor's last bytes, which are not sent, end the message's last block. */
  private endInflate(inputs: Inputs): void {
    this.isCompressed = false;
    if (this.isBroken) return;
    this.inflateAll(inputs, TAIL, 4);
    if (!this.isBroken && !this.inflate.isBetweenBlocks) this.giveUp(0);
  }

  /** A message that a close frame cuts off is never delivered; what came of it is judged. */
  private close(inputs: Inputs): void {
    if (this.inMessage) {
      this.anomalies |= Anomaly.WebsocketTruncated;
      this.endMessage(inputs);
    }
    this.place = Place.Closed;
    this.aside.start(this.address);
  }
}

/** The key path of a control frame's payload; null for opcodes that are not assigned. */
function controlName(opcode: u32): Text | null {
  if (opcode == Opcode.Close) return CLOSE;
  if (opcode == Opcode.Ping) return PING;
  return opcode == Opcode.Pong ? PONG : null;
}

/** Writes `len` bytes at `from`, each combined with its byte of the mask, to `to` (§5.3). */
function unmask(from: usize, len: u32, mask: u32, to: usize): void {
  const end = from + len;
  const pattern = i32x4.splat(mask);
  while (from + 16 <= end) {
    v128.store(to, v128.xor(v128.load(from), pattern));
    from += 16;
    to += 16;
  }
  for (; from < end; from++) {
    store<u8>(to++, <u8>((<u32>load<u8>(from)) ^ mask));
    mask = rotr(mask, 8);
  }
}
