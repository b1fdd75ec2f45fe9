// Values that were found clean and are likely to come again (repeated-values.ts), so that they need not be judged again.
//
// WHY: browsers and services send the same dozen header fields and cookies with every request; evaluating them anew was
// more than half of what a plain GET cost. Of the values of queries and bodies only short ones are kept, from the second
// time on, so that those that never come again do not drive out what does.
// TRIED: hash and comparison of the last bytes by loads that overlap the ones before, instead of byte by byte: 5 to 10 % slower
// bodies in Envoy.
// SAFETY: an entry is the whole name and value, compared byte by byte, so nothing can pass for something else. Only values
// that satisfied no condition, in a transaction in which nothing had been satisfied yet, are entered; the cache belongs to
// one ruleset under one configuration and goes with it. Lists whose entries expire only lose entries over time, so what
// was clean stays clean.
//
// ╒═ slot ══════════╤══════════════════╤═══════════════════╤═════════════╕   one slot per hash: the latest value stays.
// │ u32 hash        │ u16 name length  │ u16 value length  │ name, value │   Short entries have slots of one cache line,
// ╘═════════════════╧══════════════════╧═══════════════════╧═════════════╛   long ones slots of six.

import { isSame, mixBytes } from "../bytes/mix-bytes";

const SHORT_SLOTS: u32 = 1024;
const SHORT_SLOT: u32 = 64;
const LONG_SLOTS: u32 = 256;
const LONG_SLOT: u32 = 384;
const HEADER: u32 = 8;
/** One byte each for values that came once. */
const FIRSTS: u32 = 4096;
const BYTES: u32 = SHORT_SLOTS * SHORT_SLOT + LONG_SLOTS * LONG_SLOT + FIRSTS;

@unmanaged
export class CleanCache {
  private memory: usize = 0;
  /** First slot, a multiple of 64. */
  private slots: usize = 0;

  /** True when this value under this name is known to be clean. `place`, below 16, tells where it is from. */
  has(place: u32, name: usize, nameLen: u32, value: usize, valueLen: u32): bool {
    if (this.slots == 0 || nameLen + valueLen > LONG_SLOT - HEADER) return false;
    const hash = hashOf(place, name, nameLen, value, valueLen);
    const slot = this.slotOf(hash, nameLen + valueLen);
    if (load<u32>(slot) != hash || load<u32>(slot, 4) != (nameLen | (valueLen << 16))) return false;
    if (!isSame(slot + HEADER, name, nameLen)) return false;
    return isSame(slot + HEADER + nameLen, value, valueLen);
  }

  add(place: u32, name: usize, nameLen: u32, value: usize, valueLen: u32): void {
    if (nameLen + valueLen > LONG_SLOT - HEADER) return;
    if (this.slots == 0) {
      this.memory = heap.alloc(BYTES + SHORT_SLOT);
      this.slots = (this.memory + SHORT_SLOT - 1) & ~(<usize>SHORT_SLOT - 1);
      memory.fill(this.slots, 0, BYTES);
    }
    const hash = hashOf(place, name, nameLen, value, valueLen);
    const slot = this.slotOf(hash, nameLen + valueLen);
    store<u32>(slot, hash);
    store<u32>(slot, nameLen | (valueLen << 16), 4);
    memory.copy(slot + HEADER, name, nameLen);
    memory.copy(slot + HEADER + nameLen, value, valueLen);
  }

  /** As add(), but only a short value, and only when it seems to have been added before. */
  addAgain(place: u32, name: usize, nameLen: u32, value: usize, valueLen: u32): void {
    if (nameLen + valueLen > SHORT_SLOT - HEADER || this.slots == 0) return;
    const hash = hashOf(place, name, nameLen, value, valueLen);
    const first = this.slots + <usize>(BYTES - FIRSTS + ((hash >> 8) & (FIRSTS - 1)));
    const sign = (<u8>hash) | 1;
    if (load<u8>(first) == sign) this.add(place, name, nameLen, value, valueLen);
    else store<u8>(first, sign);
  }

  private slotOf(hash: u32, len: u32): usize {
    if (len <= SHORT_SLOT - HEADER) return this.slots + <usize>((hash & (SHORT_SLOTS - 1)) * SHORT_SLOT);
    return this.slots + <usize>(SHORT_SLOTS * SHORT_SLOT + (hash & (LONG_SLOTS - 1)) * LONG_SLOT);
  }

  free(): void {
    if (this.memory != 0) heap.free(this.memory);
    heap.free(changetype<usize>(this));
  }
}

/** Never 0, which marks a free slot; the place is part of it and so need not be stored. */
function hashOf(place: u32, name: usize, nameLen: u32, value: usize, valueLen: u32): u32 {
  let hash = <u64>place + 0x9e3779b97f4a7c15;
  if (nameLen != 0) hash = mixBytes(hash, name, nameLen);
  hash = mixBytes(hash, value, valueLen);
  return ((<u32>(hash ^ (hash >> 32))) & LOW_BITS) | TAKEN | (place << 28);
}

/** The upper four bits hold the place, bit 27 is always set. */
const TAKEN: u32 = 1 << 27;
const LOW_BITS: u32 = TAKEN - 1;
