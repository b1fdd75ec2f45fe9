// Bodies of every type in every mode, both ways, with an attack anywhere, framed in every way: what the upstream saw, what the client
// saw and what the event says are what the configuration promises, and agree.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { CELLS, type Cell, configurationFor, FEW_CELLS, nameOf } from "./body-cells.ts";
import { checkCell } from "./body-exchange.ts";
import { ProtectedApi, withTrailers } from "./protected-api.ts";

/** Exchanges at once. */
const CONCURRENCY = 8;

for (const [version, cells] of [
  ["1.40.0", CELLS],
  ["1.36.4", FEW_CELLS],
] as const) {
  describe(`bodies in Envoy ${version}`, () => {
    let api: ProtectedApi;
    before(async () => {
      api = await ProtectedApi.start({
        ...{ version, configuration: configurationFor(cells), edit: withTrailers, keepsRaw: false },
      });
    });
    after(() => api?.stop());

    describe("cells", { concurrency: CONCURRENCY }, () => {
      for (const cell of cells) test(nameOf(cell), () => checkCell(api, cell, version !== "1.36.4"));
    });

    test("after all of this → no VM failed, nothing was logged as an error", () => api.assertHealthy());
  });
}

test("the cells are few, different, and every pair of values is among them", () => {
  assert.equal(new Set(CELLS.map(nameOf)).size, CELLS.length);
  const pairs = (cells: readonly Cell[]): number =>
    new Set(
      cells.flatMap((cell) => {
        const entries = Object.entries(cell).map(String);
        return entries.flatMap((a, i) => entries.slice(i + 1).map((b) => `${a} & ${b}`));
      }),
    ).size;
  const sizes = [4, 2, 7, 9, 10, 3, 2, 2, 3, 2];
  const all = sizes.reduce((sum, a, i) => sum + sizes.slice(i + 1).reduce((part, b) => part + a * b, 0), 0);
  assert.equal(pairs(CELLS), all);
});
