// Sets of code points while a class is being read: pairs lo, hi; sorted and merged by normalise().
import { UNICODE_GROUPS } from "../generated/unicode-groups";
import { FOLD_STEPS, pushFolded } from "./regex-fold";
import { WordList } from "./word-list";

export const LAST_CODE_POINT: u32 = 0x10ffff;

@unmanaged
export class ClassBuilder {
  /** lo, hi, lo, hi … */
  pairs: WordList = new WordList();
  private group: WordList = new WordList();

  clear(): void {
    this.pairs.clear();
  }

  free(): void {
    this.pairs.free();
    this.group.free();
    heap.free(changetype<usize>(this.pairs));
    heap.free(changetype<usize>(this.group));
    heap.free(changetype<usize>(this));
  }

  add(lo: u32, hi: u32, fold: bool): void {
    const from = this.pairs.length;
    this.pairs.push(lo);
    this.pairs.push(hi);
    if (fold) foldFrom(this.pairs, from);
  }

  /** Starts a group (\d, [:alpha:], \pL): its ranges go to openGroup(), then closeGroup() adds it to the class. */
  openGroup(): WordList {
    this.group.clear();
    return this.group;
  }

  /** As RE2: first folded, then negated. */
  closeGroup(fold: bool, negated: bool): void {
    const group = this.group;
    if (fold) foldFrom(group, 0);
    if (negated) {
      normalise(group);
      negate(group);
    }
    for (let i: u32 = 0; i < group.length; i++) this.pairs.push(group.get(i));
  }

  finish(negated: bool): void {
    normalise(this.pairs);
    if (negated) negate(this.pairs);
  }
}

function foldFrom(pairs: WordList, from: u32): void {
  for (let step: u32 = 0; step < FOLD_STEPS; step++) {
    const end = pairs.length;
    for (let i = from; i < end; i += 2) pushFolded(pairs, pairs.get(i), pairs.get(i + 1));
    from = end;
  }
}

/** Sorts the pairs (heap sort: no recursion, no worst case) and merges what touches. */
export function normalise(pairs: WordList): void {
  const count = pairs.length >> 1;
  for (let i = <i32>(count >> 1) - 1; i >= 0; i--) siftDown(pairs, <u32>i, count);
  for (let end = count; end > 1; end--) {
    swapPairs(pairs, 0, end - 1);
    siftDown(pairs, 0, end - 1);
  }
  let out: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const lo = pairs.get(i * 2);
    const hi = pairs.get(i * 2 + 1);
    if (out > 0 && lo <= pairs.get(out - 1) + 1) {
      if (hi > pairs.get(out - 1)) pairs.set(out - 1, hi);
    } else {
      pairs.set(out, lo);
      pairs.set(out + 1, hi);
      out += 2;
    }
  }
  pairs.length = out;
}

function siftDown(pairs: WordList, root: u32, count: u32): void {
  while (true) {
    let child = root * 2 + 1;
    if (child >= count) return;
    if (child + 1 < count && pairs.get(child * 2 + 2) > pairs.get(child * 2)) child++;
    if (pairs.get(root * 2) >= pairs.get(child * 2)) return;
    swapPairs(pairs, root, child);
    root = child;
  }
}

function swapPairs(pairs: WordList, a: u32, b: u32): void {
  const pa = pairs.at + ((<usize>a) << 3);
  const pb = pairs.at + ((<usize>b) << 3);
  const held = load<u64>(pa);
  store<u64>(pa, load<u64>(pb));
  store<u64>(pb, held);
}

/** Complement of sorted, merged pairs, in place. */
function negate(pairs: WordList): void {
  const count = pairs.length;
  let from: u32 = 0;
  let out: u32 = 0;
  for (let i: u32 = 0; i < count; i += 2) {
    const lo = pairs.get(i);
    const hi = pairs.get(i + 1);
    if (lo > from) {
      pairs.set(out, from);
      pairs.set(out + 1, lo - 1);
      out += 2;
    }
    from = hi + 1;
  }
  pairs.length = out;
  if (from <= LAST_CODE_POINT) {
    pairs.push(from);
    pairs.push(LAST_CODE_POINT);
  }
}

/** Ranges of \d \s \w by their lower-case letter; RE2's \s has no vertical tab. */
export function pushPerlGroup(pairs: WordList, letter: u32): void {
  if (letter == 0x64) {
    pushRange(pairs, 0x30, 0x39);
  } else if (letter == 0x73) {
    pushRange(pairs, 0x09, 0x0a);
    pushRange(pairs, 0x0c, 0x0d);
    pushRange(pairs, 0x20, 0x20);
  } else {
    pushRange(pairs, 0x30, 0x39);
    pushRange(pairs, 0x41, 0x5a);
    pushRange(pairs, 0x5f, 0x5f);
    pushRange(pairs, 0x61, 0x7a);
  }
}

/** Ranges of a POSIX class by name (without colons); false when there is no such name. */
export function pushPosixGroup(pairs: WordList, at: usize, len: u32): bool {
  for (let entry: usize = POSIX; load<u8>(entry) != 0;) {
    const nameLen = <u32>load<u8>(entry);
    const count = <u32>load<u8>(entry + 1 + nameLen);
    const data = entry + 2 + nameLen;
    if (nameLen == len && memory.compare(entry + 1, at, len) == 0) {
      for (let i: u32 = 0; i < count; i += 2) pushRange(pairs, load<u8>(data + i), load<u8>(data + i + 1));
      return true;
    }
    entry = data + count;
  }
  return false;
}

// Name length, name, count of range bytes, ranges.
const POSIX: usize = memory.data<u8>([
  // alnum
  5, 0x61, 0x6c, 0x6e, 0x75, 0x6d, 6, 0x30, 0x39, 0x41, 0x5a, 0x61, 0x7a,
  // alpha
  5, 0x61, 0x6c, 0x70, 0x68, 0x61, 4, 0x41, 0x5a, 0x61, 0x7a,
  // ascii
  5, 0x61, 0x73, 0x63, 0x69, 0x69, 2, 0x00, 0x7f,
  // blank
  5, 0x62, 0x6c, 0x61, 0x6e, 0x6b, 4, 0x09, 0x09, 0x20, 0x20,
  // cntrl
  5, 0x63, 0x6e, 0x74, 0x72, 0x6c, 4, 0x00, 0x1f, 0x7f, 0x7f,
  // digit
  5, 0x64, 0x69, 0x67, 0x69, 0x74, 2, 0x30, 0x39,
  // graph
  5, 0x67, 0x72, 0x61, 0x70, 0x68, 2, 0x21, 0x7e,
  // lower
  5, 0x6c, 0x6f, 0x77, 0x65, 0x72, 2, 0x61, 0x7a,
  // print
  5, 0x70, 0x72, 0x69, 0x6e, 0x74, 2, 0x20, 0x7e,
  // punct
  5, 0x70, 0x75, 0x6e, 0x63, 0x74, 8, 0x21, 0x2f, 0x3a, 0x40, 0x5b, 0x60, 0x7b, 0x7e,
  // space
  5, 0x73, 0x70, 0x61, 0x63, 0x65, 4, 0x09, 0x0d, 0x20, 0x20,
  // upper
  5, 0x75, 0x70, 0x70, 0x65, 0x72, 2, 0x41, 0x5a,
  // word
  4, 0x77, 0x6f, 0x72, 0x64, 8, 0x30, 0x39, 0x41, 0x5a, 0x5f, 0x5f, 0x61, 0x7a,
  // xdigit
  6, 0x78, 0x64, 0x69, 0x67, 0x69, 0x74, 6, 0x30, 0x39, 0x41, 0x46, 0x61, 0x66, 0,
]);

/**
 * Ranges of a Unicode general category or script by RE2's name ("L", "Lu", "Greek", "Any"); false when there is
 * no such name. A one-letter category is the union of its leaves.
 */
export function pushUnicodeGroup(pairs: WordList, at: usize, len: u32): bool {
  if (len == 3 && load<u8>(at) == 0x41 && load<u8>(at, 1) == 0x6e && load<u8>(at, 2) == 0x79) {
    pushRange(pairs, 0, LAST_CODE_POINT);
    return true;
  }
  let known = false;
  for (let entry: usize = UNICODE_GROUPS; load<u8>(entry) != 0;) {
    const nameLen = <u32>load<u8>(entry);
    const data = entry + nameLen + 3;
    const dataLen = <u32>load<u16>(entry + nameLen + 1);
    const isLeaf = len == 1 && nameLen == 2 && load<u8>(at) != 0x59; // Yi is a script
    if ((isLeaf || nameLen == len) && len > 0 && memory.compare(entry + 1, at, len) == 0) {
      pushEncoded(pairs, data, data + dataLen);
      known = true;
    }
    entry = data + dataLen;
  }
  return known;
}

function pushEncoded(pairs: WordList, at: usize, end: usize): void {
  let from: u32 = 0;
  while (at < end) {
    const lo = from + varintAt(at);
    at += varintSize(at);
    const hi = lo + varintAt(at);
    at += varintSize(at);
    pushRange(pairs, lo, hi);
    from = hi + 1;
  }
}

function varintAt(at: usize): u32 {
  let value: u32 = 0;
  let shift: u32 = 0;
  let c: u32 = 0;
  do {
    c = load<u8>(at++);
    value |= (c & 0x7f) << shift;
    shift += 7;
  } while (c >= 0x80);
  return value;
}

function varintSize(at: usize): u32 {
  let size: u32 = 1;
  while (load<u8>(at++) >= 0x80) size++;
  return size;
}

function pushRange(pairs: WordList, lo: u32, hi: u32): void {
  pairs.push(lo);
  pairs.push(hi);
}
