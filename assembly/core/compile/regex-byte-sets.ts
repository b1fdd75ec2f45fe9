// Byte sets of which every match has at least one byte, and the length of the shortest match.
//
// WHY: most values are letters, digits and a few signs; one look at which bytes a value has rules most patterns
// out. A class gives the set of its first UTF-8 bytes; a concatenation has all sets of its parts; of alternatives
// any pair of sets may be joined.
// SAFETY: a set too many is a missed attack: whatever is not sure is left out.
// TEST: prefilter-never-hides-a-match (test/engine/regex.test.ts).
import { Arena } from "../bytes/arena";
import { byteWeight } from "./byte-weights";
import { NodeKind, RegexTree } from "./regex-tree";

export const REQUIRED_SETS: u32 = 8;
/** u32 count, then per set: u32 weight, 32 bytes. */
const SET: u32 = 36;
const LIST: u32 = 4 + SET * REQUIRED_SETS;
/** No list: the part never matches, so it asks for nothing. */
const NEVER: usize = 1;
/** A set heavier than this is in nearly every value and not worth a look. */
const WEIGHT_LIMIT: u32 = 700;
/** Shortest matches are counted up to here. */
const LENGTH_LIMIT: u32 = 1 << 20;

/** Bytes of the shortest string the node matches; LENGTH_LIMIT stands for more, and for never. */
export function minLengthOf(tree: RegexTree, node: u32): u32 {
  switch (tree.kind(node)) {
    case NodeKind.Empty:
    case NodeKind.Assert:
      return 0;
    case NodeKind.AnyByte:
      return 1;
    case NodeKind.Class: {
      const c = tree.ranges.get(tree.a(node));
      return c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    }
    case NodeKind.Repeat:
    case NodeKind.RepeatLazy: {
      const times = <u64>tree.b(node);
      return times == 0 ? 0 : <u32>min<u64>(minLengthOf(tree, tree.a(node)) * times, LENGTH_LIMIT);
    }
    case NodeKind.Concat: {
      let sum: u32 = 0;
      for (let i: u32 = 0; i < tree.b(node); i++)
        sum = min(sum + minLengthOf(tree, tree.kid(node, i)), LENGTH_LIMIT);
      return sum;
    }
    case NodeKind.Alternate: {
      let least = LENGTH_LIMIT;
      for (let i: u32 = 0; i < tree.b(node); i++) least = min(least, minLengthOf(tree, tree.kid(node, i)));
      return least;
    }
    default:
      return LENGTH_LIMIT;
  }
}

/**
 * The node's required sets, lightest first: address of a list, NEVER, or 0 when there are none (or no memory).
 * Read it with requiredCount() and requiredSet().
 */
export function requiredSetsOf(arena: Arena, tree: RegexTree, node: u32): usize {
  switch (tree.kind(node)) {
    case NodeKind.Class:
      return setsOfClass(arena, tree, node);
    case NodeKind.Never:
      return NEVER;
    case NodeKind.Repeat:
    case NodeKind.RepeatLazy:
      return tree.b(node) == 0 ? 0 : requiredSetsOf(arena, tree, tree.a(node));
    case NodeKind.Concat:
      return setsOfConcat(arena, tree, node);
    case NodeKind.Alternate:
      return setsOfAlternate(arena, tree, node);
    default:
      return 0;
  }
}

/** How many of the list's sets are worth a look. */
export function requiredCount(list: usize): u32 {
  if (list <= NEVER) return 0;
  let count: u32 = 0;
  while (count < load<u32>(list) && weightAt(list, count) <= WEIGHT_LIMIT) count++;
  return count;
}

/** The 32 bytes of a list's set. */
export function requiredSet(list: usize, index: u32): usize {
  return list + 8 + <usize>index * SET;
}

function weightAt(list: usize, index: u32): u32 {
  return load<u32>(list + 4 + <usize>index * SET);
}

function setsOfClass(arena: Arena, tree: RegexTree, node: u32): usize {
  const list = arena.allocZeroed(LIST);
  if (list == 0) return 0;
  const set = requiredSet(list, 0);
  const first = tree.a(node);
  for (let i: u32 = 0; i < tree.b(node); i++) {
    const hi = firstByte(tree.ranges.get(first + i * 2 + 1));
    for (let c = firstByte(tree.ranges.get(first + i * 2)); c <= hi; c++) {
      store<u8>(set + (c >> 3), <u8>((<u32>load<u8>(set + (c >> 3))) | (1 << (c & 7))));
    }
  }
  store<u32>(list, 1);
  store<u32>(list, weigh(set), 4);
  return list;
}

/** First byte of the UTF-8 form of `c`. */
function firstByte(c: u32): u32 {
  return c < 0x80 ? c : c < 0x800 ? 0xc0 | (c >> 6) : c < 0x10000 ? 0xe0 | (c >> 12) : 0xf0 | (c >> 18);
}

function setsOfConcat(arena: Arena, tree: RegexTree, node: u32): usize {
  const out = arena.allocZeroed(LIST);
  if (out == 0) return 0;
  for (let i: u32 = 0; i < tree.b(node); i++) {
    const list = requiredSetsOf(arena, tree, tree.kid(node, i));
    if (list == NEVER) return NEVER;
    if (list == 0) continue;
    for (let j: u32 = 0; j < load<u32>(list); j++) insert(out, requiredSet(list, j), weightAt(list, j));
  }
  return load<u32>(out) == 0 ? 0 : out;
}

function setsOfAlternate(arena: Arena, tree: RegexTree, node: u32): usize {
  let out: usize = NEVER;
  const joined = arena.alloc(32);
  const spare = arena.alloc(LIST);
  if (joined == 0 || spare == 0) return 0;
  for (let i: u32 = 0; i < tree.b(node); i++) {
    const list = requiredSetsOf(arena, tree, tree.kid(node, i));
    if (list == 0) return 0;
    if (list == NEVER) continue;
    if (out == NEVER) {
      out = list;
      continue;
    }
    store<u32>(spare, 0);
    for (let a: u32 = 0; a < load<u32>(out); a++) {
      for (let b: u32 = 0; b < load<u32>(list); b++) {
        for (let at: usize = 0; at < 32; at += 8) {
          store<u64>(joined + at, load<u64>(requiredSet(out, a) + at) | load<u64>(requiredSet(list, b) + at));
        }
        insert(spare, joined, weigh(joined));
      }
    }
    memory.copy(out, spare, LIST);
  }
  return out;
}

function weigh(set: usize): u32 {
  // Bytes from 0x80 on weigh the same: they are counted.
  let weight = <u32>(popcnt(load<u64>(set, 16)) + popcnt(load<u64>(set, 24))) * byteWeight(0x80);
  for (let word: u32 = 0; word < 2; word++) {
    for (let bits = load<u64>(set + (word << 3)); bits != 0; bits &= bits - 1)
      weight += byteWeight((word << 6) + <u32>ctz(bits));
  }
  return weight;
}

/** Keeps the list sorted by weight and free of sets that another one in it makes needless. */
function insert(list: usize, set: usize, weight: u32): void {
  let count = load<u32>(list);
  for (let i: u32 = 0; i < count; i++) {
    if (isSubset(requiredSet(list, i), set)) return;
  }
  for (let i = count; i > 0; i--) {
    if (!isSubset(set, requiredSet(list, i - 1))) continue;
    memory.copy(requiredSet(list, i - 1) - 4, requiredSet(list, i) - 4, (count - i) * SET);
    count--;
  }
  let place: u32 = 0;
  while (place < count && weightAt(list, place) <= weight) place++;
  if (place < REQUIRED_SETS) {
    const moved = min(count, REQUIRED_SETS - 1) - place;
    memory.copy(requiredSet(list, place + 1) - 4, requiredSet(list, place) - 4, moved * SET);
    store<u32>(requiredSet(list, place) - 4, weight);
    memory.copy(requiredSet(list, place), set, 32);
    count = min(count + 1, REQUIRED_SETS);
  }
  store<u32>(list, count);
}

function isSubset(a: usize, b: usize): bool {
  for (let at: usize = 0; at < 32; at += 8) {
    if ((load<u64>(a + at) & ~load<u64>(b + at)) != 0) return false;
  }
  return true;
}
