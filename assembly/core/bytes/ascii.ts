// ASCII helpers over bytes in linear memory.

export function lowerByte(c: u32): u32 {
  return c - 0x41 < 26 ? c | 0x20 : c;
}

export function isDigit(c: u32): bool {
  return c - 0x30 < 10;
}

export function isAlpha(c: u32): bool {
  return (c | 0x20) - 0x61 < 26;
}

export function isWord(c: u32): bool {
  return isAlpha(c) || isDigit(c) || c == 0x5f;
}

/** HTML/HTTP white space: tab, line feed, form feed, carriage return, space. */
export function isSpace(c: u32): bool {
  return c == 0x20 || c - 0x09 < 5;
}

/** Value of a hex digit, or -1. */
export function hexValue(c: u32): i32 {
  if (c - 0x30 < 10) return <i32>(c - 0x30);
  const lower = c | 0x20;
  return lower - 0x61 < 6 ? <i32>(lower - 0x57) : -1;
}

/** True when both runs of `len` bytes are the same. */
export function equalBytes(a: usize, b: usize, len: u32): bool {
  return memory.compare(a, b, len) == 0;
}

/** True when the bytes at `at` equal the lower-case ASCII `word`, whatever their case. */
export function equalsFolded(at: usize, len: u32, word: usize, wordLen: u32): bool {
  if (len != wordLen) return false;
  for (let i: u32 = 0; i < len; i++) {
    if (lowerByte(load<u8>(at + i)) != load<u8>(word + i)) return false;
  }
  return true;
}
