// What rules mean: conditions, key paths, kinds of values, lists with data, actions, and the configuration's own say.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { EngineRequest, Outcome } from "../../scripts/engine/engine.ts";
import { Engine } from "../../scripts/engine/engine.ts";
import { enginePath } from "./ruleset-engine.ts";

type Parameters = Record<string, unknown>;
interface Condition {
  operator: string;
  parameters: Parameters;
}

const QUERY = "server.request.query";
const BODY = "server.request.body";
const JSON_TYPE: [string, string][] = [["content-type", "application/json"]];
const engine = Engine.fromFile(enginePath());

function condition(
  operator: string,
  address: string,
  parameters: Parameters = {},
  input: object = {},
): Condition {
  return { operator, parameters: { inputs: [{ address, ...input }], ...parameters } };
}

function rule(id: string, conditions: Condition[], fields: object = {}): object {
  return { id, name: id, tags: { type: id, category: "attack_attempt" }, conditions, ...fields };
}

/** Takes these rules, and nothing else, into force. */
function use(rules: object[], config: object = {}, document: object = {}): void {
  const { accepted, problems } = engine.configure({
    mode: "block",
    shipped_rules: false,
    custom_rules: { rules, ...document },
    ...config,
  });
  assert.ok(accepted, problems.join("\n"));
}

function matched(request: EngineRequest): string[] {
  return engine.transaction(request).event.rules;
}

function post(body: unknown, more: EngineRequest = {}): EngineRequest {
  return { method: "POST", headers: JSON_TYPE, body: JSON.stringify(body), ...more };
}

describe("rules with several conditions", () => {
  test("all must hold, on the same or on different inputs", () => {
    use([
      rule("both", [
        condition("match_regex", QUERY, { regex: "one" }),
        condition("match_regex", QUERY, { regex: "two" }),
      ]),
    ]);
    assert.deepEqual(matched({ path: "/?a=one&b=two" }), ["both"]);
    assert.deepEqual(matched({ path: "/?a=onetwo" }), ["both"]);
    assert.deepEqual(matched({ path: "/?a=one&b=three" }), []);
  });

  test("in different phases, in either order of the rule", () => {
    const query = condition("phrase_match", QUERY, { list: ["ask"] });
    const reply = condition("phrase_match", "server.response.body", { list: ["leak"] });
    const status = condition("equals", "server.response.status", { value: 500 });
    use([
      rule("ask-leak", [query, reply]),
      rule("leak-ask", [reply, query]),
      rule("ask-500", [query, status]),
    ]);
    const response = { status: 200, headers: JSON_TYPE, body: '{"x":"a leak"}' };
    assert.deepEqual(matched({ path: "/?q=ask", response }), ["ask-leak", "leak-ask"]);
    assert.deepEqual(matched({ path: "/?q=other", response }), []);
    assert.deepEqual(matched({ path: "/?q=ask", response: { ...response, status: 500, body: "{}" } }), [
      "ask-500",
    ]);
  });

  test("the event shows the evidence of each", () => {
    use([
      rule("two", [
        condition("match_regex", QUERY, { regex: "one" }),
        condition("match_regex", BODY, { regex: "two" }),
      ]),
    ]);
    const { event } = engine.transaction(post({ deep: [{ k: "two" }] }, { path: "/?a=one" }));
    const shown = event.triggers[0]!.rule_matches.map(({ operator, operator_value, parameters }) => ({
      operator,
      operator_value,
      ...parameters[0]!,
    }));
    assert.deepEqual(shown, [
      {
        ...{ operator: "match_regex", operator_value: "one", address: QUERY },
        ...{ key_path: ["a"], value: "one", highlight: ["one"] },
      },
      {
        ...{ operator: "match_regex", operator_value: "two", address: BODY },
        ...{ key_path: ["deep", 0, "k"], value: "two", highlight: ["two"] },
      },
    ]);
  });
});

describe("exists", () => {
  test("holds for any kind of value under the key path", () => {
    use([rule("there", [condition("exists", BODY, {}, { key_path: ["a", "b"] })])]);
    for (const value of ["x", "", 0, null, false, {}, []]) {
      assert.deepEqual(matched(post({ a: { b: value } })), ["there"], JSON.stringify(value));
    }
    for (const body of [{}, { a: {} }, { b: 1 }, { a: "b" }]) assert.deepEqual(matched(post(body)), []);
  });

  test("negated: holds when nothing is there, even without a body", () => {
    use([rule("absent", [condition("!exists", BODY, {}, { key_path: ["token"] })])]);
    assert.deepEqual(matched(post({ other: 1 })), ["absent"]);
    assert.deepEqual(matched({}), ["absent"]);
    assert.deepEqual(matched(post({ token: null })), []);
  });
});

describe("negated operators", () => {
  test("hold when values were there and none matched", () => {
    use([rule("not-get", [condition("!exact_match", "server.request.method", { list: ["GET", "HEAD"] })])]);
    assert.deepEqual(matched({ method: "POST" }), ["not-get"]);
    assert.deepEqual(matched({ method: "GET" }), []);
    use([rule("no-x", [condition("!match_regex", BODY, { regex: "x" })])]);
    assert.deepEqual(matched(post({ a: "b", c: "d" })), ["no-x"]);
    assert.deepEqual(matched(post({ a: "b", c: "x" })), []);
    assert.deepEqual(matched({ method: "POST" }), [], "no value at all");
  });
});

describe("equals, greater_than and lower_than", () => {
  const at = { key_path: ["n"] };

  test("compare numbers of JSON, whole and not", () => {
    use([
      rule("eq", [condition("equals", BODY, { value: 42 }, at)]),
      rule("near", [condition("equals", BODY, { value: 1.5, delta: 0.1 }, at)]),
      rule("more", [condition("greater_than", BODY, { value: 100 }, at)]),
      rule("less", [condition("lower_than", BODY, { value: -1.5 }, at)]),
    ]);
    const table: [string, string[]][] = [
      ["42", ["eq"]],
      ["1.45", ["near"]],
      ["1.7", []],
      ["100", []],
      ["101", ["more"]],
      ["1e3", ["more"]],
      ["18446744073709551615", ["more"]],
      ["-1.5", []],
      ["-2", ["less"]],
      ["-9223372036854775808", ["less"]],
      ['"42"', []],
      ["true", []],
      ["null", []],
      ["[42]", ["eq"]],
    ];
    for (const [number, rules] of table) {
      const request = { method: "POST", headers: JSON_TYPE, body: `{"n":${number}}` };
      assert.deepEqual(matched(request), rules, number);
    }
  });

  test("equals compares strings and booleans, each with its own kind", () => {
    use([
      rule("text", [condition("equals", BODY, { value: "yes" }, at)]),
      rule("true", [condition("equals", BODY, { value: true }, at)]),
      rule("false", [condition("equals", BODY, { value: false }, at)]),
    ]);
    for (const [n, rules] of [
      ["yes", ["text"]],
      ["Yes", []],
      [true, ["true"]],
      [false, ["false"]],
      ["true", []],
    ] as const) {
      assert.deepEqual(matched(post({ n })), rules, String(n));
    }
  });

  test("the status of a response is a number and a text", () => {
    use([
      rule("error", [condition("greater_than", "server.response.status", { value: 499 })]),
      rule("teapot", [condition("match_regex", "server.response.status", { regex: "^418$" })]),
    ]);
    assert.deepEqual(matched({ response: { status: 503 } }), ["error"]);
    assert.deepEqual(matched({ response: { status: 418 } }), ["teapot"]);
  });
});

describe("key_path", () => {
  test("leads into nested objects and arrays; everything below it is looked at", () => {
    use([
      rule("deep", [condition("match_regex", BODY, { regex: "x" }, { key_path: ["a", "b"] })]),
      rule("second", [condition("match_regex", BODY, { regex: "x" }, { key_path: ["list", "1"] })]),
    ]);
    assert.deepEqual(matched(post({ a: { b: "x" } })), ["deep"]);
    assert.deepEqual(matched(post({ a: { b: [{ c: ["x"] }] } })), ["deep"]);
    assert.deepEqual(matched(post({ a: [{ b: "x" }] })), []);
    assert.deepEqual(matched(post({ b: { a: "x" }, a: "x" })), []);
    assert.deepEqual(matched(post({ list: ["-", "x"] })), ["second"]);
    assert.deepEqual(matched(post({ list: ["x", "-"] })), []);
    assert.deepEqual(matched(post({ list: { "1": "x" } })), ["second"]);
  });

  test("selects headers by name", () => {
    use([
      rule("agent", [
        condition(
          "match_regex",
          "server.request.headers.no_cookies",
          { regex: "bot" },
          { key_path: ["user-agent"] },
        ),
      ]),
    ]);
    assert.deepEqual(matched({ headers: [["user-agent", "a bot"]] }), ["agent"]);
    assert.deepEqual(matched({ headers: [["x-agent", "a bot"]] }), []);
  });
});

describe("keys_only", () => {
  test("looks at keys, and at keys only", () => {
    use([
      rule("key", [condition("match_regex", BODY, { regex: "evil" }, { transformers: ["keys_only"] })]),
      rule("value", [condition("match_regex", BODY, { regex: "evil" })]),
      rule("decoded", [
        condition(
          "match_regex",
          BODY,
          { regex: "<evil" },
          { transformers: ["keys_only", "url_decode", "lowercase"] },
        ),
      ]),
    ]);
    assert.deepEqual(matched(post({ evil: "good" })), ["key"]);
    assert.deepEqual(matched(post({ good: ["evil"] })), ["value"]);
    assert.deepEqual(matched(post({ a: [{ "%3CEVIL": 1 }] })), ["key", "decoded"]);
  });
});

describe("rules_data", () => {
  const data = [
    { value: "192.0.2.0/24" },
    { value: "198.51.100.7", expiration: 1_800_000_000 },
    { value: "2001:db8::/32", expiration: 0 },
  ];
  const blocked = rule("ip", [condition("ip_match", "http.client_ip", { data: "bad_ips" })], {
    on_match: ["block"],
  });

  test("ip_match on the client's address, until an entry expires", () => {
    use([blocked], {}, { rules_data: [{ id: "bad_ips", type: "ip_with_expiration", data }] });
    const table: [string, number, boolean][] = [
      ["192.0.2.200", 0, true],
      ["192.0.3.1", 0, false],
      ["2001:db8::1", 1_900_000_000, true],
      ["198.51.100.7", 0, true],
      ["198.51.100.7", 1_799_999_999, true],
      ["198.51.100.7", 1_800_000_001, false],
      ["no address", 0, false],
    ];
    for (const [clientIp, time, hit] of table) {
      assert.equal(engine.transaction({ clientIp, time }).blocked, hit, `${clientIp} at ${time}`);
    }
  });

  test("exact_match on data; an id without data matches nothing", () => {
    const user = (id: string, from: string) => rule(id, [condition("exact_match", QUERY, { data: from })]);
    const lists = [{ id: "users", type: "data_with_expiration", data: [{ value: "mallory" }] }];
    use([user("known", "users"), user("unknown", "nobody")], {}, { rules_data: lists });
    assert.deepEqual(matched({ path: "/?u=mallory" }), ["known"]);
    assert.deepEqual(matched({ path: "/?u=mallor" }), []);
  });
});

describe("actions", () => {
  const any = (id: string, onMatch: string[]) =>
    rule(id, [condition("match_regex", QUERY, { regex: id })], { on_match: onMatch });
  const actions = [
    { id: "teapot", type: "block_request", parameters: { status_code: 418, type: "json" } },
    { id: "away", type: "redirect_request", parameters: { status_code: 302, location: "/blocked" } },
    { id: "trace", type: "generate_stack", parameters: {} },
  ];

  test("a rule blocks by the default action or by one of the document; other names only monitor", () => {
    use(
      [
        any("b1", ["block"]),
        any("b2", ["teapot"]),
        any("b3", ["trace", "away"]),
        any("m1", []),
        any("m2", ["trace"]),
      ],
      {},
      { actions },
    );
    for (const id of ["b1", "b2", "b3"]) {
      const { verdict, blocked, event } = engine.transaction({ path: `/?q=${id}` });
      assert.deepEqual([verdict, blocked, event.action, event.rules], ["block", true, "block", [id]]);
    }
    for (const id of ["m1", "m2"]) {
      const { verdict, blocked, event } = engine.transaction({ path: `/?q=${id}` });
      assert.deepEqual([verdict, blocked, event.action, event.rules], ["monitor", false, "monitor", [id]]);
    }
  });

  test("modes monitor and observe → the verdict stands, nothing is blocked", () => {
    for (const mode of ["monitor", "observe"]) {
      use([any("b1", ["block"])], { mode });
      const { verdict, blocked } = engine.transaction({ path: "/?q=b1" });
      assert.deepEqual([verdict, blocked], ["block", false], mode);
    }
  });

  test("disabled_rules, monitored_rules and block_rules go over what rules say", () => {
    use(
      [
        any("r1", ["block"]),
        any("r2", ["block"]),
        any("r3", []),
        { ...any("r4", ["block"]), enabled: false },
      ],
      {
        disabled_rules: ["r1"],
        monitored_rules: ["r2"],
        block_rules: ["r3"],
      },
    );
    const verdicts = ["r1", "r2", "r3", "r4"].map((id) => engine.transaction({ path: `/?q=${id}` }).verdict);
    assert.deepEqual(verdicts, ["allow", "monitor", "block", "allow"]);
  });
});

describe("triggers", () => {
  test("one rule of each type, the first; those that block before the others", () => {
    const typed = (id: string, type: string, onMatch: string[]) => ({
      ...rule(id, [condition("match_regex", QUERY, { regex: "x" })], { on_match: onMatch }),
      tags: { type, category: "attack_attempt" },
    });
    use([
      typed("a1", "a", []),
      typed("a2", "a", ["block"]),
      typed("a3", "a", ["block"]),
      typed("b1", "b", []),
      typed("b2", "b", []),
      typed("c1", "c", ["block"]),
    ]);
    const { event } = engine.transaction({ path: "/?q=x" });
    assert.deepEqual(event.rules, ["a2", "c1", "b1"]);
    assert.deepEqual(
      event.triggers.map((trigger) => trigger.rule.id),
      event.rules,
    );
  });

  test("carry the rule's name, tags and actions as they are written", () => {
    const tags = { type: "odd", category: "attack_attempt", note: 'quote " and ü' };
    use([
      {
        ...rule("t", [condition("exact_match", QUERY, { list: ["x"] })], { on_match: ["block"] }),
        tags,
        name: "N\n",
      },
    ]);
    const { triggers }: Outcome["event"] = engine.transaction({ path: "/?q=x" }).event;
    assert.deepEqual(triggers[0]!.rule, { id: "t", name: "N\n", tags, on_match: ["block"] });
  });
});
