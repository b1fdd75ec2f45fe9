// A value with what is no UTF-8 in it replaced by U+FFFD, so that a pattern's `.` and `[^…]` have something to match
// there. RE2, and so libddwaf, stops at such a byte: `<script \xff>` is no `<script[^>]*>` to it, but is a script
// element to every browser.
//
// Linear: a value is looked through once and copied at most once, to at most three times its length.

import { ByteWriter } from "../bytes/byte-writer";

const REPLACEMENT: u32 = 0xbdbfef;

@unmanaged
export class Utf8Repair {
  /** The last value looked at; 0 = none since begin(). */
  private at: usize = 0;
  private broken: bool = false;
  private mayBreak: bool = false;
  readonly copy: ByteWriter = new ByteWriter();

  /** Another value comes. `mayBreak`: it has bytes past ASCII. */
  begin(mayBreak: bool): void {
    this.at = 0;
    this.mayBreak = mayBreak;
  }

  /** True when the value had to be repaired; `copy` has it then, until begin(). */
  repair(at: usize, len: u32): bool {
    if (!this.mayBreak) return false;
    if (this.at == at) return this.broken;
    this.at = at;
    this.broken = false;
    const copy = this.copy;
    const end = at + len;
    let from = at;
    let p = at;
    while (p < end) {
      const size = sequenceSize(p, end);
      if (size != 0) {
        p += size;
        continue;
      }
      if (!this.broken) copy.clear();
      this.broken = true;
      if (p != from) copy.bytes(from, <u32>(p - from));
      copy.u32(REPLACEMENT);
      copy.length--;
      from = ++p;
    }
    if (this.broken && from != end) copy.bytes(from, <u32>(end - from));
    return this.broken;
  }
}

/** Bytes of the sequence at `at`, as RE2's `.` takes it: by its shape, also overlong and surrogates; 0 = none. */
function sequenceSize(at: usize, end: usize): u32 {
  const first = <u32>load<u8>(at);
  if (first < 0x80) return 1;
  if (first - 0xc2 > 0xf4 - 0xc2) return 0;
  const size: u32 = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if (<usize>size > end - at) return 0;
  for (let i: u32 = 1; i < size; i++) {
    if (load<u8>(at + i) >> 6 != 2) return 0;
  }
  return size;
}
