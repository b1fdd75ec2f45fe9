// Spellings that configuration strings must have.

/** True for a byte of a token (RFC 9110 §5.6.2). */
export function isTokenByte(c: u32): bool {
  if ((c | 0x20) - 0x61 < 26 || c - 0x30 < 10) return true;
  switch (c) {
    case 0x21: // !
    case 0x23: // #
    case 0x24: // $
    case 0x25: // %
    case 0x26: // &
    case 0x27: // '
    case 0x2a: // *
    case 0x2b: // +
    case 0x2d: // -
    case 0x2e: // .
    case 0x5e: // ^
    case 0x5f: // _
    case 0x60: // `
    case 0x7c: // |
    case 0x7e: // ~
      return true;
    default:
      return false;
  }
}

/** True for the name of a header field. */
export function isHeaderName(at: usize, len: u32): bool {
  for (let i: u32 = 0; i < len; i++) {
    if (!isTokenByte(load<u8>(at + i))) return false;
  }
  return len > 0;
}

/** True for what can stand in a Location field: visible ASCII, no blanks. */
export function isLocation(at: usize, len: u32): bool {
  for (let i: u32 = 0; i < len; i++) {
    if (<u32>load<u8>(at + i) - 0x21 > 0x5d) return false;
  }
  return len > 0;
}
