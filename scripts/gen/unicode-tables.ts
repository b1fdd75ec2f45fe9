// Writes the Unicode tables of the regular-expression compiler, computed from this Node's own \p{} and /iu
// support: assembly/core/generated/unicode-groups.ts and unicode-fold.ts.
//
// Run: node --import tsx scripts/gen/unicode-tables.ts [--check]
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const COMMAND = "node --import tsx scripts/gen/unicode-tables.ts";
const OUT = fileURLToPath(new URL("../../assembly/core/generated/", import.meta.url));
const LAST = 0x10ffff;

/** Leaf categories; the one-letter unions (L, M, …) are made of them at look-up. Cn is no group of RE2. */
const CATEGORIES =
  "Cc Cf Co Cs Ll Lm Lo Lt Lu Mc Me Mn Nd Nl No Pc Pd Pe Pf Pi Po Ps Sc Sk Sm So Zl Zp Zs".split(" ");

const SCRIPTS = (
  "Adlam Ahom Anatolian_Hieroglyphs Arabic Armenian Avestan Balinese Bamum Bassa_Vah Batak Bengali Bhaiksuki " +
  "Bopomofo Brahmi Braille Buginese Buhid Canadian_Aboriginal Carian Caucasian_Albanian Chakma Cham Cherokee " +
  "Chorasmian Common Coptic Cuneiform Cypriot Cypro_Minoan Cyrillic Deseret Devanagari Dives_Akuru Dogra " +
  "Duployan Egyptian_Hieroglyphs Elbasan Elymaic Ethiopic Georgian Glagolitic Gothic Grantha Greek Gujarati " +
  "Gunjala_Gondi Gurmukhi Han Hangul Hanifi_Rohingya Hanunoo Hatran Hebrew Hiragana Imperial_Aramaic Inherited " +
  "Inscriptional_Pahlavi Inscriptional_Parthian Javanese Kaithi Kannada Katakana Kawi Kayah_Li Kharoshthi " +
  "Khitan_Small_Script Khmer Khojki Khudawadi Lao Latin Lepcha Limbu Linear_A Linear_B Lisu Lycian Lydian " +
  "Mahajani Makasar Malayalam Mandaic Manichaean Marchen Masaram_Gondi Medefaidrin Meetei_Mayek Mende_Kikakui " +
  "Meroitic_Cursive Meroitic_Hieroglyphs Miao Modi Mongolian Mro Multani Myanmar Nabataean Nag_Mundari " +
  "Nandinagari New_Tai_Lue Newa Nko Nushu Nyiakeng_Puachue_Hmong Ogham Ol_Chiki Old_Hungarian Old_Italic " +
  "Old_North_Arabian Old_Permic Old_Persian Old_Sogdian Old_South_Arabian Old_Turkic Old_Uyghur Oriya Osage " +
  "Osmanya Pahawh_Hmong Palmyrene Pau_Cin_Hau Phags_Pa Phoenician Psalter_Pahlavi Rejang Runic Samaritan " +
  "Saurashtra Sharada Shavian Siddham SignWriting Sinhala Sogdian Sora_Sompeng Soyombo Sundanese Syloti_Nagri " +
  "Syriac Tagalog Tagbanwa Tai_Le Tai_Tham Tai_Viet Takri Tamil Tangsa Tangut Telugu Thaana Thai Tibetan " +
  "Tifinagh Tirhuta Toto Ugaritic Vai Vithkuqi Wancho Warang_Citi Yezidi Yi Zanabazar_Square"
).split(" ");

type Range = [lo: number, hi: number];

/** All code points in order, in pieces in which no two halves of a pair meet by accident. */
const PIECES = [textOf(0, 0xd7ff), ...range(0xd800, 0xdfff).map((c) => textOf(c, c)), textOf(0xe000, LAST)];

function range(lo: number, hi: number): number[] {
  return Array.from({ length: hi - lo + 1 }, (_, i) => lo + i);
}

function textOf(lo: number, hi: number): string {
  return range(lo, hi)
    .map((c) => String.fromCodePoint(c))
    .join("");
}

/** The last code point of a text that is not empty. */
function lastOf(text: string): number {
  const pair = text.codePointAt(text.length - 2) ?? 0;
  return pair > 0xffff ? pair : text.charCodeAt(text.length - 1);
}

function rangesOf(property: string): Range[] {
  let runs: RegExp;
  try {
    runs = new RegExp(`\\p{${property}}+`, "gu");
  } catch {
    return []; // a script younger than this Node
  }
  const ranges: Range[] = [];
  for (const [run] of PIECES.flatMap((piece) => [...piece.matchAll(runs)])) {
    const lo = run.codePointAt(0)!;
    const hi = lastOf(run);
    const last = ranges.at(-1);
    if (last && last[1] === lo - 1) last[1] = hi;
    else ranges.push([lo, hi]);
  }
  return ranges;
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 0x7f) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  bytes.push(rest);
  return bytes;
}

/** name length, name, data length (u16), then per range: gap since the last one's end, length - 1 (varints). */
function groupBytes(name: string, ranges: Range[]): number[] {
  const data: number[] = [];
  let at = 0;
  for (const [lo, hi] of ranges) {
    data.push(...varint(lo - at), ...varint(hi - lo));
    at = hi + 1;
  }
  return [name.length, ...new TextEncoder().encode(name), data.length & 0xff, data.length >> 8, ...data];
}

/** Groups of code points that match each other under /iu, that is under simple case folding. */
function foldOrbits(): number[][] {
  const buckets = new Map<string, number[]>();
  for (let c = 0; c <= LAST; c++) {
    if (c >= 0xd800 && c <= 0xdfff) continue;
    const text = String.fromCodePoint(c);
    const keys = new Set([text.toLowerCase(), text.toUpperCase(), text.toUpperCase().toLowerCase()]);
    keys.add(text);
    for (const key of keys) {
      const bucket = buckets.get(key);
      if (bucket) bucket.push(c);
      else buckets.set(key, [c]);
    }
  }
  const orbitOf = new Map<number, Set<number>>();
  for (const bucket of buckets.values()) {
    for (const a of bucket) {
      const matcher = bucket.length > 1 ? new RegExp(`^\\u{${a.toString(16)}}$`, "iu") : undefined;
      for (const b of bucket) {
        if (a >= b || !matcher!.test(String.fromCodePoint(b))) continue;
        const joined = new Set([...(orbitOf.get(a) ?? [a]), ...(orbitOf.get(b) ?? [b])]);
        for (const member of joined) orbitOf.set(member, joined);
      }
    }
  }
  const orbits = [...new Set(orbitOf.values())].map((orbit) => [...orbit].sort((a, b) => a - b));
  return orbits.sort((a, b) => a[0]! - b[0]!);
}

/** [lo, hi, step to the next member of the orbit]; step 0x7fffffff = swap even and odd neighbours. */
const SWAP = 0x7fffffff;

function foldEntries(): [number, number, number][] {
  const next = new Map<number, number>();
  const swapped = new Set<number>();
  for (const orbit of foldOrbits()) {
    orbit.forEach((c, i) => next.set(c, orbit[(i + 1) % orbit.length]!));
    if (orbit.length === 2 && (orbit[0]! ^ 1) === orbit[1]) orbit.forEach((c) => swapped.add(c));
  }
  const entries: [number, number, number][] = [];
  const order = [...next.keys()].sort((a, b) => a - b);
  for (const c of order) {
    const step = swapped.has(c) ? SWAP : next.get(c)! - c;
    const last = entries.at(-1);
    if (last && last[1] === c - 1 && last[2] === step) last[1] = c;
    else entries.push([c, c, step]);
  }
  // A swap run must hold whole pairs, so that rounding a part of it out to pairs never leaves the run.
  for (const [lo, hi, step] of entries) {
    if (step === SWAP && ((lo & 1) !== 0 || (hi & 1) !== 1)) throw new Error(`odd swap run at ${lo}`);
  }
  return entries;
}

function lines(numbers: (number | string)[], perLine: number): string {
  let text = "";
  for (let i = 0; i < numbers.length; i += perLine) text += `  ${numbers.slice(i, i + perLine).join(",")},\n`;
  return text;
}

function render(): Record<string, string> {
  const unicode = process.versions["unicode"] ?? "unknown";
  const head = `// DO NOT EDIT, generated by: ${COMMAND}   (Unicode ${unicode})\n`;
  const groups: number[] = [];
  for (const name of CATEGORIES) groups.push(...groupBytes(name, rangesOf(`General_Category=${name}`)));
  for (const name of SCRIPTS) {
    const ranges = rangesOf(`Script=${name}`);
    if (ranges.length > 0) groups.push(...groupBytes(name, ranges));
  }
  groups.push(0);
  const entries = foldEntries();
  return {
    "unicode-groups.ts":
      `${head}\n// Per group: u8 name length, name, u16 data length, data = (gap, length - 1) varints. Ends with a 0.\n` +
      `// ${groups.length} bytes.\n` +
      `export const UNICODE_GROUPS: usize = memory.data<u8>([\n${lines(groups, 40)}]);\n`,
    "unicode-fold.ts":
      `${head}\n// Simple case folding: lo, hi, step to the next member of the orbit (FOLD_SWAP: code point ^ 1); sorted.\n` +
      `// ${entries.length * 12} bytes.\n` +
      `export const FOLD_SWAP: i32 = ${SWAP};\nexport const FOLD_COUNT: u32 = ${entries.length};\n` +
      `export const FOLD_TABLE: usize = memory.data<i32>([\n${lines(entries.flat(), 24)}]);\n`,
  };
}

let stale = 0;
for (const [name, text] of Object.entries(render())) {
  const path = OUT + name;
  if (process.argv.includes("--check")) {
    if (!existsSync(path) || readFileSync(path, "utf8") !== text) {
      console.error(`${path} is stale; run: ${COMMAND}`);
      stale++;
    }
  } else {
    writeFileSync(path, text);
  }
}
process.exitCode = stale ? 1 : 0;
