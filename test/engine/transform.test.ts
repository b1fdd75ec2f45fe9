// Properties of the transformations: bounds, triggers, idempotence, and agreement with Node's own functions.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Transformation } from "../../assembly/core/transform/transformation-id.ts";
import { give, loadEngine, take } from "./engine-module.ts";

const engine = loadEngine();
const RUNS = { numRuns: 400 };

/** What each transformation looks for, so that random values hold it. */
const TOKENS: Record<number, string[]> = {
  [Transformation.Lowercase]: ["A", "Z", "@", "[", "É", "aBcDeFgHiJkLmNoPqRs"],
  [Transformation.RemoveNulls]: ["\0", "a"],
  [Transformation.CompressWhitespace]: [" ", "  ", "a", "\t"],
  [Transformation.NormalizePath]: ["/", "./", "../", ".", "a", "?"],
  [Transformation.NormalizePathWin]: ["\\", "/", ".\\", "..\\", "../", "a"],
  [Transformation.UrlDecode]: ["%", "41", "+", "%41", "%25", "f", "G"],
  [Transformation.UrlDecodeIis]: [
    "%",
    "41",
    "+",
    "%25",
    "%32",
    "%u",
    "u",
    "%u0041",
    "%u0025",
    "%ud800",
    "%u20ac",
  ],
  [Transformation.CssDecode]: ["\\", "41", "0", " ", "\n", "\\110000", "\\d800", "z"],
  [Transformation.JsDecode]: ["\\", "u", "x", "\\u", "\\ud83d", "\\ude00", "\\u0041", "41", "n"],
  [Transformation.HtmlEntityDecode]: [
    "&",
    "#",
    "x",
    "41",
    ";",
    "&#",
    "&#x",
    "&lt;",
    "&AMP;",
    "99999999",
    "a",
  ],
  [Transformation.Base64Decode]: ["QUJD", "a", "b=", "==", "/", "+"],
  [Transformation.Base64UrlDecode]: ["QUJD", "a", "b=", "==", "_", "-"],
  [Transformation.Base64Encode]: ["a", "é"],
  [Transformation.ShellUnescape]: [
    "\\",
    '"',
    "'",
    "^",
    ",",
    ";",
    " ",
    "\t",
    "/",
    "(",
    "a",
    "B",
    "it is a longer text",
  ],
  [Transformation.UrlBasename]: ["/", "?", "#", "a"],
  [Transformation.UrlPath]: ["/", "?", "#", "a"],
  [Transformation.UrlQuerystring]: ["/", "?", "#", "a"],
  [Transformation.RemoveComments]: ["<!--", "-->", "--", "-", "/*", "*/", "/", "*", "#", "a"],
  [Transformation.UnicodeNormalize]: [
    "é",
    "ß",
    "ﷺ",
    "\u200d",
    "\u200b",
    "\u0301",
    "한",
    "Ａ",
    "漢",
    "\0",
    "a",
    "\u{e0041}",
  ],
  [Transformation.KeysOnly]: ["A", "%41"],
  [Transformation.ValuesOnly]: ["A", "%41"],
};
const IDS = Object.keys(TOKENS).map(Number);

/** No result is longer than this; by default than the value. */
const BOUNDS: Record<number, (length: number) => number> = {
  [Transformation.Base64Encode]: (length) => Math.ceil(length / 3) * 4,
  [Transformation.UnicodeNormalize]: (length) => length * 11,
};

function valuesFor(id: number): fc.Arbitrary<Buffer> {
  const token = fc.constantFrom(...TOKENS[id]!).map((text) => Buffer.from(text));
  const noise = fc.uint8Array({ maxLength: 3 }).map((bytes) => Buffer.from(bytes));
  return fc
    .array(fc.oneof({ weight: 6, arbitrary: token }, { weight: 1, arbitrary: noise }), { maxLength: 24 })
    .map((parts) => Buffer.concat(parts));
}

/** The transformed bytes, or null when the value stays as it is. */
function transform(id: number, value: Buffer): Buffer | null {
  const { at, len } = give(engine, value);
  const length = engine["transformValue"]!(id, at, len);
  const result = length < 0 ? null : Buffer.from(take(engine, engine["transformResult"]!(), length));
  engine["release"]!(at);
  return result;
}

function isTriggered(id: number, value: Buffer): boolean {
  const set = take(engine, engine["transformTriggerOf"]!(id), 32);
  return value.some((byte) => (set[byte >> 3]! >> (byte & 7)) & 1);
}

for (const id of IDS) {
  const name = Transformation[id]!;
  test(`${name}: output bounded, "changed" means different, no trigger means unchanged`, () => {
    fc.assert(
      fc.property(valuesFor(id), (value) => {
        const result = transform(id, value);
        if (result === null) return;
        assert.ok(result.length <= (BOUNDS[id] ?? ((length) => length))(value.length));
        assert.notDeepEqual(result, value);
        assert.ok(isTriggered(id, value));
      }),
      RUNS,
    );
  });
}

for (const id of [
  Transformation.Lowercase,
  Transformation.RemoveNulls,
  Transformation.CompressWhitespace,
  Transformation.UrlDecodeIis,
  Transformation.UrlPath,
]) {
  test(`${Transformation[id]}: a second time changes nothing`, () => {
    fc.assert(
      fc.property(valuesFor(id), (value) => {
        const once = transform(id, value);
        if (once !== null) assert.equal(transform(id, once), null);
      }),
      RUNS,
    );
  });
}

/** The same in JavaScript, over strings of one character per byte. */
const REFERENCES: Partial<Record<Transformation, (text: string) => string>> = {
  [Transformation.Lowercase]: (text) => text.replace(/[A-Z]/g, (c) => c.toLowerCase()),
  [Transformation.RemoveNulls]: (text) => text.replaceAll("\0", ""),
  [Transformation.ShellUnescape]: (text) => {
    const first = text.search(/[\\"'^A-Z]|[,;](?=[^])|[ \t-\r](?=[ \t-\r,;/(])/);
    if (first < 0) return text;
    const rest = text.slice(first).replace(/[\\"'^]|[ \t-\r,;](?=[ \t-\r,;/(])/g, "");
    return text.slice(0, first) + rest.replace(/[\t-\r,;]/g, " ").replace(/[A-Z]/g, (c) => c.toLowerCase());
  },
  [Transformation.CompressWhitespace]: (text) => text.replace(/ +/g, " "),
  [Transformation.UrlDecode]: decodeOnce(/\+|%([0-9a-f]{2})/gi),
  [Transformation.UrlDecodeIis]: (text) => {
    const decode = decodeOnce(/\+|%([0-9a-f]{2})|%u([0-9a-f]{4})/gi);
    for (let next = decode(text); next !== text; next = decode(text)) text = next;
    return text;
  },
  [Transformation.UrlPath]: (text) => text.replace(/[?#][^]*/, ""),
  [Transformation.UrlBasename]: (text) => text.replace(/[?#][^]*/, "").replace(/^[^]*\//, ""),
  [Transformation.UrlQuerystring]: (text) => /^[^?#]*\?([^#]*)/.exec(text)?.[1] ?? "",
  [Transformation.Base64Encode]: (text) =>
    Buffer.from(text, "latin1").toString("base64").replaceAll("/", "-"),
  [Transformation.RemoveComments]: (text) => {
    let rest = "";
    for (;;) {
      const start = /<!--|\/\*|--|#|\/\//.exec(text);
      if (start === null) return rest + text;
      rest += text.slice(0, start.index);
      const close = start[0] === "<!--" ? "-->" : start[0] === "/*" ? "*/" : null;
      const end = close === null ? -1 : text.indexOf(close, start.index + start[0].length);
      if (end < 0) return rest;
      text = text.slice(end + close!.length);
    }
  },
};

function decodeOnce(escapes: RegExp): (text: string) => string {
  return (text) =>
    text.replace(escapes, (escape, byte?: string, unit?: string | number) => {
      if (escape === "+") return " ";
      if (typeof unit !== "string") return String.fromCharCode(parseInt(byte!, 16));
      const char = String.fromCharCode(parseInt(unit, 16));
      return Buffer.from(char.isWellFormed() ? char : "\ufffd").toString("latin1");
    });
}

for (const [key, reference] of Object.entries(REFERENCES)) {
  const id = Number(key);
  test(`${Transformation[id]}: as in JavaScript`, () => {
    fc.assert(
      fc.property(valuesFor(id), (value) => {
        const want = reference(value.toString("latin1"));
        assert.equal((transform(id, value) ?? value).toString("latin1"), want);
      }),
      { numRuns: 1500 },
    );
  });
}

test("Base64Decode and Base64UrlDecode give back what Node encoded", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 64 }), (bytes) => {
      // Zero bits left over at the end are taken for padding.
      fc.pre(bytes.length % 3 !== 2 || bytes.at(-1) !== 0);
      const value = Buffer.from(bytes);
      const padded = Buffer.from(value.toString("base64"));
      const url = Buffer.from(value.toString("base64url"));
      assert.deepEqual(transform(Transformation.Base64Decode, padded), value);
      assert.deepEqual(transform(Transformation.Base64UrlDecode, url), value);
    }),
  );
});

test("UnicodeNormalize: accented Latin letters lose their accents and keep their case", () => {
  for (let cp = 0xc0; cp < 0x250; cp++) {
    const char = String.fromCodePoint(cp);
    const base = char.normalize("NFD").replace(/\p{M}/gu, "");
    if (base === char || !/^[A-Za-z]+$/.test(base)) continue;
    assert.equal(transform(Transformation.UnicodeNormalize, Buffer.from(char))?.toString(), base, char);
  }
});

test("UnicodeNormalize: full-width and mathematical letters become ASCII", () => {
  const value = "＜ｓｃｒｉｐｔ＞ ｓｅｌｅｃｔ 𝓼𝓮𝓵𝓮𝓬𝓽 ⅷ";
  assert.equal(
    transform(Transformation.UnicodeNormalize, Buffer.from(value))?.toString(),
    "<script> select select viii",
  );
});

test("UrlDecodeIis: the work on nested escapes is linear in the value", () => {
  const value = Buffer.from("%" + "25".repeat(200_000) + "41");
  assert.equal(transform(Transformation.UrlDecodeIis, value)?.toString(), "A");
});

test("UrlDecodeIis: what a decoded percent begins is decoded too, between runs that are copied as they are", () => {
  const reference = REFERENCES[Transformation.UrlDecodeIis]!;
  const piece = fc.constantFrom(
    "%",
    "25",
    "%25",
    "%2525",
    "u",
    "%u00",
    "41",
    "4",
    "0",
    "1",
    "+",
    "a long run of text ",
    "%u0025",
    "g",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const value = Buffer.from(`some words ${pieces.join("")} and more`);
      const got = transform(Transformation.UrlDecodeIis, value) ?? value;
      assert.equal(got.toString("latin1"), reference(value.toString("latin1")));
    }),
    { numRuns: 3000 },
  );
});
