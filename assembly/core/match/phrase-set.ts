// Which of many phrases occurs in a value: an Aho-Corasick automaton (Aho and Corasick, 1975) over byte classes, in
// one position-independent table of u32 words. compile/phrase-compiler.ts writes it.
//
// ╒═ header, 20 bytes ═══════════════════════════════════════╤═══════════════════════╤═════════════════╤══════════╕
// │ size in bytes │ flags │ class count │ states │ prefix bits │ u8 class of each byte │ prefix bit set  │ states … │
// ╘══════════════════════════════════════════════════════════╧═══════════════════════╧═════════════════╧══════════╛
// state: class or count << 24 | kind << 21 | fail (word offset), then per kind
//   Output (bit of any kind)  length of the longest phrase that ends here; next state that has one (0 = none)
//   Line     one child, for the class in the state's top byte; it is the next state in the table
//   Sparse   count words: class << 24 | child
//   Dense    class count words: the next state, failures already followed
//   Top      like Dense: the root, which is the first state, and its children
// Most states of a long list are on a line, where four bytes do.
//
// WHY a prefix bit set: nearly every letter begins some phrase of a long list, so the automaton would be busy on any
// text. Where every phrase has three bytes or more, a bit per hash of three bytes tells where none can begin, and
// those places are skipped whenever the automaton remembers at most the byte before.
// SAFETY: a place is skipped only when no phrase begins with its three bytes; a Top state knows of no longer
// beginning. TEST: test/engine/value-match.test.ts compares with a plain search, with and without short phrases.
//
// Time is linear in the value: a byte is looked at once by the automaton and at most twice for its prefix. With word
// boundaries it is also linear in the phrases that end at one byte (a phrase that is the tail of another), which
// the list decides and the value cannot.
import { isWord } from "../bytes/ascii";
import { Span } from "./span";

export const PHRASE_HEADER: u32 = 20;
export const PHRASE_CLASSES: u32 = PHRASE_HEADER;
export const PHRASE_PREFIXES: u32 = PHRASE_CLASSES + 256;
/** Bytes of a phrase that make its prefix. */
export const PHRASE_PREFIX: u32 = 3;
/** The bit set has 2^8 … 2^16 bits, or is missing (0). */
export const PHRASE_PREFIX_MIN: u32 = 8;
export const PHRASE_PREFIX_MAX: u32 = 16;
export const PHRASE_KIND_SHIFT: u32 = 21;
export const PHRASE_FAIL: u32 = (1 << 21) - 1;
export const PHRASE_TARGET: u32 = (1 << 24) - 1;

/** Only phrases that stand as whole words. */
export const PHRASE_FLAG_WORDS: u32 = 1;

export enum PhraseKind {
  Line = 0,
  Sparse = 1,
  Dense = 2,
  Top = 3,
  /** Added to one of the others. */
  Output = 4,
}

/** True for states whose edges are a row with a word per class. */
export function isRow(shape: u32): bool {
  return shape == PhraseKind.Dense || shape == PhraseKind.Top;
}

/** Word offset of the root, which is the first state. */
export function phraseRoot(prefixBits: u32): u32 {
  return (PHRASE_PREFIXES + (prefixBits == 0 ? 0 : 1 << (prefixBits - 3))) >> 2;
}

/** Which bit stands for the three low bytes of `prefix`. */
export function phrasePrefixBit(prefix: u32, prefixBits: u32): u32 {
  return ((prefix << 8) * 0x9e3779b1) >> (32 - prefixBits);
}

/** Finds the phrase in [at, end) that ends first (the longest of those) and writes where it lies. */
export function phraseFind(table: usize, at: usize, end: usize, span: Span): bool {
  const classes = table + PHRASE_CLASSES;
  const words = (load<u32>(table, 4) & PHRASE_FLAG_WORDS) != 0;
  const prefixBits = load<u32>(table, 16);
  const root = table + ((<usize>phraseRoot(prefixBits)) << 2);
  const start = at;
  let from = prefixBits == 0 ? at : skip(table, prefixBits, at, end);
  let state = root;
  for (at = from; at < end; at++) {
    state = step(table, state, load<u8>(classes + load<u8>(at)));
    const kind = (load<u32>(state) >> PHRASE_KIND_SHIFT) & 7;
    if (kind & PhraseKind.Output) {
      const length = words ? boundedLength(table, state, start, at, end) : load<u32>(state, 4);
      if (length != 0) {
        span.from = at + 1 - min(<usize>length, at + 1 - start);
        span.to = at + 1;
        return true;
      }
    } else if (kind == PhraseKind.Top && prefixBits != 0) {
      // A phrase can begin at this byte, or after it when the state is the root; but not where one was tried.
      const next = state == root ? at + 1 : at;
      if (next == from) continue;
      from = skip(table, prefixBits, next, end);
      at = from - 1;
      state = root;
    }
  }
  return false;
}

/** The first place in [at, end) where a phrase may begin, or `end`. */
function skip(table: usize, prefixBits: u32, at: usize, end: usize): usize {
  const bits = table + PHRASE_PREFIXES;
  const shift = 32 - prefixBits;
  for (; at + 4 <= end; at++) {
    const bit = ((load<u32>(at) << 8) * 0x9e3779b1) >> shift;
    if (((<u32>load<u8>(bits + (bit >> 3))) >> (bit & 7)) & 1) return at;
  }
  if (at + PHRASE_PREFIX > end) return end;
  const bit = phrasePrefixBit(load<u16>(at) | ((<u32>load<u8>(at, 2)) << 16), prefixBits);
  return ((<u32>load<u8>(bits + (bit >> 3))) >> (bit & 7)) & 1 ? at : end;
}

/** The state after a byte of class `cls`. Ends because every chain of failures does: validated on load. */
function step(table: usize, state: usize, cls: u32): usize {
  while (true) {
    const word = load<u32>(state);
    const kind = (word >> PHRASE_KIND_SHIFT) & 7;
    const edges = state + (kind & PhraseKind.Output ? 12 : 4);
    const shape = kind & 3;
    if (shape == PhraseKind.Line) {
      if (word >> 24 == cls) return edges;
    } else if (isRow(shape)) {
      return table + ((<usize>load<u32>(edges + ((<usize>cls) << 2))) << 2);
    } else {
      const last = edges + ((<usize>(word >> 24)) << 2);
      for (let edge = edges; edge < last; edge += 4) {
        const target = load<u32>(edge);
        if (target >> 24 == cls) return table + ((<usize>(target & PHRASE_TARGET)) << 2);
      }
    }
    state = table + ((<usize>(word & PHRASE_FAIL)) << 2);
  }
}

/** Length of the longest phrase that ends at `last` (inclusive) and stands as a word in [start, end); else 0. */
function boundedLength(table: usize, state: usize, start: usize, last: usize, end: usize): u32 {
  if (last + 1 < end && isWord(load<u8>(last)) && isWord(load<u8>(last, 1))) return 0;
  while (true) {
    const length = load<u32>(state, 4);
    const first = last + 1 - min(<usize>length, last + 1 - start);
    if (first == start || !isWord(load<u8>(first)) || !isWord(load<u8>(first - 1))) return length;
    const next = load<u32>(state, 8);
    if (next == 0) return 0;
    state = table + ((<usize>next) << 2);
  }
}

/**
 * True when phraseFind() can run on the `size` bytes at `table` without leaving them and without looping. The table
 * must be 4-byte aligned.
 */
export function validatePhraseSet(table: usize, size: u32): bool {
  if (size < PHRASE_PREFIXES || size & 3 || load<u32>(table) != size || size > PHRASE_FAIL << 2) return false;
  const classCount = load<u32>(table, 8);
  const prefixBits = load<u32>(table, 16);
  if (classCount - 1 > 255) return false;
  if (prefixBits != 0 && prefixBits - PHRASE_PREFIX_MIN > PHRASE_PREFIX_MAX - PHRASE_PREFIX_MIN) return false;
  const root = phraseRoot(prefixBits);
  if (root >= size >> 2) return false;
  for (let c: u32 = 0; c < 256; c++) {
    if (<u32>load<u8>(table + PHRASE_CLASSES + c) >= classCount) return false;
  }
  const words = size >> 2;
  const marks = heap.alloc(words);
  memory.fill(marks, 0, words);
  const fine =
    markStates(table, root, words, classCount, marks) &&
    targetsAreStates(table, root, words, classCount, marks) &&
    chainsEnd(table, root, words, marks, false) &&
    chainsEnd(table, root, words, marks, true);
  heap.free(marks);
  return fine;
}

const MARK_STATE: u8 = 1;
const MARK_ON_CHAIN: u8 = 2;
const MARK_ENDS: u8 = 4;

function kindAt(table: usize, state: u32): u32 {
  return (load<u32>(table + ((<usize>state) << 2)) >> PHRASE_KIND_SHIFT) & 7;
}

/** Words of the state at word offset `state`; only its first word is read. */
function sizeOf(table: usize, state: u32, classCount: u32): u32 {
  const kind = kindAt(table, state);
  const head: u32 = kind & PhraseKind.Output ? 3 : 1;
  const shape = kind & 3;
  if (shape == PhraseKind.Line) return head;
  return isRow(shape) ? head + classCount : head + (load<u32>(table + ((<usize>state) << 2)) >> 24);
}

/** Marks where states begin; false when they do not fill the table exactly. */
function markStates(table: usize, root: u32, words: u32, classCount: u32, marks: usize): bool {
  if ((kindAt(table, root) & 3) != PhraseKind.Top) return false;
  let state = root;
  let count: u32 = 0;
  while (state < words) {
    store<u8>(marks + state, MARK_STATE);
    state += sizeOf(table, state, classCount);
    count++;
  }
  return state == words && count == load<u32>(table, 12);
}

function isState(marks: usize, words: u32, state: u32): bool {
  return state < words && load<u8>(marks + state) != 0;
}

function targetsAreStates(table: usize, root: u32, words: u32, classCount: u32, marks: usize): bool {
  for (let state = root; state < words; state += sizeOf(table, state, classCount)) {
    const at = table + ((<usize>state) << 2);
    const kind = kindAt(table, state);
    const next = state + sizeOf(table, state, classCount);
    const shape = kind & 3;
    if (!isRow(shape) && !isState(marks, words, load<u32>(at) & PHRASE_FAIL)) return false;
    if (shape == PhraseKind.Line && !isState(marks, words, next)) return false;
    let edge = state + 1;
    if (kind & PhraseKind.Output) {
      const link = load<u32>(at, 8);
      if (load<u32>(at, 4) == 0) return false;
      if (link != 0 && (!isState(marks, words, link) || !(kindAt(table, link) & PhraseKind.Output)))
        return false;
      edge += 2;
    }
    if (shape == PhraseKind.Line) continue;
    const mask = isRow(shape) ? u32.MAX_VALUE : PHRASE_TARGET;
    for (; edge < next; edge++) {
      if (!isState(marks, words, load<u32>(table + ((<usize>edge) << 2)) & mask)) return false;
    }
  }
  return true;
}

/** True when following failures (or, with `links`, outputs) from any state comes to an end. */
function chainsEnd(table: usize, root: u32, words: u32, marks: usize, links: bool): bool {
  for (let i: u32 = 0; i < words; i++) {
    if (load<u8>(marks + i)) store<u8>(marks + i, MARK_STATE);
  }
  for (let first = root; first < words; first++) {
    if (load<u8>(marks + first) != MARK_STATE) continue;
    let state = first;
    while (state != 0 && load<u8>(marks + state) == MARK_STATE) {
      store<u8>(marks + state, MARK_ON_CHAIN);
      state = after(table, state, links);
    }
    if (state != 0 && load<u8>(marks + state) == MARK_ON_CHAIN) return false;
    for (state = first; state != 0 && load<u8>(marks + state) == MARK_ON_CHAIN;) {
      store<u8>(marks + state, MARK_ENDS);
      state = after(table, state, links);
    }
  }
  return true;
}

/** The state a failure or an output leads to; 0 at the end. */
function after(table: usize, state: u32, links: bool): u32 {
  const kind = kindAt(table, state);
  const at = table + ((<usize>state) << 2);
  if (links) return kind & PhraseKind.Output ? load<u32>(at, 8) : 0;
  return isRow(kind & 3) ? 0 : load<u32>(at) & PHRASE_FAIL;
}
