import { ByteWriter } from "../../../../assembly/core/bytes/byte-writer";
import { ExactBuild } from "../../../../assembly/core/compile/exact-compiler";
import { IpBuild } from "../../../../assembly/core/compile/ip-compiler";
import { exactFind, validateExactSet } from "../../../../assembly/core/match/exact-set";
import { ipFind, validateIpRanges } from "../../../../assembly/core/match/ip-range";

const table = new ByteWriter();

class Entry {
  constructor(
    public value: string,
    public expires: u64,
  ) {}
}

function buildExact(entries: Entry[]): void {
  const set = new ExactBuild();
  for (let i = 0; i < entries.length; i++) {
    const bytes = String.UTF8.encode(entries[i].value);
    set.add(changetype<usize>(bytes), bytes.byteLength, entries[i].expires);
  }
  table.clear();
  set.build(table);
  set.free();
  expect(validateExactSet(table.at, table.length)).toBe(true, "valid");
}

function isExact(value: string, now: u64): bool {
  // Longer in memory than the value: an over-read would find "aaaa" in "aaa".
  const bytes = String.UTF8.encode(value + "aaaa");
  return exactFind(table.at, changetype<usize>(bytes), String.UTF8.byteLength(value), now);
}

describe("core/match/exact-set exactFind", () => {
  test("the values of the list and no others", () => {
    buildExact([new Entry("aaaa", 0), new Entry("bbbb", 0), new Entry("\u00e9", 0)]);
    expect(isExact("aaaa", 9)).toBe(true);
    expect(isExact("bbbb", 9)).toBe(true);
    expect(isExact("\u00e9", 9)).toBe(true);
    expect(isExact("aaa", 9)).toBe(false, "too short");
    expect(isExact("aaaaa", 9)).toBe(false, "too long");
    expect(isExact("AAAA", 9)).toBe(false, "case matters");
    expect(isExact("", 9)).toBe(false, "empty");
  });
  test("an empty list has nothing", () => {
    buildExact([]);
    expect(isExact("a", 0)).toBe(false);
  });
  test("values expire; of two expiries the later counts, and none beats both", () => {
    buildExact([
      new Entry("past", 10),
      new Entry("twice", 10),
      new Entry("twice", 30),
      new Entry("ever", 10),
      new Entry("ever", 0),
      new Entry("ever", 5),
    ]);
    expect(isExact("past", 10)).toBe(true, "its last second");
    expect(isExact("past", 11)).toBe(false, "expired");
    expect(isExact("twice", 30)).toBe(true, "twice");
    expect(isExact("twice", 31)).toBe(false, "twice expired");
    expect(isExact("ever", 1_000_000)).toBe(true, "ever");
  });
});

function buildIps(entries: Entry[]): u32 {
  const set = new IpBuild();
  let added: u32 = 0;
  for (let i = 0; i < entries.length; i++) {
    const bytes = String.UTF8.encode(entries[i].value);
    added += <u32>set.add(changetype<usize>(bytes), bytes.byteLength, entries[i].expires);
  }
  table.clear();
  set.build(table);
  set.free();
  expect(validateIpRanges(table.at, table.length)).toBe(true, "valid");
  return added;
}

function isIn(value: string, now: u64): bool {
  const bytes = String.UTF8.encode(value + "1");
  return ipFind(table.at, changetype<usize>(bytes), value.length, now);
}

describe("core/match/ip-range ipFind", () => {
  test("addresses and networks of both families", () => {
    const added = buildIps([
      new Entry("1.2.3.4", 0),
      new Entry("5.6.7.0/24", 0),
      new Entry("2001:db8::/32", 0),
      new Entry("::ffff:9.9.9.9", 0),
      new Entry("no.such.address", 0),
    ]);
    expect(added).toBe(4);
    const inside = ["1.2.3.4", "::ffff:1.2.3.4", "5.6.7.0", "5.6.7.255", "2001:db8:ffff::1", "9.9.9.9"];
    for (let i = 0; i < inside.length; i++) expect(isIn(inside[i], 1)).toBe(true, inside[i]);
    const outside = ["1.2.3.5", "5.6.8.0", "5.6.6.255", "2001:db9::", "::1.2.3.4", "", "1.2.3", "x"];
    for (let i = 0; i < outside.length; i++) expect(isIn(outside[i], 1)).toBe(false, outside[i]);
  });
  test("networks in networks: the one that lasts longest counts", () => {
    buildIps([
      new Entry("10.0.0.0/8", 50),
      new Entry("10.1.0.0/16", 0),
      new Entry("10.2.0.0/16", 20),
      new Entry("10.2.3.4", 90),
    ]);
    expect(isIn("10.9.9.9", 50)).toBe(true, "the wide one, alive");
    expect(isIn("10.9.9.9", 51)).toBe(false, "the wide one, expired");
    expect(isIn("10.1.9.9", 99)).toBe(true, "for ever");
    expect(isIn("10.2.9.9", 50)).toBe(true, "as long as the wide one");
    expect(isIn("10.2.3.4", 90)).toBe(true, "longer than the wide one");
    expect(isIn("10.2.3.5", 90)).toBe(false, "its neighbour");
    expect(isIn("10.3.0.0", 51)).toBe(false, "after it");
  });
  test("the ends of the address space", () => {
    buildIps([new Entry("::/0", 5), new Entry("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 0)]);
    expect(isIn("::", 5)).toBe(true);
    expect(isIn("::", 6)).toBe(false);
    expect(isIn("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 6)).toBe(true);
    buildIps([]);
    expect(isIn("::", 0)).toBe(false, "an empty list");
  });
});
