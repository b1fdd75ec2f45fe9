// Media types and patterns of `allowed_content_types`: "application/json", "*+json", "text/*".

import { lowerByte } from "../bytes/ascii";
import { isTokenByte } from "./field-syntax";

/** Bytes of a pattern. */
export const MEDIA_PATTERN_LIMIT: u32 = 128;

const STAR: u32 = 0x2a;
const SLASH: u32 = 0x2f;

/** True for a media type without parameters, or a pattern with `*` in it. */
export function isMediaPattern(at: usize, len: u32): bool {
  let slashes: u32 = 0;
  let stars: u32 = 0;
  for (let i: u32 = 0; i < len; i++) {
    const c = <u32>load<u8>(at + i);
    if (c == STAR) stars++;
    if (c == SLASH) {
      if (i == 0 || i == len - 1) return false;
      slashes++;
    } else if (!isTokenByte(c)) {
      return false;
    }
  }
  return len <= MEDIA_PATTERN_LIMIT && (slashes == 1 || (slashes == 0 && stars > 0));
}

/**
 * Matches in any case; `*` stands for any bytes. On a mismatch only the last star takes one byte more, so the
 * cost is at most pattern × type, both of which are short.
 */
export function matchesMediaType(pattern: usize, patternLen: u32, at: usize, len: u32): bool {
  let p: u32 = 0;
  let i: u32 = 0;
  let star: u32 = u32.MAX_VALUE;
  let resume: u32 = 0;
  while (i < len) {
    const c = p < patternLen ? <u32>load<u8>(pattern + p) : 0;
    if (p < patternLen && c == STAR) {
      star = p++;
      resume = i;
    } else if (p < patternLen && lowerByte(c) == lowerByte(load<u8>(at + i))) {
      p++;
      i++;
    } else if (star != u32.MAX_VALUE) {
      p = star + 1;
      i = ++resume;
    } else {
      return false;
    }
  }
  while (p < patternLen && load<u8>(pattern + p) == STAR) p++;
  return p == patternLen;
}
