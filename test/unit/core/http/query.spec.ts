import { findByte } from "../../../../assembly/core/bytes/find-byte";
import { QueryParser } from "../../../../assembly/core/http/query";
import { Anomaly } from "../../../../assembly/core/inputs/anomaly";
import { Inputs } from "../../../../assembly/core/inputs/inputs";
import { Bytes, listing } from "../inputs/listing";

const inputs = new Inputs();
const parser = new QueryParser();

class Row {
  constructor(
    public name: string,
    public text: string,
    public wanted: string,
    public anomalies: u64,
  ) {}
}

const ROWS: Row[] = [
  new Row("pairs", "a=1&b=2", "a# a=1 b# b=2", 0),
  new Row("duplicate keys are all kept, and joined", "a=1&a=2", "a# a=1 a# a=2 a=1,2", 0),
  new Row(
    "keys are joined in the order they began",
    "b=1&a=%32&b=3&c=4&%61=5&b=",
    "b# b=1 a# a=2 b# b=3 c# c=4 a# a=5 b# b= b=1,3, a=2,5",
    0,
  ),
  new Row("keys without a value are not joined", "a&a&a=1", "a# a= a# a= a# a=1", 0),
  new Row("plus and escapes", "a+b=%41+%c3%a9", "a b# a b=A é", 0),
  new Row("key only, empty value, empty key", "a&b=&=c&&", "a# a= b# b= # =c", 0),
  new Row("equals in the value", "a=b=c", "a# a=b=c", 0),
  new Row("bad escapes are kept", "a=%zz%4&b=%", "a# a=%zz%4 b# b=%", Anomaly.QueryBadEscape),
  new Row("escaped percent", "a=%2541", "a# a=%41", 0),
  new Row("unicode escapes", "a=%u003c%uD83D%uDE00", "a# a=<😀", Anomaly.QueryUnicodeEscape),
  new Row("bad unicode escape", "a=%u00g1", "a# a=%u00g1", Anomaly.QueryBadEscape),
  new Row("semicolon without equals is data", "a=b;c", "a# a=b;c", 0),
  new Row("semicolon pairs", "a=1;b=2", "a# a=1;b=2 a# a=1 b# b=2", Anomaly.QuerySemicolon),
  new Row("semicolon before the key", "x;a=1", "x;a# x;a=1 x# x= a# a=1", Anomaly.QuerySemicolon),
  new Row(
    "brackets",
    "a[b][c]=1&a[]=2&a[]=3&a[7]=4",
    "a.b.c#a[b][c] a.b.c=1 a.0#a[] a.0=2 a.1#a[] a.1=3 a.7#a[7] a.7=4",
    0,
  ),
  new Row("escaped brackets", "a%5Bb%5D=1", "a.b#a[b] a.b=1", 0),
  new Row("odd brackets", "a[b=1&[c]=2&d[e]f=3", "a[b# a[b=1 [c]# [c]=2 d.e.f#d[e]f d.e.f=3", 0),
];

describe("core/http/query QueryParser", () => {
  test("pairs", () => {
    for (let i = 0; i < ROWS.length; i++) {
      const row = ROWS[i];
      const bytes = new Bytes(row.text);
      parser.start(3);
      expect(parser.feed(inputs, bytes.at, bytes.len)).toBe(bytes.len, row.name);
      expect(parser.finish(inputs)).toBe(true, row.name);
      expect(listing(inputs)).toBe(row.wanted, row.name);
      expect(parser.anomalies).toBe(row.anomalies, row.name);
    }
  });
  test("of many repeated keys the first are joined", () => {
    let pairs = "";
    for (let i = 0; i < 300; i++) pairs += "k" + (i % 20).toString() + "=" + i.toString() + "&";
    const bytes = new Bytes(pairs);
    parser.start(3);
    parser.feed(inputs, bytes.at, bytes.len);
    const before = inputs.count;
    expect(parser.finish(inputs)).toBe(true, "complete");
    expect(inputs.count - before).toBe(16, "keys");
    inputs.clear();
  });
  test("a value longer than the window is not joined with its own windows", () => {
    const bytes = new Bytes("a=" + "x".repeat(200000));
    parser.start(3);
    parser.feed(inputs, bytes.at, bytes.len);
    parser.finish(inputs);
    for (let i: u32 = 0; i < inputs.count; i++) {
      const end = inputs.at(i) + inputs.len(i);
      expect(findByte(inputs.at(i), end, 0x2c)).toBe(end, "no comma");
    }
    expect(inputs.count > 2).toBe(true, "windows");
    inputs.clear();
  });
  test("brackets past the limit are one key", () => {
    const bytes = new Bytes("a" + "[b]".repeat(100) + "=1");
    parser.start(3);
    parser.feed(inputs, bytes.at, bytes.len);
    parser.finish(inputs);
    expect(parser.anomalies).toBe(Anomaly.QueryDepth, "noted");
    inputs.clear();
  });
});
