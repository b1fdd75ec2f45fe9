// WebSocket frames from Node: what is found in them, the same as the `ws` package finds, and properties.
import { describe, test } from "node:test";
import assert from "node:assert/strict";
import fc from "fast-check";
import { SCALE, assertChunked, engine, shown } from "./body-run.js";
import { RUNNER, parseRun } from "./parse-run.js";
import { type Frame, compress, deflateWith, encodeFrame, frame, receive } from "./web-socket-frames.js";

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
          "operation string type=query",
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

  const inflated = (bytes: Uint8Array, runner: number, keepsContext: boolean, chunk = 0) => {
    engine["parseDeflates"]!(1, keepsContext ? 1 : 0);
    const run = parseRun(engine, runner, bytes, chunk);
    engine["parseDeflates"]!(0, 0);
    return run;
  };

  test("the compressed messages of RFC 7692 §7.2.3", () => {
    const first = "c107f248cdc9c90700";
    const rows: [name: string, hex: string, count: number][] = [
      ["one block", first, 1],
      ["in pieces", "4103f248cd8004c9c90700", 1],
      ["the window is kept", first + "c105f200110000", 2],
      ["a block that is not compressed", "c10b000500faff48656c6c6f00", 1],
      ["a last block", "c108f348cdc9c9070000", 1],
      ["a last block, then another message", "c108f348cdc9c9070000" + first, 2],
      ["two blocks", "c10df24805000000ffffcac9c90700", 1],
      ["not compressed", "810548656c6c6f" + first, 2],
    ];
    for (const [name, hex, count] of rows) {
      const run = inflated(Buffer.from(hex, "hex"), RUNNER.serverFrames, true);
      assert.deepEqual(
        shown(run),
        Array.from({ length: count }, () => "response string =Hello"),
        name,
      );
      assert.equal(run.anomalies, 0, name);
      assertChunked(
        (piece, chunk) => inflated(piece, RUNNER.serverFrames, true, chunk),
        Buffer.from(hex, "hex"),
      );
    }
  });

  test("a message that does not inflate is noted, and the next one is read", () => {
    const good = "c107f248cdc9c90700";
    const rows: [name: string, hex: string, wanted: number][] = [
      ["a reserved kind of block", "c10207ff" + good, 1],
      ["a distance before the beginning", "c105f200110000" + good, 1],
      ["cut off", "c104f248cdc9" + good, 1],
      ["the bit without the extension's last bytes", "c100" + good, 1],
    ];
    for (const [name, hex, wanted] of rows) {
      const bytes = Buffer.from(hex, "hex");
      const run = inflated(bytes, RUNNER.serverFrames, true);
      assert.equal(shown(run).filter((line) => line === "response string =Hello").length, wanted, name);
      if (!hex.startsWith("c100")) assert.equal(run.anomalies, ANOMALY.compressed, name);
      assertChunked((piece, chunk) => inflated(piece, RUNNER.serverFrames, true, chunk), bytes);
    }
    const unasked = parse(Buffer.from(good, "hex"), RUNNER.serverFrames);
    assert.equal(unasked.anomalies, ANOMALY.malformed, "the bit without the extension");
  });

  test("a bomb is inflated as far as the caps go, and the next message is read", async () => {
    const deflate = deflateWith({ server_no_context_takeover: true }, true);
    const bomb = await compress(deflate, Buffer.alloc(32 << 20, "a "), true);
    deflate.cleanup();
    const frames = [
      { opcode: "text", payload: bomb, isFinal: true, isCompressed: true },
      frame("text", "x"),
    ] as const;
    const run = inflated(server(...frames), RUNNER.serverFrames, false, 4096);
    const bytes = run.inputs.reduce((sum, one) => sum + one.value.length, 0);
    assert.ok(bytes > 1 << 20 && bytes < 5 << 20, String(bytes));
    assert.equal(run.inputs.at(-1)!.value.toString(), "x");
    assert.equal(run.anomalies, ANOMALY.compressed);
  });

  test("finds the compressed messages that the ws package receives", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(text, { maxLength: 5 }),
        fc.nat(40),
        fc.boolean(),
        async (texts, cut, keeps) => {
          const terms = keeps ? {} : ({ server_no_context_takeover: true } as const);
          const deflate = deflateWith(terms, true);
          const frames: Frame[] = [];
          for (const one of texts) {
            const payload = await compress(deflate, Buffer.from(one), true);
            const at = cut % (payload.length + 1);
            frames.push({
              opcode: "text",
              payload: payload.subarray(0, at),
              isFinal: false,
              isCompressed: true,
            });
            frames.push(frame("ping", "?"), frame("continuation", payload.subarray(at)));
          }
          deflate.cleanup();
          const bytes = server(...frames, frame("close", ""));
          assert.deepEqual(await receive(bytes, false, terms), texts);
          const run = inflated(bytes, RUNNER.serverFrames, keeps);
          const wanted = parse(server(...texts.map((one) => frame("text", one))), RUNNER.serverFrames);
          const isPing = (line: string) => line.includes("\t.k70696e67\t3f");
          assert.deepEqual(
            run.list.split("\n").filter((line) => !isPing(line)),
            wanted.list.split("\n"),
          );
          assertChunked((piece, chunk) => inflated(piece, RUNNER.serverFrames, keeps, chunk), bytes, [1, 17]);
        },
      ),
      { numRuns: 60 * SCALE },
    );
  });

  test("never-traps, and chunked-equals-whole, on compressed messages with flipped bytes", async () => {
    const deflate = deflateWith({}, true);
    const payloads: Buffer[] = [];
    for (const one of ["Hello", '{"a":"' + "b".repeat(400) + '"}', "Hello again, hello"]) {
      payloads.push(await compress(deflate, Buffer.from(one), true));
    }
    deflate.cleanup();
    const whole = server(
      ...payloads.map((payload) => ({ opcode: "text", payload, isFinal: true, isCompressed: true }) as const),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 4 }), (flips) => {
        const bytes = Buffer.from(whole);
        for (const [at, value] of flips) bytes[at] = value;
        assertChunked((piece, chunk) => inflated(piece, RUNNER.serverFrames, true, chunk), bytes, [1, 2, 7]);
      }),
      { numRuns: 300 * SCALE },
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
