// Collects the networks of an ip_match list and writes the table of match/ip-range.ts.
//
// Two networks are nested or apart, never half over each other. So, sorted by first address and then from wide to
// narrow, a stack of the networks that are open at a point (at most 129 deep) gives every border in one pass.
import { isDigit, isSpace } from "../bytes/ascii";
import { ByteWriter } from "../bytes/byte-writer";
import { IpFamily, parseIpFamily } from "../match/ip-address";
import { IP_BORDER, IP_HEADER, NO_NETWORK } from "../match/ip-range";

const LIMIT_NETWORKS: u32 = 1 << 20;
const SLASH: u32 = 0x2f;

/** high, low, expires, bits: 32 bytes. */
const NETWORK: usize = 32;
const DEEPEST: usize = 130;

@unmanaged
export class IpBuild {
  private networks: ByteWriter = new ByteWriter();
  private count: u32 = 0;

  /**
   * Adds an address or a network in CIDR form that counts until `expires` (seconds since 1970; 0 = for ever). False,
   * and nothing added, when the text is neither or the list is full. Bits behind the prefix are ignored.
   */
  add(at: usize, len: u32, expires: u64): bool {
    if (this.count >= LIMIT_NETWORKS) return false;
    let slash: u32 = 0;
    while (slash < len && load<u8>(at + slash) != SLASH) slash++;
    const place = this.networks.reserve(<u32>NETWORK);
    const family = parseIpFamily(at, slash, place);
    if (family == IpFamily.None) return false;
    const widest: u32 = family == IpFamily.V4 ? 32 : 128;
    let bits = widest;
    if (slash < len) bits = prefixBits(at + slash + 1, at + len);
    if (bits > widest) return false;
    bits += 128 - widest;
    const highMask: u64 = bits >= 64 ? u64.MAX_VALUE : bits == 0 ? 0 : u64.MAX_VALUE << (64 - bits);
    const lowMask: u64 = bits <= 64 ? 0 : bits == 128 ? u64.MAX_VALUE : u64.MAX_VALUE << (128 - bits);
    store<u64>(place, bswap<u64>(load<u64>(place)) & highMask);
    store<u64>(place, bswap<u64>(load<u64>(place, 8)) & lowMask, 8);
    store<u64>(place, expires == NO_NETWORK ? 0 : expires, 16);
    store<u64>(place, bits, 24);
    this.networks.length += <u32>NETWORK;
    this.count++;
    return true;
  }

  /** Appends the table. */
  build(out: ByteWriter): void {
    sortNetworks(this.networks.at, this.count);
    const start = out.length;
    out.u32(0);
    out.u32(0);
    const sweep = new Sweep();
    sweep.out = out;
    for (let i: u32 = 0; i < this.count; i++) sweep.enter(this.networks.at + <usize>i * NETWORK);
    sweep.finish();
    store<u32>(out.at + start, out.length - start);
    store<u32>(out.at + start, (out.length - start - IP_HEADER) / IP_BORDER, 4);
    sweep.free();
  }

  /** Gives back everything; the object itself too. */
  free(): void {
    this.networks.free();
    heap.free(changetype<usize>(this.networks));
    heap.free(changetype<usize>(this));
  }
}

/** The open networks, innermost last, each with the expiry that counts inside it; writes borders. */
@unmanaged
class Sweep {
  out: ByteWriter = changetype<ByteWriter>(0);
  private stack: usize = heap.alloc(DEEPEST * NETWORK);
  private depth: usize = 0;
  /** The border written last: address, and expiry from there on. */
  private high: u64 = 0;
  private low: u64 = 0;
  private expires: u64 = NO_NETWORK;
  private written: bool = false;

  enter(network: usize): void {
    while (this.depth != 0 && !contains(this.top(), network)) this.leave();
    let expires = load<u64>(network, 16);
    if (this.depth != 0) expires = later(expires, load<u64>(this.top(), 16));
    memory.copy(this.stack + this.depth * NETWORK, network, NETWORK);
    this.depth++;
    store<u64>(this.top(), expires, 16);
    this.border(load<u64>(network), load<u64>(network, 8), expires);
  }

  finish(): void {
    while (this.depth != 0) this.leave();
  }

  free(): void {
    heap.free(this.stack);
    heap.free(changetype<usize>(this));
  }

  private top(): usize {
    return this.stack + (this.depth - 1) * NETWORK;
  }

  /** Closes the innermost network: what is around it goes on at the address after its last. */
  private leave(): void {
    const top = this.top();
    const bits = <u32>load<u64>(top, 24);
    let high = load<u64>(top);
    let low = load<u64>(top, 8);
    if (bits > 64) {
      low += (<u64>1) << (128 - bits);
      if (low == 0) high++;
    } else {
      low = 0;
      high += bits == 0 ? 0 : (<u64>1) << (64 - bits);
    }
    this.depth--;
    // Past the last address of all there is nothing to say.
    if ((high | low) == 0) return;
    this.border(high, low, this.depth == 0 ? NO_NETWORK : load<u64>(this.top(), 16));
  }

  /** From this address on. Borders at one address replace each other; equal neighbours are one. */
  private border(high: u64, low: u64, expires: u64): void {
    if (this.written && this.high == high && this.low == low) this.out.length -= IP_BORDER;
    else if (this.written && this.expires == expires) return;
    this.high = high;
    this.low = low;
    this.expires = expires;
    this.written = true;
    this.out.u64(high);
    this.out.u64(low);
    this.out.u64(expires);
  }
}

/** Whichever of two expiries lasts longer; 0 is for ever. */
function later(a: u64, b: u64): u64 {
  return a == 0 || b == 0 ? 0 : max(a, b);
}

/** True when the network at `outer` holds the first address of the one at `inner`. */
function contains(outer: usize, inner: usize): bool {
  const bits = <u32>load<u64>(outer, 24);
  const high = load<u64>(outer) ^ load<u64>(inner);
  const low = load<u64>(outer, 8) ^ load<u64>(inner, 8);
  if (bits == 0) return true;
  if (bits <= 64) return high >> (64 - bits) == 0;
  return high == 0 && low >> (128 - bits) == 0;
}

/**
 * The number after the slash, read as libddwaf reads it: at most three bytes, white space and a plus before it and
 * anything behind it ignored. Past 128 when there is none.
 */
function prefixBits(at: usize, end: usize): u32 {
  if (end - at > 3) return u32.MAX_VALUE;
  while (at < end && isSpace(load<u8>(at))) at++;
  if (at < end && load<u8>(at) == 0x2b) at++;
  if (at == end || !isDigit(load<u8>(at))) return u32.MAX_VALUE;
  let bits: u32 = 0;
  while (at < end && isDigit(load<u8>(at))) bits = bits * 10 + (<u32>load<u8>(at++) - 0x30);
  return bits;
}

/** True when network `a` comes before `b`: by first address, the wider one first. */
function isBefore(a: usize, b: usize): bool {
  if (load<u64>(a) != load<u64>(b)) return load<u64>(a) < load<u64>(b);
  if (load<u64>(a, 8) != load<u64>(b, 8)) return load<u64>(a, 8) < load<u64>(b, 8);
  return load<u64>(a, 24) < load<u64>(b, 24);
}

/** Heap sort: in place, and never worse than n log n. */
function sortNetworks(base: usize, count: u32): void {
  for (let i = <i32>(count >> 1) - 1; i >= 0; i--) sift(base, <u32>i, count);
  for (let last = <i32>count - 1; last > 0; last--) {
    swap(base, base + <usize>last * NETWORK);
    sift(base, 0, <u32>last);
  }
}

function sift(base: usize, i: u32, count: u32): void {
  while (true) {
    let child: u32 = 2 * i + 1;
    if (child >= count) return;
    const at = base + <usize>child * NETWORK;
    if (child + 1 < count && isBefore(at, at + NETWORK)) child++;
    if (!isBefore(base + <usize>i * NETWORK, base + <usize>child * NETWORK)) return;
    swap(base + <usize>i * NETWORK, base + <usize>child * NETWORK);
    i = child;
  }
}

function swap(a: usize, b: usize): void {
  for (let i: usize = 0; i < NETWORK; i += 8) {
    const kept = load<u64>(a + i);
    store<u64>(a + i, load<u64>(b + i));
    store<u64>(b + i, kept);
  }
}
