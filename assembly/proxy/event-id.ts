// Identifiers of events and block pages: version 4 UUIDs (RFC 9562 §5.4).

import { Text } from "../core/bytes/text";
import { fillRandom, now } from "./host";

const UUID_LENGTH: u32 = 36;
const HEX = memory.data<u8>([
  0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66,
]);

let fallback: u64 = 0;

/** Writes a fresh UUID into `id`, whose memory is kept for the next one. */
export function makeId(id: Text): void {
  if (id.at == 0) id.at = heap.alloc(UUID_LENGTH);
  id.len = UUID_LENGTH;
  const bytes: usize = memory.data(16);
  if (!fillRandom(bytes, 16)) fillFromClock(bytes);
  store<u8>(bytes, (load<u8>(bytes, 6) & 0x0f) | 0x40, 6);
  store<u8>(bytes, (load<u8>(bytes, 8) & 0x3f) | 0x80, 8);
  let at = id.at;
  for (let i: u32 = 0; i < 16; i++) {
    if (i == 4 || i == 6 || i == 8 || i == 10) store<u8>(at++, 0x2d);
    const byte = <u32>load<u8>(bytes + i);
    store<u8>(at++, load<u8>(HEX + (byte >> 4)));
    store<u8>(at++, load<u8>(HEX + (byte & 15)));
  }
}

/** Unique in this VM, though not secret: for a host without random_get. */
function fillFromClock(bytes: usize): void {
  fallback = (fallback ^ now()) * 0x5851f42d4c957f2d + 0x14057b7ef767814f;
  store<u64>(bytes, fallback);
  fallback = fallback * 0x5851f42d4c957f2d + 0x14057b7ef767814f;
  store<u64>(bytes, fallback, 8);
}
