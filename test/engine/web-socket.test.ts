// WebSocket frames from Node: what is found in them, the same as the `ws` package finds, and properties.
import { describe, test } from "node:test";
import assert from "node:assert/strict";
import fc from "fast-check";
import { SCALE, assertChunked, engine, shown } from "./body-run.js";
import { RUNNER, parseRun } from "./parse-run.js";
import { type Frame, encodeFrame, frame, receive } from "./web-socket-frames.js";

const ANOMALY = { malformed: 2 ** 47, unmasked: 2 ** 48, truncated: 2 ** 49, compressed: 2 ** 50 };

const parse = (bytes: Uint8Array, runner: number = RUNNER.clientFrames, chunk = 0) => {
  engine["parseDeflates"]!(0, 0);
  return parseRun(engine, runner, bytes, chunk);
};
const client = (...frames: Frame[]) => Buffer.concat(frames.map((one) => encodeFrame(one, true)));
const server = (...frames: Frame[]) => Buffer.concat(frames.map((one) => encodeFrame(one, false)));

describe("WebSocket frames", () => {
  test("each message is a body of its own", () => {
    const rows: [name: string, bytes: Buffer, wanted: string[]][] = [
      [
        "JSON",
        client(frame("text", '{"a":{"b":"1"}}')),
        ["body key a=a", "body key a.b=b", "body string a.b=1"],
      ],
      ["text", client(frame("text", "hello")), ["body string =hello"]],
      [
        "two of them",
        client(frame("text", "[1]"), frame("text", '["x"]')),
        ["body number 0=1", "body string 0=x"],
      ],
      ["binary that is JSON", client(frame("binary", '{"a":1}')), ["body key a=a", "body number a=1"]],
      ["binary that is text", client(frame("binary", "hello")), ["body string =hello"]],
      [
        "a piece of HTML",
        client(frame("text", "<p>hi")),
        ["body key p=p", "body string p=hi", "body string =<p>hi"],
      ],
      [
        "a bracket that is no JSON",
        client(frame("text", "[DONE]")),
        ["body string 0=DONE", "body string =[DONE]"],
      ],
      ["an empty one", client(frame("text", ""), frame("text", "x")), ["body string =x"]],
      [
        "in pieces",
        client(
          frame("text", '{"a":', false),
          frame("continuation", '"x', false),
          frame("continuation", '"}'),
        ),
        ["body key a=a", "body string a=x"],
      ],
      [
        "with a ping in between",
        client(frame("text", '["a', false), frame("ping", "are you there"), frame("continuation", 'b"]')),
        ["body string ping=are you there", "body string 0=ab"],
      ],
      [
        "with a reason to close",
        client(frame("close", Buffer.from("\x03\xe8bye", "latin1"))),
        ["body string close=bye"],
      ],
      [
        "a text of NULs is UTF-8",
        client(frame("text", "1\0 \0' or 1=1--")),
        ["body string =1\0 \0' or 1=1--"],
      ],
      [
        "binary in UTF-16 is read",
        client(frame("binary", Buffer.from('["x"]', "utf16le"))),
        ["body string 0=x"],
      ],
      [
        "a GraphQL subscription",
        client(frame("text", '{"type":"subscribe","payload":{"query":"{a(b:\\"1\\")}"}}')),
        [
          "body key type=type",
          "body string type=subscribe",
          "body key payload=payload",
          "body key payload.query=query",
          'body string payload.query={a(b:"1")}',
          "resolvers string a.b=1",
        ],
      ],
    ];
    for (const [name, bytes, wanted] of rows) {
      const run = parse(bytes);
      assert.deepEqual(shown(run), wanted, name);
      assert.equal(run.anomalies & ~(2 ** 26), 0, name);
      assertChunked((piece, chunk) => parse(piece, RUNNER.clientFrames, chunk), bytes);
    }
  });

  test("binary that is no text is left alone", () => {
    const run = parse(client(frame("binary", Buffer.from([1, 2, 3, 0, 0, 0xff, 0x3c])), frame("text", "x")));
    assert.deepEqual(shown(run), ["body string =x"]);
  });

  test("a server's frames have no mask, and are read where they lie", () => {
    const run = parse(server(frame("text", '["x"]')), RUNNER.serverFrames);
    assert.deepEqual(shown(run), ["response string 0=x"]);
    assert.equal(run.anomalies, 0);
  });

  test("long messages in frames of 16 and 64 bit lengths", () => {
    for (const size of [125, 126, 127, 65535, 65536, 300_000]) {
      const text = JSON.stringify(["a".repeat(size - 4)]);
      for (const [bytes, runner] of [
        [client(frame("text", text)), RUNNER.clientFrames],
        [server(frame("text", text)), RUNNER.serverFrames],
      ] as const) {
        const run = parse(bytes, runner);
        const found = run.inputs.reduce((sum, one) => sum + one.value.length, 0);
        assert.ok(found >= size - 4, `${size}: ${found}`);
        assertChunked((piece, chunk) => parse(piece, runner, chunk), bytes, [4093]);
      }
    }
  });

  test("what is odd is noted and read all the same", () => {
    const reserved = Buffer.from(encodeFrame(frame("text", "evil"), true));
    reserved[0]! |= 0x20;
    const unknown = Buffer.from(encodeFrame(frame("text", "evil"), true));
    unknown[0] = 0x83;
    const rows: [name: string, bytes: Buffer, anomaly: number, wanted: string[]][] = [
      ["no mask", server(frame("text", "evil")), ANOMALY.unmasked, ["body string =evil"]],
      ["reserved bits", reserved, ANOMALY.malformed, ["body string =evil"]],
      ["a reserved opcode", unknown, ANOMALY.malformed, ["body string =evil"]],
      [
        "a continuation of nothing",
        client(frame("continuation", "evil")),
        ANOMALY.malformed,
        ["body string =evil"],
      ],
      [
        "a new message inside one",
        client(frame("text", "evil", false), frame("text", "x")),
        ANOMALY.malformed,
        ["body string =evil", "body string =x"],
      ],
      [
        "a ping in pieces",
        client(frame("ping", "evil", false)),
        ANOMALY.malformed,
        ["body string ping=evil"],
      ],
      [
        "a long ping",
        client(frame("ping", "e".repeat(200))),
        ANOMALY.malformed,
        [`body string ping=${"e".repeat(200)}`],
      ],
      [
        "a length that is too long",
        Buffer.concat([Buffer.from([0x81, 0xfe, 0, 4, 0, 0, 0, 0]), Buffer.from("evil")]),
        ANOMALY.malformed,
        ["body string =evil"],
      ],
      [
        "a length of 2^63",
        Buffer.concat([
          Buffer.from([0x81, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
          Buffer.from("evil"),
        ]),
        ANOMALY.malformed + ANOMALY.truncated,
        ["body string =evil"],
      ],
      [
        "bytes behind the close frame",
        Buffer.concat([client(frame("close", "")), Buffer.from("evil")]),
        ANOMALY.malformed,
        ["body string =evil"],
      ],
      [
        "a message that a close frame cuts off",
        client(frame("text", '["evil"', false), frame("close", "")),
        ANOMALY.truncated + 2 ** 15,
        ["body string 0=evil"],
      ],
      [
        "half a frame",
        client(frame("text", "evil plan")).subarray(0, 10),
        ANOMALY.truncated,
        ["body string =evil"],
      ],
      ["half a header", client(frame("text", "evil plan")).subarray(0, 4), ANOMALY.truncated, []],
      [
        "a message without its last frame",
        client(frame("text", "evil", false)),
        ANOMALY.truncated,
        ["body string =evil"],
      ],
    ];
    for (const [name, bytes, anomaly, wanted] of rows) {
      const run = parse(bytes);
      assert.deepEqual(shown(run), wanted, name);
      assert.equal(run.anomalies, anomaly, name);
      assertChunked((piece, chunk) => parse(piece, RUNNER.clientFrames, chunk), bytes);
    }
  });

  const text = fc.oneof(
    fc.string({ unit: "grapheme", maxLength: 300 }),
    fc.jsonValue().map((value) => JSON.stringify(value)),
  );
  const message = fc.record({
    text: text.filter((one) => !one.includes("ping")),
    cuts: fc.array(fc.nat(300), { maxLength: 4 }),
    pings: fc.array(fc.string({ minLength: 1, maxLength: 20 }), { maxLength: 2 }),
  });

  test("finds the messages that the ws package receives", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(message, { maxLength: 6 }), fc.boolean(), async (messages, isMasked) => {
        const frames = messages.flatMap(({ text, cuts, pings }) => inPieces(Buffer.from(text), cuts, pings));
        const bytes = Buffer.concat([
          ...frames.map((one) => encodeFrame(one, isMasked)),
          encodeFrame(frame("close", ""), isMasked),
        ]);
        const received = await receive(bytes, isMasked);
        assert.deepEqual(
          received,
          messages.map((one) => one.text),
        );
        const runner = isMasked ? RUNNER.clientFrames : RUNNER.serverFrames;
        const run = parse(bytes, runner);
        const alone = received.flatMap((one) =>
          parse(
            encodeFrame({ opcode: "text", payload: Buffer.from(one), isFinal: true }, isMasked),
            runner,
          ).list.split("\n"),
        );
        const named = (line: string) => /\t\.k70696e67\t/.test(line);
        assert.deepEqual(
          run.list.split("\n").filter((line) => line !== "" && !named(line)),
          alone.filter((line) => line !== ""),
        );
        assert.deepEqual(
          run.inputs.filter((one) => one.path[0] === "ping").map((one) => one.value.toString()),
          frames.filter((one) => one.opcode === "ping").map((one) => one.payload.toString()),
        );
        assertChunked((piece, chunk) => parse(piece, runner, chunk), bytes, [1, 3, 17]);
      }),
      { numRuns: 150 * SCALE },
    );
  });

  test("chunked-equals-whole on frames of any bits", () => {
    const header = fc.tuple(fc.nat(255), fc.nat(255)).map((pair) => Buffer.from(pair));
    const piece = fc.oneof(
      header,
      fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
      text.map((one) => client(frame("text", one))),
      text.map((one) => client(frame("binary", one, false))),
      text.map((one) => client(frame("continuation", one))),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), fc.constantFrom(7, 8), (pieces, runner) => {
        assertChunked((bytes, chunk) => parse(bytes, runner, chunk), Buffer.concat(pieces), [1, 2, 5, 16]);
      }),
      { numRuns: 400 * SCALE },
    );
  });
});

/** The frames of one message cut at those places, with pings in between. */
function inPieces(payload: Buffer, cuts: number[], pings: string[]): Frame[] {
  const ends = [...cuts.map((cut) => cut % (payload.length + 1)).sort((a, b) => a - b), payload.length];
  return ends.flatMap((end, i) => {
    const part = payload.subarray(i === 0 ? 0 : ends[i - 1]!, end);
    const one = {
      opcode: i === 0 ? "text" : "continuation",
      payload: part,
      isFinal: i === ends.length - 1,
    } as const;
    return pings[i] === undefined ? [one] : [frame("ping", pings[i]!), one];
  });
}
