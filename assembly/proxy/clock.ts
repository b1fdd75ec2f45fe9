// What time it is, without asking the host for it in every stream: a clock read is a hostcall, and two of them per callback
// were 0.5 to 1 µs of a GET.
//
// Lists whose entries expire know seconds, and the tick comes every second. How long judging a request takes is
// measured on one stream in sixteen: whether a stream will have an event is known only when it is too late to begin.

import { now } from "./host";

const TIMED_OF: u32 = 16;

let seconds: u64 = 0;
let streams: u32 = 0;

/** Reads the clock; to be called on every tick, and before the first stream. */
export function readClock(): void {
  seconds = now() / 1_000_000_000;
}

/** Seconds since the epoch, at most a tick ago; 0 when the host has no clock. */
export function coarseSeconds(): u64 {
  return seconds;
}

/** True for the one stream in sixteen whose callbacks are timed; to be asked once per stream. */
export function isTimed(): bool {
  return (streams++ & (TIMED_OF - 1)) == 0;
}
