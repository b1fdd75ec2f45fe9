// Pike's simulation of the encoded NFA program (regex-nfa-layout.ts): every byte is read once and every
// instruction visited at most once per byte, so time is O(program × value) whatever the pattern.
//
// The verdict for patterns without a DFA, and the span of the leftmost-first match (RE2's submatch 0).
// SAFETY: programs are checked by validateProgram() once, so the loops check no bounds.
import { isWord } from "../bytes/ascii";
import {
  AssertKind,
  NFA_ANCHORED,
  NFA_FIRST_BYTES,
  NFA_HAS_FIRST,
  NFA_HEADER,
  NFA_INSTRUCTION,
  NFA_LIMIT,
  NFA_MAGIC,
  NFA_RANGE,
  NfaOp,
} from "./regex-nfa-layout";
import { Span } from "./span";

export { Span } from "./span";

/** Instructions visited since the module started; tests read it to prove linear time. */
export let nfaSteps: u64 = 0;

// Scratch, kept and grown to the largest program: six words per instruction.
let scratch: usize = 0;
let scratchRoom: u32 = 0;
let generation: u32 = 0;
let stamps: usize = 0;
let stack: usize = 0;
let current: usize = 0;
let currentCount: u32 = 0;
let previous: usize = 0;

/** Does the pattern match anywhere in at..end? */
export function nfaSearch(program: usize, at: usize, end: usize): bool {
  return run(program, at, end, null);
}

/** Finds the leftmost-first match in at..end. */
export function nfaFind(program: usize, at: usize, end: usize, span: Span): bool {
  return run(program, at, end, span);
}

// eslint-disable-next-line complexity -- scan loop
function run(program: usize, at: usize, end: usize, span: Span | null): bool {
  const count = load<u32>(program, 8);
  const start = load<u32>(program, 16);
  const flags = load<u32>(program, 20);
  const code = program + NFA_HEADER;
  const ranges = code + <usize>count * NFA_INSTRUCTION;
  const firstBytes = program + NFA_FIRST_BYTES;
  const hasFirst = (flags & NFA_HAS_FIRST) != 0;
  const isAnchored = (flags & NFA_ANCHORED) != 0;
  let found = false;
  prepare(count);
  let p = at;
  while (true) {
    if (currentCount == 0) {
      if (found || (isAnchored && p > at)) return found;
      if (hasFirst && !isAnchored) while (p < end && !hasByte(firstBytes, load<u8>(p))) p++;
      generation++;
    }
    // A thread that begins here is the last in line.
    if (!found && (p == at || !isAnchored) && (!hasFirst || (p < end && hasByte(firstBytes, load<u8>(p))))) {
      if (follow(code, start, p, at, p, end) && !span) return true;
    }
    const held = previous;
    previous = current;
    current = held;
    const previousCount = currentCount;
    currentCount = 0;
    generation++;
    nfaSteps += previousCount + 1;
    const c = p < end ? <u32>load<u8>(p) : NO_BYTE;
    for (let i: u32 = 0; i < previousCount; i++) {
      const thread = previous + ((<usize>i) << 3);
      const instruction = code + ((<usize>load<u32>(thread)) << 3);
      const from = <usize>load<u32>(thread, 4);
      const op = <NfaOp>load<u8>(instruction);
      let next: u32 = NONE;
      if (op == NfaOp.Letter) {
        if ((c | 0x20) == load<u8>(instruction, 1)) next = load<u16>(instruction, 4);
      } else if (op == NfaOp.Range) {
        if (c >= load<u8>(instruction, 1) && c <= load<u16>(instruction, 2)) next = load<u16>(instruction, 4);
      } else if (op == NfaOp.Sparse) {
        next = sparseNext(ranges + ((<usize>load<u32>(instruction, 4)) << 2), load<u16>(instruction, 2), c);
      } else if (span) {
        // Match: what is behind in line is of lower priority.
        span.from = from;
        span.to = p;
        found = true;
        break;
      }
      if (next != NONE && follow(code, next, from, at, p + 1, end) && !span) return true;
    }
    if (p >= end) return found;
    p++;
  }
}

const NO_BYTE: u32 = 0x10000;
const NONE: u32 = 0xffffffff;

function prepare(count: u32): void {
  if (count > scratchRoom) {
    if (scratch != 0) heap.free(scratch);
    scratch = heap.alloc(count * 28 + 32);
    scratchRoom = count;
    stamps = scratch;
    memory.fill(stamps, 0, count << 2);
    generation = 0;
    stack = scratch + ((<usize>count) << 2);
    current = scratch + ((<usize>count) << 3) + 8;
    previous = current + ((<usize>count) << 3) + 8;
  }
  if (generation > 0xf0000000) {
    memory.fill(stamps, 0, scratchRoom << 2);
    generation = 0;
  }
  currentCount = 0;
}

/**
 * Adds to the current threads what `id` leads to without reading a byte, in order of priority. True when that
 * holds Match.
 */
function follow(code: usize, id: u32, from: usize, begin: usize, p: usize, end: usize): bool {
  let depth: u32 = 1;
  let isMatch = false;
  store<u32>(stack, id);
  while (depth > 0) {
    depth--;
    let at = load<u32>(stack + ((<usize>depth) << 2));
    while (load<u32>(stamps + ((<usize>at) << 2)) != generation) {
      store<u32>(stamps + ((<usize>at) << 2), generation);
      nfaSteps++;
      const instruction = code + ((<usize>at) << 3);
      const op = <NfaOp>load<u8>(instruction);
      if (op == NfaOp.Split) {
        store<u32>(stack + ((<usize>depth) << 2), load<u16>(instruction, 6));
        depth++;
        at = load<u16>(instruction, 4);
        continue;
      }
      if (op == NfaOp.Assert) {
        if (!holds(load<u8>(instruction, 1), begin, p, end)) break;
        at = load<u16>(instruction, 4);
        continue;
      }
      if (op == NfaOp.Fail) break;
      if (op == NfaOp.Match) isMatch = true;
      const thread = current + ((<usize>currentCount) << 3);
      currentCount++;
      store<u32>(thread, at);
      store<u32>(thread, <u32>from, 4);
      break;
    }
  }
  return isMatch;
}

function holds(kind: AssertKind, begin: usize, p: usize, end: usize): bool {
  switch (kind) {
    case AssertKind.BeginText:
      return p == begin;
    case AssertKind.EndText:
      return p == end;
    case AssertKind.BeginLine:
      return p == begin || load<u8>(p - 1) == 0x0a;
    case AssertKind.EndLine:
      return p == end || load<u8>(p) == 0x0a;
    default: {
      const before = p > begin && isWord(load<u8>(p - 1));
      const after = p < end && isWord(load<u8>(p));
      return (before != after) == (kind == AssertKind.WordBoundary);
    }
  }
}

function sparseNext(first: usize, count: u32, c: u32): u32 {
  let low: u32 = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    const range = first + ((<usize>middle) << 2);
    if (c > load<u8>(range, 1)) low = middle + 1;
    else if (c < load<u8>(range)) high = middle;
    else return load<u16>(range, 2);
  }
  return NONE;
}

function hasByte(set: usize, c: u32): bool {
  return ((<u32>load<u8>(set + (c >> 3))) & (1 << (c & 7))) != 0;
}

/** Is `program` (of `size` bytes, from an untrusted file) safe to run? Checks every index once. */
export function validateProgram(program: usize, size: u32): bool {
  if (size < NFA_HEADER || load<u32>(program) != NFA_MAGIC || load<u32>(program, 4) != size) return false;
  const count = load<u32>(program, 8);
  const rangeCount = load<u32>(program, 12);
  if (count == 0 || count > NFA_LIMIT || load<u32>(program, 16) >= count) return false;
  const need = <u64>NFA_HEADER + <u64>count * NFA_INSTRUCTION + <u64>rangeCount * NFA_RANGE;
  if (need != size) return false;
  const code = program + NFA_HEADER;
  for (let i: u32 = 0; i < count; i++) {
    const at = code + <usize>i * NFA_INSTRUCTION;
    const op = <NfaOp>load<u8>(at);
    if (op > NfaOp.Letter) return false;
    if (op == NfaOp.Sparse) {
      if (<u64>load<u32>(at, 4) + load<u16>(at, 2) > rangeCount) return false;
    } else if (load<u16>(at, 4) >= count || (op == NfaOp.Split && load<u16>(at, 6) >= count)) {
      return false;
    } else if (op == NfaOp.Assert && <i32>load<u8>(at, 1) > AssertKind.NotWordBoundary) {
      return false;
    }
  }
  const ranges = code + <usize>count * NFA_INSTRUCTION;
  for (let i: u32 = 0; i < rangeCount; i++) {
    if (load<u16>(ranges + <usize>i * NFA_RANGE, 2) >= count) return false;
  }
  return true;
}
