// Equality and hashes of short runs of bytes, eight at a time, for the memories of what was clean.

/** As memory.compare() == 0. */
export function isSame(a: usize, b: usize, len: u32): bool {
  let i: usize = 0;
  for (; i + 8 <= <usize>len; i += 8) if (load<u64>(a + i) != load<u64>(b + i)) return false;
  for (; i < <usize>len; i++) if (load<u8>(a + i) != load<u8>(b + i)) return false;
  return true;
}

/** A hash of the bytes and of `seed`, which may be that of others. */
export function mixBytes(seed: u64, at: usize, len: u32): u64 {
  const end = at + len;
  let hash = seed ^ len;
  for (; at + 8 <= end; at += 8) hash = rotl(hash ^ load<u64>(at), 29) * 0xbf58476d1ce4e5b9;
  let rest: u64 = 0;
  for (; at < end; at++) rest = (rest << 8) | load<u8>(at);
  hash = rotl(hash ^ rest, 29) * 0xbf58476d1ce4e5b9;
  return hash ^ (hash >> 31);
}
