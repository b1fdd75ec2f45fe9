// Growable byte buffer on the heap, outside the garbage collector. Kept and reused: clear() keeps the room.

@unmanaged
export class ByteWriter {
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

  /** Makes room for `more` bytes after `length` and returns where they go. Callers then raise `length`. */
  reserve(more: u32): usize {
    const need = this.length + more;
    if (need > this.room) {
      let room = max<u32>(this.room << 1, 64);
      while (room < need) room <<= 1;
      this.at = this.at == 0 ? heap.alloc(room) : heap.realloc(this.at, room);
      this.room = room;
    }
    return this.at + this.length;
  }

  byte(value: u8): void {
    store<u8>(this.reserve(1), value);
    this.length++;
  }

  u16(value: u16): void {
    store<u16>(this.reserve(2), value);
    this.length += 2;
  }

  u32(value: u32): void {
    store<u32>(this.reserve(4), value);
    this.length += 4;
  }

  u64(value: u64): void {
    store<u64>(this.reserve(8), value);
    this.length += 8;
  }

  bytes(from: usize, len: u32): void {
    memory.copy(this.reserve(len), from, len);
    this.length += len;
  }

  /** Text constant as UTF-8 bytes. For configure time and event building; not for per-value work. */
  text(value: string): void {
    const room = <u32>value.length * 3;
    const written = String.UTF8.encodeUnsafe(changetype<usize>(value), value.length, this.reserve(room));
    this.length += <u32>written;
  }

  /** Decimal digits of `value`. */
  decimal(value: i64): void {
    if (value < 0) this.byte(0x2d);
    let rest = value < 0 ? <u64>-value : <u64>value;
    let digits: u32 = 1;
    for (let probe = rest; probe >= 10; probe /= 10) digits++;
    let at = this.reserve(digits) + digits;
    this.length += digits;
    do {
      store<u8>(--at, <u8>(0x30 + (rest % 10)));
      rest /= 10;
    } while (rest != 0);
  }

  /** Zero bytes up to the next multiple of `alignment` (a power of two). */
  align(alignment: u32): void {
    while (this.length & (alignment - 1)) this.byte(0);
  }
}
