// Server-sent events (WHATWG HTML §9.2.6): lines in, the data of events out. The owner lends a BodyParser, which reads
// the data of each event as a body of its own that says no type. It is handed on as it comes, never gathered.
//
//   start(parser, address)     once, for a body of type text/event-stream
//   feed(inputs, at, len)      bytes as they come, in chunks of any size; all are consumed
//   finish(inputs)             the stream is over
//   reset(), free()            the parser stays the owner's
//
// `event` and `id` are strings under those names. Comments and fields that readers ignore are strings without a name:
// nothing that is sent stays unseen. It is meant for responses. No server reads events from a request, so a request
// that is declared as such is better read by what it looks like.
//
// Each byte is read once; memory is the parser's and, for lines that a chunk ends in, one window of text.

import { findEither } from "../bytes/find-byte";
import { Text, text } from "../bytes/text";
import { InputKind, Inputs } from "../inputs/inputs";
import { BodyParser } from "./body-parser";
import { TEXT_WINDOW, TextParser } from "./text";

/** What the next byte belongs to. */
enum Place {
  /** A byte order mark, or what else the stream begins with. */
  Mark,
  Name,
  /** Behind the colon, where one space is skipped. */
  Space,
  /** The value of `data`. */
  Data,
  /** Any other value, a comment, or a line that is no field. */
  Aside,
}

const LF: u32 = 0x0a;
const CR: u32 = 0x0d;
const COLON: u32 = 0x3a;
/** Byte order mark, EF BB BF. */
const MARK: u32 = 0xbfbbef;
/** Bytes of a line that may still be the name of a field. */
const NAME_BYTES: u32 = 5;
/** Names of fields as the bytes of an integer. */
const DATA_NAME: u64 = 0x61746164;
const EVENT_NAME: u64 = 0x746e657665;
const ID_NAME: u64 = 0x6469;
const EVENT = text("event");
const ID = text("id");
const LINE_END = memory.data<u8>([0x0a]);

@unmanaged
export class EventStreamReader {
  /** Bits of Anomaly. */
  anomalies: u64 = 0;
  private parser: BodyParser = changetype<BodyParser>(0);
  private address: u32 = 0;
  private place: Place = Place.Mark;
  /** Bytes of the line's name, lowest first, or of the mark. */
  private name: u64 = 0;
  private nameLen: u32 = 0;
  /** The line before ended in CR: an LF belongs to it. */
  private afterReturn: bool = false;
  /** The event has data. */
  private hasData: bool = false;
  /** `aside` holds bytes of the line. */
  private isHeld: bool = false;
  /** Values that do not lie in one chunk; made at first use. */
  private aside: TextParser = changetype<TextParser>(0);

  /** `parser` is lent until reset(). */
  start(parser: BodyParser, address: u32): void {
    this.reset();
    this.parser = parser;
    this.address = address;
  }

  /** Reads all of `len` bytes. */
  feed(inputs: Inputs, at: usize, len: u32): void {
    const end = at + len;
    while (at < end) {
      const place = this.place;
      const c = <u32>load<u8>(at);
      if (this.afterReturn) {
        this.afterReturn = false;
        if (c == LF) {
          at++;
          continue;
        }
      }
      if (place >= Place.Data) {
        const to = findEither(at, end, LF, CR);
        if (place == Place.Data) this.parser.feedAll(inputs, at, <u32>(to - at));
        else this.besides(inputs, at, <u32>(to - at), to < end);
        if (to < end) this.endLine(inputs, load<u8>(to) == CR);
        at = to + 1;
      } else if (place == Place.Space) {
        if (c == 0x20) at++;
        this.beginValue(inputs);
      } else {
        at += this.lineStart(inputs, place, c);
      }
    }
  }

  /** One byte before the value of a line; answers how many were read, 0 when it belongs to what comes next. */
  private lineStart(inputs: Inputs, place: Place, c: u32): usize {
    if (place == Place.Mark) {
      if (c != ((MARK >> (this.nameLen << 3)) & 0xff)) {
        this.place = Place.Name;
        return 0;
      }
      this.take(c);
      if (this.nameLen == 3) this.beginLine();
    } else if (c == LF || c == CR) {
      this.endLine(inputs, c == CR);
    } else if (c == COLON) {
      this.place = this.isField() ? Place.Space : Place.Aside;
      // A line that is no field is shown whole, a comment without its colon.
      if (this.place == Place.Aside && this.nameLen != 0) return 0;
    } else if (this.nameLen == NAME_BYTES) {
      this.place = Place.Aside;
      return 0;
    } else {
      this.take(c);
    }
    return 1;
  }

  /** The end of the stream. */
  finish(inputs: Inputs): void {
    this.endAside(inputs);
    this.endLine(inputs, false);
    this.endEvent(inputs);
  }

  /** Forgets the stream; its inputs must have been drained. */
  reset(): void {
    this.anomalies = 0;
    this.place = Place.Mark;
    this.name = 0;
    this.nameLen = 0;
    this.afterReturn = false;
    this.hasData = false;
    this.isHeld = false;
    this.parser = changetype<BodyParser>(0);
    if (changetype<usize>(this.aside) != 0) this.aside.free();
    this.aside = changetype<TextParser>(0);
  }

  free(): void {
    this.reset();
    heap.free(changetype<usize>(this));
  }

  private take(c: u32): void {
    this.name |= (<u64>c) << ((<u64>this.nameLen) << 3);
    this.nameLen++;
  }

  private isField(): bool {
    return this.isNamed(DATA_NAME) || this.isNamed(EVENT_NAME) || this.isNamed(ID_NAME);
  }

  /** NULs behind a name do not show in the integer, and are part of the name. */
  private isNamed(name: u64): bool {
    return this.name == name && this.nameLen == 8 - <u32>(clz(name) >> 3);
  }

  private beginLine(): void {
    this.place = Place.Name;
    this.name = 0;
    this.nameLen = 0;
  }

  private beginValue(inputs: Inputs): void {
    this.place = Place.Aside;
    if (this.isNamed(DATA_NAME)) this.beginData(inputs);
  }

  /** A line of data: those of an event are joined by LF. */
  private beginData(inputs: Inputs): void {
    this.place = Place.Data;
    if (this.hasData) this.parser.feedAll(inputs, LINE_END, 1);
    else this.parser.startMessage(this.address, true);
    this.hasData = true;
  }

  private endLine(inputs: Inputs, isReturn: bool): void {
    this.afterReturn = isReturn;
    if (this.place <= Place.Space) {
      // A name alone is a field without a value.
      if (this.isNamed(DATA_NAME)) this.beginData(inputs);
      else if (this.nameLen == 0) this.endEvent(inputs);
      else if (!this.isField()) this.besides(inputs, 0, 0, true);
    }
    this.beginLine();
  }

  private endEvent(inputs: Inputs): void {
    if (!this.hasData) return;
    this.hasData = false;
    this.parser.finishAll(inputs);
    this.anomalies |= this.parser.anomalies;
  }

  /** Bytes of a line other than data; `isLast` when they end it. */
  private besides(inputs: Inputs, at: usize, len: u32, isLast: bool): void {
    if (!this.isHeld) {
      const isWhole = isLast && len <= TEXT_WINDOW && (this.isField() || this.nameLen == 0);
      if (isWhole) return this.show(inputs, at, len);
      if (changetype<usize>(this.aside) == 0) this.aside = new TextParser();
      this.aside.startNamed(this.address, this.key());
      this.isHeld = true;
      if (!this.isField()) {
        this.aside.feedAll(
          inputs,
          changetype<usize>(this) + offsetof<EventStreamReader>("name"),
          this.nameLen,
        );
      }
    }
    this.aside.feedAll(inputs, at, len);
    if (isLast) this.endAside(inputs);
  }

  private endAside(inputs: Inputs): void {
    if (this.isHeld) this.aside.finishAll(inputs);
    this.isHeld = false;
  }

  private show(inputs: Inputs, at: usize, len: u32): void {
    if (len == 0) return;
    if (inputs.room() == 0) inputs.drain();
    const key = this.key();
    const path: usize = key === null ? 0 : inputs.keyNode(0, key.at, key.len);
    inputs.push(this.address, InputKind.String, path, at, len);
  }

  private key(): Text | null {
    if (this.isNamed(EVENT_NAME)) return EVENT;
    return this.isNamed(ID_NAME) ? ID : null;
  }
}
