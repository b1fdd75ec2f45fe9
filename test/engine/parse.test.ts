// The parsers from Node: properties over random bytes and documents, and sizes that a unit test cannot have.
import { describe, test } from "node:test";
import assert from "node:assert/strict";
import fc from "fast-check";
import { give, loadEngine, take } from "./engine-module.js";
import { BODY_KIND, KIND, RUNNER, leavesOf, parseRun, valuesOf, type ParseRun } from "./parse-run.js";

const engine = loadEngine();
/** Runs of the properties are multiplied by this for a longer search. */
const SCALE = Number(process.env["WARDGATE_FUZZ_SCALE"] ?? 1);
const CHUNKS = [1, 2, 3, 5, 7, 16, 17, 64, 1000];
const STREAMED = [
  RUNNER.json,
  RUNNER.query,
  RUNNER.text,
  ...Object.values(BODY_KIND).map((kind) => RUNNER.body + kind),
];

function assertChunkedEqualsWhole(runner: number, bytes: Uint8Array, chunks = CHUNKS): void {
  const whole = parseRun(engine, runner, bytes);
  // Two parsers over one body take turns by chunks: each keeps its order, together they need not.
  const listOf = (run: ParseRun) =>
    runner < RUNNER.body ? run.list : run.list.split("\n").sort().join("\n");
  for (const chunk of chunks) {
    const chunked = parseRun(engine, runner, bytes, chunk);
    const where = `runner ${runner} in chunks of ${chunk}`;
    const [got, want] = [listOf(chunked), listOf(whole)];
    if (got !== want) assert.fail(`${where}: ${firstDifference(got, want)}`);
    assert.equal(chunked.anomalyBits, whole.anomalyBits, `anomalies of ${where}`);
  }
}

/** The first lines that differ, cut to a readable length: lists can be megabytes long. */
function firstDifference(got: string, want: string): string {
  const wanted = want.split("\n");
  const lines = got.split("\n");
  const i = lines.findIndex((line, k) => line !== wanted[k]);
  const show = (line?: string) => (line === undefined ? "none" : `${line.slice(-200)} (${line.length})`);
  return `line ${i}: ${show(lines[i])}, wanted ${show(wanted[i])}`;
}

/** Bytes that mean something to one of the parsers, more often than others. */
const syntax = fc
  .array(
    fc.oneof(
      fc.constantFrom(..."{}[]:,\"'\\/*&=;%+ \n\t\0".split("")),
      fc.constantFrom(
        "true",
        "null",
        "1",
        "-0.5e3",
        "\\u00e9",
        "\\ud83d",
        "\\ude00",
        "%41",
        "%u0041",
        "%ud83d",
        "a[b]",
      ),
      fc.constantFrom(
        "\ufeff",
        "//",
        "/*",
        "*/",
        "\\u12",
        "%u00",
        "é",
        "word",
        '"key":',
        "\u001e",
        "NaN",
        "[]=",
      ),
    ),
    { maxLength: 40 },
  )
  .map((parts) => new TextEncoder().encode(parts.join("")));

/** A JSON text with a few bytes removed, doubled or replaced. */
const mutatedJson = fc
  .tuple(
    fc.json(),
    fc.array(fc.tuple(fc.nat(), fc.constantFrom(..."{}[]:,\"'\\ x"), fc.nat(2)), { maxLength: 4 }),
  )
  .map(([text, edits]) => {
    let out = text;
    for (const [at, c, drop] of edits) {
      const i = at % (out.length + 1);
      out = out.slice(0, i) + c + out.slice(i + drop);
    }
    return new TextEncoder().encode(out);
  });

/** The same text in UTF-16 or UTF-32, with or without a byte order mark. */
const wide = fc
  .tuple(fc.oneof(syntax, mutatedJson), fc.constantFrom(2, 4), fc.boolean(), fc.boolean())
  .map(([bytes, size, isBig, hasMark]) => {
    const text = (hasMark ? "\ufeff" : "") + new TextDecoder().decode(bytes);
    return encodeWide(text, size, isBig);
  });

function encodeWide(text: string, size: number, isBig: boolean): Uint8Array {
  const units =
    size === 4
      ? [...text].map((c) => c.codePointAt(0)!)
      : [...Array(text.length).keys()].map((i) => text.charCodeAt(i));
  const out = new DataView(new ArrayBuffer(units.length * size));
  units.forEach((unit, i) =>
    size === 4 ? out.setUint32(i * 4, unit, !isBig) : out.setUint16(i * 2, unit, !isBig),
  );
  return new Uint8Array(out.buffer);
}

/** The leaves of a document as the parser lists them. */
function leaves(value: unknown, path: string[] = []): string[] {
  if (Array.isArray(value)) return value.flatMap((element, i) => leaves(element, [...path, String(i)]));
  if (value !== null && typeof value === "object") {
    return Object.entries(value).flatMap(([key, member]) => leaves(member, [...path, key]));
  }
  return [`${path.join(".")}=${typeof value === "number" ? JSON.stringify(value) : String(value)}`];
}

describe("parse: properties", () => {
  test("chunked-equals-whole on syntax soup", () => {
    fc.assert(
      fc.property(syntax, fc.constantFrom(...STREAMED), (bytes, runner) =>
        assertChunkedEqualsWhole(runner, bytes, [1, 2, 3, 7, 16]),
      ),
      { numRuns: 2000 * SCALE },
    );
  });

  test("chunked-equals-whole on mutated JSON, for every chunk size", () => {
    fc.assert(
      fc.property(mutatedJson, (bytes) => {
        assertChunkedEqualsWhole(RUNNER.json, bytes);
        assertChunkedEqualsWhole(RUNNER.body + BODY_KIND.unknown, bytes, [1, 4]);
      }),
      { numRuns: 500 * SCALE },
    );
  });

  test("chunked-equals-whole on wide encodings", () => {
    fc.assert(
      fc.property(wide, (bytes) =>
        assertChunkedEqualsWhole(RUNNER.body + BODY_KIND.json, bytes, [1, 2, 3, 5, 16]),
      ),
      { numRuns: 500 * SCALE },
    );
  });

  test("JSON in UTF-16 and UTF-32 has the leaves that it has in UTF-8", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.string({ unit: "grapheme" })), fc.nat(9), (value, chunk) => {
        const text = JSON.stringify(value);
        const want = leavesOf(parseRun(engine, RUNNER.body + BODY_KIND.json, text));
        for (const [size, isBig] of [
          [2, false],
          [2, true],
          [4, false],
          [4, true],
        ] as const) {
          const run = parseRun(engine, RUNNER.body + BODY_KIND.json, encodeWide(text, size, isBig), chunk);
          // Two characters are needed to tell; a document of two is only brackets.
          if (text.length > 2) assert.deepEqual(leavesOf(run), want, `${size} bytes, big endian: ${isBig}`);
        }
      }),
      { numRuns: 200 * SCALE },
    );
  });

  test("a drain at any input changes nothing", () => {
    fc.assert(
      fc.property(
        fc.oneof(syntax, mutatedJson, wide),
        fc.constantFrom(...STREAMED, RUNNER.cookies, RUNNER.target),
        fc.integer({ min: 3, max: 8 }),
        fc.nat(9),
        (bytes, runner, room, chunk) => {
          const whole = parseRun(engine, runner, bytes);
          engine["parseLimitRoom"]!(room);
          const drained = parseRun(engine, runner, bytes, chunk);
          engine["parseLimitRoom"]!(0);
          const sorted = (run: ParseRun) => run.list.split("\n").sort();
          assert.deepEqual(sorted(drained), sorted(whole));
          assert.equal(drained.anomalyBits, whole.anomalyBits);
        },
      ),
      { numRuns: 2000 * SCALE },
    );
  });

  test("never-traps on random bytes, whole values of any parser", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(40), (bytes, chunk) => {
        for (const runner of [...STREAMED, RUNNER.cookies, RUNNER.target, RUNNER.headers]) {
          parseRun(engine, runner, bytes, chunk);
        }
        const { at, len } = give(engine, bytes);
        assert.ok(engine["parseContentType"]!(at, len) <= BODY_KIND.unknown);
        engine["release"]!(at);
      }),
      { numRuns: 300 * SCALE },
    );
  });

  test("bytes behind the end are not looked at", () => {
    const tail = fc.constantFrom(
      "",
      '"',
      "}",
      "=1&",
      "0",
      "\\u0041",
      "%41",
      ";",
      "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
    );
    fc.assert(
      fc.property(
        fc.oneof(syntax, mutatedJson),
        tail,
        fc.constantFrom(...STREAMED, RUNNER.cookies, RUNNER.target),
        (bytes, behind, runner) => {
          const both = Buffer.concat([bytes, Buffer.from(behind)]);
          const { at } = give(engine, both);
          const size = engine["parseRun"]!(runner, at, bytes.length, 0, 1);
          const list = Buffer.from(take(engine, engine["parseListAt"]!(), size)).toString("latin1");
          engine["release"]!(at);
          assert.equal(list, parseRun(engine, runner, bytes).list);
        },
      ),
      { numRuns: 1000 * SCALE },
    );
  });

  test("the leaves of a valid document are those of JSON.parse, in order", () => {
    fc.assert(
      fc.property(
        fc.jsonValue({ maxDepth: 6, noUnicodeString: false }),
        fc.nat(20),
        fc.boolean(),
        (value, chunk, wide) => {
          const text = JSON.stringify(value, null, wide ? 4 : 0);
          const run = parseRun(engine, RUNNER.json, text, chunk);
          // Lone surrogates are kept by the parser and cannot be read back as UTF-8.
          fc.pre(!/\\ud[89a-f]/i.test(text));
          // An object lists integer keys first, the text as written; duplicates are gone: read it back.
          assert.deepEqual(leavesOf(run), leaves(JSON.parse(text)));
          assert.equal(run.anomalies, 0, "no anomalies");
        },
      ),
      { numRuns: 1000 * SCALE },
    );
  });

  test("query pairs are those of URLSearchParams on clean input", () => {
    const word = fc.string({ unit: "binary", maxLength: 12 });
    fc.assert(
      fc.property(fc.array(fc.tuple(word, word), { maxLength: 8 }), fc.nat(9), (pairs, chunk) => {
        const text = new URLSearchParams(pairs).toString();
        const run = parseRun(engine, RUNNER.query, text, chunk);
        const wanted = [...new URLSearchParams(text)];
        const keys = valuesOf(run, KIND.key);
        const values = valuesOf(run);
        // A pair of two empty words is `=`, which is a pair of its own here as there.
        assert.deepEqual(
          keys.map((key, i) => [key, values[i]]),
          wanted,
        );
        assert.equal(run.anomalies, 0, "no anomalies");
      }),
      { numRuns: 1000 * SCALE },
    );
  });
});

describe("parse: sizes", () => {
  test("100,000 levels: the value inside is found, with a path that ends at the limit", () => {
    const deep =
      "[".repeat(50_000) + '{"a":'.repeat(50_000) + '"needle"' + "}".repeat(50_000) + "]".repeat(50_000);
    for (const chunk of [0, 1000]) {
      const run = parseRun(engine, RUNNER.json, deep, chunk, "strings");
      assert.deepEqual(valuesOf(run), ["needle"]);
      assert.equal(run.inputs[0]!.path.length, 255);
      assert.equal(run.anomalies, 0x10, "only the depth");
    }
  });

  test("a string of 1 MB arrives whole, in windows that overlap by 1 KiB", () => {
    const body = Array.from(
      { length: 1 << 18 },
      (_, i) => "abcd"[i % 4]! + String(i % 1000).padStart(3, "0"),
    ).join("");
    for (const [text, chunk] of [
      [JSON.stringify({ a: body }), 0],
      [JSON.stringify({ a: body }), 4096],
      ['{"a":"' + body.replaceAll("a", "\\u0061") + '"}', 1024],
    ] as const) {
      const pieces = valuesOf(parseRun(engine, RUNNER.json, text, chunk));
      assert.equal(pieces.map((piece, i) => (i === 0 ? piece : piece.slice(1024))).join(""), body);
      assert.ok(pieces.every((piece) => piece.length <= 65536));
    }
  });

  test("a form value of 1 MB keeps its key in every window", () => {
    const body = "0123456789+%41".repeat(80_000);
    const run = parseRun(engine, RUNNER.query, `x=1&long[key]=${body}&y=2`, 1000);
    const pieces = run.inputs.filter((input) => input.kind === KIND.string && input.path[0] === "long");
    assert.ok(pieces.every((piece) => piece.path.join(".") === "long.key"));
    const whole = pieces.map((piece, i) => piece.value.toString().slice(i === 0 ? 0 : 1024)).join("");
    assert.equal(whole, body.replaceAll("+", " ").replaceAll("%41", "A"));
    assert.deepEqual(valuesOf(run).slice(-1), ["2"]);
  });

  test("100,000 parameters, in one piece and in chunks", () => {
    const text = Array.from({ length: 100_000 }, (_, i) => `k${i}=v%20${i}`).join("&");
    for (const chunk of [0, 1000]) {
      const run = parseRun(engine, RUNNER.query, text, chunk);
      assert.deepEqual(
        valuesOf(run),
        Array.from({ length: 100_000 }, (_, i) => `v ${i}`),
      );
    }
    assert.ok(engine["parseArenaHeld"]!() < 8 << 20, "bounded memory");
  });

  test("100,000 semicolons in one pair are linear and all split", () => {
    const text = "a=0" + Array.from({ length: 100_000 }, (_, i) => `;k=${i}`).join("");
    const values = new Set(valuesOf(parseRun(engine, RUNNER.query, text, 0)));
    for (const i of [0, 1, 500, 99_999]) assert.ok(values.has(String(i)), `value ${i}`);
  });

  test("100,000 cookies and 100,000 path segments", () => {
    const cookies = Array.from({ length: 100_000 }, (_, i) => `c${i}="${i}`).join("; ");
    const run = parseRun(engine, RUNNER.cookies, cookies);
    assert.equal(run.inputs.filter((input) => input.kind === KIND.key).length, 100_000);
    const target = parseRun(engine, RUNNER.target, "/%61".repeat(100_000) + "?q");
    // The target, the path, its segments, and the rest from the first one with an escape.
    assert.equal(target.inputs.length, 100_003);
    assert.deepEqual(target.inputs.at(-2)!.path, [99_999]);
  });

  test("a semicolon and a `=` behind a window do not change how the window is read", () => {
    const pieces = "ab;cd;".repeat(12_000);
    for (const text of [`k=v;${pieces}e=f`, `k=v;${pieces}e=f;${pieces}`, `${pieces}e=f`]) {
      const bytes = new TextEncoder().encode(text);
      assertChunkedEqualsWhole(RUNNER.query, bytes, [100, 3858, 65_536]);
    }
  });

  test("windows of text overlap and miss nothing", () => {
    const body = Array.from({ length: 30_000 }, (_, i) => String(i % 10_000).padStart(4, "0")).join("");
    for (const chunk of [0, 1000, 20_000]) {
      const pieces = valuesOf(parseRun(engine, RUNNER.text, body, chunk));
      assert.equal(pieces.map((piece, i) => (i === 0 ? piece : piece.slice(1024))).join(""), body);
      assert.equal(pieces[0]!.length, 16384);
    }
  });

  test("long values in chunks equal long values whole", () => {
    const long = "x".repeat(65_530) + "\\u00e9yz";
    const json = new TextEncoder().encode(
      `{"${long}":"${long.repeat(2)}","b":[${"1".repeat(70_000)}], ${"w".repeat(140_000)}}`,
    );
    assertChunkedEqualsWhole(RUNNER.json, json, [1, 999, 65_536]);
    const form = new TextEncoder().encode(
      `${"k".repeat(140_000)}=${"v%41;a=b".repeat(20_000)}&${"%41".repeat(70_000)}=1&${"k".repeat(40_000)}=${"z".repeat(70_000)}`,
    );
    assertChunkedEqualsWhole(RUNNER.query, form, [1, 999, 65_536]);
    assertChunkedEqualsWhole(RUNNER.body + BODY_KIND.unknown, form, [1, 999, 65_536]);
    for (const [runner, bytes] of [
      [RUNNER.json, json],
      [RUNNER.query, form],
    ] as const) {
      const whole = parseRun(engine, runner, bytes);
      engine["parseLimitRoom"]!(3);
      const drained = parseRun(engine, runner, bytes, 50_000);
      engine["parseLimitRoom"]!(0);
      if (drained.list !== whole.list) assert.fail(firstDifference(drained.list, whole.list));
    }
  });
});
