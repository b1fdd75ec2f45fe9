import { ByteWriter } from "../../../../assembly/core/bytes/byte-writer";
import { appendJsonName, appendJsonString, sequenceLength } from "../../../../assembly/core/bytes/json-text";

/** The JSON string of the bytes given as hex digits. */
function quoted(hex: string): string {
  const size = hex.length / 2;
  const bytes = new ArrayBuffer(size);
  for (let i = 0; i < size; i++)
    store<u8>(changetype<usize>(bytes) + i, <u8>parseInt(hex.substr(i * 2, 2), 16));
  const out = new ByteWriter();
  appendJsonString(out, changetype<usize>(bytes), size);
  return String.UTF8.decodeUnsafe(out.at, out.length);
}

describe("core/bytes/json-text appendJsonString", () => {
  test("escapes what JSON wants escaped, and nothing else of ASCII", () => {
    expect(quoted("")).toBe('""', "empty");
    expect(quoted("612f2762")).toBe('"a/\'b"', "plain");
    expect(quoted("225c")).toBe('"\\"\\\\"', "quote and backslash");
    expect(quoted("00090a1f7f")).toBe('"\\u0000\\u0009\\u000a\\u001f\\u007f"', "controls");
  });
  test("keeps UTF-8 and replaces what is none, byte by byte", () => {
    expect(quoted("c3a9e282acf09f9880")).toBe('"é€😀"', "sequences of two, three and four");
    const bad = ["ff", "80", "c3", "c0af", "e28261", "eda080", "f4908080", "f8888080"];
    const want = [
      "",
      "",
      "",
      "\\ufffd",
      "\\ufffda",
      "\\ufffd\\ufffd",
      "\\ufffd\\ufffd\\ufffd",
      "\\ufffd\\ufffd\\ufffd",
    ];
    for (let i = 0; i < bad.length; i++) expect(quoted(bad[i])).toBe('"\\ufffd' + want[i] + '"', bad[i]);
  });
  test("names need no escape", () => {
    const out = new ByteWriter();
    appendJsonName(out, "id");
    expect(String.UTF8.decodeUnsafe(out.at, out.length)).toBe('"id":');
  });
});

describe("core/bytes/json-text sequenceLength", () => {
  test("does not look behind the end", () => {
    const bytes = String.UTF8.encode("€");
    const at = changetype<usize>(bytes);
    expect(sequenceLength(at, at + 3)).toBe(3, "whole");
    expect(sequenceLength(at, at + 2)).toBe(0, "cut");
  });
});
