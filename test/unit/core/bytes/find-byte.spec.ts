import { findByte, findEither, findInRange } from "../../../../assembly/core/bytes/find-byte";

describe("core/bytes/find-byte", () => {
  test("every hit at every offset of buffers of every length, never past the end", () => {
    const base = heap.alloc(128);
    let wrong = 0;
    for (let len: usize = 0; len <= 50; len++) {
      for (let hit: usize = 0; hit <= len; hit++) {
        memory.fill(base, 0x61, 128);
        // At hit == len the byte stands just past the end and must not be found.
        store<u8>(base + 1 + hit, 0xc1);
        const at = base + 1;
        const end = at + len;
        wrong += <i32>(findByte(at, end, 0xc1) != at + hit);
        wrong += <i32>(findEither(at, end, 0x00, 0xc1) != at + hit);
        wrong += <i32>(findInRange(at, end, 0x80, 0xff) != at + hit);
        wrong += <i32>(findInRange(at, end, 0xc1, 0xc1) != at + hit);
      }
    }
    heap.free(base);
    expect(wrong).toBe(0);
  });
});
