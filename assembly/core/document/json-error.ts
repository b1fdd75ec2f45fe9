// Portable: consts and enums; also bundled by esbuild.
// Why a text is no JSON document, or none that is accepted here.

export enum JsonError {
  None = 0,
  /** Nothing but white space. */
  Empty = 1,
  /** A byte that no JSON text has here. */
  UnexpectedByte = 2,
  /** The text stops inside a value. */
  UnexpectedEnd = 3,
  /** Leading zero, lone minus, no digit after the point or in the exponent. */
  BadNumber = 4,
  BadEscape = 5,
  /** An escaped half of a surrogate pair: stands for no character, so has no UTF-8 form. */
  LoneSurrogate = 6,
  /** A byte below 0x20 inside a string. */
  ControlCharacter = 7,
  BadUtf8 = 8,
  DuplicateKey = 9,
  /** More than JSON_DEPTH_LIMIT arrays and objects inside each other. */
  TooDeep = 10,
  /** Something follows the document. */
  TrailingBytes = 11,
  /** More than JSON_SIZE_LIMIT bytes or JSON_NODE_LIMIT values. */
  TooBig = 12,
}

/** Arrays and objects inside each other. */
export const JSON_DEPTH_LIMIT: u32 = 200;
/** Bytes of a document. */
export const JSON_SIZE_LIMIT: u32 = 16 * 1024 * 1024;
/** Values of a document; 36 bytes each are held. */
export const JSON_NODE_LIMIT: u32 = 2 * 1024 * 1024;
