// Bytes that no instruction or assertion of an NFA program tells apart, numbered in byte order.
import {
  NFA_HEADER,
  NFA_INSTRUCTION,
  NFA_RANGE,
  NFA_USES_LINE,
  NFA_USES_WORD,
  NfaOp,
} from "../match/regex-nfa-layout";

@unmanaged
export class ByteClasses {
  count: u32 = 0;
  /** 256 bytes: class of each byte; then 256: first byte of each class. */
  at: usize = heap.alloc(512);

  free(): void {
    heap.free(this.at);
    heap.free(changetype<usize>(this));
  }

  classOf(byte: u32): u32 {
    return load<u8>(this.at + byte);
  }

  /** A byte of the class. */
  sample(index: u32): u32 {
    return load<u8>(this.at + 256 + index);
  }

  read(program: usize): void {
    const at = this.at;
    memory.fill(at, 0, 512);
    const count = load<u32>(program, 8);
    const code = program + NFA_HEADER;
    for (let i: u32 = 0; i < count; i++) {
      const instruction = code + <usize>i * NFA_INSTRUCTION;
      if (load<u8>(instruction) == NfaOp.Range)
        this.mark(load<u8>(instruction, 1), load<u16>(instruction, 2));
    }
    const ranges = code + <usize>count * NFA_INSTRUCTION;
    const rangeCount = load<u32>(program, 12);
    for (let i: u32 = 0; i < rangeCount; i++) {
      const range = ranges + <usize>i * NFA_RANGE;
      this.mark(load<u8>(range), load<u8>(range, 1));
    }
    const flags = load<u32>(program, 20);
    if (flags & NFA_USES_LINE) this.mark(0x0a, 0x0a);
    if (flags & NFA_USES_WORD) {
      this.mark(0x30, 0x39);
      this.mark(0x41, 0x5a);
      this.mark(0x5f, 0x5f);
      this.mark(0x61, 0x7a);
    }
    let index: u32 = 0;
    for (let c: u32 = 0; c < 256; c++) {
      if (c > 0 && load<u8>(at + c) != 0) index++;
      if (c == 0 || load<u8>(at + c) != 0) store<u8>(at + 256 + index, <u8>c);
      store<u8>(at + c, <u8>index);
    }
    this.count = index + 1;
  }

  /** A class begins at `lo` and one behind `hi`. */
  private mark(lo: u32, hi: u32): void {
    store<u8>(this.at + lo, 1);
    if (hi < 255) store<u8>(this.at + hi + 1, 1);
  }
}
