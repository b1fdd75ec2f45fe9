// The strict JSON reader against JSON.parse. Two differences are wanted: a name twice in one object and an
// escaped half of a surrogate pair are errors.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { ConfigEngine } from "./config-engine.ts";

const engine = new ConfigEngine();
const STRICTER = /name used twice|half of a surrogate pair|nested deeper/;
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Both read `source` alike. */
function agree(source: Uint8Array | string): void {
  const parsed = engine.parse(source);
  if ("problem" in parsed && STRICTER.test(parsed.problem)) return;
  let expected: unknown;
  try {
    expected = JSON.parse(typeof source === "string" ? source : decoder.decode(source));
  } catch {
    assert.ok("problem" in parsed, `accepted: ${JSON.stringify(source)}`);
    return;
  }
  assert.ok("value" in parsed, `${"problem" in parsed && parsed.problem}: ${JSON.stringify(source)}`);
  assert.deepEqual(parsed.value, expected);
}

const JSON_CHARACTERS = fc.string({
  unit: fc.constantFrom(
    ...'{}[]:,"\\/bfnrtu0123456789aAdDeE+-. \t\n\u00e9\u{1f600}',
    "true",
    "null",
    '""',
    "\\u",
    '":',
  ),
  maxLength: 24,
});

describe("core/document/json-document agrees with JSON.parse", () => {
  test("values of every shape, compact and spaced", () => {
    fc.assert(
      fc.property(
        fc.jsonValue({ maxDepth: 6, stringUnit: "binary" }),
        fc.constantFrom(0, 1, 2),
        (value, indent) => agree(JSON.stringify(value, null, indent)),
      ),
      { numRuns: 1500 },
    );
  });

  test("texts of JSON's characters", () => {
    fc.assert(fc.property(JSON_CHARACTERS, agree), { numRuns: 20_000 });
  });

  test("strings of escapes", () => {
    fc.assert(
      fc.property(
        JSON_CHARACTERS.map((text) => `"${text.replaceAll('"', "")}"`),
        agree,
      ),
      { numRuns: 10_000 },
    );
  });

  test("random bytes, as they are and in quotes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 12 }), (bytes) => {
        agree(bytes);
        agree(Uint8Array.from([0x22, ...bytes, 0x22]));
      }),
      { numRuns: 5000 },
    );
  });

  test("numbers: every f64, shortest and with 17 to 21 digits", () => {
    fc.assert(
      fc.property(
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.integer({ min: 17, max: 21 }),
        (value, digits) => {
          agree(JSON.stringify(value));
          agree(value.toPrecision(digits));
        },
      ),
      { numRuns: 3000 },
    );
  });

  test("numbers: any digits and exponent", () => {
    const digits = fc.string({ unit: fc.constantFrom(..."0123456789"), minLength: 1, maxLength: 40 });
    const number = fc.tuple(
      fc.bigInt({ min: -(10n ** 25n), max: 10n ** 25n }),
      digits,
      fc.integer({ min: -360, max: 330 }),
    );
    fc.assert(
      fc.property(number, ([whole, fraction, exponent]) => agree(`${whole}.${fraction}e${exponent}`)),
      { numRuns: 5000 },
    );
  });

  test("numbers: halfway between two f64, and one digit beside it", () => {
    const halfway = fc.tuple(
      fc.bigInt({ min: 1n, max: 2n ** 53n - 1n }),
      fc.integer({ min: -1075, max: 960 }),
    );
    fc.assert(
      fc.property(halfway, ([significand, exponent]) => {
        const exact = exactDecimal(2n * significand + 1n, exponent);
        agree(exact);
        agree(`${exact}${exact.includes(".") ? "" : "."}0000001`);
        agree(exact.replace(/[1-9](?=0*$)/, (digit) => String(Number(digit) - 1)));
      }),
      { numRuns: 500 },
    );
  });

  test("numbers longer than any f64 needs", () => {
    agree(`0.${"0".repeat(2000)}1`);
    agree(`1${"0".repeat(308)}.${"0".repeat(5000)}1`);
    agree(`${"9".repeat(308)}.${"9".repeat(3000)}`);
    agree(`9007199254740993.${"0".repeat(3000)}1`);
    agree(`0.${"3".repeat(3000)}e300`);
  });
});

/** significand × 2^exponent, all digits. */
function exactDecimal(significand: bigint, exponent: number): string {
  if (exponent >= 0) return String(significand << BigInt(exponent));
  const digits = String(significand * 5n ** BigInt(-exponent)).padStart(-exponent + 1, "0");
  return `${digits.slice(0, exponent)}.${digits.slice(exponent)}`;
}
