// Bump arena: all memory of one transaction (or of one compile) that lives and dies together.
//
// ╒═ block ═══════════╤═══════════════════════════════╕
// │ next: usize       │ size: u32 │ bytes …           │   blocks grow geometrically and are kept by reset(),
// ╘═══════════════════╧═══════════════════════════════╛   so a steady load allocates nothing.
//
// The arena never traps: past `cap` bytes alloc() answers 0, and the caller records a limit.

const HEADER: u32 = 16;
const MAX_BLOCK: u32 = 1024 * 1024;

@unmanaged
export class Arena {
  private first: usize = 0;
  private block: usize = 0;
  private at: usize = 0;
  private end: usize = 0;
  /** Bytes of all blocks; compared with `cap` before a new one is taken. */
  held: u32 = 0;
  cap: u32 = 64 * 1024 * 1024;
  /** Bytes of the first block. */
  firstBlock: u32 = 16 * 1024;

  /** `size` bytes, 8-byte aligned, not zeroed; 0 when the arena's cap is reached. */
  alloc(size: u32): usize {
    const need = <usize>((size + 7) & ~7);
    const at = this.at;
    if (need < <usize>size || need > this.end - at) return this.allocSlow(<u32>need, size);
    this.at = at + need;
    return at;
  }

  /** Like alloc(), zeroed. */
  allocZeroed(size: u32): usize {
    const at = this.alloc(size);
    if (at != 0) memory.fill(at, 0, size);
    return at;
  }

  /** A copy of `len` bytes at `from`; 0 when the cap is reached. */
  copy(from: usize, len: u32): usize {
    const at = this.alloc(len);
    if (at != 0) memory.copy(at, from, len);
    return at;
  }

  /** Forgets everything, keeps the blocks. */
  reset(): void {
    this.enter(this.first);
  }

  /** Gives every block back to the heap. */
  free(): void {
    let block: usize = this.first;
    while (block != 0) {
      const next = load<usize>(block);
      heap.free(block);
      block = next;
    }
    this.first = 0;
    this.held = 0;
    this.enter(0);
  }

  private enter(block: usize): void {
    this.block = block;
    this.at = block == 0 ? 0 : block + HEADER;
    this.end = block == 0 ? 0 : this.at + load<u32>(block, 8);
  }

  private allocSlow(need: u32, size: u32): usize {
    if (need < size) return 0;
    // Blocks after the current one were kept by reset(): take the first that is large enough.
    let last: usize = this.block;
    let next: usize = last == 0 ? <usize>0 : load<usize>(last);
    while (next != 0) {
      last = next;
      if (load<u32>(next, 8) >= need) {
        this.enter(next);
        const at = this.at;
        this.at = at + need;
        return at;
      }
      next = load<usize>(next);
    }
    let room = this.held == 0 ? this.firstBlock : min(this.held, MAX_BLOCK);
    if (room < need) room = need;
    if (room > this.cap || this.held > this.cap - room) return 0;
    const block = heap.alloc(room + HEADER);
    if (block == 0) return 0;
    store<usize>(block, 0);
    store<u32>(block, room, 8);
    if (last == 0) this.first = block;
    else store<usize>(last, block);
    this.held += room;
    this.enter(block);
    const at = this.at;
    this.at = at + need;
    return at;
  }
}
