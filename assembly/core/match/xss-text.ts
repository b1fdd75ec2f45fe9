// The text that the detector of scripts is reading, and the quotes it has passed: what its parts share.

/** Where the text begins and ends. */
export let begin: usize = 0;
export let limit: usize = 0;
export let doubleQuotes: u32 = 0;
export let singleQuotes: u32 = 0;
export let backQuotes: u32 = 0;

export function startText(at: usize, end: usize): void {
  begin = at;
  limit = end;
  doubleQuotes = 0;
  singleQuotes = 0;
  backQuotes = 0;
}

/** The scan has come to a quote. */
export function countQuote(c: u32): void {
  if (c == 0x22) doubleQuotes++;
  else if (c == 0x27) singleQuotes++;
  else backQuotes++;
}

export function byteBefore(at: usize): u32 {
  return at > begin ? load<u8>(at - 1) : 0;
}

export function isQuote(c: u32): bool {
  return c == 0x22 || c == 0x27;
}

/** ‘ ’ “ ” before `at` */
export function isTypographic(at: usize): bool {
  return at >= begin + 3 && load<u16>(at - 3) == 0x80e2 && <u32>load<u8>(at - 1) - 0x98 < 6;
}
