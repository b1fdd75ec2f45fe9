// What every match of a pattern must contain, for the prefilter: a set of literals of which each match (ASCII-
// lowercased) has at least one, byte sets, and the least length.
//
// WHY: finding all literals of all rules in one pass over a value is far cheaper than one DFA run per rule.
// SAFETY: a missed optimisation is free, a missed attack is a vulnerability: everything unsure is "none known".
// Classes are already closed under Unicode folding, so under (?i) k stands for K, k and U+212A, s for U+017F too,
// and those forms become members of the set of their own.
// TEST: prefilter-never-hides-a-match (test/engine/regex.test.ts).
import { Arena } from "../bytes/arena";
import { ByteWriter } from "../bytes/byte-writer";
import {
  SET_LIMIT,
  STRING_LIMIT,
  addString,
  containsString,
  emptyString,
  newSet,
  product,
  setCount,
  setInformation,
  setShortest,
  setSize,
  setStrings,
  union,
} from "./literal-strings";
import { minLengthOf, requiredCount, requiredSet, requiredSetsOf } from "./regex-byte-sets";
import { NodeKind, RegexTree, UNBOUNDED } from "./regex-tree";
import { WordList } from "./word-list";

/** Shortest literal worth looking for. */
const LEAST_LITERAL: u32 = 3;
/** Literals from here on can be found four bytes at a time. */
const GOOD_LITERAL: u32 = 4;
/** A class with more code points is no literal. */
const CLASS_LIMIT: u32 = 16;
/** Copies of a repeated part that are looked at. */
const COPY_LIMIT: u32 = 8;
/** Longer literals than this tell nothing more. */
const ENOUGH_INFORMATION: i32 = 48;
/** Marks a node not looked at yet in `exactOf`. */
const UNSEEN: u32 = 0xffffffff;
const NO_SCORE: i32 = i32.MIN_VALUE;
const MEMORY_LIMIT: u32 = 16 * 1024 * 1024;

@unmanaged
export class LiteralFinder {
  minLength: u32 = 0;
  literalCount: u32 = 0;
  private tree: RegexTree = changetype<RegexTree>(0);
  private arena: Arena = new Arena();
  /** Set of every string of a node, by node. */
  private exactOf: WordList = new WordList();

  free(): void {
    this.arena.free();
    this.exactOf.free();
    heap.free(changetype<usize>(this.arena));
    heap.free(changetype<usize>(this.exactOf));
    heap.free(changetype<usize>(this));
  }

  /** Writes the literal set (u8 length, bytes) and the required byte sets (32 bytes each) of the tree's matches. */
  find(tree: RegexTree, literals: ByteWriter, sets: ByteWriter): void {
    this.tree = tree;
    this.arena.cap = MEMORY_LIMIT;
    this.exactOf.fill(tree.count, UNSEEN);
    literals.clear();
    sets.clear();
    this.literalCount = 0;
    this.minLength = minLengthOf(tree, tree.root);
    this.writeLiterals(this.best(tree.root), literals);
    const list = requiredSetsOf(this.arena, tree, tree.root);
    for (let i: u32 = 0; i < requiredCount(list); i++) sets.bytes(requiredSet(list, i), 32);
    this.arena.free();
  }

  /** All but those that contain another one of the set. */
  private writeLiterals(set: usize, literals: ByteWriter): void {
    if (set == 0 || setShortest(set) < LEAST_LITERAL) return;
    const end = setStrings(set) + setSize(set);
    for (let x = setStrings(set); x < end; x += <usize>load<u8>(x) + 1) {
      let isNeedless = false;
      for (let y = setStrings(set); y < end && !isNeedless; y += <usize>load<u8>(y) + 1) {
        isNeedless = x != y && containsString(x, y);
      }
      if (isNeedless) continue;
      literals.bytes(x, <u32>load<u8>(x) + 1);
      this.literalCount++;
    }
  }

  // ── every string of a node ──

  private exact(node: u32): usize {
    const known = this.exactOf.get(node);
    if (known != UNSEEN) return known;
    const set = this.makeExact(node);
    this.exactOf.set(node, <u32>set);
    return set;
  }

  private makeExact(node: u32): usize {
    const tree = this.tree;
    switch (tree.kind(node)) {
      case NodeKind.Empty:
      case NodeKind.Assert:
        return emptyString(this.arena);
      case NodeKind.Class:
        return this.classStrings(node);
      case NodeKind.Concat: {
        let set = this.exact(tree.kid(node, 0));
        for (let i: u32 = 1; i < tree.b(node) && set != 0; i++) {
          set = product(this.arena, set, this.exact(tree.kid(node, i)));
        }
        return set;
      }
      case NodeKind.Alternate: {
        let set = this.exact(tree.kid(node, 0));
        for (let i: u32 = 1; i < tree.b(node) && set != 0; i++) {
          set = union(this.arena, set, this.exact(tree.kid(node, i)));
        }
        return set;
      }
      case NodeKind.Repeat:
      case NodeKind.RepeatLazy:
        return this.repeatStrings(node);
      default:
        return 0;
    }
  }

  private classStrings(node: u32): usize {
    const tree = this.tree;
    const first = tree.a(node);
    let points: u32 = 0;
    for (let i: u32 = 0; i < tree.b(node); i++) {
      points += tree.ranges.get(first + i * 2 + 1) - tree.ranges.get(first + i * 2) + 1;
      if (points > CLASS_LIMIT) return 0;
    }
    const set = newSet(this.arena, (points + 1) * 5);
    const bytes = this.arena.alloc(4);
    if (set == 0 || bytes == 0) return 0;
    for (let i: u32 = 0; i < tree.b(node); i++) {
      const hi = tree.ranges.get(first + i * 2 + 1);
      for (let c = tree.ranges.get(first + i * 2); c <= hi; c++) {
        if (!addString(set, bytes, writeCodePoint(bytes, c), 0, 0)) return 0;
      }
    }
    return set;
  }

  private repeatStrings(node: u32): usize {
    const tree = this.tree;
    const least = tree.b(node);
    const most = tree.c(node);
    if (most == UNBOUNDED || most > COPY_LIMIT) return 0;
    const child = this.exact(tree.a(node));
    let power = emptyString(this.arena);
    let set: usize = least == 0 ? power : 0;
    for (let i: u32 = 1; i <= most && power != 0; i++) {
      power = product(this.arena, power, child);
      if (i == least) set = power;
      else if (i > least) set = union(this.arena, set, power);
      if (i >= least && set == 0) return 0;
    }
    return power == 0 ? 0 : set;
  }

  // ── what every string of a node begins or ends with ──

  /** A set of strings with one of which every match of the node ends (or begins); "" when nothing better is known. */
  private affix(node: u32, atEnd: bool): usize {
    const tree = this.tree;
    const whole = this.exact(node);
    if (whole != 0) return whole;
    const kind = tree.kind(node);
    let set: usize = 0;
    if (kind == NodeKind.Concat) {
      set = emptyString(this.arena);
      const count = tree.b(node);
      for (let i: u32 = 0; i < count; i++) {
        const kid = tree.kid(node, atEnd ? count - 1 - i : i);
        const part = this.affix(kid, atEnd);
        const longer = atEnd ? product(this.arena, part, set) : product(this.arena, set, part);
        if (longer == 0) break;
        set = longer;
        if (this.exact(kid) == 0) break;
      }
    } else if (kind == NodeKind.Alternate) {
      set = this.affix(tree.kid(node, 0), atEnd);
      for (let i: u32 = 1; i < tree.b(node) && set != 0; i++) {
        set = union(this.arena, set, this.affix(tree.kid(node, i), atEnd));
      }
    } else if ((kind == NodeKind.Repeat || kind == NodeKind.RepeatLazy) && tree.b(node) > 0) {
      set = this.affix(tree.a(node), atEnd);
    }
    return set != 0 ? set : emptyString(this.arena);
  }

  // ── the best required set ──

  private best(node: u32): usize {
    const tree = this.tree;
    switch (tree.kind(node)) {
      case NodeKind.Class:
        return this.exact(node);
      case NodeKind.Concat:
        return this.bestOfConcat(node);
      case NodeKind.Alternate: {
        let set = this.best(tree.kid(node, 0));
        for (let i: u32 = 1; i < tree.b(node) && set != 0; i++) {
          set = union(this.arena, set, this.best(tree.kid(node, i)));
        }
        return set != 0 && setShortest(set) > 0 ? set : 0;
      }
      case NodeKind.Repeat:
      case NodeKind.RepeatLazy:
        return this.bestOfRepeat(node);
      default:
        return 0;
    }
  }

  private bestOfRepeat(node: u32): usize {
    const tree = this.tree;
    const least = min(tree.b(node), COPY_LIMIT);
    if (least == 0) return 0;
    const child = this.exact(tree.a(node));
    if (child == 0) return this.best(tree.a(node));
    let set = child;
    for (let i: u32 = 1; i < least; i++) {
      const longer = product(this.arena, set, child);
      if (longer == 0 || score(longer) < score(set)) break;
      set = longer;
    }
    return set;
  }

  /**
   * The best window of neighbours, or the best set of one kid alone. A window begins and ends with an affix or
   * a whole kid; between them only whole kids. Windows are weighed by numbers and made only once chosen.
   */
  private bestOfConcat(node: u32): usize {
    const tree = this.tree;
    const count = tree.b(node);
    let bestSet: usize = 0;
    let ownSet: usize = 0;
    let bestScore = NO_SCORE;
    let bestFrom: u32 = 0;
    let bestTo: u32 = 0;
    for (let from: u32 = 0; from < count; from++) {
      const kid = tree.kid(node, from);
      const begin = this.affix(kid, true);
      if (begin == 0) continue;
      if (this.exact(kid) == 0) {
        const own = this.best(kid);
        if (score(own) > score(ownSet)) ownSet = own;
        if (score(own) > bestScore) {
          bestScore = score(own);
          bestSet = own;
        }
      }
      let strings = setCount(begin);
      let shortest = setShortest(begin);
      let information = setInformation(begin);
      let to = from;
      while (true) {
        const value = weigh(strings, shortest, information);
        if (value > bestScore) {
          bestScore = value;
          bestSet = 0;
          bestFrom = from;
          bestTo = to;
        }
        if (++to >= count || shortest >= STRING_LIMIT / 2) break;
        const next = tree.kid(node, to);
        const part = this.affix(next, false);
        if (part == 0) break;
        strings *= setCount(part);
        shortest += setShortest(part);
        information += setInformation(part);
        if (strings > SET_LIMIT) break;
        if (this.exact(next) == 0) {
          const last = weigh(strings, shortest, information);
          if (last > bestScore) {
            bestScore = last;
            bestSet = 0;
            bestFrom = from;
            bestTo = to;
          }
          break;
        }
      }
    }
    if (bestSet != 0 || bestScore == NO_SCORE) return bestSet;
    let set = this.affix(tree.kid(node, bestFrom), true);
    for (let i = bestFrom + 1; i <= bestTo && set != 0; i++) {
      set = product(this.arena, set, this.affix(tree.kid(node, i), false));
    }
    return set != 0 ? set : ownSet;
  }
}

function score(set: usize): i32 {
  return set == 0 ? NO_SCORE : weigh(setCount(set), setShortest(set), setInformation(set));
}

/** What a set is worth: telling strings, few of them. Sets of too short strings only serve to grow longer ones. */
function weigh(strings: u32, shortest: u32, information: u32): i32 {
  if (shortest == 0) return NO_SCORE;
  const told = min(<i32>information, ENOUGH_INFORMATION);
  const spread = strings == 1 ? 0 : <i32>(32 - clz(strings - 1)) * 3;
  const tooShort = shortest < LEAST_LITERAL ? 100 : shortest < GOOD_LITERAL ? 25 : 0;
  return told - spread - tooShort;
}

function writeCodePoint(at: usize, c: u32): u32 {
  if (c < 0x80) {
    store<u8>(at, <u8>c);
    return 1;
  }
  if (c < 0x800) {
    store<u8>(at, <u8>(0xc0 | (c >> 6)));
    store<u8>(at, <u8>(0x80 | (c & 0x3f)), 1);
    return 2;
  }
  if (c < 0x10000) {
    store<u8>(at, <u8>(0xe0 | (c >> 12)));
    store<u8>(at, <u8>(0x80 | ((c >> 6) & 0x3f)), 1);
    store<u8>(at, <u8>(0x80 | (c & 0x3f)), 2);
    return 3;
  }
  store<u8>(at, <u8>(0xf0 | (c >> 18)));
  store<u8>(at, <u8>(0x80 | ((c >> 12) & 0x3f)), 1);
  store<u8>(at, <u8>(0x80 | ((c >> 6) & 0x3f)), 2);
  store<u8>(at, <u8>(0x80 | (c & 0x3f)), 3);
  return 4;
}
