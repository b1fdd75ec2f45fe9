import { Arena } from "../../../../assembly/core/bytes/arena";
import {
  SET_LIMIT,
  addString,
  emptyString,
  newSet,
  product,
  setCount,
  setShortest,
  setSize,
  setStrings,
  union,
} from "../../../../assembly/core/compile/literal-strings";

const arena = new Arena();

function setOf(words: string): usize {
  const list = words.split(" ");
  const set = newSet(arena, 4096);
  for (let i = 0; i < list.length; i++) {
    const bytes = String.UTF8.encode(list[i]);
    if (!addString(set, changetype<usize>(bytes), bytes.byteLength, 0, 0)) return 0;
  }
  return set;
}

function text(set: usize): string {
  if (set === 0) return "unknown";
  let out = "";
  const end = setStrings(set) + setSize(set);
  for (let x = setStrings(set); x < end; x += <usize>load<u8>(x) + 1) {
    out += (out.length > 0 ? " " : "") + String.UTF8.decodeUnsafe(x + 1, load<u8>(x));
  }
  return out;
}

describe("core/compile/literal-strings product and union", () => {
  test("small sets", () => {
    expect(text(product(arena, setOf("a b"), setOf("x yz")))).toBe("ax ayz bx byz", "product");
    expect(text(union(arena, setOf("a b"), setOf("b c")))).toBe("a b c", "union without repeats");
    expect(text(product(arena, setOf("A b"), emptyString(arena)))).toBe("a b", "lower-cased");
    const set = product(arena, setOf("a bb"), setOf("c"));
    expect(setCount(set)).toBe(2, "count");
    expect(setShortest(set)).toBe(2, "shortest");
  });
  test("unknown and too large", () => {
    expect(text(product(arena, 0, setOf("a")))).toBe("unknown", "unknown part");
    expect(text(union(arena, setOf("a"), 0))).toBe("unknown", "unknown branch");
    const ten = setOf("0 1 2 3 4 5 6 7 8 9");
    expect(text(product(arena, ten, ten))).toBe("unknown", "more than " + SET_LIMIT.toString());
    const long = setOf("0123456789012345678901234");
    expect(text(product(arena, long, long))).toBe("unknown", "too long");
  });
});
