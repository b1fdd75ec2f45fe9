import { ByteWriter } from "../../../../assembly/core/bytes/byte-writer";
import { JsonKind } from "../../../../assembly/core/document/json-document";
import { InputKind } from "../../../../assembly/core/inputs/inputs";
import { comparandReads, compareValue, writeComparand } from "../../../../assembly/core/rules/comparand";
import { Operator } from "../../../../assembly/core/rules/layout";

/** Does `value` of `kind` compare with `want` of `wantKind`? */
function compares(operator: u32, wantKind: u32, want: string, kind: u32, value: string): bool {
  const table = new ByteWriter();
  const wanted = String.UTF8.encode(want);
  writeComparand(table, wantKind, changetype<usize>(wanted), wanted.byteLength, 0.01);
  const bytes = String.UTF8.encode(value);
  return compareValue(operator, table.at, kind, changetype<usize>(bytes), bytes.byteLength);
}

describe("core/rules/comparand compareValue", () => {
  test("numbers", () => {
    expect(compares(Operator.Equals, JsonKind.Number, "42", InputKind.Number, "42")).toBe(true);
    expect(compares(Operator.Equals, JsonKind.Number, "42", InputKind.Number, "43")).toBe(false);
    expect(compares(Operator.Equals, JsonKind.Number, "1.5", InputKind.Number, "1.505")).toBe(
      true,
      "within delta",
    );
    expect(compares(Operator.GreaterThan, JsonKind.Number, "42", InputKind.Number, "42.1")).toBe(true);
    expect(compares(Operator.GreaterThan, JsonKind.Number, "42", InputKind.Number, "42")).toBe(false);
    expect(compares(Operator.LowerThan, JsonKind.Number, "0", InputKind.Number, "-1")).toBe(true);
  });
  test("strings and booleans equal their own kind only", () => {
    expect(compares(Operator.Equals, JsonKind.String, "yes", InputKind.String, "yes")).toBe(true);
    expect(compares(Operator.Equals, JsonKind.String, "yes", InputKind.String, "yess")).toBe(false);
    expect(compares(Operator.Equals, JsonKind.String, "1", InputKind.Number, "1")).toBe(false);
    expect(compares(Operator.Equals, JsonKind.True, "true", InputKind.Boolean, "true")).toBe(true);
    expect(compares(Operator.Equals, JsonKind.False, "false", InputKind.Boolean, "true")).toBe(false);
    expect(compares(Operator.Equals, JsonKind.True, "true", InputKind.String, "true")).toBe(false);
    expect(compares(Operator.Equals, JsonKind.Number, "1", InputKind.String, "1")).toBe(false);
    expect(compares(Operator.Equals, JsonKind.Number, "0", InputKind.Null, "")).toBe(false);
  });
});

describe("core/rules/comparand", () => {
  test("a key is a string; numbers and booleans are read by their own kind only", () => {
    expect(compares(Operator.Equals, JsonKind.String, "yes", InputKind.Key, "yes")).toBe(true);
    const table = new ByteWriter();
    writeComparand(table, JsonKind.String, 0, 0, 0);
    expect(comparandReads(table.at, InputKind.Key)).toBe(true);
    expect(comparandReads(table.at, InputKind.Number)).toBe(false);
    table.clear();
    writeComparand(table, JsonKind.True, 0, 0, 0);
    expect(comparandReads(table.at, InputKind.Boolean)).toBe(true);
    expect(comparandReads(table.at, InputKind.String)).toBe(false);
  });
  test("a whole number that is asked for as a float equals floats", () => {
    const table = new ByteWriter();
    const wanted = String.UTF8.encode("42");
    writeComparand(table, JsonKind.Number, changetype<usize>(wanted), 2, 0.01, true);
    const value = String.UTF8.encode("42.0");
    expect(compareValue(Operator.Equals, table.at, InputKind.Number, changetype<usize>(value), 4)).toBe(true);
    expect(compareValue(Operator.Equals, table.at, InputKind.Number, changetype<usize>(value), 2)).toBe(
      false,
      "42 is no float",
    );
  });
});
