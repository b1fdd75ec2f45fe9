// Bodies in content codings: what is found in them, what is bounded, and what cannot be read.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import zlib from "node:zlib";
import { Engine, type EngineRequest } from "../../scripts/engine/engine.ts";

const engine = Engine.fromFile("build/engine.wasm");
const RULE = {
  id: "needle",
  name: "A needle",
  tags: { type: "needle", category: "attack_attempt" },
  conditions: [
    {
      operator: "phrase_match",
      parameters: {
        inputs: [{ address: "server.request.body" }, { address: "server.response.body" }],
        list: ["needle"],
      },
    },
  ],
  on_match: ["block"],
};

const JSON_TYPE: [string, string] = ["content-type", "application/json"];
const ATTACK = JSON.stringify({ fill: "x".repeat(300), a: ["needle"] }).replace("needle", "n\\u0065edle");

function judge(body: Buffer | string, coding: string, config: object = {}, cut = 0) {
  const configured = engine.configure({
    mode: "block",
    shipped_rules: false,
    custom_rules: [RULE],
    decode_rounds: 0,
    ...config,
  });
  assert.deepEqual(configured.problems, []);
  const bytes = Buffer.from(body as Buffer);
  const chunks: Buffer[] = [];
  const size = cut === 0 ? Math.max(bytes.length, 1) : cut;
  for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
  const headers: [string, string][] = [JSON_TYPE, ["content-encoding", coding]];
  const request: EngineRequest = { method: "POST", headers, body: chunks };
  const { blocked, event } = engine.transaction(request);
  const encoded = (event.anomalies ?? []).includes("body.encoding");
  return { blocked, limits: event.limits, encoded, event };
}

const CODERS: [coding: string, code: (text: string | Buffer) => Buffer][] = [
  ["gzip", zlib.gzipSync],
  ["GZip", zlib.gzipSync],
  ["x-gzip", zlib.gzipSync],
  ["identity, gzip", zlib.gzipSync],
  ["deflate", zlib.deflateSync],
  ["deflate", zlib.deflateRawSync],
  ["identity", Buffer.from],
  ["gzip", (text) => Buffer.concat([zlib.gzipSync(text.slice(0, 100)), zlib.gzipSync(text.slice(100))])],
];

describe("content codings", () => {
  CODERS.forEach(([coding, code], i) => {
    for (const cut of [0, 1, 7]) {
      test(`${coding} (${i}), ${cut === 0 ? "whole" : `${cut} bytes at a time`} → decoded and inspected`, () => {
        const { blocked, limits, encoded } = judge(code(ATTACK), coding, {}, cut);
        assert.deepEqual([blocked, limits, encoded], [true, undefined, false]);
        assert.equal(judge(code('{"a":"b"}'), coding, {}, cut).blocked, false);
      });
    }
  });

  test("values of the decoded document have their key paths", () => {
    const { event } = judge(zlib.gzipSync(ATTACK), "gzip");
    const [match] = event.triggers[0]!.rule_matches as {
      parameters: { key_path: unknown[]; value: string }[];
    }[];
    assert.deepEqual([match!.parameters[0]!.key_path, match!.parameters[0]!.value], [["a", 0], "needle"]);
  });

  test("plain text that says it is gzip, deflate or br → inspected as it is", () => {
    for (const coding of ["gzip", "deflate", "br", "nonsense"]) {
      for (const cut of [0, 1, 5]) {
        const { blocked, encoded } = judge('{"a":"needle"}', coding, {}, cut);
        assert.deepEqual([blocked, encoded], [true, true], `${coding} ${cut}`);
      }
    }
  });

  const UNREADABLE: [name: string, coding: string, body: Buffer][] = [
    ["br", "br", zlib.brotliCompressSync(ATTACK)],
    ["two on top of each other", "gzip, gzip", zlib.gzipSync(zlib.gzipSync(ATTACK))],
    ["gzip that breaks", "gzip", Buffer.concat([zlib.gzipSync("").subarray(0, 10), Buffer.of(7, 7)])],
  ];
  for (const [name, coding, body] of UNREADABLE) {
    test(`${name} → limit encoding; blocked only by unreadable: reject`, () => {
      assert.deepEqual(judge(body, coding).limits, ["encoding"]);
      assert.equal(judge(body, coding).blocked, false);
      assert.equal(judge(body, coding, { encodings: { unreadable: "reject" } }).blocked, true);
      assert.equal(
        judge(body, coding, { encodings: { unreadable: "reject" }, mode: "monitor" }).blocked,
        false,
      );
    });
  }

  test("what is in a coding that cannot be read is not taken for text", () => {
    for (let size = 1; size < 200; size += 3) {
      const body = zlib.brotliCompressSync(
        Buffer.from("some words that are easily packed, and some more ".repeat(9).slice(0, size)),
      );
      engine.configure({ mode: "block", encodings: { unreadable: "pass" } });
      const { event } = engine.transaction({
        method: "POST",
        headers: [JSON_TYPE, ["content-encoding", "br"]],
        body,
      });
      assert.deepEqual([event.rules, event.limits], [[], ["encoding"]], `${size} bytes`);
    }
  });

  test("a body that breaks off → inspected as far as it goes, and an anomaly", () => {
    const body = zlib.gzipSync(ATTACK);
    const { blocked, encoded } = judge(body.subarray(0, body.length - 8), "gzip");
    assert.deepEqual([blocked, encoded], [true, true]);
  });

  test("inflate_size → what is beyond is not inspected, limit inflate", () => {
    const late = zlib.gzipSync(JSON.stringify({ a: "x".repeat(5000), b: "needle" }));
    assert.deepEqual(judge(late, "gzip").blocked, true);
    const cut = judge(late, "gzip", { encodings: { inflate_size: 1000 } });
    assert.deepEqual([cut.blocked, cut.limits], [false, ["inflate"]]);
    assert.equal(judge(late, "gzip", { encodings: { inflate_size: 1000 }, on_limit: "block" }).blocked, true);
  });

  test("inflate_ratio → holds beyond the first MiB: a bomb costs no more", () => {
    const bomb = zlib.gzipSync(Buffer.alloc(64 * 1024 * 1024));
    const { limits } = judge(bomb, "gzip");
    assert.deepEqual(limits, ["inflate"]);
    const honest = zlib.gzipSync(JSON.stringify({ a: "x".repeat(900_000), b: "needle" }));
    assert.ok(honest.length * 100 < 900_000, "a ratio above 100");
    assert.deepEqual([judge(honest, "gzip").blocked, judge(honest, "gzip").limits], [true, undefined]);
  });

  test("responses are decoded too", () => {
    engine.configure({ mode: "block", shipped_rules: false, custom_rules: [RULE] });
    const { blocked } = engine.transaction({
      response: { headers: [JSON_TYPE, ["content-encoding", "gzip"]], body: zlib.gzipSync(ATTACK) },
    });
    assert.equal(blocked, true);
  });
});

describe("declared lengths", () => {
  const lengths = (headers: [string, string][], body: string) => {
    engine.configure({
      shipped_rules: false,
      custom_rules: [{ ...RULE, on_match: [] }],
    });
    return (
      engine.transaction({ method: "POST", headers: [JSON_TYPE, ...headers], body }).event.anomalies ?? []
    );
  };
  const BODY = '{"a":"needle"}';
  const ROWS: [name: string, headers: [string, string][], odd: boolean][] = [
    ["right", [["content-length", "14"]], false],
    ["none", [], false],
    ["too long", [["content-length", "15"]], true],
    [
      "twice the same",
      [
        ["content-length", "14"],
        ["content-length", "14"],
      ],
      false,
    ],
    [
      "twice, different",
      [
        ["content-length", "14"],
        ["content-length", "15"],
      ],
      true,
    ],
    ["no number", [["content-length", "14x"]], true],
    [
      "beside a transfer coding",
      [
        ["content-length", "14"],
        ["transfer-encoding", "chunked"],
      ],
      true,
    ],
  ];
  for (const [name, headers, odd] of ROWS) {
    test(`${name} → ${odd ? "an anomaly" : "nothing"}`, () => {
      assert.equal(lengths(headers, BODY).includes("body.length"), odd);
    });
  }
});
