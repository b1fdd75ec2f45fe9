// server.request.jwt: what the token of `authorization` says.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Engine } from "../../scripts/engine/engine.ts";
import { enginePath } from "./ruleset-engine.ts";

const ADDRESS = "server.request.jwt";
const engine = Engine.fromFile(enginePath());

function rule(id: string, operator: string, key_path: string[], parameters: object = {}): object {
  const inputs = [{ address: ADDRESS, key_path }];
  const conditions = [{ operator, parameters: { inputs, ...parameters } }];
  return { id, name: id, tags: { type: id, category: "attack_attempt" }, conditions };
}

function encoded(value: unknown): string {
  return Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");
}

function matched(authorization?: string): string[] {
  const rules = [
    rule("alg", "match_regex", ["header", "alg"], { regex: "^none$" }),
    rule("role", "exact_match", ["payload", "roles", "1", "name"], { list: ["admin"] }),
    rule("unsigned", "equals", ["signature", "available"], { value: false, type: "boolean" }),
    rule("old", "lower_than", ["payload", "exp"], { value: 100 }),
    rule("endless", "!exists", ["payload", "exp"]),
  ];
  const { accepted, problems } = engine.configure({ shipped_rules: false, custom_rules: rules });
  assert.ok(accepted, problems.join("\n"));
  const headers = authorization === undefined ? [] : [["authorization", authorization] as const];
  return engine.transaction({ headers: headers.map(([name, value]) => [name, value]) }).event.rules;
}

test("header, payload and signature of a token, by key path", () => {
  const payload = { exp: 50, roles: [{ name: "user" }, { name: "admin" }] };
  assert.deepEqual(matched(`Bearer ${encoded({ alg: "none" })}.${encoded(payload)}.`), [
    "alg",
    "role",
    "unsigned",
    "old",
  ]);
  assert.deepEqual(matched(`Bearer  ${encoded({ alg: "HS256" })}.${encoded({ a: 1 })}.c2ln`), ["endless"]);
});

test("more values than fit at once", () => {
  const payload = { many: Array.from({ length: 3000 }, (_, i) => i), exp: 1 };
  assert.deepEqual(matched(`Bearer ${encoded({ alg: "none" })}.${encoded(payload)}.x`), ["alg", "old"]);
});

test("no token → nothing holds, not even what asks for absence", () => {
  for (const value of [undefined, "", "Bearer", "Bearer x", "Bearer a.b", "Basic YTpi", "bearer a.b.c"]) {
    assert.deepEqual(matched(value), [], value);
  }
});

test("parts that are no JSON are left out", () => {
  assert.deepEqual(matched(`Bearer %%%.${encoded("{")}.x`), ["endless"]);
  assert.deepEqual(matched(`Bearer ..x`), ["endless"]);
});
