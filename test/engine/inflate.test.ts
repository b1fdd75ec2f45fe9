// Inflating, compared with node:zlib over all levels and strategies, and over streams with bytes changed.
import { describe, test } from "node:test";
import assert from "node:assert/strict";
import zlib from "node:zlib";
import fc from "fast-check";
import { loadEngine } from "./engine-module.js";
import { FLAG, FORMAT, STATUS, feed, inflate, inflateByZlib, start } from "./inflate-run.js";

const engine = loadEngine();
const SCALE = Number(process.env["WARDGATE_FUZZ_SCALE"] ?? 1);

const WORDS = "select union from where <script> alert user name = '1' or 1 -- {}[]:,\"\n".split(" ");
/** Bytes as bodies have them: words that repeat, runs, noise, and distances up to the whole window. */
const content = fc
  .array(
    fc.oneof(
      fc.constantFrom(...WORDS).map((word) => Buffer.from(word)),
      fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes)),
      fc.tuple(fc.nat(255), fc.nat(40_000)).map(([byte, count]) => Buffer.alloc(count, byte)),
      fc.nat(9).map((seed) => Buffer.from(Array.from({ length: 4000 }, (_, i) => (i * i * (seed + 3)) >> 5))),
    ),
    { maxLength: 40 },
  )
  .map((pieces) => Buffer.concat(pieces));

const options = fc.record({
  level: fc.integer({ min: 0, max: 9 }),
  strategy: fc.integer({ min: 0, max: 4 }),
  windowBits: fc.integer({ min: 9, max: 15 }),
  memLevel: fc.integer({ min: 1, max: 9 }),
});

const ENCODERS = [
  [FORMAT.gzip, zlib.gzipSync],
  [FORMAT.zlib, zlib.deflateSync],
  [FORMAT.deflate, zlib.deflateSync],
  [FORMAT.deflate, zlib.deflateRawSync],
  [FORMAT.raw, zlib.deflateRawSync],
] as const;

/** Pieces of input and room of output that a stream is run with. */
const pace = fc.tuple(
  fc.constantFrom(0, 1, 2, 3, 7, 100, 5000),
  fc.constantFrom(1, 2, 257, 287, 288, 300, 5000, 32_768, 70_000),
);

describe("inflate", () => {
  test("what zlib deflates comes back, however it is cut", () => {
    fc.assert(
      fc.property(
        content,
        options,
        fc.constantFrom(...ENCODERS),
        pace,
        (bytes, how, encoder, [chunk, room]) => {
          const [format, encode] = encoder;
          const got = inflate(engine, format, encode(bytes, how), chunk, room);
          assert.equal(got.status, STATUS.done);
          assert.equal(got.flags, 0);
          assert.ok(got.output.equals(bytes), `${got.output.length} bytes of ${bytes.length}`);
        },
      ),
      { numRuns: 300 * SCALE },
    );
  });

  test("a changed or cut stream: the verdict and the output of zlib", async () => {
    const change = fc.record({ place: fc.nat(), value: fc.nat(255), early: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(
        content,
        options,
        fc.constantFrom(...ENCODERS.filter(([format]) => format !== FORMAT.deflate)),
        fc.array(change, { minLength: 1, maxLength: 4 }),
        pace,
        fc.nat(),
        async (bytes, how, [format, encode], changes, [chunk, room], cut) => {
          const stream = Buffer.from(encode(bytes.subarray(0, 20_000), how));
          for (const { place, value, early } of changes) {
            stream[early ? place % Math.min(60, stream.length) : place % stream.length] = value;
          }
          const given = cut % 3 === 0 ? stream.subarray(0, cut % stream.length) : stream;
          await assertAsZlib(format, given, chunk, room);
        },
      ),
      { numRuns: 600 * SCALE },
    );
  });

  test("any bytes: the verdict of zlib", async () => {
    // Bytes whose first block has codes of its own are the ones that may be wrong in most ways.
    const bits = fc.tuple(
      fc.constantFrom(0x05, 0x04, 0x03, 0x02, 0x01, 0x00),
      fc.uint8Array({ maxLength: 120 }),
    );
    await fc.assert(
      fc.asyncProperty(bits, pace, async ([first, rest], [chunk, room]) => {
        await assertAsZlib(FORMAT.raw, Buffer.from([first | ((rest[0] ?? 0) << 3), ...rest]), chunk, room);
      }),
      { numRuns: 2000 * SCALE },
    );
  });

  test("any bytes in any format never trap, and come out the same in any pieces", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        fc.constantFrom(...Object.values(FORMAT)),
        fc.boolean(),
        pace,
        (rest, format, hasHeader, [chunk, room]) => {
          const header = !hasHeader ? [] : format === FORMAT.gzip ? [0x1f, 0x8b, 8] : [0x78, 0x9c];
          const bytes = Buffer.from([...header, ...rest]);
          const whole = inflate(engine, format, bytes);
          const cut = inflate(engine, format, bytes, chunk, room);
          assert.deepEqual(
            [cut.status, cut.flags, cut.output.toString("hex")],
            [whole.status, whole.flags, whole.output.toString("hex")],
          );
        },
      ),
      { numRuns: 2000 * SCALE },
    );
  });

  test("gzip's header: every field", () => {
    const packed = zlib.gzipSync("value");
    const tail = packed.subarray(10);
    const rows: [name: string, header: number[], flags: number][] = [
      ["extra", [0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 3, 3, 0, 9, 9, 9], 0],
      ["empty extra", [0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 3, 0, 0], 0],
      ["name", [0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 3, 0x61, 0], 0],
      ["comment", [0x1f, 0x8b, 8, 16, 0, 0, 0, 0, 0, 3, 0x61, 0x62, 0], 0],
      ["all of them", [0x1f, 0x8b, 8, 28, 0, 0, 0, 0, 0, 3, 1, 0, 7, 0, 0], 0],
      ["a wrong header CRC", [0x1f, 0x8b, 8, 2, 0, 0, 0, 0, 0, 3, 1, 1], FLAG.header],
      ["reserved flags", [0x1f, 0x8b, 8, 0x20, 0, 0, 0, 0, 0, 3], FLAG.header],
    ];
    for (const [name, header, flags] of rows) {
      for (const chunk of [0, 1]) {
        const got = inflate(engine, FORMAT.gzip, Buffer.from([...header, ...tail]), chunk);
        assert.deepEqual([got.output.toString(), got.status, got.flags], ["value", STATUS.done, flags], name);
      }
    }
  });

  test("gzip's trailer: a wrong one is a flag", () => {
    const packed = zlib.gzipSync("value");
    for (const [from, flag] of [
      [8, FLAG.checksum],
      [4, FLAG.length],
    ] as const) {
      const wrong = Buffer.from(packed);
      wrong[wrong.length - from]! ^= 1;
      const got = inflate(engine, FORMAT.gzip, wrong, 1);
      assert.deepEqual([got.output.toString(), got.status, got.flags], ["value", STATUS.done, flag]);
    }
  });

  test("members in a row, padding between them, and what is behind them", () => {
    const one = zlib.gzipSync("one,");
    const two = zlib.gzipSync("two", { level: 0 });
    const rows: [name: string, bytes: Buffer[], output: string, flags: number][] = [
      ["two members", [one, two], "one,two", 0],
      ["zeros between", [one, Buffer.alloc(9), two], "one,two", 0],
      ["zeros behind", [one, Buffer.alloc(9)], "one,", 0],
      ["garbage behind", [one, Buffer.from("garbage"), two], "one,", FLAG.trailing],
      ["an empty member", [zlib.gzipSync(""), two], "two", 0],
    ];
    for (const [name, bytes, output, flags] of rows) {
      for (const chunk of [0, 1, 3]) {
        const got = inflate(engine, FORMAT.gzip, Buffer.concat(bytes), chunk, 2);
        assert.deepEqual([got.output.toString(), got.status, got.flags], [output, STATUS.done, flags], name);
      }
    }
  });

  test("bytes behind zlib and bare streams", () => {
    for (const [format, encode] of ENCODERS.slice(1, 4)) {
      const got = inflate(engine, format, Buffer.concat([encode("value"), Buffer.from("x")]));
      assert.deepEqual([got.output.toString(), got.status, got.flags], ["value", STATUS.done, FLAG.trailing]);
    }
  });

  test("a preset dictionary and other methods are malformed", () => {
    const dictionary = zlib.deflateSync("value", { dictionary: Buffer.from("value") });
    for (const [format, bytes] of [
      [FORMAT.zlib, dictionary],
      [FORMAT.zlib, Buffer.from([0x78, 0x9d])],
      [FORMAT.deflate, dictionary],
      [FORMAT.zlib, Buffer.from([0x88, 0x1c])],
      [FORMAT.gzip, Buffer.from([0x1f, 0x8b, 7, 0])],
      [FORMAT.gzip, Buffer.from("plain")],
    ] as const) {
      assert.equal(inflate(engine, format, bytes).status, STATUS.malformed);
    }
  });

  test("messages of permessage-deflate: the window lives on, or not", () => {
    const end = Buffer.from([0, 0, 0xff, 0xff]);
    const messages = ["Hello", "Hello", "Hello, Hello", ""];
    const deflate = zlib.createDeflateRaw();
    const sync = (text: string) => {
      const pieces: Buffer[] = [];
      deflate.on("data", (piece: Buffer) => pieces.push(piece));
      return new Promise<Buffer>((resolve) => {
        deflate.write(text);
        deflate.flush(zlib.constants.Z_SYNC_FLUSH, () => {
          deflate.removeAllListeners("data");
          resolve(Buffer.concat(pieces).subarray(0, -4));
        });
      });
    };
    return (async () => {
      const packed = [];
      for (const text of messages) packed.push(await sync(text));
      start(engine, FORMAT.raw);
      let wanted = "";
      for (const [i, text] of messages.entries()) {
        const got = feed(engine, Buffer.concat([packed[i]!, end]), 1);
        wanted += text;
        assert.equal(got.output.toString(), wanted);
        assert.ok(engine["inflateIsBetweenBlocks"]!());
      }
      // The second message refers to the first.
      start(engine, FORMAT.raw);
      feed(engine, Buffer.concat([packed[0]!, end]));
      engine["inflateResetWindow"]!();
      assert.equal(feed(engine, Buffer.concat([packed[1]!, end])).status, STATUS.malformed);
    })();
  });

  test("a message whose block says it is the last; RFC 7692 §7.2.3.4", () => {
    start(engine, FORMAT.raw);
    const message = [0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff];
    for (const wanted of ["Hello", "HelloHello"]) {
      assert.equal(feed(engine, Buffer.from(message), 1).output.toString(), wanted);
      assert.ok(engine["inflateIsBetweenBlocks"]!());
    }
  });

  test("two streams in turns, each with codes of its own", () => {
    const texts = ["a".repeat(50) + WORDS.join(" "), WORDS.toReversed().join("\t") + "zzzz"];
    const [one, two] = texts.map((text) => zlib.deflateRawSync(text.repeat(20), { strategy: 2 }));
    start(engine, FORMAT.deflate);
    let output = "";
    for (let i = 0; i < one!.length; i++) {
      output = feed(engine, one!.subarray(i, i + 1)).output.toString();
      const at = engine["allocate"]!(1);
      new Uint8Array(engine.memory.buffer)[at] = two![i] ?? 0;
      engine["inflateBetween"]!(at, 1);
      engine["release"]!(at);
    }
    assert.equal(output, texts[0]!.repeat(20));
  });
});

const looksLikeZlib = (bytes: Buffer) =>
  (bytes[0]! & 15) === 8 && bytes[0]! >> 4 <= 7 && ((bytes[0]! << 8) | bytes[1]!) % 31 === 0;
const FLAGGED = /incorrect data check|incorrect length check|header crc mismatch|unknown header flags set/;

/** As zlib, but that what is flagged goes on. */
async function assertAsZlib(format: number, bytes: Buffer, chunk: number, room: number): Promise<void> {
  // Which of the two it is takes two bytes to see.
  if (format === FORMAT.raw && (bytes.length < 2 || looksLikeZlib(bytes))) return;
  const got = inflate(engine, format === FORMAT.raw ? FORMAT.deflate : format, bytes, chunk, room);
  const wanted = await inflateByZlib(format, bytes);
  if (FLAGGED.test(wanted.error)) {
    assert.notEqual(got.flags | (got.status === STATUS.malformed ? 1 : 0), 0, wanted.error);
    return;
  }
  // Behind a member zlib takes other bytes for an error.
  if ((got.flags & FLAG.trailing) !== 0) return;
  const isMalformed = wanted.error !== "" && wanted.error !== "unexpected end of file";
  assert.equal(
    got.status === STATUS.malformed,
    isMalformed,
    `${wanted.error} ${got.status} ${bytes.toString("hex")}`,
  );
  if (wanted.error === "") assert.equal(got.status, STATUS.done);
  if (wanted.error === "unexpected end of file") assert.equal(got.status, STATUS.needInput);
  assert.ok(wanted.output.equals(got.output.subarray(0, wanted.output.length)));
}
