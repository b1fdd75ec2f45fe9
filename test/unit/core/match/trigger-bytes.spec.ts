import { findTrigger } from "../../../../assembly/core/match/trigger-bytes";

/** < " ' ` ( : = as in xss.ts */
const TABLES = memory.data<u8>([
  4, 0, 1, 0, 0, 0, 0, 1, 1, 0, 2, 0, 2, 2, 0, 0, 0, 0, 1, 2, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0,
]);

function isTrigger(c: u32): bool {
  return c === 0x3c || c === 0x22 || c === 0x27 || c === 0x60 || c === 0x28 || c === 0x3a || c === 0x3d;
}

describe("core/match/trigger-bytes findTrigger", () => {
  test("every byte at every offset of an exact-length buffer", () => {
    let wrong = 0;
    for (let len: usize = 1; len < 40; len++) {
      const at = heap.alloc(len);
      for (let offset: usize = 0; offset < len; offset++) {
        for (let c: u32 = 0; c < 256; c++) {
          memory.fill(at, 0x61, len);
          store<u8>(at + offset, <u8>c);
          const want = isTrigger(c) ? at + offset : at + len;
          if (findTrigger(at, at + len, TABLES) !== want) wrong++;
        }
      }
      heap.free(at);
    }
    expect(wrong).toBe(0, "places that differ from the plain loop");
  });
  test("an empty range answers its end", () => {
    expect(findTrigger(64, 64, TABLES)).toBe(64, "end");
  });
});
