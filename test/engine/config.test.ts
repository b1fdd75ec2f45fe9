// What the configuration loader accepts, refuses and says: every row states the whole list of problems and
// warnings.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { ConfigEngine } from "./config-engine.ts";

const config = new ConfigEngine();
const DEFAULTS = config.check("").normalised!;

interface Row {
  name: string;
  source: string;
  problems?: string[];
  warnings?: string[];
}

const REFUSED: Row[] = [
  {
    name: "unknown mode",
    source: '{"mode":"bloc"}',
    problems: ['mode: "bloc" is not one of observe, monitor, block'],
  },
  {
    name: "unknown sensitivity",
    source: '{"sensitivity":"medium"}',
    problems: ['sensitivity: "medium" is not one of low, default, high'],
  },
  {
    name: "mode in another case",
    source: '{"mode":"Block"}',
    problems: ['mode: "Block" is not one of observe, monitor, block'],
  },
  {
    name: "null is no value",
    source: '{"mode":null,"service":null}',
    problems: ["mode: must be a string, not null", "service: must be a string, not null"],
  },
  {
    name: "every problem is reported, in the order of the document",
    source: JSON.stringify({
      mode: "bloc",
      hold_headerz: true,
      hold_headers: "yes",
      budget: 0,
      blocking: { status: "403", redirect: { status: 304, location: "/a b" }, pdf: "" },
      disabled_rules: ["", 7, "ok"],
      log_events: 1,
      colour: { deep: [1] },
    }),
    problems: [
      'mode: "bloc" is not one of observe, monitor, block',
      "hold_headerz: unknown field",
      "hold_headers: must be true or false, not a string",
      "budget: 0 is not between 1 and 1000000000000",
      "blocking.status: must be a whole number, not a string",
      "blocking.redirect.status: 304 is not one of 301, 302, 303, 307, 308",
      'blocking.redirect.location: "/a b" is no location: visible ASCII characters without blanks are needed',
      "blocking.pdf: unknown field",
      'disabled_rules[0]: "" is no rule id',
      "disabled_rules[1]: must be a string, not a number",
      "log_events: must be true or false, not a number",
      "colour: unknown field",
    ],
  },
  {
    name: "numbers out of range",
    source: '{"body_capture_size":16777217,"budget":-1,"client_ip":{"header":"x","trusted_hops":101}}',
    problems: [
      "body_capture_size: 16777217 is not between 1 and 16777216",
      "budget: -1 is not between 1 and 1000000000000",
      "client_ip.trusted_hops: 101 is not between 0 and 100",
    ],
  },
  {
    name: "numbers that are not whole",
    source: '{"body_capture_size":1.5,"budget":1e400,"blocking":{"status":403.2}}',
    problems: [
      "body_capture_size: 1.5 is not a whole number",
      "budget: 1e400 is not a whole number",
      "blocking.status: 403.2 is not a whole number",
    ],
  },
  {
    name: "a redirect needs a location",
    source: '{"blocking":{"redirect":{"status":302}}}',
    problems: ["blocking.redirect: location is required"],
  },
  {
    name: "sections of the wrong type",
    source: JSON.stringify({
      blocking: [],
      blocking_config: 7,
      client_ip: "x-real-ip",
      redaction: true,
      custom_rules: "rules.json",
      event_headers: "host",
    }),
    problems: [
      "blocking: must be an object, not an array",
      "blocking_config: must be an object, not a number",
      "client_ip: must be an object, not a string",
      "redaction: must be an object, not a boolean",
      "custom_rules: must be an object or an array, not a string",
      "event_headers: must be an array, not a string",
    ],
  },
  {
    name: "header names",
    source: '{"client_ip":{"header":"X Forwarded"},"event_headers":["host","","a:b","é"]}',
    problems: [
      'client_ip.header: "X Forwarded" is no header name',
      'event_headers[1]: "" is no header name',
      'event_headers[2]: "a:b" is no header name',
      'event_headers[3]: "é" is no header name',
    ],
  },
  {
    name: "media types",
    source: JSON.stringify({
      allowed_content_types: ["json", "application/json; charset=utf-8", "/json", "text/", "a/b/c", "text/*"],
    }),
    problems: [
      'allowed_content_types[0]: "json" is no media type or pattern',
      'allowed_content_types[1]: "application/json; charset=utf-8" is no media type or pattern',
      'allowed_content_types[2]: "/json" is no media type or pattern',
      'allowed_content_types[3]: "text/" is no media type or pattern',
      'allowed_content_types[4]: "a/b/c" is no media type or pattern',
    ],
  },
  {
    name: "unknown fields inside sections, and names that need quotes",
    source: '{"redaction":{"on":true},"blocking_config":{"code":1},"client_ip":{"a b\\n":1},"":2}',
    problems: [
      "redaction.on: unknown field",
      "blocking_config.code: unknown field",
      'client_ip["a b\\u000a"]: unknown field',
      '[""]: unknown field',
    ],
  },
  {
    name: "long values are cut between characters",
    source: JSON.stringify({ mode: "é".repeat(40) }),
    problems: [`mode: "${"é".repeat(30)}"… is not one of observe, monitor, block`],
  },
  {
    name: "no object",
    source: "[]",
    problems: ["configuration: must be an object, not an array"],
  },
  { name: "null", source: "null", problems: ["configuration: must be an object, not null"] },
  {
    name: "YAML",
    source: "mode: block",
    problems: ["configuration: line 1, column 1: unexpected character"],
  },
  {
    name: "line and column count characters",
    source: '{\n  "service": "é😀",\n  "é": "é" x\n}',
    problems: ["configuration: line 3, column 12: unexpected character"],
  },
  {
    name: "cut short",
    source: '{"mode":"block"',
    problems: ["configuration: line 1, column 16: ends too early"],
  },
  {
    name: "a comma too many",
    source: '{"mode":"block",}',
    problems: ["configuration: line 1, column 17: unexpected character"],
  },
  {
    name: "a field twice",
    source: '{"mode":"block","mode":"monitor"}',
    problems: ["configuration: line 1, column 17: name used twice in one object"],
  },
  {
    name: "two documents",
    source: "{}{}",
    problems: ["configuration: line 1, column 3: something follows the document"],
  },
];

const SUSPICIOUS: Row[] = [
  {
    name: "a status outside 400–499 falls back",
    source: '{"blocking":{"status":200}}',
    warnings: ["blocking.status: 200 is not between 400 and 499: 403 is used"],
  },
  {
    name: "a status of the alias falls back",
    source: '{"blocking_config":{"response_status_code":500}}',
    warnings: ["blocking_config.response_status_code: 500 is not between 400 and 499: 403 is used"],
  },
  {
    name: "templates without the id, JSON that is none",
    source: '{"blocking":{"html":"<p>no</p>","json":"no [security_response_id]"}}',
    warnings: [
      "blocking.html: has no [security_response_id]: clients cannot say what was blocked",
      "blocking.json: is not JSON",
    ],
  },
  {
    name: "settings without effect",
    source: '{"mode":"observe","hold_headers":true,"client_ip":{"trusted_hops":1}}',
    warnings: [
      "hold_headers: has no effect: mode observe never holds anything",
      "client_ip.trusted_hops: has no effect without client_ip.header",
    ],
  },
  {
    name: "headers held for a body that is not read",
    source: '{"mode":"block","hold_headers":true,"request_body":"NONE"}',
    warnings: ["hold_headers: has no effect: no body is held"],
  },
  {
    name: "nothing left to detect, nothing redacted",
    source: '{"shipped_rules":false,"redaction":{"enabled":false}}',
    warnings: [
      "shipped_rules: no rules are left: nothing will be detected",
      "redaction.enabled: events will show secrets as they are",
    ],
  },
  {
    name: "rules in two lists",
    source: '{"disabled_rules":["a","b"],"monitored_rules":["b","c"],"block_rules":["a","c","d"]}',
    warnings: [
      'block_rules[0]: "a" is in disabled_rules too: it stays off',
      'block_rules[1]: "c" is in monitored_rules too: it will not block',
      'monitored_rules[0]: "b" is in disabled_rules too: it stays off',
    ],
  },
  {
    name: "both names of blocking",
    source: '{"blocking":{"status":404},"blocking_config":{"response_status_code":410}}',
    warnings: ["blocking_config: blocking says the same: it wins where both have a value"],
  },
];

describe("core/config/config-loader loadConfig", () => {
  for (const row of REFUSED) {
    test(`${row.name} → refused`, () => {
      const checked = config.check(row.source);
      assert.deepEqual(checked.problems, row.problems);
      assert.equal(checked.accepted, false);
      assert.equal(checked.normalised, undefined);
    });
  }

  for (const row of SUSPICIOUS) {
    test(`${row.name} → accepted with a warning`, () => {
      const checked = config.check(row.source);
      assert.deepEqual(checked.problems, []);
      assert.deepEqual(checked.warnings, row.warnings);
      assert.equal(checked.accepted, true);
    });
  }

  for (const source of ["", "  \n\t", "{}"]) {
    test(`${JSON.stringify(source)} → the defaults`, () => {
      assert.deepEqual(config.check(source), {
        accepted: true,
        problems: [],
        warnings: [],
        normalised: DEFAULTS,
      });
    });
  }

  test("everything set → everything taken", () => {
    const source = {
      mode: "block",
      hold_headers: true,
      request_headers: "SKIP",
      request_body: "BUFFERED_PARTIAL",
      request_trailers: "SKIP",
      response_headers: "SKIP",
      response_body: "NONE",
      response_trailers: "SKIP",
      body_capture_size: 16777216,
      over_limit: "reject",
      response_block: "replace",
      encodings: { unreadable: "reject", ask_upstream: true, inflate_ratio: 10, inflate_size: 4000000000 },
      decode_rounds: 8,
      allowed_content_types: ["application/json", "*+json", "text/*", "*"],
      failure_mode: "closed",
      on_limit: "block",
      budget: 1000000000000,
      blocking: {
        status: 451,
        html: "<p>[security_response_id]</p>",
        json: '{"id":"[security_response_id]"}',
        redirect: { status: 307, location: "https://example.com/blocked?id=[security_response_id]" },
      },
      client_ip: { header: "x-forwarded-for", trusted_hops: 100 },
      disabled_rules: ["a"],
      monitored_rules: ["b"],
      block_rules: ["c"],
      custom_rules: { version: "2.2", rules: [{ id: "x", conditions: [{ n: -1.5e3 }, null, {}, []] }] },
      shipped_rules: false,
      sensitivity: "high",
      service: "Zahlungen – é",
      environment: 'a "quoted" \\ one',
      log_events: false,
      redaction: { enabled: true, key_regex: "(?i)secret", value_regex: "^[0-9]{16}$" },
      event_headers: ["x-a", "accept"],
      routes: [{ name: "a", match: { host: "*.a.example", methods: ["GET"] }, mode: "observe" }],
    };
    assert.deepEqual(config.check(JSON.stringify(source)), {
      accepted: true,
      problems: [],
      warnings: [],
      normalised: source,
    });
  });

  test("whole numbers may be written as floats", () => {
    const checked = config.check('{"body_capture_size":1.024e3,"blocking":{"status":410.0}}');
    assert.deepEqual(checked.problems, []);
    assert.equal(checked.normalised!["body_capture_size"], 1024);
    assert.equal((checked.normalised!["blocking"] as { status: number }).status, 410);
  });

  test("header names are kept in lower case", () => {
    const checked = config.check('{"client_ip":{"header":"X-Real-IP"},"event_headers":["X-Trace"]}');
    assert.deepEqual(checked.normalised!["client_ip"], { header: "x-real-ip", trusted_hops: 0 });
    assert.deepEqual(checked.normalised!["event_headers"], ["x-trace"]);
  });

  test("a redirect without a status is a 303", () => {
    const checked = config.check('{"blocking":{"redirect":{"location":"/blocked"}}}');
    const blocking = checked.normalised!["blocking"] as { redirect: unknown };
    assert.deepEqual(blocking.redirect, { status: 303, location: "/blocked" });
  });

  test("a message of the alias is on both pages, escaped", () => {
    const message = 'No "way" </h1> & out';
    const source = JSON.stringify({
      blocking_config: { response_status_code: 410, response_message: message },
    });
    const { status, html, json } = config.check(source).normalised!["blocking"] as Record<string, string>;
    assert.equal(status, 410);
    assert.ok(html!.includes("<h1>No &quot;way&quot; &lt;/h1&gt; &amp; out</h1>"));
    assert.ok(html!.includes("[security_response_id]"));
    assert.equal(JSON.parse(json!).errors[0].title, message);
    assert.ok(json!.includes("[security_response_id]"));
  });

  test("own templates win over a message of the alias; empty ones do not", () => {
    const source = { blocking: { json: '"[security_response_id]"', html: "" } };
    const alias = { blocking_config: { response_message: "Stop" } };
    for (const both of [
      { ...source, ...alias },
      { ...alias, ...source },
    ]) {
      const blocking = config.check(JSON.stringify(both)).normalised!["blocking"] as Record<string, string>;
      assert.equal(blocking["json"], '"[security_response_id]"');
      assert.ok(blocking["html"]!.includes("<h1>Stop</h1>"));
    }
  });

  test("the default pages carry the id", () => {
    const { html, json } = DEFAULTS["blocking"] as Record<string, string>;
    assert.ok(html!.startsWith("<!doctype html>"));
    assert.ok(html!.includes("[security_response_id]"));
    assert.ok(JSON.parse(json!).errors[0].detail.includes("[security_response_id]"));
  });

  test("many problems → the first hundred and a count", () => {
    const source = JSON.stringify(Object.fromEntries(Array.from({ length: 250 }, (_, i) => [`f${i}`, i])));
    const { problems } = config.check(source);
    assert.equal(problems.length, 101);
    assert.equal(problems[99], "f99: unknown field");
    assert.equal(problems[100], "… and 150 more");
  });

  test("a list over its limit → refused", () => {
    const ids = Array.from({ length: 10_001 }, (_, i) => `r${i}`);
    assert.deepEqual(config.check(JSON.stringify({ disabled_rules: ids })).problems, [
      "disabled_rules: has more than 10000 entries",
    ]);
    assert.equal(config.check(JSON.stringify({ disabled_rules: ids.slice(1) })).accepted, true);
  });

  test("loading again and again → the memory does not grow", () => {
    const rules = Array.from({ length: 200 }, (_, i) => ({ id: `rule-${i}`, on: true }));
    const sources = [
      JSON.stringify({ custom_rules: rules, block_rules: rules.map(({ id }) => id), service: "s" }),
      JSON.stringify({ blocking_config: { response_message: "Stop" }, client_ip: { header: "X-A" } }),
      '{"mode":"bloc","colour":1,"blocking":{"json":"no"}}',
      '{"mode":',
      "",
    ];
    const round = (): void => sources.forEach((source) => config.check(source));
    for (let i = 0; i < 50; i++) round();
    const before = config.engine.memory.buffer.byteLength;
    for (let i = 0; i < 500; i++) round();
    assert.equal(config.engine.memory.buffer.byteLength, before);
  });

  test("row names are unique", () => {
    const names = [...REFUSED, ...SUSPICIOUS].map((row) => row.name);
    assert.equal(new Set(names).size, names.length);
  });

  test("never-traps on random bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const checked = config.check(bytes);
        assert.equal(checked.accepted, checked.problems.length === 0);
      }),
      { numRuns: 2000 },
    );
  });
});
