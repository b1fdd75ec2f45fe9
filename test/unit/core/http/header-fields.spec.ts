import { HeaderPairs, pushHeaders } from "../../../../assembly/core/http/header-fields";
import { ByteWriter } from "../../../../assembly/core/bytes/byte-writer";
import { Inputs } from "../../../../assembly/core/inputs/inputs";
import { Bytes, listing } from "../inputs/listing";

const inputs = new Inputs();
const pairs = new HeaderPairs();

function blob(fields: string[]): ByteWriter {
  const out = new ByteWriter();
  out.u32(fields.length / 2);
  for (let i = 0; i < fields.length; i++) out.u32(<u32>String.UTF8.byteLength(fields[i]));
  for (let i = 0; i < fields.length; i++) {
    out.text(fields[i]);
    out.byte(0);
  }
  return out;
}

const FIELDS = [":path", "/", "X-Twice", "1", "cookie", "a=b", "x-twice", "2", "empty", ""];

describe("core/http/header-fields", () => {
  test("all fields but cookies and pseudo-headers are pushed, repeated ones too", () => {
    const bytes = blob(FIELDS);
    pairs.start(bytes.at, bytes.length);
    expect(pushHeaders(inputs, pairs, 5)).toBe(true, "complete");
    expect(listing(inputs)).toBe("x-twice=1 x-twice=2 empty=", "inputs");
    expect(pairs.malformed).toBe(false, "whole");
  });
  test("names are inputs when they are long or have odd bytes", () => {
    const long = "a".repeat(65);
    const bytes = blob(["x-a_1", "1", "X<b", "2", "x'c", "3", "a".repeat(64), "4", long, "5"]);
    pairs.start(bytes.at, bytes.length);
    expect(pushHeaders(inputs, pairs, 5)).toBe(true, "complete");
    const wanted = "x-a_1=1 x<b#X<b x<b=2 x'c# x'c=3 " + "a".repeat(64) + "=4 " + long + "#";
    expect(listing(inputs)).toBe(wanted + " " + long + "=5", "inputs");
  });
  test("find() sees the first of a name, whatever its case", () => {
    const bytes = blob(FIELDS);
    const name = new Bytes("x-twice");
    const missing = new Bytes("x-none");
    pairs.start(bytes.at, bytes.length);
    expect(pairs.find(missing.at, missing.len)).toBe(false, "missing");
    expect(pairs.find(name.at, name.len)).toBe(true, "found");
    expect(String.UTF8.decodeUnsafe(pairs.value, pairs.valueLen)).toBe("1", "first");
  });
  test("a blob that is cut anywhere, or lies about its sizes, is read as far as it goes", () => {
    const bytes = blob(FIELDS);
    for (let len: u32 = 1; len < bytes.length; len++) {
      pairs.start(bytes.at, len);
      let count = 0;
      while (pairs.next()) {
        expect(pairs.value + pairs.valueLen <= bytes.at + len).toBe(true, "inside");
        count++;
      }
      expect(pairs.malformed).toBe(true, "noted");
      expect(count < 5).toBe(true, "fewer");
    }
    store<u32>(bytes.at, 0xffffffff);
    pairs.start(bytes.at, bytes.length);
    expect(pairs.next()).toBe(false, "too many");
    store<u32>(bytes.at, 5);
    store<u32>(bytes.at + 4, 0xfffffffe);
    pairs.start(bytes.at, bytes.length);
    expect(pairs.next()).toBe(false, "too long");
  });
});
