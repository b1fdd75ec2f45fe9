// Search with a packed DFA: a row is stored as what differs from one of a few whole rows, or from one target.
//
// WHY: most states of an unanchored pattern do, on most bytes, what its start does, and a state that counts goes to
// one next state on most bytes, so a dense table repeats itself. A step costs two or three more loads, and runs only
// where the prefilter found a candidate.
//
// ╒═ after the header and the 256 classes (regex-dfa-layout.ts) ═══════════════════════════════════════════════╕
// │ u32 whole rows w │ u32 cells n │ w × stride × u16 target │ pad │ rows × (u32 record, u32 common) │ n × u32 cell │
// ╘══════════════════╧═════════════╧═════════════════════════╧═════╧═════════════════════════════════╧══════════════╛
// record: low 24 bits = index of the row's first cell, high 8 bits = its whole row, 255 = the target `common`.
// cell: low half = the row it belongs to, high half = target row. States are row numbers.

import { DFA_CLASSES, DFA_ROWS, DFA_SKIP } from "./regex-dfa-layout";
import { skip } from "./regex-dfa-skip";

export const PACKED_WHOLE: u32 = DFA_ROWS + 8;
/** In a record: no whole row but one common target. */
export const PACKED_COMMON: u32 = 0xff;
export const PACKED_RECORD: u32 = 8;
export const MATCH_ROW: u32 = 1;
/** With DFA_SKIP: the home row, left by few bytes only. */
export const HOME_ROW: u32 = 2;

/** Does the pattern match anywhere in at..end? */
export function packedSearch(table: usize, at: usize, end: usize): bool {
  const stride = <u32>load<u16>(table, 8);
  const special: u32 = (<u32>load<u16>(table, 10)) & DFA_SKIP ? HOME_ROW : MATCH_ROW;
  const classes = table + DFA_CLASSES;
  const whole = table + PACKED_WHOLE;
  const records = whole + wholeBytes(load<u32>(table, DFA_ROWS), stride);
  const cells = records + <usize>load<u32>(table, 12) * PACKED_RECORD;
  let state = load<u32>(table, 16);
  while (true) {
    if (state <= special) {
      if (state <= MATCH_ROW) return state == MATCH_ROW;
      at = skip(table, at, end);
    }
    do {
      if (at >= end) return step(state, stride - 1, stride, whole, records, cells) == MATCH_ROW;
      state = step(state, load<u8>(classes + load<u8>(at++)), stride, whole, records, cells);
    } while (state > special);
  }
}

function step(state: u32, column: u32, stride: u32, whole: usize, records: usize, cells: usize): u32 {
  const at = records + <usize>state * PACKED_RECORD;
  const record = load<u32>(at);
  const cell = load<u32>(cells + ((<usize>((record & 0xffffff) + column)) << 2));
  if ((cell & 0xffff) == state) return cell >> 16;
  if (record >> 24 == PACKED_COMMON) return load<u32>(at, 4);
  return load<u16>(whole + ((<usize>((record >> 24) * stride + column)) << 1));
}

/** Bytes of `count` whole rows, padded. */
export function wholeBytes(count: u32, stride: u32): u32 {
  return (((count * stride) << 1) + 3) & ~3;
}

/** Is a packed table whose header is sound safe to search with? */
export function validatePacked(table: usize, size: u32, stride: u32, rows: u32): bool {
  if (size < PACKED_WHOLE || load<u32>(table, 16) >= rows) return false;
  const wholeRows = load<u32>(table, DFA_ROWS);
  const cells = load<u32>(table, DFA_ROWS + 4);
  if (wholeRows >= PACKED_COMMON || cells > 0xffffff) return false;
  const bytes =
    <u64>PACKED_WHOLE + wholeBytes(wholeRows, stride) + <u64>rows * PACKED_RECORD + ((<u64>cells) << 2);
  if (bytes != <u64>size) return false;
  const whole = table + PACKED_WHOLE;
  for (let i: u32 = 0; i < wholeRows * stride; i++) {
    if (<u32>load<u16>(whole + ((<usize>i) << 1)) >= rows) return false;
  }
  const records = whole + wholeBytes(wholeRows, stride);
  for (let row: u32 = 0; row < rows; row++) {
    const record = load<u32>(records + <usize>row * PACKED_RECORD);
    const whole = record >> 24;
    if (
      whole == PACKED_COMMON ? load<u32>(records + <usize>row * PACKED_RECORD, 4) >= rows : whole >= wholeRows
    )
      return false;
    if ((record & 0xffffff) + stride > cells) return false;
  }
  const first = records + <usize>rows * PACKED_RECORD;
  for (let i: u32 = 0; i < cells; i++) {
    if (load<u32>(first + ((<usize>i) << 2)) >> 16 >= rows) return false;
  }
  return true;
}
