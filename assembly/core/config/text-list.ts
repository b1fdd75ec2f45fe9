// A short list of texts of the configuration: rule ids, header names, patterns. Their bytes are the Config's.

import { equalBytes } from "../bytes/ascii";
import { ByteWriter } from "../bytes/byte-writer";

@unmanaged
export class TextList {
  /** u32 address, u32 length per text. */
  private entries: ByteWriter = new ByteWriter();

  get count(): u32 {
    return this.entries.length >> 3;
  }

  at(index: u32): usize {
    return load<u32>(this.entries.at + (index << 3));
  }

  len(index: u32): u32 {
    return load<u32>(this.entries.at + (index << 3), 4);
  }

  add(at: usize, len: u32): void {
    this.entries.u32(<u32>at);
    this.entries.u32(len);
  }

  /** True when one of the texts is exactly the `len` bytes at `at`. */
  has(at: usize, len: u32): bool {
    for (let i: u32 = 0; i < this.count; i++) {
      if (this.len(i) == len && equalBytes(this.at(i), at, len)) return true;
    }
    return false;
  }

  clear(): void {
    this.entries.clear();
  }

  /** Gives all memory back, the object too. */
  free(): void {
    this.entries.free();
    heap.free(changetype<usize>(this.entries));
    heap.free(changetype<usize>(this));
  }
}
