// The checksums of gzip (CRC-32, RFC 1952 §8) and zlib (Adler-32, RFC 1950 §8.2).
//
// WHY: eight bytes a step for the CRC (slicing-by-8), by tables made at the first use. TEST: test/engine/inflate.test.ts compares with what zlib wrote.

const POLYNOMIAL: u32 = 0xedb88320;
const ADLER_BASE: u32 = 65521;
/** Most bytes whose sums fit 32 bits before the remainder is taken. */
const ADLER_RUN: u32 = 5552;
/** Eight tables of 256 words: row k is the CRC of the byte followed by k zero bytes. */
const rows = memory.data(8192);
let hasRows = false;

/** CRC-32 of the bytes that `crc` is of, followed by these; that of no bytes is 0. */
export function crc32(crc: u32, at: usize, len: u32): u32 {
  if (!hasRows) makeRows();
  const end = at + len;
  let value = ~crc;
  for (; at + 8 <= end; at += 8) {
    const low = value ^ load<u32>(at);
    const high = load<u32>(at, 4);
    value =
      load<u32>(rows + <usize>((low & 0xff) << 2), 7168) ^
      load<u32>(rows + <usize>((low >> 6) & 0x3fc), 6144) ^
      load<u32>(rows + <usize>((low >> 14) & 0x3fc), 5120) ^
      load<u32>(rows + <usize>((low >> 22) & 0x3fc), 4096) ^
      load<u32>(rows + <usize>((high & 0xff) << 2), 3072) ^
      load<u32>(rows + <usize>((high >> 6) & 0x3fc), 2048) ^
      load<u32>(rows + <usize>((high >> 14) & 0x3fc), 1024) ^
      load<u32>(rows + <usize>((high >> 22) & 0x3fc));
  }
  for (; at < end; at++) value = (value >> 8) ^ first((value & 0xff) ^ load<u8>(at));
  return ~value;
}

/** CRC-32 with one byte more. */
export function crc32Byte(crc: u32, byte: u32): u32 {
  if (!hasRows) makeRows();
  return ~((~crc >> 8) ^ first((~crc & 0xff) ^ byte));
}

/** Adler-32 of the bytes that `adler` is of, followed by these; that of no bytes is 1. */
export function adler32(adler: u32, at: usize, len: u32): u32 {
  const end = at + len;
  let sum = adler & 0xffff;
  let sums = adler >> 16;
  while (at < end) {
    const stop = min(end, at + ADLER_RUN);
    for (; at < stop; at++) {
      sum += load<u8>(at);
      sums += sum;
    }
    sum %= ADLER_BASE;
    sums %= ADLER_BASE;
  }
  return (sums << 16) | sum;
}

function first(byte: u32): u32 {
  return load<u32>(rows + ((<usize>byte) << 2));
}

function makeRows(): void {
  for (let i: u32 = 0; i < 256; i++) {
    let value = i;
    for (let bit = 0; bit < 8; bit++) value = (value >> 1) ^ ((value & 1) != 0 ? POLYNOMIAL : 0);
    store<u32>(rows + ((<usize>i) << 2), value);
  }
  for (let i: u32 = 256; i < 2048; i++) {
    const value = load<u32>(rows + ((<usize>(i - 256)) << 2));
    store<u32>(rows + ((<usize>i) << 2), (value >> 8) ^ first(value & 0xff));
  }
  hasRows = true;
}
