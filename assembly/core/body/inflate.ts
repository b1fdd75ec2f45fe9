// Inflating: DEFLATE (RFC 1951), bare or in gzip (RFC 1952) or zlib (RFC 1950), incremental: given the input in pieces
// of any size and room for output of any size, resumable at every bit. It holds no policy: caps are its caller's.
//
//   inflate.start(InflateFormat.Gzip);
//   for each piece of input, while bytes of it are left or status is NeedOutput:
//     inflate.run(at, len, block, room);         // bytes of `block` behind `given` may have been overwritten
//     at += inflate.taken; len -= inflate.taken; // use block[0, given); stop at Malformed
//   at the end: status is Done, or the stream was cut short. Then reset().
//
// run() stops with Done at the end of a member of gzip or zlib, which need not be the end of the input: run with the
// bytes behind it, it begins the next member, or takes what is none and says so in `flags`.
// WebSocket's permessage-deflate (RFC 7692 §7.2.2) is Raw: run each message, then 00 00 ff ff; isBetweenBlocks is then
// true when the message was whole. The window lives on; for no_context_takeover call resetWindow() before a message.
//
// Verdicts are those of zlib, with exceptions that inspect more: a wrong checksum, length or header CRC and reserved
// flags of gzip are flags, not errors; and as zlib does, a distance beyond the window that a zlib header declares is
// followed as long as it is within 32 KiB.
//
// State: 160 bytes; 340 for code lengths from the first block with codes of its own; a window as large as the output so
// far, up to 32 KiB, if the stream outlives a run. Tables are VM-wide (inflate-tables.ts).
// TEST: test/engine/inflate.test.ts against node:zlib.

import { InflateStatus } from "./inflate-bits";
import { BlockReader } from "./inflate-blocks";
import { adler32, crc32, crc32Byte } from "./inflate-check";

export { InflateStatus } from "./inflate-bits";

export enum InflateFormat {
  Gzip,
  Zlib,
  /** No header and no end: blocks follow each other, even behind one that says it is the last. */
  Raw,
  /** What HTTP calls deflate: zlib where the first two bytes are its header, else bare. */
  Deflate,
}

/** What was wrong and stopped nothing. */
export enum InflateFlag {
  None = 0,
  /** The checksum of the data. */
  Checksum = 1,
  /** The length in gzip's trailer. */
  Length = 2,
  /** Reserved flags in gzip's header, or its CRC. */
  Header = 4,
  /** Bytes behind the end; they are taken and not read. */
  Trailing = 8,
}

enum State {
  GzipMagic,
  GzipHeader,
  GzipExtraLength,
  GzipExtra,
  GzipName,
  GzipComment,
  GzipHeaderCheck,
  ZlibHeader,
  Blocks,
  Check,
  Length,
  /** Behind a member of gzip. */
  Behind,
  Trailing,
  Malformed,
}

const MAGIC: u32 = 0x8b1f;
const METHOD_DEFLATE: u32 = 8;
const FLAG_HEADER_CRC: u32 = 2;
const FLAG_EXTRA: u32 = 4;
const FLAG_NAME: u32 = 8;
const FLAG_COMMENT: u32 = 16;
const FLAGS_RESERVED: u32 = 0xe0;
/** Gzip's header behind the magic, without its optional fields. */
const GZIP_HEADER: u32 = 8;
/** Zlib's header: a preset dictionary is needed. */
const FLAG_DICTIONARY: u32 = 0x20;

@unmanaged
export class Inflate extends BlockReader {
  /** Bytes that the last run took, and gave. */
  taken: u32 = 0;
  given: u32 = 0;
  /** Bits of InflateFlag. */
  flags: u32 = InflateFlag.None;
  private format: InflateFormat = InflateFormat.Raw;
  private state: State = State.Blocks;
  /** There was a member before this one. */
  private isLater: bool = false;
  private headerFlags: u32 = 0;
  /** Bytes of a header's field that are still to come. */
  private fieldLeft: u32 = 0;
  /** Of the header or member so far: checksum and length. */
  private check: u32 = 0;
  private total: u32 = 0;

  start(format: InflateFormat): void {
    this.reset();
    this.format = format;
    this.begin();
  }

  /** Decodes up to `len` bytes to at most `room`; sets taken, given and status. */
  run(at: usize, len: u32, to: usize, room: u32): void {
    this.at = at;
    this.end = at + len;
    this.to = to;
    this.out = to;
    this.outEnd = to + room;
    while (this.advance()) {}
    if (this.status != InflateStatus.NeedInput) this.giveBack(at);
    this.taken = <u32>(this.at - at);
    this.given = <u32>(this.out - to);
    if (this.state == State.Blocks) this.window.keep(to, this.given);
  }

  /** Forgets what matches may refer to. */
  resetWindow(): void {
    this.window.clear();
  }

  /** Forgets the stream and gives its memory back. */
  reset(): void {
    this.resetBlocks();
    this.status = InflateStatus.NeedInput;
    this.flags = InflateFlag.None;
    this.hold = 0;
    this.bits = 0;
    this.isLater = false;
  }

  free(): void {
    this.reset();
    heap.free(changetype<usize>(this.window));
    heap.free(changetype<usize>(this));
  }

  /** Does what the state asks for; false when the run is over, and the status says why. */
  private advance(): bool {
    switch (<i32>this.state) {
      case State.Blocks:
        return this.blocks();
      case State.Check:
        return this.readCheck();
      case State.Length:
        if (!this.need(32)) return false;
        if (this.use(32) != this.total) this.flags |= InflateFlag.Length;
        return this.endMember();
      case State.Behind:
        return this.behind();
      case State.Trailing:
        if (this.at != this.end) this.flags |= InflateFlag.Trailing;
        this.at = this.end;
        return this.stop(InflateStatus.Done);
      case State.Malformed:
        return this.stop(InflateStatus.Malformed);
      case State.ZlibHeader:
        return this.zlibHeader();
    }
    return this.gzipHeader();
  }

  private begin(): void {
    this.total = 0;
    this.check = 0;
    if (this.format == InflateFormat.Gzip) this.state = State.GzipMagic;
    else this.state = this.format == InflateFormat.Raw ? State.Blocks : State.ZlibHeader;
  }

  private refuse(): bool {
    this.state = State.Malformed;
    return this.stop(InflateStatus.Malformed);
  }

  private blocks(): bool {
    const from = this.out;
    const status = this.readBlocks();
    const len = <u32>(this.out - from);
    this.total += len;
    if (this.format == InflateFormat.Gzip) this.check = crc32(this.check, from, len);
    else if (this.format == InflateFormat.Zlib) this.check = adler32(this.check, from, len);
    if (status == InflateStatus.Malformed) return this.refuse();
    if (status != InflateStatus.Done || this.format == InflateFormat.Raw) return false;
    this.state = State.Check;
    if (this.format == InflateFormat.Deflate) return this.endMember();
    return true;
  }

  private readCheck(): bool {
    if (!this.need(32)) return false;
    const value = this.use(32);
    const isGzip = this.format == InflateFormat.Gzip;
    if ((isGzip ? value : bswap(value)) != this.check) this.flags |= InflateFlag.Checksum;
    if (!isGzip) return this.endMember();
    this.state = State.Length;
    return true;
  }

  private endMember(): bool {
    this.window.clear();
    this.isLater = true;
    this.state = this.format == InflateFormat.Gzip ? State.Behind : State.Trailing;
    return this.stop(InflateStatus.Done);
  }

  /** Behind a member: zeros are padding, as Python's gzip has it; the magic begins the next member. */
  private behind(): bool {
    while (this.at < this.end && load<u8>(this.at) == 0) this.at++;
    if (this.at == this.end) return this.stop(InflateStatus.Done);
    this.begin();
    return true;
  }

  private zlibHeader(): bool {
    if (!this.need(16)) return false;
    const method = (<u32>this.hold) & 0xff;
    const more = (<u32>(this.hold >> 8)) & 0xff;
    if ((method & 15) == METHOD_DEFLATE && method >> 4 <= 7 && ((method << 8) | more) % 31 == 0) {
      if ((more & FLAG_DICTIONARY) != 0) return this.need(48) ? this.refuse() : false;
      this.use(16);
      this.format = InflateFormat.Zlib;
    } else if (this.format == InflateFormat.Zlib) {
      return this.refuse();
    }
    this.check = 1;
    this.state = State.Blocks;
    return true;
  }

  private gzipHeader(): bool {
    switch (<i32>this.state) {
      case State.GzipMagic:
        return this.gzipMagic();
      case State.GzipHeader:
        return this.gzipFields();
      case State.GzipExtraLength:
        this.fieldLeft = 0;
        if ((this.headerFlags & FLAG_EXTRA) != 0) {
          if (!this.need(16)) return false;
          this.fieldLeft = this.headerByte();
          this.fieldLeft |= this.headerByte() << 8;
        }
        this.state = State.GzipExtra;
        return true;
      case State.GzipExtra:
        for (; this.fieldLeft != 0; this.fieldLeft--) {
          if (!this.need(8)) return false;
          this.headerByte();
        }
        this.state = State.GzipName;
        return true;
      case State.GzipName:
        return this.skipText(FLAG_NAME, State.GzipComment);
      case State.GzipComment:
        return this.skipText(FLAG_COMMENT, State.GzipHeaderCheck);
    }
    if ((this.headerFlags & FLAG_HEADER_CRC) != 0) {
      if (!this.need(16)) return false;
      if (this.use(16) != (this.check & 0xffff)) this.flags |= InflateFlag.Header;
    }
    this.check = 0;
    this.state = State.Blocks;
    return true;
  }

  private gzipMagic(): bool {
    if (!this.need(16)) return false;
    if (((<u32>this.hold) & 0xffff) != MAGIC) {
      if (!this.isLater) return this.refuse();
      this.use(16);
      this.flags |= InflateFlag.Trailing;
      this.state = State.Trailing;
      return true;
    }
    this.headerByte();
    this.headerByte();
    this.fieldLeft = GZIP_HEADER;
    this.state = State.GzipHeader;
    return true;
  }

  private gzipFields(): bool {
    for (; this.fieldLeft != 0; this.fieldLeft--) {
      if (!this.need(8)) return false;
      const byte = this.headerByte();
      if (this.fieldLeft == GZIP_HEADER) {
        this.headerFlags = byte;
      } else if (this.fieldLeft == GZIP_HEADER - 1) {
        // As zlib does, the method is judged when the flags are there, too.
        if (this.headerFlags != METHOD_DEFLATE) return this.refuse();
        if ((byte & FLAGS_RESERVED) != 0) this.flags |= InflateFlag.Header;
        this.headerFlags = byte;
      }
    }
    this.state = State.GzipExtraLength;
    return true;
  }

  /** Uses one byte of gzip's header. */
  private headerByte(): u32 {
    const byte = this.use(8);
    this.check = crc32Byte(this.check, byte);
    return byte;
  }

  /** Skips a text that a NUL ends, if the header says that there is one. */
  private skipText(flag: u32, next: State): bool {
    if ((this.headerFlags & flag) != 0) {
      do {
        if (!this.need(8)) return false;
      } while (this.headerByte() != 0);
    }
    this.state = next;
    return true;
  }
}
