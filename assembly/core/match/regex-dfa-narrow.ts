// Search with a packed DFA of at most 255 rows: as regex-dfa-packed.ts, with row numbers of one byte.
//
// WHY: four of five packed tables are that small, and take half the room: the tables of the shipped rules take 296 KB instead of 384.
//
// ╒═ after the header and the 256 classes (regex-dfa-layout.ts) ════════════════════════════════════════╕
// │ u32 whole rows w │ u32 cells n │ w × stride × u8 target │ pad │ rows × u32 record │ n × u16 cell │ pad │
// ╘══════════════════╧═════════════╧════════════════════════╧═════╧═══════════════════╧══════════════╧═════╛
// record: low half = index of the row's first cell, then the common target, then its whole row, 255 = `common`.
// cell: low byte = the row it belongs to, high byte = target row. 255 is no row: such cells are free.

import { DFA_CLASSES, DFA_ROWS, DFA_SKIP } from "./regex-dfa-layout";
import { MATCH_ROW, PACKED_COMMON, PACKED_WHOLE, HOME_ROW } from "./regex-dfa-packed";
import { skip } from "./regex-dfa-skip";

/** Rows at most; the number 255 itself marks a free cell. */
export const NARROW_ROWS: u32 = 255;
/** Cells at most: what a record can number. */
export const NARROW_CELLS: u32 = 0x10000;

/** Does the pattern match anywhere in at..end? */
export function narrowSearch(table: usize, at: usize, end: usize): bool {
  const stride = <u32>load<u16>(table, 8);
  const special: u32 = (<u32>load<u16>(table, 10)) & DFA_SKIP ? HOME_ROW : MATCH_ROW;
  const classes = table + DFA_CLASSES;
  const whole = table + PACKED_WHOLE;
  const records = whole + narrowWholeBytes(load<u32>(table, DFA_ROWS), stride);
  const cells = records + ((<usize>load<u32>(table, 12)) << 2);
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
  const record = load<u32>(records + ((<usize>state) << 2));
  const cell = <u32>load<u16>(cells + ((<usize>((record & 0xffff) + column)) << 1));
  if ((cell & 0xff) == state) return cell >> 8;
  if (record >> 24 == PACKED_COMMON) return (record >> 16) & 0xff;
  return load<u8>(whole + (record >> 24) * stride + column);
}

/** Bytes of `count` whole rows, padded. */
export function narrowWholeBytes(count: u32, stride: u32): u32 {
  return (count * stride + 3) & ~3;
}

/** Bytes of `count` cells, padded. */
export function narrowCellBytes(count: u32): u32 {
  return ((count << 1) + 3) & ~3;
}

/** Is a narrow table whose header is sound safe to search with? */
export function validateNarrow(table: usize, size: u32, stride: u32, rows: u32): bool {
  if (size < PACKED_WHOLE || rows > NARROW_ROWS || load<u32>(table, 16) >= rows) return false;
  const wholeRows = load<u32>(table, DFA_ROWS);
  const cells = load<u32>(table, DFA_ROWS + 4);
  if (wholeRows >= PACKED_COMMON || cells > NARROW_CELLS) return false;
  if (PACKED_WHOLE + narrowWholeBytes(wholeRows, stride) + (rows << 2) + narrowCellBytes(cells) != size)
    return false;
  const whole = table + PACKED_WHOLE;
  for (let i: u32 = 0; i < wholeRows * stride; i++) {
    if (load<u8>(whole + i) >= rows) return false;
  }
  const records = whole + narrowWholeBytes(wholeRows, stride);
  for (let row: u32 = 0; row < rows; row++) {
    const record = load<u32>(records + ((<usize>row) << 2));
    const chosen = record >> 24;
    if (chosen == PACKED_COMMON ? ((record >> 16) & 0xff) >= rows : chosen >= wholeRows) return false;
    if ((record & 0xffff) + stride > cells) return false;
  }
  const first = records + ((<usize>rows) << 2);
  for (let i: u32 = 0; i < cells; i++) {
    const cell = <u32>load<u16>(first + ((<usize>i) << 1));
    if (cell >> 8 >= rows) return false;
  }
  return true;
}
