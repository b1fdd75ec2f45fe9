// Whole transactions: chunks, limits, and what events show and hide.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { Engine, type EngineRequest, type Outcome } from "../../scripts/engine/engine.ts";
import type { MatchParameter } from "../../scripts/engine/event.ts";
import type { HeaderPair } from "../../scripts/engine/header-blob.ts";
import { enginePath } from "./ruleset-engine.ts";

const EVIDENCE_BYTES = 512;
const REDACTED = "<Redacted>";

const schema = JSON.parse(readFileSync("schema/event.schema.json", "utf8"));
const isEvent = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(schema);
const engine = Engine.fromFile(enginePath());
const encoder = new TextEncoder();

const JSON_TYPE: [string, string] = ["content-type", "application/json"];
const FORM_TYPE: [string, string] = ["content-type", "application/x-www-form-urlencoded"];

function rule(id: string, address: string, operator: string, parameters: object, input: object = {}): object {
  return {
    id,
    name: id,
    tags: { type: id, category: "attack_attempt" },
    conditions: [{ operator, parameters: { inputs: [{ address, ...input }], ...parameters } }],
    on_match: id.startsWith("block") ? ["block"] : [],
  };
}

function use(rules: object[], config: object = {}): void {
  const { accepted, problems } = engine.configure({
    ...{ mode: "block", shipped_rules: false, custom_rules: rules },
    ...config,
  });
  assert.ok(accepted, problems.join("\n"));
}

function post(type: [string, string], body: EngineRequest["body"] & {}): EngineRequest {
  return { method: "POST", headers: [type], body };
}

function inChunks(body: Uint8Array, size: number): Uint8Array[] {
  const chunks = [];
  for (let at = 0; at < body.length; at += size) chunks.push(body.subarray(at, at + size));
  return chunks;
}

/** All evidence of the event. */
function parameters({ event }: Outcome): MatchParameter[] {
  return event.triggers.flatMap(({ rule_matches }) => rule_matches.flatMap((match) => match.parameters));
}

describe("chunked-equals-whole", () => {
  const rules = [
    rule("sqli", "server.request.body", "is_sqli", {}),
    rule("phrase", "server.request.body", "phrase_match", { list: ["needle", "größe"] }),
    rule("key", "server.request.body", "match_regex", { regex: "^in.er$" }, { transformers: ["keys_only"] }),
    rule("number", "server.request.body", "greater_than", { value: 41 }, { key_path: ["n"] }),
    rule("absent", "server.request.body", "!exists", {}, { key_path: ["gone"] }),
    rule("anomaly", "server.request.anomalies", "match_regex", { regex: "." }),
  ];
  const bodies: [string, [string, string], string][] = [
    [
      "JSON",
      JSON_TYPE,
      '{"a":"1\' or \'1\'=\'1","b":["x",{"inner":"gr\\u00f6\\u00dfe \\ud83d\\ude00"}],"n":42.5}',
    ],
    ["JSON, escaped", JSON_TYPE, '{"\\u0061":"n\\u0065edle","gone":null,"n":4e1}'],
    ["JSON, cut short", JSON_TYPE, '{"a":"needle","b":[1,2'],
    ["JSON, a key twice, comment", JSON_TYPE, '{"a":1,"a":"needle"/* c */}'],
    ["form", FORM_TYPE, "a=1%27+or+%271%27%3D%271&inner=gr%C3%B6%C3%9Fe&b[]=needle&n=42&%69nner=%zz"],
    ["text", ["content-type", "text/plain"], "a needle\nand more"],
  ];

  for (const [name, type, text] of bodies) {
    test(`${name}: the same event for every chunk size`, () => {
      use(rules);
      const body = encoder.encode(text);
      const whole = engine.transaction(post(type, body));
      assert.notEqual(whole.event.rules.length, 0);
      for (let size = 1; size <= body.length; size++) {
        assert.deepEqual(engine.transaction(post(type, inChunks(body, size))), whole, `chunks of ${size}`);
      }
    });
  }

  test("an empty last chunk ends the body", () => {
    use(rules);
    const body = encoder.encode('{"a":"needle"}');
    const whole = engine.transaction(post(JSON_TYPE, body));
    assert.deepEqual(engine.transaction(post(JSON_TYPE, [body, new Uint8Array()])), whole);
  });

  test("the response's body, too", () => {
    use([rule("leak", "server.response.body", "phrase_match", { list: ["a leak"] })]);
    const body = encoder.encode('{"rows":[{"note":"a leak"}]}');
    for (let size = 1; size <= body.length; size++) {
      const response = { status: 200, headers: [JSON_TYPE], body: inChunks(body, size) };
      assert.deepEqual(engine.transaction({ response }).event.rules, ["leak"], `chunks of ${size}`);
    }
  });

  test("a file in a multipart response is part of the response's body, not an upload", () => {
    use([
      rule("leak", "server.response.body", "phrase_match", { list: ["a leak"] }),
      rule("name", "server.response.body", "match_regex", { regex: "^export\\.csv$" }),
      rule("upload", "server.request.body.files_content", "phrase_match", { list: ["a leak"] }),
      rule("upload-name", "server.request.body.filenames", "match_regex", { regex: "csv" }),
    ]);
    const headers: [string, string][] = [["content-type", "multipart/form-data; boundary=b"]];
    const part = 'Content-Disposition: form-data; name="f"; filename="export.csv"';
    const body = `--b\r\n${part}\r\n\r\n1,a leak\r\n--b--\r\n`;
    const { event } = engine.transaction({ response: { status: 200, headers, body } });
    assert.deepEqual([...event.rules].sort(), ["leak", "name"]);
  });
});

describe("limits", () => {
  const needle = rule("block-needle", "server.request.body", "phrase_match", { list: ["needle"] });

  const early = `{"a":"needle","b":"${"x".repeat(100)}"}`;
  const late = `{"b":"${"x".repeat(100)}","a":"needle"}`;
  const judged = (body: string, config: object) => {
    use([needle], { body_capture_size: 64, ...config });
    const { blocked, event } = engine.transaction(post(JSON_TYPE, body));
    return [blocked, event.limits, event["inspected_bytes"]];
  };
  const OVER_LIMIT: [
    policy: object,
    body: string,
    blocked: boolean,
    limits: string[] | undefined,
    seen: number,
  ][] = [
    [{}, early, true, ["request_body"], early.length],
    [{}, late, true, ["request_body"], late.length],
    [{ over_limit: "inspect_prefix" }, early, true, ["request_body"], 64],
    [{ over_limit: "inspect_prefix" }, late, false, ["request_body"], 64],
    [{ over_limit: "reject" }, late, true, ["request_body"], 64],
    [{ over_limit: "reject", mode: "monitor" }, late, false, ["request_body"], 64],
    [{ request_body: "BUFFERED_PARTIAL" }, late, true, undefined, late.length],
    [{ request_body: "BUFFERED_PARTIAL", over_limit: "inspect_prefix" }, late, false, ["request_body"], 64],
    [{ request_body: "STREAMED", over_limit: "reject" }, late, true, undefined, late.length],
  ];
  for (const [policy, body, blocked, limits, seen] of OVER_LIMIT) {
    const place = body === early ? "first" : "last";
    test(`body over body_capture_size, ${JSON.stringify(policy)}, attack ${place} → ${blocked ? "blocked" : "passes"}`, () => {
      assert.deepEqual(judged(body, policy), [blocked, limits, seen]);
    });
  }

  test("body of exactly body_capture_size → no limit", () => {
    use([needle], { body_capture_size: 64 });
    const fits = engine.transaction(post(JSON_TYPE, `{"b":"${"x".repeat(56)}"}`));
    assert.deepEqual([fits.verdict, fits.event.limits], ["allow", undefined]);
  });

  test("on_limit: block → what hits a limit is blocked, in block mode only", () => {
    const body = `{"b":"${"x".repeat(100)}"}`;
    use([needle], { body_capture_size: 64, on_limit: "block" });
    assert.equal(engine.transaction(post(JSON_TYPE, body)).blocked, true);
    use([needle], { body_capture_size: 64, on_limit: "block", mode: "monitor" });
    assert.equal(engine.transaction(post(JSON_TYPE, body)).blocked, false);
  });

  test("response body: streamed it has no limit; held it has, and over_limit says what follows", () => {
    const leak = rule("leak", "server.response.body", "phrase_match", { list: ["leak"] });
    const response = { headers: [JSON_TYPE], body: '{"a":"------------------ leak"}' };
    const rows: [config: object, limits: string[] | undefined, rules: string[]][] = [
      [{}, undefined, ["leak"]],
      [{ response_body: "BUFFERED" }, ["response_body"], ["leak"]],
      [{ response_body: "BUFFERED", over_limit: "inspect_prefix" }, ["response_body"], []],
      [{ response_body: "NONE" }, undefined, []],
    ];
    for (const [config, limits, rules] of rows) {
      use([leak], { body_capture_size: 16, ...config });
      const { event } = engine.transaction({ response });
      assert.deepEqual([event.limits, event.rules], [limits, rules], JSON.stringify(config));
    }
  });

  test("budget used up → limit budget; nothing later matches, negated conditions neither", () => {
    const rules = [
      needle,
      rule("block-absent", "server.request.body", "!exists", {}, { key_path: ["late"] }),
      rule("block-other", "server.request.body", "!match_regex", { regex: "late" }),
    ];
    const body = JSON.stringify({ filler: Array(200).fill("some filler text"), late: "a late needle" });
    use(rules, { budget: 2000 });
    const { verdict, blocked, event } = engine.transaction(post(JSON_TYPE, body));
    assert.deepEqual([verdict, blocked, event.limits, event.rules], ["allow", false, ["budget"], []]);
    use(rules, { budget: 1_000_000 });
    const enough = engine.transaction(post(JSON_TYPE, body));
    assert.deepEqual([enough.event.limits, enough.event.rules], [undefined, ["block-needle"]]);
  });

  test("budget: what a transaction may cost grows no faster than its bytes", () => {
    const pattern = { regex: "(?:a|b|ab)*c.{0,20}d" };
    const costly = Array.from({ length: 20 }, (_, i) =>
      rule(`r${i}`, "server.request.body", "match_regex", pattern),
    );
    const spent = (size: number) => {
      const body = `{"a":"${"ab".repeat(size / 2)}c"}`;
      let [low, high] = [1, 1e9];
      while (low < high) {
        const budget = Math.floor((low + high) / 2);
        use(costly, { budget, body_capture_size: 1_000_000 });
        if (engine.transaction(post(JSON_TYPE, body)).event.limits === undefined) high = budget;
        else low = budget + 1;
      }
      return low;
    };
    const small = spent(2000);
    assert.ok(spent(8000) <= small * 4, "four times the bytes cost more than four times the work");
  });
});

describe("events", () => {
  const everything = [
    "server.request.method",
    "server.request.uri.raw",
    "server.request.query",
    "server.request.body",
  ]
    .concat([
      "server.request.headers.no_cookies",
      "server.request.cookies",
      "http.client_ip",
      "server.response.body",
    ])
    .concat(["server.response.headers.no_cookies", "server.request.path", "server.request.anomalies"])
    .flatMap((address) => [
      rule(`any ${address}`, address, "match_regex", { regex: "(?s).*" }),
      rule(`keys ${address}`, address, "match_regex", { regex: "." }, { transformers: ["keys_only"] }),
    ]);

  test("random bytes in every field → valid JSON of the schema's shape, evidence within its bounds", () => {
    use(everything, { service: 'é"', environment: "\\" });
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 700 }),
      fc.string({ unit: "binary", maxLength: 300 }).map((text) => encoder.encode(text)),
    );
    const name = fc.oneof(fc.constantFrom("cookie", "x-request-id", "user-agent", "x", ":authority"), bytes);
    const headers = fc.array(fc.tuple(name, bytes), { maxLength: 5 });
    const type = fc.constantFrom("application/json", "application/x-www-form-urlencoded", "text/plain", "");
    const body = fc.oneof(
      bytes,
      fc.json().map((text) => encoder.encode(text)),
    );
    fc.assert(
      fc.property(
        bytes,
        headers,
        type,
        body,
        headers,
        body,
        (path, headers, type, body, responseHeaders, reply) => {
          const target = Buffer.concat([Buffer.from("/"), path]);
          const pairs: HeaderPair[] = [[":path", target], ["content-type", type], ...headers];
          const response = { status: 200, headers: [JSON_TYPE, ...responseHeaders], body: reply };
          const outcome = engine.transaction({ method: "POST", headers: pairs, body, response });
          assert.ok(isEvent(outcome.event), JSON.stringify(isEvent.errors));
          for (const { value, highlight } of parameters(outcome)) {
            assert.ok(value.length <= EVIDENCE_BYTES);
            for (const part of highlight)
              assert.ok(value === REDACTED || value.includes(part), `${part} in ${value}`);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  test("evidence is a window of at most 512 bytes that has the start of the match in it", () => {
    use([rule("mark", "server.request.body", "match_regex", { regex: "<M+>" })]);
    fc.assert(
      fc.property(fc.nat(2000), fc.integer({ min: 1, max: 900 }), fc.nat(2000), (before, length, after) => {
        const text = "b".repeat(before) + `<${"M".repeat(length)}>` + "a".repeat(after);
        const outcome = engine.transaction(post(JSON_TYPE, JSON.stringify({ k: text })));
        const [{ value, highlight }] = parameters(outcome) as [MatchParameter];
        assert.ok(value.length <= EVIDENCE_BYTES, `${value.length} bytes`);
        assert.equal(value.length, Math.min(text.length, EVIDENCE_BYTES));
        assert.ok(text.includes(value));
        assert.equal(highlight.length, 1);
        assert.ok(highlight[0]!.startsWith("<M") && value.includes(highlight[0]!));
        if (length < 300) assert.equal(highlight[0], `<${"M".repeat(length)}>`);
      }),
      { numRuns: 300 },
    );
  });
});

describe("redaction", () => {
  const any = [
    rule("body", "server.request.body", "phrase_match", { list: ["hunter2"] }),
    rule("header", "server.request.headers.no_cookies", "phrase_match", { list: ["hunter2"] }),
    rule("query", "server.request.query", "phrase_match", { list: ["hunter2"] }),
  ];
  const own = { redaction: { key_regex: "^(?:pass|x-secret)", value_regex: "sk_live" } };

  function shown(request: EngineRequest): string {
    const outcome = engine.transaction(request);
    assert.equal(outcome.event.triggers.length, 1);
    return parameters(outcome).map(({ value, highlight }) => `${value}|${highlight.join()}`)[0]!;
  }

  test("a value under a secret's name is not shown, in whatever part and however deep", () => {
    use(any, own);
    const hidden = `${REDACTED}|${REDACTED}`;
    assert.equal(shown(post(JSON_TYPE, '{"user":{"pass":"hunter2"}}')), hidden);
    assert.equal(shown(post(JSON_TYPE, '{"pass":["a","hunter2"]}')), hidden);
    assert.equal(shown(post(JSON_TYPE, '{"pass":{"new":["hunter2"]}}')), hidden);
    assert.equal(shown(post(FORM_TYPE, "pass[]=hunter2")), hidden);
    assert.equal(shown({ path: "/?password=hunter2" }), hidden);
    assert.equal(shown({ headers: [["X-Secret", "hunter2"]] }), hidden);
  });

  test("a value that looks like a secret is not shown; others are", () => {
    use(any, own);
    assert.equal(shown(post(JSON_TYPE, '{"note":"sk_live hunter2"}')), `${REDACTED}|${REDACTED}`);
    assert.equal(shown(post(JSON_TYPE, '{"note":"my hunter2","pass":"x"}')), "my hunter2|hunter2");
    assert.equal(shown(post(JSON_TYPE, '{"by\\"pass":"hunter2"}')), "hunter2|hunter2");
  });

  test("no secret anywhere in the event's text", () => {
    use(any, own);
    const request = { ...post(JSON_TYPE, '{"pass":"hunter2"}'), path: "/login?pass=hunter2" };
    const headers: HeaderPair[] = [JSON_TYPE, ["x-secret-key", "hunter2"], ["cookie", "pass=hunter2"]];
    const { event } = engine.transaction({ ...request, headers });
    assert.equal(event.rules.length, 3);
    assert.ok(
      !JSON.stringify({
        ...event,
        triggers: event.triggers.map((t) => t.rule_matches.map((m) => m.parameters)),
      }).includes("hunter2"),
    );
  });

  test("switched off → shown", () => {
    use(any, { redaction: { ...own.redaction, enabled: false } });
    assert.equal(shown(post(JSON_TYPE, '{"pass":"hunter2"}')), "hunter2|hunter2");
  });

  test("the shipped patterns know the usual names and forms of credentials", () => {
    use(any, { shipped_rules: true });
    for (const key of ["password", "api_key", "authorization", "accessToken", "client_secret"]) {
      const outcome = engine.transaction(post(JSON_TYPE, JSON.stringify({ [key]: "hunter2" })));
      const bodies = outcome.event.triggers.filter(({ rule }) => rule.id === "body");
      assert.deepEqual(bodies[0]!.rule_matches[0]!.parameters[0]!.value, REDACTED, key);
    }
  });
});
