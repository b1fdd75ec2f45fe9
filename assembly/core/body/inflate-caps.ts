// How much of what a compressed body or message inflates to is looked at.

/** Inflated bytes that anything may have, whatever its ratio. */
const FREE_BYTES: u64 = 1024 * 1024;

/** Bytes that `coded` compressed ones may inflate to: `size` at most, and `ratio` for each beyond the first MiB. */
export function inflateCap(coded: u64, ratio: u64, size: u64): u64 {
  return min(size, max(FREE_BYTES, coded * ratio));
}
