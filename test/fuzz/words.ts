// Words and texts that generated documents are made of.
import type { Random } from "../differential/random.ts";

const WORDS = [
  ...["a", "b", "id", "name", "query", "user", "x-y", "a.b", "0", "12", "", " ", "a b", "constructor"],
  ...["é", "漢字", "😀", "\u00ad", "\u2028", "\ud800", "\udc00x", "\0", "\u0001", "\u007f", "\ufeff"],
  ...["<b>", "a&b", "1=1", "' or 1", '"', "\\", "//", "/*", "--", "]]>", "%41", "a[b]", "{a}", ";", "=", "+"],
];

/** A word, now and then several joined, seldom a long one. */
export function word(random: Random): string {
  if (random.oneIn(60)) return random.pick(WORDS).repeat(random.pick([17, 64, 257, 300]));
  return random.several(1, random.oneIn(3) ? 4 : 1, () => random.pick(WORDS)).join("");
}

/** Letters, digits and marks that names may have in every format. */
export function name(random: Random): string {
  return random.pick(["a", "b", "id", "user", "Name", "_x", "x1", "query", "a-b", "ns", "item"]);
}

/** `%41` for some of the bytes that need it not, and for all that do. */
export function percentEncoded(random: Random, text: string): string {
  return [...Buffer.from(text)]
    .map((c) => {
      const isPlain = /[A-Za-z0-9._~-]/.test(String.fromCharCode(c));
      if (isPlain && !random.oneIn(12)) return String.fromCharCode(c);
      if (c === 0x20 && random.oneIn(2)) return "+";
      return `%${c.toString(16).padStart(2, "0")}`;
    })
    .join("");
}
