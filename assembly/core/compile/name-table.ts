// Distinct texts and their numbers, in the order they came.

import { ByteWriter } from "../bytes/byte-writer";

/** No such text. */
const NONE: u32 = 0xffffffff;

export class NameTable {
  private texts: ByteWriter = new ByteWriter();
  private ends: Array<u32> = [];
  /** Open addressing: number + 1, 0 = free. */
  private slots: StaticArray<u32> = new StaticArray<u32>(64);

  /** The text's number, made when it is new. */
  intern(at: usize, len: u32): u32 {
    const known = this.find(at, len);
    if (known != NONE) return known;
    this.texts.bytes(at, len);
    this.ends.push(this.texts.length);
    if (this.ends.length * 2 > this.slots.length) this.grow();
    else this.place(<u32>this.ends.length - 1);
    return this.ends.length - 1;
  }

  has(at: usize, len: u32): bool {
    return this.find(at, len) != NONE;
  }

  free(): void {
    this.texts.free();
    heap.free(changetype<usize>(this.texts));
  }

  private find(at: usize, len: u32): u32 {
    const mask = <u32>this.slots.length - 1;
    for (let slot = hashOf(at, len) & mask; this.slots[slot] != 0; slot = (slot + 1) & mask) {
      const number = this.slots[slot] - 1;
      const start = this.startOf(number);
      if (this.ends[number] - start != len) continue;
      if (memory.compare(this.texts.at + start, at, len) == 0) return number;
    }
    return NONE;
  }

  private place(number: u32): void {
    const start = this.startOf(number);
    const mask = <u32>this.slots.length - 1;
    let slot = hashOf(this.texts.at + start, this.ends[number] - start) & mask;
    while (this.slots[slot] != 0) slot = (slot + 1) & mask;
    this.slots[slot] = number + 1;
  }

  private grow(): void {
    this.slots = new StaticArray<u32>(this.slots.length << 1);
    for (let i: u32 = 0; i < <u32>this.ends.length; i++) this.place(i);
  }

  private startOf(number: u32): u32 {
    return number == 0 ? 0 : this.ends[number - 1];
  }
}

function hashOf(at: usize, len: u32): u32 {
  let hash: u32 = 2166136261;
  for (let i: u32 = 0; i < len; i++) hash = (hash ^ load<u8>(at + i)) * 16777619;
  return hash ^ (hash >> 15);
}
