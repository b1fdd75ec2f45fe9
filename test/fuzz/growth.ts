// Linear work: a piece of an input is repeated to many times the length, and the time per byte must not grow with it.
import type { Random } from "../differential/random.ts";
import type { Problem, Prober } from "./prober.ts";
import { shown } from "./sample.ts";

const SHORT_BYTES = 64 << 10;
/** So many times the short length. */
const FACTOR = 8;
/** Time per byte may grow so much: caches, and the first touch of memory. */
const GROWTH = 4;
/** Anything quicker is as quick as it need be; a machine that is busy makes no finding. */
const ENOUGH_MS = 400;

/** Repeats a piece of `bytes` behind its beginning. */
export function pumped(bytes: Uint8Array, from: number, len: number, size: number): Uint8Array {
  const out = new Uint8Array(Math.max(size, from));
  out.set(bytes.subarray(0, from));
  for (let at = from; at < out.length; at += len)
    out.set(bytes.subarray(from, from + Math.min(len, out.length - at)), at);
  return out;
}

export function checkGrowth(prober: Prober, bytes: Uint8Array, random: Random): Problem[] {
  if (bytes.length === 0) return [];
  const from = random.below(bytes.length);
  const len = 1 + random.below(Math.min(bytes.length - from, 64));
  const chunk = random.pick([0, 0, 16, 1000]);
  const cut = prober.target.isWhole === true ? 0 : chunk;
  const long = pumped(bytes, from, len, SHORT_BYTES * FACTOR);
  const longTime = prober.time(long, cut);
  if (longTime < ENOUGH_MS) return [];
  const shortTime = prober.time(pumped(bytes, from, len, SHORT_BYTES), cut);
  if (longTime < shortTime * FACTOR * GROWTH) return [];
  const times = `${shortTime.toFixed(0)} ms for ${SHORT_BYTES} bytes, ${longTime.toFixed(0)} ms for ${long.length}`;
  const piece = `${shown(bytes.subarray(from, from + len))} repeated behind ${shown(bytes.subarray(0, from))}`;
  return [{ property: "linear", kind: "", detail: `${times} in chunks of ${cut}: ${piece}` }];
}
