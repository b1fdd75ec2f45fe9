// Events are what schema/event.schema.json says, whatever the request was.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { bytesOf, serializePairs } from "../host/header-pairs.ts";
import { give, loadEngine, take } from "./engine-module.ts";

const schema = JSON.parse(readFileSync("schema/event.schema.json", "utf8"));
const isEvent = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(schema);
const engine = loadEngine();

const RULES = [
  rule("t-any-body", "server.request.body", "match_regex", { regex: "[a-f]" }, ["block"]),
  rule("t-any-query", "server.request.query", "match_regex", { regex: "." }, []),
  rule("t-phrase", "server.request.headers.no_cookies", "phrase_match", { list: ["needle"] }, []),
  rule("t-not", "server.request.method", "!exact_match", { list: ["GET"] }, []),
];

function rule(id: string, address: string, operator: string, parameters: object, onMatch: string[]): object {
  return {
    id,
    name: `Rule "${id}"`,
    tags: { type: id, category: "attack_attempt" },
    conditions: [{ operator, parameters: { inputs: [{ address }], ...parameters } }],
    on_match: onMatch,
  };
}

function configure(document: object): void {
  const { at, len } = give(engine, JSON.stringify(document));
  const accepted = engine["configure"]!(at, len);
  engine["release"]!(at);
  assert.ok(accepted);
}

function eventOf(headers: [string, string][], body: string | Uint8Array): Record<string, unknown> {
  const pairs = headers.map(([name, value]) => [name, bytesOf(value)] as const);
  const blob = give(engine, serializePairs(pairs));
  const lent = give(engine, body);
  const ip = give(engine, "198.51.100.9");
  engine["beginTransaction"]!(blob.at, blob.len, ip.at, ip.len, 0);
  engine["requestBody"]!(lent.at, lent.len, 1);
  const compose = engine["composeEvent"] as unknown as (at: number, len: number, time: bigint) => number;
  const size = compose(blob.at, blob.len, 1_700_000_000_123_000_000n);
  const bytes = take(engine, engine["eventAt"]!(), size);
  engine["endTransaction"]!();
  for (const { at } of [blob, lent, ip]) engine["release"]!(at);
  return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
}

function assertEvent(event: Record<string, unknown>): void {
  assert.ok(isEvent(event), `${JSON.stringify(isEvent.errors)}\n${JSON.stringify(event)}`);
}

describe("schema/event.schema.json", () => {
  test("an attack in block mode → an event of that shape with every rule", () => {
    configure({
      mode: "block",
      service: "shop",
      environment: "test",
      shipped_rules: false,
      custom_rules: RULES,
    });
    const event = eventOf(
      [
        [":method", "POST"],
        [":path", "/a?b=c"],
        [":authority", "api.example"],
        ["content-type", "application/json"],
        ["x-test", "a needle"],
        ["x-request-id", "r-1"],
      ],
      '{"k":["a",{"b":"c"}]}',
    );
    assertEvent(event);
    assert.deepEqual(event["rules"], ["t-any-body", "t-any-query", "t-phrase", "t-not"]);
    assert.equal(event["action"], "block");
    assert.equal(event["timestamp"], "2023-11-14T22:13:20.123Z");
  });

  test("every request → an event of that shape", () => {
    const documents = [
      { mode: "monitor", shipped_rules: false, custom_rules: RULES },
      { mode: "block", on_limit: "block", body_capture_size: 8, shipped_rules: false, custom_rules: RULES },
      { mode: "block", budget: 40, shipped_rules: false, custom_rules: RULES },
    ];
    const types = ["application/json", "application/x-www-form-urlencoded", "text/plain", "image/png", "x"];
    const bodies = fc.oneof(
      fc.json(),
      fc.string(),
      fc.webQueryParameters(),
      fc.uint8Array({ maxLength: 40 }),
    );
    for (const document of documents) {
      configure(document);
      fc.assert(
        fc.property(fc.constantFrom(...types), fc.webQueryParameters(), bodies, (type, query, body) => {
          const head: [string, string][] = [
            [":method", "POST"],
            [":path", `/x?${query}`],
            ["content-type", type],
          ];
          assertEvent(eventOf(head, body));
        }),
        { numRuns: 500 },
      );
    }
  });
});
