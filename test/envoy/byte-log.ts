// Bytes as they arrived: the pieces, when each came, and the whole.

export interface Arrival {
  /** `performance.now()` when it came. */
  at: number;
  size: number;
}

export class ByteLog {
  readonly arrivals: Arrival[] = [];
  length = 0;
  /** False: sizes and times alone are kept, for bodies that are too large to keep. */
  keeps = true;
  private pieces: Buffer[] = [];

  add(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.length += bytes.length;
    if (!this.keeps) return;
    this.arrivals.push({ at: performance.now(), size: bytes.length });
    this.pieces.push(bytes);
  }

  /** Everything so far. */
  get bytes(): Buffer {
    if (this.pieces.length !== 1) this.pieces = [Buffer.concat(this.pieces)];
    return this.pieces[0]!;
  }

  /** Where each piece ended. */
  get borders(): number[] {
    let end = 0;
    return this.arrivals.map(({ size }) => (end += size));
  }
}
