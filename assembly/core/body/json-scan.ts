// Byte classes of JSON text and the scans over runs of bytes.
//
// WHY: string contents are the bulk of the bytes, so their end is looked for 16 bytes at a time.
// SAFETY: blocks are read only where 16 bytes remain; the rest goes byte by byte.
// TEST: test/engine/parse.test.ts (`chunked-equals-whole` puts every byte at every distance from a chunk's end).

const POINT: u32 = 0x2e;
const TRUE: u32 = 0x65757274;
const NULL: u32 = 0x6c6c756e;
/** `fals` */
const FALSE: u32 = 0x736c6166;

/** What a byte means between tokens. */
export enum JsonByte {
  /** Part of a number, a literal or of something that is not JSON. */
  Bare = 0,
  Space = 1,
  Quote = 2,
  SingleQuote = 3,
  Comma = 4,
  Colon = 5,
  OpenObject = 6,
  OpenArray = 7,
  CloseObject = 8,
  CloseArray = 9,
  Slash = 10,
  Nul = 11,
}

/**
 * The JsonByte of each ASCII byte, sixteen a row; the upper half is zero, so Bare. RS, which separates the texts
 * of application/json-seq (RFC 7464), is a space.
 */
// prettier-ignore
const CLASSES = memory.data<u8>([
  11, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 1, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0,
  1, 0, 2, 0, 0, 0, 0, 3, 0, 0, 0, 0, 4, 0, 0, 10,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 0, 9, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 6, 0, 8, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
]);

/** A bare token that is a value of JSON. */
export enum BareToken {
  Number,
  True,
  False,
  Null,
  /** None of them. */
  Word,
}

export function classOf(c: u32): JsonByte {
  return load<u8>(CLASSES + c);
}

/** First byte that is no white space, or end. Indentation is skipped 16 spaces at a time. */
export function skipSpace(at: usize, end: usize): usize {
  while (at + 16 <= end) {
    const mask = i8x16.bitmask(i8x16.ne(v128.load(at), i8x16.splat(0x20)));
    if (mask != 0) {
      at += ctz(mask);
      break;
    }
    at += 16;
  }
  while (at < end && load<u8>(CLASSES + load<u8>(at)) == JsonByte.Space) at++;
  return at;
}

/** First byte that is `quote`, a backslash or below `control`; end when there is none. */
export function findStringEnd(at: usize, end: usize, quote: u32, control: u32): usize {
  const quotes = i8x16.splat(<i8>quote);
  const backslashes = i8x16.splat(0x5c);
  const controls = i8x16.splat(<i8>control);
  while (at + 16 <= end) {
    const v = v128.load(at);
    const mask = i8x16.bitmask(
      v128.or(v128.or(i8x16.eq(v, quotes), i8x16.eq(v, backslashes)), i8x16.lt_u(v, controls)),
    );
    if (mask != 0) return at + ctz(mask);
    at += 16;
  }
  while (at < end) {
    const c = <u32>load<u8>(at);
    if (c == quote || c == 0x5c || c < control) return at;
    at++;
  }
  return at;
}

/**
 * End of the number that begins with the digit at `at`: digits, or digits, a point and digits, and behind them a comma, a bracket
 * or a space. `at` where it is another kind of number, or none, or longer than fifteen bytes, or the chunk ends too soon to tell: then
 * the general way reads it.
 *
 * WHY one block and no loop: how many digits there are cannot be foreseen.
 */
export function findNumberEnd(at: usize, end: usize): usize {
  if (at + 16 > end) return at;
  const v = v128.load(at);
  const digits = i8x16.bitmask(i8x16.lt_u(i8x16.sub(v, i8x16.splat(0x30)), i8x16.splat(10)));
  const others = ~digits & 0xffff;
  if (others == 0) return at;
  let len = <u32>ctz(others);
  let c = <u32>load<u8>(at + len);
  if (c == POINT) {
    const behind = others & (others - 1);
    if (behind == 0) return at;
    const fraction = <u32>ctz(behind) - len - 1;
    if (fraction == 0 || (len > 1 && load<u8>(at) == 0x30)) return at;
    len += 1 + fraction;
    c = load<u8>(at + len);
  } else if (len > 1 && load<u8>(at) == 0x30) {
    return at;
  }
  return isNumberEnd(c) ? at + len : at;
}

/** End of `true`, `false` or `null` at `at` with a comma, bracket or space behind it; else `at`. */
export function findLiteralEnd(at: usize, end: usize): usize {
  if (at + 6 > end) return at;
  const word = load<u32>(at);
  if (word == TRUE || word == NULL) return isNumberEnd(load<u8>(at, 4)) ? at + 4 : at;
  if (word != FALSE || load<u8>(at, 4) != 0x65) return at;
  return isNumberEnd(load<u8>(at, 5)) ? at + 5 : at;
}

function isNumberEnd(c: u32): bool {
  return c == 0x2c || c == 0x7d || c == 0x5d || c == 0x20 || c == 0x0a || c == 0x0d;
}

/** First byte that cannot be part of a number or literal, or end. */
export function findBareEnd(at: usize, end: usize): usize {
  while (at < end && load<u8>(CLASSES + load<u8>(at)) == JsonByte.Bare) at++;
  return at;
}

/** First byte that ends a word that is no JSON (which may hold spaces, slashes and single quotes), or end. */
export function findWordEnd(at: usize, end: usize, isKey: bool): usize {
  for (; at < end; at++) {
    const c = <u32>load<u8>(at);
    const kind = load<u8>(CLASSES + c);
    if (kind == JsonByte.Bare || kind == JsonByte.Slash || kind == JsonByte.SingleQuote) continue;
    if (kind == JsonByte.Space && c != 0x0a && c != 0x1e) continue;
    if (kind == JsonByte.Colon && !isKey) continue;
    return at;
  }
  return at;
}

/** Whether a bare token can go on to be a number or literal. */
export function startsScalar(c: u32): bool {
  return c - 0x30 < 10 || c == 0x2d || c == 0x74 || c == 0x66 || c == 0x6e;
}

/** Classifies a complete bare token by the grammar of RFC 8259 §3 and §6. */
export function classifyBare(at: usize, len: u32): BareToken {
  if (len == 0) return BareToken.Word;
  const first = <u32>load<u8>(at);
  if (first - 0x30 < 10 || first == 0x2d) return isNumber(at, at + len) ? BareToken.Number : BareToken.Word;
  if (len == 4) {
    const word = load<u32>(at);
    if (word == TRUE) return BareToken.True;
    if (word == NULL) return BareToken.Null;
  }
  return len == 5 && load<u32>(at) == FALSE && load<u8>(at, 4) == 0x65 ? BareToken.False : BareToken.Word;
}

function isNumber(at: usize, end: usize): bool {
  if (load<u8>(at) == 0x2d) at++;
  const digits = at;
  at = skipDigits(at, end);
  if (at == digits || (at - digits > 1 && load<u8>(digits) == 0x30)) return false;
  if (at < end && load<u8>(at) == 0x2e) {
    const fraction = ++at;
    at = skipDigits(at, end);
    if (at == fraction) return false;
  }
  if (at < end && ((<u32>load<u8>(at)) | 0x20) == 0x65) {
    at++;
    if (at < end && (load<u8>(at) == 0x2b || load<u8>(at) == 0x2d)) at++;
    const exponent = at;
    at = skipDigits(at, end);
    if (at == exponent) return false;
  }
  return at == end;
}

function skipDigits(at: usize, end: usize): usize {
  while (at < end && <u32>load<u8>(at) - 0x30 < 10) at++;
  return at;
}

/** What a backslash and `c` stand for, or 0. */
export function escapeByte(c: u32): u32 {
  if (c == 0x22 || c == 0x5c || c == 0x2f || c == 0x27) return c;
  if (c == 0x6e) return 0x0a;
  if (c == 0x72) return 0x0d;
  if (c == 0x74) return 0x09;
  if (c == 0x62) return 0x08;
  return c == 0x66 ? 0x0c : 0;
}
