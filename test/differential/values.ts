// Random values: scalars of many alphabets, and trees of them.
import type { Random } from "./random.ts";
import { ADDRESSES, type Payload, type Value } from "./rules-document.ts";

/** Pieces that mean something to some operator or transformation, in every kind of syntax that they decode. */
const PIECES = [
  ..."aAzZ09 _-./\\'\"<>;&%+#=:*?!|()[]{}@$^~`,\t\n\r\0\x7f",
  ..."éßİıſKẞΣςǅﬁÅéñ中文字😀\u00a0\u2028\u200b\ufeff\ufffd\u{e0041}\u{e007f}\u{10ffff}",
  ...["%00", "%41", "%2e%2e%2f", "%25", "%ff", "%c3%a9", "%c0%ae", "%e0%80%af", "%ed%a0%80", "%f4%90%80%80"],
  ...["%u0041", "%uff1c", "%u", "%zz", "%4", "%"],
  ...["\\x41", "\\u0041", "\\101", "\\n", "\\41 ", "\\000041", "\\c", "\\u00e9", "\\ud83d\\ude00", "\\"],
  ...["&lt;", "&#60;", "&#x3c;", "&#x3C", "&amp;", "&nbsp;", "&quot", "&bogus;", "&#0;", "&#1114112;", "&"],
  ...["../", "./", "/./", "/../", "..\\", "//", "/etc/passwd", "C:\\x\\..\\y", "a/b/c.txt?q=1#f"],
  ...["/*", "*/", "<!--", "-->", "--", "#", "//", "/**/", "select", "union", "script"],
  ...["YWJj", "YWJj=", "YQ==", "PHNjcmlwdD4=", "a-_b", "\u1d00", "ﬀ", "①", "Ｆ", "Ⅷ", "\u0301", "c\u0327"],
  ...[
    "he",
    "she",
    "hers",
    "admin",
    "Admin",
    "ADMIN",
    "192.0.2.1",
    "2001:db8::1",
    "4111111111111111",
    "12345",
  ],
] as const;
const KEYS = ["a", "b", "c", "d", "user", "Key", "0", "1", "x-y", "é", "", "admin", "<k>", "%41"] as const;
const NUMBERS = [0, 1, -1, 2, 42, 1.5, -0.5, 1.505, 1e9, 2 ** 31, 2 ** 53, -(2 ** 53), 1e20, 1e-7, 0.1, 100];
const ADDRESSES_OF_IPS = [
  ...[
    "192.0.2.1",
    "192.0.2.255",
    "192.0.3.0",
    "10.0.0.1",
    "::1",
    "::ffff:192.0.2.1",
    "2001:db8::1",
    "2001:DB8::1",
  ],
  ...[
    "2001:db8:0:0:0:0:0:1",
    "192.0.2.01",
    "192.0.2",
    "192.0.2.1 ",
    "",
    "fe80::1%eth0",
    "0.0.0.0",
    "1.2.3.4/32",
  ],
] as const;

/** How long a run of pieces is: short ones most often, as mistakes sit at ends. */
export function text(random: Random, pieces: readonly string[] = PIECES): string {
  const most = random.pick([1, 2, 4, 8, 16, 40]);
  return random.several(0, most, () => random.pick(pieces)).join("");
}

/** One change of a text: a piece put in, a part dropped or doubled, a character's case, two texts joined. */
export function mutated(random: Random, value: string): string {
  const at = random.below(value.length + 1);
  const end = Math.min(value.length, at + 1 + random.below(6));
  switch (random.below(6)) {
    case 0:
      return value.slice(0, at) + random.pick(PIECES) + value.slice(at);
    case 1:
      return value.slice(0, at) + value.slice(end);
    case 2:
      return value.slice(0, end) + value.slice(at);
    case 3:
      return value.slice(0, at) + value.slice(at, end).toUpperCase() + value.slice(end);
    case 4:
      return value.slice(0, at) + value.slice(at, end).toLowerCase() + value.slice(end);
    default:
      return value + value.slice(0, at);
  }
}

export function address(random: Random): string {
  return random.pick(ADDRESSES_OF_IPS);
}

/** Where the texts of a payload come from. */
export type TextSource = (random: Random) => string;

/** A payload that fills one to three addresses. */
export function payload(random: Random, source: TextSource): Payload {
  const filled = random.several(1, 3, () => random.pick(ADDRESSES));
  return Object.fromEntries(filled.map((name) => [name, tree(random, source, 1 + random.below(4))]));
}

/** Any value, containers up to `depth` deep. */
export function tree(random: Random, source: TextSource, depth: number): Value {
  if (depth === 0 || random.oneIn(4)) return leaf(random, source);
  const width = random.pick([1, 1, 2, 3, 5]);
  if (random.oneIn(3)) return random.several(0, width, () => tree(random, source, depth - 1));
  const members = random.several(0, width, () => [
    random.oneIn(8) ? source(random) : random.pick(KEYS),
    tree(random, source, depth - 1),
  ]);
  return Object.fromEntries(members) as Value;
}

function leaf(random: Random, source: TextSource): Value {
  if (!random.oneIn(5)) return source(random);
  return random.pick<Value>([true, false, null, random.pick(NUMBERS), random.pick(NUMBERS)]);
}

/** Members of payloads, for key paths. */
export const PATH_KEYS = KEYS.filter((key) => key !== "");
export const COMPARED_NUMBERS = NUMBERS;
export const TEXT_PIECES: readonly string[] = PIECES;
