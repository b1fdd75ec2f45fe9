// What is wrong with a JSON text, for people: `line 2, column 5: name used twice in one object`.

import { ByteWriter } from "../bytes/byte-writer";
import { JsonError } from "./json-error";

/** By JsonError. */
const TEXTS: string[] = [
  "no error",
  "is empty",
  "unexpected character",
  "ends too early",
  "malformed number",
  "malformed escape",
  "half of a surrogate pair",
  "control character in a string",
  "not UTF-8",
  "name used twice in one object",
  "nested deeper than 200 levels",
  "something follows the document",
  "too large",
];

/** One clause in English. */
export function jsonErrorText(error: u32): string {
  return error < <u32>TEXTS.length ? TEXTS[error] : TEXTS[JsonError.None];
}

/**
 * Where (line and column, both from 1; columns count characters) and what. `at` and `len` are the text that
 * was parsed, `errorAt` the byte offset in it.
 */
export function appendJsonError(out: ByteWriter, at: usize, len: u32, error: u32, errorAt: u32): void {
  let line: u32 = 1;
  let column: u32 = 1;
  for (let i: u32 = 0; i < min(errorAt, len); i++) {
    const c = <u32>load<u8>(at + i);
    if (c == 0x0a) {
      line++;
      column = 1;
    } else if ((c & 0xc0) != 0x80) {
      column++;
    }
  }
  out.text("line ");
  out.decimal(line);
  out.text(", column ");
  out.decimal(column);
  out.text(": ");
  out.text(jsonErrorText(error));
}
