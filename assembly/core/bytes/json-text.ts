// Writing JSON texts (RFC 8259 §7).

import { ByteWriter } from "./byte-writer";

const HEX = memory.data<u8>([
  0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66,
]);

/** `len` bytes at `at` as a quoted JSON string. Bytes that are not UTF-8 become U+FFFD, one each. */
export function appendJsonString(out: ByteWriter, at: usize, len: u32): void {
  out.byte(0x22);
  const end = at + len;
  while (at < end) {
    const c = <u32>load<u8>(at);
    if (c >= 0x80) {
      const size = sequenceLength(at, end);
      if (size == 0) out.text("\\ufffd");
      else out.bytes(at, size);
      at += max<u32>(size, 1);
      continue;
    }
    if (c == 0x22 || c == 0x5c) {
      out.byte(0x5c);
      out.byte(<u8>c);
    } else if (c >= 0x20 && c != 0x7f) {
      out.byte(<u8>c);
    } else {
      out.text("\\u00");
      out.byte(load<u8>(HEX + (c >> 4)));
      out.byte(load<u8>(HEX + (c & 15)));
    }
    at++;
  }
  out.byte(0x22);
}

/** `"name":` with `name` a constant that needs no escape. */
export function appendJsonName(out: ByteWriter, name: string): void {
  out.byte(0x22);
  out.text(name);
  out.byte(0x22);
  out.byte(0x3a);
}

/** Length of the well-formed UTF-8 sequence at `at` (RFC 3629), 0 when it is none. */
export function sequenceLength(at: usize, end: usize): u32 {
  const c = <u32>load<u8>(at);
  const size: u32 = c >= 0xc2 && c < 0xe0 ? 2 : c >= 0xe0 && c < 0xf0 ? 3 : c >= 0xf0 && c < 0xf5 ? 4 : 0;
  if (size == 0 || at + size > end) return 0;
  const second = <u32>load<u8>(at, 1);
  const least: u32 = c == 0xe0 ? 0xa0 : c == 0xf0 ? 0x90 : 0x80;
  const most: u32 = c == 0xed ? 0x9f : c == 0xf4 ? 0x8f : 0xbf;
  if (second < least || second > most) return 0;
  for (let i: u32 = 2; i < size; i++) {
    if ((load<u8>(at + i) & 0xc0) != 0x80) return 0;
  }
  return size;
}
