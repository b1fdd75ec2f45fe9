// Which of many phrases occurs in a value: an Aho-Corasick automaton (Aho and Corasick, 1975) over byte classes, in
// one position-independent table of u32 words. compile/phrase-compiler.ts writes it.
//
// ╒═ header ═════════╤═══════╤═════════════╤════════╤═══════════════════════╤═══════════════════════╕
// │ size in bytes    │ flags │ class count │ states │ u8 class of each byte │ states, the root first│
// ╘══════════════════╧═══════╧═════════════╧════════╧═══════════════════════╧═══════════════════════╛
// state: class or count << 24 | kind << 21 | fail (word offset), then per kind
//   Output (bit of any kind)  length of the longest phrase that ends here; next state that has one (0 = none)
//   Line     one child, for the class in the state's top byte; it is the next state in the table
//   Sparse   count words: class << 24 | child
//   Dense    class count words: the next state, failures already followed
// Most states of a long list are on a line, where four bytes do; the root and its children are dense.
//
// Time is linear in the value. With word boundaries it is also linear in the phrases that end at one byte (a phrase
// that is the tail of another), which the list decides and the value cannot.
import { isWord } from "../bytes/ascii";
import { Span } from "./span";

export const PHRASE_HEADER: u32 = 16;
export const PHRASE_CLASSES: u32 = PHRASE_HEADER;
/** Word offset of the root. */
export const PHRASE_ROOT: u32 = (PHRASE_HEADER + 256) >> 2;
export const PHRASE_KIND_SHIFT: u32 = 21;
export const PHRASE_FAIL: u32 = (1 << 21) - 1;
export const PHRASE_TARGET: u32 = (1 << 24) - 1;

/** Only phrases that stand as whole words. */
export const PHRASE_FLAG_WORDS: u32 = 1;

export enum PhraseKind {
  Line = 0,
  Sparse = 1,
  Dense = 2,
  /** Added to one of the others. */
  Output = 4,
}

/** Finds the phrase in [at, end) that ends first (the longest of those) and writes where it lies. */
export function phraseFind(table: usize, at: usize, end: usize, span: Span): bool {
  const classes = table + PHRASE_CLASSES;
  const words = (load<u32>(table, 4) & PHRASE_FLAG_WORDS) != 0;
  const start = at;
  let state: usize = table + ((<usize>PHRASE_ROOT) << 2);
  for (; at < end; at++) {
    state = step(table, state, load<u8>(classes + load<u8>(at)));
    if ((load<u32>(state) >> PHRASE_KIND_SHIFT) & PhraseKind.Output) {
      const length = words ? boundedLength(table, state, start, at, end) : load<u32>(state, 4);
      if (length != 0) {
        span.from = at + 1 - min(<usize>length, at + 1 - start);
        span.to = at + 1;
        return true;
      }
    }
  }
  return false;
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
    } else if (shape == PhraseKind.Dense) {
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
  if (size < (PHRASE_ROOT << 2) + 4 || size & 3 || load<u32>(table) != size || size > PHRASE_FAIL << 2)
    return false;
  const classCount = load<u32>(table, 8);
  if (classCount - 1 > 255) return false;
  for (let c: u32 = 0; c < 256; c++) {
    if (<u32>load<u8>(table + PHRASE_CLASSES + c) >= classCount) return false;
  }
  const words = size >> 2;
  const marks = heap.alloc(words);
  memory.fill(marks, 0, words);
  const fine =
    markStates(table, words, classCount, marks) &&
    targetsAreStates(table, words, classCount, marks) &&
    chainsEnd(table, words, marks, false) &&
    chainsEnd(table, words, marks, true);
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
  return shape == PhraseKind.Dense
    ? head + classCount
    : head + (load<u32>(table + ((<usize>state) << 2)) >> 24);
}

/** Marks where states begin; false when they do not fill the table exactly. */
function markStates(table: usize, words: u32, classCount: u32, marks: usize): bool {
  if ((kindAt(table, PHRASE_ROOT) & 3) != PhraseKind.Dense) return false;
  let state = PHRASE_ROOT;
  let count: u32 = 0;
  while (state < words) {
    if ((kindAt(table, state) & 3) == 3) return false;
    store<u8>(marks + state, MARK_STATE);
    state += sizeOf(table, state, classCount);
    count++;
  }
  return state == words && count == load<u32>(table, 12);
}

function isState(marks: usize, words: u32, state: u32): bool {
  return state < words && load<u8>(marks + state) != 0;
}

function targetsAreStates(table: usize, words: u32, classCount: u32, marks: usize): bool {
  for (let state = PHRASE_ROOT; state < words; state += sizeOf(table, state, classCount)) {
    const at = table + ((<usize>state) << 2);
    const kind = kindAt(table, state);
    const next = state + sizeOf(table, state, classCount);
    const shape = kind & 3;
    if (shape != PhraseKind.Dense && !isState(marks, words, load<u32>(at) & PHRASE_FAIL)) return false;
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
    const mask = shape == PhraseKind.Dense ? u32.MAX_VALUE : PHRASE_TARGET;
    for (; edge < next; edge++) {
      if (!isState(marks, words, load<u32>(table + ((<usize>edge) << 2)) & mask)) return false;
    }
  }
  return true;
}

/** True when following failures (or, with `links`, outputs) from any state comes to an end. */
function chainsEnd(table: usize, words: u32, marks: usize, links: bool): bool {
  for (let i: u32 = 0; i < words; i++) {
    if (load<u8>(marks + i)) store<u8>(marks + i, MARK_STATE);
  }
  for (let first = PHRASE_ROOT; first < words; first++) {
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
  return (kind & 3) == PhraseKind.Dense ? 0 : load<u32>(at) & PHRASE_FAIL;
}
