// Bodies made to make a careless matcher slow: long runs of what almost is an attack, deep nesting, unclosed
// constructs, many parameters. Each kind exists at every size, so that time per byte can be compared.

/** A body of about `size` bytes. */
export interface AdversarialBody {
  name: string;
  contentType: string;
  body: (size: number) => string;
}

const JSON_TYPE = "application/json";
const FORM_TYPE = "application/x-www-form-urlencoded";

/** Repeated without end; near-misses of what the detectors parse. */
const PATTERNS: readonly string[] = [
  "'\"`",
  "' or ",
  "1' and '1",
  "/*",
  "/**/",
  "--\n",
  "((((",
  ")'\"(",
  "union select ",
  "select/*",
  "1,(1,",
  "@@a,",
  "case when ",
  "0x41 ",
  "<a ",
  "<!--",
  "<a b='",
  "<svg/on",
  "</",
  "javascript:",
  "&#x",
  "&amp;",
  "&lt;&lt",
  "${",
  "${${::-",
  "${jndi:",
  "{{",
  "{%",
  "#{%{",
  "<#if ",
  "../",
  "..\\..;/",
  "/./",
  "%2e",
  "%25",
  "%252",
  "%u00",
  "\\u00",
  "\\\\",
  ";|&",
  "`$(",
  "$IFS",
  "a=b;",
  "cat /",
  "\"a\"'b'",
  "/???/",
  "http://",
  "http://a@",
  "//1.1.",
  "0x7f.",
  "file:",
  "(&(|(",
  "*)(",
  "//*[",
  "$ne:",
  "[$gt]",
  "__proto__[",
  "O:8:",
  'a:1:{s:1:"',
  "rO0AB",
  "(#a.b",
  "T(java",
  "eval(",
  "require(",
  "import os;",
  "!!python/",
  "\r\n",
  "\r\nBcc:",
  "<?php ",
  "<!ENTITY ",
  "<!DOCTYPE a [",
  "+ADw-",
  "aGVsbG8g",
  "eyJhIjoi",
  "\u{ff1c}",
  "\u2019 ",
  "\u00e9",
  "\u0000a",
  "\u001b",
  "[",
  "a ",
];

function filled(pattern: string, size: number): string {
  return pattern.repeat(Math.ceil(size / pattern.length)).slice(0, size);
}

const text = (pattern: string): AdversarialBody => ({
  name: `JSON string ${JSON.stringify(pattern)}`,
  contentType: JSON_TYPE,
  body: (size) => JSON.stringify({ text: filled(pattern, size) }),
});

/** Deterministic bytes that look random. */
function noise(size: number): string {
  let state = 1;
  let out = "";
  for (let i = 0; i < size; i++) {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    out += String.fromCharCode(0x20 + ((state >> 16) % 95));
  }
  return out;
}

const count = (size: number, each: number) => Math.max(1, Math.floor(size / each));

const OTHERS: readonly AdversarialBody[] = [
  { name: "deep JSON arrays", contentType: JSON_TYPE, body: (size) => "[".repeat(size) },
  {
    name: "deep JSON objects",
    contentType: JSON_TYPE,
    body: (size) => '{"a":'.repeat(count(size, 6)) + "1" + "}".repeat(count(size, 6)),
  },
  {
    name: "JSON in strings in JSON",
    contentType: JSON_TYPE,
    body: (size) =>
      JSON.stringify({ a: JSON.stringify({ b: JSON.stringify({ c: filled("x'", size / 8) }) }) }),
  },
  {
    name: "JSON keys",
    contentType: JSON_TYPE,
    body: (size) => `{${Array.from({ length: count(size, 12) }, (_, i) => `"$k${i % 997}":1`).join(",")}}`,
  },
  {
    name: "parameters",
    contentType: FORM_TYPE,
    body: (size) => Array.from({ length: count(size, 10) }, (_, i) => `p${i % 9973}=a'b`).join("&"),
  },
  { name: "the same parameter", contentType: FORM_TYPE, body: (size) => filled("a[]=1'&", size) },
  { name: "parameter with brackets", contentType: FORM_TYPE, body: (size) => `a${filled("[b]", size)}=1` },
  { name: "one pair of many", contentType: FORM_TYPE, body: (size) => filled("=;", size) },
  { name: "one long key", contentType: FORM_TYPE, body: (size) => `${filled("k'", size)}=1` },
  { name: "noise", contentType: "text/plain", body: noise },
  {
    name: "XML elements",
    contentType: "application/xml",
    body: (size) => `<?xml version="1.0"?>${"<a b='c'>".repeat(count(size, 9))}`,
  },
  {
    name: "multipart parts",
    contentType: "multipart/form-data; boundary=b",
    body: (size) =>
      '--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\'\r\n'.repeat(count(size, 53)) + "--b--",
  },
  {
    name: "multipart near-boundaries",
    contentType: "multipart/form-data; boundary=bbbbbbbb",
    body: (size) =>
      `--bbbbbbbb\r\nContent-Disposition: form-data; name="a"\r\n\r\n${filled("\r\n--bbbbbbb", size)}`,
  },
  {
    name: "GraphQL braces",
    contentType: "application/graphql",
    body: (size) => `query ${filled("{a(b:[", size)}`,
  },
];

export const ADVERSARIAL_BODIES: readonly AdversarialBody[] = [...PATTERNS.map(text), ...OTHERS];
