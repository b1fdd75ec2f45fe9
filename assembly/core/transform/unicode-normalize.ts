// unicode_normalize: compatibility decomposition without marks, look-alikes of ASCII punctuation folded, tag
// characters uncovered, ignorable and unassigned code points dropped (the zero-width joiner stays). Once a value
// has a code point that changes, its broken bytes are dropped too, and NULs and surrogates become U+FFFD. Output: at most 11 bytes per input byte (U+FDFA: 3 → 33).
import { ByteWriter } from "../bytes/byte-writer";
import { CODE_POINT_BROKEN, readCodePoint, writeCodePoint } from "../bytes/code-point";
import { findInRange } from "../bytes/find-byte";
import {
  NORMALIZE_FIRST,
  NORMALIZE_KEPT,
  NORMALIZE_KEPT_COUNT,
  NORMALIZE_LEAVES,
  NORMALIZE_MAX,
  NORMALIZE_POOL,
  NORMALIZE_ROWS,
  NORMALIZE_TABLE_END,
} from "../generated/unicode-normalize";

const KEEP: u32 = 0;
const DROP: u32 = 1;
const POOL: u32 = 2;
/** Hangul syllables are computed (Unicode §3.12); the table knows nothing of them. */
const HANGUL: u32 = 0xac00;
const HANGUL_COUNT: u32 = 11172;
const HANGUL_ENTRY: u32 = 0xffff;
/** Tag characters: ASCII, unseen. */
const TAG: u32 = 0xe0000;
const TAG_ENTRY: u32 = 0xfffe;
const CODE_POINT: u32 = 0xffffff;

export function unicodeNormalize(at: usize, len: u32, out: ByteWriter): bool {
  const end = at + len;
  if (!hasChange(at, end)) return false;
  out.reserve(len + NORMALIZE_MAX);
  while (at < end) {
    const from = at;
    while (at < end && <u32>load<u8>(at) - 1 < 0x7f) at++;
    out.bytes(from, <u32>(at - from));
    if (at == end) break;
    const read = readCodePoint(at, end);
    if (read == CODE_POINT_BROKEN) {
      at++;
      continue;
    }
    at += read >> 24;
    writeNormalized(read & CODE_POINT, out);
  }
  return true;
}

/** True when some code point of [at, end) is not its own normal form. */
function hasChange(at: usize, end: usize): bool {
  while (true) {
    at = findInRange(at, end, 0x80, 0xff);
    if (at == end) return false;
    const read = readCodePoint(at, end);
    if (read == CODE_POINT_BROKEN) {
      at++;
      continue;
    }
    at += read >> 24;
    if (entryOf(read & CODE_POINT) != KEEP) return true;
  }
}

function writeNormalized(cp: u32, out: ByteWriter): void {
  const entry = entryOf(cp);
  const to = out.reserve(NORMALIZE_MAX);
  if (entry == KEEP) {
    const written = cp == 0 || cp - 0xd800 < 0x800 ? 0xfffd : cp;
    out.length += writeCodePoint(written, to);
  } else if (entry == HANGUL_ENTRY) {
    const index = cp - HANGUL;
    out.length += writeCodePoint(0x1100 + index / 588, to);
    out.length += writeCodePoint(0x1161 + (index % 588) / 28, to + 3);
    if (index % 28 != 0) out.length += writeCodePoint(0x11a7 + (index % 28), to + 6);
  } else if (entry == TAG_ENTRY) {
    out.length += writeCodePoint(cp - TAG, to);
  } else if (entry != DROP) {
    const text = NORMALIZE_POOL + (entry - POOL);
    const size = <u32>load<u8>(text);
    memory.copy(to, text + 1, size);
    out.length += size;
  }
}

function entryOf(cp: u32): u32 {
  if (cp < 0x80) return KEEP;
  if (cp < NORMALIZE_TABLE_END) {
    if (cp - HANGUL < HANGUL_COUNT) return HANGUL_ENTRY;
    const row = <u32>load<u8>(NORMALIZE_FIRST + (cp >> 9));
    const leaf = <u32>load<u16>(NORMALIZE_ROWS + (((row << 5) | ((cp >> 4) & 31)) << 1));
    return load<u16>(NORMALIZE_LEAVES + (((leaf << 4) | (cp & 15)) << 1));
  }
  if (cp == TAG + 1 || cp - (TAG + 0x20) < 0x60) return TAG_ENTRY;
  for (let i: u32 = 0; i < NORMALIZE_KEPT_COUNT; i++) {
    const range = NORMALIZE_KEPT + (i << 3);
    if (cp - load<u32>(range) <= load<u32>(range, 4) - load<u32>(range)) return KEEP;
  }
  return DROP;
}
