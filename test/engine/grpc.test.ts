// gRPC frames: what is found in their messages, in all flavours and encodings, however they are cut.
import { describe, test } from "node:test";
import assert from "node:assert/strict";
import zlib from "node:zlib";
import fc from "fast-check";
import { anomalyNames } from "./anomaly-names.js";
import { SCALE, assertChunked, engine, shown } from "./body-run.js";
import { give } from "./engine-module.js";
import { RUNNER, parseRun } from "./parse-run.js";
import { field } from "./protobuf-wire.js";

const FLAVOUR = { proto: 0, json: 1, web: 2, webText: 6, webJson: 3 } as const;
const ENCODING = { identity: 0, gzip: 1, deflate: 2, other: 3 } as const;

interface Call {
  flavour?: number;
  encoding?: number;
  ratio?: number;
  size?: number;
}

function run(bytes: Uint8Array, chunk: number, call: Call = {}) {
  const { flavour = FLAVOUR.proto, encoding = ENCODING.identity, ratio = 100, size = 1 << 24 } = call;
  engine["parseGrpc"]!(flavour, encoding, ratio, size);
  return parseRun(engine, RUNNER.grpc, bytes, chunk);
}

function anomaliesOf(bytes: Uint8Array, call: Call = {}): string[] {
  run(bytes, 0, call);
  return anomalyNames(engine);
}

const frame = (message: Uint8Array | string, flags = 0) => {
  const body = Buffer.from(message);
  const header = Buffer.alloc(5);
  header[0] = flags;
  header.writeUInt32BE(body.length, 1);
  return Buffer.concat([header, body]);
};

const MESSAGE = field(1, "hello there", "!");
const FOUND = "message string 1=hello there!";

describe("gRPC", () => {
  test("the messages of a call", () => {
    const rows: [name: string, body: Buffer, call: Call, wanted: string[], anomalies: string[]][] = [
      ["nothing", Buffer.alloc(0), {}, [], []],
      ["an empty message", frame(""), {}, [], []],
      ["one", frame(MESSAGE), {}, [FOUND], []],
      ["two", Buffer.concat([frame(MESSAGE), frame(MESSAGE)]), {}, [FOUND, FOUND], []],
      ["gzip", frame(zlib.gzipSync(MESSAGE), 1), { encoding: ENCODING.gzip }, [FOUND], []],
      ["deflate", frame(zlib.deflateSync(MESSAGE), 1), { encoding: ENCODING.deflate }, [FOUND], []],
      [
        "compressed and not",
        Buffer.concat([frame(MESSAGE), frame(zlib.gzipSync(MESSAGE), 1), frame(MESSAGE)]),
        { encoding: ENCODING.gzip },
        [FOUND, FOUND, FOUND],
        [],
      ],
      [
        "an encoding that is not read",
        frame("\x28\xb5", 1),
        { encoding: ENCODING.other },
        [],
        ["grpc.encoding"],
      ],
      ["uncompressed in one", frame(MESSAGE), { encoding: ENCODING.other }, [FOUND], []],
      ["compressed without an encoding", frame(MESSAGE, 1), {}, [FOUND], ["grpc.malformed"]],
      ["no gzip", frame("no gzip", 1), { encoding: ENCODING.gzip }, [], ["grpc.encoding"]],
      [
        "gzip that is cut",
        frame(zlib.gzipSync(MESSAGE, { level: 0 }).subarray(0, -2), 1),
        { encoding: ENCODING.gzip },
        [FOUND],
        ["grpc.encoding"],
      ],
      [
        "no frame",
        Buffer.from('{"a":"<script>"}'),
        {},
        ['message string ={"a":"<script>"}'],
        ["grpc.malformed"],
      ],
      [
        "trailers where there are none",
        frame(MESSAGE, 0x80),
        {},
        [`message string =${frame(MESSAGE, 0x80).toString()}`],
        ["grpc.malformed"],
      ],
      [
        "cut",
        frame(field(1, "hello there!", "cut")).subarray(0, -3),
        {},
        ["message string 1=hello there!"],
        ["grpc.truncated"],
      ],
      ["a header that is cut", frame(MESSAGE).subarray(0, 3), {}, [], ["grpc.truncated"]],
      [
        "JSON",
        frame('{"a":["<script>"]}'),
        { flavour: FLAVOUR.json },
        ["message key a=a", "message string a.0=<script>"],
        [],
      ],
      [
        "trailers of gRPC-Web",
        Buffer.concat([frame(MESSAGE), frame("grpc-status: 0\r\nGrpc-Message: it is\r\nodd\r\n", 0x80)]),
        { flavour: FLAVOUR.web },
        [
          FOUND,
          "trailers key grpc-status=grpc-status",
          "trailers string grpc-status=0",
          "trailers key grpc-message=grpc-message",
          "trailers string grpc-message=it is",
          "trailers string =odd",
        ],
        [],
      ],
      [
        "compressed trailers",
        frame(zlib.gzipSync("a: b"), 0x81),
        { flavour: FLAVOUR.web, encoding: ENCODING.gzip },
        ["trailers key a=a", "trailers string a=b"],
        [],
      ],
      ["base64", Buffer.from(frame(MESSAGE).toString("base64")), { flavour: FLAVOUR.webText }, [FOUND], []],
      [
        "base64 in padded pieces",
        Buffer.from([MESSAGE, MESSAGE, MESSAGE].map((one) => frame(one).toString("base64")).join("")),
        { flavour: FLAVOUR.webText },
        [FOUND, FOUND, FOUND],
        [],
      ],
      [
        "base64 with other bytes",
        Buffer.from(frame(MESSAGE).toString("base64").replace(/^../, "$&*\r\n")),
        { flavour: FLAVOUR.webText },
        [FOUND],
        ["grpc.malformed"],
      ],
    ];
    for (const [name, body, call, wanted, anomalies] of rows) {
      assert.deepEqual(shown(run(body, 0, call)), wanted, name);
      assert.deepEqual(anomaliesOf(body, call), anomalies, name);
      assertChunked((bytes, chunk) => run(bytes, chunk, call), body);
    }
  });

  test("at a boundary only where no frame is open", () => {
    const whole = Buffer.concat([frame(MESSAGE), frame("")]);
    for (let end = 0; end <= whole.length; end++) {
      run(whole.subarray(0, end), 0);
      const open = end !== 0 && end !== frame(MESSAGE).length && end !== whole.length;
      assert.equal(anomaliesOf(whole.subarray(0, end)).includes("grpc.truncated"), open, `${end} bytes`);
    }
  });

  test("caps of inflating: by message in all, by call in proportion", () => {
    const INFLATE = 128;
    const bomb = frame(zlib.gzipSync(field(1, Buffer.alloc(3 << 20, "a"))), 1);
    const rows: [name: string, body: Buffer, call: Call, limits: number][] = [
      ["within", bomb, { ratio: 5000 }, 0],
      ["ratio", bomb, { ratio: 100 }, INFLATE],
      ["size", bomb, { ratio: 5000, size: 1 << 20 }, INFLATE],
      ["size of each message", Buffer.concat([bomb, bomb]), { ratio: 5000, size: 4 << 20 }, 0],
    ];
    for (const [name, body, call, limits] of rows) {
      for (const chunk of [0, 1000]) {
        run(body, chunk, { ...call, encoding: ENCODING.gzip });
        assert.equal(engine["parseGrpcLimits"]!(), limits, name);
      }
      assert.deepEqual(anomaliesOf(body, { ...call, encoding: ENCODING.gzip }), [], name);
    }
    // What follows a message that was too large is read.
    const after = run(Buffer.concat([bomb, frame(MESSAGE)]), 0, { size: 1 << 20, encoding: ENCODING.gzip });
    assert.ok(shown(after).includes(FOUND));
  });

  test("flavours by media type, encodings by field", () => {
    const ask = (name: string, text: string) => {
      const { at, len } = give(engine, text);
      const answer = engine[name]!(at, len);
      engine["release"]!(at);
      return answer;
    };
    const types: [string, number][] = [
      ["application/grpc", FLAVOUR.proto],
      ["application/grpc+proto", FLAVOUR.proto],
      ["application/grpc+json", FLAVOUR.json],
      ["application/grpc-web", FLAVOUR.web],
      ["application/grpc-web+proto", FLAVOUR.web],
      ["application/grpc-web+json", FLAVOUR.webJson],
      ["application/grpc-web-text", FLAVOUR.webText],
      ["application/grpc-web-text+proto", FLAVOUR.webText],
    ];
    for (const [type, flavour] of types) assert.equal(ask("parseGrpcFlavour", type), flavour, type);
    const encodings: [string, number][] = [
      ["", ENCODING.identity],
      ["identity", ENCODING.identity],
      ["GZIP", ENCODING.gzip],
      ["deflate", ENCODING.deflate],
      ["snappy", ENCODING.other],
    ];
    for (const [text, encoding] of encodings) assert.equal(ask("parseGrpcEncoding", text), encoding, text);
  });

  const piece = fc.oneof(
    fc.constantFrom(frame(MESSAGE), frame(""), frame(zlib.gzipSync(MESSAGE), 1), frame("a: b\r\n", 0x80)),
    fc.constantFrom(
      frame(zlib.deflateSync(Buffer.alloc(9000, "text ")), 1),
      frame(field(3, Buffer.alloc(6000, "text "))),
    ),
    fc.uint8Array({ maxLength: 9 }).map((bytes) => Buffer.from(bytes)),
    fc.tuple(fc.uint8Array({ maxLength: 9 }), fc.nat(1)).map(([bytes, flags]) => frame(bytes, flags)),
    fc.constant(frame('{"a": "b"}')),
  );

  test("chunked-equals-whole on soup of frames, in every flavour and encoding", () => {
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 6 }),
        fc.constantFrom(...Object.values(FLAVOUR)),
        fc.constantFrom(...Object.values(ENCODING)),
        (pieces, flavour, encoding) => {
          const isText = flavour === FLAVOUR.webText;
          const bytes = pieces.map((one) => (isText ? Buffer.from(one.toString("base64")) : one));
          assertChunked((all, chunk) => run(all, chunk, { flavour, encoding }), Buffer.concat(bytes), [1, 7]);
        },
      ),
      { numRuns: 250 * SCALE },
    );
  });
});
