// Whether a value is one of a list, entries of which may expire: a hash table, position-independent.
// compile/exact-compiler.ts writes it.
//
// ╒═ header ═════════╤═════════╤═══════════════════╤══════════════════════╤══════════════════════════════════════╕
// │ size in bytes    │ entries │ slots (power of 2)│ slots: u32 offset … │ entry: u32 length, hash, u64 expires,│
// │                  │         │                   │ 0 = free             │ the bytes, padded to 4               │
// ╘══════════════════╧═════════╧═══════════════════╧══════════════════════╧══════════════════════════════════════╛
import { equalBytes } from "../bytes/ascii";

export const EXACT_HEADER: u32 = 12;
/** Bytes of an entry before its value. */
export const EXACT_ENTRY: u32 = 16;
const LIMIT_SLOTS: u32 = 1 << 24;

/**
 * True when the `len` bytes at `at` are in the set and have not expired at `now` (seconds; an entry that expires at
 * that very second still counts). The empty value is in no set.
 */
export function exactFind(table: usize, at: usize, len: u32, now: u64): bool {
  if (len == 0) return false;
  const mask = load<u32>(table, 8) - 1;
  const hash = exactHash(at, len);
  let slot = hash & mask;
  while (true) {
    const offset = load<u32>(table + EXACT_HEADER + ((<usize>slot) << 2));
    if (offset == 0) return false;
    const entry = table + offset;
    if (load<u32>(entry, 4) == hash && load<u32>(entry) == len && equalBytes(entry + EXACT_ENTRY, at, len)) {
      const expires = load<u64>(entry, 8);
      return expires == 0 || expires >= now;
    }
    slot = (slot + 1) & mask;
  }
}

/** FNV-1a over words of four bytes, stirred so that the low bits are good. */
export function exactHash(at: usize, len: u32): u32 {
  let hash: u32 = 0x811c9dc5 ^ len;
  const end = at + len;
  for (; at + 4 <= end; at += 4) hash = rotl<u32>((hash ^ load<u32>(at)) * 0x01000193, 13);
  for (; at < end; at++) hash = (hash ^ load<u8>(at)) * 0x01000193;
  hash = (hash ^ (hash >> 15)) * 0x2c1b3c6d;
  return hash ^ (hash >> 13);
}

/** True when exactFind() can run on the `size` bytes at `table` without leaving them and without looping. */
export function validateExactSet(table: usize, size: u32): bool {
  if (size < EXACT_HEADER || load<u32>(table) != size) return false;
  const slots = load<u32>(table, 8);
  if (slots == 0 || slots > LIMIT_SLOTS || !isPowerOfTwo(slots)) return false;
  const entries = EXACT_HEADER + (slots << 2);
  if (entries > size) return false;
  let used: u32 = 0;
  for (let slot: u32 = 0; slot < slots; slot++) {
    const offset = load<u32>(table + EXACT_HEADER + ((<usize>slot) << 2));
    if (offset == 0) continue;
    if (offset < entries || offset > size || size - offset < EXACT_ENTRY) return false;
    if (load<u32>(table + offset) > size - offset - EXACT_ENTRY) return false;
    used++;
  }
  // One free slot ends every search.
  return used < slots && used == load<u32>(table, 4);
}

function isPowerOfTwo(value: u32): bool {
  return (value & (value - 1)) == 0;
}
