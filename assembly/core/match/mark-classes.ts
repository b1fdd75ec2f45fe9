// The classes of byte-classes.ts by the bytes they are of, for detectors that ask which marks occur in their value.
//
// WHY: the evaluator has scanned the value before it asks a detector. What most detectors look for first – a quote, a slash, an
// ampersand – is then one AND instead of a pass over the bytes.
// SAFETY: a class may be in the mask without its byte (a part of a value is asked about with the whole one's mask); never the
// other way round. So only what is absent counts. TEST: test/unit/core/match/mark-classes.spec.ts

export const MARK_BLANK: u64 = 1;
export const MARK_DOUBLE_QUOTE: u64 = 1 << 2;
export const MARK_HASH: u64 = 1 << 3;
export const MARK_DOLLAR: u64 = 1 << 4;
export const MARK_PERCENT: u64 = 1 << 5;
export const MARK_AMPERSAND: u64 = 1 << 6;
export const MARK_QUOTE: u64 = 1 << 7;
export const MARK_PAREN: u64 = 1 << 8;
export const MARK_CLOSING_PAREN: u64 = 1 << 9;
export const MARK_STAR: u64 = 1 << 10;
export const MARK_DOT: u64 = 1 << 14;
export const MARK_SLASH: u64 = 1 << 15;
export const MARK_COLON: u64 = 1 << 16;
export const MARK_SEMICOLON: u64 = 1 << 17;
export const MARK_LESS: u64 = 1 << 18;
export const MARK_EQUALS: u64 = 1 << 19;
export const MARK_GREATER: u64 = 1 << 20;
export const MARK_QUESTION: u64 = 1 << 21;
export const MARK_AT: u64 = 1 << 22;
export const MARK_BACKQUOTE: u64 = 1 << 23;
export const MARK_BRACKET: u64 = 1 << 24;
export const MARK_BACKSLASH: u64 = 1 << 25;
export const MARK_CARET: u64 = 1 << 27;
/** Tab, line ends, form feed. */
export const CLASS_SPACE: u64 = 1 << 30;
export const MARK_BRACE: u64 = 1 << 32;
export const MARK_BAR: u64 = 1 << 33;
/** Everything below 0x20. */
export const CLASS_CONTROL: u64 = 1 << 36;
/** Everything from 0x80. */
export const CLASS_BEYOND: u64 = 1 << 37;
