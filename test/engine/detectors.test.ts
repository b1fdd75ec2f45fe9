// The detectors over the whole module: whatever the bytes are they answer, their evidence lies inside the value, and the work they
// do grows with the value's length and no faster.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { give, loadEngine, type EngineExports } from "./engine-module.ts";
import { DETECTORS, PIECES, type Detector } from "./detector-pieces.ts";

function detect(engine: EngineExports, name: Detector, bytes: Uint8Array | string): boolean {
  const { at, len } = give(engine, bytes);
  const found = engine[`${name}Detect`]!(at, len) !== 0;
  if (found) {
    const from = engine["detectorSpanFrom"]!();
    const to = engine["detectorSpanTo"]!();
    assert.ok(
      from >= at && from <= to && to <= at + len,
      `evidence ${from - at}..${to - at} of ${len} bytes`,
    );
  }
  engine["release"]!(at);
  return found;
}

for (const name of DETECTORS) {
  test(`${name} never-traps on any bytes`, () => {
    const engine = loadEngine();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        detect(engine, name, bytes);
      }),
      { numRuns: 1500 },
    );
  });

  test(`${name} never-traps on pieces of its grammar`, () => {
    const engine = loadEngine();
    const value = fc
      .array(fc.constantFrom(...PIECES[name]), { maxLength: 60 })
      .map((pieces) => pieces.join(""));
    fc.assert(
      fc.property(value, (text) => {
        detect(engine, name, text);
      }),
      { numRuns: 4000 },
    );
  });

  test(`${name} answers alike wherever the value lies and whatever follows it`, () => {
    const engine = loadEngine();
    const value = fc
      .array(fc.constantFrom(...PIECES[name]), { maxLength: 24 })
      .map((pieces) => pieces.join(" "));
    fc.assert(
      fc.property(value, fc.constantFrom("", "'", "x", " or 1=1", "<script>alert(1)"), (text, after) => {
        const alone = detect(engine, name, text);
        const bytes = new TextEncoder().encode(text + after);
        const { at } = give(engine, bytes);
        const len = new TextEncoder().encode(text).length;
        assert.equal(engine[`${name}Detect`]!(at, len) !== 0, alone);
        engine["release"]!(at);
      }),
      { numRuns: 1500 },
    );
  });

  test(`${name} work grows linearly with the length of repeated pieces`, () => {
    const engine = loadEngine();
    const steps = (text: string): number => {
      const before = engine[`${name}StepCount`]!() >>> 0;
      detect(engine, name, text);
      return ((engine[`${name}StepCount`]!() >>> 0) - before) >>> 0;
    };
    const patterns = [
      ...PIECES[name],
      "'+",
      "' + ' ",
      "'a' ",
      "''",
      "(((",
      "1,1,",
      "<a b='",
      "<a <a ",
      "=\"'",
      "a(",
      "`a` ",
      "$a$b",
      "<style><",
      "<script><script>",
    ];
    for (const piece of patterns) {
      const small = piece.repeat(Math.ceil(8_000 / piece.length));
      const large = piece.repeat(Math.ceil(64_000 / piece.length));
      const bound = 20 * large.length + 20_000;
      assert.ok(steps(small) <= 20 * small.length + 20_000, `8 KB of ${JSON.stringify(piece)}`);
      assert.ok(steps(large) <= bound, `64 KB of ${JSON.stringify(piece)}`);
    }
  });
}

/** Words of values that are no attack, for first looks to dismiss. */
const HARMLESS = [
  "",
  " ",
  "12",
  "river",
  "Table",
  "time",
  ": ",
  "https://",
  "a.b",
  "example.org",
  ", ",
  "-",
  "5.50",
  "don't",
  "Zoë",
];

/** Without one of these a value is none of the detector's. */
const REQUIRED: Partial<Record<Detector, RegExp>> = {
  sqli: /[!"#%&'()*+,\-/0-9;<=>@^`|~]/,
  xpath: /[*[)'"|]/,
};

for (const name of DETECTORS) {
  test(`${name} says the same whether it knows which classes of bytes occur or not`, () => {
    const engine = loadEngine();
    const answer = (text: string, known: number): string => {
      engine["detectorClassesKnown"]!(known);
      const { at, len } = give(engine, text);
      const found = engine[`${name}Detect`]!(at, len) !== 0;
      const span = `${engine["detectorSpanFrom"]!() - at}..${engine["detectorSpanTo"]!() - at}`;
      engine["release"]!(at);
      return found ? span : "no";
    };
    const value = fc
      .array(fc.constantFrom(...PIECES[name], ...HARMLESS), { maxLength: 12 })
      .map((pieces) => pieces.join(""))
      .filter((text) => REQUIRED[name]?.test(text) ?? true);
    fc.assert(
      fc.property(value, (text) => {
        assert.equal(answer(text, 1), answer(text, 0));
      }),
      { numRuns: 4000 },
    );
  });
}

test("the first look at a value dismisses only what the grammar of SQL gives up at, and where it does", () => {
  const engine = loadEngine();
  const value = fc
    .array(fc.constantFrom(...PIECES.sqli, ...HARMLESS), { minLength: 1, maxLength: 6 })
    .chain((pieces) => fc.constantFrom(pieces.join(""), pieces.join(" ")));
  let dismissed = 0;
  fc.assert(
    fc.property(value, fc.constantFrom(0, 1), (text, closed) => {
      const { at, len } = give(engine, text);
      const looked = engine["sqliFirstLook"]!(at, len, closed);
      if (looked >= 0) {
        dismissed++;
        assert.equal(engine["sqliGivesUp"]!(at, len, closed), looked);
      }
      engine["release"]!(at);
    }),
    { numRuns: 20_000 },
  );
  assert.ok(dismissed > 500, `${dismissed} of 20,000 were dismissed`);
});

test("an attack between ten thousand quotes is found at either end", () => {
  const engine = loadEngine();
  const noise = "'x ".repeat(10_000);
  assert.ok(detect(engine, "sqli", `1' or 1=1-- ${noise}`));
  assert.ok(detect(engine, "sqli", `${noise}' or 1=1-- `));
});

test("the fingerprint names the tokens of the last detection", () => {
  const engine = loadEngine();
  assert.ok(detect(engine, "sqli", "1 union select 2"));
  const out = engine["allocate"]!(32);
  const length = engine["sqliFingerprintTo"]!(out);
  const text = new TextDecoder().decode(new Uint8Array(engine.memory.buffer, out, length));
  assert.equal(text, "1UE1");
});

test("evidence lies in the value, whatever value came before", () => {
  const engine = loadEngine();
  // A name that only a call before it makes evidence: nothing in the second value says where it began.
  assert.ok(detect(engine, "java", "                    Runtime.getRuntime().exec('id')"));
  assert.ok(detect(engine, "java", '("java.lang.Runtime"'));
});
