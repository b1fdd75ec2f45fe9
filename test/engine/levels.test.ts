// Which rules look at which sensitivity, and what their confidence allows.
import assert from "node:assert/strict";
import { test } from "node:test";
import { readRules, levelOf, LEVELS } from "../../scripts/rules/read-rules.ts";
import { loadEngine } from "./engine-module.ts";
import { judge, prepareEngine } from "./rules-engine.ts";

function rule(id: string, tags: Record<string, string> = {}): object {
  return {
    id,
    name: id,
    tags: { type: id, ...tags },
    conditions: [
      {
        operator: "phrase_match",
        parameters: { inputs: [{ address: "server.request.query" }], list: ["marker"] },
      },
    ],
    on_match: ["block"],
  };
}

const RULES = [
  rule("untagged"),
  rule("is-low", { level: "low" }),
  rule("is-default", { level: "default" }),
  rule("is-high", { level: "high" }),
  rule("is-odd", { level: "of my own" }),
];
/** What attack tools call themselves is next to never sent by others, but it is no attack. */
const TOOL: [string, string][] = [["user-agent", "sqlmap/1.8"]];
const engine = loadEngine();

function judged(config: object): { rules: string[]; blocks: boolean } {
  prepareEngine(engine, { shipped_rules: false, custom_rules: RULES, ...config });
  return judge(engine, { where: "", method: "GET", target: "/?q=marker", headers: [], body: "" });
}

test("each sensitivity has the rules of its level and below; untagged custom rules always look", () => {
  const always = ["untagged", "is-low"];
  assert.deepEqual(judged({ sensitivity: "low" }).rules, [...always, "is-odd"]);
  assert.deepEqual(judged({ sensitivity: "default" }).rules, [...always, "is-default", "is-odd"]);
  assert.deepEqual(judged({}).rules, judged({ sensitivity: "default" }).rules);
  assert.deepEqual(judged({ sensitivity: "high" }).rules, [...always, "is-default", "is-high", "is-odd"]);
});

test("a rule that is named to block or to be monitored looks at every sensitivity, a disabled one at none", () => {
  const one = { custom_rules: [rule("is-high", { level: "high" })], sensitivity: "low" };
  assert.deepEqual(judged(one), { rules: [], blocks: false });
  assert.deepEqual(judged({ ...one, block_rules: ["is-high"] }), { rules: ["is-high"], blocks: true });
  assert.deepEqual(judged({ ...one, monitored_rules: ["is-high"] }), { rules: ["is-high"], blocks: false });
  const both = { ...one, block_rules: ["is-high"], disabled_rules: ["is-high"] };
  assert.deepEqual(judged(both), { rules: [], blocks: false });
});

test("a rule of confidence 0 only monitors, whatever its on_match; block_rules may say otherwise", () => {
  const one = { custom_rules: [rule("guess", { confidence: "0" })] };
  assert.deepEqual(judged(one), { rules: ["guess"], blocks: false });
  assert.deepEqual(judged({ ...one, block_rules: ["guess"] }), { rules: ["guess"], blocks: true });
  assert.equal(judged({ custom_rules: [rule("sure", { confidence: "1" })] }).blocks, true);
});

test("of the shipped rules every sensitivity has more than the one below", () => {
  const { rules } = readRules("rules");
  const counts = LEVELS.map((level) => rules.filter((one) => levelOf(one) === level).length);
  assert.ok(
    counts.every((count) => count > 0),
    String(counts),
  );
});

test("a shipped rule without a level does not look at low", () => {
  const query = (config: object) => {
    prepareEngine(engine, config);
    return judge(engine, { where: "", method: "GET", target: "/", headers: TOOL, body: "" }).rules;
  };
  assert.deepEqual(query({ sensitivity: "low" }), []);
  assert.notDeepEqual(query({}), []);
});
