// What parsers leave out because nothing can be wrong with it (assembly/core/rules/value-sieve.ts) must never hide a match: a transaction
// says of every document what it says while it is explained, when every value is listed.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { Engine } from "../../scripts/engine/engine.ts";
import { blockingRule as rule } from "./blocking-rule.ts";
import { enginePath } from "./ruleset-engine.ts";
import { SEEDS } from "./rule-seeds.ts";

const RUNS = Number(process.env["PROPERTY_RUNS"] ?? 800);

const condition = (operator: string, inputs: object[], parameters: object): object => ({
  operator,
  parameters: { inputs, ...parameters },
});
const body = (...key_path: string[]): object =>
  key_path.length === 0 ? { address: "server.request.body" } : { address: "server.request.body", key_path };

const CUSTOM = [
  rule(
    "path",
    condition("match_regex", [body("cmd")], { regex: "^(ls|[0-9]+)$", options: { min_length: 1 } }),
  ),
  rule("deep", condition("exact_match", [body("a", "x")], { list: ["needle", "plain"] })),
  rule("element", condition("exact_match", [body("0")], { list: ["plain"] })),
  rule("number", condition("greater_than", [body("n")], { value: 41, type: "unsigned" })),
  rule("there", condition("exists", [body("a", "there")], {})),
  rule("absent", condition("!match_regex", [body("kind")], { regex: "^[a-z]+$" })),
  rule("phrase", condition("phrase_match", [body()], { list: ["word of mouth", "plain text"] })),
];
const CONFIGURATIONS: [string, object][] = [
  ["the shipped rules", {}],
  ["the shipped rules, all of them", { sensitivity: "high" }],
  ["without decoding", { decode_rounds: 0 }],
  ["rules for places, kinds and absence", { custom_rules: CUSTOM }],
  ["such rules alone", { shipped_rules: false, custom_rules: CUSTOM }],
  [
    "absence anywhere",
    {
      shipped_rules: false,
      custom_rules: [rule("nowhere", condition("!match_regex", [body()], { regex: "needle|plain" }))],
    },
  ],
  [
    "exclusions on conditions, and inputs withheld",
    {
      custom_rules: CUSTOM,
      exclusions: [
        {
          id: "if",
          conditions: [condition("exact_match", [body("cmd")], { list: ["plain"] })],
          rules_target: [{ rule_id: "wg-sqli-001" }],
        },
        {
          id: "in",
          rules_target: [{ rule_id: "wg-xss-001" }],
          inputs: [{ address: "server.request.body", key_path: ["a"] }],
        },
      ],
    },
  ],
];

const seed = fc.nat({ max: SEEDS.length - 1 }).map((i) => SEEDS[i]!);
const plain = fc.constantFrom(
  "plain",
  "needle",
  "ls",
  "EUR",
  "7a5c36de",
  "2026-11-21T08:30:00Z",
  "12 Union Street",
  "a,b",
  "word of mouth",
  "",
);
const text = fc.oneof(
  { weight: 3, arbitrary: plain },
  { weight: 2, arbitrary: seed },
  fc.tuple(seed, fc.nat(40), fc.nat(40)).map(([value, from, size]) => value.slice(from, from + size)),
  fc.string({ unit: "binary", maxLength: 40 }),
);
const name = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom("a", "cmd", "x", "n", "kind", "there", "id", "query", "customer_name"),
  },
  text,
);
const { document } = fc.letrec((tie) => ({
  document: fc.oneof(
    { maxDepth: 4 },
    text,
    fc.oneof(
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.boolean(),
      fc.constant(null),
    ),
    fc.array(tie("document"), { maxLength: 4 }),
    fc.array(fc.tuple(name, tie("document")), { maxLength: 5 }).map(Object.fromEntries),
  ),
}));
/** Now and then no JSON: a byte is cut out, or the text breaks off. */
const spelled = fc.tuple(document, fc.nat(9), fc.nat(200), fc.nat(2)).map(([value, luck, at, indent]) => {
  const json = JSON.stringify(value, null, indent);
  if (luck === 0) return json.slice(0, at);
  return luck === 1 ? json.slice(0, at) + json.slice(at + 1) : json;
});

describe("sieve-never-hides-a-match", () => {
  const engine = Engine.fromFile(enginePath());
  for (const [title, configuration] of CONFIGURATIONS) {
    test(title, () => {
      const { accepted, problems } = engine.configure({ mode: "block", ...configuration });
      assert.ok(accepted, problems.join("\n"));
      let found = 0;
      fc.assert(
        fc.property(spelled, fc.integer({ min: 1, max: 80 }), fc.boolean(), (json, size, isReply) => {
          const bytes = Buffer.from(json);
          const chunks: Uint8Array[] = [];
          for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
          const headers: [string, string][] = [["content-type", "application/json"]];
          const exchange = isReply
            ? { response: { status: 200, headers, body: chunks } }
            : { method: "POST", path: "/api", headers, body: chunks };
          const { verdict, blocked, event, isCut } = engine.explain(exchange);
          assert.equal(isCut, false);
          assert.deepEqual(engine.transaction(exchange), { verdict, blocked, event });
          if (event.triggers.length > 0) found++;
        }),
        { numRuns: RUNS },
      );
      assert.ok(found * 40 > RUNS, `something was found in only ${found} of ${RUNS} documents`);
    });
  }
});

describe("names-that-follow-are-read-as-any-others", () => {
  // Lengths around those that are compared in one block and that are remembered; spellings that differ from the name itself.
  const names = [
    "",
    "a",
    "b",
    'a"',
    'a"b',
    "a\\",
    "a\n",
    "\u0000",
    "é",
    "fourteen_bytes",
    "fifteen_bytes__",
    "sixteen_bytes___",
  ];
  for (const length of [17, 23, 24, 25, 40]) names.push("n".repeat(length));
  const value = fc.constantFrom<unknown>("a", "EUR", 1, null, true, [], {}, ["a"], "n".repeat(30));
  const record = fc
    .array(fc.tuple(fc.constantFrom(...names), value), { maxLength: 6 })
    .map(
      (members) =>
        `{${members.map(([name, of]) => `${JSON.stringify(name)}:${JSON.stringify(of)}`).join(",")}}`,
    );
  const broken = fc
    .tuple(fc.array(record, { maxLength: 4 }), fc.nat(4), fc.nat(120))
    .map(([records, luck, at]) => {
      const json = `{"records":[${records.join(",")}]}`;
      return luck === 0 ? json.slice(0, at) + json.slice(at + 1) : json;
    });

  test("under one policy and the next", () => {
    const engine = Engine.fromFile(enginePath());
    for (const configuration of [{}, { sensitivity: "high" }]) {
      assert.ok(engine.configure({ mode: "block", ...configuration }).accepted);
      fc.assert(
        fc.property(broken, fc.integer({ min: 1, max: 120 }), (json, size) => {
          const bytes = Buffer.from(json);
          const chunks: Uint8Array[] = [];
          for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
          const headers: [string, string][] = [["content-type", "application/json"]];
          const exchange = { method: "POST", path: "/api", headers, body: chunks };
          const { verdict, blocked, event } = engine.explain(exchange);
          assert.deepEqual(engine.transaction(exchange), { verdict, blocked, event });
        }),
        { numRuns: RUNS },
      );
    }
  });
});
