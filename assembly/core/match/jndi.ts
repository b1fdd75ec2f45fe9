// Lookups of Log4j and Commons Text: does the value make the library fetch something, or tell what it should not?
//
// ${jndi:…} is rarely written out. Lookups may stand in the name of another one, and what each gives is known to who
// writes it: ${lower:J}, ${::-j}, ${env:NO_SUCH:-j}, ${date:'j'}, ${base64:…}. So they are resolved as StrSubstitutor does, inside
// out: what a lookup gives goes back into the name around it, and a name that reads `jndi:` is found whatever spelled it.
//
// One pass with a stack of open lookups; what a lookup gives is cut at RESULT_MAX bytes, so that no byte is copied more often
// than that: linear. Nothing needs to be closed: a value that is cut off is judged as far as it goes.
//
// TEST: test/unit/core/match/jndi.spec.ts, test/engine/detectors.test.ts

import { hexValue, isAlpha, isDigit, isSpace, lowerByte } from "../bytes/ascii";
import { ByteWriter } from "../bytes/byte-writer";
import { findByte } from "../bytes/find-byte";
import { Span } from "./span";
import { beginsWithOne, isOneOf } from "./word-list";

const RESULT_MAX: u32 = 64;
/** No name of a lookup is longer, nor what a default is looked for in. */
const NAME_MAX: usize = 256;

/** Lookups that nobody nests in the name of another one but to hide it. */
const LOOKUPS =
  "lower upper env sys java date base64 main ctx map sd k8s bundle web docker spring marker event jvmrunargs log4j " +
  "const script dns url urlencoder urldecoder xml file properties resourcebundle base64encoder base64decoder localhost";

/** Text of the open lookups, one after the other, names folded. */
const text: ByteWriter = new ByteWriter();
/** Per open lookup, where its text begins in `text`. */
const opened: ByteWriter = new ByteWriter();
let steps: u32 = 0;
let begin: usize = 0;
let limit: usize = 0;
/** A lookup that was just read is an attack by itself, or its name reads jndi. */
let found: bool = false;

/** True when `at..end` has a lookup that reaches out or leaks; `span` is then the outermost lookup as far as it was read. */
export function detectJndi(at: usize, end: usize, span: Span): bool {
  begin = at;
  limit = end;
  found = false;
  text.clear();
  opened.clear();
  let outermost = at;
  let i = at;
  while (i < end) {
    if (opened.length == 0) {
      i = findByte(i, end, 0x24);
      if (i + 1 >= end) return false;
      if (load<u8>(i, 1) != 0x7b) {
        i++;
        continue;
      }
      outermost = i;
    }
    steps++;
    i = readOne(i, end);
    if (!found) continue;
    span.from = outermost;
    span.to = i;
    return true;
  }
  return false;
}

/** Bytes looked at so far, for tests of the cost. */
export function jndiSteps(): u32 {
  return steps;
}

/** Takes in what stands at `at`, inside a lookup or beginning one; answers where to go on. */
function readOne(at: usize, end: usize): usize {
  const c = <u32>load<u8>(at);
  const next: u32 = at + 1 < end ? load<u8>(at, 1) : 0;
  if (c == 0x24 && next == 0x7b) {
    opened.u32(text.length);
    return at + 2;
  }
  if (c == 0x7d) {
    close(at + 1);
    return at + 1;
  }
  // ı, İ and ſ are i and s once Java has changed their case.
  if ((c == 0xc4 && (next == 0xb1 || next == 0xb0)) || (c == 0xc5 && next == 0xbf)) {
    put(c == 0xc4 ? 0x69 : 0x73);
    return at + 2;
  }
  if (c == 0x5c && (next | 0x20) == 0x75 && escaped(at + 2, end, 4) >= 0) {
    put(escaped(at + 2, end, 4));
    return at + 6;
  }
  if (c == 0x5c && (next | 0x20) == 0x78 && escaped(at + 2, end, 2) >= 0) {
    put(escaped(at + 2, end, 2));
    return at + 4;
  }
  put(lowerByte(c));
  return at + 1;
}

/** ASCII character of `digits` hex digits, or -1. */
function escaped(at: usize, end: usize, digits: usize): i32 {
  if (at + digits > end) return -1;
  let code: i32 = 0;
  for (let i = at; i < at + digits; i++) {
    const value = hexValue(load<u8>(i));
    if (value < 0) return -1;
    code = (code << 4) | value;
  }
  return code < 0x80 ? <i32>lowerByte(code) : -1;
}

/** Adds a character to the innermost open lookup; a colon may complete its name. */
function put(c: u32): void {
  text.byte(<u8>c);
  if (c != 0x3a || opened.length == 0) return;
  const from = text.at + load<u32>(opened.at + opened.length - 4);
  const name = text.at + text.length - 5;
  if (name < from || load<u32>(name) != 0x69646e6a) return;
  const before: u32 = name > from ? load<u8>(name - 1) : 0x3a;
  found = before == 0x3a || isSpace(before) || before == 0;
}

/** The innermost lookup ends before `to` in the value: judges it, and puts what it gives into the one around it. */
function close(to: usize): void {
  opened.length -= 4;
  const start = load<u32>(opened.at + opened.length);
  const from = text.at + start;
  const end = text.at + text.length;
  steps += <u32>min(end - from, NAME_MAX);
  const fallback = defaultOf(from, end);
  const key = fallback == 0 ? end : fallback - 2;
  let colon = findByte(from, min(key, from + NAME_MAX), 0x3a);
  if (colon >= key || load<u8>(colon) != 0x3a) colon = key;
  const nested = opened.length != 0;
  found = isSpelling(from, colon, key, fallback, end) || isLeak(from, colon, key, to);
  if (!found && nested) found = isHidden(from, colon, fallback, end, start);
  if (found) return;
  let result = fallback == 0 ? colon + 1 : fallback;
  let last = end;
  if (isOneOf(from, colon, "lower upper")) {
    result = colon + 1;
    last = key;
  }
  text.length = start;
  if (!nested || (fallback == 0 && colon >= key)) return;
  last = min(last, result + RESULT_MAX);
  // In place: what is read never lies behind what is written, as a colon at least is left out.
  for (let at = result; at < last && !found; at++) put(load<u8>(at));
}

/** Past the first `:-` of `from..end`, 0 when there is none. */
function defaultOf(from: usize, end: usize): usize {
  const to = min(end, from + NAME_MAX);
  for (let at = from; at + 1 < to; at++) {
    if (load<u16>(at) == 0x2d3a) return at + 2;
  }
  return 0;
}

/** ${lower:j}, ${::-j}, ${date:'j'}, ${base64:…}: there is no use of these but to spell something. */
function isSpelling(from: usize, colon: usize, key: usize, fallback: usize, end: usize): bool {
  if (fallback != 0 && (key == from || (key == from + 1 && load<u8>(from) == 0x3a))) return fallback < end;
  if (colon >= key) return false;
  const first: u32 = colon + 1 < key ? load<u8>(colon, 1) : 0;
  if (isOneOf(from, colon, "lower upper")) return first != 0 && !isDigit(first) && !isSpace(first);
  if (isOneOf(from, colon, "date")) return first == 0x27 || first == 0x22;
  // JHtqbmRp is ${jndi in base64; here it has been folded.
  return (
    isOneOf(from, colon, "base64 base64decoder") &&
    beginsWithOne(colon + 1, key, "jhtqbmrp am5kat am5ka") != 0
  );
}

/** A lookup in the name of another one: ${j${env:X:-n}di…, ${${sys:a}…. */
function isHidden(from: usize, colon: usize, fallback: usize, end: usize, start: u32): bool {
  const outer = load<u32>(opened.at + opened.length - 4);
  const name = text.at + outer;
  const to = text.at + start;
  if (to - name > 8 || findByte(name, to, 0x3a) < to) return false;
  if (fallback != 0 && fallback < end && end - fallback <= 3) {
    let at = fallback;
    while (at < end && (isAlpha(load<u8>(at)) || load<u8>(at) == 0x3a || load<u8>(at) == 0x2f)) at++;
    if (at == end) return true;
  }
  return (to == name || isOneOf(name, to, "j jn jnd jndi")) && isOneOf(from, colon, LOOKUPS);
}

/** What no service should tell: secrets of the environment, properties of the runtime, files, addresses, results of scripts. */
// eslint-disable-next-line complexity -- one line per lookup
function isLeak(from: usize, colon: usize, key: usize, to: usize): bool {
  if (colon >= key) return isWhole(to) && isOneOf(from, key, "hostname");
  const rest = colon + 1;
  if (isOneOf(from, colon, "env")) {
    if (isSecretName(rest, key)) return true;
    return (
      isWhole(to) &&
      isOneOf(rest, key, "user username hostname path home pwd shell java_home java_version logname")
    );
  }
  if (isOneOf(from, colon, "sys")) return beginsWithOne(rest, key, "java. os. user.") != 0;
  if (isOneOf(from, colon, "java")) return isOneOf(rest, key, "version runtime vm os hw locale");
  if (isOneOf(from, colon, "k8s docker")) return rest < key && isAlpha(load<u8>(rest));
  if (isOneOf(from, colon, "web")) return isOneOf(rest, key, "rootdir");
  if (isOneOf(from, colon, "ctx")) return isOneOf(rest, key, "loginid");
  if (isOneOf(from, colon, "log4j")) return beginsWithOne(rest, key, "config") != 0;
  if (isOneOf(from, colon, "bundle resourcebundle"))
    return beginsWithOne(rest, key, "application: config:") != 0;
  if (isOneOf(from, colon, "main")) return isWhole(to) && rest < key;
  if (isOneOf(from, colon, "const")) return beginsWithOne(rest, key, "java.") != 0;
  if (isOneOf(from, colon, "script"))
    return (
      beginsWithOne(rest, key, "javascript: js: nashorn: groovy: python: ruby: ecmascript: graal jexl") != 0
    );
  if (isOneOf(from, colon, "dns"))
    return beginsWithOne(rest, key, "address| name| canonical|") != 0 || isHost(rest, key);
  if (isOneOf(from, colon, "url"))
    return beginsWithOne(rest, key, "utf- us-ascii: iso- http: https: file: ftp:") != 0;
  if (isOneOf(from, colon, "file properties xml"))
    return beginsWithOne(rest, key, "utf- us-ascii: iso- / .. c:") != 0;
  return false;
}

/** AWS_SECRET_ACCESS_KEY, DB_PASSWORD, GITHUB_TOKEN … */
function isSecretName(from: usize, to: usize): bool {
  if (beginsWithOne(from, to, "aws_") != 0) return true;
  for (let at = from; at < to && at - from < 64; at++) {
    if (beginsWithOne(at, to, "password passwd secret token api_key private_key") != 0) return true;
  }
  return false;
}

/** a.example */
function isHost(from: usize, to: usize): bool {
  let dots = 0;
  for (let at = from; at < to && at - from < NAME_MAX; at++) {
    const c = <u32>load<u8>(at);
    if (c == 0x2e) dots++;
    else if (!isAlpha(c) && !isDigit(c) && c != 0x2d && c != 0x5f) return false;
  }
  return dots > 0;
}

/** The value is this lookup and nothing else. */
function isWhole(to: usize): bool {
  return opened.length == 0 && to == limit && load<u8>(begin) == 0x24;
}
