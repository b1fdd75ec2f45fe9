// hidden_ascii_match: Unicode tag characters (U+E0000–U+E007F), which no screen shows and a language model reads as
// the ASCII they stand for. In UTF-8 they are F3 A0 80 80 – F3 A0 81 BF, and nothing else is.
import { findByte } from "../bytes/find-byte";
import { Span } from "./span";

const LEAD: u32 = 0xf3;

/** Finds the first run of tag characters in [at, end) and writes where it lies. */
export function hiddenAsciiFind(at: usize, end: usize, span: Span): bool {
  while (true) {
    at = findByte(at, end, LEAD);
    if (at == end) return false;
    if (isTag(at, end)) break;
    at++;
  }
  span.from = at;
  do at += 4;
  while (isTag(at, end));
  span.to = at;
  return true;
}

function isTag(at: usize, end: usize): bool {
  return at + 4 <= end && (load<u32>(at) & 0xc0feffff) == 0x8080a0f3;
}
