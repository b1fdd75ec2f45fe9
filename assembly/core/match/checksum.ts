// The checksums a match of match_regex_with_checksum must pass.
import { isDigit } from "../bytes/ascii";

export enum Checksum {
  None = 0,
  /** ISO/IEC 7812-1 annex B: payment cards and many other numbers. */
  Luhn = 1,
}

/** The id of a checksum by the name rules use, or None. */
export function checksumFromName(at: usize, len: u32): Checksum {
  return len == 4 && load<u32>(at) == 0x6e68756c ? Checksum.Luhn : Checksum.None;
}

/** True when [at, end) passes; bytes that are no digits are skipped. Nothing passes an unknown checksum. */
export function checksumHolds(id: u32, at: usize, end: usize): bool {
  return id == Checksum.Luhn && luhnHolds(at, end);
}

/** Every second digit from the right counts double, digits of the doubled number added; the sum ends in 0. */
function luhnHolds(at: usize, end: usize): bool {
  let sum: u32 = 0;
  let digits: u32 = 0;
  while (end > at) {
    const c = <u32>load<u8>(--end);
    if (!isDigit(c)) continue;
    const digit = c - 0x30;
    const double = digit << 1;
    sum += digits & 1 ? (double > 9 ? double - 9 : double) : digit;
    digits++;
  }
  return digits != 0 && sum % 10 == 0;
}
