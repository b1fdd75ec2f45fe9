// One body on its way to the parsers, whatever it is wrapped in:
//
//   bytes ─▶ content coding ─▶ frames ─▶ BodyParser
//
// Everything that is fed is consumed: where the inputs are full, or a block of decoded bytes is about to be written over,
// the inputs are drained (Inputs.drain), so that a body of any size needs constant memory. Readers of frames are made
// for the bodies that need them and go with them: most need none.

import { Address } from "../address";
import { Inputs } from "../inputs/inputs";
import { BodyFields, Coding } from "../http/body-fields";
import { BodyKind, ContentType } from "../http/content-type";
import { Anomaly } from "../inputs/anomaly";
import { Limit } from "../limits";
import { BodyParser } from "./body-parser";
import { ContentDecoder } from "./content-decoder";
import { EventStreamReader } from "./event-stream";
import { GrpcReader, encodingOf, flavourOf } from "./grpc";
import { WebSocketReader } from "./web-socket";

@unmanaged
export class BodyReader {
  /** Bits of Anomaly and of Limit. */
  anomalies: u64 = 0;
  limits: u32 = 0;
  private parser: BodyParser = new BodyParser();
  /** At most one of them is there. */
  private events: EventStreamReader = changetype<EventStreamReader>(0);
  private socket: WebSocketReader = changetype<WebSocketReader>(0);
  private grpc: GrpcReader = changetype<GrpcReader>(0);
  private decoder: ContentDecoder = changetype<ContentDecoder>(0);

  /** A new body of that type, pushed at `address`; `ratio` and `size` bound what it may decode to. */
  start(type: ContentType, fields: BodyFields, address: u32, ratio: u64, size: u64): void {
    this.reset();
    if (fields.coding != Coding.None) {
      this.decoder = new ContentDecoder();
      this.decoder.start(fields.coding, address, ratio, size);
      this.limits = this.decoder.limits;
    }
    // No server reads events from a request: it is read by what it looks like.
    if (type.kind == BodyKind.EventStream && address == Address.ResponseBody) {
      this.events = new EventStreamReader();
      this.events.start(this.parser, address);
    } else if (type.kind == BodyKind.Grpc) {
      this.startGrpc(type, fields, address, ratio, size);
    } else {
      this.parser.start(type, address);
    }
  }

  private startGrpc(type: ContentType, fields: BodyFields, address: u32, ratio: u64, size: u64): void {
    const isRequest = address == Address.RequestBody;
    const messages = isRequest ? <u32>Address.GrpcRequestMessage : address;
    const trailers: u32 = isRequest ? Address.RequestTrailers : Address.ResponseTrailers;
    const flavour = flavourOf(type.type, type.typeLen);
    const encoding = encodingOf(fields.messageCoding.at, fields.messageCoding.len);
    this.grpc = new GrpcReader();
    this.grpc.start(this.parser, flavour, encoding, messages, trailers, ratio, size);
  }

  /** One direction of a WebSocket connection; see WebSocketReader.start(). */
  startSocket(address: u32, deflates: bool, keepsContext: bool, ratio: u64, size: u64): void {
    this.reset();
    this.socket = new WebSocketReader();
    this.socket.start(this.parser, address, deflates, keepsContext, ratio, size);
  }

  feed(inputs: Inputs, at: usize, len: u32): void {
    const decoder = this.decoder;
    if (!this.isCoded) return this.read(inputs, at, len);
    const wasPlain = decoder.isPlain;
    const kept = decoder.give(inputs, at, len);
    if (decoder.isPlain) {
      if (!wasPlain) this.readLead(inputs);
      return this.read(inputs, at + kept, len - kept);
    }
    while (decoder.step(inputs)) this.read(inputs, decoder.at, decoder.len);
    this.limits |= decoder.limits;
  }

  private readLead(inputs: Inputs): void {
    this.decoder.readLead(inputs);
    this.read(inputs, this.decoder.at, this.decoder.len);
  }

  /** Bytes without a content coding. */
  private read(inputs: Inputs, at: usize, len: u32): void {
    if (this.isFramed) {
      this.grpc.feed(inputs, at, len);
      this.limits |= this.grpc.limits;
      if ((this.grpc.anomalies & Anomaly.GrpcEncoding) != 0) this.limits |= Limit.Encoding;
    } else if (this.hasEvents) this.events.feed(inputs, at, len);
    else if (this.hasSocket) this.socket.feed(inputs, at, len);
    else this.parser.feedAll(inputs, at, len);
  }

  /** The end of the body. */
  finish(inputs: Inputs): void {
    if (this.isCoded) {
      const wasPlain = this.decoder.isPlain;
      this.decoder.finish(inputs);
      if (this.decoder.isPlain && !wasPlain) this.readLead(inputs);
      this.anomalies |= this.decoder.anomalies;
      this.limits |= this.decoder.limits;
    }
    if (this.isFramed) {
      this.grpc.finish(inputs);
      this.anomalies |= this.grpc.anomalies;
    } else if (this.hasEvents) {
      this.events.finish(inputs);
      this.anomalies |= this.events.anomalies;
    } else if (this.hasSocket) {
      this.socket.finish(inputs);
      this.anomalies |= this.socket.anomalies;
      this.limits |= this.socket.limits;
    } else {
      this.parser.finishAll(inputs);
      this.anomalies |= this.parser.anomalies;
    }
  }

  /** The body consists of messages that are judged one by one, and may be passed on one by one: gRPC. */
  get isFramed(): bool {
    return changetype<usize>(this.grpc) != 0;
  }

  /** True between two messages of a framed body. */
  get atBoundary(): bool {
    return this.grpc.atBoundary;
  }

  /** Nothing of the body is looked at: it is binary. */
  get isBlind(): bool {
    if (this.isCoded && this.decoder.isBlind) return true;
    return !this.isFramed && !this.hasEvents && !this.hasSocket && this.parser.isBlind;
  }

  /** Forgets the body; its inputs must have been drained. */
  reset(): void {
    if (this.hasEvents) this.events.free();
    if (this.hasSocket) this.socket.free();
    if (this.isFramed) this.grpc.free();
    this.grpc = changetype<GrpcReader>(0);
    if (this.isCoded) this.decoder.free();
    this.decoder = changetype<ContentDecoder>(0);
    this.events = changetype<EventStreamReader>(0);
    this.socket = changetype<WebSocketReader>(0);
    this.parser.reset();
    this.anomalies = 0;
    this.limits = 0;
  }

  free(): void {
    this.reset();
    this.parser.free();
    heap.free(changetype<usize>(this));
  }

  private get isCoded(): bool {
    return changetype<usize>(this.decoder) != 0;
  }

  private get hasEvents(): bool {
    return changetype<usize>(this.events) != 0;
  }

  private get hasSocket(): bool {
    return changetype<usize>(this.socket) != 0;
  }
}
