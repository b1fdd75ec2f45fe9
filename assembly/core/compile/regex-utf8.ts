// A class of code points as an automaton over UTF-8 bytes: one Sparse instruction per distinct suffix.
//
// The ranges are cut so that each piece is a product of byte ranges (the cuts of Thompson's grep and RE2), and
// come in order, so the automaton is built like a minimal acyclic dictionary: only the path of the last piece is
// open, what is finished is shared by its content.
//
// As in RE2, a class that has everything past ASCII takes every sequence of the right shape, also overlong ones,
// surrogates and code points past U+10FFFF; and surrogates belong to the ranges around them.
import { NfaWriter } from "./regex-nfa-writer";
import { WordList } from "./word-list";

@unmanaged
export class Utf8Automaton {
  /** Where the instructions go; set before emit(). */
  writer: NfaWriter = changetype<NfaWriter>(0);
  /** Finished edges (lo | hi << 8 | target << 16) of the open node at each depth. */
  private edges0: WordList = new WordList();
  private edges1: WordList = new WordList();
  private edges2: WordList = new WordList();
  private edges3: WordList = new WordList();
  /** The open path: lo | hi << 8 in four 16-bit fields. */
  private open: u64 = 0;
  private openLen: u32 = 0;
  /** Hash, instruction of every node of this class. */
  private seen: WordList = new WordList();
  private pieces: WordList = new WordList();
  private next: u32 = 0;

  free(): void {
    freeList(this.edges0);
    freeList(this.edges1);
    freeList(this.edges2);
    freeList(this.edges3);
    freeList(this.seen);
    freeList(this.pieces);
    heap.free(changetype<usize>(this));
  }

  /** Emits the automaton of `count` sorted ranges at `pairs`, each leading to `next`; returns its entry. */
  emit(pairs: usize, count: u32, next: u32): u32 {
    this.next = next;
    this.seen.clear();
    this.openLen = 0;
    for (let i: u32 = 0; i < count; i++) {
      const pair = pairs + ((<usize>i) << 3);
      this.addRange(load<u32>(pair), load<u32>(pair, 4));
    }
    if (this.openLen > 0) this.freeze(0);
    return this.intern(this.edges0);
  }

  private edges(depth: u32): WordList {
    return depth == 0 ? this.edges0 : depth == 1 ? this.edges1 : depth == 2 ? this.edges2 : this.edges3;
  }

  private addRange(first: u32, last: u32): void {
    const pieces = this.pieces;
    const open = first <= 0x80 && last >= 0x10ffff;
    if (!open || first < 0x80) {
      pieces.push(first);
      pieces.push(open ? 0x7f : last);
    }
    while (pieces.length > 0) {
      const hi = pieces.pop();
      const lo = pieces.pop();
      const cut = cutAfter(lo, hi);
      if (cut < hi) {
        pieces.push(cut + 1);
        pieces.push(hi);
        pieces.push(lo);
        pieces.push(cut);
      } else {
        const size: u32 = lo < 0x80 ? 1 : lo < 0x800 ? 2 : lo < 0x10000 ? 3 : 4;
        this.addPiece(encoded(lo, size), encoded(hi, size), size);
      }
    }
    if (!open) return;
    this.addPiece(0x80c2, 0xbfdf, 2);
    this.addPiece(0x8080e0, 0xbfbfef, 3);
    this.addPiece(0x808080f0, 0xbfbfbff4, 4);
  }

  /** The product of the ranges of each byte of `low` and `high`, first byte lowest. */
  private addPiece(low: u32, high: u32, size: u32): void {
    let path: u64 = 0;
    for (let i: u32 = 0; i < size; i++) {
      const byte = (low >> (i * 8)) & 0xff;
      path |= (<u64>(byte | (((high >> (i * 8)) & 0xff) << 8))) << (i * 16);
    }
    if (this.openLen > 0) {
      // Depths are never equal all the way: pieces are disjoint.
      let shared: u32 = 0;
      while (
        shared + 1 < size &&
        shared + 1 < this.openLen &&
        field(path, shared) == field(this.open, shared)
      )
        shared++;
      this.freeze(shared);
    }
    this.open = path;
    this.openLen = size;
  }

  /** Finishes the open path below `depth` and adds its edge to the node at `depth`. */
  private freeze(depth: u32): void {
    let target = this.next;
    for (let d = this.openLen - 1; ; d--) {
      const list = this.edges(d);
      const edge = field(this.open, d);
      const count = list.length;
      const last = count > 0 ? list.get(count - 1) : 0;
      if (count > 0 && last >> 16 == target && ((last >> 8) & 0xff) + 1 == (edge & 0xff)) {
        list.set(count - 1, (last & 0xffff00ff) | (edge & 0xff00));
      } else {
        list.push(edge | (target << 16));
      }
      if (d == depth) return;
      target = this.intern(list);
    }
  }

  /** The instruction for a finished node; clears `list`. */
  private intern(list: WordList): u32 {
    let hash: u32 = list.length;
    for (let i: u32 = 0; i < list.length; i++) hash = (hash ^ list.get(i)) * 0x9e3779b1;
    const seen = this.seen;
    for (let i: u32 = 0; i < seen.length; i += 2) {
      if (seen.get(i) == hash && this.writer.isSparse(seen.get(i + 1), list)) {
        list.clear();
        return seen.get(i + 1);
      }
    }
    const id = this.writer.sparse(list);
    seen.push(hash);
    seen.push(id);
    list.clear();
    return id;
  }
}

function freeList(list: WordList): void {
  list.free();
  heap.free(changetype<usize>(list));
}

function field(path: u64, depth: u32): u32 {
  return (<u32>(path >> (depth * 16))) & 0xffff;
}

/** Last code point of the first piece of lo..hi that is a product of byte ranges of one length. */
function cutAfter(lo: u32, hi: u32): u32 {
  if (lo < 0x80) return min<u32>(hi, 0x7f);
  if (lo < 0x800) hi = min<u32>(hi, 0x7ff);
  else if (lo < 0x10000) hi = min<u32>(hi, 0xffff);
  for (let shift: u32 = 6; shift <= 18; shift += 6) {
    const mask: u32 = (1 << shift) - 1;
    if ((lo & ~mask) == (hi & ~mask)) break;
    if ((lo & mask) != 0) return lo | mask;
    if ((hi & mask) != mask) hi = (hi & ~mask) - 1;
  }
  return hi;
}

/** UTF-8 bytes of `c`, first byte lowest. */
function encoded(c: u32, size: u32): u32 {
  if (size == 1) return c;
  if (size == 2) return 0xc0 | (c >> 6) | ((0x80 | (c & 0x3f)) << 8);
  if (size == 3) return 0xe0 | (c >> 12) | ((0x80 | ((c >> 6) & 0x3f)) << 8) | ((0x80 | (c & 0x3f)) << 16);
  return (
    0xf0 |
    (c >> 18) |
    ((0x80 | ((c >> 12) & 0x3f)) << 8) |
    ((0x80 | ((c >> 6) & 0x3f)) << 16) |
    ((0x80 | (c & 0x3f)) << 24)
  );
}
