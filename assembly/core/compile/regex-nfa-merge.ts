// Merges instructions of an NFA program that behave alike from there on (equal operation, equal ranges, ways that
// lead to merged instructions again), loops included. Threads meet earlier and the DFA's sets are smaller.
//
// WHY: rules repeat themselves: the same gap or the same ending in every alternative. A rule of 14,000 bytes went
// from more than 13,500 states (before minimisation) to 226.
// SAFETY: priorities are kept: of two threads with one future the first in line stays, and it would have won anyway.
// That does not hold inside a loop whose body may be empty, where coming by a second time ends a thread: splits
// and assertions in there are pinned, each stays its own.
// Moore's refinement: all alike at first, split by what they do and where they lead until nothing splits. Only the
// finished partition may be used, so a program for which that takes too long stays as it is.
import { ByteWriter } from "../bytes/byte-writer";
import { NFA_INSTRUCTION, NFA_RANGE, NfaOp } from "../match/regex-nfa-layout";
import { WordList } from "./word-list";

const WORK_LIMIT: u64 = 30000000;
const ROUNDS: u32 = 3;

@unmanaged
export class NfaMerger {
  /** Where the program starts; in and out. */
  start: u32 = 0;
  /** Out: steps that the last merge() took. */
  work: u64 = 0;
  /** Per instruction: 1 when it may only be like itself. */
  private pinned: WordList = new WordList();
  private newPinned: WordList = new WordList();
  private count: u32 = 0;
  private code: usize = 0;
  private ranges: usize = 0;
  private classOf: WordList = new WordList();
  private nextOf: WordList = new WordList();
  /** First instruction of each class. */
  private first: WordList = new WordList();
  /** Open addressing: class + 1, or 0. */
  private table: WordList = new WordList();
  private newCode: ByteWriter = new ByteWriter();
  private newRanges: ByteWriter = new ByteWriter();

  free(): void {
    freeList(this.classOf);
    freeList(this.nextOf);
    freeList(this.first);
    freeList(this.table);
    freeList(this.pinned);
    freeList(this.newPinned);
    this.newCode.free();
    this.newRanges.free();
    heap.free(changetype<usize>(this.newCode));
    heap.free(changetype<usize>(this.newRanges));
    heap.free(changetype<usize>(this));
  }

  /**
   * Rewrites the program in `code` and `ranges` with its like instructions merged. `loops`: begin and end of the
   * instructions of every loop with a body that may be empty.
   */
  merge(code: ByteWriter, ranges: ByteWriter, loops: WordList): void {
    this.pinned.fill(code.length / NFA_INSTRUCTION, 0);
    for (let i: u32 = 0; i < loops.length; i += 2) {
      const past = loops.get(i + 1);
      for (let id = loops.get(i); id < past; id++) {
        const op = <NfaOp>load<u8>(code.at + <usize>id * NFA_INSTRUCTION);
        if (op == NfaOp.Split || op == NfaOp.Assert) this.pinned.set(id, 1);
      }
    }
    this.work = 0;
    for (let round: u32 = 0; round < ROUNDS; round++) {
      this.count = code.length / NFA_INSTRUCTION;
      this.code = code.at;
      this.ranges = ranges.at;
      if (!this.refine(<u64>this.count + ranges.length / NFA_RANGE)) return;
      if (this.first.length == this.count) return;
      this.rewrite();
      code.clear();
      code.bytes(this.newCode.at, this.newCode.length);
      ranges.clear();
      ranges.bytes(this.newRanges.at, this.newRanges.length);
    }
  }

  /** Finds the classes; false when that takes more than WORK_LIMIT. */
  private refine(size: u64): bool {
    let slots: u32 = 16;
    while (slots < this.count * 2) slots <<= 1;
    this.classOf.fill(this.count, 0);
    this.nextOf.fill(this.count, 0);
    let classes: u32 = 0;
    let work: u64 = 0;
    this.first.clear();
    this.first.push(0);
    while (this.first.length != classes) {
      classes = this.first.length;
      work += size + slots;
      this.work += size + slots;
      if (work > WORK_LIMIT) return false;
      this.table.fill(slots, 0);
      this.first.clear();
      for (let id: u32 = 0; id < this.count; id++) this.nextOf.set(id, this.classify(id, slots - 1));
      const held = this.classOf;
      this.classOf = this.nextOf;
      this.nextOf = held;
    }
    return true;
  }

  private classify(id: u32, mask: u32): u32 {
    let slot = this.hash(id) & mask;
    while (this.table.get(slot) != 0) {
      const known = this.table.get(slot) - 1;
      if (this.isAlike(id, this.first.get(known))) return known;
      slot = (slot + 1) & mask;
    }
    this.first.push(id);
    this.table.set(slot, this.first.length);
    return this.first.length - 1;
  }

  private at(id: u32): usize {
    return this.code + <usize>id * NFA_INSTRUCTION;
  }

  private range(at: usize, index: u32): usize {
    return this.ranges + <usize>(load<u32>(at, 4) + index) * NFA_RANGE;
  }

  private hash(id: u32): u32 {
    const at = this.at(id);
    let hash = mix(load<u32>(at), this.pinned.get(id) ? ~id : this.classOf.get(id));
    if (load<u8>(at) == NfaOp.Sparse) {
      const count = <u32>load<u16>(at, 2);
      for (let i: u32 = 0; i < count; i++) {
        const range = this.range(at, i);
        hash = mix(mix(hash, load<u16>(range)), this.classOf.get(load<u16>(range, 2)));
      }
      return hash;
    }
    return mix(mix(hash, this.classOf.get(load<u16>(at, 4))), this.classOf.get(load<u16>(at, 6)));
  }

  private isAlike(a: u32, b: u32): bool {
    const classOf = this.classOf;
    if (this.pinned.get(a) | this.pinned.get(b)) return a == b;
    const x = this.at(a);
    const y = this.at(b);
    if (classOf.get(a) != classOf.get(b) || load<u32>(x) != load<u32>(y)) return false;
    if (load<u8>(x) != NfaOp.Sparse) {
      const isSameNext = classOf.get(load<u16>(x, 4)) == classOf.get(load<u16>(y, 4));
      return isSameNext && classOf.get(load<u16>(x, 6)) == classOf.get(load<u16>(y, 6));
    }
    const count = <u32>load<u16>(x, 2);
    for (let i: u32 = 0; i < count; i++) {
      const r = this.range(x, i);
      const s = this.range(y, i);
      if (load<u16>(r) != load<u16>(s)) return false;
      if (classOf.get(load<u16>(r, 2)) != classOf.get(load<u16>(s, 2))) return false;
    }
    return true;
  }

  /** The class to lead to instead of `id`: past splits both ways of which are the same. */
  private target(id: u32): u32 {
    for (let hops: u32 = 0; hops < 64; hops++) {
      const at = this.at(id);
      if (load<u8>(at) != NfaOp.Split || this.pinned.get(id)) break;
      if (this.classOf.get(load<u16>(at, 4)) != this.classOf.get(load<u16>(at, 6))) break;
      id = load<u16>(at, 4);
    }
    return this.classOf.get(id);
  }

  private rewrite(): void {
    const code = this.newCode;
    code.clear();
    this.newRanges.clear();
    this.newPinned.clear();
    for (let index: u32 = 0; index < this.first.length; index++) {
      const at = this.at(this.first.get(index));
      this.newPinned.push(this.pinned.get(this.first.get(index)));
      const op = <NfaOp>load<u8>(at);
      if (op == NfaOp.Sparse) {
        this.rewriteSparse(at);
        continue;
      }
      code.u32(load<u32>(at));
      code.u16(<u16>this.target(load<u16>(at, 4)));
      code.u16(op == NfaOp.Split ? <u16>this.target(load<u16>(at, 6)) : 0);
    }
    this.start = this.target(this.start);
    const held = this.pinned;
    this.pinned = this.newPinned;
    this.newPinned = held;
  }

  /** Neighbouring ranges that lead to the same place now become one. */
  private rewriteSparse(at: usize): void {
    const ranges = this.newRanges;
    const base = ranges.length;
    const count = <u32>load<u16>(at, 2);
    for (let i: u32 = 0; i < count; i++) {
      const range = this.range(at, i);
      const to = this.target(load<u16>(range, 2));
      const last = ranges.at + ranges.length - NFA_RANGE;
      if (ranges.length > base && load<u16>(last, 2) == to && <u32>load<u8>(last, 1) + 1 == load<u8>(range)) {
        store<u8>(last, load<u8>(range, 1), 1);
        continue;
      }
      ranges.u16(load<u16>(range));
      ranges.u16(<u16>to);
    }
    const left = (ranges.length - base) / NFA_RANGE;
    if (left > 1) {
      this.newCode.u32((<u32>NfaOp.Sparse) | (left << 16));
      this.newCode.u32(base / NFA_RANGE);
      return;
    }
    const only = ranges.at + base;
    this.newCode.u32((<u32>NfaOp.Range) | ((<u32>load<u8>(only)) << 8) | ((<u32>load<u8>(only, 1)) << 16));
    this.newCode.u32(load<u16>(only, 2));
    ranges.length = base;
  }
}

function mix(hash: u32, word: u32): u32 {
  const h = (hash ^ word) * 0x9e3779b1;
  return h ^ (h >> 15);
}

function freeList(list: WordList): void {
  list.free();
  heap.free(changetype<usize>(list));
}
