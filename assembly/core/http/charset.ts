// Charsets by their names (RFC 9110 §8.3.2): what matters is whether ASCII is written as itself.

import { equalsFolded } from "../bytes/ascii";
import { Text, text } from "../bytes/text";

const UTF_8 = text("utf-8");
const UTF8 = text("utf8");
const US_ASCII = text("us-ascii");
const LATIN_1 = text("iso-8859-1");
const WINDOWS_1252 = text("windows-1252");

/** The charsets that forms and documents are sent in; of any other it is not known that it keeps ASCII. */
export function keepsAscii(at: usize, end: usize): bool {
  return (
    is(at, end, UTF_8) ||
    is(at, end, UTF8) ||
    is(at, end, US_ASCII) ||
    is(at, end, LATIN_1) ||
    is(at, end, WINDOWS_1252)
  );
}

function is(at: usize, end: usize, name: Text): bool {
  return equalsFolded(at, <u32>(end - at), name.at, name.len);
}
