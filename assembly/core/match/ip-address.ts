// Reads IPv4 and IPv6 addresses as inet_pton does (RFC 4291 §2.2; four decimal parts without leading zeros).
// Both become 16 bytes; IPv4 in the mapped form ::ffff:a.b.c.d.
import { hexValue, isDigit } from "../bytes/ascii";

/** Longest text of an address. */
const LIMIT_TEXT: u32 = 45;
const COLON: u32 = 0x3a;
const DOT: u32 = 0x2e;
const PERCENT: u32 = 0x25;
/** Where "::" stands is counted in bytes written; this is nowhere. */
const NO_GAP: usize = 17;

/** What an address was written as; 0 is "not an address". */
export enum IpFamily {
  None = 0,
  V4 = 4,
  V6 = 6,
}

/** Writes the address in network order to the 16 bytes at `out`; false when the text is none. A zone is ignored. */
export function parseIp(at: usize, len: u32, out: usize): bool {
  return parseIpFamily(at, len, out) != IpFamily.None;
}

/** parseIp(), telling which family the text was of. */
export function parseIpFamily(at: usize, len: u32, out: usize): IpFamily {
  let end = at + len;
  memory.fill(out, 0, 16);
  if (len <= 15 && parseV4(at, end, out + 12)) {
    store<u16>(out, 0xffff, 10);
    return IpFamily.V4;
  }
  for (let zone = at; zone < end; zone++) {
    if (load<u8>(zone) == PERCENT) end = zone;
  }
  return end - at <= <usize>LIMIT_TEXT && parseV6(at, end, out) ? IpFamily.V6 : IpFamily.None;
}

/** Four decimal parts of 0–255 that are exactly [at, end). */
function parseV4(at: usize, end: usize, out: usize): bool {
  for (let part: usize = 0; part < 4; part++) {
    if (part != 0) {
      if (at == end || load<u8>(at) != DOT) return false;
      at++;
    }
    const first = at;
    let value: u32 = 0;
    while (at < end && isDigit(load<u8>(at)) && at - first < 3)
      value = value * 10 + (<u32>load<u8>(at++) - 0x30);
    if (at == first || value > 255 || (at - first > 1 && load<u8>(first) == 0x30)) return false;
    store<u8>(out + part, <u8>value);
  }
  return at == end;
}

function parseV6(at: usize, end: usize, out: usize): bool {
  memory.fill(out, 0, 16);
  let written: usize = 0;
  let gap = NO_GAP;
  if (at < end && load<u8>(at) == COLON) {
    if (at + 1 == end || load<u8>(at, 1) != COLON) return false;
    gap = 0;
    at += 2;
  }
  while (at < end) {
    const first = at;
    at = groupEnd(at, end);
    if (at < end && load<u8>(at) == DOT) {
      if (written > 12 || !parseV4(first, end, out + written)) return false;
      written += 4;
      break;
    }
    if (at == first || written > 14) return false;
    storeGroup(first, at, out + written);
    written += 2;
    if (at == end) break;
    if (load<u8>(at++) != COLON || at == end) return false;
    if (load<u8>(at) == COLON) {
      if (gap != NO_GAP) return false;
      gap = written;
      at++;
    }
  }
  return gap == NO_GAP ? written == 16 : openGap(out, gap, written);
}

/** The end of the up to four hex digits at `at`. */
function groupEnd(at: usize, end: usize): usize {
  const last = min(end, at + 4);
  while (at < last && hexValue(load<u8>(at)) >= 0) at++;
  return at;
}

function storeGroup(at: usize, end: usize, out: usize): void {
  let value: u32 = 0;
  for (; at < end; at++) value = (value << 4) | hexValue(load<u8>(at));
  store<u16>(out, bswap<u16>(<u16>value));
}

/** Moves what follows "::" to the end of the address; false when there is nothing left to fill. */
function openGap(out: usize, gap: usize, written: usize): bool {
  if (written == 16) return false;
  const moved = written - gap;
  memory.copy(out + 16 - moved, out + gap, moved);
  memory.fill(out + gap, 0, 16 - written);
  return true;
}
