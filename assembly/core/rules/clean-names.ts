// Names of members that were found clean, per VM: an API's documents have few of them, and the same ones in every record and request.
//
// ╒═ slot ══════╤═════════════╤═════════════════════╕
// │ u32 looks   │ u32 length  │ name, 24 bytes      │   looks 0 marks a free slot
// ╘═════════════╧═════════════╧═════════════════════╛
//
// SAFETY: what is found is the very name, under the very policy; all is forgotten when a policy is made.
// WHY: to see that a name is clean took 25 ns, hot, and a cache line of the literals' table every other byte where that was cold.

const NAME_BYTES: u32 = 24;
const SLOT: u32 = 32;
const SLOTS: u32 = 256;
const LENGTH: usize = 4;
const NAME: usize = 8;

const slots = heap.alloc(SLOT * SLOTS);

/** To be called when a policy is made. */
export function forgetNames(): void {
  memory.fill(slots, 0, SLOT * SLOTS);
}

/** The slot of the name of `len` bytes, 1 to 24, at `at`, whoever is in it. */
export function slotOfName(at: usize, len: u32): usize {
  const hash =
    len >= 8
      ? (load<u64>(at) * 0x9e3779b97f4a7c15) ^ (load<u64>(at + len - 8) * 0xc2b2ae3d27d4eb4f)
      : len >= 4
        ? (((<u64>load<u32>(at)) << 32) | load<u32>(at + len - 4)) * 0x9e3779b97f4a7c15
        : ((<u64>load<u8>(at)) |
            ((<u64>load<u8>(at + (len >> 1))) << 8) |
            ((<u64>load<u8>(at + len - 1)) << 16)) *
          0x9e3779b97f4a7c15;
  return slots + <usize>(((<u32>(hash >> 56)) ^ (<u32>(hash >> 40)) ^ len) & (SLOTS - 1)) * SLOT;
}

/** The name may be remembered at all. */
export function isShortName(len: u32): bool {
  return len - 1 < NAME_BYTES;
}

/** The slot holds this very name, clean under `looks`. */
export function holdsName(slot: usize, looks: usize, at: usize, len: u32): bool {
  if (load<u32>(slot) != <u32>looks || load<u32>(slot, LENGTH) != len) return false;
  const name = slot + NAME;
  let i: usize = 0;
  for (; i + 8 <= <usize>len; i += 8) if (load<u64>(name + i) != load<u64>(at + i)) return false;
  for (; i < <usize>len; i++) if (load<u8>(name + i) != load<u8>(at + i)) return false;
  return true;
}

export function keepName(slot: usize, looks: usize, at: usize, len: u32): void {
  store<u32>(slot, <u32>looks);
  store<u32>(slot, len, LENGTH);
  for (let i: usize = 0; i < <usize>len; i++) store<u8>(slot + NAME + i, load<u8>(at + i));
}
