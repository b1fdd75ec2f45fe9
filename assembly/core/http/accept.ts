// The Accept field (RFC 9110 §12.5.1), as far as block pages need it.

import { equalsFolded } from "../bytes/ascii";
import { text } from "../bytes/text";

/** Which block page the client can read. */
export enum Accepts {
  Json = 0,
  Html = 1,
}

const TEXT_HTML = text("text/html");
const JSON = text("json");

/** The client names HTML before JSON, or without it. */
export function prefersHtml(at: usize, len: u32): bool {
  const end = at + len;
  for (let p = at; p < end; p++) {
    const left = <u32>(end - p);
    if (left >= TEXT_HTML.len && equalsFolded(p, TEXT_HTML.len, TEXT_HTML.at, TEXT_HTML.len)) return true;
    if (left >= JSON.len && equalsFolded(p, JSON.len, JSON.at, JSON.len)) return false;
  }
  return false;
}
