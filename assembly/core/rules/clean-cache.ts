// Header fields and cookies that were found clean, so that the same client's next request need not have them judged again.
//
// WHY: browsers and services send the same dozen header fields and cookies with every request; evaluating them anew
// was more than half of what a plain GET cost. Paths, queries and bodies differ and are always judged.
// SAFETY: an entry is the whole name and value, compared byte by byte, so nothing can pass for something else. Only
// values that satisfied no condition, in a transaction in which nothing had been satisfied yet, are entered; the
// cache belongs to one ruleset under one configuration and goes with it. Lists whose entries expire only lose
// entries over time, so what was clean stays clean.
//
// ╒═ slot ══════════╤══════════════════╤═══════════════════╤═══════════════════════╕   one slot per hash:
// │ u32 hash        │ u16 name length  │ u16 value length  │ name, value (≤ 376 B)  │   the latest value stays
// ╘═════════════════╧══════════════════╧═══════════════════╧═══════════════════════╛

const SLOTS: u32 = 256;
const SLOT: u32 = 384;
const HEADER: u32 = 8;

@unmanaged
export class CleanCache {
  private slots: usize = 0;

  /** True when this value under this name is known to be clean. `lane`, below 4, tells where it is from. */
  has(lane: u32, name: usize, nameLen: u32, value: usize, valueLen: u32): bool {
    if (this.slots == 0 || nameLen + valueLen > SLOT - HEADER) return false;
    const hash = hashOf(lane, name, nameLen, value, valueLen);
    const slot = this.slots + <usize>((hash & (SLOTS - 1)) * SLOT);
    if (load<u32>(slot) != hash || load<u32>(slot, 4) != (nameLen | (valueLen << 16))) return false;
    if (memory.compare(slot + HEADER, name, nameLen) != 0) return false;
    return memory.compare(slot + HEADER + nameLen, value, valueLen) == 0;
  }

  add(lane: u32, name: usize, nameLen: u32, value: usize, valueLen: u32): void {
    if (nameLen + valueLen > SLOT - HEADER) return;
    if (this.slots == 0) {
      this.slots = heap.alloc(SLOTS * SLOT);
      memory.fill(this.slots, 0, SLOTS * SLOT);
    }
    const hash = hashOf(lane, name, nameLen, value, valueLen);
    const slot = this.slots + <usize>((hash & (SLOTS - 1)) * SLOT);
    store<u32>(slot, hash);
    store<u32>(slot, nameLen | (valueLen << 16), 4);
    memory.copy(slot + HEADER, name, nameLen);
    memory.copy(slot + HEADER + nameLen, value, valueLen);
  }

  free(): void {
    if (this.slots != 0) heap.free(this.slots);
    heap.free(changetype<usize>(this));
  }
}

/** Never 0, which marks a free slot; the lane is part of it and so need not be stored. */
function hashOf(lane: u32, name: usize, nameLen: u32, value: usize, valueLen: u32): u32 {
  let hash = mix(<u64>lane + 0x9e3779b97f4a7c15, name, nameLen);
  hash = mix(hash, value, valueLen);
  return ((<u32>(hash ^ (hash >> 32))) & LOW_BITS) | LANE_BIT | (lane << 30);
}

/** Bits 30 and 31 hold the lane, bit 29 is always set. */
const LANE_BIT: u32 = 1 << 29;
const LOW_BITS: u32 = LANE_BIT - 1;

function mix(seed: u64, at: usize, len: u32): u64 {
  const end = at + len;
  let hash = seed ^ len;
  for (; at + 8 <= end; at += 8) hash = rotl(hash ^ load<u64>(at), 29) * 0xbf58476d1ce4e5b9;
  for (; at < end; at++) hash = rotl(hash ^ load<u8>(at), 29) * 0xbf58476d1ce4e5b9;
  return hash ^ (hash >> 31);
}
