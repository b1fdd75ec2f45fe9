// schema/config.schema.json and the loader describe the same documents.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { ConfigEngine } from "./config-engine.ts";

interface Schema {
  type?: string | string[];
  enum?: unknown[];
  minimum?: number;
  maximum?: number;
  default?: unknown;
  title?: string;
  description?: string;
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean;
}

const text = readFileSync("schema/config.schema.json", "utf8");
const isValid = new Ajv2020({ strict: true, allowUnionTypes: true, strictRequired: false }).compile(
  JSON.parse(text),
);
/** With what it refers to in place. */
const schema: Schema = JSON.parse(text, (_key, node) => {
  const name = /^#\/properties\/(\w+)$/.exec(node?.$ref ?? "")?.[1];
  return name === undefined ? node : JSON.parse(text).properties[name];
});
const config = new ConfigEngine();

/** Strings near the borders of what patterns accept. */
const WORDS = fc.oneof(
  fc.constantFrom(
    "",
    "host",
    "X-Y",
    "a b",
    "*",
    "*+json",
    "text/*",
    "/",
    "a/",
    "a/b",
    "a/b/c",
    "é",
    "a\u0000",
    "~",
    "\u007f",
  ),
  fc.string({ maxLength: 5 }),
  fc.string({ minLength: 127, maxLength: 130, unit: fc.constantFrom("a", "*", "/") }),
  fc.string({ unit: "binary", maxLength: 8 }),
);

const ANY_VALUE = fc.oneof(
  { depthSize: "small" },
  fc.constantFrom<unknown>(null, true, false, 0, 1, -1, 403, 1.5, 1e21, [], {}, ""),
  WORDS,
  fc.array(WORDS, { maxLength: 3 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);

/** Mostly what `node` accepts, at times something else. */
function valueOf(node: Schema): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 12, arbitrary: fitting(node) }, { weight: 1, arbitrary: ANY_VALUE });
}

function fitting(node: Schema): fc.Arbitrary<unknown> {
  if (node.enum) return fc.constantFrom(...node.enum);
  if (node.properties) return objectOf(node.properties);
  if (node.items) return fc.array(valueOf(node.items), { maxLength: 4 });
  if (node.type === "boolean") return fc.boolean();
  if (node.type === "string") return WORDS;
  if (node.type === "integer") {
    const { minimum = 390, maximum = 510 } = node;
    return fc.oneof(
      fc.integer({ min: minimum, max: Math.min(maximum, 2 ** 31 - 1) }),
      fc.constantFrom(minimum - 1, minimum, maximum, maximum + 1),
    );
  }
  return fc.oneof(fc.dictionary(fc.string(), fc.integer()), fc.array(fc.integer()));
}

/** A few of the fields; at times one more that is unknown. */
function objectOf(properties: Record<string, Schema>): fc.Arbitrary<unknown> {
  const all = Object.keys(properties);
  const known = fc.subarray(all, { maxLength: Math.min(all.length, 4) }).chain((names) => {
    const fields = names.map((name) => [name, valueOf(properties[name]!)] as const);
    return fc.record<Record<string, unknown>>(Object.fromEntries(fields));
  });
  const extra = fc.option(fc.tuple(fc.string({ maxLength: 6 }), ANY_VALUE), { freq: 20 });
  return fc
    .tuple(known, extra)
    .map(([fields, unknown]) => (unknown ? { ...fields, [unknown[0]]: unknown[1] } : fields));
}

function* schemasOf(node: Schema, path: string): Generator<[string, Schema]> {
  yield [path, node];
  for (const [name, field] of Object.entries(node.properties ?? {}))
    yield* schemasOf(field, `${path}.${name}`);
}

/** What `path` (`.blocking.status`) has in `document`. */
function at(document: unknown, path: string): unknown {
  return path
    .split(".")
    .slice(1)
    .reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], document);
}

describe("schema/config.schema.json", () => {
  test("every field has a title and a description, every object refuses unknown fields", () => {
    for (const [path, node] of schemasOf(schema, "")) {
      assert.ok(node.title && node.description, path);
      if (node.properties) assert.equal(node.additionalProperties, false, path);
    }
  });

  test("the defaults it states are the loader's", () => {
    const defaults = config.check("").normalised;
    for (const [path, node] of schemasOf(schema, "")) {
      const isOwnPage = /^\.blocking\.(html|json)$/.test(path);
      if (node.default === undefined || isOwnPage || path.startsWith(".blocking_config")) continue;
      if (path.startsWith(".blocking.redirect")) continue;
      assert.deepEqual(at(defaults, path), node.default, path);
    }
  });

  test("a configuration spelt out is accepted by both and gives itself again", () => {
    fc.assert(
      fc.property(fitting(schema), (document) => {
        const { normalised } = config.check(JSON.stringify(document));
        if (normalised === undefined) return;
        assert.ok(isValid(normalised), JSON.stringify(isValid.errors));
        const again = config.check(JSON.stringify(normalised));
        assert.deepEqual(again.problems, []);
        assert.deepEqual(again.normalised, normalised);
      }),
      { numRuns: 500 },
    );
  });

  test("schema-and-loader-agree on generated documents", () => {
    const seen = { accepted: 0, refused: 0 };
    // Of many fields one is nearly always wrong: documents with a single one bring the accepted.
    const oneField = fc
      .constantFrom(...Object.entries(schema.properties!))
      .chain(([name, node]) => fitting(node).map((value): unknown => ({ [name]: value })));
    const documents = fc.oneof({ weight: 4, arbitrary: valueOf(schema) }, { weight: 1, arbitrary: oneField });
    fc.assert(
      fc.property(documents, (document) => {
        const source = JSON.stringify(document);
        const { accepted, problems } = config.check(source);
        seen[accepted ? "accepted" : "refused"]++;
        assert.equal(accepted, isValid(JSON.parse(source)), `${problems.join("\n")}\n${source}`);
      }),
      { numRuns: 4000 },
    );
    assert.ok(seen.accepted > 100 && seen.refused > 100, JSON.stringify(seen));
  });

  test("schema-and-loader-agree field by field", () => {
    for (const [path, node] of schemasOf(schema, "")) {
      if (path === "") continue;
      const names = path.split(".").slice(1);
      fc.assert(
        fc.property(valueOf(node), (value) => {
          const document = names.reduceRight<unknown>((inner, name) => ({ [name]: inner }), value);
          const source = JSON.stringify(document);
          const { accepted, problems } = config.check(source);
          assert.equal(accepted, isValid(JSON.parse(source)), `${problems.join("\n")}\n${source}`);
        }),
        { numRuns: 200 },
      );
    }
  });

  test("schema-and-loader-agree on texts with bytes changed", () => {
    const texts = fc.tuple(fitting(schema), fc.nat(), fc.constantFrom(...'0"{}[],:.-ex\\ \n'));
    fc.assert(
      fc.property(texts, ([document, place, character]) => {
        const whole = JSON.stringify(document);
        const offset = place % whole.length;
        const source = whole.slice(0, offset) + character + whole.slice(offset + 1);
        if (hasDuplicatesOrLoneSurrogates(source) || source.trim() === "") return;
        assert.equal(config.check(source).accepted, parses(source) && isValid(JSON.parse(source)), source);
      }),
      { numRuns: 3000 },
    );
  });
});

function parses(source: string): boolean {
  try {
    JSON.parse(source);
    return true;
  } catch {
    return false;
  }
}

/** What JSON.parse lets pass and the loader does not. */
function hasDuplicatesOrLoneSurrogates(source: string): boolean {
  const { problem } = { problem: "", ...config.parse(source) };
  return /name used twice|half of a surrogate pair/.test(problem);
}
