// Encodes a minimised automaton (regex-dfa-layout.ts): rows in breadth-first order, columns that agree merged.
import { ByteWriter } from "../bytes/byte-writer";
import {
  DFA_CLASSES,
  DFA_MAGIC,
  DFA_NARROW,
  DFA_PACKED,
  DFA_ROWS,
  DFA_SKIP,
  DFA_SKIP_MASKS,
  DFA_LARGE,
} from "../match/regex-dfa-layout";
import { ByteClasses } from "./regex-byte-classes";
import { DEAD, MATCH, SubsetBuilder } from "./regex-dfa";
import { DfaPacker } from "./regex-dfa-packer";
import { Minimiser } from "./regex-minimise";
import { WordList } from "./word-list";

const NONE: u32 = 0xffffffff;
/** A smaller dense table is not worth packing. */
const PACK_FROM: u32 = 2048;

@unmanaged
export class DfaWriter {
  subsets: SubsetBuilder = new SubsetBuilder();
  /** Out: steps that the last write() took: of building, one for each transition, and of packing. */
  work: u64 = 0;
  private minimiser: Minimiser = new Minimiser();
  /** Row number of each block, block of each row. */
  private rowOf: WordList = new WordList();
  private blockAt: WordList = new WordList();
  /** Merged column of each byte class, and a byte class of each merged column. */
  private columnOf: WordList = new WordList();
  private sampleOf: WordList = new WordList();
  private packer: DfaPacker = new DfaPacker();

  free(): void {
    this.subsets.free();
    this.minimiser.free();
    freeList(this.rowOf);
    freeList(this.blockAt);
    freeList(this.columnOf);
    freeList(this.sampleOf);
    this.packer.free();
    heap.free(changetype<usize>(this));
  }

  /** Encodes the DFA of `program` into `out`; leaves it empty (and returns false) past a limit. */
  write(program: usize, maxStates: u32, maxWork: u64, maxBytes: u32, out: ByteWriter): bool {
    out.clear();
    const subsets = this.subsets;
    const isBuilt = subsets.build(program, maxStates, maxWork);
    this.work = subsets.work + <u64>subsets.states * (subsets.classes.count + 1);
    if (!isBuilt) return false;
    this.minimiser.run(subsets.rows.at, subsets.states, subsets.classes.count + 1);
    this.orderRows();
    this.mergeColumns();
    return this.encode(maxBytes, out);
  }

  /** Transition of a row on a byte class (the last: end of text), as a row number. */
  private to(row: u32, index: u32): u32 {
    const subsets = this.subsets;
    const state = this.minimiser.member(this.blockAt.get(row));
    const cell = <usize>state * (subsets.classes.count + 1) + index;
    return this.rowOf.get(this.minimiser.blockOf.get(load<u16>(subsets.rows.at + (cell << 1))));
  }

  private place(state: u32): void {
    const block = this.minimiser.blockOf.get(state);
    if (this.rowOf.get(block) != NONE) return;
    this.rowOf.set(block, this.blockAt.length);
    this.blockAt.push(block);
  }

  /**
   * The state in which most bytes of a text leave a search: the start, or where words lead to.
   * WHY: a pattern that begins at the edge of a word has a start of its own for the text's begin, and is inside a word from then on.
   */
  private home(): u32 {
    const start = this.subsets.start;
    if (this.isHome(start)) return start;
    const inside = this.after(this.after(start, 0x61), 0x65);
    return inside > MATCH && this.isHome(inside) ? inside : start;
  }

  private isHome(state: u32): bool {
    const blockOf = this.minimiser.blockOf;
    const block = blockOf.get(state);
    return blockOf.get(this.after(state, 0x61)) == block && blockOf.get(this.after(state, 0x65)) == block;
  }

  /** State after byte `c`. */
  private after(state: u32, c: u32): u32 {
    const classes = this.subsets.classes;
    const cell = <usize>state * (classes.count + 1) + classes.classOf(c);
    return load<u16>(this.subsets.rows.at + (cell << 1));
  }

  /** Dead, match, home, start, then what they reach. */
  private orderRows(): void {
    const subsets = this.subsets;
    const columns = subsets.classes.count + 1;
    this.rowOf.fill(this.minimiser.blocks, NONE);
    this.blockAt.clear();
    this.place(DEAD);
    this.place(MATCH);
    this.place(this.home());
    this.place(subsets.start);
    for (let row: u32 = 2; row < this.blockAt.length; row++) {
      const state = <usize>this.minimiser.member(this.blockAt.get(row));
      for (let i: u32 = 0; i < columns; i++) {
        this.place(load<u16>(subsets.rows.at + ((state * columns + i) << 1)));
      }
    }
  }

  private mergeColumns(): void {
    const classes = this.subsets.classes.count;
    this.columnOf.clear();
    this.sampleOf.clear();
    for (let index: u32 = 0; index < classes; index++) {
      let column: u32 = 0;
      while (column < this.sampleOf.length && !this.isSameColumn(index, this.sampleOf.get(column))) column++;
      if (column == this.sampleOf.length) this.sampleOf.push(index);
      this.columnOf.push(column);
    }
  }

  private isSameColumn(a: u32, b: u32): bool {
    for (let row: u32 = 2; row < this.blockAt.length; row++) {
      if (this.to(row, a) != this.to(row, b)) return false;
    }
    return true;
  }

  private encode(maxBytes: u32, out: ByteWriter): bool {
    const classes: ByteClasses = this.subsets.classes;
    const stride = this.sampleOf.length + 1;
    const rows = this.blockAt.length;
    const denseSize = DFA_ROWS + ((rows * stride) << 1);
    const dense = heap.alloc(denseSize);
    this.fillDense(dense, rows, stride);
    // Only what is two thirds of the dense form, or less, is worth packing.
    const room = min(maxBytes, denseSize - denseSize / 3);
    const packedSize =
      denseSize > PACK_FROM ? DFA_ROWS + this.packer.pack(dense, rows, stride, room) : denseSize;
    if (denseSize > PACK_FROM) this.work += this.packer.work;
    const isPacked = packedSize + packedSize / 2 < denseSize;
    const size = isPacked ? packedSize : denseSize;
    const isLarge = !isPacked && rows * stride > 0xffff;
    const step = isPacked || isLarge ? 1 : stride;
    const start = this.rowOf.get(this.minimiser.blockOf.get(this.subsets.start));
    if (size <= maxBytes) {
      out.u32(DFA_MAGIC);
      out.u32(size);
      out.u16(<u16>stride);
      out.u16(isPacked ? this.packedFlags() : isLarge ? <u16>DFA_LARGE : 0);
      out.u32(rows);
      out.u32(start * step);
      while (out.length < DFA_CLASSES) out.u32(0);
      for (let c: u32 = 0; c < 256; c++) out.byte(<u8>this.columnOf.get(classes.classOf(c)));
      if (isPacked) this.packer.write(out);
      else
        for (let i: u32 = 0; i < rows * stride; i++)
          out.u16(<u16>(load<u16>(dense + ((<usize>i) << 1)) * step));
      if (this.rowOf.get(this.minimiser.blockOf.get(this.home())) == 2) this.markSkip(out.at);
    }
    heap.free(dense);
    return size <= maxBytes;
  }

  private packedFlags(): u16 {
    return <u16>(this.packer.isNarrow ? DFA_PACKED | DFA_NARROW : DFA_PACKED);
  }

  /** Every target as a row number. */
  private fillDense(dense: usize, rows: u32, stride: u32): void {
    let cell = dense;
    for (let row: u32 = 0; row < rows; row++) {
      for (let column: u32 = 0; column < stride; column++) {
        const index = column + 1 == stride ? this.subsets.classes.count : this.sampleOf.get(column);
        store<u16>(cell, <u16>this.to(row, index));
        cell += 2;
      }
    }
  }

  /** Notes the bytes that leave the home row, when everyday text has few of them. */
  private markSkip(table: usize): void {
    let common: u32 = 0;
    for (let c: u32 = 0; c < 256; c++) {
      if (this.to(2, this.subsets.classes.classOf(c)) == 2) continue;
      const mask = table + DFA_SKIP_MASKS + ((c & 0x80) >> 3) + (c & 0x0f);
      store<u8>(mask, <u8>((<u32>load<u8>(mask)) | (1 << ((c >> 4) & 7))));
      if (c - 0x61 < 26 || c - 0x30 < 10 || c == 0x20) common++;
    }
    if (common <= SKIP_COMMON_LIMIT) store<u16>(table, <u16>(load<u16>(table, 10) | DFA_SKIP), 10);
    else memory.fill(table + DFA_SKIP_MASKS, 0, 32);
  }
}

/** Letters, digits and space that may leave the home row before skipping costs more than it saves. */
const SKIP_COMMON_LIMIT: u32 = 4;

function freeList(list: WordList): void {
  list.free();
  heap.free(changetype<usize>(list));
}
