// Names of members that were found clean, per VM: an API's documents have few of them, and the same ones in every record and request,
// one behind the other in the same order.
//
// ╒═ slot ══════╤═════════════╤═══════════════╤═════════════╤═══════════╤══════════════════════════╕
// │ u32 owner   │ u32 length  │ u32 follower  │ u32 need    │ u64 hash  │ name and quote, 25 bytes │
// ╘═════════════╧═════════════╧═══════════════╧═════════════╧═══════════╧══════════════════════════╛
//   owner 0 marks a free slot; a slot is one cache line
//
// A parser asks for the follower first, the name that came behind the last one the last time: one comparison of sixteen bytes then
// tells where the name ends, that it is clean, and its hash.
//
// TRIED: the same for the short value that was last clean behind its name (currencies, countries, states): what it saved where the
// value came again, it lost where it did not.
// SAFETY: what is found is the very name, under the very policy; all is forgotten when a policy is made. Names with a quote, a
// backslash or a control in them, which stand otherwise in a document, never follow.
// WHY: to see that a name is clean took 25 ns, hot, and a cache line of the literals' table every other byte where that was cold. To
// find the end of a name, its slot and its hash took two thirds of what is left of its time.

import { isSame } from "../bytes/mix-bytes";

const NAME_BYTES: u32 = 24;
const SLOT: u32 = 64;
const SLOTS: u32 = 256;
const LENGTH: usize = 4;
const FOLLOWER: usize = 8;
/** Bits of the bytes that are compared with those of a document: the name's and its quote's; 0 for names that do not follow. */
const NEED: usize = 12;
const HASH: usize = 16;
const NAME: usize = 24;
/** Longest name that is compared in one block with its quote. */
const FOLLOWER_BYTES: u32 = 15;
const QUOTE: u32 = 0x22;
const BACKSLASH: u32 = 0x5c;

const memoryAt = heap.alloc(SLOT * (SLOTS + 1));
/** A multiple of 64. */
const slots = (memoryAt + SLOT - 1) & ~(<usize>SLOT - 1);
/** The name that was found last. */
let last: usize = slots;

/** To be called when a policy is made. */
export function forgetNames(): void {
  memory.fill(slots, 0, SLOT * SLOTS);
}

/**
 * The slot of the name that stands at `at`, sixteen readable bytes, with its closing quote, when it is the one that followed the last
 * one; else 0. It then is the last one.
 */
export function followingName(owner: usize, at: usize): usize {
  const slot = <usize>load<u32>(last, FOLLOWER);
  if (slot == 0 || load<u32>(slot) != <u32>owner) return 0;
  const need = load<u32>(slot, NEED);
  const same = <u32>i8x16.bitmask(i8x16.eq(v128.load(at), v128.load(slot, NAME)));
  if (need == 0 || (same & need) != need) return 0;
  last = slot;
  return slot;
}

/** The bytes stand in a document as they are. */
function isPlain(at: usize, len: u32): bool {
  for (let i: usize = 0; i < <usize>len; i++) {
    const c = load<u8>(at + i);
    if (c < 0x20 || c == QUOTE || c == BACKSLASH) return false;
  }
  return true;
}

export function nameLength(slot: usize): u32 {
  return load<u32>(slot, LENGTH);
}

/** hashName() of the slot's name. */
export function nameHash(slot: usize): u64 {
  return load<u64>(slot, HASH);
}

/** The name may be remembered at all. */
export function isShortName(len: u32): bool {
  return len - 1 < NAME_BYTES;
}

/** The slot for names of this hash, whoever is in it. */
export function slotOfName(hash: u64): usize {
  return slots + <usize>(((<u32>(hash >> 56)) ^ (<u32>(hash >> 40))) & (SLOTS - 1)) * SLOT;
}

/** The slot holds this very name, clean to `owner`; it then follows the last one. */
export function holdsName(slot: usize, owner: usize, at: usize, len: u32): bool {
  if (load<u32>(slot) != <u32>owner || load<u32>(slot, LENGTH) != len) return false;
  if (!isSame(slot + NAME, at, len)) return false;
  follow(slot);
  return true;
}

/** The name of this `hash` is clean to `owner`; it then follows the last one. */
export function keepName(slot: usize, owner: usize, at: usize, len: u32, hash: u64): void {
  for (let i: usize = 0; i < <usize>len; i++) store<u8>(slot + NAME + i, load<u8>(at + i));
  store<u8>(slot + NAME + len, <u8>QUOTE);
  store<u32>(slot, <u32>owner);
  store<u32>(slot, len, LENGTH);
  store<u32>(slot, 0, FOLLOWER);
  const follows = len <= FOLLOWER_BYTES && isPlain(at, len);
  store<u32>(slot, follows ? (2 << len) - 1 : 0, NEED);
  store<u64>(slot, hash, HASH);
  follow(slot);
}

function follow(slot: usize): void {
  store<u32>(last, <u32>slot, FOLLOWER);
  last = slot;
}

/** Eight bytes at a time, with the multiplier of the golden ratio; the last eight may overlap others. */
export function hashName(at: usize, len: u32): u64 {
  const end = at + len;
  let hash: u64 = len;
  if (len >= 8) {
    for (; end - at > 8; at += 8) hash = mix(hash ^ load<u64>(at));
    hash ^= load<u64>(end - 8);
  } else if (len >= 4) {
    hash ^= ((<u64>load<u32>(at)) << 32) | load<u32>(end - 4);
  } else if (len != 0) {
    hash ^=
      ((<u64>load<u8>(at)) << 40) |
      ((<u64>load<u8>(at + (len >> 1))) << 32) |
      ((<u64>load<u8>(end - 1)) << 24);
  }
  return mix(hash);
}

function mix(hash: u64): u64 {
  const product = hash * 0x9e3779b97f4a7c15;
  return product ^ (product >> 32);
}
