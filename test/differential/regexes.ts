// Random patterns of RE2's syntax, together with texts that they match: most of a pattern's states are reached only
// by a text made for it.
import type { Random } from "./random.ts";

export interface Pattern {
  source: string;
  /** A text that the pattern matches, or nearly so. */
  sample: (random: Random) => string;
}

type Make = (random: Random, depth: number) => Pattern;

const LITERALS = [..."abcxyzABKS012 _-/.'<>=", "select", "union", "script", "é", "ß", "ſ", "K", "中", "😀"];
const CLASSES: [source: string, members: string][] = [
  ["[a-f]", "abcdef"],
  ["[^a-f]", "ghi <é中"],
  ["[A-Z0-9_]", "AZ09_kſ"],
  ["[^<>]", "ab é😀"],
  ["[\\w.-]", "az_.-"],
  ["[[:alpha:]]", "azAZ"],
  ["[[:^digit:]]", "az é"],
  ["[é-ü]", "éêüÉ"],
  ["[^\\x00-\\x7f]", "é中"],
  ["[\\s\\S]", "\n aé"],
  ["[K-\\x{212a}]", "kK中"],
  ["\\d", "0123456789"],
  ["\\D", "ab é"],
  ["\\w", "az09_"],
  ["\\W", " -é"],
  ["\\s", " \t\n\r\f"],
  ["\\S", "a<é"],
  ["\\pL", "aé中"],
  ["\\p{Greek}", "αΩ"],
  ["\\PN", "a é"],
  [".", "a <é中"],
  ["(?s:.)", "a\né"],
];
const ESCAPES: [source: string, text: string][] = [
  ["\\x41", "A"],
  ["\\x{e9}", "é"],
  ["\\n", "\n"],
  ["\\t", "\t"],
  ["\\.", "."],
  ["\\Qa.b\\E", "a.b"],
  ["\\101", "A"],
  ["\\*", "*"],
];
const EMPTY = ["^", "$", "\\b", "\\B", "\\A", "\\z", "(?m:^)", "(?m:$)", ""];
const REPEATS: [source: string, least: number, most: number][] = [
  ["*", 0, 3],
  ["+", 1, 3],
  ["?", 0, 1],
  ["*?", 0, 3],
  ["+?", 1, 3],
  ["??", 0, 1],
  ["{2}", 2, 2],
  ["{1,3}", 1, 3],
  ["{2,}", 2, 4],
  ["{0,2}?", 0, 2],
];
const GROUPS = ["(", "(?:", "(?i:", "(?-i:", "(?s:", "(?P<name>"];

export function pattern(random: Random): Pattern {
  return sequence(random, 3);
}

function sequence(random: Random, depth: number): Pattern {
  const parts = random.several(1, 4, () =>
    random.pick<Make>([literal, literal, charClass, empty, repeat, group])(random, depth),
  );
  return {
    source: parts.map((part) => part.source).join(""),
    sample: (source) => parts.map((part) => part.sample(source)).join(""),
  };
}

function literal(random: Random): Pattern {
  if (random.oneIn(6)) {
    const [source, text] = random.pick(ESCAPES);
    return { source, sample: () => text };
  }
  const text = random.pick(LITERALS);
  const source = text.replace(/[.\\]/g, "\\$&");
  return { source, sample: (other) => recased(other, text) };
}

function recased(random: Random, text: string): string {
  return random.oneIn(4) ? text.toUpperCase() : random.oneIn(4) ? text.toLowerCase() : text;
}

function charClass(random: Random): Pattern {
  const [source, members] = random.pick(CLASSES);
  return { source, sample: (other) => other.pick([...members]) };
}

function empty(random: Random): Pattern {
  return { source: random.pick(EMPTY), sample: () => "" };
}

function repeat(random: Random, depth: number): Pattern {
  const inner = random.pick<Make>([literal, charClass, group])(random, depth);
  const [sign, least, most] = random.pick(REPEATS);
  const source = inner.source.length === 1 ? inner.source : `(?:${inner.source})`;
  return {
    source: source + sign,
    sample: (other) => other.several(least, most, () => inner.sample(other)).join(""),
  };
}

function group(random: Random, depth: number): Pattern {
  if (depth === 0) return literal(random);
  const branches = random.several(1, 3, () => sequence(random, depth - 1));
  const open = random.pick(GROUPS).replace("name", `n${random.below(1_000_000)}`);
  return {
    source: `${open}${branches.map((branch) => branch.source).join("|")})`,
    sample: (other) => other.pick(branches).sample(other),
  };
}
