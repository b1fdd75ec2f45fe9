// The shipped rules under everything their own cases are made of, cut, joined and spoilt: what must hold for any
// rules and any bytes holds for these.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import fc from "fast-check";
import { Engine, type EngineRequest } from "../../scripts/engine/engine.ts";
import { type AddressName, type Input, RuleEngine, enginePath } from "./ruleset-engine.ts";
import { SEEDS } from "./rule-seeds.ts";

const RUNS = Number(process.env["PROPERTY_RUNS"] ?? 1500);

const seed = fc.nat({ max: SEEDS.length - 1 }).map((i) => SEEDS[i]!);
const glue = fc.constantFrom(
  "",
  " ",
  "'",
  '"',
  ";",
  "\n",
  "=",
  "&",
  "%",
  "<",
  ">",
  "/",
  "\\",
  "\0",
  "é",
  "\ufffd",
);
const cut = fc
  .tuple(seed, fc.nat(1000), fc.nat(1000))
  .map(([text, a, b]) =>
    text.slice((Math.min(a, b) * text.length) / 1000, (Math.max(a, b) * text.length) / 1000),
  );
const flipped = seed.map((text) =>
  [...text].map((c, i) => (i % 2 === 0 ? c.toUpperCase() : c.toLowerCase())).join(""),
);
const value = fc
  .array(
    fc.tuple(fc.oneof({ weight: 4, arbitrary: seed }, cut, flipped, fc.string({ unit: "binary" })), glue),
    {
      minLength: 1,
      maxLength: 3,
    },
  )
  .map((parts) => parts.flat().join(""));

describe("shipped rules", () => {
  test("prefilter-never-hides-a-match: the evaluator matches what trying every condition matches", () => {
    const engine = new RuleEngine();
    assert.equal(engine.load(readFileSync("build/default-ruleset.bin")), 0);
    const address = fc.constantFrom<AddressName>(
      "server.request.query",
      "server.request.body",
      "server.request.headers.no_cookies",
      "server.request.cookies",
      "server.request.path",
      "server.request.uri.raw",
      "server.request.body.filenames",
      "server.request.body.files_content",
      "server.response.body",
    );
    const path = fc.constantFrom<string[]>(
      [],
      ["q"],
      ["user-agent"],
      ["a", "$ne"],
      ["redirect_url"],
      ["referer"],
    );
    const kind = fc.constantFrom("string" as const, "string" as const, "key" as const);
    const input = fc.tuple(address, path, kind, value);
    let matched = 0;
    fc.assert(
      fc.property(fc.array(input, { minLength: 1, maxLength: 4 }), (inputs) => {
        const drain: Input[] = inputs.map(([address, path, kind, value]) => ({ address, path, kind, value }));
        const { evaluator, plain } = engine.match([drain]);
        assert.deepEqual(evaluator, plain);
        if (plain.some(Boolean)) matched++;
      }),
      { numRuns: RUNS },
    );
    assert.ok(matched * 4 > RUNS, `something matched in only ${matched} of ${RUNS} runs`);
  });

  const engine = Engine.fromFile(enginePath());
  const types = fc.constantFrom(
    ...["application/json", "application/x-www-form-urlencoded", "text/plain", "application/xml", ""],
    ...[
      "multipart/form-data; boundary=b",
      "application/graphql",
      "application/grpc",
      "application/octet-stream",
    ],
  );
  const request = fc.record({
    method: fc.constantFrom("POST", "PUT", "GET"),
    path: value.map((text) => `/${text.slice(0, 200)}`),
    header: value,
    type: types,
    body: fc.oneof(
      value,
      value.map((text) => JSON.stringify({ a: [{ [text.slice(0, 30)]: text }] })),
      value.map((text) => `a=${encodeURIComponent(text.toWellFormed())}&${text}`),
      value.map((text) => `--b\r\nContent-Disposition: form-data; name="${text}"\r\n\r\n${text}\r\n--b--`),
      value.map((text) => `<?xml version="1.0"?><a b="${text}"><![CDATA[${text}]]>${text}</a>`),
      value.map((text) => JSON.stringify({ query: `query { a(b: ${JSON.stringify(text)}) { ${text} } }` })),
    ),
  });
  type Request = typeof request extends fc.Arbitrary<infer T> ? T : never;
  const wire = ({ method, path, header, type }: Request, chunks: Uint8Array[]): EngineRequest => ({
    method,
    path: path.replaceAll("\0", ""),
    headers: [["content-type", type] as [string, string], ["x-value", header], ["cookie", `a=${header}`]],
    body: chunks,
  });

  test("never-traps: every place of a request, every type of body", () => {
    engine.configure({ mode: "block", decode_rounds: 8 });
    fc.assert(
      fc.property(request, (given) => {
        engine.transaction(wire(given, [Buffer.from(given.body)]));
      }),
      { numRuns: RUNS },
    );
  });

  test("chunked-equals-whole: the same rules match however the body is cut", () => {
    engine.configure({ mode: "monitor" });
    const rulesOf = (given: Request, chunks: Uint8Array[]) =>
      engine
        .transaction(wire(given, chunks))
        .event.triggers.map(({ rule }) => rule.id)
        .sort();
    fc.assert(
      fc.property(request, fc.integer({ min: 1, max: 64 }), (given, size) => {
        const body = Buffer.from(given.body);
        const chunks: Uint8Array[] = [];
        for (let at = 0; at < body.length; at += size) chunks.push(body.subarray(at, at + size));
        assert.deepEqual(rulesOf(given, chunks), rulesOf(given, [body]));
      }),
      { numRuns: RUNS },
    );
  });
});
