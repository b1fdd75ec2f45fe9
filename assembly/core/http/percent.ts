// Percent-decoding (RFC 3986 §2.1) that keeps what it cannot decode, and IIS's %uXXXX.

import { hexValue } from "../bytes/ascii";
import { findByte } from "../bytes/find-byte";
import { Anomaly } from "../inputs/anomaly";
import { Inputs } from "../inputs/inputs";
import { ValueBuffer } from "../inputs/value-buffer";

/** Where decodePercent() left its result: in place when nothing changed, else in the inputs' arena. */
@unmanaged
export class Decoded {
  at: usize = 0;
  len: u32 = 0;
  /** Of the last call only. */
  anomalies: u64 = 0;
}

export const decoded = new Decoded();
const scratch = new ValueBuffer();

/**
 * Bytes of the escape whose `%` is at `at`: 3 for %XX, 6 for %uXXXX, 1 when it is none (the `%` stands for
 * itself), 0 when `avail` bytes do not tell yet.
 */
export function escapeLength(at: usize, avail: u32): u32 {
  if (avail < 2) return 0;
  const first = <u32>load<u8>(at, 1);
  if (hexValue(first) >= 0) {
    if (avail < 3) return 0;
    return hexValue(load<u8>(at, 2)) >= 0 ? 3 : 1;
  }
  if ((first | 0x20) != 0x75) return 1;
  for (let i: u32 = 2; i < 6; i++) {
    if (i >= avail) return 0;
    if (hexValue(load<u8>(at + i)) < 0) return 1;
  }
  return 6;
}

/** Appends what the escape of `length` bytes at `at` stands for, and says what is odd about it. */
export function putEscape(into: ValueBuffer, at: usize, length: u32): u64 {
  if (length == 3) {
    into.bytes.byte(<u8>((hexValue(load<u8>(at, 1)) << 4) | hexValue(load<u8>(at, 2))));
    return Anomaly.None;
  }
  if (length != 6) {
    into.bytes.byte(0x25);
    return Anomaly.QueryBadEscape;
  }
  let unit: u32 = 0;
  for (let i: usize = 2; i < 6; i++) unit = (unit << 4) | hexValue(load<u8>(at + i));
  into.codeUnit(unit);
  return Anomaly.QueryUnicodeEscape;
}

/** Decodes a complete run of bytes; the result is in `decoded`. True when something changed. */
export function decodePercent(inputs: Inputs, at: usize, len: u32): bool {
  decoded.at = at;
  decoded.len = len;
  decoded.anomalies = 0;
  const end = at + len;
  let p = findByte(at, end, 0x25);
  if (p == end) return false;
  scratch.clear();
  let run = at;
  while (p < end) {
    const length = max<u32>(escapeLength(p, <u32>(end - p)), 1);
    scratch.append(run, <u32>(p - run));
    decoded.anomalies |= putEscape(scratch, p, length);
    run = p + length;
    p = findByte(run, end, 0x25);
  }
  scratch.append(run, <u32>(p - run));
  if (scratch.loneSurrogates > 0) decoded.anomalies |= Anomaly.LoneSurrogate;
  if (scratch.bytes.length == len) {
    // Only escapes that stand for themselves keep the length.
    scratch.reset();
    return false;
  }
  const copy = scratch.copyTo(inputs);
  if (copy != 0) {
    decoded.at = copy;
    decoded.len = scratch.bytes.length;
  }
  scratch.reset();
  return copy != 0;
}
