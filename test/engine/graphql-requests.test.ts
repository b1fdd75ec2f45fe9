// GraphQL in every form in which requests carry it, through whole transactions with the shipped rules.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Engine, type EngineRequest } from "../../scripts/engine/engine.ts";

const engine = Engine.fromFile("build/engine.wasm");
const ATTACK = "x' OR 1=1 -- ";
const query = (argument: string) => `query Items { items(filter: ${JSON.stringify(argument)}) { name } }`;
const post = (type: string, body: string): EngineRequest => ({
  method: "POST",
  path: "/graphql",
  headers: [["content-type", type]],
  body,
});

const FORMS: [name: string, request: (argument: string) => EngineRequest][] = [
  ["application/graphql", (argument) => post("application/graphql", query(argument))],
  ["a member of JSON", (argument) => post("application/json", JSON.stringify({ query: query(argument) }))],
  [
    "application/graphql+json",
    (argument) => post("application/graphql+json", JSON.stringify({ query: query(argument) })),
  ],
  [
    "a variable",
    (argument) =>
      post(
        "application/json",
        JSON.stringify({
          query: "query Q($f: String) { items(filter: $f) { name } }",
          variables: { f: argument },
        }),
      ),
  ],
  [
    "the second of a batch",
    (argument) => post("application/json", JSON.stringify([{ query: "{ a }" }, { query: query(argument) }])),
  ],
  ["a query parameter", (argument) => ({ path: `/graphql?query=${encodeURIComponent(query(argument))}` })],
  [
    "a form",
    (argument) => post("application/x-www-form-urlencoded", `query=${encodeURIComponent(query(argument))}`),
  ],
];

describe("GraphQL requests", () => {
  for (const [name, request] of FORMS) {
    test(`${name} → an attack in an argument is blocked, a harmless one passes`, () => {
      engine.configure({ mode: "block" });
      assert.equal(engine.transaction(request(ATTACK)).blocked, true);
      assert.deepEqual(engine.transaction(request("O'Brien's lamps")).event.rules, []);
    });
  }

  test("a persisted query → passes", () => {
    engine.configure({ mode: "block" });
    const extensions = { persistedQuery: { version: 1, sha256Hash: "ab".repeat(32) } };
    const { event } = engine.transaction(
      post("application/json", JSON.stringify({ extensions, variables: {} })),
    );
    assert.deepEqual(event.rules, []);
  });
});
