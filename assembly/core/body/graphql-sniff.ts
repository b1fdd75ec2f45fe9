// Whether a text is a GraphQL document, by how it begins.

import { isAlpha, isWord } from "../bytes/ascii";
import { Text, text } from "../bytes/text";

const QUERY = text("query");
const MUTATION = text("mutation");
const SUBSCRIPTION = text("subscription");
const FRAGMENT = text("fragment");

/** The text begins like a document: a selection, or the keyword of a definition that a selection follows. */
export function looksLikeDocument(at: usize, end: usize): bool {
  let p = skipIgnored(at, end);
  if (p == end) return false;
  if (load<u8>(p) == 0x7b) {
    p = skipIgnored(p + 1, end);
    if (p == end) return false;
    const c = <u32>load<u8>(p);
    return isAlpha(c) || c == 0x5f || c == 0x2e;
  }
  const word = p;
  while (p < end && isWord(load<u8>(p))) p++;
  const len = <u32>(p - word);
  const isDefinition =
    isKeyword(word, len, QUERY) ||
    isKeyword(word, len, MUTATION) ||
    isKeyword(word, len, SUBSCRIPTION) ||
    isKeyword(word, len, FRAGMENT);
  if (!isDefinition) return false;
  while (p < end && load<u8>(p) != 0x7b) p++;
  return p < end;
}

function isKeyword(at: usize, len: u32, word: Text): bool {
  return len == word.len && memory.compare(at, word.at, len) == 0;
}

/** White space, commas, byte order marks and comments. */
function skipIgnored(at: usize, end: usize): usize {
  let inComment = false;
  for (; at < end; at++) {
    const c = <u32>load<u8>(at);
    if (c == 0x0a || c == 0x0d) inComment = false;
    else if (c == 0x23) inComment = true;
    else if (!inComment && c > 0x20 && c != 0x2c && c != 0xef && c != 0xbb && c != 0xbf) break;
  }
  return at;
}
