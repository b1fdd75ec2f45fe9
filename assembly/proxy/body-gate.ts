// Which bytes of a body are new, and whether they are held.
//
// While a body callback answers StopIterationAndBuffer the host offers the whole buffer again each time, so
// `read` counts what was seen; after a Continue the next callback brings only new bytes, so it starts at 0.

import { Arena } from "../core/bytes/arena";
import { Status } from "./abi";
import { readBuffer, received } from "./host";

@unmanaged
export class BodyGate {
  /** Bytes of the host's buffer that were read already. */
  private read: u32 = 0;
  /** Bytes of the body seen so far. */
  total: u32 = 0;

  /** Reads the `size` offered bytes but those seen before; `received` tells where they are. */
  take(buffer: i32, size: u32, into: Arena): Status {
    received.at = 0;
    received.len = 0;
    if (size <= this.read) return Status.Ok;
    const status = readBuffer(buffer, this.read, size - this.read, into);
    if (status != Status.Ok) return status;
    this.read += received.len;
    this.total += received.len;
    return status;
  }

  /** To be called when a callback answers Continue: the host passes its buffer on. */
  pass(): void {
    this.read = 0;
  }

  reset(): void {
    this.read = 0;
    this.total = 0;
  }
}
