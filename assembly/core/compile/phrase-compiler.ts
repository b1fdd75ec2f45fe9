// Compiles a list of phrases into the table of match/phrase-set.ts.
//
// ╒═ node, 32 bytes ═══════╤═════════════════╤══════════╤══════════════════════════════╕
// │ first child │ sibling  │ fail │ output   │ length   │ offset │ u8 byte, u8 first, u16 children │
// ╘════════════════════════╧═════════════════╧══════════╧══════════════════════════════╛
// Node 0 is the root. `length` is that of the phrase that ends in the node, 0 for none; `output` the nearest node
// on the chain of failures where one ends; `offset` its word offset in the table.
import { ByteWriter } from "../bytes/byte-writer";
import {
  PHRASE_FAIL,
  PHRASE_FLAG_WORDS,
  PHRASE_KIND_SHIFT,
  PHRASE_PREFIX,
  PHRASE_PREFIX_MAX,
  PHRASE_PREFIX_MIN,
  PhraseKind,
  phrasePrefixBit,
  phraseRoot,
  isRow,
} from "../match/phrase-set";

const NODE_SIZE: usize = 32;
const CHILD: usize = 0;
const SIBLING: usize = 4;
const FAIL: usize = 8;
const OUTPUT: usize = 12;
const LENGTH: usize = 16;
const OFFSET: usize = 20;
const BYTE: usize = 24;
/** 1 for a child of the root. */
const FIRST: usize = 25;
const CHILDREN: usize = 26;

/** Bytes of phrases, after sharing of common beginnings. */
const LIMIT_NODES: u32 = 1 << 19;
/** Past so many children a row is both smaller to search and not much larger. */
const DENSE_CHILDREN: u32 = 8;

@unmanaged
export class PhraseBuild {
  /** Only phrases that stand as whole words are to be found. */
  wordBoundary: bool = false;
  private nodes: usize = heap.alloc(NODE_SIZE * 64);
  private room: u32 = 64;
  private count: u32 = 0;
  private shortest: u32 = u32.MAX_VALUE;
  private phrases: u32 = 0;
  /** First class that stands for a byte. */
  private firstClass: u32 = 0;

  /** False, and nothing added, for an empty phrase or when the set is full. */
  add(at: usize, len: u32): bool {
    if (this.count == 0) this.newNode(0);
    if (len == 0 || len > LIMIT_NODES - this.count) return false;
    let node: u32 = 0;
    for (let i: u32 = 0; i < len; i++) {
      const byte = <u32>load<u8>(at + i);
      let next = this.child(node, byte);
      if (next == 0) {
        next = this.newNode(byte);
        this.set(next, SIBLING, this.get(node, CHILD));
        this.set(node, CHILD, next);
        const counter = this.nodes + <usize>node * NODE_SIZE + CHILDREN;
        store<u16>(counter, load<u16>(counter) + 1);
        if (node == 0) store<u8>(this.nodes + <usize>next * NODE_SIZE + FIRST, 1);
      }
      node = next;
    }
    this.set(node, LENGTH, len);
    this.shortest = min(this.shortest, len);
    this.phrases++;
    return true;
  }

  /** Appends the table; false, and nothing appended, when it would outgrow its offsets. `out` must be aligned to 4. */
  build(out: ByteWriter): bool {
    if (this.count == 0) this.newNode(0);
    const order = heap.alloc((<usize>this.count) << 2);
    this.link(order);
    const classes = heap.alloc(512);
    const classCount = this.assignClasses(classes);
    const words = this.place(order, classCount);
    const fits = words < PHRASE_FAIL;
    if (fits) this.write(out, order, classes, classCount, words);
    heap.free(classes);
    heap.free(order);
    return fits;
  }

  /** Gives back everything; the object itself too. */
  free(): void {
    heap.free(this.nodes);
    heap.free(changetype<usize>(this));
  }

  private get(node: u32, field: usize): u32 {
    return load<u32>(this.nodes + <usize>node * NODE_SIZE + field);
  }

  private set(node: u32, field: usize, value: u32): void {
    store<u32>(this.nodes + <usize>node * NODE_SIZE + field, value);
  }

  private byteOf(node: u32): u32 {
    return load<u8>(this.nodes + <usize>node * NODE_SIZE + BYTE);
  }

  private children(node: u32): u32 {
    return load<u16>(this.nodes + <usize>node * NODE_SIZE + CHILDREN);
  }

  private newNode(byte: u32): u32 {
    if (this.count == this.room) {
      this.room <<= 1;
      this.nodes = heap.realloc(this.nodes, <usize>this.room * NODE_SIZE);
    }
    const node = this.nodes + <usize>this.count * NODE_SIZE;
    memory.fill(node, 0, NODE_SIZE);
    store<u8>(node + BYTE, <u8>byte);
    return this.count++;
  }

  /** The child for `byte`, or 0. */
  private child(node: u32, byte: u32): u32 {
    let next = this.get(node, CHILD);
    while (next != 0 && this.byteOf(next) != byte) next = this.get(next, SIBLING);
    return next;
  }

  /** The node after `byte`, failures followed. */
  private follow(node: u32, byte: u32): u32 {
    while (true) {
      const next = this.child(node, byte);
      if (next != 0 || node == 0) return next;
      node = this.get(node, FAIL);
    }
  }

  /** Sets failures and outputs, breadth first; `order` is room for one u32 per node. */
  private link(order: usize): void {
    store<u32>(order, 0);
    let tail: usize = order + 4;
    for (let head = order; head < tail; head += 4) {
      const node = load<u32>(head);
      for (let next = this.get(node, CHILD); next != 0; next = this.get(next, SIBLING)) {
        const fail: u32 = node == 0 ? 0 : this.follow(this.get(node, FAIL), this.byteOf(next));
        this.set(next, FAIL, fail);
        this.set(next, OUTPUT, this.get(fail, LENGTH) != 0 ? fail : this.get(fail, OUTPUT));
        store<u32>(tail, next);
        tail += 4;
      }
    }
  }

  /** Fills the class of each byte (256 × u8) and a byte of each class (256 × u8 after it); returns the classes. */
  private assignClasses(classes: usize): u32 {
    memory.fill(classes, 0, 512);
    for (let node: u32 = 1; node < this.count; node++) store<u8>(classes + this.byteOf(node), 1);
    let used: u32 = 0;
    for (let c: u32 = 0; c < 256; c++) used += load<u8>(classes + c);
    // Class 0 is for the bytes of no phrase, where there are such.
    this.firstClass = used == 256 ? 0 : 1;
    let next = this.firstClass;
    for (let c: u32 = 0; c < 256; c++) {
      if (load<u8>(classes + c) == 0) continue;
      store<u8>(classes + c, <u8>next);
      store<u8>(classes + 256 + next, <u8>c);
      next++;
    }
    return next;
  }

  private kindOf(node: u32): u32 {
    const output: u32 = this.get(node, LENGTH) != 0 || this.get(node, OUTPUT) != 0 ? PhraseKind.Output : 0;
    const children = this.children(node);
    const isFirst = load<u8>(this.nodes + <usize>node * NODE_SIZE + FIRST) != 0;
    if (node == 0 || isFirst) return output | PhraseKind.Top;
    if (children > DENSE_CHILDREN) return output | PhraseKind.Dense;
    return output | (children == 1 ? PhraseKind.Line : PhraseKind.Sparse);
  }

  /** Gives every node its word offset, depth first, so that an only child follows its parent; returns the words. */
  private place(order: usize, classCount: u32): u32 {
    const stack = heap.alloc((<usize>this.count) << 2);
    store<u32>(stack, 0);
    let depth: usize = 1;
    let next = phraseRoot(this.prefixBits());
    let placed: usize = 0;
    while (depth != 0) {
      const node = load<u32>(stack + (--depth << 2));
      store<u32>(order + (placed++ << 2), node);
      this.set(node, OFFSET, next);
      const kind = this.kindOf(node);
      next += kind & PhraseKind.Output ? 3 : 1;
      if (isRow(kind & 3)) next += classCount;
      else if ((kind & 3) == PhraseKind.Sparse) next += this.children(node);
      for (let child = this.get(node, CHILD); child != 0; child = this.get(child, SIBLING)) {
        store<u32>(stack + (depth++ << 2), child);
      }
    }
    heap.free(stack);
    return next;
  }

  private write(out: ByteWriter, order: usize, classes: usize, classCount: u32, words: u32): void {
    out.reserve(words << 2);
    out.u32(words << 2);
    out.u32(this.wordBoundary ? PHRASE_FLAG_WORDS : 0);
    out.u32(classCount);
    out.u32(this.count);
    out.u32(this.prefixBits());
    out.bytes(classes, 256);
    this.writePrefixes(out);
    for (let i: u32 = 0; i < this.count; i++) {
      this.writeState(out, load<u32>(order + ((<usize>i) << 2)), classes, classCount);
    }
  }

  /** log2 of the size of the prefix bit set: sparse enough to skip most places; 0 when a phrase is too short. */
  private prefixBits(): u32 {
    if (this.shortest < PHRASE_PREFIX || this.phrases == 0) return 0;
    let bits = PHRASE_PREFIX_MIN;
    while (bits < PHRASE_PREFIX_MAX && this.phrases >> (bits - 5) != 0) bits++;
    return bits;
  }

  private writePrefixes(out: ByteWriter): void {
    const bits = this.prefixBits();
    if (bits == 0) return;
    const size: u32 = 1 << (bits - 3);
    const set = out.reserve(size);
    memory.fill(set, 0, size);
    out.length += size;
    for (let a = this.get(0, CHILD); a != 0; a = this.get(a, SIBLING)) {
      for (let b = this.get(a, CHILD); b != 0; b = this.get(b, SIBLING)) {
        for (let c = this.get(b, CHILD); c != 0; c = this.get(c, SIBLING)) {
          const bit = phrasePrefixBit(this.byteOf(a) | (this.byteOf(b) << 8) | (this.byteOf(c) << 16), bits);
          const place = set + (bit >> 3);
          const mask: u32 = 1 << (bit & 7);
          store<u8>(place, <u8>(load<u8>(place) | mask));
        }
      }
    }
  }

  private writeState(out: ByteWriter, node: u32, classes: usize, classCount: u32): void {
    const kind = this.kindOf(node);
    const shape = kind & 3;
    const first = this.get(node, CHILD);
    const top: u32 = shape == PhraseKind.Line ? load<u8>(classes + this.byteOf(first)) : this.children(node);
    const fail = this.get(this.get(node, FAIL), OFFSET);
    out.u32((isRow(shape) ? 0 : (top << 24) | fail) | (kind << PHRASE_KIND_SHIFT));
    if (kind & PhraseKind.Output) {
      const ends = this.get(node, LENGTH) != 0 ? node : this.get(node, OUTPUT);
      const link = this.get(ends, OUTPUT);
      out.u32(this.get(ends, LENGTH));
      out.u32(link == 0 ? 0 : this.get(link, OFFSET));
    }
    if (shape == PhraseKind.Sparse) {
      for (let child = first; child != 0; child = this.get(child, SIBLING)) {
        out.u32(((<u32>load<u8>(classes + this.byteOf(child))) << 24) | this.get(child, OFFSET));
      }
    } else if (isRow(shape)) {
      for (let cls: u32 = 0; cls < classCount; cls++) {
        const next: u32 = cls < this.firstClass ? 0 : this.follow(node, load<u8>(classes + 256 + cls));
        out.u32(this.get(next, OFFSET));
      }
    }
  }
}
