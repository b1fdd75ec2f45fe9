import { ByteWriter } from "../../../../assembly/core/bytes/byte-writer";
import { JsonDocument, JsonKind } from "../../../../assembly/core/document/json-document";
import { JsonError } from "../../../../assembly/core/document/json-error";

function parse(doc: JsonDocument, text: string): bool {
  const out = new ByteWriter();
  out.text(text);
  const exact = heap.alloc(out.length);
  memory.copy(exact, out.at, out.length);
  const done = doc.parse(exact, out.length);
  heap.free(exact);
  out.free();
  heap.free(changetype<usize>(out));
  return done;
}

function parseBytes(doc: JsonDocument, bytes: StaticArray<u8>): bool {
  return doc.parse(changetype<usize>(bytes), bytes.length);
}

function textOf(doc: JsonDocument, node: u32): string {
  return String.UTF8.decodeUnsafe(doc.textAt(node), doc.textLen(node));
}

function pathOf(doc: JsonDocument, node: u32): string {
  const out = new ByteWriter();
  doc.path(node, out);
  const path = String.UTF8.decodeUnsafe(out.at, out.length);
  out.free();
  heap.free(changetype<usize>(out));
  return path;
}

function expectError(text: string, error: u32, at: u32): void {
  const doc = new JsonDocument();
  expect(parse(doc, text)).toBe(false, text);
  expect(doc.error).toBe(error, text);
  expect(doc.errorAt).toBe(at, text);
  expect(doc.root()).toBe(0, text);
  doc.free();
}

function expectNumber(text: string, value: f64): void {
  const doc = new JsonDocument();
  expect(parse(doc, text)).toBe(true, text);
  expect(doc.kind(doc.root())).toBe(JsonKind.Number, text);
  expect(textOf(doc, doc.root())).toBe(text, text);
  expect(doc.number(doc.root())).toBe(value, text);
  doc.free();
}

function expectString(text: string, value: string): void {
  const doc = new JsonDocument();
  expect(parse(doc, text)).toBe(true, text);
  expect(doc.kind(doc.root())).toBe(JsonKind.String, text);
  expect(textOf(doc, doc.root())).toBe(value, text);
  expect(doc.textIs(doc.root(), value)).toBe(true, text);
  expect(doc.textIs(doc.root(), value + "x")).toBe(false, text);
  doc.free();
}

describe("core/document/json-document JsonDocument", () => {
  test("members and elements are walked in order", () => {
    const doc = new JsonDocument();
    const text = ' {"rules" : [ {"id":"a","on":true}, null, false, [] , {} ], "x y": {"": -1.5e2} }\n';
    expect(parse(doc, text)).toBe(true, "parses");
    const root = doc.root();
    expect(doc.kind(root)).toBe(JsonKind.Object, "root");
    expect(doc.count(root)).toBe(2, "members");
    expect(doc.parent(root)).toBe(0, "root has no parent");
    expect(doc.next(root)).toBe(0, "root has no sibling");
    const rules = doc.get(root, "rules");
    expect(rules).toBe(doc.first(root), "rules first");
    expect(doc.kind(rules)).toBe(JsonKind.Array, "rules");
    expect(doc.count(rules)).toBe(5, "five rules");
    const rule = doc.first(rules);
    expect(doc.keyLen(rule)).toBe(0, "element without a name");
    expect(doc.textIs(doc.get(rule, "id"), "a")).toBe(true, "id");
    expect(doc.kind(doc.get(rule, "on"))).toBe(JsonKind.True, "on");
    expect(doc.get(rule, "absent")).toBe(0, "absent");
    expect(doc.get(rules, "id")).toBe(0, "array has no members");
    const none = doc.next(rule);
    expect(doc.kind(none)).toBe(JsonKind.Null, "null");
    expect(doc.kind(doc.next(none))).toBe(JsonKind.False, "false");
    const list = doc.next(doc.next(none));
    expect(doc.kind(list)).toBe(JsonKind.Array, "empty array");
    expect(doc.first(list)).toBe(0, "no element");
    const map = doc.next(list);
    expect(doc.kind(map)).toBe(JsonKind.Object, "empty object");
    expect(doc.next(map)).toBe(0, "last");
    const empty = doc.first(doc.get(root, "x y"));
    expect(doc.keyIs(empty, "")).toBe(true, "empty name");
    expect(doc.number(empty)).toBe(-150, "number");
    expect(pathOf(doc, empty)).toBe('["x y"][""]', "quoted path");
    expect(pathOf(doc, doc.get(rule, "on"))).toBe("rules[0].on", "path");
    expect(pathOf(doc, list)).toBe("rules[3]", "path of an element");
    expect(pathOf(doc, root)).toBe("", "path of the root");
    doc.free();
  });
  test("the id of no node answers nothing", () => {
    const doc = new JsonDocument();
    expect(parse(doc, "[1]")).toBe(true, "parses");
    expect(doc.kind(0)).toBe(JsonKind.None, "kind 0");
    expect(doc.kind(77)).toBe(JsonKind.None, "kind 77");
    expect(doc.next(0)).toBe(0, "next 0");
    expect(doc.first(u32.MAX_VALUE)).toBe(0, "first of the last id");
    expect(doc.get(0, "a")).toBe(0, "get 0");
    expect(doc.textLen(0)).toBe(0, "text 0");
    expect(isNaN(doc.number(0))).toBe(true, "number 0");
    expect(pathOf(doc, 0)).toBe("", "path 0");
    doc.free();
    expect(doc.root()).toBe(0, "freed");
    expect(parse(doc, "2")).toBe(true, "parses again");
    expect(doc.number(doc.root())).toBe(2, "second document");
    doc.free();
  });
  test("numbers", () => {
    expectNumber("0", 0);
    expectNumber("-0", -0.0);
    expectNumber("12", 12);
    expectNumber("-12.25", -12.25);
    expectNumber("1e0", 1);
    expectNumber("1E+2", 100);
    expectNumber("0.1", 0.1);
    expectNumber("100e-2", 1);
    expectNumber("0.000001", 0.000001);
    expectNumber("9007199254740993", 9007199254740992);
    expectNumber("9007199254740993.0000000000000000001", 9007199254740994);
    expectNumber("18446744073709551615", 18446744073709551615.0);
    expectNumber("1.7976931348623157e308", f64.MAX_VALUE);
    expectNumber("1.7976931348623159e308", Infinity);
    expectNumber("-1e400", -Infinity);
    expectNumber("1e-400", 0);
    expectNumber("1e99999999999999999999", Infinity);
    expectNumber("0e99999999999999999999", 0);
    expectNumber("5e-324", reinterpret<f64>(<u64>1));
    expectNumber("2.4703282292062327e-324", 0);
    expectNumber("2.4703282292062328e-324", reinterpret<f64>(<u64>1));
    expectNumber("2.2250738585072011e-308", reinterpret<f64>(<u64>0xfffffffffffff));
    expectNumber("2.2250738585072014e-308", reinterpret<f64>(<u64>0x10000000000000));
    expectNumber("123456789012345678901234567890", 123456789012345680000000000000.0);
  });
  test("numbers that are none", () => {
    expectError("-", JsonError.UnexpectedEnd, 1);
    expectError("-a", JsonError.BadNumber, 1);
    expectError("01", JsonError.BadNumber, 0);
    expectError("-01", JsonError.BadNumber, 1);
    expectError("1.", JsonError.UnexpectedEnd, 2);
    expectError("[1.]", JsonError.BadNumber, 3);
    expectError(".5", JsonError.UnexpectedByte, 0);
    expectError("+1", JsonError.UnexpectedByte, 0);
    expectError("1e", JsonError.UnexpectedEnd, 2);
    expectError("1e+ ", JsonError.BadNumber, 3);
    expectError("0x10", JsonError.TrailingBytes, 1);
    expectError("NaN", JsonError.UnexpectedByte, 0);
  });
  test("strings are decoded", () => {
    expectString('""', "");
    expectString('"a/b"', "a/b");
    expectString('"\\"\\\\\\/\\b\\f\\n\\r\\t"', '"\\/\b\f\n\r\t');
    expectString('"\\u0041\\u00e9\\u20AC"', "Aé€");
    expectString('"\\ud83d\\ude00!"', "😀!");
    expectString('"😀é€"', "😀é€");
    expectString('"\u007f"', "\u007f");
    const doc = new JsonDocument();
    expect(parse(doc, '"a\\u0000b"')).toBe(true, "NUL");
    expect(doc.textLen(1)).toBe(3, "NUL length");
    expect(load<u8>(doc.textAt(1), 1)).toBe(0, "NUL byte");
    doc.free();
  });
  test("strings that are none", () => {
    expectError('"', JsonError.UnexpectedEnd, 1);
    expectError('"a', JsonError.UnexpectedEnd, 2);
    expectError('"a\\', JsonError.UnexpectedEnd, 3);
    expectError('"a\\"', JsonError.UnexpectedEnd, 4);
    expectError('"a\\x41"', JsonError.BadEscape, 2);
    expectError('"\\u12"', JsonError.BadEscape, 1);
    expectError('"\\u12g4"', JsonError.BadEscape, 1);
    expectError('"\\U0041"', JsonError.BadEscape, 1);
    expectError('"\\ud83d"', JsonError.LoneSurrogate, 1);
    expectError('"\\ud83d\\u0041"', JsonError.LoneSurrogate, 1);
    expectError('"\\ude00"', JsonError.LoneSurrogate, 1);
    expectError('"\\ud83d\\n"', JsonError.LoneSurrogate, 1);
    expectError('"a\tb"', JsonError.ControlCharacter, 2);
    expectError('"a\nb"', JsonError.ControlCharacter, 2);
    expectError("'a'", JsonError.UnexpectedByte, 0);
  });
  test("bytes that are not UTF-8", () => {
    const doc = new JsonDocument();
    expect(parseBytes(doc, [0x22, 0xc3, 0xa9, 0x22])).toBe(true, "two bytes");
    expect(parseBytes(doc, [0x22, 0xc1, 0x81, 0x22])).toBe(false, "overlong");
    expect(doc.error).toBe(JsonError.BadUtf8, "overlong");
    expect(doc.errorAt).toBe(1, "overlong");
    expect(parseBytes(doc, [0x22, 0xe0, 0x80, 0x80, 0x22])).toBe(false, "overlong of three");
    expect(parseBytes(doc, [0x22, 0xed, 0xa0, 0x80, 0x22])).toBe(false, "surrogate");
    expect(parseBytes(doc, [0x22, 0xf4, 0x90, 0x80, 0x80, 0x22])).toBe(false, "past U+10FFFF");
    expect(parseBytes(doc, [0x22, 0x80, 0x22])).toBe(false, "lone continuation");
    expect(parseBytes(doc, [0x22, 0xe2, 0x82])).toBe(false, "cut");
    expect(parseBytes(doc, [0xef, 0xbb, 0xbf, 0x31])).toBe(false, "byte order mark");
    expect(doc.error).toBe(JsonError.UnexpectedByte, "byte order mark");
    doc.free();
  });
  test("structures that are none", () => {
    expectError("", JsonError.Empty, 0);
    expectError(" \t\r\n", JsonError.Empty, 4);
    expectError("{", JsonError.UnexpectedEnd, 1);
    expectError("[", JsonError.UnexpectedEnd, 1);
    expectError("[1", JsonError.UnexpectedEnd, 2);
    expectError("[1,]", JsonError.UnexpectedByte, 3);
    expectError("[,1]", JsonError.UnexpectedByte, 1);
    expectError("[1 2]", JsonError.UnexpectedByte, 3);
    expectError("[1}", JsonError.UnexpectedByte, 2);
    expectError('{"a":1]', JsonError.UnexpectedByte, 6);
    expectError('{"a":1,}', JsonError.UnexpectedByte, 7);
    expectError('{"a"}', JsonError.UnexpectedByte, 4);
    expectError('{"a":}', JsonError.UnexpectedByte, 5);
    expectError("{a:1}", JsonError.UnexpectedByte, 1);
    expectError("{1:1}", JsonError.UnexpectedByte, 1);
    expectError("1 2", JsonError.TrailingBytes, 2);
    expectError("[]]", JsonError.TrailingBytes, 2);
    expectError("]", JsonError.UnexpectedByte, 0);
    expectError("nul", JsonError.UnexpectedEnd, 3);
    expectError("nulL", JsonError.UnexpectedByte, 3);
    expectError("True", JsonError.UnexpectedByte, 0);
    expectError("[1]/**/", JsonError.TrailingBytes, 3);
    expectError("\f1", JsonError.UnexpectedByte, 0);
    expectError("1\0", JsonError.TrailingBytes, 1);
  });
  test("a name twice in one object is an error", () => {
    expectError('{"a":1,"a":2}', JsonError.DuplicateKey, 7);
    expectError('{"a":1,"\\u0061":2}', JsonError.DuplicateKey, 7);
    expectError('{"":1,"":2}', JsonError.DuplicateKey, 6);
    expectError('[{"b":{"c":1, "d":2,"c":3}}]', JsonError.DuplicateKey, 20);
    const doc = new JsonDocument();
    expect(parse(doc, '{"a":{"a":1},"b":[{"a":1},{"a":2}]}')).toBe(true, "other objects");
    doc.free();
  });
  test("depth", () => {
    const doc = new JsonDocument();
    expect(parse(doc, "[".repeat(200) + "]".repeat(200))).toBe(true, "200 arrays");
    expect(pathOf(doc, 200)).toBe("[0]".repeat(199), "deepest path");
    expectError("[".repeat(201) + "]".repeat(201), JsonError.TooDeep, 200);
    expectError("[".repeat(100_000), JsonError.TooDeep, 200);
    expectError('{"":'.repeat(300), JsonError.TooDeep, 800);
    doc.free();
  });
  test("many members", () => {
    const out = new ByteWriter();
    out.byte(0x7b);
    for (let i = 0; i < 20_000; i++) {
      if (i > 0) out.byte(0x2c);
      out.text('"name');
      out.decimal(i);
      out.text('":');
      out.decimal(i);
    }
    const kept = out.length;
    out.byte(0x7d);
    const doc = new JsonDocument();
    expect(doc.parse(out.at, out.length)).toBe(true, "parses");
    expect(doc.count(doc.root())).toBe(20_000, "count");
    expect(doc.number(doc.get(doc.root(), "name19999"))).toBe(19_999, "last");
    out.length = kept;
    out.text(',"name777":1}');
    expect(doc.parse(out.at, out.length)).toBe(false, "duplicate among many");
    expect(doc.error).toBe(JsonError.DuplicateKey, "duplicate among many");
    expect(doc.errorAt).toBe(kept + 1, "duplicate among many");
    doc.free();
    out.free();
  });
});
