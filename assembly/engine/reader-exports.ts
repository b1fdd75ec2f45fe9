// Runs the readers below the parsers over given bytes in pieces, for tests and measurements from Node.

import { Inflate, InflateFormat, InflateStatus } from "../core/body/inflate";
import { ByteWriter } from "../core/bytes/byte-writer";

const inflate = new Inflate();
const other = new Inflate();
const output = new ByteWriter();

/** Begins a stream of an InflateFormat, and a second one for inflateBetween(). */
export function inflateStart(format: u32): void {
  inflate.start(<InflateFormat>format);
  other.start(<InflateFormat>format);
  output.clear();
}

/**
 * Inflates `len` bytes, `chunk` at a time (0: in one piece), with room for `room` bytes a run. The output is gathered
 * if `isKept`. Returns how many bytes were taken before the stream ended in Malformed, or `len`.
 */
export function inflateRun(at: usize, len: u32, chunk: u32, room: u32, isKept: bool): u32 {
  const block = heap.alloc(room);
  let done: u32 = 0;
  let more = true;
  while (done < len || more) {
    const piece = min(chunk == 0 ? len : chunk, len - done);
    let read: u32 = 0;
    do {
      inflate.run(at + done + read, piece - read, block, room);
      read += inflate.taken;
      if (isKept) output.bytes(block, inflate.given);
      memory.fill(block, 0xee, isKept ? <usize>room : 0);
      more = inflate.status == InflateStatus.NeedOutput;
    } while (more || (read < piece && inflate.status != InflateStatus.Malformed));
    done += read;
    if (inflate.status == InflateStatus.Malformed) break;
  }
  heap.free(block);
  return done;
}

/** Runs the second stream, so that the first finds the tables of another one. */
export function inflateBetween(at: usize, len: u32): void {
  const block = heap.alloc(1024);
  other.run(at, len, block, 1024);
  heap.free(block);
}

/** Forgets what matches may refer to. */
export function inflateResetWindow(): void {
  inflate.resetWindow();
}

/** InflateStatus. */
export function inflateStatus(): u32 {
  return inflate.status;
}

/** Bits of InflateFlag. */
export function inflateFlags(): u32 {
  return inflate.flags;
}

export function inflateIsBetweenBlocks(): bool {
  return inflate.isBetweenBlocks;
}

export function inflateOutputAt(): usize {
  return output.at;
}

export function inflateOutputLen(): u32 {
  return output.length;
}
