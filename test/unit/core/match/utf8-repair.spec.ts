import { Utf8Repair } from "../../../../assembly/core/match/utf8-repair";

/** The repaired value as hexadecimal digits; "" where nothing had to be repaired. */
function repaired(bytes: Array<u8>): string {
  const repair = new Utf8Repair();
  repair.begin(true);
  if (!repair.repair(bytes.dataStart, bytes.length)) return "";
  let out = "";
  for (let i: u32 = 0; i < repair.copy.length; i++) {
    out += load<u8>(repair.copy.at + i).toString(16);
  }
  return out;
}

describe("core/match/utf8-repair", () => {
  test("UTF-8 stays as it is", () => {
    expect(repaired([0x61, 0xc3, 0xa9, 0xe4, 0xb8, 0xad, 0xf0, 0x9f, 0x98, 0x80])).toBe("");
    expect(repaired([])).toBe("");
  });
  test("shapes that RE2's dot takes stay: overlong of three bytes, surrogates", () => {
    expect(repaired([0xe0, 0x80, 0xaf, 0xed, 0xa0, 0x80])).toBe("");
  });
  test("every other byte becomes U+FFFD", () => {
    expect(repaired([0x61, 0xff, 0x62])).toBe("61efbfbd62");
    expect(repaired([0xc0, 0xaf])).toBe("efbfbdefbfbd");
    expect(repaired([0x61, 0xe4, 0xb8])).toBe("61efbfbdefbfbd", "cut off at the end");
    expect(repaired([0xc3, 0x61])).toBe("efbfbd61", "cut off by ASCII");
    expect(repaired([0xf5, 0x80])).toBe("efbfbdefbfbd");
  });
  test("an ASCII value is not looked at", () => {
    const repair = new Utf8Repair();
    const bytes: Array<u8> = [0xff];
    repair.begin(false);
    expect(repair.repair(bytes.dataStart, 1)).toBe(false);
    repair.begin(true);
    expect(repair.repair(bytes.dataStart, 1)).toBe(true);
    expect(repair.repair(bytes.dataStart, 1)).toBe(true, "remembered");
  });
});
