// Writes assembly/core/generated/unicode-normalize.ts: what unicode_normalize turns each code point into.
//
// The mapping is the one utf8proc makes with DECOMPOSE | COMPAT | IGNORE | LUMP | STRIPMARK | STRIPNA | CASEFOLD and
// libddwaf's restoring of the case afterwards: compatibility decomposition without marks, ignorable and unassigned
// code points dropped, look-alikes of ASCII punctuation folded, ß → ss, tag characters → the ASCII they hide.
// The data comes from this Node's Unicode tables, so newly assigned characters appear with a newer Node.
//
// Run: npx tsx scripts/gen/unicode-normalize.ts
import { writeFileSync } from "node:fs";

const TARGET = "assembly/core/generated/unicode-normalize.ts";
const LOOK_ALIKES: Record<string, number[]> = {
  "'": [0x2018, 0x2019, 0x02bc, 0x02c8],
  "-": [0x2212],
  "/": [0x2044, 0x2215],
  ":": [0x2236],
  "<": [0x2039, 0x2329, 0x3008],
  ">": [0x203a, 0x232a, 0x3009],
  "\\": [0x2216],
  "^": [0x02c4, 0x02c6, 0x2038, 0x2303],
  _: [0x02cd],
  "`": [0x02cb],
  "|": [0x2223],
  "~": [0x223c],
};
const LUMPED = new Map(
  Object.entries(LOOK_ALIKES).flatMap(([ascii, cps]) => cps.map((cp) => [cp, ascii] as const)),
);

const HANGUL_FIRST = 0xac00;
const HANGUL_LAST = 0xd7a3;
/** Below this by table, from here by ranges. */
const TABLE_END = 0x30000;
const KEEP = 0;
const DROP = 1;
/** Pool offsets are entries from here on. */
const POOL = 2;

const is = (set: RegExp, char: string) => set.test(char);
const single = (from: string, to: string) => ([...to].length === 1 ? to : from);
const upper = (char: string) => single(char, char.toUpperCase());
const lower = (char: string) => single(char, char.toLowerCase());
/** Full case folding of one character: Unicode defines it through upper case. */
const fold = (char: string) => char.toUpperCase().toLowerCase();

function decompose(char: string): string {
  if (is(/\p{Default_Ignorable_Code_Point}|\p{Cn}/u, char)) return "";
  if (is(/\p{Zs}/u, char)) return " ";
  if (is(/\p{Pd}/u, char)) return "-";
  if (is(/\p{Pc}/u, char)) return "_";
  const ascii = LUMPED.get(char.codePointAt(0)!);
  if (ascii !== undefined) return ascii;
  if (is(/\p{M}/u, char)) return "";
  const folded = fold(char);
  if (folded !== char) return [...folded].map((part) => (part === char ? part : decompose(part))).join("");
  const parts = char.normalize("NFKD");
  return parts === char ? char : [...parts].map(decompose).join("");
}

/** Decomposed, then put back into the case of the original where folding changed it. */
function normalize(cp: number): string {
  const char = String.fromCodePoint(cp);
  if (cp === 0x200d || (cp >= 0xd800 && cp < 0xe000) || (cp >= HANGUL_FIRST && cp <= HANGUL_LAST))
    return char;
  if (cp === 0xe0001 || (cp >= 0xe0020 && cp <= 0xe007f)) return String.fromCodePoint(cp - 0xe0000);
  if (cp === 0x10ffff) return "";
  const parts = [...decompose(char)];
  if (fold(char) !== char) return parts.map(is(/\p{Lu}/u, char) ? upper : lower).join("");
  return parts
    .map((part) =>
      is(/\p{Lu}/u, part) ? upper(lower(part)) : is(/\p{Ll}/u, part) ? lower(upper(part)) : part,
    )
    .join("");
}

const pool: number[] = [];
const pooled = new Map<string, number>();

/** The table entry for a code point. */
function entry(cp: number): number {
  const text = normalize(cp);
  if (cp < 0x80 || text === String.fromCodePoint(cp)) return KEEP;
  if (text === "") return DROP;
  let at = pooled.get(text);
  if (at === undefined) {
    const bytes = Buffer.from(text);
    at = pool.length;
    pool.push(bytes.length, ...bytes);
    pooled.set(text, at);
  }
  return at + POOL;
}

/** Cuts `values` into blocks, keeps each different one once: the blocks end to end, and which one stands where. */
function dedupe(values: number[], size: number): { blocks: number[]; index: number[] } {
  const seen = new Map<string, number>();
  const blocks: number[] = [];
  const index: number[] = [];
  for (let at = 0; at < values.length; at += size) {
    const block = values.slice(at, at + size);
    const key = block.join();
    if (!seen.has(key)) {
      seen.set(key, seen.size);
      blocks.push(...block);
    }
    index.push(seen.get(key)!);
  }
  return { blocks, index };
}

/** First and last code point of each stretch from TABLE_END on that stays as it is. */
function keptRanges(): number[] {
  const ranges: number[] = [];
  for (let cp = TABLE_END, kept = false; cp <= 0x10ffff; cp++) {
    const keep = normalize(cp) === String.fromCodePoint(cp);
    if (keep && !kept) ranges.push(cp);
    if (!keep && kept) ranges.push(cp - 1);
    kept = keep;
  }
  return ranges;
}

function data(name: string, what: string, bytes: Uint8Array): string {
  const padded = Buffer.concat([bytes, Buffer.alloc((8 - (bytes.length % 8)) % 8)]);
  const words = Array.from(
    { length: padded.length / 8 },
    (_, i) => "0x" + padded.readBigUInt64LE(i * 8).toString(16),
  );
  const lines: string[] = [];
  for (let i = 0; i < words.length; i += 5) lines.push("  " + words.slice(i, i + 5).join(", ") + ",");
  return `/** ${what} ${bytes.length} bytes. */\nexport const ${name}: usize = memory.data<u64>([\n${lines.join("\n")}\n]);\n`;
}

const u16 = (values: number[]) => new Uint8Array(new Uint16Array(values).buffer);

const leaves = dedupe(
  Array.from({ length: TABLE_END }, (_, cp) => entry(cp)),
  16,
);
const rows = dedupe(leaves.index, 32);
const ranges = keptRanges();
if (Math.max(...rows.index) > 255 || pool.length + POOL > 0xffff)
  throw new Error("an index outgrew its type");
writeFileSync(
  TARGET,
  [
    `// Written by scripts/gen/unicode-normalize.ts from Unicode ${process.versions.unicode}; do not edit.`,
    `// entry = LEAVES[ROWS[FIRST[cp >> 9]][cp >> 4 & 31]][cp & 15]: 0 keep, 1 drop, else POOL offset + 2.`,
    `export const NORMALIZE_TABLE_END: u32 = 0x${TABLE_END.toString(16)};`,
    `/** Longest replacement, in bytes. */\nexport const NORMALIZE_MAX: u32 = ${Math.max(...[...pooled.keys()].map((text) => Buffer.byteLength(text)))};`,
    data("NORMALIZE_FIRST", "u8 row per 512 code points.", Uint8Array.from(rows.index)),
    data("NORMALIZE_ROWS", "32 × u16 leaf each.", u16(rows.blocks)),
    data("NORMALIZE_LEAVES", "16 × u16 entry each.", u16(leaves.blocks)),
    data("NORMALIZE_POOL", "Replacements: u8 length, UTF-8.", Uint8Array.from(pool)),
    `export const NORMALIZE_KEPT_COUNT: u32 = ${ranges.length / 2};`,
    data(
      "NORMALIZE_KEPT",
      "u32 first, u32 last: kept from NORMALIZE_TABLE_END on.",
      new Uint8Array(new Uint32Array(ranges).buffer),
    ),
  ].join("\n"),
);
console.log(`${TARGET}: ${rows.blocks.length * 2 + leaves.blocks.length * 2 + pool.length} bytes of tables`);
