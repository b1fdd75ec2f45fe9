// gRPC through whole transactions: which rules see messages and metadata, and with which encoding.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import zlib from "node:zlib";
import { Engine } from "../../scripts/engine/engine.ts";

const engine = Engine.fromFile("build/engine.wasm");
const rule = (id: string, address: string) => ({
  id,
  name: id,
  tags: { type: id, category: "attack_attempt" },
  conditions: [{ operator: "phrase_match", parameters: { inputs: [{ address }], list: ["needle"] } }],
  on_match: ["block"],
});
const RULES = [
  rule("message", "grpc.server.request.message"),
  rule("metadata", "grpc.server.request.metadata"),
  rule("method", "grpc.server.method"),
  rule("response", "server.response.body"),
  rule("trailers", "server.response.trailers"),
];

/** A message with one string field. */
const message = (text: string): Buffer => {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.of(0x0a, bytes.length), bytes]);
};
const frame = (flags: number, payload: Buffer): Buffer => {
  const head = Buffer.alloc(5);
  head.writeUInt8(flags);
  head.writeUInt32BE(payload.length, 1);
  return Buffer.concat([head, payload]);
};
const HARMLESS = frame(0, message("hello"));
const HARMFUL = frame(0, message("a needle"));

function call(body: Buffer, headers: [string, string][] = [], type = "application/grpc", response?: Buffer) {
  engine.configure({ mode: "block", shipped_rules: false, custom_rules: RULES });
  const grpc: [string, string] = ["content-type", type];
  const { event } = engine.transaction({
    method: "POST",
    path: "/shop.Items/List",
    headers: [grpc, ...headers],
    body,
    ...(response && { response: { headers: [grpc, ...headers], body: response } }),
  });
  return event;
}

describe("gRPC transactions", () => {
  const ROWS: [name: string, run: () => ReturnType<typeof call>, rules: string[]][] = [
    ["harmless", () => call(Buffer.concat([HARMLESS, HARMLESS])), []],
    ["the second message", () => call(Buffer.concat([HARMLESS, HARMFUL])), ["message"]],
    [
      "a compressed message",
      () => call(frame(1, zlib.gzipSync(message("a needle"))), [["grpc-encoding", "gzip"]]),
      ["message"],
    ],
    ["gRPC-Web", () => call(HARMFUL, [], "application/grpc-web+proto"), ["message"]],
    [
      "gRPC-Web in base64",
      () => call(Buffer.from(HARMFUL.toString("base64")), [], "application/grpc-web-text"),
      ["message"],
    ],
    [
      "JSON messages",
      () => call(frame(0, Buffer.from('{"a":"needle"}')), [], "application/grpc+json"),
      ["message"],
    ],
    ["metadata", () => call(HARMLESS, [["x-tenant", "a needle"]]), ["metadata"]],
    ["a response", () => call(HARMLESS, [], "application/grpc", HARMFUL), ["response"]],
    [
      "trailers of a gRPC-Web response",
      () => call(HARMLESS, [], "application/grpc-web", frame(0x80, Buffer.from("grpc-message: needle\r\n"))),
      ["trailers"],
    ],
  ];
  for (const [name, run, rules] of ROWS) {
    test(`${name} → ${rules.join() || "nothing"}`, () => assert.deepEqual(run().rules, rules));
  }

  test("the key path is made of field numbers", () => {
    const [match] = call(HARMFUL).triggers[0]!.rule_matches as { parameters: { key_path: unknown[] }[] }[];
    assert.deepEqual(match!.parameters[0]!.key_path, ["1"]);
  });

  test("an encoding that is not read → anomaly and limit say so", () => {
    const event = call(Buffer.concat([HARMFUL, frame(1, message("x"))]), [["grpc-encoding", "snappy"]]);
    assert.ok(event.anomalies!.includes("grpc.encoding"), String(event.anomalies));
    assert.deepEqual(event.limits, ["encoding"]);
  });
});
