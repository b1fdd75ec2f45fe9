// The regular-expression engine against re2js (another implementation) by generated patterns and values; what the
// prefilter claims; damaged tables; linear time; memory. Syntax and semantics by tables: regex-syntax.test.ts.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { MatcherInput, RE2JS } from "re2js";
import { RegexProbe, Status } from "./regex-probe";

const probe = new RegexProbe();
/** Enough for most generated patterns; the others show the NFA alone. */
const LIMIT = { maxStates: 2000 };

const LITERALS = ["a", "b", "c", "k", "K", "s", "S", "z", "0", "1", "_", " ", "\\n", "-", "\\.", "<"].concat([
  "é",
  "ſ",
  "\u212a",
  "ß",
  "Ж",
  "ж",
  "€",
  "😀",
  "\\x41",
  "\\x{e9}",
  "select",
  "key",
]);
const CLASSES = [
  "[a-c]",
  "[^a-c]",
  "[^\\n]",
  "\\d",
  "\\w",
  "\\s",
  "\\D",
  "\\W",
  "\\S",
  ".",
  "[[:alpha:]]",
].concat([
  "[[:^space:]_]",
  "\\pL",
  "\\p{Greek}",
  "\\PL",
  "[à-ÿ]",
  "[k-s]",
  "[^k]",
  "[а-я]",
  "[\\d\\-x]",
  "[€-😀]",
]);
const ASSERTIONS = ["^", "$", "\\b", "\\B", "(?m:^)", "(?m:$)", "\\A", "\\z"];
const QUANTIFIERS = ["*", "+", "?", "*?", "+?", "??", "{2}", "{1,3}", "{2,}", "{0,2}?", "{0}"];
const VALUE_PARTS = [
  "a",
  "b",
  "c",
  "k",
  "K",
  "s",
  "S",
  "z",
  "0",
  "1",
  "_",
  " ",
  "\n",
  "-",
  ".",
  "<",
  "é",
].concat([
  "É",
  "ſ",
  "\u212a",
  "ß",
  "ẞ",
  "Ж",
  "ж",
  "€",
  "😀",
  "x",
  "A",
  "B",
  "Ω",
  "ω",
  "select",
  "ſeLect",
  "\u212aey",
]);

const leaf = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...LITERALS) },
  { weight: 3, arbitrary: fc.constantFrom(...CLASSES) },
  { weight: 2, arbitrary: fc.constantFrom(...ASSERTIONS) },
);
const { pattern: patterns } = fc.letrec<{ pattern: string; node: string }>((tie) => ({
  node: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    leaf,
    fc
      .tuple(tie("node"), fc.constantFrom(...QUANTIFIERS))
      .map(([node, quantifier]) => `(?:${node})${quantifier}`),
    fc.array(tie("node"), { minLength: 1, maxLength: 4 }).map((nodes) => nodes.join("")),
    fc.array(tie("node"), { minLength: 2, maxLength: 3 }).map((nodes) => `(${nodes.join("|")})`),
    fc
      .tuple(fc.constantFrom("i", "s", "m", "U", "-i", "is"), tie("node"))
      .map(([flag, node]) => `(?${flag}:${node})`),
  ),
  pattern: fc.array(tie("node"), { minLength: 1, maxLength: 4 }).map((nodes) => nodes.join("")),
}));
/** Sometimes behind enough padding for the search to skip whole blocks. */
const values = fc
  .tuple(fc.constantFrom(0, 0, 0, 17, 40), fc.array(fc.constantFrom(...VALUE_PARTS), { maxLength: 12 }))
  .map(([padding, parts]) => "q".repeat(padding) + parts.join(""));

describe("regex properties", () => {
  test("same-verdict-and-span-as-re2js", () => {
    let matches = 0;
    fc.assert(
      fc.property(
        patterns,
        fc.boolean(),
        fc.array(values, { minLength: 1, maxLength: 6 }),
        (pattern, fold, list) => {
          const other = RE2JS.compile(pattern, fold ? RE2JS.CASE_INSENSITIVE : 0);
          assert.equal(probe.build(pattern, { fold, ...LIMIT }), Status.Ok);
          for (const value of list) {
            // RE2 works on bytes: its \B also holds between the bytes of one code point; re2js never looks there.
            if (pattern.includes("\\B") && /[^\x00-\x7f]/.test(value)) continue;
            const matcher = other.matcher(MatcherInput.utf8(new TextEncoder().encode(value)));
            const want = matcher.find() ? [matcher.start(), matcher.end()] : null;
            if (want) matches++;
            assert.deepEqual(probe.agreedSpan(value), want, `${pattern} ${fold} ${JSON.stringify(value)}`);
          }
        },
      ),
      { numRuns: 1500 },
    );
    assert.ok(matches > 500, "the generator finds matches");
  });

  test("prefilter-never-hides-a-match", () => {
    let used = 0;
    const attacks = fc.constantFrom(
      "select",
      "SELECT",
      "ſelect",
      "key",
      "\u212aEY",
      "union select",
      "<script",
    );
    const words = fc.tuple(
      fc.constantFrom("(?:union\\s+)?select", "[sk]ey", "(?i:select|<script)", "se{1,2}lect"),
      patterns,
    );
    const bodies = fc
      .array(fc.oneof(attacks, values), { minLength: 1, maxLength: 5 })
      .map((parts) => parts.join(""));
    const either = fc.oneof(
      patterns,
      words.map((parts) => parts.join("")),
      words.map((parts) => parts.join("|")),
    );
    fc.assert(
      fc.property(
        either,
        fc.boolean(),
        fc.array(bodies, { minLength: 1, maxLength: 8 }),
        (pattern, fold, list) => {
          assert.equal(probe.build(pattern, { fold, ...LIMIT }), Status.Ok);
          for (const value of list) {
            const span = probe.agreedSpan(value);
            if (!span) continue;
            const data = new TextEncoder().encode(value).slice(...span);
            assert.ok(data.length >= probe.minLength(), "shorter than the least length");
            const text = Buffer.from(data)
              .toString("latin1")
              .replace(/[A-Z]/g, (c) => c.toLowerCase());
            const literals = probe.literals();
            if (literals.length > 0) {
              used++;
              assert.ok(
                literals.some((literal) => text.includes(literal)),
                `${pattern}: none of ${literals} in ${text}`,
              );
            }
            for (const set of probe.requiredSets()) {
              assert.ok(
                data.some((c) => set.has(c)),
                `${pattern}: a required set hides ${text}`,
              );
            }
          }
        },
      ),
      { numRuns: 1500 },
    );
    assert.ok(used > 200, "the generator makes literals");
  });

  test("dfa-agrees-with-nfa on random bytes", () => {
    const raw = fc.uint8Array({ maxLength: 24 });
    fc.assert(
      fc.property(patterns, fc.array(raw, { minLength: 1, maxLength: 5 }), (pattern, list) => {
        assert.equal(probe.build(pattern, LIMIT), Status.Ok);
        for (const value of list) probe.agreedSpan(value);
      }),
      { numRuns: 500 },
    );
  });
});

describe("regex prefilter facts", () => {
  const rows: [pattern: string, fold: boolean, literals: string[], minLength: number][] = [
    ["select", false, ["select"], 6],
    ["\\bunion\\s+select\\b", false, ["select"], 12],
    ["(?:exec|xp_cmdshell)\\(", false, ["exec(", "xp_cmdshell("], 5],
    ["foo.*|barbaz", false, ["foo", "barbaz"], 3],
    ["a*", false, [], 0],
    ["\\d+", false, [], 1],
    ["waitfor", true, ["waitfor"], 7],
    ["skin", true, ["skin", "Å¿kin", "sâ\u0084ªin", "Å¿â\u0084ªin"], 4],
    ["€uro", false, ["â\u0082¬uro"], 6],
    ["[^a]bcd", false, ["bcd"], 4],
  ];
  for (const [pattern, fold, literals, minLength] of rows) {
    test(pattern, () => {
      assert.equal(probe.build(pattern, { fold }), Status.Ok);
      assert.deepEqual(probe.literals().sort(), [...literals].sort());
      assert.equal(probe.minLength(), minLength);
    });
  }
  test("<\\s*script needs a <", () => {
    probe.build("<\\s*script", { fold: true });
    assert.deepEqual([...probe.requiredSets()[0]!], [0x3c]);
  });
});

describe("regex tables from a file", () => {
  /** Flags of the encoded table: packed with row numbers of one byte, and of two. */
  const [NARROW, WIDE] = [12, 4];
  const narrow = "(?i)\\bunion\\b.{1,8}\\bselect\\b";
  const wide = "(?i)(?:union|select|insert|delete|update)[^;]{1,12}(?:from|into|where|all)";
  const patternsToDamage = [
    "(?i)<script[^>]*>",
    "\\bunion\\b.{1,8}\\bselect\\b",
    "a|é+$",
    "(?m)^x\\d{2,}$",
    narrow,
    wide,
  ];
  const value = "x12 <ScRiPt src=1> union all select é\nx123";
  test("packed tables of both widths give the NFA's verdicts", () => {
    const words = ["Union ", "sElect", "insert ", " ", "from", "INTO", "all ", ";", "é", "un", "ion "];
    for (const [pattern, form] of [
      [narrow, NARROW],
      [wide, WIDE],
    ] as const) {
      assert.equal(probe.build(pattern), Status.Ok);
      const table = probe.output("dfa");
      assert.equal(new DataView(table.buffer, table.byteOffset).getUint16(10, true) & ~2, form, pattern);
      let matches = 0;
      fc.assert(
        fc.property(fc.array(fc.constantFrom(...words), { maxLength: 12 }), (parts) => {
          if (probe.agreedSpan(parts.join("")) !== null) matches++;
        }),
        { numRuns: 2000 },
      );
      assert.ok(matches > 20, `${pattern}: ${matches} matches`);
    }
  });
  test("whole tables are accepted, cut ones refused", () => {
    for (const pattern of patternsToDamage) {
      probe.build(pattern);
      for (const which of ["dfa", "program"] as const) {
        const table = probe.output(which);
        assert.equal(probe.isValid(which, table), true);
        for (const cut of [0, 1, 31, 63, 64, 319, 320, table.length - 1]) {
          if (cut < table.length) assert.equal(probe.isValid(which, table.subarray(0, cut)), false);
        }
      }
    }
  });
  test("loader-refuses-any-flipped-byte-or-behaves", () => {
    let accepted = 0;
    for (const pattern of patternsToDamage) {
      probe.build(pattern);
      for (const which of ["dfa", "program"] as const) {
        const table = probe.output(which);
        const damage = fc.array(fc.tuple(fc.nat(table.length - 1), fc.integer({ min: 1, max: 255 })), {
          minLength: 1,
          maxLength: 3,
        });
        fc.assert(
          fc.property(damage, (flips) => {
            const damaged = table.slice();
            for (const [at, by] of flips) damaged[at]! ^= by;
            if (!probe.isValid(which, damaged)) return;
            accepted++;
            // Whatever it answers, it must come back and stay inside its memory.
            probe.runTable(which, damaged, value);
          }),
          { numRuns: 1500 },
        );
      }
    }
    assert.ok(accepted > 100, "some damage is harmless");
  });
});

describe("regex time and memory", () => {
  test("the NFA's steps grow with the value, not with its repetition", () => {
    for (const pattern of ["(a*)*b", "(?:a|a)*c", "(?:a?){30}a{30}", "(?:.*.*.*)*=x", "(?:a|aa|aaa)*$b"]) {
      probe.build(pattern);
      const steps = (length: number): number => {
        const before = probe.nfaSteps();
        probe.nfaSearch("a".repeat(length));
        probe.find("a".repeat(length));
        return probe.nfaSteps() - before;
      };
      const [short, long] = [steps(200), steps(2000)];
      assert.ok(long < short * 11, `${pattern}: ${short} steps for 200 bytes, ${long} for 2000`);
    }
  });
  test("no DFA past the state limit, and the same verdicts from the NFA", () => {
    const pattern = "[ab]*a[ab]{12}c";
    assert.equal(probe.build(pattern, { maxStates: 100 }), Status.Ok);
    assert.equal(probe.output("dfa").length, 0);
    assert.equal(probe.nfaSearch("bba" + "babbabbabbab" + "c"), true);
    assert.equal(probe.nfaSearch("bbbbbbbbbbbbbbbbbbc"), false);
  });
  test("alternatives have tables of their own where one for all is too large", () => {
    const parts = ["[ab]*a[ab]{3}c", "x[ab]{3}[^ab]", "\\bab\\b", "^ba", "c$", "(?:)q", "a.{2}b"];
    const letters = fc.constantFrom("a", "b", "c", "x", "q", " ", "\n", "é");
    const pattern = fc.uniqueArray(fc.constantFrom(...parts), { minLength: 2, maxLength: 4 });
    let split = 0;
    fc.assert(
      fc.property(
        pattern,
        fc.array(fc.array(letters, { maxLength: 20 }), { maxLength: 20 }),
        (some, values) => {
          assert.equal(probe.build(some.join("|"), { maxStates: 20 }), Status.Ok);
          const table = probe.output("dfa");
          if (table.length === 0) return;
          assert.equal(probe.isValid("dfa", table), true);
          const view = new DataView(table.buffer, table.byteOffset);
          const next = view.getUint32(20, true);
          if (next !== 0) {
            split++;
            for (const wrong of [0, 4, next - 1, next + 1, table.length, 0xffffffff]) {
              view.setUint32(20, wrong, true);
              assert.equal(probe.isValid("dfa", table), false);
            }
          }
          for (const value of values) probe.agreedSpan(value.join(""));
        },
      ),
      { numRuns: 200 },
    );
    assert.ok(split > 20);
  });
  test("a large table (states are row numbers) gives the NFA's verdicts", () => {
    assert.equal(probe.build("a[ab]{13}[^ab]"), Status.Ok);
    assert.ok(probe.dfaRows() > 16000);
    assert.equal(probe.isValid("dfa", probe.output("dfa")), true);
    const letters = fc.constantFrom("a", "b", "c");
    fc.assert(
      fc.property(fc.array(letters, { maxLength: 60 }), (parts) => {
        probe.agreedSpan(parts.join("") + "abbbabbabbabba-");
        probe.agreedSpan(parts.join(""));
      }),
      { numRuns: 500 },
    );
  });
  test("minimal automata", () => {
    // Dead and match rows count: (state of) a|b|…; one row per way to be in the middle of the literal.
    const rows: [string, number][] = [
      ["abc", 5],
      ["a", 3],
      ["(?:abc|abd)", 5],
      ["x*", 2],
      ["^a", 3],
      ["a{5}|a{7}", 7],
    ];
    for (const [pattern, states] of rows) {
      probe.build(pattern);
      assert.equal(probe.dfaRows(), states, pattern);
    }
  });
  test("builds give their memory back", () => {
    const all = [
      "(?i)(?:union|select)\\s+\\w{1,40}",
      "\\b\\pL+\\d{3}\\b",
      "(?:a|b)*a(?:a|b){9}",
      "a(?=b)",
      "[^\\W]{2,80}=",
    ];
    const cycle = (): void => {
      const own = new RegexProbe(probe.engine);
      for (const pattern of all) own.build(pattern, { fold: true });
      own.free();
    };
    for (let i = 0; i < 5; i++) cycle();
    const before = probe.engine.memory.buffer.byteLength;
    for (let i = 0; i < 60; i++) cycle();
    assert.equal(probe.engine.memory.buffer.byteLength, before);
  });
});
