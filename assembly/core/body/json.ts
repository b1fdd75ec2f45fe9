// JSON (RFC 8259), incremental: fed in pieces of any size, each byte read once, no recursion, resumable at
// every byte. It never refuses: what is not JSON is noted as an anomaly, the parser finds its way back at the
// next bracket, comma or quote, and everything readable is pushed. Comments, single quotes, bare keys and
// several documents in a row are read.
//
// In a sequence (NDJSON, RFC 7464) a text that breaks off is given up at the separator before the next one, so that
// the rest of the body is read with its keys and paths.
//
// Strings that lie in one chunk and have no escapes are pushed in place. Others are decoded in `held`, which
// also carries a token from chunk to chunk, and copied to the inputs' arena.
//
// SAFETY: no load reaches the chunk's end; nothing kept between two feeds points into a chunk or the arena.
// TEST: test/engine/parse.test.ts.

import { findByte, findEither } from "../bytes/find-byte";
import { JsonSequence } from "../http/content-type";
import { Anomaly } from "../inputs/anomaly";
import { InputKind, Inputs } from "../inputs/inputs";
import { VALUE_WINDOW } from "../inputs/value-buffer";
import {
  BareToken,
  JsonByte,
  classOf,
  classifyBare,
  findBareEnd,
  findLiteralEnd,
  findNumberEnd,
  findStringEnd,
  findWordEnd,
  skipSpace,
  startsScalar,
} from "./json-scan";
import { BACKSLASH, JsonToken, TOKEN_ROOM, Token } from "./json-token";

const LF: u32 = 0x0a;
const STAR: u32 = 0x2a;
const QUOTE: u32 = 0x22;
const COMMA: u32 = 0x2c;
const COLON: u32 = 0x3a;
const LETTER_N: u32 = 0x6e;
/** A quote and the bytes that takeFollowing() reads. */
const NAME_ROOM: usize = 17;
/** Record separator (RFC 7464). */
const RS: u32 = 0x1e;
/** Byte order mark, EF BB BF. */
const BOM: u32 = 0xbfbbef;

@unmanaged
export class JsonParser extends JsonToken {
  /** The byte that separates the texts of a sequence; 0 when the body is one text. */
  private separator: u32 = 0;
  private quote: u32 = 0;
  /** Bytes below this inside a string are noted; lowered once they are. */
  private control: u32 = 0x20;
  private started: bool = false;
  private bom: u32 = 0;

  /** Bits of Anomaly. */
  get anomalies(): u64 {
    const duplicate = this.grammar.hasDuplicate ? Anomaly.JsonDuplicateKey : Anomaly.None;
    return this.grammar.anomalies | duplicate;
  }

  /**
   * Offset in the last feed of the first byte that no reader of JSON accepts, or NOT_MALFORMED: from there on
   * the bytes deserve to be inspected as text too.
   */
  get malformedAt(): u32 {
    return this.grammar.malformedAt;
  }

  /** A body at `address` that is one text, or a sequence of them. */
  start(address: u32, sequence: JsonSequence = JsonSequence.None): void {
    this.reset();
    this.grammar.reset(address, sequence);
    if (sequence != JsonSequence.None) this.separator = sequence == JsonSequence.Lines ? LF : RS;
  }

  /** Reads `len` bytes; fewer are consumed only when the inputs are full: drain them and feed the rest. */
  feed(inputs: Inputs, at: usize, len: u32): u32 {
    const end = at + len;
    let p = at;
    this.full = false;
    this.grammar.enter(inputs, at);
    if (!this.started) p = this.skipBom(p, end);
    while (p < end && !this.full && this.grammar.documentLen == 0) {
      const token = this.token;
      if (token == Token.None) p = this.structure(inputs, p, end);
      else if (token == Token.String) p = this.string(inputs, p, p, end);
      else if (token == Token.StringLine) p = this.stringLine(inputs, p);
      else if (token <= Token.Unicode) p = this.escape(inputs, p, end);
      else if (token <= Token.Word) p = this.bare(inputs, p, end);
      else p = this.comment(p, end);
    }
    this.grammar.leave();
    return <u32>(p - at);
  }

  /** The end of the text. False when the inputs are full: drain them and call again. */
  finish(inputs: Inputs): bool {
    this.full = false;
    this.here = 0;
    this.grammar.enter(inputs, 0);
    if (this.token >= Token.String && this.token <= Token.Word) {
      const isString = this.token <= Token.Unicode;
      if ((this.token > Token.String && isString && !this.makeRoom(inputs)) || inputs.room() < TOKEN_ROOM) {
        this.grammar.leave();
        return false;
      }
      if (this.token == Token.Escape || this.token == Token.Unicode) this.putBrokenEscape();
      if (isString) {
        this.grammar.anomalies |= Anomaly.JsonTruncated;
        this.endHeld(inputs);
      } else {
        this.endHeldBare(inputs);
      }
      this.token = Token.None;
    } else if (this.token == Token.Slash) {
      this.grammar.malformed(Anomaly.None, 0);
    }
    if (this.started && !this.grammar.isComplete()) this.grammar.anomalies |= Anomaly.JsonTruncated;
    this.grammar.leave();
    return true;
  }

  reset(): void {
    this.grammar.reset(0, JsonSequence.None);
    this.token = Token.None;
    this.separator = 0;
    this.control = 0x20;
    this.started = false;
    this.bom = 0;
    this.held.reset();
  }

  free(): void {
    this.grammar.free();
    this.held.free();
    heap.free(changetype<usize>(this.held));
    heap.free(changetype<usize>(this));
  }

  private skipBom(p: usize, end: usize): usize {
    while (p < end && this.bom < 3 && load<u8>(p) == ((BOM >> (this.bom << 3)) & 0xff)) {
      this.bom++;
      p++;
    }
    if (p == end && this.bom < 3) return p;
    if (this.bom == 3) this.grammar.anomalies |= Anomaly.JsonBom;
    else if (this.bom != 0) this.grammar.malformed(Anomaly.JsonBareWord, p);
    this.started = true;
    return p;
  }

  /**
   * Reads tokens until one does not end in this chunk.
   *
   * WHY strings, numbers and what follows them come first: a document is little else, and well-formed.
   */
  private structure(inputs: Inputs, p: usize, end: usize): usize {
    const grammar = this.grammar;
    while (p < end) {
      const c = <u32>load<u8>(p);
      if (inputs.room() < TOKEN_ROOM) {
        this.full = true;
        return p;
      }
      if (c == QUOTE) {
        const taken = p + NAME_ROOM <= end ? grammar.takeFollowing(p + 1) : 0;
        if (taken != 0) {
          p += 1 + taken;
        } else {
          p = this.openString(inputs, p, end);
          if (this.token != Token.None || grammar.documentLen != 0) return p;
        }
        p = this.behindString(p, end);
        continue;
      }
      const scalar = c - 0x30 < 10 ? findNumberEnd(p, end) : c - 0x66 < 15 ? findLiteralEnd(p, end) : p;
      if (scalar != p && grammar.takesValue()) {
        const kind = c < 0x3a ? InputKind.Number : c == LETTER_N ? InputKind.Null : InputKind.Boolean;
        grammar.pushScalar(inputs, kind, p, <u32>(scalar - p), scalar);
        p = scalar;
        if (load<u8>(p) == COMMA) grammar.comma(p++);
        continue;
      }
      p = this.mark(inputs, c, p, end);
      if (this.token != Token.None || this.full || grammar.documentLen != 0) return p;
    }
    return p;
  }

  /** Reads the colon or comma that stands right behind a string, as it mostly does. */
  private behindString(p: usize, end: usize): usize {
    if (p == end) return p;
    const c = <u32>load<u8>(p);
    if (c == COLON && this.grammar.endKey()) return p + 1;
    if (c != COMMA) return p;
    this.grammar.comma(p);
    return p + 1;
  }

  /** Reads white space, a bracket, a comma, a colon, or the beginning of what is none of the common tokens. */
  private mark(inputs: Inputs, c: u32, p: usize, end: usize): usize {
    const grammar = this.grammar;
    switch (classOf(c)) {
      case JsonByte.Space:
        if (this.separator == 0) return skipSpace(p + 1, end);
        if (c == this.separator) grammar.separate();
        return p + 1;
      case JsonByte.Comma:
        grammar.comma(p);
        return p + 1;
      case JsonByte.Colon:
        grammar.colon(p);
        return p + 1;
      case JsonByte.OpenObject:
        grammar.open(inputs, true, p);
        return p + 1;
      case JsonByte.OpenArray:
        grammar.open(inputs, false, p);
        return p + 1;
      case JsonByte.CloseObject:
        grammar.close(true, p);
        return p + 1;
      case JsonByte.CloseArray:
        grammar.close(false, p);
        return p + 1;
      case JsonByte.Bare:
        return this.openBare(inputs, p, end);
      case JsonByte.SingleQuote:
        return this.openString(inputs, p, end);
      default:
        return this.oddByte(<JsonByte>classOf(c), p);
    }
  }

  /** A string begins at the quote at `p`. */
  private openString(inputs: Inputs, p: usize, end: usize): usize {
    const quote = <u32>load<u8>(p);
    const run = p + 1;
    p = findStringEnd(run, end, quote, this.control);
    if (p < end && load<u8>(p) == quote && p - run <= VALUE_WINDOW && quote == QUOTE) {
      // Nothing to decode, nothing to wait for.
      this.grammar.pushString(inputs, run, <u32>(p - run), true, p);
      return p + 1;
    }
    if (quote != QUOTE) this.grammar.anomalies |= Anomaly.JsonSingleQuote;
    this.quote = quote;
    this.token = Token.String;
    return this.string(inputs, run, p, end);
  }

  /** A number, literal or word begins at `p`. */
  private openBare(inputs: Inputs, p: usize, end: usize): usize {
    const to = findBareEnd(p, end);
    this.here = to;
    if (to < end && to - p <= VALUE_WINDOW && this.pushScalar(inputs, p, <u32>(to - p))) return to;
    this.token = Token.Bare;
    if (!startsScalar(load<u8>(p)) && !this.grammar.isKeyPlace()) {
      this.grammar.malformed(Anomaly.JsonBareWord, p);
    }
    return this.bare(inputs, p, end);
  }

  private oddByte(kind: JsonByte, p: usize): usize {
    if (kind == JsonByte.Slash) this.token = Token.Slash;
    else this.grammar.malformed(Anomaly.JsonNul, p);
    return p + 1;
  }

  /** Goes on inside a string; run..p is known to hold nothing special. */
  private string(inputs: Inputs, run: usize, p: usize, end: usize): usize {
    while (true) {
      p = findStringEnd(p, end, this.quote, this.control);
      if (p == end) return this.keep(inputs, run, p);
      const c = <u32>load<u8>(p);
      if (c == this.quote) return this.endString(inputs, run, p);
      if (c != BACKSLASH) {
        this.grammar.anomalies |= c == 0 ? Anomaly.JsonNul | Anomaly.JsonControl : Anomaly.JsonControl;
        if (this.separator == 0) this.control = c == 0 ? 0 : 1;
        else if (c == this.separator) return this.separatorIn(inputs, run, p);
        else p++;
        continue;
      }
      const kept = this.keep(inputs, run, p);
      if (this.full) return kept;
      this.token = Token.Escape;
      p = this.escape(inputs, p + 1, end);
      if (this.token != Token.String || this.full) return p;
      run = p;
    }
  }

  /** The separator stands at `p` in a string: no text of a sequence may hold it. */
  private separatorIn(inputs: Inputs, run: usize, p: usize): usize {
    const kept = this.keep(inputs, run, p);
    if (this.full) return kept;
    if (this.separator == RS) return this.cutString(inputs, p);
    this.token = Token.StringLine;
    return p + 1;
  }

  /**
   * Behind an LF in a string: it was cut off when an object or array begins here. Else it goes on, for readers that
   * let it.
   */
  private stringLine(inputs: Inputs, p: usize): usize {
    const c = <u32>load<u8>(p);
    if (c == 0x7b || c == 0x5b) return this.cutString(inputs, p);
    this.here = p;
    if (!this.makeRoom(inputs)) return p;
    this.held.bytes.byte(<u8>LF);
    this.token = Token.String;
    return p;
  }

  /** The string is cut off before `p`, where the next text of the sequence is looked for. */
  private cutString(inputs: Inputs, p: usize): usize {
    if (inputs.room() < TOKEN_ROOM) {
      this.full = true;
      return p;
    }
    this.here = p;
    this.endHeld(inputs);
    this.token = Token.None;
    this.grammar.anomalies |= Anomaly.JsonTruncated;
    this.grammar.separate();
    return p;
  }

  /** The closing quote is at `to`. */
  private endString(inputs: Inputs, run: usize, to: usize): usize {
    const len = <u32>(to - run);
    this.here = to;
    if (this.held.bytes.length == 0 && len <= VALUE_WINDOW) {
      if (inputs.room() < TOKEN_ROOM) {
        this.full = true;
        return this.keep(inputs, run, to);
      }
      this.grammar.pushString(inputs, run, len, true, this.here);
    } else {
      const kept = this.keep(inputs, run, to);
      if (this.full) return kept;
      if (inputs.room() < TOKEN_ROOM) {
        this.full = true;
        return to;
      }
      this.here = to;
      this.endHeld(inputs);
    }
    this.token = Token.None;
    return to + 1;
  }

  /** Goes on inside a bare token. */
  private bare(inputs: Inputs, p: usize, end: usize): usize {
    let run = p;
    if (this.token == Token.Bare) {
      p = findBareEnd(p, end);
      if (p == end) return this.keep(inputs, run, p);
      this.here = p;
      if (inputs.room() < TOKEN_ROOM) {
        this.full = true;
        return this.keep(inputs, run, p);
      }
      const len = <u32>(p - run);
      const isWhole = this.held.bytes.length == 0 && len <= VALUE_WINDOW;
      if (isWhole && this.pushScalar(inputs, run, len)) return p;
      const kept = this.keep(inputs, run, p);
      if (this.full) return kept;
      this.here = p;
      if (this.token == Token.Bare) {
        const at = this.held.copyTo(inputs);
        if (at != 0 && this.pushScalar(inputs, at, this.held.bytes.length)) return p;
        this.token = Token.Word;
      }
      run = p;
    }
    p = findWordEnd(p, end, this.grammar.isKeyPlace());
    const kept = this.keep(inputs, run, p);
    if (p == end || this.full) return kept;
    if (inputs.room() < TOKEN_ROOM) {
      this.full = true;
      return p;
    }
    this.here = p;
    this.endHeldBare(inputs);
    return p;
  }

  /** Pushes a complete bare token when it is a number or literal in the place of a value. */
  private pushScalar(inputs: Inputs, at: usize, len: u32): bool {
    const token = this.grammar.isKeyPlace() ? BareToken.Word : classifyBare(at, len);
    if (token == BareToken.Word) return false;
    const kind =
      token == BareToken.Number
        ? InputKind.Number
        : token == BareToken.Null
          ? InputKind.Null
          : InputKind.Boolean;
    this.grammar.pushScalar(inputs, kind, at, len, this.here);
    this.token = Token.None;
    this.held.clear();
    return true;
  }

  /** The held bare token is complete. */
  private endHeldBare(inputs: Inputs): void {
    const bytes = this.held.bytes;
    while (bytes.length != 0 && classOf(load<u8>(bytes.at + (bytes.length - 1))) == JsonByte.Space)
      bytes.length--;
    const at = this.held.copyTo(inputs);
    if (this.token == Token.Bare && at != 0 && this.pushScalar(inputs, at, bytes.length)) return;
    if (this.grammar.isKeyPlace()) this.grammar.anomalies |= Anomaly.JsonBareKey;
    else this.grammar.malformed(Anomaly.JsonBareWord, this.here);
    this.grammar.pushString(inputs, at, bytes.length, true, this.here);
    this.held.clear();
    this.token = Token.None;
  }

  /** Goes on inside a comment, or behind the slash that may begin one. */
  private comment(p: usize, end: usize): usize {
    for (; p < end; p++) {
      const c = <u32>load<u8>(p);
      if (this.token == Token.Slash) {
        if (c == 0x2f || c == 0x2a) {
          this.grammar.malformed(Anomaly.JsonComment, p);
          this.token = c == 0x2f ? Token.LineComment : Token.BlockComment;
          continue;
        }
        this.grammar.malformed(Anomaly.None, p);
        this.held.bytes.byte(0x2f);
        this.token = Token.Word;
        return p;
      }
      const isLine = this.token == Token.LineComment;
      if (this.token == Token.BlockCommentStar) {
        if (c == 0x2f) {
          this.token = Token.None;
          return p + 1;
        }
      } else {
        p = this.commentStop(p, end, isLine ? LF : STAR);
        if (p == end) return p;
      }
      const stop = <u32>load<u8>(p);
      if (this.separator != 0 && stop == this.separator) {
        this.token = Token.None;
        return p;
      }
      if (isLine) {
        this.token = Token.None;
        return p + 1;
      }
      this.token = stop == STAR ? Token.BlockCommentStar : Token.BlockComment;
    }
    return p;
  }

  /** Where a comment may end: no text of a sequence holds the separator, not even in what is no JSON. */
  private commentStop(p: usize, end: usize, last: u32): usize {
    return this.separator == 0 ? findByte(p, end, last) : findEither(p, end, last, this.separator);
  }
}
