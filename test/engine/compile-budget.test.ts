// The budget of compiling custom rules: counted in steps, the same each time, and the rule where it ran out is named.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Engine } from "../../scripts/engine/engine";

const RULES = 120;
const OUT_OF_BUDGET =
  /^custom_rules: budget-(\d+): parameters\.regex: the patterns before it took the whole budget of 200000000 steps$/;

/** Patterns whose automata are given up at the limit of one pattern, after millions of steps each. */
function costlyRules(count: number): object[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `budget-${index}`,
    name: "costly",
    tags: { type: `t${index}` },
    conditions: [
      {
        operator: "match_regex",
        parameters: {
          inputs: [{ address: "server.request.query" }],
          regex: `(?:select|insert|update)${index}.{0,60}(?:from|into|where).{0,60}(?:union|having|limit)`,
        },
      },
    ],
  }));
}

describe("budget of compiling custom rules", () => {
  const engine = Engine.fromFile(process.env["WARDGATE_ENGINE"] ?? "build/engine.wasm");
  const outcome = (rules: object[]): { accepted: boolean; problems: string[] } =>
    engine.configure({ custom_rules: rules });

  test("patterns past the budget → the configuration is refused, and the rules are named", () => {
    const { accepted, problems } = outcome(costlyRules(RULES));
    assert.equal(accepted, false);
    const named = problems.map((line) => Number(OUT_OF_BUDGET.exec(line)?.[1]));
    const first = named[0]!;
    assert.ok(first > 0 && first < RULES, problems[0]);
    assert.deepEqual(
      named,
      Array.from({ length: RULES - first }, (_, index) => first + index),
    );
    assert.deepEqual(outcome(costlyRules(RULES)).problems, problems, "the same each time");
    assert.equal(outcome(costlyRules(first)).accepted, true, "what is within the budget is accepted");
  });

  test("what comes after a refusal has a budget of its own", () => {
    assert.equal(outcome(costlyRules(RULES)).accepted, false);
    assert.equal(outcome(costlyRules(1)).accepted, true);
  });
});
