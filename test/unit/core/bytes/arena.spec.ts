import { Arena } from "../../../../assembly/core/bytes/arena";

describe("core/bytes/arena Arena", () => {
  test("alloc is aligned, distinct, and reused after reset", () => {
    const arena = new Arena();
    const a = arena.alloc(3);
    const b = arena.alloc(5);
    expect(a & 7).toBe(0, "aligned");
    expect(b - a).toBe(8, "next to it");
    const big = arena.alloc(100_000);
    expect(big != 0).toBe(true, "big");
    arena.reset();
    expect(arena.alloc(3)).toBe(a, "same place");
    const held = arena.held;
    arena.alloc(100_000);
    expect(arena.held).toBe(held, "block kept");
    arena.free();
  });
  test("past its cap it answers 0", () => {
    const arena = new Arena();
    arena.cap = 64 * 1024;
    expect(arena.alloc(60_000) != 0).toBe(true, "fits");
    expect(arena.alloc(60_000)).toBe(0, "does not");
    expect(arena.alloc(u32.MAX_VALUE)).toBe(0, "overflow");
    arena.free();
  });
});
