// Bodies in UTF-16 and UTF-32. Readers of JSON that follow RFC 4627 §3 (Jackson, Python's json.loads) detect and
// accept them, so an attack written that way must not pass as binary. Transcoded to UTF-8 as it comes.

import { writeCodePoint } from "../bytes/code-point";

export enum Encoding {
  /** Fewer than ENCODING_BYTES bytes are there. */
  Undecided,
  /** UTF-8 or any other that keeps ASCII in single bytes. */
  Narrow,
  Utf16Le,
  Utf16Be,
  Utf32Le,
  Utf32Be,
}

/** Bytes that detectEncoding() needs. */
export const ENCODING_BYTES: u32 = 4;

/** By the byte order mark or by where the NULs are in two characters of ASCII; `at` has `len` bytes. */
export function detectEncoding(at: usize, len: u32): Encoding {
  if (len < ENCODING_BYTES) return Encoding.Undecided;
  const word = load<u32>(at);
  if ((word & 0xffff) == 0xfeff) return word >> 16 == 0 ? Encoding.Utf32Le : Encoding.Utf16Le;
  if ((word & 0xffff) == 0xfffe) return Encoding.Utf16Be;
  if (word == 0xfffe0000) return Encoding.Utf32Be;
  // One bit for each byte that is NUL; the others must be text.
  let nuls: u32 = 0;
  for (let i: u32 = 0; i < ENCODING_BYTES; i++) {
    const c = <u32>load<u8>(at + i);
    if (c == 0) nuls |= 1 << i;
    else if (!isText(c)) return Encoding.Narrow;
  }
  if (nuls == 0b0111) return Encoding.Utf32Be;
  if (nuls == 0b1110) return Encoding.Utf32Le;
  if (nuls == 0b1010) return Encoding.Utf16Le;
  return nuls == 0b0101 ? Encoding.Utf16Be : Encoding.Narrow;
}

/** Printable ASCII or white space; control characters are those of binary formats. */
function isText(c: u32): bool {
  return c - 0x20 < 0x5f || c == 0x09 || c == 0x0a || c == 0x0d;
}

@unmanaged
export class WideText {
  private encoding: Encoding = Encoding.Narrow;
  /** Bytes of a unit cut off by the end of a chunk. */
  private carry: u32 = 0;
  private carried: u32 = 0;
  /** A high surrogate that waits for its other half, or 0. */
  private high: u32 = 0;

  start(encoding: Encoding): void {
    this.encoding = encoding;
    this.carry = 0;
    this.carried = 0;
    this.high = 0;
  }

  /** Room that `len` bytes need as UTF-8. */
  static room(len: u32): u32 {
    return len * 2 + 16;
  }

  /** Writes `len` bytes at `at` as UTF-8 to `to`, which has room(len); answers how many were written. */
  decode(at: usize, len: u32, to: usize): u32 {
    const size: u32 = this.encoding >= Encoding.Utf32Le ? 4 : 2;
    const isBig = this.encoding == Encoding.Utf16Be || this.encoding == Encoding.Utf32Be;
    const end = at + len;
    let out = to;
    for (let p = at; p < end; p++) {
      const c = <u32>load<u8>(p);
      this.carry = isBig ? (this.carry << 8) | c : this.carry | (c << (this.carried << 3));
      if (++this.carried < size) continue;
      out += this.unit(this.carry, out);
      this.carry = 0;
      this.carried = 0;
    }
    return <u32>(out - to);
  }

  /** The end of the text: what is left over, at most 6 bytes. */
  finish(to: usize): u32 {
    let out = to;
    if (this.high != 0) out += writeCodePoint(this.high, out);
    if (this.carried != 0) out += writeCodePoint(0xfffd, out);
    this.high = 0;
    this.carried = 0;
    this.carry = 0;
    return <u32>(out - to);
  }

  /** One code unit; lone surrogates are kept as three bytes. */
  private unit(unit: u32, to: usize): u32 {
    const high = this.high;
    let out = to;
    this.high = 0;
    if (high != 0) {
      if (unit - 0xdc00 < 0x400)
        return writeCodePoint(0x10000 + ((high - 0xd800) << 10) + (unit - 0xdc00), to);
      out += writeCodePoint(high, out);
    }
    if (unit - 0xd800 < 0x400) this.high = unit;
    else out += writeCodePoint(unit > 0x10ffff ? 0xfffd : unit, out);
    return <u32>(out - to);
  }
}
