// Portable: consts and enums; also bundled by esbuild.
//
// The encoded DFA: position-independent, little-endian. A state is the index of its row's first transition
// (row number × stride), so a step is one add and two loads; in a large table (DFA_LARGE) it is the row number.
// The last class of a row is the end of the text.
//
// ╒═ header ═══════════════════════════════════════════════════════════════════════════════════════════════════════╕
// │ u32 "WDFA" │ u32 size │ u16 stride │ u16 flags │ u32 rows │ u32 start │ u32 next │ 8 free │ skip masks: 2 × 16 │
// ╞═ u8 class of every byte: 256 ══════════════╤═ transitions: rows × stride of u16 ════════════════════════════════╡
// ╘════════════════════════════════════════════╧═══════════════════════════════════════════════════════════════════╛
//
// Row 0 is dead, row 1 is match, row 2 (with DFA_SKIP) is a state that stays itself on most bytes: mostly the start.

export const DFA_MAGIC: u32 = 0x41464457; // "WDFA"
/**
 * Bytes from this table to another one, which follows it: the pattern matches where one of them does. 0 = the last one.
 * WHY: states of alternatives multiply in one table and add up in tables of their own; each is one more pass.
 */
export const DFA_NEXT: u32 = 20;
export const DFA_SKIP_MASKS: u32 = 32;
export const DFA_CLASSES: u32 = 64;
export const DFA_ROWS: u32 = 320;

/** rows × stride is over 65535: states are row numbers, multiplied at each step. */
export const DFA_LARGE: u32 = 1;
/** Row 2 may be left by few bytes only: those of the skip masks. */
export const DFA_SKIP: u32 = 2;
/** Rows are packed (regex-dfa-packed.ts) and states are row numbers. */
export const DFA_PACKED: u32 = 4;
/** Packed, of at most 255 rows: row numbers are bytes. */
export const DFA_NARROW: u32 = 8;
