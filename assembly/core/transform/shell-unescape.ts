// shell_unescape (ModSecurity's cmdLine): drops \ " ' ^, turns commas, semicolons and runs of white space into one
// space, drops that space before / and ( , and lower-cases. Everything before the first byte that needs one of
// these stays as it is, single tabs and line feeds too. Output: not longer than the input.
import { isSpace, lowerByte } from "../bytes/ascii";
import { ByteWriter } from "../bytes/byte-writer";

export function shellUnescape(at: usize, len: u32, out: ByteWriter): bool {
  const end = at + len;
  let read = at;
  while (read < end && !needsChange(read, end)) read++;
  if (read == end) return false;
  const to = out.reserve(len);
  memory.copy(to, at, read - at);
  let write = to + (read - at);
  for (; read < end; read++) {
    const c = <u32>load<u8>(read);
    if (isDropped(c)) continue;
    if (!isBlank(c)) {
      store<u8>(write++, <u8>lowerByte(c));
    } else if (read + 1 == end || !swallowsBlank(load<u8>(read, 1))) {
      store<u8>(write++, 0x20);
    }
  }
  out.length += <u32>(write - to);
  return true;
}

function needsChange(at: usize, end: usize): bool {
  const c = <u32>load<u8>(at);
  if (isDropped(c) || c - 0x41 < 26) return true;
  if (!isBlank(c) || at + 1 == end) return false;
  return !isSpace(c) || swallowsBlank(load<u8>(at, 1));
}

/** \ " ' ^ */
function isDropped(c: u32): bool {
  return c == 0x5c || c == 0x22 || c == 0x27 || c == 0x5e;
}

/** White space, comma, semicolon. */
function isBlank(c: u32): bool {
  return isSpace(c) || c == 0x2c || c == 0x3b;
}

/** True when a blank before `c` is dropped: another blank, / or ( . */
function swallowsBlank(c: u32): bool {
  return isBlank(c) || c == 0x2f || c == 0x28;
}
