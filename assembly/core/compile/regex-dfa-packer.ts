// Packs a dense automaton into the form of match/regex-dfa-packed.ts: chooses whole rows greedily, then lays the
// differences of all rows into one list of cells by first fit (Tarjan and Yao, "Storing a Sparse Table", 1979).

import { ByteWriter } from "../bytes/byte-writer";
import { NARROW_CELLS, NARROW_ROWS, narrowCellBytes, narrowWholeBytes } from "../match/regex-dfa-narrow";
import { PACKED_COMMON, PACKED_RECORD, wholeBytes } from "../match/regex-dfa-packed";

/** Whole rows at most. */
const WHOLE_LIMIT: u32 = 32;
/** Comparisons of columns that the choice of one whole row may take; rows tried are spread evenly. */
const CHOICE_WORK: u32 = 4_000_000;
const CANDIDATES_MIN: u32 = 16;
/** A row that belongs to no state: free cells are marked with it. */
const FREE: u32 = 0xffff;

@unmanaged
export class DfaPacker {
  /** Dense targets: rows × stride of u16 row numbers. */
  private dense: usize = 0;
  private rows: u32 = 0;
  private stride: u32 = 0;
  /** Out: row numbers fit a byte, and write() gives the form of match/regex-dfa-narrow.ts. */
  isNarrow: bool = false;
  /** Per row: least differences so far, and the whole row they are from. */
  private least: usize = 0;
  private choice: usize = 0;
  /** Per row: the target most of its columns go to, where that is the cheapest to start from. */
  private common: usize = 0;
  private wholes: ByteWriter = new ByteWriter();
  private wholeCount: u32 = 0;
  private records: ByteWriter = new ByteWriter();
  private cells: ByteWriter = new ByteWriter();

  free(): void {
    this.wholes.free();
    this.records.free();
    this.cells.free();
    heap.free(changetype<usize>(this.wholes));
    heap.free(changetype<usize>(this.records));
    heap.free(changetype<usize>(this.cells));
    heap.free(changetype<usize>(this));
  }

  /**
   * Packs `rows` × `stride` u16 row numbers at `dense`; the bytes it takes. Where it cannot take `room` or less it
   * is not done, as the search for places is quadratic in large automata: the answer is then more than `room`.
   */
  pack(dense: usize, rows: u32, stride: u32, room: u32): u32 {
    this.dense = dense;
    this.rows = rows;
    this.stride = stride;
    this.isNarrow = rows <= NARROW_ROWS;
    this.wholes.clear();
    this.wholeCount = 0;
    this.least = heap.alloc(rows << 2);
    this.choice = heap.alloc(rows);
    this.common = heap.alloc(rows << 1);
    for (let row: u32 = 0; row < rows; row++) this.startFromCommon(row);
    this.chooseWholes();
    const least = this.leastBytes();
    if (least <= room) this.placeRows();
    heap.free(this.least);
    heap.free(this.choice);
    heap.free(this.common);
    if (least > room) return least;
    const cells = this.cells.length >> 2;
    if (this.isNarrow && cells > NARROW_CELLS) return room + 1;
    return this.bytesOf(cells);
  }

  /** Bytes of the table with so many cells. */
  private bytesOf(cells: u32): u32 {
    if (this.isNarrow)
      return 8 + narrowWholeBytes(this.wholeCount, this.stride) + (this.rows << 2) + narrowCellBytes(cells);
    return 8 + wholeBytes(this.wholeCount, this.stride) + this.rows * PACKED_RECORD + (cells << 2);
  }

  /** What no placing can undercut: a cell for each difference, a record for each row. */
  private leastBytes(): u32 {
    let cells: u32 = 0;
    for (let row: u32 = 0; row < this.rows; row++) cells += load<u32>(this.least + ((<usize>row) << 2));
    return this.bytesOf(cells);
  }

  /** Appends what pack() made. */
  write(out: ByteWriter): void {
    out.u32(this.wholeCount);
    out.u32(this.cells.length >> 2);
    if (this.isNarrow) return this.writeNarrow(out);
    out.bytes(this.wholes.at, this.wholes.length);
    out.align(4);
    out.bytes(this.records.at, this.records.length);
    out.bytes(this.cells.at, this.cells.length);
  }

  /** The same with row numbers of one byte. */
  private writeNarrow(out: ByteWriter): void {
    for (let i: u32 = 0; i < this.wholes.length; i += 2) out.byte(<u8>load<u16>(this.wholes.at + i));
    out.align(4);
    for (let i: u32 = 0; i < this.records.length; i += PACKED_RECORD) {
      const record = load<u32>(this.records.at + i);
      out.u32((record & 0xff00ffff) | (load<u32>(this.records.at + i, 4) << 16));
    }
    for (let i: u32 = 0; i < this.cells.length; i += 4) {
      const cell = load<u32>(this.cells.at + i);
      out.u16(<u16>((cell & 0xff) | ((cell >> 16) << 8)));
    }
    out.align(4);
  }

  /** Boyer and Moore's majority vote finds the one target that can be worth starting from. */
  private startFromCommon(row: u32): void {
    const cells = this.dense + ((<usize>(row * this.stride)) << 1);
    let target: u16 = 0;
    let votes: u32 = 0;
    for (let i: u32 = 0; i < this.stride; i++) {
      const to = load<u16>(cells + ((<usize>i) << 1));
      if (votes == 0) target = to;
      votes = to == target ? votes + 1 : votes - 1;
    }
    let differences: u32 = 0;
    for (let i: u32 = 0; i < this.stride; i++) {
      if (load<u16>(cells + ((<usize>i) << 1)) != target) differences++;
    }
    store<u16>(this.common + ((<usize>row) << 1), target);
    store<u32>(this.least + ((<usize>row) << 2), differences);
    store<u8>(this.choice + row, <u8>PACKED_COMMON);
  }

  private chooseWholes(): void {
    const tried = min(this.rows, max(CANDIDATES_MIN, CHOICE_WORK / (this.rows * this.stride)));
    while (this.wholeCount < WHOLE_LIMIT) {
      let best: u32 = 0;
      let bestGain: u32 = 0;
      for (let i: u32 = 0; i < tried; i++) {
        const row = (i * this.rows) / tried;
        const gain = this.gainOf(row);
        if (gain <= bestGain) continue;
        bestGain = gain;
        best = row;
      }
      // A whole row costs two bytes a column, a cell four; in the narrow form half of both.
      if (bestGain * 2 <= this.stride) return;
      this.takeWhole(best);
    }
  }

  /** Cells saved over all rows if this one were whole. */
  private gainOf(candidate: u32): u32 {
    let gain: u32 = 0;
    for (let row: u32 = 0; row < this.rows; row++) {
      const least = load<u32>(this.least + ((<usize>row) << 2));
      const differences = this.differences(row, candidate, least);
      if (differences < least) gain += least - differences;
    }
    return gain;
  }

  private takeWhole(candidate: u32): void {
    const whole = <u8>this.wholeCount;
    this.wholeCount++;
    this.wholes.bytes(this.dense + ((<usize>(candidate * this.stride)) << 1), this.stride << 1);
    for (let row: u32 = 0; row < this.rows; row++) {
      const least = this.least + ((<usize>row) << 2);
      const differences = this.differences(row, candidate, load<u32>(least));
      if (differences >= load<u32>(least)) continue;
      store<u32>(least, differences);
      store<u8>(this.choice + row, whole);
    }
  }

  /** Columns in which two rows differ; stops counting at `enough`. */
  private differences(a: u32, b: u32, enough: u32): u32 {
    const left = this.dense + ((<usize>(a * this.stride)) << 1);
    const right = this.dense + ((<usize>(b * this.stride)) << 1);
    let count: u32 = 0;
    for (let i: u32 = 0; i < this.stride && count < enough; i++) {
      if (load<u16>(left + ((<usize>i) << 1)) != load<u16>(right + ((<usize>i) << 1))) count++;
    }
    return count;
  }

  private placeRows(): void {
    this.records.clear();
    this.cells.clear();
    let firstFree: u32 = 0;
    for (let row: u32 = 0; row < this.rows; row++) {
      const whole = <u32>load<u8>(this.choice + row);
      let base: u32 = 0;
      if (load<u32>(this.least + ((<usize>row) << 2)) != 0) {
        while (this.cellOwner(firstFree) != FREE) firstFree++;
        base = firstFree > this.stride ? firstFree - this.stride : 0;
        while (!this.fits(row, whole, base)) base++;
        this.fill(row, whole, base);
      }
      this.growTo(base + this.stride);
      this.records.u32((whole << 24) | base);
      this.records.u32(load<u16>(this.common + ((<usize>row) << 1)));
    }
  }

  private differs(row: u32, whole: u32, column: u32): bool {
    const target = load<u16>(this.dense + ((<usize>(row * this.stride + column)) << 1));
    if (whole == PACKED_COMMON) return target != load<u16>(this.common + ((<usize>row) << 1));
    return target != load<u16>(this.wholes.at + ((<usize>(whole * this.stride + column)) << 1));
  }

  private fits(row: u32, whole: u32, base: u32): bool {
    for (let i: u32 = 0; i < this.stride; i++) {
      if (this.differs(row, whole, i) && this.cellOwner(base + i) != FREE) return false;
    }
    return true;
  }

  private fill(row: u32, whole: u32, base: u32): void {
    this.growTo(base + this.stride);
    for (let i: u32 = 0; i < this.stride; i++) {
      if (!this.differs(row, whole, i)) continue;
      const target = <u32>load<u16>(this.dense + ((<usize>(row * this.stride + i)) << 1));
      store<u32>(this.cells.at + ((<usize>(base + i)) << 2), (target << 16) | row);
    }
  }

  private cellOwner(cell: u32): u32 {
    return cell < this.cells.length >> 2 ? load<u32>(this.cells.at + ((<usize>cell) << 2)) & 0xffff : FREE;
  }

  private growTo(cells: u32): void {
    while (this.cells.length >> 2 < cells) this.cells.u32(FREE);
  }
}
