// `wardgate score --envoy`'s run, through a real Envoy.
import assert from "node:assert/strict";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { test } from "node:test";
import type { Case } from "../../scripts/score/cases.ts";
import { runThroughEnvoy } from "../../scripts/score/envoy-run.ts";
import { CASES, caseLine } from "../scripts/score-cases.ts";

async function parsed(lines: string): Promise<Case[]> {
  const cases: Case[] = [];
  for await (const line of createInterface({ input: Readable.from([lines]) })) {
    const one = JSON.parse(line) as Case & { body_b64?: string };
    cases.push({ ...one, body: Buffer.from(one.body_b64 ?? "", "base64") });
  }
  return cases;
}

test("cases through Envoy → blocked with rule ids, passed to the upstream, or rejected by Envoy itself", async () => {
  const cases = await parsed(
    [
      CASES,
      caseLine("r1", "block", { path: "/a b" }),
      caseLine("h1", "pass", { method: "HEAD" }),
      caseLine("g1", "block", {
        ...{ method: "POST", path: "/shop.Items/List?q=1%27%20OR%201=1--%20" },
        headers: [["content-type", "application/grpc"]],
      }),
    ].join("\n"),
  );
  let done = 0;
  const { version, outcomes } = await runThroughEnvoy(cases, {
    configuration: { mode: "block", hold_headers: true },
    connections: 2,
    onProgress: (n) => (done = n),
  });
  assert.match(version, /^1\.\d+\.\d+$/);
  assert.equal(done, cases.length);
  assert.deepEqual(
    outcomes.map(({ kind }) => kind),
    [
      ...["blocked", "blocked", "passed", "passed", "passed", "passed", "blocked"],
      ...["rejected", "passed", "blocked"],
    ],
  );
  assert.equal(outcomes[7]!.status, 400);
  for (const blocked of [0, 1, 6]) assert.match(outcomes[blocked]!.rules[0] ?? "none", /^wg-/);
});
