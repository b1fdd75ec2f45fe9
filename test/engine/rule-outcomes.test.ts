// Lists with data, overrides, actions and output of rules. What is expected is what libddwaf 1.30 does with the same
// documents and inputs.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { BODY, IP, QUERY, ask, engine, post, rule, use, when } from "./sections-engine.ts";

describe("exclusion_data and rules_data", () => {
  const entry = (id: string, values: [string, number?][], type = "ip_with_expiration") => ({
    id,
    type,
    data: values.map(([value, expiration]) => ({
      value,
      ...(expiration === undefined ? {} : { expiration }),
    })),
  });
  const blocked = (id: string): object => ({
    ...rule("r1"),
    conditions: [when("ip_match", IP, { data: id })],
  });

  test("lists of one id are one list, of equal values the later expiry counts", () => {
    use([blocked("ips")], {
      rules_data: [
        entry("ips", [["192.0.2.1", 100]]),
        entry("ips", [["192.0.2.1", 500], ["192.0.2.2"]]),
        entry("other", [["192.0.2.3"]]),
      ],
    });
    const verdict = (clientIp: string, time: number) => ask("/", { clientIp, time }).verdict;
    assert.equal(verdict("192.0.2.1", 400), "block");
    assert.equal(verdict("192.0.2.1", 501), "allow");
    assert.equal(verdict("192.0.2.2", 501), "block");
    assert.equal(verdict("192.0.2.3", 1), "allow");
  });

  test("conditions of exclusions read exclusion_data, those of rules rules_data", () => {
    const exclusions = [{ id: "e", conditions: [when("ip_match", IP, { data: "ips" })] }];
    use([rule("r1")], { exclusions, exclusion_data: [entry("ips", [["192.0.2.1"]])] });
    assert.equal(ask("/?q=attack", { clientIp: "192.0.2.1" }).verdict, "allow");
    assert.equal(ask("/?q=attack", { clientIp: "192.0.2.2" }).verdict, "block");
    use([rule("r1")], { exclusions, rules_data: [entry("ips", [["192.0.2.1"]])] });
    assert.equal(ask("/?q=attack", { clientIp: "192.0.2.1" }).verdict, "block");
  });

  test("a new configuration brings new lists", () => {
    use([blocked("ips")], { rules_data: [entry("ips", [["192.0.2.1"]])] });
    use([blocked("ips")], { rules_data: [entry("ips", [["192.0.2.2"]])] });
    assert.equal(ask("/", { clientIp: "192.0.2.1" }).verdict, "allow");
    assert.equal(ask("/", { clientIp: "192.0.2.2" }).verdict, "block");
  });

  test("values of data_with_expiration", () => {
    const user = {
      ...rule("r1"),
      conditions: [when("exact_match", QUERY, { data: "users" }, { key_path: ["u"] })],
    };
    use([user], { rules_data: [entry("users", [["mallory", 10], ["trudy"]], "data_with_expiration")] });
    assert.equal(ask("/?u=mallory", { time: 11 }).verdict, "allow");
    assert.equal(ask("/?u=trudy", { time: 11 }).verdict, "block");
  });
});

describe("rules_override", () => {
  test("enabled, on_match and tags, by id and by tags", () => {
    use([rule("r1"), rule("r2"), rule("r3"), rule("r4", QUERY, { enabled: false })], {
      rules_override: [
        { rules_target: [{ rule_id: "r1" }], enabled: false },
        { id: "r2", on_match: [] },
        { rules_target: [{ tags: { type: "r3" } }], tags: { team: "web", type: "other" } },
        { rules_target: [{ rule_id: "r4" }], enabled: true },
      ],
    });
    const { event } = ask("/?q=attack");
    assert.deepEqual(event.rules, ["r3", "r4", "r2"]);
    assert.deepEqual(event.triggers[0]?.rule.tags, { type: "r3", category: "attack_attempt", team: "web" });
    assert.deepEqual(event.triggers[2]?.rule.on_match, []);
  });

  test("by id comes after by tags, whatever the order", () => {
    use([rule("r1")], {
      rules_override: [
        { rules_target: [{ rule_id: "r1" }], enabled: true },
        { rules_target: [{ tags: { type: "r1" } }], enabled: false },
      ],
    });
    assert.equal(ask("/?q=attack").verdict, "block");
  });

  test("rules of custom_rules are left alone", () => {
    use([], { custom_rules: [rule("r1")], rules_override: [{ id: "r1", enabled: false }] });
    assert.equal(ask("/?q=attack").verdict, "block");
  });

  test("tags that overrides add are tags for exclusions", () => {
    use([rule("r1")], {
      rules_override: [{ id: "r1", tags: { team: "web" } }],
      exclusions: [{ id: "e", rules_target: [{ tags: { team: "web" } }] }],
    });
    assert.equal(ask("/?q=attack").verdict, "allow");
  });
});

describe("actions", () => {
  const action = (id: string, type: string, parameters: object = {}) => ({ id, type, parameters });

  const KINDS: [string, object[], string[], object | undefined][] = [
    ["the default block", [], ["block"], { block_request: { status_code: 403, type: "auto" } }],
    [
      "a redirect comes before a block",
      [
        action("away", "redirect_request", {
          location: "https://example.com/?id=[security_response_id]",
          status_code: 302,
        }),
      ],
      ["block", "away"],
      { redirect_request: { status_code: 302, location: "https://example.com/?id=[security_response_id]" } },
    ],
    [
      "another status of a redirect is 303",
      [action("away", "redirect_request", { location: "/gone", status_code: 308 })],
      ["away"],
      { redirect_request: { status_code: 303, location: "/gone" } },
    ],
    [
      "a redirect to nowhere is a block",
      [action("away", "redirect_request", { location: "javascript:alert(1)" })],
      ["away"],
      { block_request: { status_code: 403, type: "auto", grpc_status_code: 10 } },
    ],
    [
      "statuses may be texts",
      [action("own", "block_request", { status_code: "451", type: "json", grpc_status_code: "7" })],
      ["own"],
      { block_request: { status_code: 451, type: "json", grpc_status_code: 7 } },
    ],
    [
      "what block means can be changed",
      [action("block", "block_request", { status_code: 404, type: "html" })],
      ["block"],
      { block_request: { status_code: 404, type: "html", grpc_status_code: 10 } },
    ],
    ["even to nothing", [action("block", "monitor")], ["block"], undefined],
    ["a stack trace blocks nothing", [action("trace", "generate_stack")], ["trace"], undefined],
    ["an unknown id blocks nothing", [], ["other"], undefined],
  ];
  for (const [name, actions, on_match, taken] of KINDS) {
    test(name, () => {
      use([rule("r1", QUERY, { on_match })], { actions });
      const { verdict, event } = ask("/?q=attack");
      assert.deepEqual([verdict, event.actions], [taken === undefined ? "monitor" : "block", taken]);
    });
  }

  test("of several rules that block, one that redirects decides", () => {
    use([rule("r1"), rule("r2", QUERY, { on_match: ["away"] })], {
      actions: [action("away", "redirect_request", { location: "/gone" })],
    });
    assert.deepEqual(Object.keys(ask("/?q=attack").event.actions ?? {}), ["redirect_request"]);
  });
});

describe("output of rules", () => {
  test("no event: attributes without a trigger, when the rule is to be kept", () => {
    const output = {
      event: false,
      attributes: { "a.b": { value: 7 }, "a.c": { address: QUERY, key_path: ["q"] } },
    };
    use([rule("r1", QUERY, { on_match: [], output })]);
    const { verdict, event } = ask("/?q=an+attack");
    assert.deepEqual([verdict, event.rules, event.triggers], ["monitor", [], []]);
    assert.deepEqual(event.attributes, { "a.b": 7, "a.c": "an attack" });
  });

  test("neither event nor keep: nothing to tell", () => {
    const output = { event: false, keep: false, attributes: { "a.b": { value: true } } };
    use([rule("r1", QUERY, { on_match: [], output })]);
    assert.equal(ask("/?q=attack").verdict, "allow");
    use([rule("r1", QUERY, { on_match: [], output }), rule("r2")]);
    assert.deepEqual(ask("/?q=attack").event.attributes, { "a.b": true });
  });

  test("no event, and a block all the same", () => {
    use([rule("r1", QUERY, { output: { event: false, keep: false, attributes: { x: { value: "y" } } } })]);
    const { verdict, event } = ask("/?q=attack");
    assert.deepEqual(
      [verdict, event.rules, Object.keys(event.actions ?? {})],
      ["block", [], ["block_request"]],
    );
  });

  test("an attribute's value is the scalar at its path, or the first of an array there", () => {
    const attributes = {
      scalar: { address: BODY, key_path: ["a"] },
      first: { address: BODY, key_path: ["list"] },
      object: { address: BODY, key_path: ["o"] },
      absent: { address: BODY, key_path: ["nowhere"] },
    };
    use([rule("r1", BODY, { output: { attributes } })]);
    const { event } = post({ a: 5, list: ["x", "y"], o: { k: "v" }, t: "attack" });
    assert.deepEqual(event.attributes, { scalar: 5, first: "x" });
  });

  test("rules of rules_compat are rules; an id counts once", () => {
    use([rule("r1")], { rules_compat: [rule("r2", QUERY, {}, { type: "other" })] });
    assert.deepEqual(ask("/?q=attack").event.rules, ["r1", "r2"]);
    const { report } = engine.compileRules({ rules: [rule("r1")], custom_rules: [rule("r1")] });
    assert.deepEqual(report.custom_rules.failed, [{ id: "r1", reason: "id: used by another rule" }]);
  });
});
