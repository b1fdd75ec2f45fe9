// Transfer encodings of parts (RFC 2045 §6.7 and §6.8), byte by byte: what cannot be decoded is skipped in base64
// and kept in quoted-printable, as readers of mail do.

import { ByteWriter } from "../bytes/byte-writer";
import { hexValue, isAlpha, isDigit } from "../bytes/ascii";

export enum TransferEncoding {
  /** 7bit, 8bit, binary, or none given. */
  Identity,
  Base64,
  QuotedPrintable,
}

/** Where a quoted-printable escape stands: behind `=`, behind its first digit, behind a soft break's CR. */
enum Escape {
  None,
  Equals,
  Digit,
  Return,
}

@unmanaged
export class TransferDecoder {
  encoding: TransferEncoding = TransferEncoding.Identity;
  private bits: u32 = 0;
  private bitCount: u32 = 0;
  private escape: Escape = Escape.None;
  private first: u32 = 0;

  start(encoding: TransferEncoding): void {
    this.encoding = encoding;
    this.bits = 0;
    this.bitCount = 0;
    this.escape = Escape.None;
  }

  /** Appends what `len` bytes stand for, at most `len` + 2 bytes. */
  decode(at: usize, len: u32, out: ByteWriter): void {
    const end = at + len;
    if (this.encoding == TransferEncoding.Base64) {
      for (; at < end; at++) this.base64(load<u8>(at), out);
    } else {
      for (; at < end; at++) this.quotedPrintable(load<u8>(at), out);
    }
  }

  private base64(c: u32, out: ByteWriter): void {
    const value = base64Value(c);
    if (value < 0) return;
    this.bits = (this.bits << 6) | (<u32>value);
    this.bitCount += 6;
    if (this.bitCount < 8) return;
    this.bitCount -= 8;
    out.byte(<u8>(this.bits >> this.bitCount));
  }

  private quotedPrintable(c: u32, out: ByteWriter): void {
    const escape = this.escape;
    this.escape = Escape.None;
    if (escape == Escape.None) {
      this.plain(c, out);
    } else if (escape == Escape.Return) {
      if (c != 0x0a) this.plain(c, out);
    } else if (escape == Escape.Equals) {
      if (c == 0x0a) return;
      this.first = c;
      if (c == 0x0d) this.escape = Escape.Return;
      else if (hexValue(c) >= 0) this.escape = Escape.Digit;
      else {
        out.byte(0x3d);
        this.plain(c, out);
      }
    } else if (hexValue(c) >= 0) {
      out.byte(<u8>((hexValue(this.first) << 4) | hexValue(c)));
    } else {
      out.byte(0x3d);
      out.byte(<u8>this.first);
      this.plain(c, out);
    }
  }

  /** A byte that belongs to no escape begun before it. */
  private plain(c: u32, out: ByteWriter): void {
    if (c == 0x3d) this.escape = Escape.Equals;
    else out.byte(<u8>c);
  }
}

/** Both alphabets of RFC 4648; -1 for every other byte. */
function base64Value(c: u32): i32 {
  if (isAlpha(c)) return <i32>(c < 0x61 ? c - 0x41 : c - 0x47);
  if (isDigit(c)) return <i32>(c + 4);
  if (c == 0x2b || c == 0x2d) return 62;
  return c == 0x2f || c == 0x5f ? 63 : -1;
}
