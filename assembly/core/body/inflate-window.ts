// The last 32 KiB of output, which matches reach back into (RFC 1951 §2). A ring that grows with the output, so that
// a short stream holds little; nothing is held when a stream ends in the run that it began in.

export const WINDOW_BYTES: u32 = 32 * 1024;
const FIRST_BYTES: u32 = 1024;
/** A window that outgrows this becomes as large as it may be: growing by doubling left as much again in holes. */
const STEP_BYTES: u32 = 4 * 1024;

@unmanaged
export class InflateWindow {
  /** Bytes that matches may reach back. */
  length: u32 = 0;
  private base: usize = 0;
  private size: u32 = 0;
  /** Where the next byte goes. */
  private next: u32 = 0;

  /** Forgets the bytes, keeps the memory. */
  clear(): void {
    this.length = 0;
    this.next = 0;
  }

  reset(): void {
    this.clear();
    if (this.base != 0) heap.free(this.base);
    this.base = 0;
    this.size = 0;
  }

  /** Adds the output of a run. */
  keep(at: usize, len: u32): void {
    if (len == 0) return;
    if (len >= WINDOW_BYTES) {
      this.clear();
      at += len - WINDOW_BYTES;
      len = WINDOW_BYTES;
    }
    this.grow(min(WINDOW_BYTES, this.length + len));
    if (this.next == this.size) this.next = 0;
    const first = min(len, this.size - this.next);
    memory.copy(this.base + this.next, at, first);
    memory.copy(this.base, at + first, len - first);
    this.next = first < len ? len - first : this.next + first;
    this.length = min(WINDOW_BYTES, this.length + len);
  }

  /** Copies `len` bytes that begin `back` bytes before the end; 0 < len <= back <= length. */
  copy(back: u32, len: u32, to: usize): void {
    const from = this.next >= back ? this.next - back : this.next + this.size - back;
    const first = min(len, this.size - from);
    memory.copy(to, this.base + from, first);
    memory.copy(to + first, this.base, len - first);
  }

  /** Only a ring of the full size ever runs around, so a smaller one grows at its end. */
  private grow(need: u32): void {
    if (need <= this.size) return;
    let size = max(this.size, FIRST_BYTES);
    while (size < need) size = size < STEP_BYTES ? size << 1 : WINDOW_BYTES;
    this.base = this.base == 0 ? heap.alloc(size) : heap.realloc(this.base, size);
    this.size = size;
  }
}
