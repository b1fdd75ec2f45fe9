// Search with an encoded DFA (regex-dfa-layout.ts): is there a match anywhere? One table step per byte; it stops
// at the earliest byte that decides.
//
// WHY: special rows come first, so one compare guards the slow branch; from the home row, 16 bytes at a time are
// skipped by a nibble look-up while none of them can begin a match.
// SAFETY: tables are checked by validateDfa() once, so the loop checks no bounds.
// TEST: test/engine/regex.test.ts compares every verdict with the NFA's and another implementation's.
import {
  DFA_CLASSES,
  DFA_LARGE,
  DFA_MAGIC,
  DFA_NARROW,
  DFA_NEXT,
  DFA_PACKED,
  DFA_ROWS,
  DFA_SKIP,
} from "./regex-dfa-layout";
import { narrowSearch, validateNarrow } from "./regex-dfa-narrow";
import { packedSearch, validatePacked } from "./regex-dfa-packed";
import { skip } from "./regex-dfa-skip";

/** Does the pattern match anywhere in at..end? */
export function dfaSearch(table: usize, at: usize, end: usize): bool {
  while (!search(table, at, end)) {
    const next = load<u32>(table, DFA_NEXT);
    if (next == 0) return false;
    table += next;
  }
  return true;
}

function search(table: usize, at: usize, end: usize): bool {
  const stride = <u32>load<u16>(table, 8);
  const flags = <u32>load<u16>(table, 10);
  const special = flags & DFA_SKIP ? stride << 1 : stride;
  if (flags & DFA_NARROW) return narrowSearch(table, at, end);
  if (flags & DFA_PACKED) return packedSearch(table, at, end);
  if (flags & DFA_LARGE) return searchLarge(table, at, end);
  const classes = table + DFA_CLASSES;
  const rows = table + DFA_ROWS;
  let state = load<u32>(table, 16);
  while (true) {
    if (state <= special) {
      if (state <= stride) return state == stride;
      at = skip(table, at, end);
    }
    do {
      if (at >= end) return load<u16>(rows + ((<usize>(state + stride - 1)) << 1)) == stride;
      state = load<u16>(rows + ((<usize>(state + load<u8>(classes + load<u8>(at++)))) << 1));
    } while (state > special);
  }
}

function searchLarge(table: usize, at: usize, end: usize): bool {
  const stride = <u32>load<u16>(table, 8);
  const special: u32 = (<u32>load<u16>(table, 10)) & DFA_SKIP ? 2 : 1;
  const classes = table + DFA_CLASSES;
  const rows = table + DFA_ROWS;
  let state = load<u32>(table, 16);
  while (true) {
    if (state <= special) {
      if (state <= 1) return state == 1;
      at = skip(table, at, end);
    }
    do {
      const row = state * stride;
      if (at >= end) return load<u16>(rows + ((<usize>(row + stride - 1)) << 1)) == 1;
      state = load<u16>(rows + ((<usize>(row + load<u8>(classes + load<u8>(at++)))) << 1));
    } while (state > special);
  }
}

/** Is `table` (of `size` bytes, from an untrusted file) safe to search with? Checks every index once. */
export function validateDfa(table: usize, size: u32): bool {
  let rest = size;
  while (rest >= DFA_ROWS) {
    const own = load<u32>(table, 4);
    if (own < DFA_ROWS || own > rest || !validateTable(table, own)) return false;
    const next = load<u32>(table, DFA_NEXT);
    if (next == 0) return own == rest;
    if (next != own) return false;
    table += own;
    rest -= own;
  }
  return false;
}

function validateTable(table: usize, size: u32): bool {
  if (load<u32>(table) != DFA_MAGIC) return false;
  const stride = <u32>load<u16>(table, 8);
  const flags = <u32>load<u16>(table, 10);
  const count = load<u32>(table, 12);
  if (stride < 2 || stride > 257 || count < 2 || flags > (DFA_NARROW | DFA_PACKED | DFA_LARGE | DFA_SKIP))
    return false;
  if (flags & DFA_SKIP && count < 3) return false;
  for (let c: usize = 0; c < 256; c++) {
    if (load<u8>(table + DFA_CLASSES + c) >= stride - 1) return false;
  }
  const form = flags & ~DFA_SKIP;
  if (form == (DFA_PACKED | DFA_NARROW)) return validateNarrow(table, size, stride, count);
  if (form == DFA_PACKED) return validatePacked(table, size, stride, count);
  if (form != DFA_LARGE && form != 0) return false;
  return validateDense(table, size, stride, count, form == DFA_LARGE);
}

function validateDense(table: usize, size: u32, stride: u32, count: u32, isLarge: bool): bool {
  const cells = <u64>count * stride;
  if (DFA_ROWS + (cells << 1) != size) return false;
  const step = isLarge ? 1 : stride;
  const past = isLarge ? count : <u32>cells;
  const start = load<u32>(table, 16);
  if (start >= past || start % step != 0) return false;
  const rows = table + DFA_ROWS;
  for (let i: usize = 0; i < <usize>cells; i++) {
    const to = <u32>load<u16>(rows + (i << 1));
    if (to >= past || to % step != 0) return false;
  }
  return true;
}
