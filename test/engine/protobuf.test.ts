// Protobuf without a schema: what is found where, compared with what protobufjs encoded.
import { describe, test } from "node:test";
import assert from "node:assert/strict";
import fc from "fast-check";
import protobuf from "protobufjs";
import { anomalyNames } from "./anomaly-names.js";
import { SCALE, assertChunked, engine } from "./body-run.js";
import { KIND, RUNNER, leavesOf, parseRun } from "./parse-run.js";
import { field, fixed32, fixed64, group, integer, varint } from "./protobuf-wire.js";

const parse = (bytes: Uint8Array, chunk = 0) => parseRun(engine, RUNNER.protobuf, bytes, chunk);
const anomaliesOf = (bytes: Uint8Array) => {
  parse(bytes);
  return anomalyNames(engine);
};
const assertCut = (bytes: Uint8Array) => {
  assertChunked(parse, bytes);
  assertChunked((all, chunk) => parseRun(engine, RUNNER.protobufOpen, all, chunk), bytes, [1, 7]);
};

const CONTROLS = Buffer.from([1, 2, 0, 255, 254, 7, 0, 0, 1, 3, 0, 255, 128]);
const LONG = "word ' or 1=1 -- ".repeat(2000);

describe("protobuf", () => {
  test("values at the paths of their fields", () => {
    const rows: [name: string, message: Uint8Array, wanted: string[], anomalies: string[]][] = [
      ["nothing", Buffer.alloc(0), [], []],
      ["a string", field(1, "select"), ["1=select"], []],
      ["an empty string", field(1, ""), ["1="], []],
      ["UTF-8", field(5, "naïve ✓ 😀"), ["5=naïve ✓ 😀"], []],
      ["a varint", integer(7, 300), ["7=300"], []],
      ["the largest varint", integer(7, -1), ["7=18446744073709551615"], []],
      ["fixed values", Buffer.concat([fixed32(1, 7), fixed64(2, 8n)]), ["1=7", "2=8"], []],
      ["repeated", Buffer.concat([field(2, "a"), field(2, "b")]), ["2=a", "2=b"], []],
      ["a message", field(3, integer(1, 5), field(2, "x y")), ["3.1=5", "3.2=x y"], []],
      ["messages in messages", field(3, integer(1, 1), field(2, integer(9, 2))), ["3.1=1", "3.2.9=2"], []],
      ["a group", group(4, integer(1, 1), field(2, "g")), ["4.1=1", "4.2=g"], []],
      [
        "text that is a message, too",
        field(1, field(1, "z".repeat(36))),
        [`1=\n$${"z".repeat(36)}`, `1.1=${"z".repeat(36)}`],
        [],
      ],
      ["bytes with text in them", field(1, CONTROLS, "<script>", CONTROLS), ["1=<script>"], []],
      ["bytes that are mostly text", field(1, "union\x0bselect 1,2,3,4"), ["1=union\x0bselect 1,2,3,4"], []],
      ["bytes without text", field(1, CONTROLS), [], []],
      ["the number 0", Buffer.from([0, 1]), [], ["protobuf.malformed"]],
      ["no message", Buffer.from('{"a":"<script>"}'), ['={"a":"<script>"}'], ["protobuf.malformed"]],
      [
        "a field that is cut",
        field(1, "a longer value").subarray(0, 12),
        ["=\n\x0ea longer v"],
        ["protobuf.malformed"],
      ],
      ["a group that does not end", group(4, field(2, "g")).subarray(0, 4), [], ["protobuf.malformed"]],
      ["a group that ends as another", Buffer.from([0x23, 0x2c]), [], ["protobuf.malformed"]],
    ];
    for (const [name, message, wanted, anomalies] of rows) {
      assert.deepEqual(leavesOf(parse(message)), wanted, name);
      assert.deepEqual(anomaliesOf(message), anomalies, name);
      assertCut(message);
    }
  });

  test("text that is written so that it reads as a message is inspected as text, too", () => {
    const text = Buffer.from("\x01' or 1=1 union select\x01 -- ");
    const rows: [name: string, message: Uint8Array][] = [
      [
        "in fixed64 values",
        Buffer.concat([
          fixed64(1, text.readBigUInt64LE(1)),
          fixed64(1, text.readBigUInt64LE(9)),
          integer(2, 1),
        ]),
      ],
      ["at a high number", Buffer.concat([integer(0x1000000, 1), field(1, "' or"), integer(1, 1)])],
      [
        "in longer varints than needed",
        Buffer.concat([Buffer.from([8, 0x80, 0]), fixed32(1, text.readUInt32LE(1))]),
      ],
    ];
    for (const [name, message] of rows) {
      const run = parse(field(6, message));
      assert.ok(
        run.inputs.some((input) => input.kind === KIND.number && input.path[0] === "6"),
        name,
      );
      assertCut(field(6, message));
    }
    const shown = leavesOf(parse(field(6, rows[0]![1])));
    assert.ok(
      shown.some((leaf) => leaf.startsWith("6=") && leaf.includes("' or 1=")),
      shown.join("|"),
    );
  });

  test("a long string passes in windows that overlap by 1 KiB", () => {
    for (const message of [field(2, LONG), field(4, integer(1, 1), field(2, LONG), field(3, "behind"))]) {
      for (const chunk of [0, 1000]) {
        const run = parse(message, chunk);
        const windows = run.inputs.filter((input) => input.path.at(-1) === "2");
        assert.equal(
          windows.map((window, i) => window.value.toString().slice(i === 0 ? 0 : 1024)).join(""),
          LONG,
        );
        assert.equal(run.anomalies, 0);
      }
      assertCut(message);
    }
    assert.ok(
      leavesOf(parse(field(4, integer(1, 1), field(2, LONG), field(3, "behind")))).includes("4.3=behind"),
    );
  });

  test("long messages in long messages are read as messages", () => {
    const inner = Buffer.concat([
      integer(1, 1),
      ...Array.from({ length: 900 }, (_, i) => field(2, `value ${i}`)),
    ]);
    const message = field(
      3,
      integer(1, 1),
      field(4, integer(1, 1), field(5, inner), field(6, "end")),
      field(7, "last"),
    );
    const leaves = leavesOf(parse(message));
    assert.ok(leaves.includes("3.4.5.2=value 899"));
    assert.deepEqual(leaves.slice(-2), ["3.4.6=end", "3.7=last"]);
    assertCut(message);
  });

  test("long bytes: runs of text across chunks", () => {
    const noise = Buffer.concat(Array.from({ length: 500 }, () => CONTROLS));
    const message = Buffer.concat([field(1, noise, "<script>alert(1)</script>", noise), field(2, "behind")]);
    assert.deepEqual(leavesOf(parse(message)), ["1=<script>alert(1)</script>", "2=behind"]);
    assertCut(message);
  });

  test("a long field that is no message after all is followed as bytes", () => {
    const fields = Buffer.concat(Array.from({ length: 600 }, () => field(2, "a value")));
    const message = Buffer.concat([
      field(1, integer(1, 1), fields, Buffer.from([7, 0, 1]), "<script>alert", CONTROLS),
      field(2, "behind"),
    ]);
    const leaves = leavesOf(parse(message));
    assert.ok(leaves.includes("1=<script>alert"), leaves.slice(-3).join("|"));
    assert.equal(leaves.at(-1), "2=behind");
    assert.deepEqual(anomaliesOf(message), []);
    assertCut(message);
  });

  test("deeper than 100 messages: an anomaly, and the rest as bytes", () => {
    let message: Uint8Array = field(1, "<script>alert(1)");
    for (let i = 0; i < 120; i++) message = field(1, integer(2, 1), message);
    assert.deepEqual(anomaliesOf(message), ["protobuf.depth"]);
    assert.ok(leavesOf(parse(message)).some((leaf) => leaf.includes("<script>alert(1)")));
    assertCut(message);
    let groups: Uint8Array = field(1, "<script>alert(1)");
    for (let i = 0; i < 120; i++) groups = group(1, groups);
    assert.deepEqual(anomaliesOf(groups), ["protobuf.malformed", "protobuf.depth"]);
    assert.ok(leavesOf(parse(groups)).some((leaf) => leaf.includes("<script>alert(1)")));
    assertCut(groups);
  });

  test("messages in messages cost what their bytes cost", () => {
    // Every message looks like text, so that it could be inspected at each depth.
    let message: Uint8Array = field(1, "a".repeat(40));
    while (message.length < 100) message = field(4, message);
    const whole = Buffer.concat(Array.from({ length: 1000 }, () => field(4, message)));
    const pushed = parse(whole).inputs.reduce((sum, input) => sum + input.value.length, 0);
    assert.ok(pushed <= 2 * whole.length, `${pushed} of ${whole.length}`);
  });

  test("strings of random messages are found at their paths", () => {
    fc.assert(
      fc.property(schema(3), fc.nat(), fc.nat(40), (fields, seed, chunk) => {
        const type = typeOf(fields);
        const { value, strings } = valueOf(fields, "", randomOf(seed));
        const run = parse(type.encode(type.create(value)).finish(), chunk);
        const leaves = leavesOf(run);
        for (const wanted of strings) assert.ok(leaves.includes(wanted), `${wanted} in ${leaves.join("|")}`);
        assert.equal(run.anomalies, 0);
      }),
      { numRuns: 500 * SCALE },
    );
  });

  const piece: fc.Arbitrary<Buffer> = fc.letrec<{ one: Buffer }>((tie) => ({
    one: fc.oneof(
      { depthSize: "small" },
      fc.nat(300).map((n) => integer(1 + (n % 20), n)),
      fc
        .constantFrom("text", "", LONG.slice(0, 5000), "\x01\x02binary\xff", "é")
        .map((text) => field(2, text)),
      fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes)),
      fc.constantFrom(3, 4, 6, 7).map((type) => Buffer.from([8 + type])),
      fc.array(tie("one"), { maxLength: 5 }).map((content) => field(3, ...content)),
      fc.array(tie("one"), { maxLength: 5 }).map((content) => group(2, ...content)),
      fc.nat(9000).map((length) => Buffer.concat([Buffer.from([0x1a]), varint(length)])),
    ),
  })).one;

  test("chunked-equals-whole on soup of fields", () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => assertCut(Buffer.concat(pieces))),
      { numRuns: 150 * SCALE },
    );
  });

  test("any bytes never trap", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.nat(20), (bytes, chunk) => {
        parse(bytes, chunk);
        parseRun(engine, RUNNER.protobufOpen, bytes, chunk);
      }),
      { numRuns: 3000 * SCALE },
    );
  });
});

interface Field {
  number: number;
  type: string | Field[];
  repeated: boolean;
}

const SCALARS = ["string", "bytes", "int32", "sint64", "uint64", "bool", "double", "fixed32", "float"];

function schema(depth: number): fc.Arbitrary<Field[]> {
  const scalar = fc.constantFrom("string", "string", ...SCALARS);
  const type: fc.Arbitrary<string | Field[]> =
    depth === 0
      ? scalar
      : fc.oneof({ arbitrary: scalar, weight: 3 }, { arbitrary: schema(depth - 1), weight: 1 });
  return fc.uniqueArray(
    fc.record({
      number: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 3000 })),
      type,
      repeated: fc.boolean(),
    }),
    { minLength: 1, maxLength: 6, selector: (one) => one.number },
  );
}

function typeOf(fields: Field[]): protobuf.Type {
  const root = new protobuf.Root();
  const add = (parent: protobuf.NamespaceBase, name: string, members: Field[]): protobuf.Type => {
    const type = new protobuf.Type(name);
    parent.add(type);
    for (const { number, type: kind, repeated } of members) {
      const typeName = typeof kind === "string" ? kind : add(type, `M${number}`, kind).name;
      type.add(new protobuf.Field(`f${number}`, number, typeName, repeated ? "repeated" : undefined));
    }
    return type;
  };
  const type = add(root, "Root", fields);
  root.resolveAll();
  return type;
}

function randomOf(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const TEXTS = [
  "a",
  "id-1",
  "<script>alert(1)</script>",
  "naïve",
  "' or 1=1 --",
  "x".repeat(130),
  "line\nline",
  "😀",
];

function valueOf(
  fields: Field[],
  path: string,
  random: (below: number) => number,
): { value: Record<string, unknown>; strings: string[] } {
  const strings: string[] = [];
  const value: Record<string, unknown> = {};
  for (const { number, type, repeated } of fields) {
    const at = path === "" ? String(number) : `${path}.${number}`;
    const one = (): unknown => {
      if (typeof type !== "string") {
        const inner = valueOf(type, at, random);
        strings.push(...inner.strings);
        return inner.value;
      }
      if (type === "string") {
        const text = TEXTS[random(TEXTS.length)]!;
        strings.push(`${at}=${text}`);
        return text;
      }
      if (type === "bytes") return Buffer.from(Array.from({ length: random(20) }, () => random(256)));
      if (type === "bool") return random(2) === 1;
      return random(2 ** 31);
    };
    value[`f${number}`] = repeated ? Array.from({ length: random(4) }, one) : one();
  }
  return { value, strings };
}
