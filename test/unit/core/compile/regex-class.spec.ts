import {
  ClassBuilder,
  LAST_CODE_POINT,
  normalise,
  pushUnicodeGroup,
} from "../../../../assembly/core/compile/regex-class";
import { WordList } from "../../../../assembly/core/compile/word-list";

function text(pairs: WordList): string {
  let out = "";
  for (let i: u32 = 0; i < pairs.length; i += 2) {
    out += (i > 0 ? " " : "") + pairs.get(i).toString(16) + "-" + pairs.get(i + 1).toString(16);
  }
  return out;
}

function folded(lo: u32, hi: u32): string {
  const builder = new ClassBuilder();
  builder.add(lo, hi, true);
  builder.finish(false);
  const out = text(builder.pairs);
  builder.free();
  return out;
}

function group(name: string): u32 {
  const bytes = String.UTF8.encode(name);
  const pairs = new WordList();
  const known = pushUnicodeGroup(pairs, changetype<usize>(bytes), bytes.byteLength);
  normalise(pairs);
  let points: u32 = known ? 0 : 0xffffffff;
  for (let i: u32 = 0; i < pairs.length; i += 2) points += pairs.get(i + 1) - pairs.get(i) + 1;
  pairs.free();
  return points;
}

describe("core/compile/regex-class ClassBuilder", () => {
  test("sorts, merges and negates", () => {
    const builder = new ClassBuilder();
    builder.add(0x70, 0x7a, false);
    builder.add(0x61, 0x63, false);
    builder.add(0x64, 0x66, false);
    builder.add(0x62, 0x62, false);
    builder.finish(false);
    expect(text(builder.pairs)).toBe("61-66 70-7a", "merged");
    builder.clear();
    builder.add(0, 0x40, false);
    builder.add(0x50, LAST_CODE_POINT, false);
    builder.finish(true);
    expect(text(builder.pairs)).toBe("41-4f", "negated");
    builder.clear();
    builder.add(0, LAST_CODE_POINT, false);
    builder.finish(true);
    expect(text(builder.pairs)).toBe("", "nothing left");
    builder.free();
  });
  test("folds whole orbits", () => {
    expect(folded(0x6b, 0x6b)).toBe("4b-4b 6b-6b 212a-212a", "k");
    expect(folded(0x17f, 0x17f)).toBe("53-53 73-73 17f-17f", "long s");
    expect(folded(0x3c3, 0x3c3)).toBe("3a3-3a3 3c2-3c3", "sigma");
    expect(folded(0x3b8, 0x3b8)).toBe("398-398 3b8-3b8 3d1-3d1 3f4-3f4", "theta, four forms");
    expect(folded(0x101, 0x101)).toBe("100-101", "neighbours");
    expect(folded(0x30, 0x39)).toBe("30-39", "digits");
  });
});

describe("core/compile/regex-class pushUnicodeGroup", () => {
  test("known groups", () => {
    expect(group("Zl")).toBe(1, "line separator");
    expect(group("Zp")).toBe(1, "paragraph separator");
    expect(group("Z") > group("Zs")).toBe(true, "union of leaves");
    expect(group("Cs")).toBe(2048, "surrogates");
    expect(group("Any")).toBe(0x110000, "all");
    expect(group("Ogham")).toBe(29, "a script");
  });
  test("unknown groups", () => {
    expect(group("Y")).toBe(0xffffffff, "one letter, no category");
    expect(group("greek")).toBe(0xffffffff, "names have case");
    expect(group("")).toBe(0xffffffff, "empty");
  });
});
