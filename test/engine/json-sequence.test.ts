// Sequences of JSON texts (NDJSON, JSON Lines, RFC 7464) from Node.
import { describe, test } from "node:test";
import assert from "node:assert/strict";
import fc from "fast-check";
import { SCALE, assertChunked, engine, shown } from "./body-run.js";
import { give, loadEngine } from "./engine-module.js";
import { BODY_KIND, RUNNER, parseRun } from "./parse-run.js";

const SEQUENCE = { none: 0, lines: 1, records: 2 } as const;
const ANOMALY = { manyDocuments: 0x4000, truncated: 0x8000, control: 0x20000 };

function parse(sequence: number, body: string | Uint8Array, chunk = 0) {
  engine["parseSequence"]!(sequence);
  const run = parseRun(engine, RUNNER.body + BODY_KIND.json, body, chunk);
  engine["parseSequence"]!(SEQUENCE.none);
  return run;
}

describe("JSON sequences", () => {
  test("the type says whether a body is one", () => {
    const rows: [type: string, wanted: number][] = [
      ["application/json", SEQUENCE.none],
      ["application/ld+json", SEQUENCE.none],
      ["application/x-ndjson", SEQUENCE.lines],
      ["application/ndjson; charset=utf-8", SEQUENCE.lines],
      ["Application/JSONL", SEQUENCE.lines],
      ["application/jsonlines", SEQUENCE.lines],
      ["text/x-ndjson", SEQUENCE.lines],
      ["application/vnd.a+ndjson", SEQUENCE.lines],
      ["application/json-seq", SEQUENCE.records],
      ["application/geo+json-seq", SEQUENCE.records],
      ["text/plain", SEQUENCE.none],
      ["ndjson", SEQUENCE.none],
      ["", SEQUENCE.none],
    ];
    for (const [type, wanted] of rows) {
      const { at, len } = give(engine, type);
      assert.equal(engine["parseSequenceOf"]!(at, len), wanted, type);
      if (wanted !== SEQUENCE.none) assert.equal(engine["parseContentType"]!(at, len), BODY_KIND.json, type);
      engine["release"]!(at);
    }
  });

  test("texts are read one after the other, and one that breaks off harms no other", () => {
    const rows: [name: string, sequence: number, body: string, anomalies: number, wanted: string[]][] = [
      ["lines", SEQUENCE.lines, '{"a":1}\n{"a":2}\r\n\n[3]\n', 0, ["a key", "a=1", "a key", "a=2", "0=3"]],
      ["no type", SEQUENCE.none, '{"a":1}\n[2]', ANOMALY.manyDocuments, ["a key", "a=1", "0=2"]],
      ["records", SEQUENCE.records, '\x1e{"a":\n 1}\n\x1e[2]\n', 0, ["a key", "a=1", "0=2"]],
      ["an empty one", SEQUENCE.lines, "\n", 0, []],
      ["an empty record", SEQUENCE.records, "\x1e", 0, []],
      [
        "an open object",
        SEQUENCE.lines,
        '{"a":{"b":1\n{"c":2}\n',
        ANOMALY.truncated,
        ["a key", "a.b key", "a.b=1", "c key", "c=2"],
      ],
      ["an open key", SEQUENCE.lines, '{"a":\n{"c":2}\n', ANOMALY.truncated, ["a key", "c key", "c=2"]],
      [
        "an open string",
        SEQUENCE.lines,
        '{"a":"x\n{"c":2}\n',
        ANOMALY.truncated + ANOMALY.control,
        ["a key", "a=x", "c key", "c=2"],
      ],
      [
        "an open record",
        SEQUENCE.records,
        '\x1e{"a":[1,\x1e{"c":2}\n',
        ANOMALY.truncated,
        ["a key", "a.0=1", "c key", "c=2"],
      ],
      [
        "an open string in a record",
        SEQUENCE.records,
        '\x1e{"a":"x\x1e{"c":2}\n',
        ANOMALY.truncated + ANOMALY.control,
        ["a key", "a=x", "c key", "c=2"],
      ],
      [
        "a raw line end in a string",
        SEQUENCE.lines,
        '{"a":"x\ny","b":1}\n',
        ANOMALY.control,
        ["a key", "a=x\ny", "b key", "b=1"],
      ],
      [
        "the end is missing",
        SEQUENCE.lines,
        '{"a":1}\n{"a":"x',
        ANOMALY.truncated,
        ["a key", "a=1", "a key", "a=x"],
      ],
      [
        "the end is behind a line end in a string",
        SEQUENCE.lines,
        '{"a":"x\n',
        ANOMALY.truncated + ANOMALY.control,
        ["a key", "a=x"],
      ],
    ];
    for (const [name, sequence, body, anomalies, wanted] of rows) {
      const run = parse(sequence, body);
      const found = shown(run).map((line) =>
        line.replace(/^body key (.*)=.*$/s, "$1 key").replace(/^body \w+ /, ""),
      );
      assert.deepEqual(found, wanted, name);
      assert.equal(run.anomalies, anomalies, name);
      assertChunked((bytes, chunk) => parse(sequence, bytes, chunk), Buffer.from(body));
    }
  });

  test("what is in the 10,000th line is found, and memory is flat", () => {
    const own = loadEngine();
    own["parseSequence"]!(SEQUENCE.lines);
    const line =
      JSON.stringify({ user: { name: "O'Brien", tags: ["a", "b"] }, text: "x".repeat(200) }) + "\n";
    const broken = '{"user":{"name":"cut o\n';
    const run = (count: number) =>
      parseRun(
        own,
        RUNNER.body + BODY_KIND.json,
        (line + broken).repeat(count) + '{"q":"<evil>"}\n',
        4096,
        "strings",
      );
    run(100);
    const held = own["parseArenaHeld"]!();
    const last = run(5000).inputs.at(-1)!;
    assert.deepEqual([last.path, last.value.toString()], [["q"], "<evil>"]);
    assert.equal(own["parseArenaHeld"]!(), held);
  });

  const text = fc.jsonValue().map((value) => JSON.stringify(value));
  const cut = fc.tuple(text, fc.nat()).map(([whole, at]) => whole.slice(0, at % (whole.length + 1)));

  test("the texts of a sequence have the leaves that each has alone", () => {
    fc.assert(
      fc.property(fc.array(text, { maxLength: 8 }), fc.constantFrom(1, 2), (texts, sequence) => {
        const body = texts
          .map((one) => (sequence === SEQUENCE.records ? `\x1e${one}\n` : `${one}\n`))
          .join("");
        const run = parse(sequence, body);
        const alone = texts.map((one) => parse(SEQUENCE.none, one + "\n"));
        assert.equal(run.list, alone.map((one) => one.list).join(""));
        assert.equal(
          run.anomalies,
          alone.reduce((all, one) => all | one.anomalies, 0),
        );
      }),
      { numRuns: 400 * SCALE },
    );
  });

  test("an object behind any text that breaks off is read as it is", () => {
    fc.assert(
      fc.property(cut, text, (broken, whole) => {
        fc.pre(!broken.endsWith("\\"));
        for (const sequence of [SEQUENCE.lines, SEQUENCE.records]) {
          const between = sequence === SEQUENCE.lines ? "\n" : "\x1e";
          const found = parse(sequence, `${broken}${between}{"k":${whole}}\n`).list;
          assert.ok(found.includes(parse(SEQUENCE.none, `{"k":${whole}}\n`).list), broken);
        }
      }),
      { numRuns: 400 * SCALE },
    );
  });

  test("chunked-equals-whole on soup of sequences", () => {
    const piece = fc.oneof(
      cut,
      text,
      fc.constantFrom("\n", "\x1e", "\r\n", '"', "\\", "{", "}", "//", "/*", "tru", " "),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), fc.constantFrom(1, 2), (pieces, sequence) => {
        assertChunked(
          (bytes, chunk) => parse(sequence, bytes, chunk),
          Buffer.from(pieces.join("")),
          [1, 2, 7, 16],
        );
      }),
      { numRuns: 500 * SCALE },
    );
  });
});
