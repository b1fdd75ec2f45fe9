// What rules mean where libddwaf decides it: each test is a difference that was found by comparing with it.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Engine, type EngineRequest } from "../../scripts/engine/engine.ts";
import { enginePath } from "./ruleset-engine.ts";

const BODY = "server.request.body";
const JSON_TYPE: [string, string][] = [["content-type", "application/json"]];
const engine = Engine.fromFile(enginePath());

function condition(operator: string, parameters: object, input: object = {}): object {
  return { operator, parameters: { inputs: [{ address: BODY, ...input }], ...parameters } };
}

function rule(id: string, conditions: object[], fields: object = {}): object {
  return { id, name: id, tags: { type: id, category: "attack_attempt" }, conditions, ...fields };
}

/** Takes these rules, and nothing else, into force. */
function use(rules: object[]): void {
  const { accepted, problems } = engine.configure({ shipped_rules: false, custom_rules: rules });
  assert.ok(accepted, problems.join("\n"));
}

function post(body: unknown): EngineRequest {
  return { method: "POST", headers: JSON_TYPE, body: JSON.stringify(body) };
}

function matched(request: EngineRequest): string[] {
  return engine.transaction(request).event.rules;
}

describe("as in libddwaf", () => {
  const at = (keyPath: string[], transformers: string[] = []) => ({ key_path: keyPath, transformers });

  test("keys_only under a key path: the names below it, not its own", () => {
    use([rule("below", [condition("match_regex", { regex: "^a$" }, at(["a"], ["keys_only"]))])]);
    assert.deepEqual(matched(post({ a: { b: 1 } })), []);
    assert.deepEqual(matched(post({ a: { b: { a: 1 } } })), ["below"]);
  });

  test("a pattern that needs nothing matches no empty value", () => {
    use([rule("any", [condition("match_regex", { regex: ".*" })])]);
    assert.deepEqual(matched(post({ a: "" })), []);
    assert.deepEqual(matched(post({ a: " " })), ["any"]);
  });

  test("of a list that is not there, neither an operator nor its negation holds", () => {
    const named = (id: string, operator: string) => rule(id, [condition(operator, { data: "nowhere" })]);
    use([named("in", "exact_match"), named("not-in", "!exact_match")]);
    assert.deepEqual(matched(post({ a: "b" })), []);
  });

  test("transformations leave numbers alone; exists looks at places, whatever the transformers say", () => {
    use([
      rule("low", [condition("lower_than", { value: 2 }, at(["n"]))], {
        transformers: ["base64_encode"],
      }),
      rule("there", [condition("exists", {}, at(["n"], ["keys_only"]))]),
    ]);
    assert.deepEqual(matched(post({ n: 1 })), ["low", "there"]);
    const { event } = engine.transaction(post({ n: 1 }));
    assert.deepEqual(event.triggers[1]!.rule_matches[0]!.parameters[0]!.value, "");
  });

  test("equals by the type that is named; a negated one looks at values of that type only", () => {
    use([
      rule("float", [condition("equals", { type: "float", value: 42 }, at(["f"]))]),
      rule("text", [condition("equals", { type: "string", value: 42 }, at(["s"]))]),
      rule("yes", [condition("equals", { type: "boolean", value: "TRUE" }, at(["b"]))]),
      rule("not", [condition("!equals", { type: "string", value: "x" }, at(["n"]))]),
      rule("key", [condition("equals", { type: "string", value: "k" }, at([], ["keys_only"]))]),
    ]);
    const number = { method: "POST", headers: JSON_TYPE, body: '{"f":42.0,"s":42,"n":1}' };
    assert.deepEqual(matched(number), ["float"]);
    assert.deepEqual(matched(post({ f: 42, s: "42", b: true, n: "y", k: 1 })), ["text", "yes", "not", "key"]);
    const { accepted } = engine.configure({
      custom_rules: [rule("bad", [condition("equals", { type: "float", value: "x" })])],
    });
    assert.equal(accepted, false);
  });

  test("match_regex_with_checksum: what follows a number that fails is a value by itself", () => {
    const card = { regex: "\\d{4}", checksum: "luhn" };
    use([
      rule("card", [condition("match_regex_with_checksum", card)]),
      rule("long", [condition("match_regex_with_checksum", { ...card, options: { min_length: 8 } })]),
    ]);
    assert.deepEqual(matched(post({ a: "1234" })), []);
    assert.deepEqual(matched(post({ a: "1234 0000" })), ["card"]);
    assert.deepEqual(matched(post({ a: "0000 1234" })), ["card", "long"]);
  });

  test("flags may be written as strings", () => {
    const sensitive = { regex: "Ab", options: { case_sensitive: "True" } };
    use([
      rule("case", [condition("match_regex", sensitive)]),
      rule("off", [condition("match_regex", { regex: "a" })], { enabled: "false" }),
    ]);
    assert.deepEqual(matched(post({ a: "ab" })), []);
    assert.deepEqual(matched(post({ a: "Ab" })), ["case"]);
  });
});
