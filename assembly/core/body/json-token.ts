// The token of JSON that is being read: what is decoded of it so far, kept from chunk to chunk, and the escapes in it.
// json.ts finds tokens, json-grammar.ts says what each is.

import { hexValue } from "../bytes/ascii";
import { Anomaly } from "../inputs/anomaly";
import { Inputs } from "../inputs/inputs";
import { ValueBuffer } from "../inputs/value-buffer";
import { JsonGrammar } from "./json-grammar";
import { escapeByte } from "./json-scan";

/** Inside which token the last byte was. */
export enum Token {
  None,
  String,
  /** Behind a line's end in a string, which cuts off the text of a sequence when another one begins there. */
  StringLine,
  Escape,
  /** Behind `\u`. */
  Unicode,
  /** A number or literal, so far. */
  Bare,
  /** A bare word that is no JSON. */
  Word,
  /** Behind a `/` that may begin a comment. */
  Slash,
  LineComment,
  BlockComment,
  BlockCommentStar,
}

/** Entries that one token needs. */
export const TOKEN_ROOM: u32 = 1;
export const BACKSLASH: u32 = 0x5c;
const APOSTROPHE: u32 = 0x27;

@unmanaged
export class JsonToken {
  /** Also says which GraphQL document a feed stopped behind. */
  grammar: JsonGrammar = new JsonGrammar();
  protected token: Token = Token.None;
  protected held: ValueBuffer = new ValueBuffer();
  /** The inputs are full: the feed ends. */
  protected full: bool = false;
  /** Where a token ends that is about to be pushed. */
  protected here: usize = 0;
  /** Hex digits of `\u` so far: their number, bytes and value. */
  private digits: u32 = 0;
  private digitBytes: u32 = 0;
  private unit: u32 = 0;

  protected endHeld(inputs: Inputs): void {
    if (this.held.loneSurrogates > 0) this.grammar.anomalies |= Anomaly.LoneSurrogate;
    this.grammar.pushString(inputs, this.held.copyTo(inputs), this.held.bytes.length, true, this.here);
    this.held.clear();
  }

  /** Moves from..to behind the held bytes; returns how far it came. */
  protected keep(inputs: Inputs, from: usize, to: usize): usize {
    while (from < to) {
      if (this.held.room() == 0) {
        this.here = from;
        if (!this.cut(inputs)) return from;
      }
      const len = min(this.held.room(), <u32>(to - from));
      this.held.append(from, len);
      from += len;
    }
    return from;
  }

  /** Room for one escape; false, and `full`, when a window must be pushed first and cannot. */
  protected makeRoom(inputs: Inputs): bool {
    return this.held.room() >= 8 || this.cut(inputs);
  }

  /** Pushes the window that is full and slides on. */
  private cut(inputs: Inputs): bool {
    if (inputs.room() < TOKEN_ROOM) {
      this.full = true;
      return false;
    }
    this.grammar.anomalies |= Anomaly.ValueSplit;
    // No number is that long.
    if (this.token == Token.Bare) this.token = Token.Word;
    this.grammar.pushString(inputs, this.held.copyTo(inputs), this.held.bytes.length, false, this.here);
    this.held.slide(0);
    return true;
  }

  /** Goes on behind a backslash. */
  protected escape(inputs: Inputs, p: usize, end: usize): usize {
    for (; p < end; p++) {
      const c = <u32>load<u8>(p);
      this.here = p;
      if (this.token == Token.Escape) {
        if (c == 0x75) {
          this.token = Token.Unicode;
          this.digits = 0;
          this.digitBytes = 0;
          this.unit = 0;
          continue;
        }
        if (!this.makeRoom(inputs)) return p;
        if (c < 0x20) {
          // The byte itself is looked at anew: it may separate two texts.
          this.putBrokenEscape();
          return p;
        }
        const value = escapeByte(c);
        // JSON5 has `\'`, JSON has not.
        if (value == 0 || value == APOSTROPHE) this.grammar.anomalies |= Anomaly.JsonBadEscape;
        if (value == 0) this.held.bytes.byte(<u8>BACKSLASH);
        this.held.bytes.byte(<u8>(value == 0 ? c : value));
        this.token = Token.String;
        return p + 1;
      }
      const digit = hexValue(c);
      if ((digit < 0 || this.digits == 3) && !this.makeRoom(inputs)) return p;
      if (digit < 0) {
        // The byte itself is looked at anew: it may be the closing quote.
        this.putBrokenEscape();
        return p;
      }
      this.unit = (this.unit << 4) | digit;
      if (this.digits == 3) {
        this.held.codeUnit(this.unit);
        this.token = Token.String;
        return p + 1;
      }
      this.digitBytes |= c << (this.digits << 3);
      this.digits++;
    }
    return p;
  }

  /** An escape that is none stays as it was written. */
  protected putBrokenEscape(): void {
    this.grammar.anomalies |= Anomaly.JsonBadEscape;
    const bytes = this.held.bytes;
    bytes.byte(<u8>BACKSLASH);
    if (this.token == Token.Unicode) {
      bytes.byte(0x75);
      for (let i: u32 = 0; i < this.digits; i++) bytes.byte(<u8>(this.digitBytes >> (i << 3)));
    }
    this.token = Token.String;
  }
}
