// shell_unescape (ModSecurity's cmdLine): drops \ " ' ^, turns commas, semicolons and runs of white space into one
// space, drops that space before / and ( , and lower-cases. Everything before the first byte that needs one of
// these stays as it is, single tabs and line feeds too. Output: not longer than the input.
import { isSpace, lowerByte } from "../bytes/ascii";
import { ByteWriter } from "../bytes/byte-writer";

export function shellUnescape(at: usize, len: u32, out: ByteWriter): bool {
  const end = at + len;
  let read = firstChange(at, end);
  if (read == end) return false;
  const to = out.reserve(len);
  memory.copy(to, at, read - at);
  let write = to + (read - at);
  while (read < end) {
    if (read + 17 <= end) {
      // There is room for the block: not more was written than was read.
      const block = v128.load(read);
      v128.store(write, v128.or(block, v128.and(areCapitals(block), i8x16.splat(0x20))));
      const found = i8x16.bitmask(
        v128.or(areMarks(block), v128.or(areControls(block), areSwallowed(block, read))),
      );
      const plain = found == 0 ? 16 : ctz(found);
      read += plain;
      write += plain;
      if (found == 0) continue;
    }
    const c = <u32>load<u8>(read++);
    if (isDropped(c)) continue;
    if (!isBlank(c)) store<u8>(write++, <u8>lowerByte(c));
    else if (read == end || !swallowsBlank(load<u8>(read))) store<u8>(write++, 0x20);
  }
  out.length += <u32>(write - to);
  return true;
}

/**
 * The first byte that needs something, or `end`.
 * WHY: 16 bytes per step, here and above. SAFETY: the block loop asks what needsChange() asks; a byte more than the block is there,
 * so every byte of it has a next one. TEST: the rows of transformation.spec.ts, also behind 16 plain bytes.
 */
function firstChange(at: usize, end: usize): usize {
  while (at + 17 <= end) {
    const block = v128.load(at);
    const found = i8x16.bitmask(
      v128.or(areMarks(block), v128.or(areCapitals(block), areSwallowed(block, at))),
    );
    if (found != 0) return at + ctz(found);
    at += 16;
  }
  while (at < end && !needsChange(at, end)) at++;
  return at;
}

/** \ " ' ^ , ; */
function areMarks(block: v128): v128 {
  const dropped = v128.or(
    v128.or(i8x16.eq(block, i8x16.splat(0x5c)), i8x16.eq(block, i8x16.splat(0x5e))),
    v128.or(i8x16.eq(block, i8x16.splat(0x22)), i8x16.eq(block, i8x16.splat(0x27))),
  );
  return v128.or(dropped, areCuts(block));
}

function areCapitals(block: v128): v128 {
  return i8x16.le_u(i8x16.sub(block, i8x16.splat(0x41)), i8x16.splat(25));
}

/** Comma, semicolon. */
function areCuts(block: v128): v128 {
  return v128.or(i8x16.eq(block, i8x16.splat(0x2c)), i8x16.eq(block, i8x16.splat(0x3b)));
}

/** White space but the space. */
function areControls(block: v128): v128 {
  return i8x16.le_u(i8x16.sub(block, i8x16.splat(9)), i8x16.splat(4));
}

function areSpaces(block: v128): v128 {
  return v128.or(i8x16.eq(block, i8x16.splat(0x20)), areControls(block));
}

/** White space in the block at `at` that what follows swallows; the byte behind the block is read too. */
function areSwallowed(block: v128, at: usize): v128 {
  return v128.and(areSpaces(block), areSwallowers(v128.load(at, 1)));
}

/** What swallowsBlank() says, for 16 bytes. */
function areSwallowers(block: v128): v128 {
  const opens = v128.or(i8x16.eq(block, i8x16.splat(0x2f)), i8x16.eq(block, i8x16.splat(0x28)));
  return v128.or(areSpaces(block), v128.or(areCuts(block), opens));
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
