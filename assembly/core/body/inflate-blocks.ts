// The blocks of a DEFLATE stream (RFC 1951): stored, with the fixed codes, with codes of their own.
//
// WHY: matches and literals are read by runFast(), which takes 8 bytes at a time into 64 bits and checks nothing but its
// loop's condition; symbol() is the same, code by code, for the ends of input and output. A match reaches back into the
// output of this run, and only beyond it into the window, which is written once a run.
// SAFETY: runFast() goes on while 8 bytes of input and SLACK of output are there: a round takes at most 8 bytes and
// gives at most 2 + 258, plus 15 that a copy overshoots. Bits: a round begins with 56, two literals take 30 at most;
// else they are filled up again, and a match takes 15 + 5 + 15 + 13. Every distance is checked against what was given.
// Linear: a round uses bits; tables are made once a block, and once a run that comes after another stream's.

import { BitReader, InflateStatus } from "./inflate-bits";
import {
  DISTANCE_BITS,
  ENTRY_SPECIAL,
  Entry,
  LENGTH_CODES,
  LITERAL_BITS,
  MAX_LENGTHS,
  distanceTable,
  fixedDistanceTable,
  fixedLiteralTable,
  lengthTable,
  literalTable,
  makeFixedTables,
  makeLengthTable,
  makeTables,
  ownsTables,
} from "./inflate-tables";
import { InflateWindow } from "./inflate-window";

enum Place {
  Header,
  StoredLength,
  Stored,
  TableSizes,
  LengthCodes,
  Lengths,
  Symbols,
  Match,
  Malformed,
}

/** Output that the fast loop needs room for. */
const SLACK: usize = 288;
/** Order of the code lengths of the code lengths; RFC 1951 §3.2.7. */
const LENGTH_ORDER = memory.data<u8>([16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]);

@unmanaged
export class BlockReader extends BitReader {
  protected window: InflateWindow = new InflateWindow();
  /** The output of the run: its begin, what is given so far, the end of its room. */
  protected to: usize = 0;
  protected out: usize = 0;
  protected outEnd: usize = 0;
  private place: Place = Place.Header;
  private isLast: bool = false;
  private isFixed: bool = false;
  /** Bytes of a stored block or match that are still to come; the place among code lengths. */
  private left: u32 = 0;
  private distance: u32 = 0;
  private literals: u32 = 0;
  private distances: u32 = 0;
  private lengthCodes: u32 = 0;
  /** Code lengths of the block; behind them those of their own code. 0 until a block needs them. */
  private lengths: usize = 0;

  /** A block is to begin, and no bit of it was read. */
  get isBetweenBlocks(): bool {
    return this.place == Place.Header && this.bits == 0;
  }

  /** Reads blocks up to the end of the last one, which is Done. */
  protected readBlocks(): InflateStatus {
    while (this.step()) {}
    return this.status;
  }

  protected resetBlocks(): void {
    this.window.reset();
    if (this.lengths != 0) heap.free(this.lengths);
    this.lengths = 0;
    this.place = Place.Header;
    this.isLast = false;
  }

  private step(): bool {
    switch (<i32>this.place) {
      case Place.Header:
        return this.header();
      case Place.StoredLength:
        return this.storedLength();
      case Place.Stored:
        return this.stored();
      case Place.TableSizes:
        return this.tableSizes();
      case Place.LengthCodes:
        return this.readLengthCodes();
      case Place.Lengths:
        return this.readLengths();
      case Place.Symbols:
        return this.symbols();
      case Place.Match:
        return this.match();
    }
    return this.stop(InflateStatus.Malformed);
  }

  private malformed(): bool {
    this.place = Place.Malformed;
    return this.stop(InflateStatus.Malformed);
  }

  private header(): bool {
    if (this.isLast) {
      this.isLast = false;
      this.align();
      return this.stop(InflateStatus.Done);
    }
    if (!this.need(3)) return false;
    this.isLast = this.use(1) != 0;
    const type = this.use(2);
    if (type == 3) return this.malformed();
    if (type == 0) {
      this.align();
      this.place = Place.StoredLength;
    } else {
      this.isFixed = type == 1;
      if (this.isFixed) makeFixedTables();
      this.place = this.isFixed ? Place.Symbols : Place.TableSizes;
    }
    return true;
  }

  private storedLength(): bool {
    if (!this.need(32)) return false;
    this.left = this.use(16);
    if (this.use(16) != (this.left ^ 0xffff)) return this.malformed();
    this.place = Place.Stored;
    return true;
  }

  private stored(): bool {
    while (this.left != 0) {
      if (this.out == this.outEnd) return this.stop(InflateStatus.NeedOutput);
      if (this.bits != 0) {
        store<u8>(this.out++, <u8>this.use(8));
        this.left--;
        continue;
      }
      const len = min(<usize>this.left, min(this.end - this.at, this.outEnd - this.out));
      if (len == 0) return this.stop(InflateStatus.NeedInput);
      memory.copy(this.out, this.at, len);
      this.at += len;
      this.out += len;
      this.left -= <u32>len;
    }
    this.place = Place.Header;
    return true;
  }

  private tableSizes(): bool {
    if (!this.need(14)) return false;
    this.literals = this.use(5) + 257;
    this.distances = this.use(5) + 1;
    this.lengthCodes = this.use(4) + 4;
    if (this.literals > 286 || this.distances > 30) return this.malformed();
    if (this.lengths == 0) this.lengths = heap.alloc(MAX_LENGTHS + LENGTH_CODES);
    memory.fill(this.lengths + MAX_LENGTHS, 0, LENGTH_CODES);
    this.left = 0;
    this.place = Place.LengthCodes;
    return true;
  }

  private readLengthCodes(): bool {
    const lengths = this.lengths + MAX_LENGTHS;
    for (; this.left < this.lengthCodes; this.left++) {
      if (!this.need(3)) return false;
      store<u8>(lengths + load<u8>(LENGTH_ORDER + this.left), <u8>this.use(3));
    }
    if (!makeLengthTable(changetype<usize>(this), lengths)) return this.malformed();
    this.left = 0;
    this.place = Place.Lengths;
    return true;
  }

  /** The code lengths of the block, with their repeats. */
  private readLengths(): bool {
    const stream = changetype<usize>(this);
    if (!ownsTables(stream)) makeLengthTable(stream, this.lengths + MAX_LENGTHS);
    const count = this.literals + this.distances;
    while (this.left < count) {
      let entry = this.lengthEntry();
      while (this.bits < (entry & 7)) {
        if (!this.need(this.bits + 1)) return false;
        entry = this.lengthEntry();
      }
      const symbol = entry >> 3;
      if (symbol < 16) {
        this.use(entry & 7);
        store<u8>(this.lengths + this.left++, <u8>symbol);
        continue;
      }
      const extra: u32 = symbol == 16 ? 2 : symbol == 17 ? 3 : 7;
      if (!this.need((entry & 7) + extra)) return false;
      this.use(entry & 7);
      const repeats = this.use(extra) + (symbol == 18 ? 11 : 3);
      if ((symbol == 16 && this.left == 0) || this.left + repeats > count) return this.malformed();
      const to = this.lengths + this.left;
      memory.fill(to, symbol == 16 ? load<u8>(to - 1) : 0, repeats);
      this.left += repeats;
    }
    if (load<u8>(this.lengths, 256) == 0) return this.malformed();
    if (!makeTables(stream, this.lengths, this.literals, this.distances)) return this.malformed();
    this.place = Place.Symbols;
    return true;
  }

  private lengthEntry(): u32 {
    return load<u8>(lengthTable + <usize>(this.hold & 127));
  }

  private symbols(): bool {
    const stream = changetype<usize>(this);
    if (!this.isFixed && !ownsTables(stream)) {
      makeTables(stream, this.lengths, this.literals, this.distances);
    }
    const literals = this.isFixed ? fixedLiteralTable : literalTable;
    const distances = this.isFixed ? fixedDistanceTable : distanceTable;
    if (this.end - this.at >= 8 && this.outEnd - this.out >= SLACK) this.runFast(literals, distances);
    while (this.place == Place.Symbols) {
      if (!this.symbol(literals, distances)) return false;
    }
    return true;
  }

  /** Reads one literal or match; nothing is used of one that is not there to its last bit. */
  private symbol(literals: usize, distances: usize): bool {
    let hold = this.hold;
    const entry = look(literals, hold, LITERAL_BITS);
    let used = entry & 15;
    if (used > this.bits) return this.need(this.bits + 1);
    if ((entry & ENTRY_SPECIAL) != 0) {
      if ((entry & Entry.Invalid) != 0) return this.malformed();
      this.use(used);
      this.place = Place.Header;
      return true;
    }
    if ((entry & Entry.Literal) != 0) {
      if (this.out == this.outEnd) return this.stop(InflateStatus.NeedOutput);
      store<u8>(this.out++, <u8>(entry >> 16));
      this.use(used);
      return true;
    }
    hold >>= used;
    const length = (entry >> 16) + extraOf(entry, hold);
    hold >>= extraBits(entry);
    used += extraBits(entry);
    const far = look(distances, hold, DISTANCE_BITS);
    if (used + (far & 15) > this.bits) return this.need(this.bits + 1);
    used += far & 15;
    if ((far & Entry.Invalid) != 0) return this.malformed();
    if (used + extraBits(far) > this.bits) return this.need(this.bits + 1);
    hold >>= far & 15;
    used += extraBits(far);
    this.distance = (far >> 16) + extraOf(far, hold);
    if (<usize>this.distance > this.out - this.to + this.window.length) return this.malformed();
    this.hold >>= used;
    this.bits -= used;
    this.left = length;
    this.place = Place.Match;
    return true;
  }

  /** Copies what fits of the match. */
  private match(): bool {
    const given = this.out - this.to;
    const len = min(<usize>this.left, this.outEnd - this.out);
    let done: usize = 0;
    if (<usize>this.distance > given) {
      done = min(len, <usize>this.distance - given);
      if (done != 0) this.window.copy(this.distance - <u32>given, <u32>done, this.out);
    }
    for (; done < len; done++) store<u8>(this.out + done, load<u8>(this.out + done - this.distance));
    this.out += len;
    this.left -= <u32>len;
    if (this.left != 0) return this.stop(InflateStatus.NeedOutput);
    this.place = Place.Symbols;
    return true;
  }

  /** Reads while there is plenty of input and room, or up to the end of the block. */
  // eslint-disable-next-line max-lines-per-function -- scan loop
  private runFast(literals: usize, distances: usize): void {
    const inStop = this.end - 8;
    const outStop = this.outEnd - SLACK;
    const to = this.to;
    let at = this.at;
    let out = this.out;
    let hold = this.hold;
    let bits = this.bits;
    while (at <= inStop && out <= outStop) {
      hold |= load<u64>(at) << bits;
      at += (63 - bits) >> 3;
      bits |= 56;
      let entry = look(literals, hold, LITERAL_BITS);
      if ((entry & Entry.Literal) != 0) {
        hold >>= entry & 15;
        bits -= entry & 15;
        store<u8>(out++, <u8>(entry >> 16));
        entry = look(literals, hold, LITERAL_BITS);
        if ((entry & Entry.Literal) != 0) {
          hold >>= entry & 15;
          bits -= entry & 15;
          store<u8>(out++, <u8>(entry >> 16));
          continue;
        }
        if (at > inStop) break;
        hold |= load<u64>(at) << bits;
        at += (63 - bits) >> 3;
        bits |= 56;
      }
      if ((entry & ENTRY_SPECIAL) != 0) {
        hold >>= entry & 15;
        bits -= entry & 15;
        this.place = (entry & Entry.Invalid) != 0 ? Place.Malformed : Place.Header;
        break;
      }
      hold >>= entry & 15;
      const length = <usize>((entry >> 16) + extraOf(entry, hold));
      hold >>= extraBits(entry);
      bits -= (entry & 15) + extraBits(entry);
      const far = look(distances, hold, DISTANCE_BITS);
      hold >>= far & 15;
      const distance = <usize>((far >> 16) + extraOf(far, hold));
      hold >>= extraBits(far);
      bits -= (far & 15) + extraBits(far);
      const given = out - to;
      if (distance > given || (far & Entry.Invalid) != 0) {
        if (distance > given + this.window.length || (far & Entry.Invalid) != 0) {
          this.place = Place.Malformed;
          break;
        }
        const back = min(distance - given, length);
        this.window.copy(<u32>(distance - given), <u32>back, out);
        for (let i = back; i < length; i++) store<u8>(out + i, load<u8>(out + i - distance));
      } else {
        copyMatch(out, distance, length);
      }
      out += length;
    }
    this.at = at;
    this.out = out;
    this.bits = bits;
    this.hold = hold & (((<u64>1) << bits) - 1);
  }
}

/** The entry of the next code, from a sub-table where it is long. */
function look(table: usize, hold: u64, root: u32): u32 {
  const entry = load<u32>(table + ((<usize>(hold & ((1 << root) - 1))) << 2));
  if ((entry & Entry.SubTable) == 0) return entry;
  const sub = (<u32>(hold >> root)) & ((1 << ((entry >> 8) & 15)) - 1);
  return load<u32>(table + ((<usize>((entry >> 16) + sub)) << 2));
}

function extraBits(entry: u32): u32 {
  return (entry >> 4) & 15;
}

function extraOf(entry: u32, hold: u64): u32 {
  return (<u32>hold) & ((1 << extraBits(entry)) - 1);
}

/** Copies `length` bytes from `distance` before `out`; may write up to 15 bytes more. */
function copyMatch(out: usize, distance: usize, length: usize): void {
  const stop = out + length;
  if (distance >= 16) {
    for (; out < stop; out += 16) v128.store(out, v128.load(out - distance));
  } else if (distance >= 8) {
    for (; out < stop; out += 8) store<u64>(out, load<u64>(out - distance));
  } else if (distance == 1) {
    memory.fill(out, load<u8>(out - 1), length);
  } else {
    for (; out < stop; out++) store<u8>(out, load<u8>(out - distance));
  }
}
