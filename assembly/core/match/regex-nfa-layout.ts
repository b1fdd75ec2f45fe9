// Portable: consts and enums; also bundled by esbuild.
//
// The encoded NFA program: position-independent, little-endian.
//
// ╒═ header (64 bytes) ════════════════════════════════════════════════════════════════════════════════╕
// │ u32 "WNFA" │ u32 size │ u32 instructions │ u32 ranges │ u32 start │ u32 flags │ 8 free │ first: 32 bytes │
// ╞═ instructions, 8 bytes each ══════════════════════════╤═ ranges, 4 bytes each ═════════════════════╡
// │ u8 op │ u8 lo, kind │ u16 hi, count │ u16 next │ u16 other │ u8 lo │ u8 hi │ u16 next               │
// ╘═══════════════════════════════════════════════════════╧════════════════════════════════════════════╛

export const NFA_MAGIC: u32 = 0x41464e57; // "WNFA"
export const NFA_HEADER: u32 = 64;
export const NFA_FIRST_BYTES: u32 = 32;
export const NFA_INSTRUCTION: u32 = 8;
export const NFA_RANGE: u32 = 4;
export const NFA_LIMIT: u32 = 65000;

/** Every match begins with a byte of the first-byte set. */
export const NFA_HAS_FIRST: u32 = 1;
/** Every match begins at the text's begin. */
export const NFA_ANCHORED: u32 = 2;
export const NFA_USES_WORD: u32 = 4;
export const NFA_USES_LINE: u32 = 8;
export const NFA_USES_BEGIN_LINE: u32 = 16;

export enum NfaOp {
  Match = 0,
  /** One byte lo..hi, then next. */
  Range = 1,
  /** `count` sorted, disjoint ranges from index (u32 at offset 4) on, each with its next. */
  Sparse = 2,
  /** next first, then other. */
  Split = 3,
  /** An assertion of kind `lo`, then next. */
  Assert = 4,
  Fail = 5,
  /** The byte `lo`, which has bit 0x20, or the one without that bit, then next: a letter in either case. */
  Letter = 6,
}

export enum AssertKind {
  BeginText = 0,
  EndText = 1,
  BeginLine = 2,
  EndLine = 3,
  WordBoundary = 4,
  NotWordBoundary = 5,
}
