// Decimal text to the nearest f64 (round half to even), as JavaScript and IEEE 754 readers do.
//
// Nearly all numbers of a configuration take the first, exact way: at most 15 digits and a power of ten that
// an f64 holds. The rest goes through a decimal of up to 800 digits that is halved and doubled until its integer
// part is the 53-bit significand: slow, short, and exact, because no f64 boundary has more digits than that.

import { isDigit } from "../bytes/ascii";

/** An f64 halfway point has at most 767 significant digits; digits past the room only ever break a tie. */
const DIGITS: u32 = 800;
/** Bits moved per pass: digit << 27 + carry stays below 2^32. */
const STEP: u32 = 27;

/** digits d₁d₂…dₙ stand for 0.d₁d₂…dₙ × 10^point. */
@unmanaged
class Decimal {
  digits: usize = 0;
  count: u32 = 0;
  point: i32 = 0;
  /** A digit other than 0 did not fit. */
  rest: bool = false;

  push(digit: u32): void {
    if (this.count < DIGITS) store<u8>(this.digits + this.count++, <u8>digit);
    else if (digit != 0) this.rest = true;
  }

  trim(): void {
    while (this.count > 0 && load<u8>(this.digits + this.count - 1) == 0) this.count--;
    if (this.count == 0) this.point = 0;
  }

  /** × 2^bits, bits ≤ STEP. */
  double(bits: u32): void {
    let carry: u64 = 0;
    for (let i = this.count; i > 0; i--) {
      const sum = ((<u64>load<u8>(this.digits + i - 1)) << bits) + carry;
      store<u8>(this.digits + i - 1, <u8>(sum % 10));
      carry = sum / 10;
    }
    let grown: u32 = 0;
    for (let probe = carry; probe != 0; probe /= 10) grown++;
    const kept = min<u32>(this.count, DIGITS - grown);
    for (let i = kept; i < this.count; i++) {
      if (load<u8>(this.digits + i) != 0) this.rest = true;
    }
    memory.copy(this.digits + grown, this.digits, kept);
    for (let i = grown; i > 0; i--, carry /= 10) store<u8>(this.digits + i - 1, <u8>(carry % 10));
    this.count = kept + grown;
    this.point += grown;
    this.trim();
  }

  /** ÷ 2^bits, bits ≤ STEP. */
  halve(bits: u32): void {
    const mask: u64 = (1 << bits) - 1;
    const count = this.count;
    let left: u64 = 0;
    let read: u32 = 0;
    while (left >> bits == 0 && (read < count || left != 0)) {
      left = left * 10 + (read < count ? <u64>load<u8>(this.digits + read) : 0);
      read++;
    }
    this.point -= <i32>read - 1;
    this.count = 0;
    while (read < count) {
      this.push(<u32>(left >> bits));
      left = (left & mask) * 10 + load<u8>(this.digits + read++);
    }
    while (left != 0) {
      this.push(<u32>(left >> bits));
      left = (left & mask) * 10;
    }
    this.trim();
  }

  /** Integer part, rounded half to even. */
  rounded(): u64 {
    let value: u64 = 0;
    for (let i: i32 = 0; i < this.point; i++) {
      value = value * 10 + (<u32>i < this.count ? <u64>load<u8>(this.digits + i) : 0);
    }
    if (this.point < 0 || <u32>this.point >= this.count) return value;
    const digit = <u32>load<u8>(this.digits + this.point);
    const tie = digit == 5 && <u32>this.point + 1 == this.count && !this.rest;
    return digit > 5 || (digit == 5 && (!tie || (value & 1) != 0)) ? value + 1 : value;
  }
}

/** The `len` bytes at `at`, a number by the grammar of RFC 8259 §6. Infinite when it is too large. */
export function decimalToNumber(at: usize, len: u32): f64 {
  const decimal = new Decimal();
  decimal.digits = heap.alloc(DIGITS);
  const negative = len > 0 && load<u8>(at) == 0x2d;
  readDecimal(decimal, at + (negative ? 1 : 0), at + len);
  const value = decimal.count == 0 ? 0.0 : decimal.count <= 15 ? exactOrSlow(decimal) : slow(decimal);
  heap.free(decimal.digits);
  heap.free(changetype<usize>(decimal));
  return negative ? -value : value;
}

function readDecimal(decimal: Decimal, at: usize, end: usize): void {
  let point: i32 = 0;
  let inFraction = false;
  for (; at < end; at++) {
    const c = <u32>load<u8>(at);
    if (c == 0x2e) {
      inFraction = true;
    } else if (isDigit(c)) {
      const leading = decimal.count == 0 && c == 0x30;
      if (!leading) decimal.push(c - 0x30);
      if (inFraction && leading) point--;
      else if (!inFraction && !leading) point++;
    } else {
      break;
    }
  }
  let exponent: i32 = 0;
  let down = false;
  for (at++; at < end; at++) {
    const c = <u32>load<u8>(at);
    if (c == 0x2d) down = true;
    else if (isDigit(c) && exponent < 100_000_000) exponent = exponent * 10 + <i32>(c - 0x30);
  }
  decimal.point = point + (down ? -exponent : exponent);
  decimal.trim();
}

/** One multiplication or division of two exact numbers, where that is possible. */
function exactOrSlow(decimal: Decimal): f64 {
  const power = decimal.point - <i32>decimal.count;
  if (power < -22 || power > 22) return slow(decimal);
  let value: u64 = 0;
  for (let i: u32 = 0; i < decimal.count; i++) value = value * 10 + load<u8>(decimal.digits + i);
  let ten: f64 = 1;
  for (let i = power < 0 ? -power : power; i > 0; i--) ten *= 10;
  return power < 0 ? <f64>value / ten : <f64>value * ten;
}

function slow(decimal: Decimal): f64 {
  if (decimal.point > 310) return Infinity;
  if (decimal.point < -330) return 0;
  // Scale to [1/2, 1): the value is then 0.xxx × 2^exponent.
  let exponent: i32 = 0;
  while (decimal.point > 0) {
    const bits: u32 = decimal.point > 8 ? STEP : 3;
    decimal.halve(bits);
    exponent += bits;
  }
  while (decimal.point < 0 || load<u8>(decimal.digits) < 5) {
    const bits: u32 = decimal.point < -8 ? STEP : 1;
    decimal.double(bits);
    exponent -= bits;
  }
  // [1, 2) × 2^exponent; below the smallest normal exponent significand bits are lost.
  exponent--;
  let lost: i32 = 0;
  if (exponent < -1022) {
    lost = min(-1022 - exponent, 60);
    exponent = -1022;
  }
  let bits = 53 - lost;
  if (bits < 0) return 0;
  for (; bits > <i32>STEP; bits -= STEP) decimal.double(STEP);
  decimal.double(bits);
  let significand = decimal.rounded();
  if (significand == (<u64>1) << 53) {
    significand >>= 1;
    exponent++;
  }
  if (exponent > 1023) return Infinity;
  if (significand >> 52 == 0) return reinterpret<f64>(significand); // subnormal
  return reinterpret<f64>(((<u64>(exponent + 1023)) << 52) | (significand & 0xfffffffffffff));
}
