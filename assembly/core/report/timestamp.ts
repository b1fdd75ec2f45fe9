// RFC 3339 timestamps in UTC, with milliseconds.

import { ByteWriter } from "../bytes/byte-writer";

/** Appends `nanoseconds` since 1970 as `2026-11-21T10:00:00.000Z`. */
export function appendTimestamp(out: ByteWriter, nanoseconds: u64): void {
  const milliseconds = nanoseconds / 1_000_000;
  const seconds = milliseconds / 1000;
  const days = <i64>(seconds / 86400);
  // Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days: years begin in March, so a
  // leap day is the last of its year; eras are of 400 years.
  const z = days + 719468;
  const era = z / 146097;
  const dayOfEra = z % 146097;
  const yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146096) / 365;
  const dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
  const monthFromMarch = (5 * dayOfYear + 2) / 153;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  digits(out, <u32>(yearOfEra + era * 400 + (month <= 2 ? 1 : 0)), 4);
  out.byte(0x2d);
  digits(out, <u32>month, 2);
  out.byte(0x2d);
  digits(out, <u32>(dayOfYear - (153 * monthFromMarch + 2) / 5 + 1), 2);
  out.byte(0x54);
  digits(out, <u32>((seconds / 3600) % 24), 2);
  out.byte(0x3a);
  digits(out, <u32>((seconds / 60) % 60), 2);
  out.byte(0x3a);
  digits(out, <u32>(seconds % 60), 2);
  out.byte(0x2e);
  digits(out, <u32>(milliseconds % 1000), 3);
  out.byte(0x5a);
}

function digits(out: ByteWriter, value: u32, count: u32): void {
  let divisor: u32 = 1;
  for (let i: u32 = 1; i < count; i++) divisor *= 10;
  for (; divisor != 0; divisor /= 10) out.byte(<u8>(0x30 + ((value / divisor) % 10)));
}
