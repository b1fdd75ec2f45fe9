// Context id → stream object. Open addressing over plain memory, so that looking up a stream costs a few
// loads and creating one allocates nothing once the table is warm.
//
// ╒═ slot ════╤═══════════════╕   id 0 marks a free slot: the host numbers contexts from 1.
// │ u32 id    │ u32 object    │
// ╘═══════════╧═══════════════╛

const SLOT: u32 = 8;
const FIRST_SLOTS: u32 = 64;

@unmanaged
export class ContextTable {
  private slots: usize = 0;
  private mask: u32 = 0;
  private count: u32 = 0;

  /** Number of slots, for walks over all contexts; none must be set or deleted on the way. */
  get slotCount(): u32 {
    return this.mask == 0 ? 0 : this.mask + 1;
  }

  /** Id in the slot, or 0. */
  idAt(slot: u32): u32 {
    return load<u32>(this.slots + <usize>(slot * SLOT));
  }

  get(id: u32): usize {
    if (this.mask == 0) return 0;
    let slot = this.slots + <usize>(this.home(id) * SLOT);
    const last = this.slots + <usize>(this.mask * SLOT);
    for (let found = load<u32>(slot); found != 0; found = load<u32>(slot)) {
      if (found == id) return load<u32>(slot, 4);
      slot = slot == last ? this.slots : slot + SLOT;
    }
    return 0;
  }

  set(id: u32, object: usize): void {
    if (id == 0) return;
    if (this.mask == 0 || this.count * 4 > this.mask * 3) this.grow();
    this.insert(id, object);
  }

  delete(id: u32): void {
    if (this.mask == 0 || id == 0) return;
    let i = this.home(id);
    for (; ; i = (i + 1) & this.mask) {
      const found = load<u32>(this.slots + <usize>(i * SLOT));
      if (found == 0) return;
      if (found == id) break;
    }
    this.count--;
    // Backward-shift deletion: no tombstones, so a long-lived table stays fast.
    let gap = i;
    for (let j = (i + 1) & this.mask; ; j = (j + 1) & this.mask) {
      const slot = this.slots + <usize>(j * SLOT);
      const id = load<u32>(slot);
      if (id == 0) break;
      const home = this.home(id);
      if (((j - home) & this.mask) >= ((j - gap) & this.mask)) {
        store<u64>(this.slots + <usize>(gap * SLOT), load<u64>(slot));
        gap = j;
      }
    }
    store<u64>(this.slots + <usize>(gap * SLOT), 0);
  }

  private home(id: u32): u32 {
    return ((id * 0x9e3779b1) >>> 8) & this.mask;
  }

  private insert(id: u32, object: usize): void {
    for (let i = this.home(id); ; i = (i + 1) & this.mask) {
      const slot = this.slots + <usize>(i * SLOT);
      const found = load<u32>(slot);
      if (found != 0 && found != id) continue;
      if (found == 0) this.count++;
      store<u32>(slot, id);
      store<u32>(slot, <u32>object, 4);
      return;
    }
  }

  private grow(): void {
    const old = this.slots;
    const oldSlots: u32 = this.mask == 0 ? 0 : this.mask + 1;
    const size = oldSlots == 0 ? FIRST_SLOTS : oldSlots << 1;
    this.slots = heap.alloc(size * SLOT);
    memory.fill(this.slots, 0, size * SLOT);
    this.mask = size - 1;
    this.count = 0;
    for (let i: u32 = 0; i < oldSlots; i++) {
      const slot = old + <usize>(i * SLOT);
      if (load<u32>(slot) != 0) this.insert(load<u32>(slot), load<u32>(slot, 4));
    }
    if (old != 0) heap.free(old);
  }
}
