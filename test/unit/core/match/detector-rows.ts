// Runs a table of values through a detector, each on a heap copy of its exact length.

import { Span } from "../../../../assembly/core/match/span";

const span: Span = new Span();

/** True when the detector says `want` for `text`, and its evidence lies inside the value. */
export function detects(text: string, detect: (at: usize, end: usize, span: Span) => bool): bool {
  const len = <usize>String.UTF8.byteLength(text);
  const at = heap.alloc(len);
  String.UTF8.encodeUnsafe(changetype<usize>(text), text.length, at);
  span.from = 0;
  span.to = 0;
  const found = detect(at, at + len, span);
  const inside = !found || (span.from >= at && span.from <= span.to && span.to <= at + len);
  heap.free(at);
  expect(inside).toBe(true, "evidence inside: " + text);
  return found;
}
