// XML and SOAP (XML 1.0), incremental: fed in pieces of any size, each byte read once, no recursion, resumable at every
// byte. It never refuses: what is no XML is noted, and from there on the bytes deserve to be inspected as text too.
//
//   text, CDATA, the text around comments  → one value, path: the names of the elements
//   <name a="v">                           → keys `name` and `a`, value `v` at `name.@a`; the whole tag when it has attributes
//   <!DOCTYPE …>, <!-- … -->, <?…?>        → values as they are written; texts of declared entities at `&name`
//
// Entities are never expanded. Text is decoded in `text`, markup gathered in `token` until it is complete; both slide on
// in windows when they are longer.
//
// SAFETY: no load reaches the chunk's end; nothing kept between two feeds points into a chunk or the arena.
// TEST: test/engine/xml.test.ts.

import { equalsFolded, isAlpha, isSpace } from "../bytes/ascii";
import { ByteWriter } from "../bytes/byte-writer";
import { findByte, findEither } from "../bytes/find-byte";
import { Text, text } from "../bytes/text";
import { Anomaly } from "../inputs/anomaly";
import { InputKind, Inputs } from "../inputs/inputs";
import { ValueBuffer } from "../inputs/value-buffer";
import { NOT_MALFORMED } from "./json-grammar";
import { XmlToken, XmlTokenKind } from "./xml-token";
import { XML_DEPTH_LIMIT, XmlPath } from "./xml-path";
import { REFERENCE_LIMIT, putReference } from "./xml-reference";

const LESS: u32 = 0x3c;
const GREATER: u32 = 0x3e;
const AMPERSAND: u32 = 0x26;
const DASH: u32 = 0x2d;
const BRACKET: u32 = 0x5d;
/** Byte order mark, EF BB BF. */
const BOM: u32 = 0xbfbbef;

const COMMENT = text("<!--");
const CDATA = text("<![cdata[");
const DOCTYPE = text("<!doctype");

/** Inside what the next byte is. */
enum State {
  Text,
  Reference,
  /** Behind `<`. */
  Open,
  /** Behind `<!`. */
  Declaration,
  Cdata,
  Comment,
  Instruction,
  Tag,
  Doctype,
  /** The token is complete. */
  Emit,
}

@unmanaged
export class XmlParser {
  /** Offset in the last feed of the first byte that no reader of XML accepts, or NOT_MALFORMED. */
  malformedAt: u32 = NOT_MALFORMED;
  private noted: u64 = 0;
  private address: u32 = 0;
  private state: State = State.Text;
  private path: XmlPath = new XmlPath();
  private text: ValueBuffer = new ValueBuffer();
  /** Something but white space is in the text. */
  private hasText: bool = false;
  private token: XmlToken = new XmlToken();
  /** `&` and what follows it. */
  private reference: ByteWriter = new ByteWriter();
  /** Bytes of the CDATA section so far, at most 2 counted. */
  private sectionLength: u32 = 0;
  /** The root element was opened. */
  private hasRoot: bool = false;
  /** Bytes of a byte order mark so far; 3 behind it, and where there is none. */
  private mark: u32 = 0;
  private full: bool = false;
  private chunk: usize = 0;

  /** Bits of Anomaly. */
  get anomalies(): u64 {
    return this.noted | this.token.anomalies;
  }

  start(address: u32): void {
    this.reset();
    this.address = address;
    this.token.start(address);
  }

  /** Reads `len` bytes; fewer are consumed only when the inputs are full: drain them and feed the rest. */
  feed(inputs: Inputs, at: usize, len: u32): u32 {
    const end = at + len;
    let p = at;
    this.chunk = at;
    this.full = false;
    this.malformedAt = NOT_MALFORMED;
    if (this.mark < 3) p = this.skipMark(p, end);
    while (p < end && !this.full) {
      switch (this.state) {
        case State.Text:
          p = this.readText(inputs, p, end);
          break;
        case State.Reference:
          p = this.readReference(inputs, p, end);
          break;
        case State.Open:
          p = this.readOpen(inputs, p);
          break;
        case State.Declaration:
          p = this.readDeclaration(inputs, p);
          break;
        case State.Cdata:
          p = this.readCdata(inputs, p, end);
          break;
        case State.Emit:
          this.emit(inputs);
          break;
        default:
          p = this.readToken(inputs, p, end);
          break;
      }
    }
    return <u32>(p - at);
  }

  /** The end of the text. False when the inputs are full: drain them and call again. */
  finish(inputs: Inputs): bool {
    this.full = false;
    this.chunk = 0;
    if (this.state == State.Emit) this.emit(inputs);
    if (this.full || !this.makeRoom(inputs)) return false;
    if (this.mark < 3) this.keepMark(0);
    if (this.state == State.Reference) {
      this.keepReference();
      this.state = State.Text;
    }
    if (!this.flushText(inputs)) return false;
    if (this.state != State.Text) {
      this.noted |= Anomaly.XmlTruncated;
      if (!this.token.pushRest(inputs, this.path)) return false;
      this.state = State.Text;
    }
    if (this.path.depth != 0) this.noted |= Anomaly.XmlTruncated;
    return true;
  }

  reset(): void {
    this.noted = 0;
    this.malformedAt = NOT_MALFORMED;
    this.state = State.Text;
    this.hasText = false;
    this.hasRoot = false;
    this.sectionLength = 0;
    this.mark = 0;
    this.path.reset();
    this.text.reset();
    this.token.reset();
    this.reference.clear();
  }

  free(): void {
    this.path.free();
    this.text.free();
    heap.free(changetype<usize>(this.text));
    this.token.free();
    this.reference.free();
    heap.free(changetype<usize>(this.reference));
    heap.free(changetype<usize>(this));
  }

  private odd(p: usize): void {
    this.noted |= Anomaly.XmlMalformed | Anomaly.BodyMalformed;
    if (this.malformedAt == NOT_MALFORMED && this.chunk != 0) this.malformedAt = <u32>(p - this.chunk);
  }

  /** Skips a byte order mark; a part of one is text. */
  private skipMark(p: usize, end: usize): usize {
    while (p < end && this.mark < 3 && load<u8>(p) == ((BOM >> (this.mark << 3)) & 0xff)) {
      this.mark++;
      p++;
    }
    if (p == end || this.mark == 3) return p;
    this.keepMark(p);
    return p;
  }

  /** No mark: its bytes so far are text, and no text belongs here. */
  private keepMark(p: usize): void {
    if (this.mark != 0) this.odd(p);
    for (let i: u32 = 0; i < this.mark; i++) this.text.bytes.byte(<u8>(BOM >> (i << 3)));
    this.hasText = this.mark != 0;
    this.mark = 3;
  }

  private readText(inputs: Inputs, p: usize, end: usize): usize {
    const stop = findEither(p, end, LESS, AMPERSAND);
    p = this.keepText(inputs, p, stop);
    if (this.full || p == end) return p;
    if (load<u8>(p) == AMPERSAND) {
      this.reference.clear();
      this.reference.byte(<u8>AMPERSAND);
      this.state = State.Reference;
    } else {
      this.token.begin();
      this.state = State.Open;
    }
    return p + 1;
  }

  /** Moves from..to behind the held text; returns how far it came. */
  private keepText(inputs: Inputs, from: usize, to: usize): usize {
    const isOutside = this.path.depth == 0;
    while (from < to) {
      if (!this.makeRoom(inputs)) return from;
      const len = min(this.text.room() - REFERENCE_LIMIT, <u32>(to - from));
      if (!this.hasText || isOutside) {
        const word = skipSpace(from, from + len);
        if (word != from + len) {
          this.hasText = true;
          if (isOutside) this.odd(word);
        }
      }
      this.text.append(from, len);
      from += len;
    }
    return from;
  }

  /** Room for a reference; false, and `full`, when a window must be pushed first and cannot. */
  private makeRoom(inputs: Inputs): bool {
    if (this.text.room() > REFERENCE_LIMIT) return true;
    if (inputs.room() == 0) {
      this.full = true;
      return false;
    }
    this.noted |= Anomaly.ValueSplit;
    this.pushText(inputs);
    this.text.slide(0);
    return true;
  }

  private pushText(inputs: Inputs): void {
    const copy = this.text.copyTo(inputs);
    const len = copy == 0 ? 0 : this.text.bytes.length;
    inputs.push(this.address, InputKind.String, this.path.node(inputs), copy, len);
  }

  /** The value is complete: pushes it unless it is white space. */
  private flushText(inputs: Inputs): bool {
    if (this.hasText) {
      if (inputs.room() == 0) {
        this.full = true;
        return false;
      }
      this.pushText(inputs);
    }
    this.hasText = false;
    this.text.clear();
    return true;
  }

  private readReference(inputs: Inputs, p: usize, end: usize): usize {
    const reference = this.reference;
    for (; p < end; p++) {
      const c = <u32>load<u8>(p);
      const isName = isAlpha(c) || c - 0x30 < 10 || c == 0x23 || c == 0x2e || c == 0x5f || c == DASH;
      if (c != 0x3b && isName && reference.length < REFERENCE_LIMIT) {
        reference.byte(<u8>c);
        continue;
      }
      if (!this.makeRoom(inputs)) return p;
      this.hasText = true;
      this.state = State.Text;
      if (c == 0x3b) {
        reference.byte(0x3b);
        if (!putReference(this.text, reference.at, reference.length)) this.keepReference();
        return p + 1;
      }
      this.odd(p);
      this.keepReference();
      return p;
    }
    return p;
  }

  private keepReference(): void {
    this.hasText = true;
    this.text.append(this.reference.at, this.reference.length);
  }

  private readOpen(inputs: Inputs, p: usize): usize {
    const c = <u32>load<u8>(p);
    if (c == 0x21) this.state = State.Declaration;
    else if (c == 0x3f) this.state = State.Instruction;
    else if (c == 0x2f || isAlpha(c) || c == 0x5f || c == 0x3a || c >= 0x80) this.state = State.Tag;
    else {
      // A `<` that begins nothing.
      if (!this.makeRoom(inputs)) return p;
      this.odd(p);
      this.hasText = true;
      this.text.bytes.byte(<u8>LESS);
      this.state = State.Text;
      return p;
    }
    this.token.byte(c);
    return p + 1;
  }

  /** Finds out which declaration it is, byte by byte. */
  private readDeclaration(inputs: Inputs, p: usize): usize {
    const token = this.token;
    token.byte(load<u8>(p));
    if (token.is(COMMENT)) this.state = State.Comment;
    else if (token.is(DOCTYPE)) this.state = State.Doctype;
    else if (token.is(CDATA)) {
      this.state = State.Cdata;
      this.sectionLength = 0;
    } else if (!token.begins(COMMENT) && !token.begins(DOCTYPE) && !token.begins(CDATA)) {
      // A declaration that has no place here.
      token.drop();
      this.odd(p);
      this.state = State.Doctype;
      return p;
    }
    if (this.state == State.Doctype) {
      this.noted |= Anomaly.XmlDoctype;
      if (this.hasRoot) this.odd(p);
    }
    return p + 1;
  }

  /** A CDATA section is text up to `]]>`. */
  private readCdata(inputs: Inputs, p: usize, end: usize): usize {
    const stop = findByte(p, end, GREATER);
    const kept = this.keepText(inputs, p, stop);
    this.sectionLength = min(this.sectionLength + <u32>(kept - p), 2);
    if (this.full || stop == end || !this.makeRoom(inputs)) return kept;
    const bytes = this.text.bytes;
    const isEnd =
      this.sectionLength == 2 &&
      load<u8>(bytes.at + (bytes.length - 1)) == BRACKET &&
      load<u8>(bytes.at + (bytes.length - 2)) == BRACKET;
    if (isEnd) {
      bytes.length -= 2;
      this.state = State.Text;
    } else {
      this.hasText = true;
      bytes.byte(<u8>GREATER);
    }
    return stop + 1;
  }

  /** Gathers markup up to its end. */
  private readToken(inputs: Inputs, p: usize, end: usize): usize {
    const token = this.token;
    while (p < end) {
      if (token.isFull) {
        if (this.state == State.Tag && !this.flushText(inputs)) return p;
        if (!token.pushWindow(inputs, this.path)) {
          this.full = true;
          return p;
        }
        if (token.kind != XmlTokenKind.Other) this.hasRoot = true;
      }
      const stop = min(end, p + token.room);
      if (this.state == State.Tag) p = token.readTag(p, stop);
      else if (this.state == State.Doctype) p = token.readDoctype(p, stop);
      else p = token.readUpTo(p, stop, this.state == State.Comment);
      if (token.oddAt != 0) {
        this.odd(token.oddAt);
        token.oddAt = 0;
      }
      if (token.isComplete) {
        this.state = State.Emit;
        return p;
      }
    }
    return p;
  }

  private emit(inputs: Inputs): void {
    const token = this.token;
    const isTag = token.kind != XmlTokenKind.Other;
    if (isTag && !this.flushText(inputs)) return;
    if (!token.push(inputs, this.path)) {
      this.full = true;
      return;
    }
    if (isTag) this.hasRoot = true;
    if (token.isMismatched) this.noted |= Anomaly.XmlMalformed;
    if (this.path.depth > XML_DEPTH_LIMIT) this.noted |= Anomaly.XmlDepth;
    this.state = State.Text;
  }
}

function skipSpace(at: usize, end: usize): usize {
  while (at < end && isSpace(load<u8>(at))) at++;
  return at;
}
