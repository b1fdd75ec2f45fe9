// Mutations of bytes: single bytes, pieces, tokens of the format, pieces of other inputs, lengths at the edges of buffers.
import type { Random } from "../differential/random.ts";

/** Usual length of a mutated input; now and then one may have the other. */
const USUAL_BYTES = 4096;
const LONG_BYTES = 200_000;
/** Lengths around the limits of buffers and windows. */
const EDGES = [15, 16, 17, 63, 64, 127, 128, 255, 256, 257, 1023, 1024, 1025, 4096, 8191, 8192, 8193];
const LONG_EDGES = [16_383, 16_384, 16_385, 32_768, 65_527, 65_535, 65_536, 65_537, 66_560, 131_072];
const BYTES = [0, 9, 10, 13, 32, 34, 38, 39, 47, 60, 61, 62, 92, 127, 128, 0xbf, 0xc3, 0xed, 0xef, 0xff];
/** One mutated input in this many may be long. */
const LONG_ONE_IN = 300;

export class Mutator {
  private readonly tokens: readonly Uint8Array[];

  constructor(
    private readonly random: Random,
    tokens: readonly string[],
  ) {
    this.tokens = tokens.map((token) => Buffer.from(token));
  }

  /** A few mutations of `bytes`; `other` is an input to take pieces from. */
  mutate(bytes: Uint8Array, other: Uint8Array): Uint8Array {
    const { random } = this;
    const isLong = random.oneIn(LONG_ONE_IN);
    let out = bytes;
    for (let n = 1 + Math.min(random.below(5), random.below(5)); n > 0; n--)
      out = this.step(out, other, isLong);
    const limit = isLong ? LONG_BYTES : Math.max(USUAL_BYTES, bytes.length);
    return out.length > limit ? out.subarray(0, limit) : out;
  }

  private step(bytes: Uint8Array, other: Uint8Array, isLong: boolean): Uint8Array {
    const { random } = this;
    const at = random.below(bytes.length + 1);
    const len = random.below(Math.min(bytes.length - at, random.oneIn(4) ? 512 : 16) + 1);
    switch (random.below(11)) {
      case 0:
        return replace(bytes, at, Math.min(1, bytes.length - at), [this.byteFor(bytes[at] ?? 0)]);
      case 1:
        return replace(bytes, at, 0, [random.pick(BYTES)]);
      case 2:
      case 3:
        return replace(bytes, at, 0, this.token());
      case 4:
        return replace(bytes, at, len, this.token());
      case 5:
        return replace(bytes, at, len, []);
      case 6:
        return replace(bytes, at, 0, bytes.subarray(at, at + len));
      case 7:
        return replace(bytes, at, len, pieceOf(random, other));
      case 8:
        return replace(bytes, random.below(bytes.length + 1), 0, bytes.subarray(at, at + len));
      case 9:
        return random.oneIn(3) ? bytes.subarray(0, at) : replace(bytes, at, 0, pieceOf(random, other));
      default:
        return random.oneIn(isLong ? 2 : 8) ? this.stretch(bytes, at, len, isLong) : this.flip(bytes, at);
    }
  }

  private token(): Uint8Array {
    return this.tokens.length === 0 ? Buffer.from([this.random.pick(BYTES)]) : this.random.pick(this.tokens);
  }

  private byteFor(byte: number): number {
    const { random } = this;
    if (random.oneIn(3)) return byte ^ (1 << random.below(8));
    return random.oneIn(2) ? random.pick(BYTES) : random.below(256);
  }

  /** Repeats a piece up to a length at which something may be full. */
  private stretch(bytes: Uint8Array, at: number, len: number, isLong: boolean): Uint8Array {
    const { random } = this;
    const piece = len === 0 ? this.token() : bytes.subarray(at, at + len);
    const size = random.pick(isLong ? LONG_EDGES : EDGES);
    const run = Buffer.alloc(size);
    for (let i = 0; i < size; i++) run[i] = piece[i % piece.length] ?? 0x61;
    return replace(bytes, at, 0, run);
  }

  /** Another case, or the bytes at two places exchanged. */
  private flip(bytes: Uint8Array, at: number): Uint8Array {
    if (bytes.length < 2) return bytes;
    const out = Uint8Array.from(bytes);
    const one = Math.min(at, bytes.length - 1);
    const other = this.random.below(bytes.length);
    if (this.random.oneIn(2)) out[one]! ^= 0x20;
    else [out[one], out[other]] = [out[other]!, out[one]!];
    return out;
  }
}

/** `bytes` with `len` of them at `at` replaced. */
export function replace(
  bytes: Uint8Array,
  at: number,
  len: number,
  by: ArrayLike<number> & Iterable<number>,
): Uint8Array {
  const out = new Uint8Array(bytes.length - len + by.length);
  out.set(bytes.subarray(0, at));
  out.set(by instanceof Uint8Array ? by : Uint8Array.from(by), at);
  out.set(bytes.subarray(at + len), at + by.length);
  return out;
}

function pieceOf(random: Random, bytes: Uint8Array): Uint8Array {
  const at = random.below(bytes.length + 1);
  return bytes.subarray(at, at + random.below(Math.min(bytes.length - at, 200) + 1));
}
