// Whether an address lies in one of many networks, which may expire: a sorted list of borders, searched by halves.
// compile/ip-compiler.ts writes it, position-independent.
//
// ╒═ header ═══════╤════════════════╕  ╒═ border, 24 bytes ══════════════════════════════════╕
// │ u32 size       │ u32 borders    │  │ u64 high │ u64 low │ u64 expires                     │
// ╘════════════════╧════════════════╛  ╘═════════════════════════════════════════════════════╛
// From its border to the next one an address expires as the border says: 0 never, NO_NETWORK it is in none.
// Networks that overlap have been merged: the one that lasts longest counts.
import { IpFamily, parseIpFamily } from "./ip-address";

export const IP_HEADER: u32 = 8;
export const IP_BORDER: u32 = 24;
export const NO_NETWORK: u64 = u64.MAX_VALUE;

const scratch = memory.data(16, 8);

/** True when the text at `at` is an address in a network that has not expired at `now` (seconds). */
export function ipFind(table: usize, at: usize, len: u32, now: u64): bool {
  if (parseIpFamily(at, len, scratch) == IpFamily.None) return false;
  return ipFindAddress(table, scratch, now);
}

/** The same for 16 bytes in network order, as parseIp() writes them. */
export function ipFindAddress(table: usize, address: usize, now: u64): bool {
  const high = bswap<u64>(load<u64>(address));
  const low = bswap<u64>(load<u64>(address, 8));
  let from: u32 = 0;
  let to = load<u32>(table, 4);
  while (from < to) {
    const middle = (from + to) >> 1;
    const border = table + IP_HEADER + <usize>middle * IP_BORDER;
    const borderHigh = load<u64>(border);
    if (borderHigh < high || (borderHigh == high && load<u64>(border, 8) <= low)) from = middle + 1;
    else to = middle;
  }
  if (from == 0) return false;
  const expires = load<u64>(table + IP_HEADER + <usize>(from - 1) * IP_BORDER, 16);
  return expires == 0 || (expires != NO_NETWORK && expires >= now);
}

/** True when ipFind() stays within the `size` bytes at `table`. */
export function validateIpRanges(table: usize, size: u32): bool {
  if (size < IP_HEADER || load<u32>(table) != size) return false;
  const count = load<u32>(table, 4);
  return count == (size - IP_HEADER) / IP_BORDER && count * IP_BORDER == size - IP_HEADER;
}
