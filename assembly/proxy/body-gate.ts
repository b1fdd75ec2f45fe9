// Which bytes of a body are new, and whether they are held.
//
// While a body callback answers StopIterationAndBuffer the host offers the whole buffer again each time, so
// `read` counts what was seen; after a Continue the next callback brings only new bytes, so it starts at 0. After a
// StopIterationAndWatermark the host keeps the bytes and the next callback brings only new ones, too.
//
// WHY two ways to hold: one callback may bring as much as the host reads at once, a megabyte. Envoy adds it to what is
// buffered before the filter is asked, and answers 413 or cuts the response when both together are over its buffer's
// limit. With a watermark it only stops reading until the filter lets go. But then bytes that were held cannot be
// replaced, and a limit below what we hold would stop the exchange for good: so the tick looks for bodies of which
// nothing more comes, and lets them go.
// TEST: test/envoy/bodies.test.ts, bodies of 10 MiB.

import { Arena } from "../core/bytes/arena";
import { DataStatus, Status } from "./abi";
import { readBuffer, received } from "./host";

/** What may be held by watermark: well below the buffer of an Envoy that nobody configured, 1 MiB. */
const WATERMARK_LIMIT: u32 = 512 * 1024;
/** No host's buffer is smaller than this: a body that stops before is its sender's to go on with. */
const STALL_BYTES: u32 = 16 * 1024;
/** Ticks, of a second each, without a byte after which a held body is let go. */
const STALL_TICKS: u32 = 3;

/** Bodies in the VM that are held by watermark. */
let waiting: u32 = 0;

/** Some body may have to be let go. */
export function hasWaiting(): bool {
  return waiting != 0;
}

@unmanaged
export class BodyGate {
  /** Bytes of the host's buffer that were read already. */
  private read: u32 = 0;
  /** Bytes that the host keeps and does not offer again. */
  private kept: u32 = 0;
  /** Ticks since bytes came. */
  private quiet: u32 = 0;

  /** Reads the `size` offered bytes but those seen before; `received` tells where they are. */
  take(buffer: i32, size: u32, into: Arena): Status {
    received.at = 0;
    received.len = 0;
    if (size <= this.read) return Status.Ok;
    const status = readBuffer(buffer, this.read, size - this.read, into);
    if (status != Status.Ok) return status;
    this.read += received.len;
    return status;
  }

  /** All that is held is offered in the next callback, and can be replaced there. */
  get isInReach(): bool {
    return this.kept == 0;
  }

  /** Bytes that wait at the host, `size` offered ones among them. */
  held(size: u32): u32 {
    return this.kept + size;
  }

  /**
   * How to hold the `size` offered bytes of a body of which at most `capture` bytes are held. `fits`: all of it is as
   * long at most, or it will be replaced.
   */
  hold(size: u32, capture: u32, fits: bool): DataStatus {
    if (this.kept == 0 && (fits || capture > WATERMARK_LIMIT)) return DataStatus.StopIterationAndBuffer;
    if (this.kept == 0) waiting++;
    this.kept += size;
    this.read = 0;
    this.quiet = 0;
    return DataStatus.StopIterationAndWatermark;
  }

  /** A tick has passed; true when the host seems to have stopped reading what it keeps for us. */
  isStalled(): bool {
    return this.kept >= STALL_BYTES && ++this.quiet >= STALL_TICKS;
  }

  /** To be called when a callback answers Continue: the host passes its buffer on. */
  pass(): void {
    if (this.kept != 0) waiting--;
    this.read = 0;
    this.kept = 0;
    this.quiet = 0;
  }

  reset(): void {
    this.pass();
  }
}
