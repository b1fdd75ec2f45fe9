// What is remembered as clean (assembly/core/rules/clean-cache.ts) must never hide a match: an engine that has seen many requests
// says of each what one says that has seen none.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { WireRequest } from "../../scripts/rules/rule-cases.ts";
import { loadEngine } from "./engine-module.ts";
import { blockingRule as rule } from "./blocking-rule.ts";
import { judge, prepareEngine } from "./rules-engine.ts";

/** Few names and values, so that they come again at other places. */
const NAMES = ["a", "cmd", "0", "x", "", '{"a":"needle"}', "needle"];
const VALUES = [
  "needle",
  "n",
  "ls",
  "id",
  "0",
  "1 or 1=1",
  '{"cmd":"needle"}',
  "bmVlZGxlIG5lZWRsZQ==",
  "EUR",
  "/etc/passwd",
];

const condition = (inputs: object[], regex: string): object => ({
  operator: "match_regex",
  parameters: { inputs, regex, options: { min_length: 1 } },
});

const AT_ROOT = [
  rule("cmd", condition([{ address: "server.request.query", key_path: ["cmd"] }], "needle|ls")),
  rule("first", condition([{ address: "server.request.body", key_path: ["0"] }], "needle|id")),
  rule("key", condition([{ address: "server.request.body", transformers: ["keys_only"] }], "^needle$")),
  rule("header", condition([{ address: "server.request.headers.no_cookies", key_path: ["x-a"] }], "needle")),
];
const BELOW = [
  ...AT_ROOT,
  rule("deep", condition([{ address: "server.request.body", key_path: ["a", "cmd"] }], "needle|n")),
  rule(
    "keys-below",
    condition([{ address: "server.request.body", key_path: ["a"], transformers: ["keys_only"] }], "x|0"),
  ),
  rule(
    "both",
    condition([{ address: "server.request.query" }], "needle"),
    condition([{ address: "server.request.body" }], "EUR"),
  ),
];
/** What is not there, or not so: at a path, which leaves other values to the cache, and anywhere. */
const unless = (address: string, path: string[], regex: string): object => ({
  ...condition([{ address, ...(path.length > 0 && { key_path: path }) }], regex),
  operator: "!match_regex",
});
const NEGATED = [
  ...AT_ROOT,
  rule("header-is-not", unless("server.request.headers.no_cookies", ["x-b"], "needle|ls")),
  rule("query-is-not", unless("server.request.query", ["cmd"], "needle|id")),
  rule("body-is-not", unless("server.request.body", ["a", "cmd"], "needle|n")),
];
const NEGATED_ANYWHERE = [...AT_ROOT, rule("no-query-is", unless("server.request.query", [], "needle"))];
/** Withheld in one place of the body, always; bypassed on a condition. */
const EXCLUDED = {
  custom_rules: [...AT_ROOT, rule("anywhere", condition([{ address: "server.request.body" }], "needle"))],
  exclusions: [
    {
      id: "always",
      rules_target: [{ rule_id: "anywhere" }],
      inputs: [{ address: "server.request.body", key_path: ["a", "x"] }],
    },
    {
      id: "sometimes",
      conditions: [condition([{ address: "server.request.query", key_path: ["x"] }], "^n$")],
      rules_target: [{ rule_id: "header" }],
    },
  ],
};

const name = fc.constantFrom(...NAMES);
const value = fc.constantFrom(...VALUES);
const { document } = fc.letrec((tie) => ({
  document: fc.oneof(
    { maxDepth: 3 },
    value,
    fc.array(tie("document"), { maxLength: 3 }),
    fc.dictionary(name, tie("document"), { maxKeys: 3 }),
    fc.tuple(name, name, value).map(([outer, inner, value]) => ({ [outer]: { [inner]: value } })),
  ),
}));
const request: fc.Arbitrary<WireRequest> = fc.record({
  where: fc.constant(""),
  method: fc.constantFrom("GET", "POST", "NEEDLE"),
  target: fc
    .tuple(
      fc.constantFrom("/", "/a", "/api/items", "/needle"),
      fc.array(fc.tuple(name, value), { maxLength: 3 }),
    )
    .map(
      ([path, pairs]) => `${path}?${pairs.map((pair) => pair.map(encodeURIComponent).join("=")).join("&")}`,
    ),
  headers: fc
    .array(fc.tuple(fc.constantFrom("x-a", "x-b", "accept"), value), { maxLength: 3 })
    .map((pairs) => [["content-type", "application/json"], ...pairs] as [string, string][]),
  body: document.map((value) => JSON.stringify(value)),
});

describe("cache-never-hides-a-match", () => {
  const seasoned = loadEngine();
  const fresh = loadEngine();
  const configurations: [string, object][] = [
    ["the shipped rules", {}],
    ["key paths of one name", { shipped_rules: false, custom_rules: AT_ROOT }],
    ["key paths of several names, and several conditions", { shipped_rules: false, custom_rules: BELOW }],
    ["negated conditions at key paths", { shipped_rules: false, custom_rules: NEGATED }],
    ["a negated condition anywhere", { shipped_rules: false, custom_rules: NEGATED_ANYWHERE }],
    ["exclusions of inputs, always and on a condition", { shipped_rules: false, ...EXCLUDED }],
  ];
  for (const [title, configuration] of configurations) {
    test(`${title}: after any requests the verdict is that of an engine that saw none`, () => {
      prepareEngine(seasoned, configuration);
      fc.assert(
        fc.property(fc.array(request, { minLength: 1, maxLength: 4 }), (requests) => {
          for (const each of requests) {
            // Twice, because some values are remembered from the second time on.
            judge(seasoned, each);
            const answer = judge(seasoned, each);
            prepareEngine(fresh, configuration);
            assert.deepEqual(answer, judge(fresh, each));
          }
        }),
        { numRuns: 1000 },
      );
    });
  }
});
