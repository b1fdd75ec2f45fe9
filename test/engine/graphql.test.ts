// GraphQL documents from Node: what is found in them, and properties over random documents.
import { describe, test } from "node:test";
import assert from "node:assert/strict";
import fc from "fast-check";
import { SCALE, assertChunked, engine, shown } from "./body-run.js";
import { BODY_KIND, RUNNER, parseRun, type ParseRun } from "./parse-run.js";

describe("GraphQL", () => {
  const resolvers = (run: ParseRun) => shown(run).filter((line) => line.startsWith("resolvers"));
  const document = `query Q($id: ID!, $n: [Int!] = [7], $s: S = {t: "d"}) @dir(if: true) {
    # a comment with "quotes" and {
    me: user(id: $id, name: "O'Brien \\u0041\\u{42}\\n", filter: {age: 3, tags: ["x", ENUM]}, flag: true, none: null) {
      ...F @include(if: $n)
      note(text: """a "b" \\""" c""") { id }
    }
  }`;
  const wanted = [
    "resolvers number Q.n=7",
    "resolvers string Q.s=d",
    "resolvers boolean dir.if=true",
    "resolvers string user.name=O'Brien AB\n",
    "resolvers number user.filter=3",
    "resolvers string user.filter=x",
    "resolvers string user.filter=ENUM",
    "resolvers boolean user.flag=true",
    "resolvers null user.none=null",
    'resolvers string note.text=a "b" \\""" c',
  ];

  test("arguments of a document, wherever it stands", () => {
    const places: [name: string, runner: number, body: string][] = [
      ["a body", RUNNER.body + BODY_KIND.graphql, document],
      ["JSON", RUNNER.body + BODY_KIND.json, JSON.stringify({ query: document, variables: {} })],
      ["a batch", RUNNER.body + BODY_KIND.json, JSON.stringify([{ query: document }])],
      ["JSON of no declared type", RUNNER.body + BODY_KIND.none, JSON.stringify({ query: document })],
      [
        "a form",
        RUNNER.body + BODY_KIND.form,
        new URLSearchParams({ a: "b", query: document, c: "d" }).toString(),
      ],
    ];
    for (const [name, runner, body] of places) {
      const run = parseRun(engine, runner, body);
      assert.deepEqual(resolvers(run), wanted, name);
      assert.equal(run.anomalies, 0, name);
      assertChunked((bytes, chunk) => parseRun(engine, runner, bytes, chunk), Buffer.from(body), [1, 7, 16]);
    }
  });

  test("a block string ends at the first three quotes that no backslash takes along", () => {
    for (const [text, wanted] of [
      ['"""\\""" 1 or 1"""', 'a.b=\\""" 1 or 1'],
      ['"""\\""""""', 'a.b=\\"""'],
      ['"""x\\""y"""', 'a.b=x\\""y'],
    ] as const) {
      const run = parseRun(engine, RUNNER.body + BODY_KIND.graphql, `{a(b: ${text})}`);
      assert.deepEqual(resolvers(run), [`resolvers string ${wanted}`], text);
    }
  });

  test("several documents in one body are all read, and what stands behind them", () => {
    const body = JSON.stringify([{ query: '{a(b: "1")}' }, { query: '{c(d: "2")}', v: "3" }]);
    const run = parseRun(engine, RUNNER.body + BODY_KIND.json, body);
    assert.deepEqual(resolvers(run), ["resolvers string a.b=1", "resolvers string c.d=2"]);
    assert.ok(shown(run).includes("body string 1.v=3"));
  });

  test("types and names of operations", () => {
    const rows: [document: string, wanted: string[]][] = [
      ["{ a }", ["type=query"]],
      ["query { a }", ["type=query"]],
      ["query Q { a }", ["type=query", "name=Q"]],
      ["mutation M($a: Int = 1) @d(x: 2) { a }", ["type=mutation", "name=M"]],
      ["subscription @d { a }", ["type=subscription"]],
      ["query query { query { name } }", ["type=query", "type=query"]],
      ["fragment F on T { a } query Q { ...F }", ["type=query", "name=Q"]],
      [
        "query A { a } mutation B { b } { c }",
        ["type=query", "name=A", "type=mutation", "name=B", "type=query"],
      ],
      ["mutation M", ["type=mutation", "name=M"]],
    ];
    for (const [document, wanted] of rows) {
      const run = parseRun(engine, RUNNER.body + BODY_KIND.graphql, document);
      const found = shown(run).filter((line) => line.startsWith("operation"));
      assert.deepEqual(
        found,
        wanted.map((one) => `operation string ${one}`),
        document,
      );
      assertChunked(
        (bytes, chunk) => parseRun(engine, RUNNER.body + BODY_KIND.graphql, bytes, chunk),
        Buffer.from(document),
        [1, 7],
      );
    }
  });

  test("what is no document is left alone", () => {
    for (const query of ["how do I {", "query about cats", '{"match":1}', "{{7*7}}", "select 1", ""]) {
      assert.deepEqual(
        resolvers(parseRun(engine, RUNNER.body + BODY_KIND.json, JSON.stringify({ query }))),
        [],
        query,
      );
    }
  });

  const piece = fc.constantFrom(
    ...[
      "{",
      "}",
      "(",
      ")",
      "[",
      "]",
      ":",
      "$",
      "@",
      "!",
      "=",
      "...",
      "#",
      "\n",
      " ",
      ",",
      '"',
      '""',
      '"""',
      "\\",
      "\\u0041",
      "\\u{4",
      "}",
    ],
    ...["query", "mutation", "fragment", "on", "F", "a", "__schema", "true", "null", "-1.5e3", "é", "\0"],
  );

  test("chunked-equals-whole on soup of its syntax", () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), fc.boolean(), (pieces, isJson) => {
        const text = isJson ? JSON.stringify([{ query: "{a" + pieces.join("") }, "x"]) : pieces.join(" ");
        const runner = RUNNER.body + (isJson ? BODY_KIND.json : BODY_KIND.graphql);
        assertChunked(
          (bytes, chunk) => parseRun(engine, runner, bytes, chunk),
          Buffer.from(text),
          [1, 2, 7, 16],
        );
      }),
      { numRuns: 700 * SCALE },
    );
  });
});
