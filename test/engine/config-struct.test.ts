// A google.protobuf.Struct, serialized as hosts hand it over, means the same as the JSON text of its object.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { type Checked, ConfigEngine } from "./config-engine.ts";

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const config = new ConfigEngine();
const DEFAULTS = config.check("").normalised!;
const BLOCK = Buffer.from("0a0f0a046d6f646512071a05626c6f636b", "hex");

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(Math.floor(value / 0x80))];
}

/** A field of wire type 2. */
function field(number: number, payload: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([(number << 3) | 2, ...varint(payload.length)]), payload]);
}

function struct(object: { [key: string]: Json }): Buffer {
  return Buffer.concat(Object.entries(object).map(([key, value]) => entry(key, value)));
}

function entry(key: string, value: Json): Buffer {
  return field(1, Buffer.concat([field(1, Buffer.from(key)), field(2, valueOf(value))]));
}

function valueOf(value: Json): Buffer {
  if (value === null) return Buffer.from([0x08, 0]);
  if (typeof value === "boolean") return Buffer.from([0x20, value ? 1 : 0]);
  if (typeof value === "string") return field(3, Buffer.from(value));
  if (Array.isArray(value))
    return field(6, Buffer.concat(value.map((element) => field(1, valueOf(element)))));
  if (typeof value === "object") return field(5, struct(value));
  const number = Buffer.alloc(9, 0x11);
  number.writeDoubleLE(value, 1);
  return number;
}

/** What is said of one document, whichever way its numbers are written. */
function outcome({ accepted, problems, warnings, normalised }: Checked): unknown {
  const say = (line: string): string => line.replace(/-?\d[\d.e+-]*/g, "#");
  return { accepted, problems: problems.map(say), warnings: warnings.map(say), normalised };
}

const WORD = fc.oneof(
  fc.constantFrom(
    "block",
    "NONE",
    "open",
    "/sorry",
    "x-real-ip",
    "text/*",
    "Ünïcode ✓",
    'a"b\\c\u0000\n\u007f',
  ),
  fc.string({ maxLength: 6, unit: "binary" }),
);

const NUMBER = fc.oneof(
  fc.constantFrom(0, 1, 2, 303, 403, 0.5, 2 ** 53, 1e21, 5e-324),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
);

const ANY = fc.letrec<{ any: Json }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    fc.constantFrom<Json>(null, true, false),
    NUMBER,
    WORD,
    fc.array(tie("any"), { maxLength: 4 }),
    fc.dictionary(WORD, tie("any"), { maxKeys: 4 }),
  ),
})).any;

const FITTING: Record<string, fc.Arbitrary<Json>> = {
  mode: fc.constantFrom("observe", "monitor", "block"),
  hold_headers: fc.boolean(),
  request_body: fc.constantFrom("NONE", "BUFFERED"),
  body_capture_size: fc.integer({ min: 1, max: 16777216 }),
  decode_rounds: fc.integer({ min: 0, max: 8 }),
  budget: fc.integer({ min: 1, max: 1e12 }),
  allowed_content_types: fc.subarray(["text/*", "*+json", "image/png"]),
  disabled_rules: fc.array(fc.stringMatching(/^[a-z]{1,4}-[0-9]{3}$/), { maxLength: 4 }),
  service: WORD,
  redaction: fc.record({ enabled: fc.boolean(), key_regex: WORD }, { requiredKeys: [] }),
  client_ip: fc.record({ header: fc.constant("X-Real-IP"), trusted_hops: fc.nat(3) }, { requiredKeys: [] }),
  blocking: fc.record({ status: fc.integer({ min: 390, max: 510 }), json: WORD }, { requiredKeys: [] }),
  custom_rules: fc.oneof(fc.array(ANY, { maxLength: 5 }), fc.dictionary(WORD, ANY, { maxKeys: 5 })),
};

/** A configuration; at times with a value that does not fit, or a field that does not exist. */
const DOCUMENT = fc
  .tuple(
    fc.record(FITTING, { requiredKeys: [] }),
    atTimes(fc.tuple(fc.constantFrom(...Object.keys(FITTING)), ANY)),
    atTimes(fc.tuple(WORD, ANY)),
  )
  .map(([fields, ...more]) => {
    const document = { ...fields, ...Object.fromEntries(more.flat()) };
    // As JSON has it, in which there is no -0 and no prototype.
    return JSON.parse(JSON.stringify(document)) as Record<string, Json>;
  });

function atTimes<T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T[]> {
  return fc.oneof(
    { weight: 6, arbitrary: fc.constant<T[]>([]) },
    { weight: 1, arbitrary: fc.tuple(arbitrary) },
  );
}

describe("configuration as google.protobuf.Struct", () => {
  test("mode block, as Envoy hands it over → accepted", () => {
    const { accepted, problems, warnings, normalised } = config.check(BLOCK);
    assert.deepEqual({ accepted, problems, warnings }, { accepted: true, problems: [], warnings: [] });
    assert.deepEqual(normalised, { ...DEFAULTS, mode: "block" });
    assert.deepEqual(struct({ mode: "block" }), BLOCK);
  });

  test("an empty Struct is no bytes → the defaults", () => {
    assert.deepEqual(config.check(struct({})).normalised, DEFAULTS);
  });

  test("JSON after a newline is JSON", () => {
    assert.equal(config.check('\n{"mode":"block"}').normalised?.["mode"], "block");
    assert.deepEqual(config.check("\n \n").normalised, DEFAULTS);
    assert.deepEqual(config.check('\n{"mode":}').problems, [
      "configuration: line 2, column 9: unexpected character",
    ]);
  });

  test("problems name the paths, without lines", () => {
    const wrong = {
      mode: "bloc",
      blocking: { status: "403" },
      disabled_rules: ["", 7],
      budget: 0.5,
      colour: null,
    };
    assert.deepEqual(config.check(struct(wrong)).problems, [
      'mode: "bloc" is not one of observe, monitor, block',
      "blocking.status: must be a whole number, not a string",
      'disabled_rules[0]: "" is no rule id',
      "disabled_rules[1]: must be a string, not a number",
      "budget: 0.5 is not a whole number",
      "colour: unknown field",
    ]);
  });

  test("a key that comes twice is refused as in JSON", () => {
    const twice = Buffer.concat([entry("mode", "block"), entry("mode", "monitor")]);
    assert.deepEqual(config.check(twice).problems, ["configuration: name used twice in one object"]);
  });

  test("neither JSON nor Struct → the problem of the JSON", () => {
    const { accepted, problems, normalised } = config.check(BLOCK.subarray(0, -1));
    assert.deepEqual({ accepted, normalised }, { accepted: false, normalised: undefined });
    assert.deepEqual(problems, ["configuration: line 2, column 1: unexpected character"]);
  });

  test("what is not finite is refused", () => {
    for (const value of [NaN, Infinity, -Infinity]) {
      assert.equal(config.check(struct({ custom_rules: [value] })).accepted, false, String(value));
    }
  });

  test("cut short → accepted between entries only", () => {
    const entries = [
      entry("mode", "block"),
      entry("custom_rules", [1, { a: [null, "x"] }]),
      entry("service", "s"),
    ];
    const ends = entries.map((_, i) => Buffer.concat(entries.slice(0, i + 1)).length);
    const whole = Buffer.concat(entries);
    for (let len = 2; len <= whole.length; len++) {
      assert.equal(config.check(whole.subarray(0, len)).accepted, ends.includes(len), `${len} bytes`);
    }
  });

  test("struct-equals-json", () => {
    const seen = { accepted: 0, refused: 0 };
    fc.assert(
      fc.property(DOCUMENT, (document) => {
        const asJson = config.check(JSON.stringify(document));
        seen[asJson.accepted ? "accepted" : "refused"]++;
        assert.deepEqual(outcome(config.check(struct(document))), outcome(asJson));
      }),
      { numRuns: 2000 },
    );
    assert.ok(seen.accepted > 100 && seen.refused > 100, JSON.stringify(seen));
  });

  test("every finite number arrives as it was", () => {
    const numbers = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), {
      minLength: 1,
      maxLength: 50,
    });
    fc.assert(
      fc.property(numbers, (values) => {
        const { normalised } = config.check(struct({ custom_rules: values }));
        assert.deepEqual(
          normalised?.["custom_rules"],
          values.map((value) => (value === 0 ? 0 : value)),
        );
      }),
      { numRuns: 1000 },
    );
  });

  test("never-traps on changed, cut and random bytes, which leave nothing behind", () => {
    const changed = fc
      .tuple(DOCUMENT, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 }), fc.nat())
      .map(([document, changes, cut]) => {
        const bytes = struct(document);
        for (const [place, value] of changes) bytes[place % (bytes.length || 1)] = value;
        return cut % 2 === 0 ? bytes : bytes.subarray(0, cut % (bytes.length + 1));
      });
    const random = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from([0x0a, ...bytes]));
    fc.assert(
      fc.property(fc.oneof(changed, random), (bytes) => {
        config.check(bytes);
        assert.deepEqual(config.check(BLOCK).normalised, { ...DEFAULTS, mode: "block" });
      }),
      { numRuns: 2000 },
    );
  });

  test("refused or accepted, the memory is given back", () => {
    const big = struct({
      custom_rules: Array.from({ length: 2000 }, (_, i) => ({ [`rule ${i}`]: "é\n".repeat(9) })),
    });
    const round = (): number => {
      assert.ok(config.check(big).accepted);
      assert.ok(!config.check(big.subarray(0, -1)).accepted);
      return config.engine.memory.buffer.byteLength;
    };
    for (let i = 0; i < 3; i++) round();
    const before = round();
    for (let i = 0; i < 40; i++) assert.equal(round(), before, `round ${i}`);
  });
});
