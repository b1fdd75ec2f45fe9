// Makes an input that shows a problem shorter, as long as it shows it.

/** Calls of `shows` at most, and how long they may take: some inputs are long. */
const TRIES = 2500;
const MILLISECONDS = 8000;

/** `shows` tells whether an input still has the problem. */
export async function reduceInput(
  bytes: Uint8Array,
  shows: (bytes: Uint8Array) => Promise<boolean>,
): Promise<Uint8Array> {
  let best = bytes;
  const end = performance.now() + MILLISECONDS;
  let left = TRIES;
  for (
    let size = best.length;
    size >= 1 && left > 0 && performance.now() < end;
    size = size === 1 ? 0 : Math.ceil(size / 2)
  ) {
    for (let at = 0; at < best.length && left > 0;) {
      const shorter = without(best, at, size);
      left--;
      if (shorter.length < best.length && (await shows(shorter))) best = shorter;
      else at += size;
    }
  }
  // Letters say more clearly than odd bytes what does not matter.
  for (let at = 0; at < best.length && left > 0 && performance.now() < end; at++) {
    if (best[at] === 0x61) continue;
    const plainer = Uint8Array.from(best);
    plainer[at] = 0x61;
    left--;
    if (await shows(plainer)) best = plainer;
  }
  return best;
}

function without(bytes: Uint8Array, at: number, len: number): Uint8Array {
  const out = new Uint8Array(bytes.length - Math.min(len, bytes.length - at));
  out.set(bytes.subarray(0, at));
  out.set(bytes.subarray(Math.min(at + len, bytes.length)), at);
  return out;
}
