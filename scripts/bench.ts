// `npm run bench`: what Wardgate costs in a real Envoy, against the same Envoy without it and with a filter that does nothing, all in
// one run. The rounds are interleaved, the verdicts are checked, the differences are taken within a round.
import { existsSync, mkdirSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { Command, InvalidArgumentError, Option } from "commander";
import { Fleet } from "../bench/fleet.ts";
import { type Memory, memoryOf } from "../bench/measure.ts";
import { addRunOptions, positive, type RunOptions } from "../bench/options.ts";
import { benchRecord, machineLine, moduleSize, writeRecord } from "../bench/record.ts";
import { type Pace, runScenario } from "../bench/run.ts";
import { findScenarios, type Scenario, SCENARIOS } from "../bench/scenarios.ts";
import { compareToFirst, type Comparison, type Summary, summarise } from "../bench/summary.ts";
import { barTable, comparisonLine, scenarioTable } from "../bench/table.ts";
import { bars, readTargets } from "../bench/targets.ts";
import { BASELINE, chooseVariants, VARIANT_NAMES } from "../bench/variants.ts";
import { compileAssembly } from "./build/assembly.ts";
import { findEnvoy } from "./envoy/binary.ts";

interface BenchOptions extends RunOptions {
  rounds: number;
  seconds: number;
  quick: boolean;
  scenario: string[];
  variants?: string[];
  module: Record<string, string>;
}

const NOOP = "build/noop.wasm";
const WARDGATE = "build/wardgate.wasm";
const WARM_UP_MS = 500;
const QUICK = { rounds: 3, seconds: 0.5 };
/** The filter says its memory once a second. */
const STATS_MS = 1500;
const EXIT_FAILED = 1;
const EXIT_MISSED = 2;

const EXAMPLES = `
Scenarios (--scenario takes an id, "main" for the first four, or a part of a name):
${SCENARIOS.map(({ id, name }) => `  ${id.padEnd(18)} ${name}`).join("\n")}

Exit codes: 0 the bench ran; 1 it failed: a wrong answer, an attack that was not blocked, an Envoy that did not
start, an option that makes no sense; 2 with --check: it ran, and a target of bench/targets.json was missed.

Examples:
  npm run bench -- --quick --scenario main              a first impression
  npm run bench -- --record                             everything, kept in bench/record/
  npm run bench -- --scenario main --module old=/tmp/old.wasm --module new=build/wardgate.wasm --seconds 1
                                                        two builds side by side, both in block mode
  npm run bench -- --scenario get --variants block --check --json`;

const command = new Command("npm run bench --")
  .description(
    "Measures what Wardgate adds to the CPU time of a real Envoy per request, beside an Envoy without a filter and one with a filter\n" +
      "that does nothing (no-op), all in the same run.",
  )
  .addOption(new Option("--rounds <n>", "interleaved rounds").default(5).argParser(positive))
  .addOption(
    new Option("--seconds <n>", "duration of each variant in a round").default(2).argParser(positive),
  )
  .option("--quick", `${QUICK.rounds} rounds of ${QUICK.seconds} s: a first impression`, false)
  .option("--scenario <name>", "which scenario; repeatable (default: all)", collect, [])
  .option(
    "--variants <names>",
    `which of ${VARIANT_NAMES.join(", ")} (default: all; none with --module); ${BASELINE} always runs`,
    chooseNames,
  )
  .option("--module <name=file>", "a further build, in block mode; repeatable", collectModule, {})
  .addHelpText("after", EXAMPLES);
const options = addRunOptions(command).parse().opts<BenchOptions>();

if (options.quick) Object.assign(options, QUICK);
if (process.platform !== "linux") fail("The bench reads /proc: it needs Linux.");
const modules = { noop: NOOP, wardgate: WARDGATE, others: options.module };
const names = options.variants ?? (Object.keys(options.module).length > 0 ? [] : [...VARIANT_NAMES]);
const variants = chooseVariants(names, modules);
for (const { filter } of variants) {
  if (filter?.judges && !existsSync(filter.module)) {
    fail(`${filter.module} is not there${filter.module === WARDGATE ? ": run `npm run build` first" : ""}.`);
  }
}
const scenarios = chooseScenarios();
const pace: Pace = {
  ...{ rounds: options.rounds, seconds: options.seconds },
  warmUpMs: Math.min(WARM_UP_MS, options.seconds * 1000),
};

const envoy = await findEnvoy(options.envoyVersion);
mkdirSync("build", { recursive: true });
await compileAssembly("bench/noop/noop.ts", NOOP);
process.setMaxListeners(variants.length + 10);
// What is on its way when somebody ends the bench goes with it: each Envoy is killed, and its folder removed, at the process's exit.
for (const [signal, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const) {
  process.once(signal, () => process.exit(code));
}
const fleet = new Fleet(envoy.path, variants);
try {
  await run();
} catch (error) {
  process.exitCode = EXIT_FAILED;
  console.error(`The bench failed: ${(error as Error).message}`);
} finally {
  await fleet.stop();
}

async function run(): Promise<void> {
  const results: Summary[] = [];
  const comparisons: Comparison[] = [];
  const blocking = variants.filter(({ filter }) => filter?.blocks).map(({ name }) => name);
  let idle: Record<string, Memory> | undefined;
  for (const [index, scenario] of scenarios.entries()) {
    const progress = (what: string): void =>
      say(`${index + 1}/${scenarios.length} ${scenario.name}: ${what}`);
    progress("starting");
    await fleet.prepare(scenario.setup);
    idle ??= await idleMemory();
    const measurements = await runScenario(fleet, scenario, pace, (round) =>
      progress(`round ${round + 1} of ${pace.rounds}`),
    ).catch((error: Error) => {
      throw new Error(`"${scenario.id}": ${error.message}`);
    });
    const rows = summarise(scenario, measurements);
    const compared = compareToFirst(scenario, measurements, blocking);
    results.push(...rows);
    comparisons.push(...compared);
    say("");
    if (options.json) continue;
    console.log([scenarioTable(scenario, rows), ...compared.map(comparisonLine), ""].join("\n"));
  }
  report(results, comparisons, idle ?? {});
}

function report(results: Summary[], comparisons: Comparison[], idle: Record<string, Memory>): void {
  const judged = variants.flatMap(({ filter }) => (filter?.judges ? [filter.module] : []));
  const record = benchRecord({
    envoy: envoy.version,
    options: { rounds: pace.rounds, seconds: pace.seconds },
    modules: [...new Set(judged)].map(moduleSize),
    scenarios: scenarios.map(({ id, name, note, bodyBytes }) => {
      return { id, name, ...(note !== undefined && { note }), bodyBytes };
    }),
    ...{ idle, results, comparisons, bars: bars(readTargets(), results, idle["block"]?.vmBytes) },
  });
  if (options.json) console.log(JSON.stringify(record, null, 2));
  else {
    if (record.bars.length > 0) console.log(`${barTable(record.bars)}\n`);
    console.log(
      `CPU µs: of the Envoy process per request, medians of ${pace.rounds} rounds of ${pace.seconds} s; over no-op: the difference\n` +
        `within a round. Envoy ${envoy.version}; ${machineLine(record)}; commit ${record.commit}${record.dirty ? " and changes" : ""}.`,
    );
  }
  if (options.record) console.error(`recorded in ${writeRecord(record)}`);
  if (options.check && record.bars.some(({ isMet }) => !isMet)) process.exitCode = EXIT_MISSED;
}

async function idleMemory(): Promise<Record<string, Memory>> {
  await sleep(STATS_MS);
  const entries: [string, Memory][] = [];
  for (const { variant, envoy: process } of fleet.targets)
    entries.push([variant.name, await memoryOf(process)]);
  return Object.fromEntries(entries);
}

function chooseScenarios(): readonly Scenario[] {
  if (options.scenario.length === 0) return SCENARIOS;
  const chosen = options.scenario.flatMap((wanted) => {
    return findScenarios(wanted) ?? fail(`No scenario is called "${wanted}"; --help lists them.`);
  });
  return SCENARIOS.filter((scenario) => chosen.includes(scenario));
}

/** Where the bench is, on stderr: one line that is written over on a terminal, else one per scenario. */
function say(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
  else if (text.endsWith("starting")) console.error(text.slice(0, -": starting".length));
}

function collect(value: string, before: string[]): string[] {
  return [...before, value];
}

function chooseNames(value: string, before: string[] = []): string[] {
  const chosen = value.split(",");
  const unknown = chosen.find((name) => !(VARIANT_NAMES as readonly string[]).includes(name));
  if (unknown !== undefined) throw new InvalidArgumentError(`Choose from ${VARIANT_NAMES.join(", ")}.`);
  return [...before, ...chosen];
}

function collectModule(value: string, before: Record<string, string>): Record<string, string> {
  const [, name, file] = /^([\w.-]+)=(.+)$/.exec(value) ?? [];
  if (name === undefined) throw new InvalidArgumentError("Give a name and a file: new=build/wardgate.wasm");
  if (name in before || (VARIANT_NAMES as readonly string[]).includes(name)) {
    throw new InvalidArgumentError(`"${name}" is the name of another variant.`);
  }
  return { ...before, [name]: file! };
}

function fail(message: string): never {
  console.error(message);
  process.exit(EXIT_FAILED);
}
