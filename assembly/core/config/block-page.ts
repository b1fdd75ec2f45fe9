// What a blocked client reads, unless the configuration has templates of its own. `[security_response_id]`
// stands for the id that the event carries too.

import { equalBytes } from "../bytes/ascii";
import { ByteWriter } from "../bytes/byte-writer";
import { Text, text } from "../bytes/text";
import { appendJsonString } from "../bytes/json-text";

/** Replaced by the event's id in templates and redirect locations. */
const PLACEHOLDER = text("[security_response_id]");

const TITLE = "Request blocked";
const DETAIL =
  "This request was stopped by a security policy. If you believe this is a mistake, contact the owner of " +
  "the service and mention this ID: [security_response_id]";

const HTML_HEAD =
  '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n' +
  '<meta name="viewport" content="width=device-width, initial-scale=1">\n' +
  '<meta name="robots" content="noindex">\n<title>Request blocked</title>\n<style>\n' +
  ":root{color-scheme:light dark}\n" +
  "body{margin:0;min-height:100vh;display:grid;place-items:center;background:#f4f5f7;color:#1d2330;" +
  "font:16px/1.5 system-ui,sans-serif}\n" +
  "main{max-width:32rem;margin:1rem;padding:2rem 2.5rem;border-radius:12px;background:#fff;" +
  "border-top:6px solid #c2413a;box-shadow:0 2px 12px #0002}\n" +
  "h1{margin:0 0 .5rem;font-size:1.4rem}\n" +
  "p{margin:.5rem 0}\n" +
  "code{display:block;margin-top:.25rem;padding:.5rem .75rem;border-radius:6px;background:#8881;" +
  "font:14px ui-monospace,monospace;overflow-wrap:anywhere}\n" +
  "@media(prefers-color-scheme:dark){body{background:#12151c;color:#e6e9f0}main{background:#1c212c}}\n" +
  "</style>\n</head>\n<body>\n<main>\n<h1>";
const HTML_PROSE =
  "</h1>\n<p>This request was stopped by a security policy. If you believe this is a mistake, contact the " +
  "owner of the service and mention this ID:</p>\n";
const HTML_TAIL = "<p><code>[security_response_id]</code></p>\n</main>\n</body>\n</html>\n";

/** The pages without any configuration. */
export const JSON_PAGE: Text = text('{"errors":[{"title":"' + TITLE + '","detail":"' + DETAIL + '"}]}\n');
export const HTML_PAGE: Text = text(HTML_HEAD + TITLE + HTML_PROSE + HTML_TAIL);

/** The JSON page with a message of the operator's in place of our own words. */
export function appendJsonPage(out: ByteWriter, at: usize, len: u32): void {
  out.text('{"errors":[{"title":');
  appendJsonString(out, at, len);
  out.text(',"detail":"Security response ID: [security_response_id]"}]}\n');
}

/** The HTML page with a message of the operator's in place of our own words. */
export function appendHtmlPage(out: ByteWriter, at: usize, len: u32): void {
  out.text(HTML_HEAD);
  appendEscaped(out, at, len);
  out.text("</h1>\n");
  out.text(HTML_TAIL);
}

/** Where the placeholder first stands in [at, end), or `end`. */
export function findPlaceholder(at: usize, end: usize): usize {
  for (; at + PLACEHOLDER.len <= end; at++) {
    if (load<u8>(at) == 0x5b && equalBytes(at, PLACEHOLDER.at, PLACEHOLDER.len)) return at;
  }
  return end;
}

/** Appends `template` with every placeholder replaced by the `idLen` bytes at `id`. */
export function appendFilled(out: ByteWriter, template: Text, id: usize, idLen: u32): void {
  let at = template.at;
  const end = at + template.len;
  while (at < end) {
    const found = findPlaceholder(at, end);
    out.bytes(at, <u32>(found - at));
    if (found == end) return;
    out.bytes(id, idLen);
    at = found + PLACEHOLDER.len;
  }
}

function appendEscaped(out: ByteWriter, at: usize, len: u32): void {
  for (let i: u32 = 0; i < len; i++) {
    const c = load<u8>(at + i);
    if (c == 0x26) out.text("&amp;");
    else if (c == 0x3c) out.text("&lt;");
    else if (c == 0x3e) out.text("&gt;");
    else if (c == 0x22) out.text("&quot;");
    else out.byte(c);
  }
}
