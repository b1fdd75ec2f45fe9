// Collects the values of an exact_match list and writes the table of match/exact-set.ts.
import { equalBytes } from "../bytes/ascii";
import { ByteWriter } from "../bytes/byte-writer";
import { EXACT_ENTRY, EXACT_HEADER, exactHash } from "../match/exact-set";

const LIMIT_ENTRIES: u32 = 1 << 22;
const LIMIT_BYTES: u32 = 64 * 1024 * 1024;

@unmanaged
export class ExactBuild {
  private entries: ByteWriter = new ByteWriter();
  private count: u32 = 0;

  /** Adds a value that counts until `expires` (seconds since 1970; 0 = for ever); false when the list is full. */
  add(at: usize, len: u32, expires: u64): bool {
    if (this.count >= LIMIT_ENTRIES || len > LIMIT_BYTES - this.entries.length) return false;
    this.entries.u32(len);
    this.entries.u32(exactHash(at, len));
    this.entries.u64(expires);
    this.entries.bytes(at, len);
    this.entries.align(4);
    this.count++;
    return true;
  }

  /** Appends the table. A value that was added twice keeps the later expiry. */
  build(out: ByteWriter): void {
    let slots: u32 = 2;
    while (slots < this.count * 2) slots <<= 1;
    const before = EXACT_HEADER + (slots << 2);
    const start = out.length;
    out.reserve(before + this.entries.length);
    out.u32(before + this.entries.length);
    out.u32(0);
    out.u32(slots);
    memory.fill(out.reserve(slots << 2), 0, slots << 2);
    out.length += slots << 2;
    out.bytes(this.entries.at, this.entries.length);
    const table = out.at + start;
    let used: u32 = 0;
    for (let offset = before; offset < before + this.entries.length;) {
      if (insert(table, slots - 1, offset)) used++;
      offset += (EXACT_ENTRY + load<u32>(table + offset) + 3) & ~3;
    }
    store<u32>(table, used, 4);
  }

  /** Gives back everything; the object itself too. */
  free(): void {
    this.entries.free();
    heap.free(changetype<usize>(this.entries));
    heap.free(changetype<usize>(this));
  }
}

/** Puts the entry at `offset` into a slot; false when an equal one is there, which then lives as long as both. */
function insert(table: usize, mask: u32, offset: u32): bool {
  const entry = table + offset;
  const len = load<u32>(entry);
  let slot = load<u32>(entry, 4) & mask;
  while (true) {
    const place = table + EXACT_HEADER + ((<usize>slot) << 2);
    const other = load<u32>(place);
    if (other == 0) {
      store<u32>(place, offset);
      return true;
    }
    const twin = table + other;
    if (load<u32>(twin) == len && equalBytes(twin + EXACT_ENTRY, entry + EXACT_ENTRY, len)) {
      const expires = load<u64>(entry, 8);
      const until = load<u64>(twin, 8);
      if (until != 0 && (expires == 0 || expires > until)) store<u64>(twin, expires, 8);
      return false;
    }
    slot = (slot + 1) & mask;
  }
}
