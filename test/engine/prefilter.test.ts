// The prefilter, the lanes and the order of evaluation are shortcuts: no generated rule and value may show them.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { Engine } from "../../scripts/engine/engine.ts";
import { type Input, RuleEngine, compileDocument, enginePath } from "./ruleset-engine.ts";

const RUNS = Number(process.env["PROPERTY_RUNS"] ?? 400);

/** Rules and values draw on the same words, so that matches are common; K and ſ fold to k and s. */
const WORDS = [
  ...[
    "union",
    "select",
    "script",
    "kill",
    "ssrf",
    "etc/passwd",
    "../",
    "or",
    "a",
    "x",
    "0",
    "1",
    "42",
    "needle",
  ],
  ...[
    "<",
    ">",
    "'",
    '"',
    "=",
    "--",
    ";",
    "$(",
    "&#x",
    "%2e",
    "\\u0041",
    "/**/",
    " ",
    "\t",
    "\0",
    "\n",
    "+",
    "é",
  ],
  ...["\u212a", "\u017f", "ß", "\u{e0041}", "aW5qZWN0", "javascript:", "1' or '1'='1", "<svg onload=x>"],
];
/** Long enough for the literal scan. */
const LONG_WORDS = [
  "union",
  "select",
  "script",
  "kill",
  "ssrf",
  "etc/passwd",
  "needle",
  "Needle",
  "javascript:",
];
const PATTERN_PARTS = [
  ...["union", "select", "script", "kill", "ssrf", "etc/passwd", "needle", "or", "a", "x", "1"],
  ...[
    "[a-f]",
    "[^x]",
    "\\d",
    "\\w",
    "\\s",
    ".",
    "<",
    "'",
    "=",
    "é",
    "[<>]",
    "\\x00",
    "[ks]",
    "\\b",
    "--",
    "\\.\\./",
  ],
];
const TRANSFORMERS = [
  ...[
    "lowercase",
    "remove_nulls",
    "compress_whitespace",
    "normalize_path",
    "normalize_path_win",
    "url_decode",
  ],
  ...["url_decode_iis", "css_decode", "js_decode", "html_entity_decode", "base64_decode", "base64url_decode"],
  ...["base64_encode", "shell_unescape", "url_basename", "url_path", "url_querystring", "remove_comments"],
  ...["unicode_normalize", "keys_only", "values_only"],
];
const ADDRESSES = [
  "server.request.query",
  "server.request.body",
  "server.request.headers.no_cookies",
] as const;

const longWord = fc.constantFrom(...LONG_WORDS);
const word = fc.oneof(longWord, fc.constantFrom(...WORDS));
const address = fc.constantFrom(...ADDRESSES);

const pattern: fc.Arbitrary<string> = fc.letrec<{ node: string; sequence: string }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 3, depthIdentifier: "pattern" },
    fc.constantFrom(...PATTERN_PARTS),
    tie("sequence").map((inner) => `(?:${inner})`),
    fc.tuple(tie("sequence"), tie("sequence")).map(([left, right]) => `(?:${left}|${right})`),
    fc
      .tuple(tie("sequence"), fc.constantFrom("*", "+", "?", "{2}", "{1,3}", "*?"))
      .map(([inner, q]) => `(?:${inner})${q}`),
    tie("sequence").map((inner) => `(?i:${inner})`),
  ),
  sequence: fc
    .array(tie("node"), { minLength: 1, maxLength: 3, depthIdentifier: "pattern" })
    .map((parts) => parts.join("")),
})).sequence;
const anchored = fc
  .tuple(
    fc.constantFrom("", "", "^"),
    fc.oneof(fc.constant(""), longWord),
    pattern,
    fc.constantFrom("", "", "$"),
  )
  .map((parts) => parts.join(""));

const input = fc.oneof(
  address.map((address) => ({ address })),
  fc.record(
    {
      address,
      key_path: fc.constantFrom(["a"], ["a", "0"], ["b"], ["a", "b"]),
      transformers: fc.array(fc.constantFrom(...TRANSFORMERS), { maxLength: 3 }),
    },
    { requiredKeys: ["address"] },
  ),
);

const options = fc.record(
  { min_length: fc.nat(8), case_sensitive: fc.boolean(), enforce_word_boundary: fc.boolean() },
  { requiredKeys: [] },
);
const scalar = fc.oneof(fc.constantFrom(0, 1, 42, 1.5, -3), fc.boolean(), word);

const operation: fc.Arbitrary<{ operator: string; parameters: object }> = fc.oneof(
  { weight: 4, arbitrary: anchored.map((regex) => ({ operator: "match_regex", parameters: { regex } })) },
  {
    weight: 3,
    arbitrary: fc
      .oneof(
        fc.array(longWord, { minLength: 1, maxLength: 6 }),
        fc.array(word, { minLength: 1, maxLength: 6 }),
      )
      .map((list) => ({ operator: "phrase_match", parameters: { list } })),
  },
  fc.array(word, { maxLength: 4 }).map((list) => ({ operator: "exact_match", parameters: { list } })),
  fc
    .constantFrom(
      "is_sqli",
      "is_xss",
      "exists",
      "hidden_ascii_match",
      "is_nosql_injection",
      "is_ldap_injection",
      "is_xpath_injection",
      "is_mail_injection",
      "is_header_injection",
    )
    .map((operator) => ({ operator, parameters: {} })),
  scalar.map((value) => ({ operator: "equals", parameters: { value } })),
  fc
    .tuple(fc.constantFrom("greater_than", "lower_than"), fc.constantFrom(0, 1, 41.5))
    .map(([operator, value]) => ({ operator, parameters: { value } })),
  fc.constant({ operator: "ip_match", parameters: { list: ["192.0.2.0/24", "::1"] } }),
);

const condition = fc
  .tuple(operation, fc.array(input, { minLength: 1, maxLength: 3 }), options, fc.boolean(), fc.nat(3))
  .map(([{ operator, parameters }, inputs, options, withOptions, negated]) => ({
    operator: negated === 0 ? `!${operator}` : operator,
    parameters: { inputs, ...parameters, ...(withOptions ? { options } : {}) },
  }));

const rules = fc.array(
  fc.record(
    {
      conditions: fc.array(condition, { minLength: 1, maxLength: 3 }),
      transformers: fc.array(fc.constantFrom(...TRANSFORMERS), { maxLength: 2 }),
      enabled: fc.constantFrom(true, true, true, false),
    },
    { requiredKeys: ["conditions"] },
  ),
  { minLength: 1, maxLength: 6 },
);

const text = fc
  .tuple(fc.array(word, { maxLength: 12 }), fc.constantFrom("plain", "upper", "percent", "base64", "long"))
  .map(([words, form]) => {
    const value = words.join("");
    if (form === "upper") return value.toUpperCase();
    if (form === "percent") return encodeURIComponent(value);
    if (form === "base64") return Buffer.from(value).toString("base64");
    return form === "long" ? "lorem ipsum ".repeat(8) + value + " dolor".repeat(20) : value;
  });
const path = fc.array(fc.constantFrom<string | number>("a", "b", "0", 0, 1), { maxLength: 3 });
const value: fc.Arbitrary<Pick<Input, "kind" | "value">> = fc.oneof(
  { weight: 6, arbitrary: text.map((value) => ({ kind: "string" as const, value })) },
  {
    weight: 2,
    arbitrary: fc.uint8Array({ maxLength: 80 }).map((value) => ({ kind: "string" as const, value })),
  },
  { weight: 2, arbitrary: word.map((value) => ({ kind: "key" as const, value })) },
  fc.constantFrom("0", "1", "42", "1.5", "-3", "1e2").map((value) => ({ kind: "number" as const, value })),
  fc.boolean().map((value) => ({ kind: "boolean" as const, value: String(value) })),
  fc.constantFrom("192.0.2.7", "::1", "10.0.0.1").map((value) => ({ kind: "string" as const, value })),
  fc.constantFrom("null" as const, "container" as const).map((kind) => ({ kind, value: "" })),
);
const drains = fc.array(
  fc.array(
    fc.tuple(address, path, value).map(([address, path, value]) => ({ address, path, ...value })),
    { maxLength: 8 },
  ),
  { maxLength: 3 },
);

/** Rules that fail to compile are left out: here only those that load are of interest. */
function documentOf(generated: { conditions: object[] }[]): { rules: object[] } {
  return {
    rules: generated.map((rule, i) => ({ id: `r${i}`, name: "", tags: { type: `t${i}` }, ...rule })),
  };
}

describe("prefilter-never-hides-a-match", () => {
  test("generated rules and inputs: both evaluators match the same rules", () => {
    let compiler: Engine | undefined;
    let engine = new RuleEngine();
    let runs = 0;
    let matches = 0;
    let judged = 0;
    fc.assert(
      fc.property(rules, fc.array(drains, { minLength: 1, maxLength: 4 }), (generated, exchanges) => {
        // The compiler's garbage is never collected within an instance.
        if (runs++ % 100 === 0) {
          compiler = Engine.fromFile(enginePath());
          engine = new RuleEngine();
        }
        const { table, report } = compiler!.compileRules(documentOf(generated));
        assert.deepEqual(report.rules.failed, []);
        assert.equal(engine.load(table), 0);
        for (const exchange of exchanges) {
          const { evaluator, plain } = engine.match(exchange);
          assert.deepEqual(evaluator, plain);
          judged += plain.length;
          matches += plain.filter(Boolean).length;
        }
      }),
      { numRuns: RUNS },
    );
    assert.ok(matches * 50 > judged, `only ${matches} of ${judged} rules matched: nothing was tried`);
    assert.ok(matches * 2 < judged, `${matches} of ${judged} rules matched: too many to tell`);
  });

  test("many literals at once: each is found among all others, at every offset", () => {
    const phrases = Array.from({ length: 600 }, (_, i) => `w${i.toString(36)}zq${(i * 7919).toString(36)}`);
    const { table } = compileDocument({
      rules: phrases.map((phrase, i) => ({
        id: phrase,
        name: phrase,
        tags: { type: phrase },
        conditions: [
          {
            operator: i % 2 === 0 ? "phrase_match" : "match_regex",
            parameters: {
              inputs: [{ address: "server.request.body" }],
              ...(i % 2 === 0 ? { list: [phrase] } : { regex: `${phrase}\\b` }),
            },
          },
        ],
      })),
    });
    const engine = new RuleEngine();
    assert.equal(engine.load(table), 0);
    phrases.forEach((phrase, i) => {
      const value = " ".repeat(i % 37) + (i % 4 === 1 ? phrase.toUpperCase() : phrase) + " ".repeat(i % 5);
      const matched = engine.match([[{ address: "server.request.body", kind: "string", path: [], value }]]);
      assert.ok(matched.evaluator[i], phrase);
      assert.deepEqual(matched.evaluator, matched.plain);
    });
  });
});
