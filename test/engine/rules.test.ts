// Every case of test/rules/*.yaml through the real engine. A rule's own cases run with that rule alone in sight:
// each rule is given a type of its own, so that no rule of the same type is reported in its stead.
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import { checkRules, PLAIN_CASES } from "../../scripts/rules/check-rules.ts";
import { readRules } from "../../scripts/rules/read-rules.ts";
import {
  readPlainCases,
  readRuleCases,
  wireRequests,
  type RuleCase,
} from "../../scripts/rules/rule-cases.ts";
import { loadEngine } from "./engine-module.ts";
import { judge, prepareEngine } from "./rules-engine.ts";

const CASES = "test/rules";

/** Requests of a case whose answer is not the wanted one, as text. */
function wrong(
  cases: RuleCase[],
  isRight: (request: ReturnType<typeof wireRequests>[number]) => string,
): string[] {
  return cases.flatMap((one) =>
    wireRequests(one).flatMap((request) => {
      const problem = isRight(request);
      return problem === "" ? [] : [`${request.where}: ${JSON.stringify(one)}: ${problem}`];
    }),
  );
}

test("the rule files are valid, and every rule has its cases", () => {
  assert.deepEqual(checkRules("rules", CASES), []);
});

test("benign requests trigger no blocking rule", () => {
  const engine = loadEngine();
  prepareEngine(engine);
  const cases = readPlainCases(CASES, "benign.yaml");
  assert.ok(cases.length >= 150, `${cases.length} cases`);
  const found = wrong(cases, (request) => {
    const { blocks, rules } = judge(engine, request);
    return blocks ? `blocked by ${rules.join()}` : "";
  });
  assert.deepEqual(found, []);
});

test("attacks are blocked", () => {
  const engine = loadEngine();
  prepareEngine(engine);
  const cases = readPlainCases(CASES, "attacks.yaml");
  assert.ok(cases.length >= 150, `${cases.length} cases`);
  const found = wrong(cases, (request) => (judge(engine, request).blocks ? "" : "not blocked"));
  assert.deepEqual(found, []);
});

const families = readdirSync(CASES).filter((file) => file.endsWith(".yaml") && !PLAIN_CASES.includes(file));
for (const file of families.sort()) {
  test(`${file}: each rule matches its attacks and nothing else`, () => {
    const cases = readRuleCases(CASES, file);
    const own = new Set(cases.map(({ rule }) => rule));
    const rules = readRules("rules")
      .rules.filter(({ id }) => own.has(id))
      .map((rule, i) => ({ ...rule, tags: { ...rule.tags, type: `type_${i}` } }));
    const engine = loadEngine();
    prepareEngine(engine, { shipped_rules: false, custom_rules: rules, sensitivity: "high" });
    const found = cases.flatMap(({ rule, match, pass }) => [
      ...wrong(match, (request) =>
        judge(engine, request).rules.includes(rule) ? "" : `not matched by ${rule}`,
      ),
      ...wrong(pass, (request) => (judge(engine, request).rules.includes(rule) ? `matched by ${rule}` : "")),
    ]);
    assert.deepEqual(found, []);
  });
}
