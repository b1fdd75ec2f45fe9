// Syntax tree of one pattern: nodes of six words in one list, children and class ranges in two others.
//
// ╒═ node ═════╤══════════════════╤════════════════╤═════════╤══════════════════════════╤═════════════════╕
// │ kind       │ a                │ b              │ c       │ repeats: largest product │ nullable: may   │
// │ (NodeKind) │ first kid, range │ count, minimum │ maximum │ of nested counts below   │ match no byte   │
// ╘════════════╧══════════════════╧════════════════╧═════════╧══════════════════════════╧═════════════════╛
import { WordList } from "./word-list";

export enum NodeKind {
  Empty = 0,
  /** An empty class: matches nowhere. */
  Never = 1,
  /** a = index of the first word in `ranges`, b = number of ranges (lo, hi words). */
  Class = 2,
  /** \C */
  AnyByte = 3,
  /** a = AssertKind. */
  Assert = 4,
  /** a = index of the first child in `kids`, b = count. */
  Concat = 5,
  Alternate = 6,
  /** a = child, b = minimum, c = maximum or UNBOUNDED. */
  Repeat = 7,
  RepeatLazy = 8,
}

export const UNBOUNDED: u32 = 0xffffffff;
const NODE_WORDS: u32 = 6;

@unmanaged
export class RegexTree {
  nodes: WordList = new WordList();
  kids: WordList = new WordList();
  ranges: WordList = new WordList();
  root: u32 = 0;

  clear(): void {
    this.nodes.clear();
    this.kids.clear();
    this.ranges.clear();
    this.root = 0;
  }

  free(): void {
    this.nodes.free();
    this.kids.free();
    this.ranges.free();
    heap.free(changetype<usize>(this.nodes));
    heap.free(changetype<usize>(this.kids));
    heap.free(changetype<usize>(this.ranges));
    heap.free(changetype<usize>(this));
  }

  add(kind: NodeKind, a: u32, b: u32, c: u32, repeats: u32): u32 {
    const nodes = this.nodes;
    const id = nodes.length / NODE_WORDS;
    nodes.push(kind);
    nodes.push(a);
    nodes.push(b);
    nodes.push(c);
    nodes.push(repeats);
    nodes.push(this.computeNullable(kind, a, b) ? 1 : 0);
    return id;
  }

  /** Nodes so far. */
  get count(): u32 {
    return this.nodes.length / NODE_WORDS;
  }

  kind(node: u32): NodeKind {
    return this.nodes.get(node * NODE_WORDS);
  }

  a(node: u32): u32 {
    return this.nodes.get(node * NODE_WORDS + 1);
  }

  b(node: u32): u32 {
    return this.nodes.get(node * NODE_WORDS + 2);
  }

  c(node: u32): u32 {
    return this.nodes.get(node * NODE_WORDS + 3);
  }

  repeats(node: u32): u32 {
    return this.nodes.get(node * NODE_WORDS + 4);
  }

  kid(node: u32, index: u32): u32 {
    return this.kids.get(this.a(node) + index);
  }

  /** Can the node match the empty string? Assertions count as empty. */
  isNullable(node: u32): bool {
    return this.nodes.get(node * NODE_WORDS + 5) != 0;
  }

  private computeNullable(kind: NodeKind, a: u32, b: u32): bool {
    if (kind == NodeKind.Empty || kind == NodeKind.Assert) return true;
    if (kind == NodeKind.Repeat || kind == NodeKind.RepeatLazy) return b == 0 || this.isNullable(a);
    if (kind != NodeKind.Concat && kind != NodeKind.Alternate) return false;
    const isConcat = kind == NodeKind.Concat;
    for (let i: u32 = 0; i < b; i++) {
      if (this.isNullable(this.kids.get(a + i)) != isConcat) return !isConcat;
    }
    return isConcat;
  }
}
