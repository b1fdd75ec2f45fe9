// Growable list of u32 on the heap, outside the garbage collector. The caller keeps indexes in bounds.

@unmanaged
export class WordList {
  at: usize = 0;
  length: u32 = 0;
  private room: u32 = 0;

  clear(): void {
    this.length = 0;
  }

  free(): void {
    if (this.at != 0) heap.free(this.at);
    this.at = 0;
    this.length = 0;
    this.room = 0;
  }

  push(value: u32): void {
    if (this.length == this.room) this.grow(this.length + 1);
    store<u32>(this.at + ((<usize>this.length) << 2), value);
    this.length++;
  }

  pop(): u32 {
    this.length--;
    return load<u32>(this.at + ((<usize>this.length) << 2));
  }

  get(index: u32): u32 {
    return load<u32>(this.at + ((<usize>index) << 2));
  }

  set(index: u32, value: u32): void {
    store<u32>(this.at + ((<usize>index) << 2), value);
  }

  /** Makes the list `length` long, every word being `value`. */
  fill(length: u32, value: u32): void {
    if (length > this.room) this.grow(length);
    this.length = length;
    for (let i: u32 = 0; i < length; i++) this.set(i, value);
  }

  private grow(need: u32): void {
    let room = max<u32>(this.room << 1, 32);
    while (room < need) room <<= 1;
    this.at = this.at == 0 ? heap.alloc(room << 2) : heap.realloc(this.at, room << 2);
    this.room = room;
  }
}
