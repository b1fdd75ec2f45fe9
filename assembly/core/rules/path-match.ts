// Does an input's key path lie under the one that a condition names?

import { KeyPath, keyPathDepth } from "../inputs/key-path";
import { LaneKind, PROBE_KIND, PROBE_PATH, PROBE_PATH_COUNT } from "./layout";
import { Ruleset } from "./ruleset";

const STAR: u8 = 0x2a;

/** True when the input's path starts with the probe's; a key must lie below that place, not be its name. */
export function pathFits(ruleset: Ruleset, probe: usize, path: usize): bool {
  const count = load<u32>(probe, PROBE_PATH_COUNT);
  if (count == 0) return true;
  let depth = keyPathDepth(path);
  if (depth < count || (depth == count && load<u8>(probe, PROBE_KIND) == LaneKind.Keys)) return false;
  for (; depth > count; depth--) path = changetype<KeyPath>(path).parent;
  return pathElementsFit(path, count, ruleset.blob + load<u32>(probe, PROBE_PATH), false);
}

/** The path is the probe's, or that of the first element of an array there. */
export function isAtPath(probe: usize, path: usize): bool {
  const extra = keyPathDepth(path) - load<u32>(probe, PROBE_PATH_COUNT);
  return extra == 0 || (extra == 1 && changetype<KeyPath>(path).index == 0);
}

/**
 * True when the path that ends in `node`, `count` elements long, is `wanted`: (u16 length, bytes)* from the root. With
 * `globs`, a wanted `*` is any element, and nothing else is an array's: as libddwaf's exclusions have it.
 */
export function pathElementsFit(node: usize, count: u32, wanted: usize, globs: bool): bool {
  for (let i = count; i > 0; i--) {
    // Elements are stored from the root, the chain runs from the leaf: find the i-th again each time (i ≤ a few).
    let at = wanted;
    for (let j: u32 = 1; j < i; j++) at += <usize>load<u16>(at) + 2;
    const element = changetype<KeyPath>(node);
    const len = <u32>load<u16>(at);
    node = element.parent;
    if (globs && len == 1 && load<u8>(at, 2) == STAR) continue;
    if (element.index >= 0) {
      if (globs || !isDecimal(at + 2, len, element.index)) return false;
    } else if (element.len != len || memory.compare(element.at, at + 2, len) != 0) {
      return false;
    }
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
