// Header fields as the host hands them over, read in place.
//
// ╒═ blob ═════════╤══════════════════════════════════════════╤═══════════════════════════════════════════╕
// │ u32 count      │ count × (u32 name length, u32 value len) │ count × (name bytes, 0, value bytes, 0)   │
// ╘════════════════╧══════════════════════════════════════════╧═══════════════════════════════════════════╛
// Little-endian; the layout of header maps in proxy-wasm ABI 0.2. All occurrences of a name are kept.

import { equalsFolded, isWord, lowerByte } from "../bytes/ascii";
import { findByte } from "../bytes/find-byte";
import { Text } from "../bytes/text";
import { InputKind, Inputs } from "../inputs/inputs";
import { PATH_KEY_BYTES } from "../inputs/value-buffer";

const COOKIE = memory.data<u8>([0x63, 0x6f, 0x6f, 0x6b, 0x69, 0x65]);
const COLON: u32 = 0x3a;
const PERCENT: u32 = 0x25;
const REFERER = memory.data<u8>([0x72, 0x65, 0x66, 0x65, 0x72, 0x65, 0x72]);
/** Values of the query of a `referer` that are inputs of their own. */
const REFERER_VALUES: u32 = 16;
/** A shorter value, or one of nothing but letters, digits, `-`, `_` and `.`, is none. */
const REFERER_VALUE_BYTES: usize = 3;
/** Entries that one field needs: its value, its name when that is odd, and what it is made of. */
const FIELD_ROOM: u32 = 2 + REFERER_VALUES;
/** A longer name is odd. */
const ORDINARY_NAME_BYTES: u32 = 64;
/** lowerName() met a byte other than a letter, a digit, `-` or `_`. */
let hasOddByte: bool = false;

@unmanaged
export class HeaderPairs {
  /** Of the pair that next() or find() came to. */
  name: usize = 0;
  nameLen: u32 = 0;
  value: usize = 0;
  valueLen: u32 = 0;
  /** The blob is shorter than it says: the pairs that lie inside whole were read. */
  malformed: bool = false;
  private count: u32 = 0;
  private index: u32 = 0;
  private sizes: usize = 0;
  private data: usize = 0;
  private end: usize = 0;

  /** Takes a blob of `len` bytes; an empty one has no pairs. */
  start(at: usize, len: u32): void {
    this.index = 0;
    this.count = 0;
    this.malformed = len != 0 && len < 4;
    this.end = at + len;
    if (len < 4) return;
    const count = load<u32>(at);
    const fits = (len - 4) >> 3;
    this.malformed = count > fits;
    this.count = this.malformed ? 0 : count;
    this.sizes = at + 4;
    this.data = this.sizes + ((<usize>this.count) << 3);
  }

  /** Goes to the next pair; false behind the last one. */
  next(): bool {
    if (this.index >= this.count) return false;
    const size = this.sizes + ((<usize>this.index) << 3);
    const nameLen = load<u32>(size);
    const valueLen = load<u32>(size, 4);
    const left = <u64>(this.end - this.data);
    if (<u64>nameLen + <u64>valueLen + 2 > left) {
      this.malformed = true;
      this.index = this.count;
      return false;
    }
    this.name = this.data;
    this.nameLen = nameLen;
    this.value = this.data + nameLen + 1;
    this.valueLen = valueLen;
    this.data = this.value + valueLen + 1;
    this.index++;
    return true;
  }

  /** Back before the first pair. */
  rewind(): void {
    this.index = 0;
    this.data = this.sizes + ((<usize>this.count) << 3);
  }

  /** Goes to the first pair of that lower-case name, from the start. */
  find(name: usize, nameLen: u32): bool {
    this.rewind();
    return this.findNext(name, nameLen);
  }

  /** Goes to the next pair of that lower-case name. */
  findNext(name: usize, nameLen: u32): bool {
    while (this.next()) {
      if (equalsFolded(this.name, this.nameLen, name, nameLen)) return true;
    }
    return false;
  }
}

/**
 * Pushes the fields from where `pairs` stands, but cookies and pseudo-headers; the key path is the name in
 * lower case. A name is an input itself only when it is long or has a byte that names of fields do not have, so
 * that ordinary fields cost nothing. Odd values of the query of a `referer` are inputs, too, under its name:
 * an application that reads a term of a search from it takes them apart. False when the inputs are full: drain them and call again.
 */
export function pushHeaders(inputs: Inputs, pairs: HeaderPairs, address: u32): bool {
  while (inputs.room() >= FIELD_ROOM) {
    if (!pairs.next()) return true;
    if (pairs.nameLen != 0 && load<u8>(pairs.name) == COLON) continue;
    if (equalsFolded(pairs.name, pairs.nameLen, COOKIE, 6)) continue;
    const len = min(pairs.nameLen, PATH_KEY_BYTES);
    const path = inputs.keyNode(0, lowerName(inputs, pairs.name, len), len);
    if (pairs.nameLen > ORDINARY_NAME_BYTES || hasOddByte) {
      inputs.push(address, InputKind.Key, path, pairs.name, pairs.nameLen);
    }
    inputs.push(address, InputKind.String, path, pairs.value, pairs.valueLen);
    if (len == 7 && equalsFolded(pairs.name, len, REFERER, 7)) {
      pushQueryValues(inputs, address, path, pairs.value, pairs.value + pairs.valueLen);
    }
  }
  return false;
}

/**
 * Pushes what stands behind `=` in the query of the URL `at..end`, as it was sent, where a quote is in it or it begins as no word does:
 * what people search for stays in the `referer` of all that a page loads. One pass.
 */
function pushQueryValues(inputs: Inputs, address: u32, path: usize, start: usize, end: usize): void {
  let at = findByte(start, end, 0x3f);
  let pushed: u32 = 0;
  while (at < end && pushed < REFERER_VALUES) {
    at = findByte(at, end, 0x3d) + 1;
    const from = at;
    let isPlain = true;
    let isOdd = at < end && beginsOddly(load<u8>(at), at + 1 < end ? load<u8>(at, 1) : 0);
    for (; at < end && load<u8>(at) != 0x26 && load<u8>(at) != 0x23; at++) {
      const c = <u32>load<u8>(at);
      if (!isWord(c) && c != 0x2d && c != 0x2e) isPlain = false;
      if (c == 0x27 || c == 0x22 || (c == PERCENT && at + 2 < end && isQuote(load<u16>(at, 1)))) isOdd = true;
    }
    if (isPlain || !isOdd || at < from + REFERER_VALUE_BYTES) continue;
    inputs.push(address, InputKind.String, path, from, <u32>(at - from));
    pushed++;
  }
}

/** A digit, a sign, a bracket, or an escape of one, of a blank or of a quote. */
function beginsOddly(c: u32, next: u32): bool {
  return c - 0x30 < 10 || c - 0x28 < 2 || c == 0x2b || c == 0x2d || (c == PERCENT && next == 0x32);
}

/** 22 and 27, the codes of quotes. */
function isQuote(digits: u32): bool {
  return digits == 0x3232 || digits == 0x3732;
}

/** The name itself when it is lower case already, as in HTTP/2 and in Envoy. */
function lowerName(inputs: Inputs, at: usize, len: u32): usize {
  let i: u32 = 0;
  while (i < len && isOrdinary(load<u8>(at + i))) i++;
  hasOddByte = false;
  if (i == len) return at;
  for (let k = i; k < len && !hasOddByte; k++) hasOddByte = !isOrdinary(lowerByte(load<u8>(at + k)));
  while (i < len && lowerByte(load<u8>(at + i)) == load<u8>(at + i)) i++;
  if (i == len) return at;
  const copy = inputs.arena.copy(at, len);
  if (copy == 0) return at;
  for (; i < len; i++) store<u8>(copy + i, <u8>lowerByte(load<u8>(copy + i)));
  return copy;
}

/** Of a name in lower case. */
function isOrdinary(c: u32): bool {
  return c - 0x61 < 26 || c - 0x30 < 10 || c == 0x2d || c == 0x5f;
}

/** The current pair's name is `name`, in any case. */
export function isField(pairs: HeaderPairs, name: Text): bool {
  return equalsFolded(pairs.name, pairs.nameLen, name.at, name.len);
}
