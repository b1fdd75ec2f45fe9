// Runs a parser over given bytes in chunks of a given size and lists what it pushed, for tests from Node.
//
// Each chunk is handed over in one scratch place that is overwritten afterwards, and the inputs are drained
// after every chunk, so a pointer kept too long shows as a wrong value.
//
// A line of the list: address TAB kind TAB path TAB value LF; the path's elements are `.`, then `k` and the
// key in hex or `i` and the index; the value is in hex.

import { Address } from "../core/address";
import { BodyParser } from "../core/body/body-parser";
import { BodyReader } from "../core/body/body-reader";
import { JsonParser } from "../core/body/json";
import { TextParser } from "../core/body/text";
import { GrpcEncoding, GrpcReader, encodingOf, flavourOf } from "../core/body/grpc";
import { LENGTH_UNKNOWN, ProtobufParser } from "../core/body/protobuf";
import { EventStreamReader } from "../core/body/event-stream";
import { WebSocketReader } from "../core/body/web-socket";
import { ByteWriter } from "../core/bytes/byte-writer";
import { BodyFields, Coding } from "../core/http/body-fields";
import { BodyKind, ContentType, JsonSequence } from "../core/http/content-type";
import { Cookies } from "../core/http/cookies";
import { HeaderPairs, pushHeaders } from "../core/http/header-fields";
import { QueryParser } from "../core/http/query";
import { RequestTarget } from "../core/http/request-target";
import { InputKind, Inputs } from "../core/inputs/inputs";
import { KeyPath } from "../core/inputs/key-path";

/** Which parser a run takes; the kinds of bodies come after. */
enum Runner {
  Json,
  Query,
  Text,
  Cookies,
  Target,
  Headers,
  /** Server-sent events. */
  Events,
  /** Frames of a client. */
  ClientFrames,
  ServerFrames,
  /** One message, of a length that is said; and of one that its end says. */
  Protobuf,
  ProtobufOpen,
  /** Frames of gRPC; the flavour and encoding are those of parseGrpc(). */
  Grpc,
  /** A body of the declared type in the coding of parseCoding(), whatever it is wrapped in. */
  Reader,
  Body = 16,
}

/** Caps of messages in frames. */
const INFLATE_RATIO: u64 = 100;
const INFLATE_SIZE: u64 = 16 * 1024 * 1024;

const inputs = new Inputs();
const list = new ByteWriter();
const nodes = new ByteWriter();
const json = new JsonParser();
const query = new QueryParser();
const plain = new TextParser();
const body = new BodyParser();
const events = new EventStreamReader();
const frames = new WebSocketReader();
const protobuf = new ProtobufParser();
const grpc = new GrpcReader();
const reader = new BodyReader();
const fields = new BodyFields();
const cookies = new Cookies();
const target = new RequestTarget();
const headers = new HeaderPairs();
const contentType = new ContentType();
const boundary = new ByteWriter();
/** The Content-Type value of bodies to come; 0 long: the runner tells their kind. */
const declared = new ByteWriter();
let readerAddress: u32 = Address.RequestBody;
let anomalies: u64 = 0;
let drains: u32 = 0;
let listing: u32 = 0;
let roomLimit: u32 = 0;
/** State of the generator of chunk sizes; 0: all chunks have one size. */
let cuts: u32 = 0;
/** Entries that only take up room. */
let fillers: u32 = 0;
/** What was agreed on for the next runs over frames. */
let deflates: bool = false;
let keepsContext: bool = false;
/** Of the next runs over gRPC. */
let grpcFlavour: u32 = 0;
let grpcEncoding: u32 = 0;
let grpcRatio: u32 = 100;
let grpcSize: u32 = 16 * 1024 * 1024;
/** Of the next runs over JSON. */
let sequence: JsonSequence = JsonSequence.None;

/**
 * Parses `len` bytes in chunks of `chunk` (0: in one piece, in place). `runner` is a Runner, or Runner.Body
 * plus a BodyKind. `listed` 0 lists nothing, for measurements, 1 everything, 2 strings only. Returns the list's
 * length.
 */
export function parseRun(runner: u32, at: usize, len: u32, chunk: u32, listed: u32): u32 {
  list.clear();
  drains = 0;
  clear();
  listing = listed;
  inputs.judgeWith(drainFor, 0);
  start(runner, at, len);
  if (runner == Runner.Cookies || runner == Runner.Target || runner == Runner.Headers) {
    while (!pushWhole(runner)) drain();
  } else {
    const size = chunk == 0 ? len : chunk;
    const scratch = chunk == 0 ? <usize>0 : heap.alloc(size);
    for (let done: u32 = 0; done < len;) {
      const n = min(nextSize(size), len - done);
      if (scratch == 0) {
        feedAll(runner, at, n);
      } else {
        memory.copy(scratch, at + done, n);
        feedAll(runner, scratch, n);
        drain();
        memory.fill(scratch, 0xee, n);
      }
      done += n;
    }
    while (!finish(runner)) drain();
    if (scratch != 0) heap.free(scratch);
  }
  drain();
  anomalies = anomaliesOf(runner);
  return list.length;
}

export function parseListAt(): usize {
  return list.at;
}

/** Bits of Anomaly. */
export function parseAnomalies(): u64 {
  return anomalies;
}

export function parseDrains(): u32 {
  return drains;
}

/** The BodyKind of a Content-Type value. */
export function parseContentType(at: usize, len: u32): u32 {
  contentType.parse(at, len);
  return contentType.kind;
}

/** Leaves room for only `room` inputs between drains, to see the parsers stop and go on; 0: all there is. */
export function parseLimitRoom(room: u32): void {
  roomLimit = room;
}

/** Chunks of the next runs have sizes from 1 to theirs, by that seed; 0: all have the same. */
export function parseCuts(seed: u32): void {
  cuts = seed;
}

/** The next bodies have that Content-Type value; 0 long: the runner tells their kind. */
export function parseDeclare(at: usize, len: u32): void {
  declared.clear();
  declared.bytes(at, len);
}

/** The content coding of the next bodies, and whether they are responses. */
export function parseCoding(coding: u32, isResponse: bool): void {
  fields.clear();
  fields.coding = <Coding>coding;
  readerAddress = isResponse ? Address.ResponseBody : Address.RequestBody;
}

/** Feeds a beginning that no end follows, as when a stream is reset: the next run must not see anything of it. */
export function parseAbandoned(runner: u32, at: usize, len: u32): void {
  clear();
  listing = 0;
  inputs.judgeWith(drainFor, 0);
  start(runner, at, len);
  if (runner == Runner.Cookies || runner == Runner.Target || runner == Runner.Headers) pushWhole(runner);
  else feedAll(runner, at, len);
  clear();
}

/** The boundary that the next runs' content type declares; 0 long for none. */
export function parseBoundary(at: usize, len: u32): void {
  boundary.clear();
  boundary.bytes(at, len);
}

/** Whether the next runs over JSON are told that it is a sequence, and of which kind: a JsonSequence. */
export function parseSequence(kind: u32): void {
  sequence = <JsonSequence>kind;
}

/** The JsonSequence of a Content-Type value. */
export function parseSequenceOf(at: usize, len: u32): u32 {
  contentType.parse(at, len);
  return contentType.sequence;
}

/** What the next runs over WebSocket frames were told of permessage-deflate. */
export function parseDeflates(agreed: bool, context: bool): void {
  deflates = agreed;
  keepsContext = context;
}

/** What the next runs over gRPC frames are: bits of GrpcFlavour, a GrpcEncoding, and the caps of inflating. */
export function parseGrpc(flavour: u32, encoding: u32, ratio: u32, size: u32): void {
  grpcFlavour = flavour;
  grpcEncoding = encoding;
  grpcRatio = ratio;
  grpcSize = size;
}

/** Bits of Limit that the last run over gRPC frames hit. */
export function parseGrpcLimits(): u32 {
  return grpc.limits;
}

/** No frame of the last run over gRPC frames is open. */
export function parseGrpcAtBoundary(): bool {
  return grpc.atBoundary;
}

/** GrpcFlavour of a media type, and GrpcEncoding of a field. */
export function parseGrpcFlavour(at: usize, len: u32): u32 {
  return flavourOf(at, len);
}

export function parseGrpcEncoding(at: usize, len: u32): u32 {
  return encodingOf(at, len);
}

/** Bytes that the inputs' arena holds. */
export function parseArenaHeld(): u32 {
  return inputs.arena.held;
}

function start(runner: u32, at: usize, len: u32): void {
  if (runner == Runner.Json) json.start(Address.RequestBody);
  else if (runner == Runner.Query) query.start(Address.RequestQuery);
  else if (runner == Runner.Text) plain.start(Address.RequestBody);
  else if (runner == Runner.Cookies) cookies.start(at, len);
  else if (runner == Runner.Target) target.start(at, len);
  else if (runner == Runner.Headers) headers.start(at, len);
  else if (runner == Runner.Events) events.start(body, Address.ResponseBody);
  else if (runner == Runner.Protobuf) protobuf.start(Address.GrpcRequestMessage, len);
  else if (runner == Runner.ProtobufOpen) protobuf.start(Address.GrpcRequestMessage, LENGTH_UNKNOWN);
  else if (runner == Runner.Grpc) startGrpc();
  else if (runner == Runner.Reader) startReader();
  else if (runner == Runner.ClientFrames) startFrames(Address.RequestBody);
  else if (runner == Runner.ServerFrames) startFrames(Address.ResponseBody);
  else {
    contentType.parse(declared.at, declared.length);
    if (declared.length == 0) {
      contentType.kind = <BodyKind>(runner - Runner.Body);
      contentType.sequence = sequence;
      contentType.boundary = boundary.at;
      contentType.boundaryLen = boundary.length;
    }
    body.start(contentType, Address.RequestBody);
  }
}

/** Between 1 and `size`, where sizes are to differ (xorshift). */
function nextSize(size: u32): u32 {
  if (cuts == 0) return size;
  cuts ^= cuts << 13;
  cuts ^= cuts >> 17;
  cuts ^= cuts << 5;
  return 1 + (cuts % size);
}

function startReader(): void {
  contentType.parse(declared.at, declared.length);
  reader.start(contentType, fields, readerAddress, INFLATE_RATIO, INFLATE_SIZE);
}

function startGrpc(): void {
  const address = Address.GrpcRequestMessage;
  const encoding = <GrpcEncoding>grpcEncoding;
  grpc.start(body, grpcFlavour, encoding, address, Address.RequestTrailers, grpcRatio, grpcSize);
}

function startFrames(address: u32): void {
  frames.start(body, address, deflates, keepsContext, INFLATE_RATIO, INFLATE_SIZE);
}

function feed(runner: u32, at: usize, len: u32): u32 {
  if (runner == Runner.Json) return json.feed(inputs, at, len);
  if (runner == Runner.Query) return query.feed(inputs, at, len);
  if (runner == Runner.Text) return plain.feed(inputs, at, len);
  if (runner >= <u32>Runner.Body) return body.feed(inputs, at, len);
  if (runner == Runner.Events) events.feed(inputs, at, len);
  else if (runner == Runner.Protobuf || runner == Runner.ProtobufOpen) protobuf.feed(inputs, at, len);
  else if (runner == Runner.Grpc) grpc.feed(inputs, at, len);
  else if (runner == Runner.Reader) reader.feed(inputs, at, len);
  else frames.feed(inputs, at, len);
  return len;
}

function feedAll(runner: u32, at: usize, len: u32): void {
  let done = feed(runner, at, len);
  while (done < len) {
    drain();
    done += feed(runner, at + done, len - done);
  }
}

function finish(runner: u32): bool {
  if (runner == Runner.Json) return json.finish(inputs);
  if (runner == Runner.Query) return query.finish(inputs);
  if (runner == Runner.Text) return plain.finish(inputs);
  if (runner >= <u32>Runner.Body) return body.finish(inputs);
  if (runner == Runner.Events) events.finish(inputs);
  else if (runner == Runner.Protobuf || runner == Runner.ProtobufOpen) protobuf.finish(inputs);
  else if (runner == Runner.Grpc) grpc.finish(inputs);
  else if (runner == Runner.Reader) reader.finish(inputs);
  else frames.finish(inputs);
  return true;
}

function pushWhole(runner: u32): bool {
  if (runner == Runner.Cookies) return cookies.push(inputs);
  if (runner == Runner.Target) return target.push(inputs);
  return pushHeaders(inputs, headers, Address.RequestHeaders);
}

function anomaliesOf(runner: u32): u64 {
  if (runner == Runner.Json) return json.anomalies;
  if (runner == Runner.Query) return query.anomalies;
  if (runner == Runner.Text || runner == Runner.Headers) return 0;
  if (runner == Runner.Cookies) return cookies.anomalies;
  if (runner == Runner.Target) return target.anomalies;
  if (runner == Runner.Events) return events.anomalies;
  if (runner == Runner.Protobuf || runner == Runner.ProtobufOpen) return protobuf.anomalies;
  if (runner == Runner.Grpc) return grpc.anomalies;
  if (runner == Runner.Reader) return reader.anomalies;
  return runner >= <u32>Runner.Body ? body.anomalies : frames.anomalies;
}

function drain(): void {
  drains++;
  if (listing != 0) {
    for (let i = fillers; i < inputs.count; i++) {
      if (listing == 2 && inputs.kind(i) != InputKind.String) continue;
      list.decimal(inputs.address(i));
      list.byte(0x09);
      list.decimal(inputs.kind(i));
      list.byte(0x09);
      putPath(inputs.keyPath(i));
      list.byte(0x09);
      putHex(inputs.at(i), inputs.len(i));
      list.byte(0x0a);
    }
  }
  clear();
}

function drainFor(_context: usize): void {
  drain();
}

function clear(): void {
  inputs.clear();
  // As if there were others before: what stands in their place is not looked at.
  if (roomLimit != 0 && inputs.room() > roomLimit) inputs.count += inputs.room() - roomLimit;
  fillers = inputs.count;
}

/** From the root to the leaf. */
function putPath(leaf: usize): void {
  nodes.clear();
  for (let node = leaf; node != 0; node = changetype<KeyPath>(node).parent) nodes.u32(<u32>node);
  for (let at = nodes.at + nodes.length; at > nodes.at;) {
    at -= 4;
    const path = changetype<KeyPath>(load<u32>(at));
    list.byte(0x2e);
    if (path.index >= 0) {
      list.byte(0x69);
      list.decimal(path.index);
    } else {
      list.byte(0x6b);
      putHex(path.at, path.len);
    }
  }
}

function putHex(at: usize, len: u32): void {
  const to = list.reserve(len * 2);
  for (let i: u32 = 0; i < len; i++) {
    const c = <u32>load<u8>(at + i);
    store<u8>(to + i * 2, <u8>hexDigit(c >> 4));
    store<u8>(to + i * 2 + 1, <u8>hexDigit(c & 15));
  }
  list.length += len * 2;
}

function hexDigit(value: u32): u32 {
  return value < 10 ? 0x30 + value : 0x57 + value;
}
