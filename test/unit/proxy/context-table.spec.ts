import { ContextTable } from "../../../assembly/proxy/context-table";

describe("proxy/context-table ContextTable", () => {
  test("an empty table knows nothing", () => {
    const table = new ContextTable();
    expect(table.get(1)).toBe(0);
    table.delete(1);
    table.set(0, 7);
    expect(table.get(0)).toBe(0, "no context has the id 0");
  });
  test("set goes over what was there", () => {
    const table = new ContextTable();
    table.set(3, 30);
    table.set(3, 31);
    expect(table.get(3)).toBe(31);
    table.delete(3);
    expect(table.get(3)).toBe(0);
  });
  test("streams that come and go by the thousand", () => {
    const table = new ContextTable();
    const OPEN: u32 = 500;
    for (let id: u32 = 1; id <= 20_000; id++) {
      table.set(id, <usize>id * 8);
      if (id > OPEN) table.delete(id - OPEN);
    }
    for (let id: u32 = 1; id <= 20_000; id++) {
      const want: usize = id > 20_000 - OPEN ? <usize>id * 8 : 0;
      if (table.get(id) != want) expect(table.get(id)).toBe(want, id.toString());
    }
    expect(table.get(20_000)).toBe(160_000);
  });
  test("deleting in any order loses no other", () => {
    const table = new ContextTable();
    for (let id: u32 = 1; id <= 400; id++) table.set(id * 64, id);
    for (let step: u32 = 0; step < 400; step++) {
      const gone = (step * 149) % 400;
      table.delete((gone + 1) * 64);
      for (let other: u32 = 0; other < 400; other += 37) {
        let deleted = false;
        for (let s: u32 = 0; s <= step; s++) deleted = deleted || (s * 149) % 400 == other;
        if (table.get((other + 1) * 64) != (deleted ? 0 : other + 1)) {
          expect(table.get((other + 1) * 64)).toBe(deleted ? 0 : other + 1, other.toString());
        }
      }
    }
    expect(table.get(64)).toBe(0);
  });
});
