// Packs a dense automaton into the form of match/regex-dfa-packed.ts: chooses whole rows greedily, then lays the
// differences of all rows into one list of cells by first fit (Tarjan and Yao, "Storing a Sparse Table", 1979).
//
// WHY: this was two thirds of the time that a document of 200 rules takes to compile. What a whole row would gain
// only falls while others are chosen, so what it gained once is a bound, and most rows are not looked at again;
// rows are compared eight columns at a time; a place is sought with the columns that differ, found once per row.

import { ByteWriter } from "../bytes/byte-writer";
import { NARROW_CELLS, NARROW_ROWS, narrowCellBytes, narrowWholeBytes } from "../match/regex-dfa-narrow";
import { PACKED_COMMON, PACKED_RECORD, wholeBytes } from "../match/regex-dfa-packed";

/** Whole rows at most. */
const WHOLE_LIMIT: u32 = 32;
/** Comparisons of columns that the choice of one whole row may take; rows tried are spread evenly. */
const CHOICE_WORK: u32 = 4_000_000;
const CANDIDATES_MIN: u32 = 16;
/** u16 in a v128. */
const LANES: u32 = 8;
/** A row that belongs to no state: free cells are marked with it. */
const FREE: u32 = 0xffff;

@unmanaged
export class DfaPacker {
  /** Dense targets: rows × pitch of u16 row numbers, of which the first `stride` count and the rest are 0. */
  private dense: usize = 0;
  private pitch: u32 = 0;
  private rows: u32 = 0;
  private stride: u32 = 0;
  /** Out: row numbers fit a byte, and write() gives the form of match/regex-dfa-narrow.ts. */
  isNarrow: bool = false;
  /** Per row: least differences so far, and the whole row they are from. */
  private least: usize = 0;
  private choice: usize = 0;
  /** Per row: the target most of its columns go to, where that is the cheapest to start from. */
  private common: usize = 0;
  /** Columns in which the row being placed differs, u16 each. */
  private columns: usize = 0;
  private columnCount: u32 = 0;
  /** Out: steps that the last pack() took, for the budget of a compilation. */
  work: u64 = 0;
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
    this.rows = rows;
    this.stride = stride;
    this.work = 0;
    this.pad(dense);
    this.columns = heap.alloc(stride << 1);
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
    heap.free(this.columns);
    heap.free(this.dense);
    if (least > room) return least;
    const cells = this.cells.length >> 2;
    if (this.isNarrow && cells > NARROW_CELLS) return room + 1;
    return this.bytesOf(cells);
  }

  private pad(dense: usize): void {
    const pitch = (this.stride + LANES - 1) & ~(LANES - 1);
    const bytes = (<usize>(this.rows * pitch)) << 1;
    this.pitch = pitch;
    this.dense = heap.alloc(bytes);
    memory.fill(this.dense, 0, bytes);
    for (let row: u32 = 0; row < this.rows; row++) {
      memory.copy(this.row(row), dense + ((<usize>(row * this.stride)) << 1), this.stride << 1);
    }
  }

  private row(row: u32): usize {
    return this.dense + ((<usize>(row * this.pitch)) << 1);
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
    const cells = this.row(row);
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
    // What each gained when it was last looked at, which it cannot exceed.
    const bounds = heap.alloc(tried << 2);
    memory.fill(bounds, 0xff, tried << 2);
    while (this.wholeCount < WHOLE_LIMIT) {
      let best: u32 = 0;
      let bestGain: u32 = 0;
      for (let i: u32 = 0; i < tried; i++) {
        const bound = bounds + ((<usize>i) << 2);
        if (load<u32>(bound) <= bestGain) continue;
        const row = (i * this.rows) / tried;
        const gain = this.gainOf(row);
        store<u32>(bound, gain);
        if (gain <= bestGain) continue;
        bestGain = gain;
        best = row;
      }
      // A whole row costs two bytes a column, a cell four; in the narrow form half of both.
      if (bestGain * 2 <= this.stride) break;
      this.takeWhole(best);
    }
    heap.free(bounds);
  }

  /** Cells saved over all rows if this one were whole. */
  private gainOf(candidate: u32): u32 {
    let gain: u32 = 0;
    this.work += <u64>this.rows * (this.pitch / LANES);
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
    this.wholes.bytes(this.row(candidate), this.stride << 1);
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
    const left = this.row(a);
    const right = this.row(b);
    const bytes = (<usize>this.pitch) << 1;
    let count: u32 = 0;
    for (let i: usize = 0; i < bytes && count < enough; i += LANES * 2) {
      count += popcnt(i16x8.bitmask(i16x8.ne(v128.load(left + i), v128.load(right + i))));
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
        this.findColumns(row, whole);
        while (!this.fits(base)) base++;
        this.fill(row, base);
      }
      this.growTo(base + this.stride);
      this.records.u32((whole << 24) | base);
      this.records.u32(load<u16>(this.common + ((<usize>row) << 1)));
    }
  }

  private findColumns(row: u32, whole: u32): void {
    const cells = this.row(row);
    const common = load<u16>(this.common + ((<usize>row) << 1));
    const from = this.wholes.at + ((<usize>(whole * this.stride)) << 1);
    let count: u32 = 0;
    for (let i: u32 = 0; i < this.stride; i++) {
      const expected = whole == PACKED_COMMON ? common : load<u16>(from + ((<usize>i) << 1));
      if (load<u16>(cells + ((<usize>i) << 1)) == expected) continue;
      store<u16>(this.columns + ((<usize>count) << 1), <u16>i);
      count++;
    }
    this.columnCount = count;
  }

  private fits(base: u32): bool {
    for (let i: u32 = 0; i < this.columnCount; i++) {
      this.work++;
      if (this.cellOwner(base + load<u16>(this.columns + ((<usize>i) << 1))) != FREE) return false;
    }
    return true;
  }

  private fill(row: u32, base: u32): void {
    this.growTo(base + this.stride);
    for (let i: u32 = 0; i < this.columnCount; i++) {
      const column = <u32>load<u16>(this.columns + ((<usize>i) << 1));
      const target = <u32>load<u16>(this.row(row) + ((<usize>column) << 1));
      store<u32>(this.cells.at + ((<usize>(base + column)) << 2), (target << 16) | row);
    }
  }

  private cellOwner(cell: u32): u32 {
    return cell < this.cells.length >> 2 ? load<u32>(this.cells.at + ((<usize>cell) << 2)) & 0xffff : FREE;
  }

  private growTo(cells: u32): void {
    while (this.cells.length >> 2 < cells) this.cells.u32(FREE);
  }
}
