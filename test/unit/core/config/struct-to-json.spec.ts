import { ByteWriter } from "../../../../assembly/core/bytes/byte-writer";
import { structToJson } from "../../../../assembly/core/config/struct-to-json";
import { JSON_DEPTH_LIMIT } from "../../../../assembly/core/document/json-error";

const REFUSED: string = "refused";

/** `hex` in pairs, with blanks anywhere. */
function bytesOf(hex: string): ByteWriter {
  const out = new ByteWriter();
  const digits = hex.replaceAll(" ", "");
  for (let i = 0; i < digits.length; i += 2) out.byte(<u8>parseInt(digits.substr(i, 2), 16));
  return out;
}

/** What structToJson appends to "…" for these bytes, which lie alone at the end of their block. */
function json(bytes: ByteWriter): string {
  const exact = heap.alloc(bytes.length);
  memory.copy(exact, bytes.at, bytes.length);
  const out = new ByteWriter();
  out.text("…");
  const done = structToJson(exact, bytes.length, out);
  const text = String.UTF8.decodeUnsafe(out.at, out.length);
  heap.free(exact);
  expect(text.startsWith("…")).toBe(true, "what was there stays");
  if (!done) expect(text).toBe("…", "a refusal leaves nothing");
  return done ? text.substring(1) : REFUSED;
}

/** Each row: a name, the bytes, the JSON. */
function expectRows(rows: string[]): void {
  for (let i = 0; i < rows.length; i += 3) expect(json(bytesOf(rows[i + 1]))).toBe(rows[i + 2], rows[i]);
}

/** The JSON of the Struct `{"a":value}`. */
function jsonOfNumber(value: f64): string {
  const out = bytesOf("0a 0e 0a 01 61 12 09 11");
  out.u64(reinterpret<u64>(value));
  return json(out);
}

function appendVarint(out: ByteWriter, value: u32): void {
  while (value >= 0x80) {
    out.byte(<u8>(value | 0x80));
    value >>= 7;
  }
  out.byte(<u8>value);
}

/** `payload` as field `tag >> 3`, length first. */
function wrapped(tag: u8, payload: ByteWriter): ByteWriter {
  const out = new ByteWriter();
  out.byte(tag);
  appendVarint(out, payload.length);
  out.bytes(payload.at, payload.length);
  payload.free();
  return out;
}

/** `containers` inside each other: one Struct with lists in it. */
function nested(containers: u32): ByteWriter {
  let value = bytesOf("32 00");
  for (let i: u32 = 2; i < containers; i++) value = wrapped(0x32, wrapped(0x0a, value));
  return wrapped(0x0a, wrapped(0x12, value));
}

describe("core/config/struct-to-json structToJson", () => {
  test("what serializers write", () => {
    expectRows([
      "nothing",
      "",
      "{}",
      "string",
      "0a0f 0a046d6f6465 1207 1a05626c6f636b",
      '{"mode":"block"}',
      "null",
      "0a07 0a0161 1202 0800",
      '{"a":null}',
      "false and true",
      "0a07 0a0161 1202 2000 0a07 0a0162 1202 2001",
      '{"a":false,"b":true}',
      "empty string",
      "0a07 0a0161 1202 1a00",
      '{"a":""}',
      "empty Struct and empty list",
      "0a07 0a0161 1202 2a00 0a07 0a0162 1202 3200",
      '{"a":{},"b":[]}',
      "Struct in a Struct",
      "0a10 0a0161 120b 2a09 0a07 0a0162 1202 2001",
      '{"a":{"b":true}}',
      "list",
      "0a0f 0a0161 120a 3208 0a022001 0a022000",
      '{"a":[true,false]}',
      "list in a list, then more",
      "0a11 0a0161 120c 320a 0a04 3202 0a00 0a02 2001",
      '{"a":[[null],true]}',
      "escapes",
      "0a0b 0a0122 1206 1a04 0a5c007f",
      '{"\\"":"\\u000a\\\\\\u0000\\u007f"}',
      "UTF-8",
      "0a0a 0a02c3a9 1204 1a02c3bf",
      '{"é":"ÿ"}',
      "same key twice",
      "0a07 0a0161 1202 2000 0a07 0a0161 1202 2001",
      '{"a":false,"a":true}',
    ]);
  });
  test("what serializers may write", () => {
    expectRows([
      "entry without a value",
      "0a03 0a0161",
      '{"a":null}',
      "Value without a kind",
      "0a05 0a0161 1200",
      '{"a":null}',
      "element without a kind",
      "0a09 0a0161 1204 3202 0a00",
      '{"a":[null]}',
      "entry without a key",
      "0a04 1202 2001",
      '{"":true}',
      "empty entry",
      "0a00",
      '{"":null}',
      "value before key",
      "0a07 1202 2001 0a0161",
      '{"a":true}',
      "long varint",
      "0a07 0a0161 1202 2002",
      '{"a":true}',
      "longest varint",
      "0a10 0a0161 120b 20 ffffffffffffffffff01",
      '{"a":true}',
      "padded length",
      "0a8900 0a0161 128300 208000",
      '{"a":false}',
    ]);
  });
  test("unknown fields are skipped", () => {
    expectRows([
      "varint",
      "1801 0a07 0a0161 1202 2001",
      '{"a":true}',
      "fixed64",
      "19 0102030405060708 0a07 0a0161 1202 2001",
      '{"a":true}',
      "bytes",
      "1a020a00 0a07 0a0161 1202 2001",
      '{"a":true}',
      "fixed32",
      "1d 01020304 0a07 0a0161 1202 2001",
      '{"a":true}',
      "in an entry",
      "0a0a 0a0161 1a0161 1202 2001",
      '{"a":true}',
      "in a Value",
      "0a0a 0a0161 1205 3a0161 2001",
      '{"a":true}',
      "in a list",
      "0a0b 0a0161 1206 3204 1001 0a00",
      '{"a":[null]}',
      "a known number of another wire type",
      "0801 0a09 0a0161 1204 1801 2001",
      '{"a":true}',
      "alone",
      "1801",
      "{}",
    ]);
  });
  test("malformed bytes are refused", () => {
    expectRows([
      "length past the end",
      "0a08 0a0161 1202 2001",
      REFUSED,
      "length past the entry",
      "0a07 0a0161 1203 2001",
      REFUSED,
      "length past the Value",
      "0a07 0a0161 1202 1a01",
      REFUSED,
      "key past the entry",
      "0a02 0a01 61",
      REFUSED,
      "huge length",
      "0a ffffffffffffffff7f",
      REFUSED,
      "length near 2^32",
      "0a ffffffff0f",
      REFUSED,
      "length over 2^32",
      "0a 8080808010",
      REFUSED,
      "tag alone",
      "0a",
      REFUSED,
      "unfinished tag",
      "8a",
      REFUSED,
      "unfinished varint",
      "1880",
      REFUSED,
      "varint of 65 bits",
      "18 ffffffffffffffffff02",
      REFUSED,
      "varint of 11 bytes",
      "18 8080808080808080808000",
      REFUSED,
      "field number 0",
      "0001",
      REFUSED,
      "tag over 32 bits",
      "808080801001",
      REFUSED,
      "short fixed64",
      "19 01020304050607",
      REFUSED,
      "short fixed32",
      "1d 010203",
      REFUSED,
      "group",
      "1b1c",
      REFUSED,
      "wire type 7",
      "1f",
      REFUSED,
      "wrong inside a nested list",
      "0a0a 0a0161 1205 3203 0a0220",
      REFUSED,
      "key not UTF-8",
      "0a07 0a01ff 1202 2001",
      REFUSED,
      "string not UTF-8",
      "0a08 0a0161 1203 1a01c3",
      REFUSED,
      "surrogate in UTF-8",
      "0a0a 0a0161 1205 1a03eda080",
      REFUSED,
      "two keys",
      "0a0a 0a0161 0a0162 1202 2001",
      REFUSED,
      "two values",
      "0a0b 0a0161 1202 2001 1202 2001",
      REFUSED,
      "two kinds",
      "0a09 0a0161 1204 2001 0800",
      REFUSED,
    ]);
  });
  test("numbers", () => {
    expect(jsonOfNumber(0)).toBe('{"a":0}', "zero");
    expect(jsonOfNumber(-0.0)).toBe('{"a":0}', "minus zero");
    expect(jsonOfNumber(403)).toBe('{"a":403}', "whole");
    expect(jsonOfNumber(-1)).toBe('{"a":-1}', "negative");
    expect(jsonOfNumber(1e12)).toBe('{"a":1000000000000}', "1e12");
    expect(jsonOfNumber(-9007199254740991)).toBe('{"a":-9007199254740991}', "-(2^53 - 1)");
    expect(jsonOfNumber(9007199254740992)).toBe('{"a":9007199254740992}', "2^53");
    expect(jsonOfNumber(-1e19)).toBe('{"a":-10000000000000000000}', "past an i64");
    expect(jsonOfNumber(1e20)).toBe('{"a":100000000000000000000}', "1e20");
    expect(jsonOfNumber(1e300)).toBe('{"a":1e+300}', "very large");
    expect(jsonOfNumber(f64.MAX_VALUE)).toBe('{"a":1.7976931348623157e+308}', "largest");
    expect(jsonOfNumber(0.1)).toBe('{"a":0.1}', "fraction");
    expect(jsonOfNumber(-2.5)).toBe('{"a":-2.5}', "negative fraction");
    expect(jsonOfNumber(5e-324)).toBe('{"a":5e-324}', "smallest");
    expect(jsonOfNumber(Infinity)).toBe(REFUSED, "infinity");
    expect(jsonOfNumber(-Infinity)).toBe(REFUSED, "minus infinity");
    expect(jsonOfNumber(NaN)).toBe(REFUSED, "NaN");
  });
  test("as deep as a JSON document may be", () => {
    const deepest = json(nested(JSON_DEPTH_LIMIT));
    const lists = <i32>JSON_DEPTH_LIMIT - 1;
    expect(deepest).toBe('{"":' + "[".repeat(lists) + "]".repeat(lists) + "}", "at the limit");
    expect(json(nested(JSON_DEPTH_LIMIT + 1))).toBe(REFUSED, "past it");
  });
});
