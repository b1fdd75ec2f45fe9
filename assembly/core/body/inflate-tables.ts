// The Huffman tables of DEFLATE (RFC 1951 §3.2): made per block from code lengths, looked up by the next bits.
//
// ╒═ entry, u32 ═════════════════════════════════════════════════════════════════════════╕
// │ 0–3 bits of the code │ 4–7 extra bits │ 8–11 bits of a sub-table │ 12–15 Entry │ 16–31 value │
// ╘══════════════════════════════════════════════════════════════════════════════════════╛
// The value is a literal, the base of a length or distance, or where a sub-table begins. A sub-table's entries say the
// bits of the whole code. Codes longer than the root table's index go on in a sub-table.
//
// There is one set of tables in the VM, made for one stream at a time: a stream keeps the code lengths (320 bytes), and
// has its tables made again when it goes on after another one. That costs a chunk some microseconds, and saves each
// stream in flight 7 KB.
//
// SAFETY: a code that is over-subscribed, or incomplete otherwise than as one code of one bit, is refused before an
// entry is written, so the tables hold ENOUGH entries (the most that complete codes need, as computed by zlib's
// examples/enough.c: 286 symbols, 10 bits: 1,332; 30 symbols, 8 bits: 400).

export const LITERAL_BITS: u32 = 10;
export const DISTANCE_BITS: u32 = 8;
/** Code lengths of one block: literals, then distances. */
export const MAX_LENGTHS: u32 = 320;
/** Code lengths of the code lengths. */
export const LENGTH_CODES: u32 = 19;

export enum Entry {
  Literal = 0x1000,
  EndOfBlock = 0x2000,
  SubTable = 0x4000,
  Invalid = 0x8000,
}

/** Anything but a literal or a length. */
export const ENTRY_SPECIAL: u32 = Entry.EndOfBlock | Entry.Invalid;

/** What the symbols of a code stand for. */
enum Alphabet {
  Literals,
  Distances,
}

const LITERAL_ENOUGH: u32 = 1334;
const DISTANCE_ENOUGH: u32 = 402;
const INVALID_BIT: u32 = Entry.Invalid | 1;

export const literalTable = memory.data(5336);
export const distanceTable = memory.data(1608);
export const fixedLiteralTable = memory.data(4096);
export const fixedDistanceTable = memory.data(1024);
/** By seven bits: symbol << 3 | bits. */
export const lengthTable = memory.data(128);

/** Whose tables they are. */
let owner: usize = 0;
let hasFixed = false;

/** Codes of each length; the next symbol of each length; the symbols by length. */
const counts = memory.data(64);
const offsets = memory.data(64);
const sorted = memory.data(640);

/** Base and extra bits of the symbols from 257 on, as base << 4 | extra; RFC 1951 §3.2.5. */
const LENGTH_BASES = memory.data<u16>([
  0x0030, 0x0040, 0x0050, 0x0060, 0x0070, 0x0080, 0x0090, 0x00a0, 0x00b1, 0x00d1, 0x00f1, 0x0111, 0x0132,
  0x0172, 0x01b2, 0x01f2, 0x0233, 0x02b3, 0x0333, 0x03b3, 0x0434, 0x0534, 0x0634, 0x0734, 0x0835, 0x0a35,
  0x0c35, 0x0e35, 0x1020,
]);

/** Makes the tables of the fixed codes, once. */
export function makeFixedTables(): void {
  if (hasFixed) return;
  hasFixed = true;
  const lengths = heap.alloc(MAX_LENGTHS);
  memory.fill(lengths, 8, 144);
  memory.fill(lengths + 144, 9, 112);
  memory.fill(lengths + 256, 7, 24);
  memory.fill(lengths + 280, 8, 8);
  memory.fill(lengths + 288, 5, 32);
  build(lengths, 288, fixedLiteralTable, LITERAL_BITS, 1024, Alphabet.Literals);
  build(lengths + 288, 32, fixedDistanceTable, DISTANCE_BITS, 256, Alphabet.Distances);
  heap.free(lengths);
}

/** True when the tables are those that `stream` had made last. */
export function ownsTables(stream: usize): bool {
  return owner == stream;
}

/** Makes the tables of `stream` from a block's code lengths; false when a code is impossible. */
export function makeTables(stream: usize, lengths: usize, literals: u32, distances: u32): bool {
  owner = 0;
  const isPossible =
    build(lengths, literals, literalTable, LITERAL_BITS, LITERAL_ENOUGH, Alphabet.Literals) &&
    build(lengths + literals, distances, distanceTable, DISTANCE_BITS, DISTANCE_ENOUGH, Alphabet.Distances);
  if (isPossible) owner = stream;
  return isPossible;
}

/** Makes the table of the code lengths' code from its 19 lengths; false when the code is impossible. */
export function makeLengthTable(stream: usize, lengths: usize): bool {
  owner = 0;
  const longest = sort(lengths, LENGTH_CODES);
  if (longest == 0) {
    // As zlib has it: each bit is a length of 0, until the code without an end-of-block is refused.
    memory.fill(lengthTable, 1, 128);
    owner = stream;
    return true;
  }
  if (spaceLeft() != 0) return false;
  let code: u32 = 0;
  let i: usize = 0;
  for (let bits: u32 = 1; bits <= longest; bits++) {
    for (let n = countOf(bits); n != 0; n--) {
      const entry = <u8>((load<u16>(sorted + (i++ << 1)) << 3) | bits);
      for (let at = code; at < 128; at += 1 << bits) store<u8>(lengthTable + at, entry);
      code = nextCode(code, bits);
    }
  }
  owner = stream;
  return true;
}

/** Canonical code to table; the codes run through reversed, as the bits come lowest first. */
function build(lengths: usize, symbols: u32, table: usize, root: u32, enough: u32, alphabet: Alphabet): bool {
  const longest = sort(lengths, symbols);
  const left = longest == 0 ? 1 : spaceLeft();
  if (left < 0 || (left > 0 && longest > 1)) return false;
  const rootSize: u32 = 1 << root;
  if (left > 0) {
    for (let i: u32 = 0; i < rootSize; i++) store<u32>(table + ((<usize>i) << 2), INVALID_BIT);
    if (longest == 0) return true;
  }
  let code: u32 = 0;
  let i: usize = 0;
  let next: u32 = rootSize;
  let sub: u32 = 0;
  let subBits: u32 = 0;
  let prefix: u32 = 0xffffffff;
  for (let bits: u32 = 1; bits <= longest; bits++) {
    for (let n = countOf(bits); n != 0; n--) {
      const entry = entryOf(load<u16>(sorted + (i++ << 1)), alphabet) | bits;
      if (bits <= root) {
        for (let at = code; at < rootSize; at += 1 << bits) store<u32>(table + ((<usize>at) << 2), entry);
      } else {
        if ((code & (rootSize - 1)) != prefix) {
          prefix = code & (rootSize - 1);
          sub = next;
          subBits = subTableBits(bits, root, longest, n);
          next += 1 << subBits;
          if (next > enough) return false;
          store<u32>(table + ((<usize>prefix) << 2), Entry.SubTable | root | (subBits << 8) | (sub << 16));
        }
        const size: u32 = 1 << subBits;
        for (let at = code >> root; at < size; at += 1 << (bits - root)) {
          store<u32>(table + ((<usize>(sub + at)) << 2), entry);
        }
      }
      code = nextCode(code, bits);
    }
  }
  return true;
}

/** Bits of a sub-table that begins with a code of `bits`, of which `left` are still to come. */
function subTableBits(bits: u32, root: u32, longest: u32, left: u32): u32 {
  let size = bits - root;
  let space = (1 << size) - <i32>left;
  while (space > 0 && size + root < longest) {
    size++;
    space = (space << 1) - <i32>countOf(size + root);
  }
  return size;
}

/** The reversed code behind `code`. */
function nextCode(code: u32, bits: u32): u32 {
  let carry: u32 = 1 << (bits - 1);
  while ((code & carry) != 0) carry >>= 1;
  return carry == 0 ? 0 : (code & (carry - 1)) | carry;
}

function countOf(bits: u32): u32 {
  return load<u32>(counts + ((<usize>bits) << 2));
}

/** Sorts the symbols by length and counts them; returns the greatest length. */
function sort(lengths: usize, symbols: u32): u32 {
  memory.fill(counts, 0, 64);
  for (let i: u32 = 0; i < symbols; i++) {
    const slot = counts + ((<usize>load<u8>(lengths + i)) << 2);
    store<u32>(slot, load<u32>(slot) + 1);
  }
  store<u32>(counts, 0);
  let longest: u32 = 0;
  let from: u32 = 0;
  for (let bits: u32 = 1; bits < 16; bits++) {
    store<u32>(offsets + ((<usize>bits) << 2), from);
    const count = countOf(bits);
    if (count != 0) longest = bits;
    from += count;
  }
  for (let i: u32 = 0; i < symbols; i++) {
    const bits = <usize>load<u8>(lengths + i);
    if (bits == 0) continue;
    const to = load<u32>(offsets + (bits << 2));
    store<u16>(sorted + ((<usize>to) << 1), <u16>i);
    store<u32>(offsets + (bits << 2), to + 1);
  }
  return longest;
}

/** Codes of 15 bits that the counted ones leave free: 0 for a complete code, negative for an over-subscribed one. */
function spaceLeft(): i32 {
  let left: i32 = 1;
  for (let bits: u32 = 1; bits < 16; bits++) {
    left = (left << 1) - <i32>countOf(bits);
    if (left < 0) return left;
  }
  return left;
}

/** The entry of a symbol, without the bits of its code. */
function entryOf(symbol: u32, alphabet: Alphabet): u32 {
  if (alphabet == Alphabet.Distances) {
    if (symbol >= 30) return Entry.Invalid;
    if (symbol < 4) return (symbol + 1) << 16;
    const extra = (symbol >> 1) - 1;
    return ((((2 | (symbol & 1)) << extra) + 1) << 16) | (extra << 4);
  }
  if (symbol < 256) return Entry.Literal | (symbol << 16);
  if (symbol == 256) return Entry.EndOfBlock;
  if (symbol > 285) return Entry.Invalid;
  const base = <u32>load<u16>(LENGTH_BASES + ((<usize>(symbol - 257)) << 1));
  return ((base >> 4) << 16) | ((base & 15) << 4);
}
