// Characters that applications, databases or file systems turn into ASCII: full-width and small forms, typographic
// apostrophes, enclosed and mathematical letters (Unicode compatibility decompositions, UAX #15; the best-fit mappings of
// Windows code pages), and ASCII in overlong UTF-8 (RFC 3629 §3 forbids it; lenient decoders accept it).
// Output: not longer than the input.
//
// TRIED: typographic double quotes too: prose that quotes code between them was judged as broken out of a string.

import { ByteWriter } from "../bytes/byte-writer";

/** What fold() answers for a character that stays, and for one that vanishes. */
const STAYS: u32 = 0xff;
const VANISHES: u32 = 0xfe;

/** Appends the value with its look-alikes replaced to `out` and returns true; false when it has none. */
export function foldLookAlikes(at: usize, len: u32, out: ByteWriter): bool {
  const end = at + len;
  let p = at;
  while (p < end) {
    if (load<u8>(p) < 0x80) p++;
    else {
      const size = sequenceSize(p, end);
      if (fold(p, size) != STAYS) break;
      p += size;
    }
  }
  if (p == end) return false;
  let write = out.reserve(len);
  const to = write;
  memory.copy(write, at, p - at);
  write += p - at;
  while (p < end) {
    const c = load<u8>(p);
    if (c < 0x80) {
      store<u8>(write++, c);
      p++;
      continue;
    }
    const size = sequenceSize(p, end);
    const ascii = fold(p, size);
    if (ascii == STAYS) {
      memory.copy(write, p, size);
      write += size;
    } else if (ascii != VANISHES) {
      store<u8>(write++, <u8>ascii);
    }
    p += size;
  }
  out.length += <u32>(write - to);
  return true;
}

/** Bytes of the sequence at `p`, up to six, as RFC 2279 had it; 1 where the lead lacks its followers. */
function sequenceSize(p: usize, end: usize): u32 {
  const lead = <u32>load<u8>(p);
  const size: u32 =
    lead < 0xc0
      ? 1
      : lead < 0xe0
        ? 2
        : lead < 0xf0
          ? 3
          : lead < 0xf8
            ? 4
            : lead < 0xfc
              ? 5
              : lead < 0xfe
                ? 6
                : 1;
  if (<usize>size > end - p) return 1;
  for (let i: u32 = 1; i < size; i++) {
    if ((load<u8>(p + i) & 0xc0) != 0x80) return 1;
  }
  return size;
}

/** The ASCII character that the sequence stands for, VANISHES or STAYS. */
function fold(p: usize, size: u32): u32 {
  if (size == 1) return STAYS;
  let point = (<u32>load<u8>(p)) & (0x7f >> size);
  for (let i: u32 = 1; i < size; i++) point = (point << 6) | ((<u32>load<u8>(p + i)) & 0x3f);
  if (point < 0x80) return point == 0 ? VANISHES : point;
  if (size == 2) return foldLatin(point);
  if (size == 3) return point < 0x3000 ? foldSymbol(point) : foldForm(point);
  return size == 4 ? foldMathematical(point) : STAYS;
}

/** Below U+0800. */
function foldLatin(point: u32): u32 {
  switch (<i32>point) {
    case 0xa0:
      return 0x20;
    case 0xad:
      return VANISHES;
    case 0xb4:
    case 0x2b9:
    case 0x2bb:
    case 0x2bc:
    case 0x2bd:
    case 0x2c8:
    case 0x2ca:
    case 0x374:
      return 0x27;
    case 0x2ba:
    case 0x2ee:
      return 0x22;
    case 0x131:
      return 0x69;
    case 0x17f:
      return 0x73;
    case 0x37e:
      return 0x3b;
    default:
      return STAYS;
  }
}

/** U+2000–U+2FFF: punctuation, letter-like symbols, enclosed letters and digits. */
function foldSymbol(point: u32): u32 {
  if (point - 0x2000 < 0x70) return foldPunctuation(point);
  if (point - 0x2460 < 9) return 0x31 + (point - 0x2460);
  if (point - 0x24b6 < 26) return 0x41 + (point - 0x24b6);
  if (point - 0x24d0 < 26) return 0x61 + (point - 0x24d0);
  switch (<i32>point) {
    case 0x212a:
      return 0x4b;
    case 0x2212:
      return 0x2d;
    case 0x2215:
    case 0x29f8:
      return 0x2f;
    case 0x2216:
    case 0x29f5:
      return 0x5c;
    case 0x2217:
      return 0x2a;
    case 0x2223:
      return 0x7c;
    case 0x2236:
      return 0x3a;
    case 0x24ea:
      return 0x30;
    case 0x2329:
    case 0x27e8:
      return 0x3c;
    case 0x232a:
    case 0x27e9:
      return 0x3e;
    default:
      return STAYS;
  }
}

function foldPunctuation(point: u32): u32 {
  if (point <= 0x200a) return 0x20;
  if (point <= 0x200d) return VANISHES;
  if (point - 0x2010 < 6) return 0x2d;
  if (point - 0x2018 < 4) return 0x27;
  switch (<i32>point) {
    case 0x2024:
      return 0x2e;
    case 0x2028:
    case 0x2029:
      return 0x0a;
    case 0x202f:
    case 0x205f:
      return 0x20;
    case 0x2032:
    case 0x2035:
      return 0x27;
    case 0x2033:
    case 0x2036:
      return 0x22;
    case 0x2039:
      return 0x3c;
    case 0x203a:
      return 0x3e;
    case 0x2044:
      return 0x2f;
    case 0x2060:
      return VANISHES;
    default:
      return STAYS;
  }
}

/** U+FE50–U+FE6B by position, and full-width ASCII, U+FF01–U+FF5E. */
const SMALL = memory.data<u8>([
  0x2c, 0x2c, 0x2e, 0xff, 0x3b, 0x3a, 0x3f, 0x21, 0x2d, 0x28, 0x29, 0x7b, 0x7d, 0xff, 0xff, 0x23, 0x26, 0x2a,
  0x2b, 0x2d, 0x3c, 0x3e, 0x3d, 0xff, 0x5c, 0x24, 0x25, 0x40,
]);

function foldForm(point: u32): u32 {
  if (point - 0xff01 < 94) return 0x21 + (point - 0xff01);
  if (point - 0xfe50 < 28) return load<u8>(SMALL + (point - 0xfe50));
  if (point == 0x3000) return 0x20;
  return point == 0xfeff ? VANISHES : STAYS;
}

/** U+1D400–U+1D7FF: thirteen alphabets of 52 letters, five rows of digits. */
function foldMathematical(point: u32): u32 {
  if (point - 0x1d400 < 676) {
    const letter = (point - 0x1d400) % 52;
    return letter < 26 ? 0x41 + letter : 0x61 + letter - 26;
  }
  return point - 0x1d7ce < 50 ? 0x30 + ((point - 0x1d7ce) % 10) : STAYS;
}
