// The decoded bytes of the value being read, for values that do not lie in one piece in the input: those with
// escapes and those that span chunks. Bounded: a value longer than the window is inspected in windows that
// overlap, so a stream of any length needs constant memory and nothing is cut off unseen.
//
// Many streams at once need bounded memory, too: a value that outgrows the small window gets the large one as long as few
// others have it. A thousand slow uploads of one long string each took 150 MB when all had it.

import { ByteWriter } from "../bytes/byte-writer";
import { writeCodePoint } from "../bytes/code-point";
import { Inputs } from "./inputs";

/** Longest value in one piece. */
export const VALUE_WINDOW: u32 = 64 * 1024;
/** The same when WIDE_VALUES others are being read that are longer than this. */
const SMALL_WINDOW: u32 = 16 * 1024;
const WIDE_VALUES: u32 = 64;
/** Bytes before the small window's end at which the large one is asked for: more than any caller wants at once. */
const MARGIN: u32 = 256;
/** Bytes that two neighbouring windows share. */
export const VALUE_OVERLAP: u32 = 1024;
/** Key bytes that a key path keeps; the key itself is inspected whole. */
export const PATH_KEY_BYTES: u32 = 256;
const SHORT_RUN: u32 = 16;
/** Room above this goes back to the heap between two messages. */
const KEPT_ROOM: u32 = 4096;

/** Buffers in the VM that have the large window. */
let wideValues: u32 = 0;

@unmanaged
export class ValueBuffer {
  bytes: ByteWriter = new ByteWriter();
  /** Surrogate halves without their other half. */
  loneSurrogates: i32 = 0;
  private peak: u32 = 0;
  private isWide: bool = false;

  /** Bytes that fit before the window is full. */
  room(): u32 {
    const length = this.bytes.length;
    if (!this.isWide && length > SMALL_WINDOW - MARGIN) this.widen();
    return this.window - length;
  }

  /** Bytes that the buffer holds at most. */
  get window(): u32 {
    return this.isWide ? VALUE_WINDOW : SMALL_WINDOW;
  }

  private widen(): void {
    if (wideValues == WIDE_VALUES) return;
    this.isWide = true;
    wideValues++;
  }

  /** Appends a run of bytes. Runs between two escapes are short: a call to copy them costs more than a loop. */
  append(from: usize, len: u32): void {
    const bytes = this.bytes;
    const to = bytes.reserve(len);
    bytes.length += len;
    if (len > SHORT_RUN) {
      memory.copy(to, from, len);
    } else if (len >= 8) {
      // Two blocks that overlap where there are fewer than 16 bytes.
      const last = load<u64>(from + len - 8);
      store<u64>(to, load<u64>(from));
      store<u64>(to + len - 8, last);
    } else {
      for (let i: u32 = 0; i < len; i++) store<u8>(to + i, load<u8>(from + i));
    }
  }

  /** Forgets the value. */
  clear(): void {
    this.peak = max(this.peak, this.bytes.length);
    this.bytes.length = 0;
    this.loneSurrogates = 0;
    if (this.isWide) this.narrow();
  }

  /** Gives the large window up, for others to have. */
  private narrow(): void {
    this.isWide = false;
    wideValues--;
    this.bytes.free();
  }

  /** As clear(), and gives back unusual room. */
  reset(): void {
    this.clear();
    if (this.peak > KEPT_ROOM) this.bytes.free();
    this.peak = 0;
  }

  free(): void {
    this.clear();
    this.bytes.free();
    heap.free(changetype<usize>(this.bytes));
  }

  /** A copy in the inputs' arena, valid until they are drained; 0 when memory is out. */
  copyTo(inputs: Inputs): usize {
    return inputs.arena.copy(this.bytes.at, this.bytes.length);
  }

  /** After a window was pushed: keeps `prefix` bytes at the front, then the overlap. */
  slide(prefix: u32): void {
    const length = this.bytes.length;
    const kept = min(VALUE_OVERLAP, length - min(prefix, length));
    this.peak = max(this.peak, length);
    memory.copy(this.bytes.at + prefix, this.bytes.at + (length - kept), kept);
    this.bytes.length = prefix + kept;
  }

  /** A UTF-16 code unit as UTF-8; a low surrogate joins the high one before it. */
  codeUnit(unit: u32): void {
    if (unit - 0xd800 < 0x800) {
      if (unit >= 0xdc00 && this.joinSurrogate(unit)) return;
      this.loneSurrogates++;
    }
    this.bytes.length += writeCodePoint(unit, this.bytes.reserve(4));
  }

  private joinSurrogate(low: u32): bool {
    const bytes = this.bytes;
    if (bytes.length < 3) return false;
    const at = bytes.at + (bytes.length - 3);
    if (load<u8>(at) != 0xed || (load<u8>(at, 1) & 0xf0) != 0xa0) return false;
    const high = (((<u32>load<u8>(at, 1)) & 0x0f) << 6) | ((<u32>load<u8>(at, 2)) & 0x3f);
    const point = 0x10000 + (high << 10) + (low - 0xdc00);
    bytes.length -= 3;
    bytes.length += writeCodePoint(point, bytes.reserve(4));
    this.loneSurrogates--;
    return true;
  }
}
