// One body on its way through: picks the parsers by content type and by what the first bytes look like, and
// feeds them in step. A body can need several: one that is declared as a form and looks like JSON is read as
// both, and where a parser meets what it cannot read the text parser takes over too, so nothing stays unseen.
//
// To add a format: a bit in Lane and its row in body-lanes.ts, its parser as a field here, and its line in each of
// feedLane, finishLane, malformedIn, startLane, resetLanes, collectAnomalies and free. A parser whose bit is not set is
// as reset() left it and is not touched: most bodies need one parser, and most requests have no body.

import { isSpace } from "../bytes/ascii";
import { ByteWriter } from "../bytes/byte-writer";
import { Anomaly } from "../inputs/anomaly";
import { Inputs } from "../inputs/inputs";
import { BodyKind, ContentType, JsonSequence } from "../http/content-type";
import { QueryParser } from "../http/query";
import { LANES, Lane, TEXT_LANE, isMismatched, lanesFor } from "./body-lanes";
import { Looks, SNIFF_BYTES, firstLine, sniffBody } from "./body-sniff";
import { NOT_MALFORMED } from "./json-grammar";
import { GraphqlParser } from "./graphql";
import { JsonParser } from "./json";
import { BOUNDARY_LIMIT, MultipartParser } from "./multipart";
import { TextParser } from "./text";
import { XmlParser } from "./xml";
import { ENCODING_BYTES, Encoding, WideText, detectEncoding } from "./wide-text";

/** Bytes of UTF-16 or UTF-32 that are transcoded at a time. */
const WIDE_BLOCK: u32 = 4096;
/** Anomalies of the JSON lane. */
const JSON_ANOMALIES: u64 =
  Anomaly.JsonComment |
  Anomaly.JsonSingleQuote |
  Anomaly.JsonBareKey |
  Anomaly.JsonBareWord |
  Anomaly.JsonTrailingComma |
  Anomaly.JsonMissingComma |
  Anomaly.JsonStructure |
  Anomaly.JsonBracket |
  Anomaly.JsonManyDocuments |
  Anomaly.JsonTruncated |
  Anomaly.JsonNul |
  Anomaly.JsonControl |
  Anomaly.JsonBadEscape |
  Anomaly.JsonDuplicateKey;
/** Lanes in which GraphQL documents may be found. */
const DOCUMENTS: u32 = Lane.Json | Lane.Form | Lane.Graphql;

@unmanaged
export class BodyParser {
  /** Bits of Anomaly. */
  anomalies: u64 = 0;
  /** Those that are not noted, as nothing says what the body is. */
  private muted: u64 = 0;
  private isMessage: bool = false;
  private kind: BodyKind = BodyKind.None;
  private sequence: JsonSequence = JsonSequence.None;
  private address: u32 = 0;
  private lanes: u32 = Lane.None;
  private chosen: bool = false;
  /** Where JSON could not be read on in the chunk, or NOT_MALFORMED. */
  private malformedAt: u32 = NOT_MALFORMED;
  private json: JsonParser = new JsonParser();
  private form: QueryParser = new QueryParser();
  private multipart: MultipartParser = new MultipartParser();
  private xml: XmlParser = new XmlParser();
  private graphql: GraphqlParser = new GraphqlParser();
  private text: TextParser = new TextParser();
  /** The boundary that the content type declares. */
  private boundary: ByteWriter = new ByteWriter();
  /** First bytes of a body whose looks are not decided yet; then replayed to the lanes. */
  private prefix: usize = 0;
  private prefixLen: u32 = 0;
  private replayed: u32 = 0;
  private encoding: Encoding = Encoding.Undecided;
  private wide: WideText = new WideText();
  /** Transcoded bytes that the lanes have not read yet. */
  private pending: ByteWriter = new ByteWriter();
  /** Bytes that each lane has read beyond what feed() reported as consumed. */
  private ahead: LaneOffsets = new LaneOffsets();

  /** A new body of that type, pushed at `address`. */
  start(type: ContentType, address: u32): void {
    this.reset();
    this.kind = type.kind;
    this.sequence = type.sequence;
    this.address = address;
    this.boundary.clear();
    if (type.kind == BodyKind.Multipart && type.boundaryLen <= BOUNDARY_LIMIT) {
      this.boundary.bytes(type.boundary, type.boundaryLen);
    }
  }

  /**
   * A message of a stream (WebSocket, server-sent events) that says nothing about its format. Text is UTF-8 by the
   * stream's protocol, so that NULs in its first bytes do not make it UTF-16; what is no text is left alone when it
   * is not said to be text. The inputs of the message before must have been drained.
   */
  startMessage(address: u32, isText: bool): void {
    this.reset();
    this.kind = isText ? BodyKind.None : BodyKind.Binary;
    this.sequence = JsonSequence.None;
    this.address = address;
    this.boundary.clear();
    this.isMessage = true;
    if (isText) this.encoding = Encoding.Narrow;
  }

  /** As feed(), to the last byte: has the inputs judged as often as they are full. */
  feedAll(inputs: Inputs, at: usize, len: u32): void {
    let done = this.feed(inputs, at, len);
    while (done < len) {
      inputs.drain();
      done += this.feed(inputs, at + done, len - done);
    }
  }

  /** As finish(), and has all inputs judged: some may point to bytes that the next body overwrites. */
  finishAll(inputs: Inputs): void {
    while (!this.finish(inputs)) inputs.drain();
    inputs.drain();
  }

  /** Reads `len` bytes; fewer are consumed only when the inputs are full: drain them and feed the rest. */
  feed(inputs: Inputs, at: usize, len: u32): u32 {
    let skip: u32 = 0;
    if (this.encoding == Encoding.Undecided) {
      if (this.prefixLen == 0) this.setEncoding(detectEncoding(at, len));
      if (this.encoding == Encoding.Undecided) {
        skip = this.fillPrefix(at, len, ENCODING_BYTES);
        this.setEncoding(detectEncoding(this.prefix, this.prefixLen));
        if (this.encoding == Encoding.Undecided) return skip;
        this.releasePrefix();
      }
    }
    if (this.encoding == Encoding.Narrow) return skip + this.feedNarrow(inputs, at + skip, len - skip);
    return skip + this.feedWide(inputs, at + skip, len - skip);
  }

  /** The end of the body. False when the inputs are full: drain them and call again. */
  finish(inputs: Inputs): bool {
    if (this.encoding == Encoding.Undecided) {
      this.setEncoding(Encoding.Narrow);
      this.releasePrefix();
    }
    if (this.encoding != Encoding.Narrow) {
      this.pending.length += this.wide.finish(this.pending.reserve(8));
      if (!this.replayPending(inputs)) return false;
    }
    if (!this.chosen) {
      if (this.prefixLen == 0) return true;
      this.tryChoose(this.prefix, this.prefixLen, true);
    }
    if (!this.replay(inputs)) return false;
    for (let i: u32 = 0; i < LANES; i++) {
      const lane = this.lanes & (1 << i);
      if (lane != 0 && !this.finishLane(lane, inputs)) return false;
    }
    this.collectAnomalies();
    return true;
  }

  /** No parser reads this body: it is binary. */
  get isBlind(): bool {
    return this.chosen && this.lanes == Lane.None;
  }

  /** Forgets the body; its inputs must have been drained. */
  reset(): void {
    this.resetLanes();
    this.anomalies = 0;
    this.muted = 0;
    this.isMessage = false;
    this.lanes = Lane.None;
    this.chosen = false;
    this.prefixLen = 0;
    this.replayed = 0;
    this.ahead.clear();
    this.encoding = Encoding.Undecided;
    this.pending.clear();
  }

  free(): void {
    this.json.free();
    this.form.free();
    this.multipart.free();
    this.xml.free();
    this.graphql.free();
    this.text.free();
    this.boundary.free();
    heap.free(changetype<usize>(this.boundary));
    if (this.prefix != 0) heap.free(this.prefix);
    this.pending.free();
    heap.free(changetype<usize>(this.pending));
    heap.free(changetype<usize>(this.wide));
    this.ahead.free();
    heap.free(changetype<usize>(this));
  }

  private setEncoding(encoding: Encoding): void {
    this.encoding = encoding;
    if (encoding <= Encoding.Narrow) return;
    this.anomalies |= Anomaly.BodyWideEncoding;
    this.wide.start(encoding);
  }

  /** The encoding is known: the bytes kept back for it are read as the beginning of the body. */
  private releasePrefix(): void {
    const len = this.prefixLen;
    this.prefixLen = 0;
    if (this.encoding == Encoding.Narrow) {
      let spaces: u32 = 0;
      while (spaces < len && isSpace(load<u8>(this.prefix + spaces))) spaces++;
      this.prefixLen = len - spaces;
      memory.copy(this.prefix, this.prefix + spaces, this.prefixLen);
    } else {
      this.pending.length += this.wide.decode(this.prefix, len, this.pending.reserve(WideText.room(len)));
    }
  }

  /** Transcodes block by block; blocks live in the arena, what was not read of one is kept in `pending`. */
  private feedWide(inputs: Inputs, at: usize, len: u32): u32 {
    let done: u32 = 0;
    while (this.replayPending(inputs) && done < len) {
      const size = min(len - done, WIDE_BLOCK);
      const block = inputs.arena.alloc(WideText.room(size));
      if (block == 0) return inputs.count == 0 ? len : done;
      const narrow = this.wide.decode(at + done, size, block);
      done += size;
      const read = this.feedNarrow(inputs, block, narrow);
      this.pending.bytes(block + read, narrow - read);
    }
    return done;
  }

  /** Reads what is pending, from a copy that lives until the drain. False when the inputs are full. */
  private replayPending(inputs: Inputs): bool {
    const pending = this.pending;
    if (pending.length == 0) return true;
    const copy = inputs.arena.copy(pending.at, pending.length);
    const read = copy == 0 ? 0 : this.feedNarrow(inputs, copy, pending.length);
    memory.copy(pending.at, pending.at + read, pending.length - read);
    pending.length -= read;
    return pending.length == 0;
  }

  private feedNarrow(inputs: Inputs, at: usize, len: u32): u32 {
    let skip: u32 = 0;
    if (!this.chosen) {
      if (this.prefixLen == 0) {
        while (skip < len && isSpace(load<u8>(at + skip))) skip++;
        if (this.tryChoose(at + skip, min(len - skip, SNIFF_BYTES), false)) {
          return skip + this.feedLanes(inputs, at + skip, len - skip);
        }
      }
      skip += this.fillPrefix(at + skip, len - skip, SNIFF_BYTES);
      if (!this.tryChoose(this.prefix, this.prefixLen, false)) return skip;
    }
    if (!this.replay(inputs)) return skip;
    return skip + this.feedLanes(inputs, at + skip, len - skip);
  }

  private fillPrefix(at: usize, len: u32, limit: u32): u32 {
    if (this.prefix == 0) this.prefix = heap.alloc(SNIFF_BYTES);
    const more = min(len, limit - this.prefixLen);
    memory.copy(this.prefix + this.prefixLen, at, more);
    this.prefixLen += more;
    return more;
  }

  private tryChoose(at: usize, len: u32, isAll: bool): bool {
    const looks = sniffBody(at, len, isAll);
    if (looks == Looks.Undecided) return false;
    this.chosen = true;
    if (this.isMessage) {
      this.muted = mutedFor(looks);
      if (looks != Looks.Binary) this.kind = BodyKind.None;
    }
    this.lanes = lanesFor(this.kind, looks);
    if (isMismatched(this.kind, looks)) this.anomalies |= Anomaly.BodyTypeMismatch;
    if (this.lanes == Lane.None) this.anomalies |= Anomaly.BodyBinary;
    for (let i: u32 = 0; i < LANES; i++) this.startLane(this.lanes & (1 << i));
    if ((this.lanes & Lane.Multipart) != 0) this.compareBoundary(looks, at, len);
    return true;
  }

  /** Where the first line is not the declared delimiter, the body is inspected as text too. */
  private compareBoundary(looks: Looks, at: usize, len: u32): void {
    if (looks == Looks.Multipart) {
      const line = firstLine(at, at + len);
      this.multipart.findBoundary(line.at + 2, line.len - 2);
    }
    if (this.multipart.isMismatched) this.anomalies |= Anomaly.MultipartBoundary;
    else if (looks == Looks.Multipart) return;
    if ((this.lanes & Lane.Text) == 0) this.startLane(Lane.Text);
    this.lanes |= Lane.Text;
  }

  /** Feeds the bytes that were kept back for the choice. False when the inputs are full. */
  private replay(inputs: Inputs): bool {
    if (this.replayed == this.prefixLen) return true;
    const left = this.prefixLen - this.replayed;
    this.replayed += this.feedLanes(inputs, this.prefix + this.replayed, left);
    return this.replayed == this.prefixLen;
  }

  /** Feeds all lanes; the slowest one tells how far the body was read. */
  private feedLanes(inputs: Inputs, at: usize, len: u32): u32 {
    let consumed = len;
    for (let i: u32 = 0; i < LANES; i++) {
      const lane = this.lanes & (1 << i);
      if (lane == 0) continue;
      const ahead = min(this.ahead.get(i), len);
      const read = ahead + this.feedLane(lane, inputs, at + ahead, len - ahead);
      this.ahead.set(i, read);
      consumed = min(consumed, read);
      this.watch(lane, ahead);
    }
    for (let i: u32 = 0; i < LANES; i++)
      this.ahead.set(i, this.ahead.get(i) - min(consumed, this.ahead.get(i)));
    this.collectAnomalies();
    return consumed;
  }

  /** Opens the text lane at the place that the lane cannot be read beyond. */
  private watch(lane: u32, fedFrom: u32): void {
    const malformedAt = this.malformedIn(lane);
    if (malformedAt == NOT_MALFORMED || (this.lanes & Lane.Text) != 0) return;
    this.lanes |= Lane.Text;
    this.startLane(Lane.Text);
    this.ahead.set(TEXT_LANE, fedFrom + malformedAt);
  }

  private malformedIn(lane: u32): u32 {
    if (lane == Lane.Json) return this.malformedAt;
    if (lane == Lane.Multipart) return this.multipart.malformedAt;
    if (lane == Lane.Xml) return this.xml.malformedAt;
    return NOT_MALFORMED;
  }

  private feedLane(lane: u32, inputs: Inputs, at: usize, len: u32): u32 {
    if (lane == Lane.Json || lane == Lane.Form) return this.feedDocuments(lane, inputs, at, len);
    if (lane == Lane.Multipart) return this.multipart.feed(inputs, at, len);
    if (lane == Lane.Xml) return this.xml.feed(inputs, at, len);
    if (lane == Lane.Graphql) return this.graphql.feed(inputs, at, len);
    return this.text.feed(inputs, at, len);
  }

  /** JSON and forms may hold GraphQL documents: each is read before what stands behind it. */
  private feedDocuments(lane: u32, inputs: Inputs, at: usize, len: u32): u32 {
    let done: u32 = 0;
    this.malformedAt = NOT_MALFORMED;
    while (this.graphql.read(inputs) && done < len) {
      const isJson = lane == Lane.Json;
      const left = len - done;
      const read = isJson ? this.json.feed(inputs, at + done, left) : this.form.feed(inputs, at + done, left);
      if (isJson && this.malformedAt == NOT_MALFORMED && this.json.malformedAt != NOT_MALFORMED) {
        this.malformedAt = done + this.json.malformedAt;
      }
      done += read;
      if (!this.takeDocument(lane) && read != left) break;
    }
    return done;
  }

  /** True when the lane ended with a GraphQL document, which is then to be read. */
  private takeDocument(lane: u32): bool {
    const grammar = this.json.grammar;
    const at = lane == Lane.Json ? grammar.documentAt : this.form.documentAt;
    const len = lane == Lane.Json ? grammar.documentLen : this.form.documentLen;
    if (len != 0) this.graphql.take(at, len);
    return len != 0;
  }

  private finishLane(lane: u32, inputs: Inputs): bool {
    if (lane == Lane.Json || lane == Lane.Form) {
      if (!this.graphql.read(inputs)) return false;
      const isDone = lane == Lane.Json ? this.json.finish(inputs) : this.form.finish(inputs);
      if (this.takeDocument(lane)) return this.graphql.read(inputs) && isDone;
      return isDone;
    }
    if (lane == Lane.Multipart) return this.multipart.finish(inputs);
    if (lane == Lane.Xml) return this.xml.finish(inputs);
    if (lane == Lane.Graphql) return this.graphql.finish(inputs);
    return this.text.finish(inputs);
  }

  private startLane(lane: u32): void {
    if (lane == Lane.Json) this.json.start(this.address, this.sequence);
    else if (lane == Lane.Form) this.form.start(this.address);
    else if (lane == Lane.Multipart)
      this.multipart.start(this.address, this.boundary.at, this.boundary.length);
    else if (lane == Lane.Xml) this.xml.start(this.address);
    else if (lane == Lane.Text) this.text.start(this.address);
  }

  private resetLanes(): void {
    const lanes = this.lanes;
    if ((lanes & Lane.Json) != 0) this.json.reset();
    if ((lanes & Lane.Form) != 0) this.form.reset();
    if ((lanes & Lane.Multipart) != 0) this.multipart.reset();
    if ((lanes & Lane.Xml) != 0) this.xml.reset();
    if ((lanes & DOCUMENTS) != 0) this.graphql.reset();
    if ((lanes & Lane.Text) != 0) this.text.reset();
  }

  private collectAnomalies(): void {
    const lanes = this.lanes;
    if ((lanes & Lane.Json) != 0) this.anomalies |= this.json.anomalies;
    if ((lanes & Lane.Form) != 0) this.anomalies |= this.form.anomalies;
    if ((lanes & Lane.Multipart) != 0) this.anomalies |= this.multipart.anomalies;
    if ((lanes & Lane.Xml) != 0) this.anomalies |= this.xml.anomalies;
    if ((lanes & DOCUMENTS) != 0) this.anomalies |= this.graphql.anomalies;
    this.anomalies &= ~this.muted;
  }
}

/** What is no anomaly in a text that nobody called JSON or XML, such as `[DONE]` or a piece of HTML. */
function mutedFor(looks: Looks): u64 {
  if (looks == Looks.Brackets) return JSON_ANOMALIES | Anomaly.BodyMalformed;
  return looks == Looks.Markup
    ? Anomaly.XmlMalformed | Anomaly.XmlTruncated | Anomaly.BodyMalformed
    : Anomaly.None;
}

/** A number for each lane. */
@unmanaged
class LaneOffsets {
  private offsets: usize = heap.alloc(LANES << 2);

  get(i: u32): u32 {
    return load<u32>(this.offsets + ((<usize>i) << 2));
  }

  set(i: u32, value: u32): void {
    store<u32>(this.offsets + ((<usize>i) << 2), value);
  }

  clear(): void {
    memory.fill(this.offsets, 0, LANES << 2);
  }

  free(): void {
    heap.free(this.offsets);
    heap.free(changetype<usize>(this));
  }
}
