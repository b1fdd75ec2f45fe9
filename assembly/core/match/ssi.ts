// Server-side includes (<!--#exec cmd=…-->), Edge Side Includes (<esi:include src=…/>) and page directives (<%@ include …%>).
//
// One pass over the `<` of the value; what follows one is compared with a few names: linear.
//
// TEST: test/unit/core/match/ssi.spec.ts, test/engine/detectors.test.ts

import { isAlpha, isSpace } from "../bytes/ascii";
import { findByte } from "../bytes/find-byte";
import { Span } from "./span";
import { isOneOf } from "./word-list";

/** Elements of Apache's mod_include, nginx and IIS. `if` and its kin have attributes that preprocessors' comments do not have. */
const DIRECTIVES = "exec include echo printenv config fsize flastmod set block wait perl";
const CONDITIONS = "if elif";
/** Elements of ESI 1.0 and of its extensions. */
const ESI =
  "include inline vars remove comment try attempt except choose when otherwise assign eval debug function text foreach invalidate";

let steps: u32 = 0;

/** True when a server that looks for includes in `at..end` would find one; `span` is its beginning. */
export function detectSsi(at: usize, end: usize, span: Span): bool {
  steps += <u32>(end - at);
  let i = findByte(at, end, 0x3c);
  while (i + 5 < end) {
    const to = includeEnd(i + 1, end);
    if (to != 0) {
      span.from = i;
      span.to = to;
      return true;
    }
    i = findByte(i + 1, end, 0x3c);
  }
  return false;
}

/** Bytes looked at so far, for tests of the cost. */
export function ssiSteps(): u32 {
  return steps;
}

/** Past the name of the include that begins after the `<` before `at`, or 0. */
function includeEnd(at: usize, end: usize): usize {
  const c = <u32>load<u8>(at);
  if (c == 0x21) return commentEnd(at + 1, end);
  if (c == 0x25) return directiveEnd(at + 1, end);
  if ((c | 0x20) != 0x65 || (load<u8>(at, 1) | 0x20) != 0x73 || (load<u8>(at, 2) | 0x20) != 0x69) return 0;
  if (load<u8>(at, 3) != 0x3a) return 0;
  const to = wordEnd(at + 4, end);
  return isOneOf(at + 4, to, ESI) ? to : 0;
}

/** <!--#directive, blanks anywhere; <!--esi */
function commentEnd(start: usize, end: usize): usize {
  if (start + 3 >= end || load<u16>(start) != 0x2d2d) return 0;
  let at = skipBlank(start + 2, end);
  if (at >= end) return 0;
  if (load<u8>(at) != 0x23) {
    const to = wordEnd(at, end);
    return at == start + 2 &&
      isOneOf(at, to, "esi") &&
      (to >= end || isSpace(load<u8>(to)) || load<u8>(to) == 0x3c)
      ? to
      : 0;
  }
  at = skipBlank(at + 1, end);
  const to = wordEnd(at, end);
  if (isOneOf(at, to, DIRECTIVES)) return to;
  if (!isOneOf(at, to, CONDITIONS)) return 0;
  const next = wordEnd(skipBlank(to, end), end);
  return isOneOf(skipBlank(to, end), next, "expr") ? next : 0;
}

/** <%@ include file=…, <jsp:directive.include is an element of XML. */
function directiveEnd(start: usize, end: usize): usize {
  if (start >= end || load<u8>(start) != 0x40) return 0;
  const at = skipBlank(start + 1, end);
  const to = wordEnd(at, end);
  return isOneOf(at, to, "include") ? to : 0;
}

function skipBlank(start: usize, end: usize): usize {
  const to = min(end, start + 32);
  let at = start;
  while (at < to && isSpace(load<u8>(at))) at++;
  return at;
}

function wordEnd(start: usize, end: usize): usize {
  const to = min(end, start + 24);
  let at = start;
  while (at < to && isAlpha(load<u8>(at))) at++;
  return at;
}
