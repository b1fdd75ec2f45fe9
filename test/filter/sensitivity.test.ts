// The shipped rules at each sensitivity, in the filter.
import assert from "node:assert/strict";
import { test } from "node:test";
import { startFilter } from "./filter-host.ts";

async function statusOf(sensitivity: string, path: string, more: object = {}): Promise<number | undefined> {
  const host = await startFilter({ mode: "block", sensitivity });
  const stream = host.stream({ path, ...more }).request();
  host.assertClean();
  return stream.client.status;
}

test("strict HTTP → 403 at high only", async () => {
  for (const [sensitivity, status] of [
    ["low", undefined],
    ["default", undefined],
    ["high", 403],
  ] as const) {
    assert.equal(await statusOf(sensitivity, "/items", { method: "PROPFIND" }), status, sensitivity);
  }
});

test("an attack tool → 403 from default on; SQL injection → 403 at every sensitivity", async () => {
  const tool = { headers: { "user-agent": "sqlmap/1.8" } };
  for (const sensitivity of ["low", "default", "high"]) {
    assert.equal(
      await statusOf(sensitivity, "/", tool),
      sensitivity === "low" ? undefined : 403,
      sensitivity,
    );
    assert.equal(await statusOf(sensitivity, "/items?q=1%27%20OR%201=1--%20"), 403, sensitivity);
  }
});
