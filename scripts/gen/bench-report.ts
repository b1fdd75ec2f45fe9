// Writes the table of README.md between its bench marks, and docs/bench.svg, from the record of the bench that README.md names; with
// --newest from the newest one that has the main scenarios in block mode.
//
// Run: npm run bench:report
import { readFileSync, writeFileSync } from "node:fs";
import { Command } from "commander";
import { chart } from "../../bench/chart.ts";
import { newestRecord, readRecord } from "../../bench/record.ts";
import { namedRecord, withReport } from "../../bench/report.ts";
import { readTargets } from "../../bench/targets.ts";

const README = "README.md";
const CHART = "docs/bench.svg";

const program = new Command("npm run bench:report --")
  .description(`Writes the figures of a record of the bench into ${README} and ${CHART}.`)
  .argument("[record]", "a file of bench/record/ (default: the one that README.md names)")
  .option(
    "--newest",
    "take the newest record that has the main scenarios; a record that is named goes before",
    false,
  )
  .parse();

const targets = readTargets().over_noop_micros;
const readme = readFileSync(README, "utf8");
const { newest } = program.opts<{ newest: boolean }>();
const path = program.args[0] ?? (newest ? newestRecord(Object.keys(targets)) : namedRecord(readme));
if (!path) fail(`There is no record to report: npm run bench -- --record makes one.`);
const record = readRecord(path);
if (record === undefined) fail(`${path} is no record of the bench.`);
writeFileSync(README, withReport(readme, record, path));
writeFileSync(CHART, chart(record, targets));

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}
