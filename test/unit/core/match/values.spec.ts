import { Checksum, checksumFromName, checksumHolds } from "../../../../assembly/core/match/checksum";
import { hiddenAsciiFind } from "../../../../assembly/core/match/hidden-ascii";
import {
  booleanEquals,
  numberEquals,
  numberGreater,
  numberLower,
  NumberType,
  NumberValue,
  parseNumber,
  stringEquals,
} from "../../../../assembly/core/match/number";
import { Span } from "../../../../assembly/core/match/span";

/** A number as written; more digits follow it in memory. */
function number(text: string): NumberValue {
  const bytes = String.UTF8.encode(text + "55e5");
  const value = new NumberValue();
  parseNumber(changetype<usize>(bytes), text.length, value);
  return value;
}

function lower(a: string, b: string): bool {
  expect(numberGreater(number(b), number(a))).toBe(numberLower(number(a), number(b)), a + " " + b);
  return numberLower(number(a), number(b));
}

describe("core/match/number", () => {
  test("types", () => {
    expect(number("0").type).toBe(NumberType.Unsigned);
    expect(number("18446744073709551615").type).toBe(NumberType.Unsigned);
    expect(number("18446744073709551616").type).toBe(NumberType.Float);
    expect(number("-9223372036854775808").type).toBe(NumberType.Signed);
    expect(number("-9223372036854775809").type).toBe(NumberType.Float);
    expect(number("1.0").type).toBe(NumberType.Float);
    expect(number("1e2").type).toBe(NumberType.Float);
    const none = ["", "-", "+1", "01", "1.", ".5", "1e", "1e+", "0x1", "1 ", "Infinity", "--1"];
    for (let i = 0; i < none.length; i++) expect(number(none[i]).type).toBe(NumberType.None, none[i]);
  });
  test("values", () => {
    expect(number("18446744073709551615").bits).toBe(u64.MAX_VALUE);
    expect(<i64>number("-42").bits).toBe(-42);
    expect(number("-12.5e-1").real).toBe(-1.25);
    expect(number("1e400").real).toBe(Infinity);
    expect(number("1e-400").real).toBe(0);
    expect(number("0.1").real).toBe(0.1);
  });
  test("equals: integers with integers, floats with floats within delta", () => {
    expect(numberEquals(number("5"), number("5"), 0.01)).toBe(true);
    expect(numberEquals(number("-5"), number("5"), 0.01)).toBe(false);
    expect(numberEquals(number("18446744073709551615"), number("-1"), 0.01)).toBe(false, "same bits");
    expect(numberEquals(number("5.0"), number("5"), 0.01)).toBe(false, "float, integer wanted");
    expect(numberEquals(number("5"), number("5.0"), 0.01)).toBe(false, "integer, float wanted");
    expect(numberEquals(number("5.001"), number("5.0"), 0.01)).toBe(true);
    expect(numberEquals(number("5.02"), number("5.0"), 0.01)).toBe(false);
    expect(numberEquals(number("x"), number("x"), 0.01)).toBe(false);
  });
  test("lower and greater, whatever the types", () => {
    expect(lower("1", "2")).toBe(true);
    expect(lower("2", "2")).toBe(false);
    expect(lower("-1", "18446744073709551615")).toBe(true);
    expect(lower("18446744073709551615", "-1")).toBe(false);
    expect(lower("-3", "-2")).toBe(true);
    expect(lower("1.5", "2")).toBe(true);
    expect(lower("2", "1.5")).toBe(false);
    expect(lower("x", "1")).toBe(false);
  });
  test("strings and booleans", () => {
    const bytes = String.UTF8.encode("truefalse");
    const at = changetype<usize>(bytes);
    expect(booleanEquals(at, 4, true)).toBe(true);
    expect(booleanEquals(at + 4, 5, false)).toBe(true);
    expect(booleanEquals(at, 4, false)).toBe(false);
    expect(booleanEquals(at, 3, true)).toBe(false);
    expect(stringEquals(at, 4, at, 4)).toBe(true);
    expect(stringEquals(at, 4, at, 5)).toBe(false);
    expect(stringEquals(at, 4, at + 4, 4)).toBe(false);
  });
});

const span = new Span();

/** Offset and end of the hidden run as "3-7", or "". Bytes, one per character; half a tag follows in memory. */
function hidden(row: string): string {
  const at = heap.alloc(row.length + 8);
  for (let i = 0; i < row.length; i++) store<u8>(at + i, <u8>row.charCodeAt(i));
  store<u64>(at + row.length, 0x8180a0f38180a0f3);
  const found = hiddenAsciiFind(at, at + row.length, span);
  heap.free(at);
  return found ? (span.from - at).toString() + "-" + (span.to - at).toString() : "";
}

describe("core/match/hidden-ascii hiddenAsciiFind", () => {
  test("tag characters", () => {
    expect(hidden("\xf3\xa0\x81\x81")).toBe("0-4");
    expect(hidden("abc\xf3\xa0\x80\x80\xf3\xa0\x81\xbfx")).toBe("3-11");
    expect(hidden("0123456789abcdef\xf3\xf3\xa0\x81\x81")).toBe("17-21");
  });
  test("nothing else", () => {
    const rows = [
      "",
      "plain",
      "\xf3\xa0\x82\x80",
      "\xf3\xa0\x81",
      "\xf3\xa0\x81\x41",
      "\xf3\xa1\x81\x81",
      "\xf3",
    ];
    for (let i = 0; i < rows.length; i++) expect(hidden(rows[i])).toBe("", rows[i]);
  });
});

function luhn(text: string): bool {
  const bytes = String.UTF8.encode(text + "5");
  const at = changetype<usize>(bytes);
  return checksumHolds(Checksum.Luhn, at, at + text.length);
}

describe("core/match/checksum", () => {
  test("Luhn", () => {
    const right = ["4242424242424242", "4242 4242-4242 4242", "378282246310005", "0", "79927398713"];
    for (let i = 0; i < right.length; i++) expect(luhn(right[i])).toBe(true, right[i]);
    const wrong = ["4242424242424241", "2424242424242424242", "79927398710", "1", "", "no digits"];
    for (let i = 0; i < wrong.length; i++) expect(luhn(wrong[i])).toBe(false, wrong[i]);
  });
  test("names", () => {
    const bytes = String.UTF8.encode("luhnluhm");
    const at = changetype<usize>(bytes);
    expect(checksumFromName(at, 4)).toBe(Checksum.Luhn);
    expect(checksumFromName(at, 5)).toBe(Checksum.None);
    expect(checksumFromName(at + 4, 4)).toBe(Checksum.None);
    expect(checksumHolds(Checksum.None, at, at)).toBe(false);
  });
});
