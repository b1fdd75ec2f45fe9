// The kept inputs of the fuzzer (`npm run fuzz`), regressions first among them, and a few fresh ones with a fixed seed.
import { after, describe, test } from "node:test";
import assert from "node:assert/strict";
import { acceptedDifferences } from "../fuzz/accepted.ts";
import { readInputs } from "../fuzz/corpus.ts";
import { Prober } from "../fuzz/prober.ts";
import { shown } from "../fuzz/sample.ts";
import { FOLDER, Session, type Finding } from "../fuzz/session.ts";
import { TARGETS } from "../fuzz/targets/index.ts";

const FRESH_INPUTS = 400;

const described = ({ property, kind, detail, bytes }: Finding) =>
  `${property} ${kind} ${shown(bytes)}: ${detail}`;

describe("fuzz", () => {
  const replayed = new Set<string>();
  after(() => assert.equal(replayed.size, TARGETS.length));
  for (const target of TARGETS) {
    test(`${target.name}: kept inputs and ${FRESH_INPUTS} fresh ones hold every property`, async () => {
      const session = new Session(target, 20_260_101);
      const findings = await session.replay();
      for (let i = 0; i < FRESH_INPUTS; i++) findings.push(...(await session.step()));
      assert.equal(findings.map(described).join("\n"), "");
      assert.ok(readInputs(`${FOLDER}/corpus/${target.name}`).length > 0, "no corpus");
      assert.ok(session.tally.inputs > FRESH_INPUTS);
      replayed.add(target.name);
    });
  }

  test("each accepted difference has a reason, and its example shows it", async () => {
    for (const { target, kind, reason, example } of acceptedDifferences()) {
      assert.ok(reason.length > 40, kind);
      const prober = new Prober(TARGETS.find(({ name }) => name === target)!);
      const { problems } = await prober.probe(Buffer.from(example), 1);
      assert.deepEqual(
        problems.map((problem) => `${problem.property} ${problem.kind}`),
        [`reference ${kind}`],
        example,
      );
    }
  });
});
