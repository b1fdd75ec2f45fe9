// The bits of a DEFLATE stream (RFC 1951 §3.1.1: lowest first), across pieces of input.
//
// Whoever needs n bits asks need(n) and uses all that were there before it asks for more. So bits that are left over
// from an earlier piece are used up before anything else, and what is given back at the end of a run is of its own input.

export enum InflateStatus {
  /** All input is taken; the stream goes on. */
  NeedInput,
  /** All room is used; run again with more, even without input. */
  NeedOutput,
  /** At the end of a member. */
  Done,
  /** Not DEFLATE from here on; nothing more is taken. */
  Malformed,
}

@unmanaged
export class BitReader {
  status: InflateStatus = InflateStatus.NeedInput;
  /** Bits that were taken and not used yet, lowest first, and their number. */
  protected hold: u64 = 0;
  protected bits: u32 = 0;
  /** The input of the run. */
  protected at: usize = 0;
  protected end: usize = 0;

  /** Ends the run. */
  protected stop(status: InflateStatus): bool {
    this.status = status;
    return false;
  }

  /** The next `count` bits (at most 57), left in `hold`; false, and NeedInput, when the input ends before. */
  protected need(count: u32): bool {
    while (this.bits < count) {
      if (this.at == this.end) return this.stop(InflateStatus.NeedInput);
      this.hold |= (<u64>load<u8>(this.at++)) << this.bits;
      this.bits += 8;
    }
    return true;
  }

  /** Uses `count` bits (at most 32), which are there. */
  protected use(count: u32): u32 {
    const value = <u32>(this.hold & (((<u64>1) << count) - 1));
    this.hold >>= count;
    this.bits -= count;
    return value;
  }

  /** Drops the rest of a byte. */
  protected align(): void {
    this.use(this.bits & 7);
  }

  /** Gives whole bytes back to the input that began at `from`. */
  protected giveBack(from: usize): void {
    const ahead = min(<usize>(this.bits >> 3), this.at - from);
    this.at -= ahead;
    this.bits -= (<u32>ahead) << 3;
    this.hold &= ((<u64>1) << this.bits) - 1;
  }
}
