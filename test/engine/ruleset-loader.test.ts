// Compiled tables: what the loader refuses, and that tables of earlier releases are read or refused, never misread.
import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import fc from "fast-check";
import { UPDATES } from "./golden.ts";
import { compileDocument, type Input, RuleEngine } from "./ruleset-engine.ts";

/** ruleset-v<digit of the label>.bin: the document below, compiled by the release that brought the format. */
const TABLES = "test/golden";
const CHECKSUM_AT = 12;

/** One condition of every kind of operand. */
const OPERATORS: [string, object][] = [
  ["match_regex", { regex: "(?:union|select).+from" }],
  ["match_regex", { regex: "^[a-f]{3}$", options: { case_sensitive: true } }],
  ["phrase_match", { list: ["needle", "pin", "..;/"] }],
  ["exact_match", { list: ["GET", "one"] }],
  ["ip_match", { list: ["192.0.2.0/24", "2001:db8::/32"] }],
  ["is_sqli", {}],
  ["is_xss", {}],
  ["equals", { value: 42 }],
  ["greater_than", { value: 1.5 }],
  ["exists", {}],
  ["!exists", {}],
  ["!match_regex", { regex: "x" }],
];
const DOCUMENT = {
  version: "2.2",
  metadata: { rules_version: "7" },
  rules: OPERATORS.map(([operator, parameters], i) => ({
    id: `r${i}`,
    name: operator,
    tags: { type: `t${i}` },
    conditions: [
      {
        operator,
        parameters: {
          inputs: [
            { address: "server.request.query", key_path: ["a"] },
            { address: "server.request.body", transformers: ["url_decode", "lowercase"] },
          ],
          ...parameters,
        },
      },
    ],
    on_match: i % 2 === 0 ? ["block"] : [],
  })),
};

const INPUTS: Input[] = [
  { address: "server.request.body", kind: "string", path: ["k"], value: "1 UNION select%20x from y" },
  { address: "server.request.query", kind: "string", path: ["a", 0], value: "a needle" },
  { address: "server.request.query", kind: "string", path: ["b"], value: "one" },
  { address: "server.request.query", kind: "number", path: ["a"], value: "42" },
];
/** Numbers of the rules that these inputs match. */
const MATCHED = [0, 2, 5, 7, 8, 9];

function matchedRules(engine: RuleEngine): number[] {
  return engine.match([INPUTS]).evaluator.flatMap((matched, rule) => (matched ? [rule] : []));
}

describe("rules/ruleset-loader loadRuleset", () => {
  const { table } = compileDocument(DOCUMENT);
  const engine = new RuleEngine();

  test("a table as compiled → loaded, and its rules match", () => {
    assert.equal(engine.load(table), 0);
    assert.equal(engine.ruleCount, OPERATORS.length);
    assert.deepEqual(matchedRules(engine), MATCHED);
  });

  test("the same document → the same table, byte for byte", () => {
    assert.deepEqual(compileDocument(DOCUMENT).table, table);
  });

  test("loader-refuses-any-flipped-byte-or-behaves", () => {
    const copy = table.slice();
    for (let at = 0; at < table.length; at++) {
      copy[at]! ^= 1 << (at % 8);
      assert.notEqual(engine.load(copy), 0, `byte ${at}`);
      copy[at] = table[at]!;
    }
  });

  test("cut anywhere, or longer than it says → refused", () => {
    for (let size = 0; size < table.length; size += size < 256 ? 1 : 61) {
      assert.notEqual(engine.load(table.subarray(0, size)), 0, `${size} bytes`);
    }
    assert.notEqual(engine.load(new Uint8Array([...table, 0, 0, 0, 0, 0, 0, 0, 0])), 0);
  });

  test("changed, with the checksum made to fit → refused, or loaded and evaluated, no trap", () => {
    fc.assert(
      fc.property(fc.nat(table.length - 17), fc.nat(255), (from, byte) => {
        const copy = table.slice();
        copy[16 + from] = byte;
        new DataView(copy.buffer).setUint32(CHECKSUM_AT, engine.checksum(copy), true);
        const answer = engine.load(copy);
        assert.ok(answer <= 6);
        if (answer === 0) matchedRules(engine);
      }),
      { numRuns: 3000 },
    );
  });

  test("counts of sections changed, with the checksum made to fit → refused, or loaded and evaluated, no trap", () => {
    for (let at = 16; at < 16 + 23 * 8; at++) {
      for (const byte of [0, 1, 2, 255]) {
        const copy = table.slice();
        copy[at] = byte;
        new DataView(copy.buffer).setUint32(CHECKSUM_AT, engine.checksum(copy), true);
        if (engine.load(copy) === 0) matchedRules(engine);
      }
    }
  });

  test("a refused table leaves the loaded one in force", () => {
    assert.equal(engine.load(table), 0);
    assert.notEqual(engine.load(table.subarray(0, 100)), 0);
    assert.deepEqual(matchedRules(engine), MATCHED);
  });

  test("a table of any release → read as it was meant, or refused", () => {
    const label = new TextDecoder().decode(table.subarray(0, 8));
    const current = join(TABLES, `ruleset-v${label.at(-1)}.bin`);
    if (UPDATES && !existsSync(current)) writeFileSync(current, table);
    const files = readdirSync(TABLES).filter((name) => /^ruleset-v\d\.bin$/.test(name));
    assert.ok(files.length >= 2);
    assert.ok(existsSync(current), `${current} is missing; UPDATE_GOLDEN=1 writes it`);
    for (const name of files) {
      const other = new RuleEngine();
      // A table that is taken for one of today's and read otherwise: the format has changed, and its label has not.
      if (other.load(readFileSync(join(TABLES, name))) === 0)
        assert.deepEqual(matchedRules(other), MATCHED, name);
      else assert.equal(other.ruleCount, 0);
    }
  });
});
