// What machine a host names: every notation of an IPv4 address that inet_aton and its kin take (one to four parts, decimal, octal,
// hexadecimal, parts that overflow), IPv6 with an IPv4 address inside, circled and full-width characters, and names that
// are known to lead to this machine or to a metadata service.
//
// Ranges: RFC 6890; metadata addresses: 169.254.169.254 (most clouds), 169.254.170.2 and .23 (containers), 100.100.100.200,
// 192.0.0.192, fd00:ec2::254, fd20:ce::254.

import { hexValue, isDigit } from "../bytes/ascii";
import { URL_EMBED, URL_LOOPBACK, URL_METADATA, URL_REBIND } from "../generated/url-words";
import { IpFamily, parseIpFamily } from "./ip-address";
import { urlWord } from "./url-reader";

export enum HostKind {
  Name = 0,
  Public = 1,
  Loopback = 2,
  Private = 3,
  LinkLocal = 4,
  Unspecified = 5,
  Metadata = 6,
  /** A name that resolves to loopback or changes what it resolves to. */
  Rebinding = 7,
}

const FOLDED_MAX: u32 = 64;
const folded = memory.data(64);
const address = memory.data(16);
const LABELS_MAX: u32 = 12;

/** The notation is one that no configuration or client writes. */
export let hostOdd: bool = false;
/** Circled or full-width characters in the host. */
export let hostFolded: bool = false;

/** What `from..to` is. */
export function hostKind(from: usize, to: usize): HostKind {
  hostOdd = false;
  hostFolded = false;
  for (let i = from; i < to; i++) {
    if (load<u8>(i) < 0x80) continue;
    const len = foldHost(from, to);
    return len == 0 ? HostKind.Name : kindOf(folded, folded + len);
  }
  return kindOf(from, to);
}

function kindOf(from: usize, end: usize): HostKind {
  let to = end;
  if (to > from + 1 && load<u8>(to - 1) == 0x2e) to--;
  if (to == from || to - from > 255) return HostKind.Name;
  if (isDigit(load<u8>(from))) {
    const v4 = kindOfNumber(from, to);
    if (v4 != HostKind.Name) return v4;
  }
  for (let i = from; i < to; i++) {
    if (load<u8>(i) == 0x3a) return kindOfV6(from, to);
  }
  return kindOfName(from, to);
}

function kindOfV6(from: usize, to: usize): HostKind {
  if (parseIpFamily(from, <u32>(to - from), address) != IpFamily.V6) return HostKind.Name;
  const high = load<u64>(address);
  const tail = bswap<u32>(load<u32>(address, 12));
  if (high == 0) {
    const middle = load<u32>(address, 8);
    if (middle == 0 && tail == 1) return HostKind.Loopback;
    if (middle == 0 && tail == 0) return HostKind.Unspecified;
    // ::a.b.c.d and ::ffff:a.b.c.d
    if (middle == 0 || middle == 0xffff0000) {
      hostOdd = true;
      return kindOfV4(tail);
    }
  }
  const first = <u32>load<u8>(address);
  const second = <u32>load<u8>(address, 1);
  if (high == 0x9bff6400) {
    hostOdd = true;
    return kindOfV4(tail);
  }
  if (first == 0xfe && (second & 0xc0) == 0x80) return HostKind.LinkLocal;
  if (first == 0xfd && tail == 0x254) return HostKind.Metadata;
  return (first & 0xfe) == 0xfc ? HostKind.Private : HostKind.Public;
}

/** An IPv4 address as inet_aton reads it, Name when it is none. */
// eslint-disable-next-line complexity -- one loop over parts of three bases
function kindOfNumber(from: usize, to: usize): HostKind {
  let value: u64 = 0;
  let parts: u32 = 0;
  let odd = false;
  let at = from;
  let last: u64 = 0;
  while (at <= to) {
    const start = at;
    let base: u64 = 10;
    if (at + 1 < to && load<u8>(at) == 0x30) {
      base = 8;
      at++;
      if ((load<u8>(at) | 0x20) == 0x78) {
        base = 16;
        at++;
      }
    }
    const first = at;
    last = 0;
    while (at < to) {
      const digit = hexValue(load<u8>(at));
      if (digit < 0 || <u64>digit >= (base == 8 ? 10 : base)) break;
      last = min<u64>(last * base + <u64>digit, 1 << 40);
      at++;
    }
    if (at == start || (at == first && base == 16)) return HostKind.Name;
    if (base != 10 && at > start + 1) odd = true;
    parts++;
    if (at == to) break;
    if (load<u8>(at) != 0x2e || parts == 4) return HostKind.Name;
    if (last > 255) odd = true;
    value = (value << 8) | (last & 0xff);
    at++;
  }
  if (parts == 4 && last > 255) odd = true;
  const rest = 32 - ((parts - 1) << 3);
  const mask: u64 = ((<u64>1) << rest) - 1;
  // A single number below 2^24 is a name or an index, seldom 0.x.y.z.
  if (parts == 1 && last < 0x1000000 && last != 0) return HostKind.Name;
  const kind = kindOfV4(<u32>((value << rest) | (last & mask)));
  if (odd || (parts < 4 && (kind != HostKind.Public || parts == 1))) hostOdd = true;
  return kind;
}

function kindOfV4(ip: u32): HostKind {
  const a = ip >>> 24;
  const b = (ip >>> 16) & 0xff;
  if (a == 127) {
    if (ip != 0x7f000001) hostOdd = true;
    return HostKind.Loopback;
  }
  if (a == 169 && b == 254)
    return ip == 0xa9fea9fe || ip == 0xa9feaa02 || ip == 0xa9feaa17 || ip == 0xa9fea9fd
      ? HostKind.Metadata
      : HostKind.LinkLocal;
  if (ip == 0x646464c8 || ip == 0xc00000c0) return HostKind.Metadata;
  if (a == 0) return HostKind.Unspecified;
  return a == 10 || (a == 192 && b == 168) || (a == 172 && (b & 0xf0) == 16)
    ? HostKind.Private
    : HostKind.Public;
}

/** Known names, looked up whole and then without label after label. */
function kindOfName(from: usize, to: usize): HostKind {
  let labels: u32 = 0;
  for (let at = from; at < to && labels < LABELS_MAX; labels++) {
    const word = urlWord(at, to);
    if (word == URL_METADATA) return HostKind.Metadata;
    if (word == URL_REBIND) return HostKind.Rebinding;
    if (word == URL_LOOPBACK) {
      if (at > from) hostOdd = true;
      return HostKind.Loopback;
    }
    if (word == URL_EMBED) return embedsPrivate(from, at) ? HostKind.Rebinding : HostKind.Name;
    while (at < to && load<u8>(at) != 0x2e) at++;
    at++;
  }
  return HostKind.Name;
}

/** 127.0.0.1.nip.io, app-10-0-0-1.sslip.io, 7f000001.nip.io: an address of a machine inside, in labels or between hyphens. */
// eslint-disable-next-line complexity -- one line per way to begin
function embedsPrivate(from: usize, to: usize): bool {
  let at = from;
  while (at < to) {
    const start = at;
    let value: u32 = 0;
    while (at < to && isDigit(load<u8>(at)) && at - start < 4)
      value = value * 10 + <u32>load<u8>(at++) - 0x30;
    if (at - start == 3 && (value == 127 || value == 169 || value == 192 || value == 172)) return true;
    if (at - start == 2 && value == 10) return true;
    if (at == start + 1 && value == 7 && at < to && (load<u8>(at) | 0x20) == 0x66) return true;
    if (at == start + 1 && value == 0 && at < to && (load<u8>(at) | 0x20) == 0x78) return true;
    while (at < to && load<u8>(at) != 0x2e && load<u8>(at) != 0x2d) at++;
    at++;
  }
  return false;
}

/** Writes the host in ASCII to `folded`; its length, 0 when it is too long or has other letters. */
function foldHost(from: usize, to: usize): u32 {
  let len: u32 = 0;
  let at = from;
  while (at < to && len + 2 < FOLDED_MAX) {
    const c = <u32>load<u8>(at);
    if (c < 0x80) {
      store<u8>(folded + len++, <u8>c);
      at++;
      continue;
    }
    if ((c & 0xf0) != 0xe0 || at + 2 >= to) return 0;
    const code = ((c & 15) << 12) | (((<u32>load<u8>(at, 1)) & 63) << 6) | ((<u32>load<u8>(at, 2)) & 63);
    at += 3;
    let ascii: u32 = 0;
    if (code - 0x2460 < 9) ascii = code - 0x2460 + 0x31;
    else if (code - 0x2469 < 11) {
      store<u8>(folded + len++, <u8>(code == 0x2473 ? 0x32 : 0x31));
      ascii = code == 0x2473 ? 0x30 : code - 0x2469 + 0x30;
    } else if (code == 0x24ea) ascii = 0x30;
    else if (code - 0x24b6 < 26) ascii = code - 0x24b6 + 0x61;
    else if (code - 0x24d0 < 26) ascii = code - 0x24d0 + 0x61;
    else if (code - 0xff10 < 10) ascii = code - 0xff10 + 0x30;
    else if (code - 0xff41 < 26) ascii = code - 0xff41 + 0x61;
    else if (code == 0x3002 || code == 0xff0e || code == 0xff61) ascii = 0x2e;
    else return 0;
    // A wide dot alone is how names are typed in Chinese and Japanese.
    if (ascii != 0x2e) hostFolded = true;
    store<u8>(folded + len++, <u8>ascii);
  }
  return at < to ? 0 : len;
}
