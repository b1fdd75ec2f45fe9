// `npm run test:differential`: a long run of all scenarios. Exit code 1 on a difference that is not accepted, or an
// accepted one that no longer occurs.
import { parseArgs } from "node:util";
import { casePayloads } from "./cases.ts";
import { agreement } from "./detectors.ts";
import { describeCase, run } from "./run.ts";
import { allScenarios, caseTexts } from "./scenarios.ts";

const USAGE = `npm run test:differential -- [options]

  --seed N          of the random choices (default: the time)
  --comparisons N   payloads judged by both engines (default 60000)
  --only NAME       scenarios whose name begins so
  --cases PATH      case files (docs/scoring.md) to compare on, too; or the variable WARDGATE_CASES
  --list            all texts on which is_sqli and is_xss differ, not some of them`;
/** Texts of a detector that are shown without --list. */
const SHOWN = 8;

const { values } = parseArgs({
  options: {
    seed: { type: "string" },
    comparisons: { type: "string", default: "60000" },
    only: { type: "string", default: "" },
    cases: { type: "string", default: process.env["WARDGATE_CASES"] ?? "" },
    list: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
if (values.help) {
  console.log(USAGE);
  process.exit(0);
}
const seed = Number(values.seed ?? Date.now() % 1_000_000_000);
const comparisons = Number(values.comparisons);
if (!Number.isSafeInteger(seed) || !Number.isSafeInteger(comparisons)) throw new Error(USAGE);

console.log(`seed ${seed}`);
const fromFiles = values.cases === "" ? { payloads: [], texts: [] } : await casePayloads(values.cases);
const scenarios = (await allScenarios(fromFiles.payloads)).filter(({ name }) => name.startsWith(values.only));
const started = performance.now();
const result = run(scenarios, {
  seed,
  comparisons,
  progress: (scenario, done) => {
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${done} of ${comparisons}: ${scenario}`);
  },
});
if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");

const seconds = ((performance.now() - started) / 1000).toFixed(1);
console.log(
  `${result.comparisons} payloads, ${result.verdicts} verdicts of rules, ${result.matches} matches, ${seconds} s`,
);
for (const [id, count] of result.accepted) console.log(`  accepted ${String(count).padStart(7)}  ${id}`);
for (const reduced of result.unexplained) console.error(`\n${describeCase(reduced)}`);
for (const { operator, texts, both, theirs, ours } of agreement([...caseTexts(), ...fromFiles.texts])) {
  const percent = (100 * (1 - (theirs.length + ours.length) / texts)).toFixed(1);
  const counts = `both find ${both}, libddwaf alone ${theirs.length}, we alone ${ours.length}`;
  console.log(`${operator}: ${percent} % agreement on ${texts} texts (${counts})`);
  for (const text of theirs.slice(0, values.list ? Infinity : SHOWN)) {
    console.log(`  libddwaf alone: ${JSON.stringify(text.slice(0, 200))}`);
  }
}
const whole = values.only === "";
for (const { id } of whole ? result.stale : []) console.error(`\naccepted difference "${id}" did not occur`);
const failed = result.unexplained.length > 0 || (whole && result.stale.length > 0);
if (failed)
  console.error(`\nagain: npm run test:differential -- --seed ${seed} --comparisons ${comparisons}`);
process.exitCode = failed ? 1 : 0;
