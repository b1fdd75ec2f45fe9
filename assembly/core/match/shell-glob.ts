// Wildcards that spell the path of a command or of a system file: /???/c?t, /b[i]n/sh, /etc/pa?swd.
//
// In brackets stand bytes and ranges; a "/" in brackets (/[e//]tc) is no separator to who expands the pattern.
//
// Each segment is compared with a short list of names; a pattern has at most SEGMENT_MAX bytes and a name at most eight, and "*" is
// tried only against the end of a name: constant work per segment.

import { isWord, lowerByte } from "../bytes/ascii";

const SEGMENT_MAX: usize = 24;
const SEGMENTS: u32 = 4;

/** Directories, and what attackers look for in them: each name ended by a NUL. */
const DIRECTORIES = names("bin\0etc\0usr\0sbin\0proc\0dev\0tmp\0");
const FILES = names(
  "passwd\0shadow\0group\0hosts\0issue\0cat\0ls\0id\0sh\0bash\0nc\0wget\0curl\0ping\0nl\0tac\0head\0tail\0less\0more\0uname\0whoami\0" +
    "python\0perl\0php\0ruby\0bin\0self\0ps\0sleep\0",
);

function names(text: string): usize {
  const at = heap.alloc(text.length + 1);
  for (let i = 0; i < text.length; i++) store<u8>(at + i, <u8>text.charCodeAt(i));
  store<u8>(at + text.length, 0);
  return at;
}

/** Past the path with wildcards at `at`, which is a "/"; 0 when it spells nothing known or has no wildcard. */
// eslint-disable-next-line complexity -- scan loop
export function globPath(at: usize, end: usize): usize {
  let from = at;
  let segments: u32 = 0;
  let letters: u32 = 0;
  let globs: u32 = 0;
  let slashes: u32 = 0;
  let known = false;
  while (from < end && load<u8>(from) == 0x2f && segments < SEGMENTS) {
    let to = from + 1;
    let inBrackets = false;
    while (to < end && to - from < SEGMENT_MAX) {
      const c = <u32>load<u8>(to);
      if (inBrackets && c == 0x2f) slashes++;
      else if (!isGlobByte(c) && !(inBrackets && c == 0x2d)) break;
      if (c == 0x5b) inBrackets = true;
      else if (c == 0x5d) inBrackets = false;
      if (isWord(c)) letters++;
      else globs++;
      to++;
    }
    if (inBrackets) return 0;
    if (to == from + 1) break;
    const names = segments == 0 ? DIRECTORIES : FILES;
    if (slashes < 2 && !matchesAny(from + 1, to, names)) return 0;
    known = segments > 0 || slashes > 0;
    segments++;
    from = to;
  }
  // A pattern of marks alone is no path, and one wildcard at the end is a prefix.
  if (!known || globs == 0 || letters + segments < 3) return 0;
  return from;
}

function isGlobByte(c: u32): bool {
  return isWord(c) || c == 0x3f || c == 0x2a || c == 0x5b || c == 0x5d || c == 0x21;
}

function matchesAny(from: usize, to: usize, list: usize): bool {
  let name = list;
  while (load<u8>(name) != 0) {
    let len: usize = 0;
    while (load<u8>(name + len) != 0) len++;
    if (matchesName(from, to, name, name + len)) return true;
    name += len + 1;
  }
  return false;
}

/** One pass: "[x]" takes the class's first byte, unless it is "!"; "*" takes the rest of the name but what stands behind it. */
function matchesName(from: usize, to: usize, nameFrom: usize, nameTo: usize): bool {
  let at = from;
  let name = nameFrom;
  while (at < to) {
    const c = <u32>load<u8>(at);
    if (c == 0x2a) {
      const rest = to - at - 1;
      if (<usize>(nameTo - name) < rest) return false;
      name = nameTo - rest;
      at++;
      continue;
    }
    if (name >= nameTo) return false;
    if (c == 0x5b) {
      let close = at + 1;
      let found = false;
      const negated = close < to && load<u8>(close) == 0x21;
      for (; close < to && load<u8>(close) != 0x5d; close++) {
        const first = lowerByte(load<u8>(close));
        if (first == load<u8>(name) || first == 0x3f) found = true;
        if (close + 2 >= to || load<u8>(close, 1) != 0x2d || load<u8>(close, 2) == 0x5d) continue;
        if (load<u8>(name) >= first && load<u8>(name) <= lowerByte(load<u8>(close, 2))) found = true;
      }
      if (close >= to || found == negated) return false;
      at = close;
    } else if (c != 0x3f && lowerByte(c) != load<u8>(name)) return false;
    name++;
    at++;
  }
  return name == nameTo;
}
