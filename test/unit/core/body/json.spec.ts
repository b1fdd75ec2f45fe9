import { JsonParser } from "../../../../assembly/core/body/json";
import { Anomaly } from "../../../../assembly/core/inputs/anomaly";
import { Inputs } from "../../../../assembly/core/inputs/inputs";
import { Bytes, listing } from "../inputs/listing";

const inputs = new Inputs();
const parser = new JsonParser();

function parse(text: string): string {
  const bytes = new Bytes(text);
  parser.start(7);
  parser.feed(inputs, bytes.at, bytes.len);
  parser.finish(inputs);
  const list = listing(inputs);
  heap.free(bytes.at);
  return list;
}

class Row {
  constructor(
    public name: string,
    public text: string,
    public wanted: string,
    public anomalies: u64,
  ) {}
}

const VALID: Row[] = [
  new Row("members", '{"a":"x","b":1}', "{} a# a=x b# b:1", 0),
  new Row("literals and white space", " [ true , false ,\n\tnull ] ", "{} 0:true 1:false 2:null", 0),
  new Row("numbers as written", "[0,-1.50e+10,1E5]", "{} 0:0 1:-1.50e+10 2:1E5", 0),
  new Row("arrays of arrays", '[["a"],[["b"]]]', "{} 0{} 0.0=a 1{} 1.0{} 1.0.0=b", 0),
  new Row("members after a container", '{"a":{"b":[1]},"c":2}', "{} a# a{} a.b# a.b{} a.b.0:1 c# c:2", 0),
  new Row("escapes", '["\\u00e9\\n\\"\\/\\ud83d\\ude00"]', '{} 0=é\n"/😀', 0),
  new Row("escape in a key", '{"\\u0061b":1}', "{} ab# ab:1", 0),
  new Row("scalar document", '"x"', "=x", 0),
  new Row("number document", "12", ":12", 0),
  new Row(
    "same key in two objects",
    '[{"a":{"a":1}},{"a":1}]',
    "{} 0{} 0.a# 0.a{} 0.a.a# 0.a.a:1 1{} 1.a# 1.a:1",
    0,
  ),
  new Row("empty containers", '{"a":{},"b":[]}', "{} a# a{} b# b{}", 0),
];

const TOLERATED: Row[] = [
  new Row(
    "duplicate key",
    '{"a":1,"b":{"a":2},"a":3}',
    "{} a# a:1 b# b{} b.a# b.a:2 a# a:3",
    Anomaly.JsonDuplicateKey,
  ),
  new Row("bom", "\ufeff[1]", "{} 0:1", Anomaly.JsonBom),
  new Row("line comment", "[1,//x\n2]", "{} 0:1 1:2", Anomaly.JsonComment | Anomaly.BodyMalformed),
  new Row("block comment", "[1/**x*/,2]", "{} 0:1 1:2", Anomaly.JsonComment | Anomaly.BodyMalformed),
  new Row("single quotes", "{'a':'b\"'}", '{} a# a=b"', Anomaly.JsonSingleQuote),
  new Row("bare key", "{a:1}", "{} a# a:1", Anomaly.JsonBareKey),
  new Row("trailing comma", "[1,]", "{} 0:1", Anomaly.JsonTrailingComma),
  new Row("missing comma", '{"a":1 "b":2}', "{} a# a:1 b# b:2", Anomaly.JsonMissingComma),
  new Row("missing comma in array", '["a" "b"]', "{} 0=a 1=b", Anomaly.JsonMissingComma),
  new Row("many documents", '{"a":1}\n{"b":2}', "{} a# a:1 {} b# b:2", Anomaly.JsonManyDocuments),
  new Row("truncated string", '{"a":"b', "{} a# a=b", Anomaly.JsonTruncated),
  new Row("truncated escape", '["\\u12', "{} 0=\\u12", Anomaly.JsonTruncated | Anomaly.JsonBadEscape),
  new Row("truncated number", "[12", "{} 0:12", Anomaly.JsonTruncated),
  new Row("bad escape is kept", '["\\x41"]', "{} 0=\\x41", Anomaly.JsonBadEscape),
  new Row("bad digits are kept", '["\\u00G"]', "{} 0=\\u00G", Anomaly.JsonBadEscape),
  new Row("control character", '["a\nb"]', "{} 0=a\nb", Anomaly.JsonControl),
  new Row("bare word", "[NaN,0x1,01]", "{} 0=NaN 1=0x1 2=01", Anomaly.JsonBareWord | Anomaly.BodyMalformed),
  new Row("bare path", "[a/b' c]", "{} 0=a/b' c", Anomaly.JsonBareWord | Anomaly.BodyMalformed),
  new Row("wrong bracket", "[1}", "{} 0:1", Anomaly.JsonBracket | Anomaly.BodyMalformed),
  new Row("key without value", '{"a"}', "{} a#", Anomaly.JsonStructure | Anomaly.BodyMalformed),
  new Row(
    "trailing garbage",
    '{"a":1}}<x>',
    "{} a# a:1 =<x>",
    Anomaly.JsonBracket | Anomaly.JsonBareWord | Anomaly.JsonManyDocuments | Anomaly.BodyMalformed,
  ),
];

describe("core/body/json JsonParser", () => {
  test("valid documents", () => {
    for (let i = 0; i < VALID.length; i++) {
      expect(parse(VALID[i].text)).toBe(VALID[i].wanted, VALID[i].name);
      expect(parser.anomalies).toBe(VALID[i].anomalies, VALID[i].name);
    }
  });
  test("what is not JSON is noted, and what can be read is read", () => {
    for (let i = 0; i < TOLERATED.length; i++) {
      expect(parse(TOLERATED[i].text)).toBe(TOLERATED[i].wanted, TOLERATED[i].name);
      expect(parser.anomalies).toBe(TOLERATED[i].anomalies, TOLERATED[i].name);
    }
  });
  test("a lone surrogate is kept as three bytes and noted", () => {
    const bytes = new Bytes('["\\ud83dx"]');
    parser.start(7);
    parser.feed(inputs, bytes.at, bytes.len);
    expect(inputs.len(1)).toBe(4, "length");
    expect(load<u32>(inputs.at(1))).toBe(0x78bda0ed, "bytes");
    expect(parser.anomalies).toBe(Anomaly.LoneSurrogate, "anomaly");
    inputs.clear();
  });
  test("an empty text is neither complete nor truncated", () => {
    expect(parse("")).toBe("", "nothing");
    expect(parser.anomalies).toBe(0, "no anomaly");
  });
  test("full inputs stop the parser, and it goes on after the drain with the same paths", () => {
    const bytes = new Bytes('{"k":[' + "1,".repeat(2000) + '"end"]}');
    parser.start(7);
    let done: u32 = 0;
    let drains = 0;
    let last = "";
    while (done < bytes.len) {
      done += parser.feed(inputs, bytes.at + done, bytes.len - done);
      last = listing(inputs);
      drains++;
    }
    expect(parser.finish(inputs)).toBe(true, "finished");
    expect(drains).toBe(2, "drains");
    expect(last.endsWith(" k.1999:1 k.2000=end")).toBe(true, "paths made again");
  });
});
