// Values of bodies that some rule had to look at and found clean, per VM: titles, streets and states come again in many records and
// requests, and to ask the detectors once more takes ten times as long as to see that it is the same text.
//
// ╒═ slot ══════╤═════════════╤══════════════════════╕
// │ u32 who     │ u32 length  │ value, 56 bytes      │   who 0 marks a free slot; a slot is one cache line
// ╘═════════════╧═════════════╧══════════════════════╛
//
// A value is kept from the second time on, so that those that never come again do not drive out what does.
//
// SAFETY: what is found is the very value, judged by the very conditions; all is forgotten when a policy is made.

import { isSame, mixBytes } from "../bytes/mix-bytes";

const SEED: u64 = 0x9e3779b97f4a7c15;
const VALUE_BYTES: u32 = 56;
const SLOT: u32 = 64;
const SLOTS: u32 = 2048;
const LENGTH: usize = 4;
const VALUE: usize = 8;
/** One byte each for values that came once. */
const FIRSTS: u32 = 4096;
const BYTES: u32 = SLOTS * SLOT + FIRSTS;

const memoryAt = heap.alloc(BYTES + SLOT);
/** First slot, a multiple of 64. */
const slots = (memoryAt + SLOT - 1) & ~(<usize>SLOT - 1);
const firsts = slots + SLOTS * SLOT;

/** The value that was asked for last: its slot, 0 for a value too long, and what else is known of its hash. */
let slot: usize = 0;
let sign: u32 = 0;

/** To be called when a policy is made. */
export function forgetValues(): void {
  memory.fill(slots, 0, BYTES);
}

/** The value is known to be clean to `who`, which says which policy looks at it, and as what. */
export function holdsValue(who: usize, at: usize, len: u32): bool {
  slot = 0;
  if (len > VALUE_BYTES) return false;
  const hash = mixBytes(SEED, at, len);
  slot = slots + <usize>(((<u32>hash) & (SLOTS - 1)) * SLOT);
  sign = <u32>(hash >> 32);
  if (load<u32>(slot) != <u32>who || load<u32>(slot, LENGTH) != len) return false;
  return isSame(slot + VALUE, at, len);
}

/** The value that was asked for last, `at..len`, was found clean. */
export function keepValue(who: usize, at: usize, len: u32): void {
  if (slot == 0) return;
  const first = firsts + <usize>(sign & (FIRSTS - 1));
  const mark = (<u8>(sign >> 12)) | 1;
  if (load<u8>(first) != mark) {
    store<u8>(first, mark);
    return;
  }
  store<u32>(slot, <u32>who);
  store<u32>(slot, len, LENGTH);
  memory.copy(slot + VALUE, at, len);
}
