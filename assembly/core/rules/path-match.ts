// Does an input's key path lie under the one that a condition names?

import { KeyPath, keyPathDepth } from "../inputs/key-path";
import { LaneKind, PROBE_KIND, PROBE_PATH, PROBE_PATH_COUNT } from "./layout";
import { Ruleset } from "./ruleset";

/** True when the input's path starts with the probe's; a key must lie below that place, not be its name. */
export function pathFits(ruleset: Ruleset, probe: usize, path: usize): bool {
  const count = load<u32>(probe, PROBE_PATH_COUNT);
  if (count == 0) return true;
  let depth = keyPathDepth(path);
  if (depth < count || (depth == count && load<u8>(probe, PROBE_KIND) == LaneKind.Keys)) return false;
  for (; depth > count; depth--) path = changetype<KeyPath>(path).parent;
  return pathElementsFit(path, count, ruleset.blob + load<u32>(probe, PROBE_PATH));
}

/** Compares `count` elements, given as (u16 length, bytes)* from the root on, with the path that ends in `node`. */
function pathElementsFit(node: usize, count: u32, wanted: usize): bool {
  for (let i = count; i > 0; i--) {
    // Elements are stored from the root, the chain runs from the leaf: find the i-th again each time (i ≤ a few).
    let at = wanted;
    for (let j: u32 = 1; j < i; j++) at += <usize>load<u16>(at) + 2;
    const element = changetype<KeyPath>(node);
    const len = <u32>load<u16>(at);
    if (element.index >= 0) {
      if (!isDecimal(at + 2, len, element.index)) return false;
    } else if (element.len != len || memory.compare(element.at, at + 2, len) != 0) {
      return false;
    }
    node = element.parent;
  }
  return true;
}

function isDecimal(at: usize, len: u32, value: i32): bool {
  let rest = value;
  for (let i = len; i > 0; i--) {
    if (<i32>load<u8>(at + i - 1) != 0x30 + (rest % 10)) return false;
    rest /= 10;
    if (rest == 0) return i == 1;
  }
  return false;
}
