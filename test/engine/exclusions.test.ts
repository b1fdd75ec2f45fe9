// Exclusions, in rules documents and in the configuration. What is expected is what libddwaf 1.30 does with the same
// documents and inputs, unless a test says otherwise.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  BODY,
  IP,
  QUERY,
  URI,
  ask,
  engine,
  onMatch,
  onPath,
  post,
  rule,
  use,
  useShipped,
  when,
} from "./sections-engine.ts";

const SQLI = "/api/editor?text=1%27%20or%20%271%27%3D%271";

describe("exclusions of rules", () => {
  const RULES = [
    rule("r1", QUERY, {}, { type: "a", module: "x" }),
    rule("r2", QUERY, {}, { type: "b", module: "x" }),
  ];

  const TARGETS: [string, object, string[]][] = [
    ["by rule_id", { rules_target: [{ rule_id: "r1" }] }, ["r2"]],
    ["by id", { rules_target: [{ id: "r2" }] }, ["r1"]],
    ["by tags", { rules_target: [{ tags: { type: "b" } }] }, ["r1"]],
    [
      "by several tags, all of which must be there",
      { rules_target: [{ tags: { type: "b", module: "y" } }] },
      ["r1", "r2"],
    ],
    ["by a tag that both have", { rules_target: [{ tags: { module: "x" } }] }, []],
    ["by two targets", { rules_target: [{ rule_id: "r1" }, { tags: { type: "b" } }] }, []],
    ["by nothing, with a condition", { conditions: [onPath("/")] }, []],
    ["by a target without id and tags", { rules_target: [{}] }, ["r1", "r2"]],
    ["by an id that no rule has", { rules_target: [{ rule_id: "other" }] }, ["r1", "r2"]],
    ["of another version", { rules_target: [{ rule_id: "r1" }], min_version: "9.0.0" }, ["r1", "r2"]],
  ];
  for (const [name, exclusion, left] of TARGETS) {
    test(name, () => {
      use(RULES, { exclusions: [{ id: "e", ...exclusion }] });
      assert.deepEqual(ask("/?q=attack").event.rules, left);
    });
  }

  test("conditions decide, transaction by transaction", () => {
    use(RULES, {
      exclusions: [
        { id: "e", rules_target: [{ rule_id: "r1" }, { rule_id: "r2" }], conditions: [onPath("/editor")] },
      ],
    });
    assert.deepEqual(ask("/editor?q=attack").event.rules, []);
    assert.deepEqual(ask("/?q=attack").event.rules, ["r1", "r2"]);
    assert.deepEqual(ask("/editor?q=attack").verdict, "allow");
  });

  test("all conditions must hold", () => {
    const conditions = [onPath("/editor"), when("ip_match", IP, { list: ["192.0.2.0/24"] })];
    use(RULES, { exclusions: [{ id: "e", rules_target: [{ rule_id: "r1" }], conditions }] });
    assert.deepEqual(ask("/editor?q=attack", { clientIp: "192.0.2.9" }).event.rules, ["r2"]);
    assert.deepEqual(ask("/editor?q=attack", { clientIp: "198.51.100.9" }).event.rules, ["r1", "r2"]);
  });

  test("a negated condition is decided before the rules look", () => {
    const conditions = [when("!ip_match", IP, { list: ["10.0.0.0/8"] })];
    use(RULES, { exclusions: [{ id: "e", rules_target: [{ rule_id: "r1" }], conditions }] });
    assert.deepEqual(ask("/?q=attack", { clientIp: "192.0.2.9" }).event.rules, ["r2"]);
    assert.deepEqual(ask("/?q=attack", { clientIp: "10.1.2.3" }).event.rules, ["r1", "r2"]);
  });

  test("a condition on the body holds for the part it came with and for what follows", () => {
    const conditions = [when("exact_match", BODY, { list: ["draft"] }, { key_path: ["kind"] })];
    use([rule("r1", BODY)], { exclusions: [{ id: "e", rules_target: [{ rule_id: "r1" }], conditions }] });
    assert.equal(post({ text: "attack", kind: "draft" }).verdict, "allow");
    assert.equal(post({ text: "attack", kind: "final" }).verdict, "block");
    // Where libddwaf would be given the whole body at once, a stream is judged as it comes.
    const [first, second] = ['{"text":"attack","ki', 'nd":"draft"}'].map((text) =>
      new TextEncoder().encode(text),
    );
    const headers: [string, string][] = [["content-type", "application/json"]];
    const chunked = engine.transaction({ method: "POST", path: "/", headers, body: [first!, second!] });
    assert.equal(chunked.verdict, "block");
  });

  test("monitor: an event, and no block", () => {
    use(RULES, { exclusions: [{ id: "e", rules_target: [{ tags: { module: "x" } }], on_match: "monitor" }] });
    const outcome = ask("/?q=attack");
    assert.equal(outcome.verdict, "monitor");
    assert.deepEqual(onMatch(outcome), [["monitor"], ["monitor"]]);
    assert.equal(outcome.event.actions, undefined);
  });

  test("bypass comes before monitor, monitor before another action", () => {
    const target = { rules_target: [{ rule_id: "r1" }] };
    const actions = [{ id: "teapot", type: "block_request", parameters: { status_code: 418 } }];
    const entry = (on_match: string) => ({ id: on_match, ...target, on_match });
    use([rule("r1")], { actions, exclusions: [entry("teapot"), entry("monitor")] });
    assert.equal(ask("/?q=attack").verdict, "monitor");
    use([rule("r1")], { actions, exclusions: [entry("monitor"), entry("bypass"), entry("teapot")] });
    assert.equal(ask("/?q=attack").verdict, "allow");
  });

  test("another action blocks even where the rule itself would not", () => {
    use([rule("r1", QUERY, { on_match: [] })], {
      actions: [{ id: "teapot", type: "block_request", parameters: { status_code: 418, type: "none" } }],
      exclusions: [
        { id: "e", rules_target: [{ rule_id: "r1" }], conditions: [onPath("/x")], on_match: "teapot" },
      ],
    });
    assert.equal(ask("/?q=attack").verdict, "monitor");
    const outcome = ask("/x?q=attack");
    assert.deepEqual([outcome.verdict, onMatch(outcome)], ["block", [["teapot"]]]);
    assert.deepEqual(outcome.event.actions, {
      block_request: { status_code: 418, type: "none", grpc_status_code: 10 },
    });
  });
});

describe("exclusions of inputs", () => {
  const PATHS: [string, string[], unknown, string][] = [
    ["the value itself", ["a"], { a: "attack" }, "allow"],
    ["everything below", ["a"], { a: { b: ["attack"] } }, "allow"],
    ["elsewhere", ["a"], { b: "attack" }, "block"],
    ["a star is any key", ["*", "b"], { a: { b: "attack" } }, "allow"],
    ["a star is any element of an array", ["a", "*", "b"], { a: [{ b: "attack" }] }, "allow"],
    ["an index is no key", ["a", "0"], { a: ["attack"] }, "block"],
    ["deeper than the value", ["a", "b"], { a: "attack" }, "block"],
    ["another case", ["A"], { a: "attack" }, "block"],
  ];
  for (const [name, key_path, body, verdict] of PATHS) {
    test(name, () => {
      use([rule("r1", BODY)], { exclusions: [{ id: "e", inputs: [{ address: BODY, key_path }] }] });
      assert.equal(post(body).verdict, verdict);
    });
  }

  test("without a key path the whole address", () => {
    use([rule("r1", BODY), rule("r2", QUERY)], { exclusions: [{ id: "e", inputs: [{ address: BODY }] }] });
    assert.equal(post({ a: "attack" }).verdict, "allow");
    assert.equal(ask("/?q=attack").verdict, "block");
  });

  test("from the rules it targets only", () => {
    const exclusions = [
      { id: "e", rules_target: [{ rule_id: "r1" }], inputs: [{ address: QUERY, key_path: ["q"] }] },
    ];
    use([rule("r1"), rule("r2")], { exclusions });
    assert.deepEqual(ask("/?q=attack").event.rules, ["r2"]);
    assert.deepEqual(ask("/?p=attack").event.rules, ["r1", "r2"]);
  });

  test("another input can still satisfy the condition", () => {
    use([rule("r1")], { exclusions: [{ id: "e", inputs: [{ address: QUERY, key_path: ["q"] }] }] });
    const [trigger] = ask("/?q=attack&p=an+attack").event.triggers;
    assert.deepEqual(trigger?.rule_matches[0]?.parameters[0]?.key_path, ["p"]);
  });

  test("while its conditions hold", () => {
    const exclusions = [
      { id: "e", conditions: [onPath("/editor")], inputs: [{ address: QUERY, key_path: ["q"] }] },
    ];
    use([rule("r1")], { exclusions });
    assert.equal(ask("/editor?q=attack").verdict, "allow");
    assert.equal(ask("/other?q=attack").verdict, "block");
  });

  test("keys are withheld with what they name", () => {
    const keys = { ...rule("r1"), transformers: ["keys_only"] };
    use([keys], { exclusions: [{ id: "e", inputs: [{ address: QUERY, key_path: ["attack"] }] }] });
    assert.equal(ask("/?attack=1").verdict, "allow");
    assert.equal(ask("/?attack2=1").verdict, "block");
  });

  test("a header that an exclusion let pass is judged again where it does not hold", () => {
    const headers: [string, string][] = [["x-note", "attack"]];
    const exclusions = [
      {
        id: "e",
        conditions: [onPath("/editor")],
        inputs: [{ address: "server.request.headers.no_cookies", key_path: ["x-note"] }],
      },
      { id: "f", conditions: [onPath("/bypass")], rules_target: [{ rule_id: "r1" }] },
    ];
    use([rule("r1", "server.request.headers.no_cookies")], { exclusions });
    for (const path of ["/editor", "/other", "/bypass", "/other", "/editor"]) {
      assert.equal(ask(path, { headers }).verdict, path === "/other" ? "block" : "allow", path);
    }
  });
});

describe("what stands in the configuration", () => {
  test("an exclusion silences a shipped rule on one path", () => {
    useShipped({});
    assert.ok(ask(SQLI).event.rules.includes("wg-sqli-001"));
    useShipped({
      exclusions: [
        { id: "editor", rules_target: [{ rule_id: "wg-sqli-001" }], conditions: [onPath("/api/editor")] },
      ],
    });
    assert.ok(!ask(SQLI).event.rules.includes("wg-sqli-001"));
    assert.ok(ask(SQLI.replace("editor", "users")).event.rules.includes("wg-sqli-001"));
  });

  test("in the custom document it does the same, and custom rules are excluded too", () => {
    const exclusions = [{ id: "all", conditions: [onPath("/api/editor")] }];
    useShipped({ custom_rules: { rules: [rule("r1")], exclusions } });
    assert.deepEqual(ask(`${SQLI}&q=attack`).event.rules, []);
    assert.ok(ask("/?q=attack").event.rules.includes("r1"));
  });

  test("overrides and actions of the configuration reach shipped rules", () => {
    useShipped({
      rules_override: [{ rules_target: [{ tags: { type: "sql_injection" } }], on_match: ["away"] }],
      actions: [{ id: "away", type: "redirect_request", parameters: { location: "/gone" } }],
    });
    const { event } = ask(SQLI);
    assert.deepEqual(event.actions, { redirect_request: { status_code: 303, location: "/gone" } });
    useShipped({ rules_override: [{ id: "wg-sqli-001", enabled: false }] });
    assert.ok(!ask(SQLI).event.rules.includes("wg-sqli-001"));
  });

  test("what is wrong is named with its field, and the rest holds", () => {
    const { warnings } = use([rule("r1"), rule("r2")], {
      exclusions: [
        { id: "e", rules_target: [{ rule_id: "r1" }] },
        { id: "e", rules_target: [{ rule_id: "r2" }] },
        { id: "nothing" },
        { rules_target: [{ rule_id: "r2" }] },
        {
          id: "regex",
          rules_target: [{ rule_id: "r2" }],
          conditions: [when("match_regex", URI, { regex: "(" })],
        },
        { id: "action", rules_target: [{ rule_id: "r2" }], on_match: "no-such-action" },
        { id: "input", inputs: [{ key_path: ["x"] }] },
        {
          id: "elsewhere",
          rules_target: [{ rule_id: "r2" }],
          conditions: [when("exists", "server.db.statement")],
        },
      ],
      rules_override: [{ rules_target: [{ rule_id: "r2" }] }, { id: "r2", enabled: "no" }],
      rules_data: [{ id: "d", type: "strings", data: [] }],
      actions: [{ type: "block_request" }],
    });
    assert.deepEqual(ask("/?q=attack").event.rules, ["r2"]);
    assert.deepEqual(
      warnings.map((line) => line.replace(/missing \).*/, "…")),
      [
        "actions: custom_rules.actions[0]: id: a string is required",
        "exclusions: e: id: used by another exclusion",
        "exclusions: nothing: neither inputs nor rules_target nor conditions: it would exclude everything",
        "exclusions: custom_rules.exclusions[3]: id: a string is required",
        "exclusions: regex: parameters.regex: …",
        "exclusions: input: inputs: address: a string is required",
        "exclusions: action: on_match: no action that blocks or monitors: no-such-action",
        "exclusions: elsewhere: not available at a proxy: server.db.statement",
        "rules_override: custom_rules.rules_override[0]: neither enabled nor on_match nor tags: nothing to override",
        "rules_override: r2: enabled: true or false is required",
        "rules_data: d: type: neither ip_with_expiration nor data_with_expiration",
      ],
    );
  });

  test("a section that is no list refuses the configuration", () => {
    const { accepted, problems } = engine.configure({ exclusions: {}, actions: "block" });
    assert.equal(accepted, false);
    assert.deepEqual(problems, [
      "exclusions: must be an array, not an object",
      "actions: must be an array, not a string",
    ]);
  });
});
