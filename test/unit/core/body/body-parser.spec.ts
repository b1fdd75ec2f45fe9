import { BodyParser } from "../../../../assembly/core/body/body-parser";
import { Looks, sniffBody } from "../../../../assembly/core/body/body-sniff";
import { BodyKind, ContentType } from "../../../../assembly/core/http/content-type";
import { Anomaly } from "../../../../assembly/core/inputs/anomaly";
import { Inputs } from "../../../../assembly/core/inputs/inputs";
import { Bytes, listing } from "../inputs/listing";

const inputs = new Inputs();
const parser = new BodyParser();
const type = new ContentType();

class Row {
  constructor(
    public name: string,
    public kind: BodyKind,
    public text: string,
    public wanted: string,
    public anomalies: u64,
  ) {}
}

const ROWS: Row[] = [
  new Row("json", BodyKind.Json, '{"a":1}', "{} a# a:1", 0),
  new Row("form", BodyKind.Form, "a=1&b=x+y", "a# a=1 b# b=x y", 0),
  new Row("unknown that is json", BodyKind.Unknown, ' {"a":1}', "{} a# a:1", 0),
  new Row("no type, form", BodyKind.None, "a=%41", "a# a=A =a=%41", 0),
  new Row("no type, text", BodyKind.None, "hello world", "=hello world", 0),
  new Row("text that is json", BodyKind.Text, '["x"]', "{} 0=x", 0),
  new Row("json that is a form", BodyKind.Json, "a=%41", "a# a=A =a=%41", Anomaly.BodyTypeMismatch),
  new Row("form that is json", BodyKind.Form, '["x"]', '{} 0=x ["x"]# ["x"]=', Anomaly.BodyTypeMismatch),
  new Row(
    "json that is text",
    BodyKind.Json,
    "<1>",
    "=<1> =<1>",
    Anomaly.JsonBareWord | Anomaly.BodyMalformed,
  ),
  new Row(
    "json that is markup",
    BodyKind.Json,
    "<script>",
    "script# =<script>",
    Anomaly.BodyTypeMismatch | Anomaly.XmlTruncated,
  ),
  new Row("text that is markup", BodyKind.Text, "<a b='c'>", "=<a b='c'>", 0),
  new Row("template", BodyKind.Unknown, "[x](y)", "{} 0=x =(y) =[x](y)", u64.MAX_VALUE),
  new Row("xml", BodyKind.Xml, "<a>b</a>", "a# a=b", 0),
  new Row("graphql", BodyKind.Graphql, "{ a(b:1) }", "type=query a.b:1 ={ a(b:1) }", 0),
  new Row("binary", BodyKind.Binary, "\u0001\u0002\u0003\u0000", "", Anomaly.BodyBinary),
  new Row("undeclared binary is text", BodyKind.None, "\u0001\u0002\u0003", "=\u0001\u0002\u0003", 0),
  new Row("declared binary that is text", BodyKind.Binary, "a b", "=a b", 0),
];

describe("core/body/body-parser BodyParser", () => {
  test("the parsers follow the declared type and the first bytes", () => {
    for (let i = 0; i < ROWS.length; i++) {
      const row = ROWS[i];
      const bytes = new Bytes(row.text);
      type.parse(0, 0);
      type.kind = row.kind;
      parser.start(type, 7);
      expect(parser.feed(inputs, bytes.at, bytes.len)).toBe(bytes.len, row.name);
      expect(parser.finish(inputs)).toBe(true, row.name);
      expect(listing(inputs)).toBe(row.wanted, row.name);
      if (row.anomalies != u64.MAX_VALUE) expect(parser.anomalies).toBe(row.anomalies, row.name);
      parser.reset();
    }
  });
  test("text is opened where JSON ends", () => {
    const bytes = new Bytes('{"a":1} <img onerror=x>');
    type.parse(0, 0);
    type.kind = BodyKind.Json;
    parser.start(type, 7);
    parser.feed(inputs, bytes.at, bytes.len);
    parser.finish(inputs);
    expect(listing(inputs)).toBe("{} a# a:1 =<img onerror=x> =<img onerror=x>", "both readings");
    parser.reset();
  });
});

describe("core/body/body-sniff sniffBody", () => {
  test("looks", () => {
    const texts = [
      "",
      "  ",
      "{",
      '{"',
      "{{",
      "[1",
      "[]",
      "[x",
      "a=b",
      "a b",
      "a",
      "a[b]=",
      "<x>",
      "<?xml ?>",
      "<!DOCTYPE x>",
      "<!DOCTYPE html>",
      "<1",
      "--b\nContent-Type: x",
      "--b\nx",
      "\u0001\u0002",
    ];
    const whole = [
      Looks.Text,
      Looks.Text,
      Looks.Json,
      Looks.Json,
      Looks.Brackets,
      Looks.Json,
      Looks.Json,
      Looks.Brackets,
      Looks.Form,
      Looks.Text,
      Looks.Text,
      Looks.Form,
      Looks.Markup,
      Looks.Xml,
      Looks.Xml,
      Looks.Text,
      Looks.Text,
      Looks.Multipart,
      Looks.Text,
      Looks.Binary,
    ];
    for (let i = 0; i < texts.length; i++) {
      const bytes = new Bytes(texts[i]);
      expect(sniffBody(bytes.at, bytes.len, true)).toBe(whole[i], "whole: " + texts[i]);
      const first = sniffBody(bytes.at, bytes.len, false);
      if (first != Looks.Undecided) expect(first).toBe(whole[i], "so far: " + texts[i]);
    }
  });
});
