// Keys that a query or form has more than once. ASP.NET hands such a parameter to the application as its values
// joined with commas, so an attack can be cut in pieces of which none is one: `id=1/*&id=*/union select`.
//
// ╒═ record ═══════╤════════════════╤══════════════════╤═════════════════════════════╕
// │ u32 hash       │ u32 key length │ u32 value length │ key bytes, value bytes      │
// ╘════════════════╧════════════════╧══════════════════╧═════════════════════════════╛   one for each pair
//
// WHY: each pair costs a hash of its key and a copy; what is joined is looked for only when two hashes fell on the
// same of 64 bits. The first PAIRS pairs are kept, in LOG_BYTES at most, so a search costs at most PAIRS² / 2
// comparisons of hashes. TEST: test/unit/core/http/query.spec.ts, test/engine/parse.test.ts.

import { ByteWriter } from "../bytes/byte-writer";
import { InputKind, Inputs } from "../inputs/inputs";
import { PATH_KEY_BYTES } from "../inputs/value-buffer";

/** Pairs that are kept. */
const PAIRS: u32 = 128;
/** Bytes of keys and values that are kept. */
const LOG_BYTES: u32 = 8192;
/** Keys that are pushed joined. */
const JOINED_KEYS: u32 = 16;
/** Room above this goes back to the heap between two messages. */
const KEPT_BYTES: u32 = 1024;
const RECORD_SIZE: u32 = 12;
const COMMA: u8 = 0x2c;
const OPEN_BRACKET: u32 = 0x5b;

@unmanaged
export class RepeatedKeys {
  private log: ByteWriter = new ByteWriter();
  private pairs: u32 = 0;
  /** Bits of the hashes seen, and whether one was seen twice. */
  private seen: u64 = 0;
  private isRepeated: bool = false;
  /** Where push() goes on in the log, and keys it joined. */
  private next: u32 = 0;
  private joined: u32 = 0;

  reset(): void {
    if (this.log.length > KEPT_BYTES) this.log.free();
    this.log.clear();
    this.pairs = 0;
    this.seen = 0;
    this.isRepeated = false;
    this.next = 0;
    this.joined = 0;
  }

  free(): void {
    this.log.free();
    heap.free(changetype<usize>(this.log));
    heap.free(changetype<usize>(this));
  }

  /** Notes a decoded pair. Keys with brackets are arrays and objects by intent, which nobody joins. */
  add(key: usize, keyLen: u32, value: usize, valueLen: u32): void {
    const log = this.log;
    if (this.pairs == PAIRS || keyLen > PATH_KEY_BYTES || valueLen > LOG_BYTES) return;
    if (log.length + keyLen + valueLen > LOG_BYTES) return;
    // FNV-1a, started so that no hash is 0, the mark of a record that was joined.
    let hash: u32 = 0x811c9dc5;
    for (let i: u32 = 0; i < keyLen; i++) {
      const c = <u32>load<u8>(key + i);
      if (c == OPEN_BRACKET) return;
      hash = (hash ^ c) * 0x01000193;
    }
    hash |= 1;
    const place = <u64>(hash >> 26);
    const bit = (<u64>1) << place;
    if ((this.seen & bit) != 0) this.isRepeated = true;
    this.seen |= bit;
    this.pairs++;
    const to = log.reserve(RECORD_SIZE + keyLen + valueLen);
    store<u32>(to, hash);
    store<u32>(to, keyLen, 4);
    store<u32>(to, valueLen, 8);
    memory.copy(to + RECORD_SIZE, key, keyLen);
    memory.copy(to + RECORD_SIZE + keyLen, value, valueLen);
    log.length += RECORD_SIZE + keyLen + valueLen;
  }

  /** Pushes the joined values, after the last pair. False when the inputs are full: drain them and call again. */
  push(inputs: Inputs, address: u32): bool {
    if (!this.isRepeated) return true;
    const end = this.log.at + this.log.length;
    while (this.next < this.log.length && this.joined < JOINED_KEYS) {
      const record = this.log.at + this.next;
      const behind = sizeOf(record);
      if (load<u32>(record) != 0) {
        if (inputs.room() == 0) return false;
        this.pushJoined(inputs, address, record, end);
      }
      this.next += behind;
    }
    this.next = this.log.length;
    return true;
  }

  private pushJoined(inputs: Inputs, address: u32, record: usize, end: usize): void {
    const first = record + sizeOf(record);
    let size = load<u32>(record, 8);
    for (let p = first; p < end; p += sizeOf(p)) if (isSameKey(record, p)) size += 1 + load<u32>(p, 8);
    if (size == load<u32>(record, 8)) return;
    this.joined++;
    const keyLen = load<u32>(record, 4);
    const key = inputs.arena.copy(record + RECORD_SIZE, keyLen);
    const at = inputs.arena.alloc(size);
    if (key == 0 || at == 0) return;
    let to = at + copyValue(record, at);
    for (let p = first; p < end; p += sizeOf(p)) {
      if (!isSameKey(record, p)) continue;
      store<u8>(to++, COMMA);
      to += copyValue(p, to);
      store<u32>(p, 0);
    }
    inputs.push(address, InputKind.String, inputs.keyNode(0, key, keyLen), at, size);
  }
}

function sizeOf(record: usize): u32 {
  return RECORD_SIZE + load<u32>(record, 4) + load<u32>(record, 8);
}

function isSameKey(a: usize, b: usize): bool {
  if (load<u32>(a) != load<u32>(b) || load<u32>(a, 4) != load<u32>(b, 4)) return false;
  return memory.compare(a + RECORD_SIZE, b + RECORD_SIZE, load<u32>(a, 4)) == 0;
}

/** Copies the record's value and returns its length. */
function copyValue(record: usize, to: usize): u32 {
  const len = load<u32>(record, 8);
  memory.copy(to, record + RECORD_SIZE + load<u32>(record, 4), len);
  return len;
}
