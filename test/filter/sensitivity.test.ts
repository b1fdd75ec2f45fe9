// The shipped rules at each sensitivity, in the filter.
import assert from "node:assert/strict";
import { test } from "node:test";
import { startFilter } from "./filter-host.ts";

async function statusOf(sensitivity: string, path: string, method = "GET"): Promise<number | undefined> {
  const host = await startFilter({ mode: "block", sensitivity });
  const stream = host.stream({ method, path }).request();
  host.assertClean();
  return stream.client.status;
}

test("strict HTTP → 403 at high only", async () => {
  for (const [sensitivity, status] of [
    ["low", undefined],
    ["default", undefined],
    ["high", 403],
  ] as const) {
    assert.equal(await statusOf(sensitivity, "/items", "PROPFIND"), status, sensitivity);
  }
});

test("a path that no client asks for → 403 from default on; SQL injection → 403 at every sensitivity", async () => {
  for (const sensitivity of ["low", "default", "high"]) {
    assert.equal(
      await statusOf(sensitivity, "/.git/config"),
      sensitivity === "low" ? undefined : 403,
      sensitivity,
    );
    assert.equal(await statusOf(sensitivity, "/items?q=1%27%20OR%201=1--%20"), 403, sensitivity);
  }
});
