// Multipart bodies (RFC 2046 §5.1, RFC 7578), incremental: fed in pieces of any size, each byte read once, resumable at
// every byte. Read as tolerantly as the most tolerant server does: lines may end in LF, the last delimiter may be
// missing, parts may come behind it, text may stand before the first. What is odd about the structure is noted, and from
// there on the bytes deserve to be inspected as text too.
//
// A part that is multipart itself (RFC 7578 §4.3 forbids it for forms) is one value, delimiters and all: what its own
// parts hold is seen there as it was sent.
//
// A line that begins like a delimiter is kept in `candidate` until it is told apart; content never holds a piece of one.
//
//   Content ─ CR ─▶ Return ─ LF ─▶ Line ─ delimiter ─▶ Ending ─▶ Delimiter ─ LF ─▶ HeaderStart ─ empty line ─▶ Line …
//                                   └─ other ─▶ Replay ─▶ Content                   └▶ Header ─ LF ─▶ HeaderStart …
//
// WHY: content is copied in runs up to the next line end. SAFETY: no load reaches the chunk's end; a candidate is at most
// two bytes longer than the longest delimiter. TEST: test/engine/multipart.test.ts.

import { findByte, findEither } from "../bytes/find-byte";
import { ByteWriter } from "../bytes/byte-writer";
import { Anomaly } from "../inputs/anomaly";
import { Inputs } from "../inputs/inputs";
import { NOT_MALFORMED } from "./json-grammar";
import { LINE_LIMIT, MultipartPart } from "./multipart-part";

/** Longest boundary that is followed; RFC 2046 §5.1.1 allows 70. */
export const BOUNDARY_LIMIT: u32 = 256;
const CR: u32 = 0x0d;
const LF: u32 = 0x0a;
const DASH: u32 = 0x2d;

/** What the next byte is. */
enum State {
  /** Inside a part, or between parts. */
  Content,
  /** Behind a CR in content. */
  Return,
  /** In a line of content that may be a delimiter. */
  Line,
  /** The candidate is none: it is content. */
  Replay,
  /** A delimiter was read: the content before it is complete. */
  Ending,
  /** In the rest of a delimiter's line. */
  Delimiter,
  HeaderStart,
  Header,
  /** The header line is complete. */
  HeaderLine,
  /** Behind the CR of the empty line. */
  HeaderReturn,
}

@unmanaged
export class MultipartParser {
  /**
   * Offset in the last feed of the first byte that readers disagree about, or NOT_MALFORMED: from there on the bytes
   * deserve to be inspected as text too.
   */
  malformedAt: u32 = NOT_MALFORMED;
  private noted: u64 = 0;
  private part: MultipartPart = new MultipartPart();
  private state: State = State.Line;
  /** `--` and the boundary: as declared, and as the body's first line has it when that is another one. */
  private declared: ByteWriter = new ByteWriter();
  private found: ByteWriter = new ByteWriter();
  /** Line end and bytes of the line begun, for as long as it may be a delimiter. */
  private candidate: ByteWriter = new ByteWriter();
  /** Bytes of the candidate that are the line end before it. */
  private lineEnd: u32 = 0;
  /** Which delimiter it begins so far. */
  private isDeclared: bool = true;
  private isFound: bool = true;
  /** Bytes of the candidate that were replayed. */
  private replayed: u32 = 0;
  /** Dashes behind the delimiter; two make it the last one. */
  private dashes: u32 = 0;
  /** The last delimiter was read. */
  private isClosed: bool = false;
  /** The line of a delimiter ended in CR LF. */
  private hasReturns: bool = false;
  private full: bool = false;
  private chunk: usize = 0;

  /** Bits of Anomaly. */
  get anomalies(): u64 {
    return this.noted | this.part.anomalies;
  }

  /** A new body whose boundary is declared as that; 0 long when none is. Then use findBoundary(). */
  start(address: u32, boundary: usize, len: u32): void {
    this.reset();
    this.part.start(address);
    if (len != 0 && len <= BOUNDARY_LIMIT) setDelimiter(this.declared, boundary, len);
  }

  /** Compares the body's first line, `--` and `len` bytes at `at`; when it has another boundary, both are followed. */
  findBoundary(at: usize, len: u32): void {
    if (len == 0 || len > BOUNDARY_LIMIT) return;
    const declared = this.declared;
    if (declared.length == len + 2 && memory.compare(declared.at + 2, at, len) == 0) return;
    setDelimiter(this.found, at, len);
  }

  /** No boundary, or the first line is not its delimiter. */
  get isMismatched(): bool {
    return this.declared.length == 0 || this.found.length != 0;
  }

  /** Reads `len` bytes; fewer are consumed only when the inputs are full: drain them and feed the rest. */
  feed(inputs: Inputs, at: usize, len: u32): u32 {
    const end = at + len;
    let p = at;
    this.chunk = at;
    this.full = false;
    this.malformedAt = NOT_MALFORMED;
    while (p < end && !this.full) {
      switch (this.state) {
        case State.Content:
          p = this.content(inputs, p, end);
          break;
        case State.Return:
          this.state = load<u8>(p) == LF ? State.Line : State.Replay;
          if (this.state == State.Line) this.beginLine(load<u8>(p++));
          break;
        case State.Line:
          p = this.line(p, end);
          break;
        case State.Replay:
          this.replay(inputs);
          break;
        case State.Ending:
          this.endPart(inputs);
          break;
        case State.Delimiter:
          p = this.delimiter(p, end);
          break;
        default:
          p = this.header(inputs, p, end);
          break;
      }
    }
    return <u32>(p - at);
  }

  /** The end of the body. False when the inputs are full: drain them and call again. */
  finish(inputs: Inputs): bool {
    this.full = false;
    this.chunk = 0;
    if (this.state == State.Return || this.state == State.Line) this.state = State.Replay;
    if (this.state == State.Header) this.state = State.HeaderLine;
    if (this.state == State.HeaderStart && this.part.line.length != 0) this.state = State.HeaderLine;
    if (this.state == State.HeaderLine) this.endLine(inputs, 0);
    else if (this.state == State.Replay) this.replay(inputs);
    if (this.full) return false;
    if (!this.isClosed) this.noted |= Anomaly.MultipartTruncated;
    return this.part.endContent(inputs);
  }

  reset(): void {
    this.part.reset();
    this.noted = 0;
    this.malformedAt = NOT_MALFORMED;
    this.state = State.Line;
    this.declared.clear();
    this.found.clear();
    this.nextCandidate();
    this.dashes = 0;
    this.isClosed = false;
    this.hasReturns = false;
  }

  free(): void {
    this.part.free();
    this.declared.free();
    heap.free(changetype<usize>(this.declared));
    this.found.free();
    heap.free(changetype<usize>(this.found));
    this.candidate.free();
    heap.free(changetype<usize>(this.candidate));
    heap.free(changetype<usize>(this));
  }

  private odd(anomaly: u64, p: usize): void {
    this.noted |= anomaly;
    if (this.malformedAt == NOT_MALFORMED && this.chunk != 0) this.malformedAt = <u32>(p - this.chunk);
  }

  private content(inputs: Inputs, p: usize, end: usize): usize {
    const stop = findEither(p, end, CR, LF);
    const len = <u32>(stop - p);
    const taken = this.part.content(inputs, p, len);
    if (taken != len) {
      this.full = true;
      return p + taken;
    }
    if (stop == end) return end;
    const c = <u32>load<u8>(stop);
    this.nextCandidate();
    if (c == LF) {
      this.beginLine(c);
    } else {
      this.candidate.byte(<u8>c);
      this.state = State.Return;
    }
    return stop + 1;
  }

  /** Behind a line feed: what follows may be a delimiter. */
  private beginLine(c: u32): void {
    this.candidate.byte(<u8>c);
    this.lineEnd = this.candidate.length;
    this.isDeclared = true;
    this.isFound = true;
    this.state = State.Line;
  }

  private line(p: usize, end: usize): usize {
    const candidate = this.candidate;
    for (; p < end; p++) {
      const n = candidate.length - this.lineEnd;
      const c = <u32>load<u8>(p);
      const isDeclared = this.isDeclared && goesOn(this.declared, n, c);
      const isFound = this.isFound && goesOn(this.found, n, c);
      this.isDeclared = isDeclared;
      this.isFound = isFound;
      if (!isDeclared && !isFound) {
        this.state = State.Replay;
        return p;
      }
      candidate.byte(<u8>c);
      if ((isDeclared && n + 1 == this.declared.length) || (isFound && n + 1 == this.found.length)) {
        if (this.lineEnd == 1) this.endBareLine(p);
        if (this.isClosed) this.odd(Anomaly.MultipartDelimiter, p);
        this.state = State.Ending;
        return p + 1;
      }
    }
    return p;
  }

  /** A delimiter behind a bare LF: where others are behind CR LF, some readers take it for content. */
  private endBareLine(p: usize): void {
    if (this.hasReturns) this.odd(Anomaly.MultipartLineEnd, p);
    else this.noted |= Anomaly.MultipartLineEnd;
  }

  private replay(inputs: Inputs): void {
    const candidate = this.candidate;
    const left = candidate.length - this.replayed;
    this.replayed += this.part.content(inputs, candidate.at + this.replayed, left);
    if (this.replayed != candidate.length) {
      this.full = true;
      return;
    }
    this.nextCandidate();
    this.state = State.Content;
  }

  private nextCandidate(): void {
    this.candidate.clear();
    this.isDeclared = true;
    this.isFound = true;
    this.lineEnd = 0;
    this.replayed = 0;
  }

  private endPart(inputs: Inputs): void {
    if (!this.part.endContent(inputs)) {
      this.full = true;
      return;
    }
    this.nextCandidate();
    this.dashes = 0;
    this.state = State.Delimiter;
  }

  /** The rest of a delimiter's line: dashes make it the last one, blanks are padding, anything else is odd. */
  private delimiter(p: usize, end: usize): usize {
    for (; p < end; p++) {
      const c = <u32>load<u8>(p);
      if (c == LF) {
        this.isClosed = this.dashes == 2;
        this.part.begin(!this.isClosed);
        this.part.line.clear();
        this.state = this.isClosed ? State.Line : State.HeaderStart;
        return p + 1;
      }
      if (c == CR) this.hasReturns = true;
      if (c == DASH && this.dashes < 2) this.dashes++;
      else if (c != 0x20 && c != 0x09 && c != CR) {
        this.odd(Anomaly.MultipartDelimiter, p);
        this.dashes = 3;
      } else if (this.dashes == 1) {
        this.dashes = 3;
      }
      // The last delimiter may end the body without a line end.
      this.isClosed = this.dashes == 2;
    }
    return p;
  }

  private header(inputs: Inputs, p: usize, end: usize): usize {
    if (this.state == State.HeaderLine) {
      this.endLine(inputs, p);
      return p;
    }
    if (this.state == State.HeaderReturn) {
      const c = <u32>load<u8>(p);
      if (c != LF) this.odd(Anomaly.MultipartHeader, p);
      this.beginContent();
      return c == LF ? p + 1 : p;
    }
    if (this.state == State.Header) return this.headerLine(p, end);
    const c = <u32>load<u8>(p);
    const line = this.part.line;
    if (line.length != 0) {
      // Folded (RFC 5322 §2.2.3).
      if (c == 0x20 || c == 0x09) {
        this.noted |= Anomaly.MultipartHeader;
        this.state = State.Header;
      } else {
        this.state = State.HeaderLine;
      }
      return p;
    }
    if (c == CR) {
      this.state = State.HeaderReturn;
      return p + 1;
    }
    if (c == LF) {
      this.noted |= Anomaly.MultipartLineEnd;
      this.beginContent();
      return p + 1;
    }
    this.state = State.Header;
    return p;
  }

  private headerLine(p: usize, end: usize): usize {
    const line = this.part.line;
    const stop = findByte(p, end, LF);
    const len = min(<u32>(stop - p), LINE_LIMIT - line.length);
    line.bytes(p, len);
    if (len != <u32>(stop - p)) this.odd(Anomaly.MultipartHeader, p + len);
    if (stop == end) return end;
    if (line.length != 0 && load<u8>(line.at + (line.length - 1)) == CR) line.length--;
    this.state = State.HeaderStart;
    return stop + 1;
  }

  /** The header line is complete: a field, or the next delimiter where no empty line came before it. */
  private endLine(inputs: Inputs, p: usize): void {
    const line = this.part.line;
    const length = max(this.delimiterLength(this.declared), this.delimiterLength(this.found));
    if (length == 0) {
      if (!this.part.pushLine(inputs)) {
        this.full = true;
        return;
      }
      line.clear();
      this.state = State.HeaderStart;
      return;
    }
    const rest = line.length - length;
    this.isClosed = rest == 2 && load<u16>(line.at + length) == 0x2d2d;
    // For other readers it goes on as a header line.
    if (rest != 0 && !this.isClosed && !this.part.pushLine(inputs)) {
      this.full = true;
      return;
    }
    this.odd(Anomaly.MultipartHeader, p);
    this.part.begin(!this.isClosed);
    line.clear();
    this.state = this.isClosed ? State.Line : State.HeaderStart;
  }

  /** Length of the delimiter that the header line begins with, or 0. */
  private delimiterLength(delimiter: ByteWriter): u32 {
    const line = this.part.line;
    const len = delimiter.length;
    return len != 0 && line.length >= len && memory.compare(line.at, delimiter.at, len) == 0 ? len : 0;
  }

  private beginContent(): void {
    this.part.endHeader();
    this.nextCandidate();
    this.state = State.Line;
  }
}

function setDelimiter(into: ByteWriter, boundary: usize, len: u32): void {
  into.clear();
  into.byte(<u8>DASH);
  into.byte(<u8>DASH);
  into.bytes(boundary, len);
}

/** `c` is byte `n` of that delimiter. */
function goesOn(delimiter: ByteWriter, n: u32, c: u32): bool {
  return n < delimiter.length && load<u8>(delimiter.at + n) == c;
}
