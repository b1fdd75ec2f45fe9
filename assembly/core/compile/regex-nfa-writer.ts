// Instructions and ranges of an NFA program while it is made. Past a limit nothing more is written and
// `isFull` is set: every id handed out stays a valid one.
import { ByteWriter } from "../bytes/byte-writer";
import { NFA_INSTRUCTION, NFA_LIMIT, NFA_RANGE, NfaOp } from "../match/regex-nfa-layout";
import { WordList } from "./word-list";

const RANGE_LIMIT: u32 = 400000;

@unmanaged
export class NfaWriter {
  code: ByteWriter = new ByteWriter();
  ranges: ByteWriter = new ByteWriter();
  isFull: bool = false;

  clear(): void {
    this.code.clear();
    this.ranges.clear();
    this.isFull = false;
  }

  free(): void {
    this.code.free();
    this.ranges.free();
    heap.free(changetype<usize>(this.code));
    heap.free(changetype<usize>(this.ranges));
    heap.free(changetype<usize>(this));
  }

  get count(): u32 {
    return this.code.length / NFA_INSTRUCTION;
  }

  emit(op: NfaOp, low: u32, high: u32, next: u32, other: u32): u32 {
    const id = this.count;
    if (this.isFull || id >= NFA_LIMIT) {
      this.isFull = true;
      return 0;
    }
    const at = this.code.reserve(NFA_INSTRUCTION);
    store<u8>(at, <u8>op);
    store<u8>(at, <u8>low, 1);
    store<u16>(at, <u16>high, 2);
    store<u16>(at, <u16>next, 4);
    store<u16>(at, <u16>other, 6);
    this.code.length += NFA_INSTRUCTION;
    return id;
  }

  /** Fills in the ways of a Split that was emitted before what it leads to. */
  patch(id: u32, next: u32, other: u32): void {
    if (this.isFull) return;
    const at = this.code.at + <usize>id * NFA_INSTRUCTION;
    store<u16>(at, <u16>next, 4);
    store<u16>(at, <u16>other, 6);
  }

  /** Sparse (or Range, for a single edge) of the edges lo | hi << 8 | target << 16. */
  sparse(edges: WordList): u32 {
    const count = edges.length;
    if (count == 0) return this.emit(NfaOp.Fail, 0, 0, 0, 0);
    if (count == 1) {
      const edge = edges.get(0);
      return this.emit(NfaOp.Range, edge & 0xff, (edge >> 8) & 0xff, edge >> 16, 0);
    }
    const first = this.ranges.length / NFA_RANGE;
    if (first + count > RANGE_LIMIT) this.isFull = true;
    const id = this.emit(NfaOp.Sparse, 0, count, first & 0xffff, first >> 16);
    if (!this.isFull) this.ranges.bytes(edges.at, count << 2);
    return id;
  }

  /** Is instruction `id` what sparse(edges) would emit? */
  isSparse(id: u32, edges: WordList): bool {
    if (this.isFull) return true;
    const at = this.code.at + <usize>id * NFA_INSTRUCTION;
    const count = edges.length;
    const op = <NfaOp>load<u8>(at);
    if (count == 0) return op == NfaOp.Fail;
    if (count == 1) {
      const edge = edges.get(0);
      const isSame = load<u8>(at, 1) == <u8>edge && load<u16>(at, 2) == ((edge >> 8) & 0xff);
      return op == NfaOp.Range && isSame && load<u16>(at, 4) == edge >> 16;
    }
    if (op != NfaOp.Sparse || load<u16>(at, 2) != count) return false;
    return memory.compare(this.ranges.at + ((<usize>load<u32>(at, 4)) << 2), edges.at, count << 2) == 0;
  }
}
