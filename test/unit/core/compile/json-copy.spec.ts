import { ByteWriter } from "../../../../assembly/core/bytes/byte-writer";
import { appendJson } from "../../../../assembly/core/compile/json-copy";
import { JsonDocument } from "../../../../assembly/core/document/json-document";

/** `text` read and written back; of its member `name` when that is given. */
function copied(text: string, name: string = ""): string {
  const bytes = String.UTF8.encode(text);
  const doc = new JsonDocument();
  if (!doc.parse(changetype<usize>(bytes), bytes.byteLength)) return "not JSON";
  const out = new ByteWriter();
  appendJson(doc, name == "" ? doc.root() : doc.get(doc.root(), name), out);
  doc.free();
  return String.UTF8.decodeUnsafe(out.at, out.length);
}

describe("core/compile/json-copy appendJson", () => {
  test("every kind of value, compact", () => {
    const texts = [
      "null",
      "true",
      "false",
      "-1.50e+3",
      '"a\\"b"',
      "[]",
      "{}",
      "[[],{},[[1]]]",
      '{"a":{"b":[1,{"c":null}],"d":"é"},"e":[]}',
      '[{"k":1},{"k":2}]',
    ];
    for (let i = 0; i < texts.length; i++) expect(copied(texts[i])).toBe(texts[i]);
    expect(copied(' { "a" : [ 1 , 2 ] } ')).toBe('{"a":[1,2]}', "blanks are left out");
    expect(copied('"\\u00e9\\/\\n"')).toBe('"é/\\u000a"', "escapes are normalised");
  });
  test("a member alone, not what follows it", () => {
    expect(copied('{"a":[1,{"b":2}],"c":3}', "a")).toBe('[1,{"b":2}]');
    expect(copied('{"a":{},"c":3}', "a")).toBe("{}");
    expect(copied('{"a":1,"c":3}', "c")).toBe("3");
  });
});
