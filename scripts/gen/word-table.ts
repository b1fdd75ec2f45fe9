// Turns words with classes into an AssemblyScript hash table with open addressing, and a filter before it.
//
// ╒═ filter (512 bytes) ═════════════════════════════════════════════════════╕
// │ a bit per beginning that a word of the table has: beginningOf()          │
// ╞═ slot (4 bytes) ═══════╤═════════╤══════════╤════════════════════════════╡
// │ u16 offset of the word │ u8 len  │ u8 class │ length 0: empty slot       │
// ╘════════════════════════╧═════════╧══════════╧════════════════════════════╛
//
// WHY the filter: nearly every word that is looked up is in no table. Of the words of requests that are not in it, one in five
// passes at the worst (names of commands, of SQL), one in a hundred at the best, and the others are not hashed.
// TRIED: first byte and length in 128 bytes: one in two passes; the last byte instead of the second: no better.
import { writeFileSync } from "node:fs";

/** Class name → its words, lower-case, separated by spaces. The first mention of a word decides. */
export type WordClasses = Record<string, string>;

const PRIME = 0x01000193;

const FILTER_BYTES = 512;

/** First and second byte (case folds), length: assembly/core/match/word-table.ts does the same. */
function beginningOf(word: string): number {
  const second = word.charCodeAt(word.length > 1 ? 1 : 0);
  return (word.charCodeAt(0) & 31) | ((second & 31) << 5) | ((word.length & 3) << 10);
}

/** The filter's bits, as words of four bytes. */
function filterOf(words: readonly string[]): number[] {
  const bits = Buffer.alloc(FILTER_BYTES);
  for (const word of words) {
    const at = beginningOf(word);
    bits[at >> 3]! |= 1 << (at & 7);
  }
  return Array.from({ length: FILTER_BYTES / 4 }, (_, i) => bits.readUInt32LE(i * 4));
}

function slotOf(word: string, seed: number, slots: number): number {
  let hash = seed;
  for (let i = 0; i < word.length; i++) hash = Math.imul(hash ^ word.charCodeAt(i), PRIME);
  hash >>>= 0;
  return (hash ^ (hash >>> 15)) & (slots - 1);
}

/** The table for one seed, and the longest run of slots a look-up may walk. */
function place(words: [string, number][], seed: number, slots: number): { table: number[]; walk: number } {
  const table: number[] = new Array(slots).fill(-1);
  let walk = 0;
  words.forEach(([word], index) => {
    let at = slotOf(word, seed, slots);
    let steps = 1;
    while (table[at] !== -1) {
      at = (at + 1) & (slots - 1);
      steps++;
    }
    table[at] = index;
    walk = Math.max(walk, steps);
  });
  return { table, walk };
}

/** Writes `file`, which exports `<PREFIX>_<CLASS>` constants and the pieces of the table: filter and slots are one. */
export function writeTable(
  classes: WordClasses,
  file: string,
  generator: string,
  prefix: string,
  slots: number,
): void {
  const names = Object.keys(classes);
  const seen = new Map<string, number>();
  names.forEach((name, index) => {
    for (const word of classes[name]!.split(" ")) {
      if (word !== "" && !seen.has(word)) seen.set(word, index + 1);
    }
  });
  const words = [...seen.entries()];
  let best = { seed: 0, walk: Infinity, table: [] as number[] };
  for (let seed = 1; seed < 2000 && best.walk > 2; seed++) {
    const { table, walk } = place(words, seed, slots);
    if (walk < best.walk) best = { seed, walk, table };
  }
  const offsets: number[] = [];
  const bytes: number[] = [];
  for (const [word] of words) {
    offsets.push(bytes.length);
    for (let i = 0; i < word.length; i++) bytes.push(word.charCodeAt(i));
  }
  const cells = best.table.map((index) =>
    index < 0 ? 0 : offsets[index]! | (words[index]![0].length << 16) | (words[index]![1] << 24),
  );
  const filter = filterOf(words.map(([word]) => word));
  const longest = Math.max(...words.map(([word]) => word.length));
  const lines = [
    `// Written by ${generator}; do not edit.`,
    ...names.map((name, index) => `export const ${prefix}_${name}: u32 = ${index + 1};`),
    `export const ${prefix}_SEED: u32 = ${best.seed};`,
    `export const ${prefix}_SLOTS: u32 = ${slots};`,
    `export const ${prefix}_LONGEST: u32 = ${longest};`,
    `export const ${prefix}_CELLS: usize = memory.data<u32>([${[...filter, ...cells.map((c) => c >>> 0)].join(",")}]);`,
    `export const ${prefix}_TEXT: usize = memory.data<u8>([${bytes.join(",")}]);`,
  ];
  writeFileSync(file, lines.join("\n") + "\n");
  console.log(`${file}: ${words.length} words, seed ${best.seed}, walk ${best.walk}`);
}
