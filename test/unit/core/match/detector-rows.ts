// Runs a table of values through a detector, each on a heap copy of its exact length.

import { scanClasses } from "../../../../assembly/core/match/byte-classes";
import { Span } from "../../../../assembly/core/match/span";

const span: Span = new Span();

/** True when the detector holds for `text`; its evidence must lie inside the value. */
export function detects(text: string, detect: (at: usize, end: usize, span: Span) => bool): bool {
  const len = <usize>String.UTF8.byteLength(text);
  const at = copyOf(text, len);
  return judge(text, at, len, detect(at, at + len, span));
}

/** As detects(), for a detector that is told which classes of bytes occur. */
export function detectsByClasses(
  text: string,
  detect: (at: usize, end: usize, classes: u64, span: Span) => bool,
): bool {
  const len = <usize>String.UTF8.byteLength(text);
  const at = copyOf(text, len);
  return judge(text, at, len, detect(at, at + len, scanClasses(at, <u32>len), span));
}

function copyOf(text: string, len: usize): usize {
  const at = heap.alloc(len);
  String.UTF8.encodeUnsafe(changetype<usize>(text), text.length, at);
  span.from = 0;
  span.to = 0;
  return at;
}

function judge(text: string, at: usize, len: usize, found: bool): bool {
  const inside = !found || (span.from >= at && span.from <= span.to && span.to <= at + len);
  heap.free(at);
  expect(inside).toBe(true, "evidence inside: " + text);
  return found;
}
