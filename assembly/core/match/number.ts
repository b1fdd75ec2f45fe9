// The operators equals, greater_than and lower_than over numbers, strings and booleans, with libddwaf's typing: a
// number written without fraction and exponent is an integer, any other a float; `equals` never compares an integer
// with a float, the other two do; a string is never a number.
import { equalBytes, isDigit } from "../bytes/ascii";

/** What a JSON number is, or what a rule says its operand is. */
export enum NumberType {
  None = 0,
  /** `bits` is a u64. */
  Unsigned = 1,
  /** `bits` is an i64. */
  Signed = 2,
  /** `real` holds it. */
  Float = 3,
}

/** Past this every exponent means infinity or nothing. */
const LIMIT_EXPONENT: i32 = 100_000;
/** Powers of ten and integers up to here are exact in an f64. */
const EXACT_POWER: i32 = 22;
const EXACT_INTEGER: u64 = 1 << 53;

@unmanaged
export class NumberValue {
  type: NumberType = NumberType.None;
  bits: u64 = 0;
  real: f64 = 0;
}

/**
 * Reads a JSON number (RFC 8259 §6) that is exactly the `len` bytes at `at`; `value.type` is None when it is not one.
 * Integers past 64 bits become floats. A float of up to 15 digits and an exponent up to 22 is exact, others may be
 * off by a few units in the last place.
 */
export function parseNumber(at: usize, len: u32, value: NumberValue): void {
  const end = at + len;
  value.type = NumberType.None;
  const negative = at < end && load<u8>(at) == 0x2d;
  if (negative) at++;
  decimal.start();
  const first = at;
  at = decimal.whole(at, end);
  if (at == first || (at - first > 1 && load<u8>(first) == 0x30)) return;
  if (at == end && decimal.exponent == 0 && storeInteger(decimal.mantissa, negative, value)) return;
  if (at < end && load<u8>(at) == 0x2e) {
    const point = at + 1;
    at = decimal.fraction(point, end);
    if (at == point) return;
  }
  let exponent = decimal.exponent;
  if (at < end && (load<u8>(at) | 0x20) == 0x65) {
    const shift = readExponent(at + 1, end);
    if (shift == i32.MIN_VALUE) return;
    exponent += shift;
    at = end;
  }
  if (at != end) return;
  const size = scale(decimal.mantissa, exponent);
  value.type = NumberType.Float;
  value.real = negative ? -size : size;
}

/** mantissa × 10^exponent, digit by digit; digits past what the mantissa holds only count. */
@unmanaged
class Decimal {
  mantissa: u64 = 0;
  exponent: i32 = 0;
  /** Once full, always full: a later digit that happened to fit would be out of place. */
  private full: bool = false;

  start(): void {
    this.full = false;
    this.mantissa = 0;
    this.exponent = 0;
  }

  whole(at: usize, end: usize): usize {
    for (; at < end && isDigit(load<u8>(at)); at++) {
      if (!this.take(load<u8>(at) - 0x30)) this.exponent++;
    }
    return at;
  }

  fraction(at: usize, end: usize): usize {
    for (; at < end && isDigit(load<u8>(at)); at++) {
      if (this.take(load<u8>(at) - 0x30)) this.exponent--;
    }
    return at;
  }

  /** False when the digit no longer fits, nor does any after it. */
  private take(digit: u64): bool {
    this.full = this.full || this.mantissa > (u64.MAX_VALUE - digit) / 10;
    if (!this.full) this.mantissa = this.mantissa * 10 + digit;
    return !this.full;
  }
}

const decimal = new Decimal();

/** False when a negative number does not fit. */
function storeInteger(mantissa: u64, negative: bool, value: NumberValue): bool {
  if (negative && mantissa > (<u64>1) << 63) return false;
  value.type = negative ? NumberType.Signed : NumberType.Unsigned;
  value.bits = negative ? 0 - mantissa : mantissa;
  return true;
}

/** The exponent that is exactly [at, end), held within ±LIMIT_EXPONENT; i32.MIN_VALUE when it is none. */
function readExponent(at: usize, end: usize): i32 {
  const negative = at < end && load<u8>(at) == 0x2d;
  if (at < end && (negative || load<u8>(at) == 0x2b)) at++;
  if (at == end) return i32.MIN_VALUE;
  let value: i32 = 0;
  for (; at < end; at++) {
    if (!isDigit(load<u8>(at))) return i32.MIN_VALUE;
    if (value < LIMIT_EXPONENT) value = value * 10 + (<i32>load<u8>(at) - 0x30);
  }
  return negative ? -value : value;
}

/** mantissa × 10^exponent. */
function scale(mantissa: u64, exponent: i32): f64 {
  const size = <f64>mantissa;
  if (mantissa == 0 || exponent == 0) return size;
  if (mantissa <= EXACT_INTEGER && abs(exponent) <= EXACT_POWER) {
    return exponent < 0 ? size / power(-exponent) : size * power(exponent);
  }
  // In two steps, so that a small mantissa does not lose a power that is out of range by itself.
  if (exponent < -300) return exponent < -400 ? 0 : size / power(300) / power(-exponent - 300);
  return exponent > 330 ? Infinity : exponent < 0 ? size / power(-exponent) : size * power(exponent);
}

/** 10^n for n ≥ 0, exact up to 22. */
function power(n: i32): f64 {
  let result: f64 = 1;
  let base: f64 = 10;
  for (; n != 0; n >>= 1) {
    if (n & 1) result *= base;
    base *= base;
  }
  return result;
}

/** equals; `delta` is how far floats may be apart (exclusive). */
export function numberEquals(got: NumberValue, want: NumberValue, delta: f64): bool {
  if (got.type == NumberType.None || want.type == NumberType.None) return false;
  if (want.type == NumberType.Float) return got.type == NumberType.Float && abs(want.real - got.real) < delta;
  return got.type != NumberType.Float && compareIntegers(got, want) == 0;
}

export function numberGreater(got: NumberValue, want: NumberValue): bool {
  return numberLower(want, got);
}

export function numberLower(got: NumberValue, want: NumberValue): bool {
  if (got.type == NumberType.None || want.type == NumberType.None) return false;
  if (got.type == NumberType.Float || want.type == NumberType.Float) return asReal(got) < asReal(want);
  return compareIntegers(got, want) < 0;
}

function asReal(value: NumberValue): f64 {
  if (value.type == NumberType.Float) return value.real;
  return value.type == NumberType.Signed ? <f64>(<i64>value.bits) : <f64>value.bits;
}

/** A whole number becomes the float nearest to it. */
export function makeFloat(value: NumberValue): void {
  if (value.type == NumberType.None || value.type == NumberType.Float) return;
  value.real = asReal(value);
  value.type = NumberType.Float;
}

/** -1, 0 or 1, whatever the signs. */
function compareIntegers(a: NumberValue, b: NumberValue): i32 {
  const aNegative = a.type == NumberType.Signed && <i64>a.bits < 0;
  const bNegative = b.type == NumberType.Signed && <i64>b.bits < 0;
  if (aNegative != bNegative) return aNegative ? -1 : 1;
  return a.bits == b.bits ? 0 : a.bits < b.bits ? -1 : 1;
}

/** equals over a string: byte by byte. */
export function stringEquals(at: usize, len: u32, want: usize, wantLen: u32): bool {
  return len == wantLen && equalBytes(at, want, len);
}

/** equals over a boolean, given as `true` or `false`. */
export function booleanEquals(at: usize, len: u32, want: bool): bool {
  if (want) return len == 4 && load<u32>(at) == 0x65757274;
  return len == 5 && load<u32>(at) == 0x736c6166 && load<u8>(at, 4) == 0x65;
}
