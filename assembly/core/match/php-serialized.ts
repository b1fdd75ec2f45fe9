// Serialised values of PHP (unserialize()): an object, or an array that plays with the types of credentials.
//
//   O:8:"stdClass":0:{}      C:11:"ArrayObject":21:{…}      O:+8:"…"
//   a:2:{s:8:"username";b:1;s:8:"password";b:1;}   true compares equal to every text, R:2 to the secret itself
//
// Source of the format: PHP manual, "serialize"; php-src ext/standard/var_unserializer.re.

import { isDigit, isWord } from "../bytes/ascii";

const NAME_MAX: usize = 160;

/** Past `O:8:"name":1:{` at `at`, or 0. Reads at most a name of 160 bytes. */
export function serializedObject(at: usize, end: usize): usize {
  if (at + 10 > end) return 0;
  const kind = load<u8>(at) | 0x20;
  if (kind != 0x6f && kind != 0x63) return 0;
  let to = pastCount(at + 1, end);
  if (to == 0) return 0;
  to = pastQuote(to + 1, end);
  const name = to;
  while (to < end && to - name < NAME_MAX && isClassByte(load<u8>(to))) to++;
  if (to == name) return 0;
  to = pastQuote(to, end);
  if (to == 0) return 0;
  to = pastCount(to, end);
  return to != 0 && to + 1 < end && load<u8>(to, 1) == 0x7b ? to + 2 : 0;
}

/** Does the array that the value begins with hold a credential that is no text? One pass. */
export function forgedArray(at: usize, end: usize): bool {
  if (end - at < 16 || load<u16>(at) != 0x3a61 || !isDigit(load<u8>(at, 2))) return false;
  let i = at + 2;
  while (i + 8 < end) {
    // s:8:"username";b:1;
    if (load<u16>(i) != 0x3a73 || isWord(load<u8>(i - 1))) {
      i++;
      continue;
    }
    const key = pastCount(i + 1, end);
    i += 2;
    if (key == 0 || key + 2 >= end || load<u8>(key, 1) != 0x22) continue;
    i = key + 2;
    const from = i;
    while (i < end && isWord(load<u8>(i))) i++;
    if (i + 4 < end && load<u16>(i) == 0x3b22 && namesSecret(from, i) && isForged(i + 2, end)) return true;
  }
  return false;
}

/** b:1; N; R:2; r:2; i:0; */
function isForged(at: usize, end: usize): bool {
  const c = <u32>load<u8>(at);
  if (c == 0x4e) return load<u8>(at, 1) == 0x3b;
  if (at + 3 >= end || load<u8>(at, 1) != 0x3a || load<u8>(at, 3) != 0x3b) return false;
  const digit = <u32>load<u8>(at, 2);
  return (
    (c == 0x62 && digit == 0x31) || ((c | 0x20) == 0x72 && isDigit(digit)) || (c == 0x69 && digit == 0x30)
  );
}

/** The key has pass, hmac, hash, secr, user or toke in it. */
function namesSecret(from: usize, to: usize): bool {
  for (let at = from; at + 4 <= to && at - from < 32; at++) {
    const four = load<u32>(at) | 0x20202020;
    if (
      four == 0x73736170 ||
      four == 0x63616d68 ||
      four == 0x68736168 ||
      four == 0x72636573 ||
      four == 0x72657375 ||
      four == 0x656b6f74
    )
      return true;
  }
  return false;
}

/** Past `:8:` or `:+8:`, at its last colon; 0 when there is none. */
function pastCount(at: usize, end: usize): usize {
  if (at + 2 >= end || load<u8>(at) != 0x3a) return 0;
  let to = at + 1;
  if (load<u8>(to) == 0x2b) to++;
  const digits = to;
  while (to < end && to - digits < 8 && isDigit(load<u8>(to))) to++;
  return to > digits && to < end && load<u8>(to) == 0x3a ? to : 0;
}

/** Past a quote, escaped or not; 0 when there is none. */
function pastQuote(start: usize, end: usize): usize {
  let at = start;
  if (at != 0 && at < end && load<u8>(at) == 0x5c) at++;
  return at != 0 && at < end && load<u8>(at) == 0x22 ? at + 1 : 0;
}

function isClassByte(c: u32): bool {
  return isWord(c) || c == 0x5c || c >= 0x80;
}
