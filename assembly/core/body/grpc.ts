// gRPC bodies, one direction of a call: frames in, messages out
// (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md; for browsers PROTOCOL-WEB.md there).
//
//   ╒═ frame ════╤════════════╤═════════╕
//   │ u8 flags   │ u32 length │ message │     big-endian; flag 1: compressed, flag 0x80: trailers of gRPC-Web
//   ╘════════════╧════════════╧═════════╛
//
//   start(parser, flavourOf(type), encodingOf(grpc-encoding), address, trailersAddress, ratioCap, sizeCap)
//   feed(inputs, at, len)   bytes as they come, in chunks of any size; all are read; inputs are drained when full
//   atBoundary              no frame is open: everything so far belongs to messages that were given to the rules
//   limits                  Limit.Inflate: a message grew beyond the caps when inflated; its rest was not inspected
//   finish(inputs)          the body is over
//   reset(), free()         the parser stays the owner's
//
// A message is read by ProtobufParser, or by the lent BodyParser as JSON; one that is compressed by Inflate first.
// `sizeCap` is of the bytes that one message inflates to, `ratioCap` of all that came out by all that went in beyond the
// first MiB that came out: calls live long, and many small messages may be as large as one.
// A frame with other flags ends every receiver's reading: what follows is no frame, and is inspected as text.
//
// SAFETY: decoded bytes lie in blocks for the whole VM, written only when no input points into them: inputs are drained
// before. TEST: test/engine/grpc.test.ts.

import { ByteWriter } from "../bytes/byte-writer";
import { findByte } from "../bytes/find-byte";
import { equalsFolded, lowerByte } from "../bytes/ascii";
import { Text, text } from "../bytes/text";
import { BodyKind, ContentType } from "../http/content-type";
import { Anomaly } from "../inputs/anomaly";
import { InputKind, Inputs } from "../inputs/inputs";
import { Limit } from "../limits";
import { BodyParser } from "./body-parser";
import { Inflate, InflateFlag, InflateFormat, InflateStatus } from "./inflate";
import { LENGTH_UNKNOWN, ProtobufParser } from "./protobuf";
import { TextParser } from "./text";

/** What frames hold, and how they are written. */
export enum GrpcFlavour {
  Proto = 0,
  Json = 1,
  /** Bits: of browsers, with trailers as a frame; and in base64. */
  Web = 2,
  WebText = 4,
}

/** What compressed messages are compressed with. */
export enum GrpcEncoding {
  Identity,
  Gzip,
  Deflate,
  /** One that is not read. */
  Other,
}

enum Place {
  Header,
  Message,
  /** What is not read: of another encoding, beyond a cap, malformed. */
  Skipped,
  /** Behind what is no frame. */
  Broken,
}

const HEADER_BYTES: u32 = 5;
const COMPRESSED: u32 = 1;
const TRAILERS: u32 = 0x80;
/** Longest line of trailers in one piece. */
const LINE_BYTES: u32 = 16 * 1024;
/** Bytes that are inflated at a time. */
const INFLATE_BYTES: u32 = 32 * 1024;
/** Base64 digits that are decoded at a time. */
const BASE64_BYTES: u32 = 8 * 1024;
/** Inflated bytes from which on the ratio counts. */
const RATIO_FREE: u64 = 1024 * 1024;
const COLON: u32 = 0x3a;
const PAD: u32 = 0x3d;

const GRPC_JSON = text("application/grpc+json");
const WEB_JSON = text("application/grpc-web+json");
const WEB_TEXT = text("application/grpc-web-text");
const WEB = text("application/grpc-web");
const IDENTITY = text("identity");
const GZIP = text("gzip");
const DEFLATE = text("deflate");

/** Blocks of decoded bytes, made at first use. */
let inflated: usize = 0;
let decoded: usize = 0;
let jsonType: usize = 0;

/** Bits of GrpcFlavour, by the media type in lower case without parameters (ContentType.type). */
export function flavourOf(type: usize, len: u32): u32 {
  if (isWord(type, len, GRPC_JSON)) return GrpcFlavour.Json;
  if (isWord(type, len, WEB_JSON)) return GrpcFlavour.Web | GrpcFlavour.Json;
  if (isWord(type, min(len, WEB_TEXT.len), WEB_TEXT)) return GrpcFlavour.Web | GrpcFlavour.WebText;
  return isWord(type, min(len, WEB.len), WEB) ? GrpcFlavour.Web : GrpcFlavour.Proto;
}

/** By the value of the field `grpc-encoding`, 0 long when there is none. */
export function encodingOf(at: usize, len: u32): GrpcEncoding {
  if (len == 0 || isWord(at, len, IDENTITY)) return GrpcEncoding.Identity;
  if (isWord(at, len, GZIP)) return GrpcEncoding.Gzip;
  return isWord(at, len, DEFLATE) ? GrpcEncoding.Deflate : GrpcEncoding.Other;
}

@unmanaged
export class GrpcReader {
  /** Bits of Anomaly. */
  anomalies: u64 = 0;
  /** Bits of Limit. */
  limits: u32 = 0;
  private parser: BodyParser = changetype<BodyParser>(0);
  private flavour: u32 = GrpcFlavour.Proto;
  private encoding: GrpcEncoding = GrpcEncoding.Identity;
  private address: u32 = 0;
  private trailersAddress: u32 = 0;
  private ratioCap: u64 = 0;
  private sizeCap: u64 = 0;
  private place: Place = Place.Header;
  /** Bytes of the header that were read; the flags, and the length so far. */
  private headerBytes: u32 = 0;
  private flags: u32 = 0;
  private left: u32 = 0;
  /** The message's inflated bytes; of all messages what came out and went in. */
  private messageOut: u64 = 0;
  private totalOut: u64 = 0;
  private totalIn: u64 = 0;
  /** Bits of base64 that make no byte yet, and their number. */
  private bits: u32 = 0;
  private bitCount: u32 = 0;
  private line: ByteWriter = new ByteWriter();
  /** Made at first use. */
  private protobuf: ProtobufParser = changetype<ProtobufParser>(0);
  private inflate: Inflate = changetype<Inflate>(0);
  private aside: TextParser = changetype<TextParser>(0);

  /** `parser` is lent until reset(). */
  start(
    parser: BodyParser,
    flavour: u32,
    encoding: GrpcEncoding,
    address: u32,
    trailersAddress: u32,
    ratioCap: u64,
    sizeCap: u64,
  ): void {
    this.reset();
    this.parser = parser;
    this.flavour = flavour;
    this.encoding = encoding;
    this.address = address;
    this.trailersAddress = trailersAddress;
    this.ratioCap = ratioCap;
    this.sizeCap = sizeCap;
  }

  /** No frame is open. */
  get atBoundary(): bool {
    return this.place == Place.Header && this.headerBytes == 0 && this.bitCount == 0;
  }

  /** Reads all of `len` bytes. */
  feed(inputs: Inputs, at: usize, len: u32): void {
    if ((this.flavour & GrpcFlavour.WebText) == 0) {
      this.frames(inputs, at, len);
    } else {
      if (decoded == 0) decoded = heap.alloc(BASE64_BYTES);
      for (let done: u32 = 0; done < len; done += BASE64_BYTES) {
        inputs.drain();
        this.frames(inputs, decoded, this.decode(at + done, min(len - done, BASE64_BYTES)));
      }
    }
    if (changetype<usize>(this.protobuf) != 0) this.anomalies |= this.protobuf.anomalies;
  }

  /** The end of the body. */
  finish(inputs: Inputs): void {
    if (this.place == Place.Broken) return this.aside.finishAll(inputs);
    if (this.place == Place.Header && this.headerBytes == 0) return;
    this.anomalies |= Anomaly.GrpcTruncated;
    if (this.place != Place.Header) this.endContent(inputs, true);
    this.place = Place.Header;
    this.headerBytes = 0;
  }

  /** Forgets the body; its inputs must have been drained. */
  reset(): void {
    this.anomalies = 0;
    this.limits = 0;
    this.place = Place.Header;
    this.headerBytes = 0;
    this.totalOut = 0;
    this.totalIn = 0;
    this.bits = 0;
    this.bitCount = 0;
    this.line.free();
    this.parser = changetype<BodyParser>(0);
    if (changetype<usize>(this.protobuf) != 0) this.protobuf.free();
    if (changetype<usize>(this.inflate) != 0) this.inflate.free();
    if (changetype<usize>(this.aside) != 0) this.aside.free();
    this.protobuf = changetype<ProtobufParser>(0);
    this.inflate = changetype<Inflate>(0);
    this.aside = changetype<TextParser>(0);
  }

  free(): void {
    this.reset();
    heap.free(changetype<usize>(this.line));
    heap.free(changetype<usize>(this));
  }

  /** Decodes base64 to `decoded`; returns how many bytes came out, fewer than went in. Padding may stand anywhere. */
  private decode(at: usize, len: u32): u32 {
    let to = decoded;
    for (let i: u32 = 0; i < len; i++) {
      const c = <u32>load<u8>(at + i);
      const value = base64Value(c);
      if (value < 0) {
        if (c == PAD) this.bitCount = 0;
        else if (c > 0x20) this.anomalies |= Anomaly.GrpcMalformed;
        continue;
      }
      this.bits = (this.bits << 6) | value;
      this.bitCount += 6;
      if (this.bitCount < 8) continue;
      this.bitCount -= 8;
      store<u8>(to++, <u8>(this.bits >> this.bitCount));
    }
    return <u32>(to - decoded);
  }

  private frames(inputs: Inputs, at: usize, len: u32): void {
    const end = at + len;
    while (at < end) {
      if (this.place == Place.Header) {
        this.header(inputs, load<u8>(at++));
      } else if (this.place == Place.Broken) {
        this.aside.feedAll(inputs, at, <u32>(end - at));
        return;
      } else {
        const size = min(this.left, <u32>(end - at));
        this.left -= size;
        this.message(inputs, at, size);
        at += size;
        if (this.left == 0) this.endFrame(inputs);
      }
    }
  }

  /** One byte of a frame's header. */
  private header(inputs: Inputs, c: u32): void {
    if (this.headerBytes++ == 0) {
      const known = (this.flavour & GrpcFlavour.Web) != 0 ? COMPRESSED | TRAILERS : COMPRESSED;
      this.flags = c;
      this.left = 0;
      if ((c & ~known) != 0) this.breakOff(inputs, c);
      return;
    }
    this.left = (this.left << 8) | c;
    if (this.headerBytes < HEADER_BYTES) return;
    this.headerBytes = 0;
    this.beginFrame();
    if (this.left == 0) this.endFrame(inputs);
  }

  /** The byte is no frame's first one. */
  private breakOff(inputs: Inputs, c: u32): void {
    this.anomalies |= Anomaly.GrpcMalformed;
    this.place = Place.Broken;
    if (changetype<usize>(this.aside) == 0) this.aside = new TextParser();
    this.aside.start(this.address);
    const first = inputs.arena.alloc(1);
    if (first == 0) return;
    store<u8>(first, <u8>c);
    this.aside.feedAll(inputs, first, 1);
  }

  /** The header is complete. */
  private beginFrame(): void {
    this.place = Place.Message;
    this.messageOut = 0;
    let isPlain = true;
    if ((this.flags & COMPRESSED) != 0) {
      if (this.encoding == GrpcEncoding.Identity) {
        // Receivers refuse it; inspected as it is.
        this.anomalies |= Anomaly.GrpcMalformed;
      } else if (this.encoding == GrpcEncoding.Other) {
        this.anomalies |= Anomaly.GrpcEncoding;
        this.place = Place.Skipped;
      } else {
        isPlain = false;
        if (changetype<usize>(this.inflate) == 0) this.inflate = new Inflate();
        const isGzip = this.encoding == GrpcEncoding.Gzip;
        this.inflate.start(isGzip ? InflateFormat.Gzip : InflateFormat.Deflate);
      }
    }
    if ((this.flags & TRAILERS) != 0) {
      this.line.clear();
    } else if ((this.flavour & GrpcFlavour.Json) != 0) {
      this.parser.start(json(), this.address);
    } else {
      if (changetype<usize>(this.protobuf) == 0) this.protobuf = new ProtobufParser();
      this.protobuf.start(this.address, isPlain ? this.left : LENGTH_UNKNOWN);
    }
  }

  private isInflated(): bool {
    return (this.flags & COMPRESSED) != 0 && this.encoding != GrpcEncoding.Identity;
  }

  /** Bytes of a message as they are in its frame. */
  private message(inputs: Inputs, at: usize, len: u32): void {
    if (this.isInflated()) this.totalIn += len;
    if (this.place == Place.Skipped) return;
    if (!this.isInflated()) return this.content(inputs, at, len);
    if (inflated == 0) inflated = heap.alloc(INFLATE_BYTES);
    const inflate = this.inflate;
    do {
      inputs.drain();
      inflate.run(at, len, inflated, INFLATE_BYTES);
      at += inflate.taken;
      len -= inflate.taken;
      this.content(inputs, inflated, inflate.given);
      if (inflate.status == InflateStatus.Malformed) this.place = Place.Skipped;
      else if (this.isBeyond(inflate.given)) {
        this.limits |= Limit.Inflate;
        this.place = Place.Skipped;
      }
    } while (this.place == Place.Message && (len != 0 || inflate.status == InflateStatus.NeedOutput));
  }

  /** Counts what was inflated; true when that is more than a cap allows. */
  private isBeyond(given: u32): bool {
    this.messageOut += given;
    this.totalOut += given;
    if (this.messageOut > this.sizeCap) return true;
    return this.totalOut > RATIO_FREE && this.totalOut - RATIO_FREE > this.totalIn * this.ratioCap;
  }

  /** Bytes of a message. */
  private content(inputs: Inputs, at: usize, len: u32): void {
    if (len == 0) return;
    if ((this.flags & TRAILERS) != 0) this.trailers(inputs, at, len);
    else if ((this.flavour & GrpcFlavour.Json) != 0) this.parser.feedAll(inputs, at, len);
    else this.protobuf.feed(inputs, at, len);
  }

  private endFrame(inputs: Inputs): void {
    let isCut = this.place == Place.Skipped;
    if (this.isInflated() && this.encoding != GrpcEncoding.Other) {
      const isLimited = isCut && this.inflate.status != InflateStatus.Malformed;
      if (!isLimited && this.inflate.status != InflateStatus.Done) {
        this.anomalies |= Anomaly.GrpcEncoding;
        isCut = true;
      }
      if (this.inflate.flags != InflateFlag.None) this.anomalies |= Anomaly.GrpcEncoding;
      this.inflate.reset();
    }
    this.endContent(inputs, isCut);
    this.place = Place.Header;
  }

  /** The message is over; `isCut`: it is known to go on. */
  private endContent(inputs: Inputs, isCut: bool): void {
    if ((this.flags & TRAILERS) != 0) {
      this.endLine(inputs);
    } else if ((this.flavour & GrpcFlavour.Json) != 0) {
      this.parser.finishAll(inputs);
      this.anomalies |= this.parser.anomalies;
    } else {
      this.anomalies |= this.protobuf.anomalies;
      this.protobuf.finish(inputs);
      if (!isCut) this.anomalies |= this.protobuf.anomalies;
      // What is cut is no malformed message.
      this.protobuf.anomalies = 0;
    }
  }

  /** Lines of the form `name: value`. */
  private trailers(inputs: Inputs, at: usize, len: u32): void {
    const end = at + len;
    while (at < end) {
      const stop = min(end, at + <usize>(LINE_BYTES - this.line.length));
      const lineEnd = findByte(at, stop, 0x0a);
      this.line.bytes(at, <u32>(lineEnd - at));
      at = lineEnd;
      if (at < stop) at++;
      else if (this.line.length < LINE_BYTES) return;
      this.endLine(inputs);
    }
  }

  private endLine(inputs: Inputs): void {
    let len = this.line.length;
    const from = this.line.at;
    this.line.clear();
    while (len != 0 && load<u8>(from + len - 1) <= 0x20) len--;
    if (len == 0) return;
    if (inputs.room() < 2) inputs.drain();
    const at = inputs.arena.copy(from, len);
    if (at == 0) return;
    const end = at + len;
    const colon = findByte(at, end, COLON);
    let value = at;
    let path: usize = 0;
    if (colon != end) {
      for (let p = at; p < colon; p++) store<u8>(p, <u8>lowerByte(load<u8>(p)));
      path = inputs.keyNode(0, at, <u32>(colon - at));
      inputs.push(this.trailersAddress, InputKind.Key, path, at, <u32>(colon - at));
      for (value = colon + 1; value < end && load<u8>(value) <= 0x20; value++) {}
    }
    inputs.push(this.trailersAddress, InputKind.String, path, value, <u32>(end - value));
  }
}

/** The type that messages in JSON are read as. */
function json(): ContentType {
  if (jsonType == 0) {
    const type = new ContentType();
    type.kind = BodyKind.Json;
    jsonType = changetype<usize>(type);
  }
  return changetype<ContentType>(jsonType);
}

function isWord(at: usize, len: u32, word: Text): bool {
  return equalsFolded(at, len, word.at, word.len);
}

/** The six bits of a digit in either alphabet, or -1. */
function base64Value(c: u32): i32 {
  const letter = (c | 0x20) - 0x61;
  if (letter < 26) return <i32>((c & 0x20) != 0 ? letter + 26 : letter);
  if (c - 0x30 < 10) return <i32>(c - 0x30 + 52);
  if (c == 0x2b || c == 0x2d) return 62;
  return c == 0x2f || c == 0x5f ? 63 : -1;
}
