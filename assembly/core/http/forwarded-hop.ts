// The client's address from a header that proxies append to (X-Forwarded-For and its kin).
//
// Anybody can write such a header, so only the end of it can be trusted: the last address is what the peer of our
// own outermost proxy was. `trusted_hops` more of our proxies write as many more.

import { Text } from "../bytes/text";
import { HeaderPairs } from "./header-fields";

const COMMA: u8 = 0x2c;

@unmanaged
export class ForwardedHop {
  /** The address found; 0 long when the header is missing or too short. */
  at: usize = 0;
  len: u32 = 0;

  /** Takes the element `hops` before the last, over all fields of that lower-case name in their order. */
  find(pairs: HeaderPairs, name: Text, hops: u32): void {
    this.at = 0;
    this.len = 0;
    let total: u32 = 0;
    for (let found = pairs.find(name.at, name.len); found; found = pairs.findNext(name.at, name.len)) {
      total += elements(pairs.value, pairs.valueLen);
    }
    if (total <= hops) return;
    let skip = total - 1 - hops;
    for (let found = pairs.find(name.at, name.len); found; found = pairs.findNext(name.at, name.len)) {
      const count = elements(pairs.value, pairs.valueLen);
      if (skip < count) {
        this.take(pairs.value, pairs.valueLen, skip);
        return;
      }
      skip -= count;
    }
  }

  /** The element number `index` of a list, without white space around it. */
  private take(at: usize, len: u32, index: u32): void {
    const end = at + len;
    let from = at;
    for (let left = index; left != 0; from++) {
      if (load<u8>(from) == COMMA) left--;
    }
    let to = from;
    while (to < end && load<u8>(to) != COMMA) to++;
    while (from < to && load<u8>(from) <= 0x20) from++;
    while (to > from && load<u8>(to - 1) <= 0x20) to--;
    this.at = from;
    this.len = <u32>(to - from);
  }
}

function elements(at: usize, len: u32): u32 {
  let count: u32 = 1;
  for (let i: u32 = 0; i < len; i++) {
    if (load<u8>(at + i) == COMMA) count++;
  }
  return count;
}
