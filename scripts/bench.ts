// `npm run bench`: what Wardgate costs in a real Envoy, against the same Envoy without it and with a filter that does nothing, all in
// one run. The rounds are interleaved, the verdicts are checked, the differences are taken within a round.
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { execFileSync } from "node:child_process";
import os from "node:os";
import { Command, InvalidArgumentError, Option } from "commander";
import { Fleet, type Variant, VARIANTS } from "../bench/fleet.ts";
import { combine, measure, type Slice } from "../bench/measure.ts";
import { type Scenario, SCENARIOS } from "../bench/scenarios.ts";
import { type Rounds, type Summary, summarise, table } from "../bench/summary.ts";
import { compileAssembly } from "./build/assembly.ts";
import { DEFAULT_ENVOY_VERSION, ENVOY_VERSIONS, type EnvoyVersion, findEnvoy } from "./envoy/binary.ts";

interface BenchOptions {
  rounds: number;
  seconds: number;
  quick: boolean;
  json: boolean;
  record: boolean;
  scenario?: string;
  module: string;
  envoyVersion: EnvoyVersion;
}

const NOOP = "build/noop.wasm";
const WARM_UP_MS = 500;
const SLICES = 5;

const positive = (text: string): number => {
  if (Number(text) > 0) return Number(text);
  throw new InvalidArgumentError("Give a number above 0.");
};

const options = new Command("npm run bench --")
  .description(
    "Measures the Envoy CPU per request that Wardgate adds, in block mode with the shipped ruleset.",
  )
  .addOption(new Option("--rounds <n>", "interleaved rounds").default(5).argParser(positive))
  .addOption(
    new Option("--seconds <n>", "duration of each variant in a round").default(2).argParser(positive),
  )
  .option("--quick", "3 rounds of 1 s: a first impression", false)
  .option("--scenario <text>", "only scenarios whose name contains this")
  .option("--module <file>", "the filter to measure", "build/wardgate.wasm")
  .addOption(
    new Option("--envoy-version <version>", "which Envoy")
      .choices(ENVOY_VERSIONS)
      .default(DEFAULT_ENVOY_VERSION),
  )
  .option("--json", "print the figures as JSON", false)
  .option("--record", "also keep them in bench/record/", false)
  .parse()
  .opts<BenchOptions>();

if (options.quick) Object.assign(options, { rounds: 3, seconds: 1 });
const scenarios = SCENARIOS.filter((scenario) => scenario.name.includes(options.scenario ?? ""));
if (process.platform !== "linux") fail("The bench reads /proc: it needs Linux.");
if (!existsSync(options.module)) fail(`${options.module} is not there: run \`npm run build\` first.`);
if (scenarios.length === 0) fail(`No scenario is called "${options.scenario}".`);

const envoy = await findEnvoy(options.envoyVersion);
mkdirSync("build", { recursive: true });
await compileAssembly("bench/noop/noop.ts", NOOP);
const fleet = await Fleet.start(envoy.path, { noop: NOOP, wardgate: options.module });
try {
  const rows: Summary[] = [];
  for (const scenario of scenarios) rows.push(...summarise(scenario.name, await run(scenario)));
  report(rows);
} catch (error) {
  process.exitCode = 1;
  console.log(`The bench failed: ${(error as Error).message}`);
} finally {
  await fleet.stop();
}

/** Short slices of every variant in turn, several to a round: what else the machine does meanwhile hits all of them alike. */
async function run(scenario: Scenario): Promise<Rounds> {
  await checkVerdicts(scenario);
  const rounds: Rounds = { plain: [], "no-op": [], wardgate: [] };
  for (let round = 0; round < options.rounds; round++) {
    const slices: Record<Variant, Slice[]> = { plain: [], "no-op": [], wardgate: [] };
    for (let turn = 0; turn < SLICES * VARIANTS.length; turn++) {
      const variant = VARIANTS[(round + turn) % VARIANTS.length]!;
      const durationMs = (options.seconds * 1000) / SLICES;
      slices[variant].push(await measure(fleet, fleet.targets[variant], scenario.benign, 200, durationMs));
    }
    for (const variant of VARIANTS) rounds[variant].push(combine(slices[variant]));
  }
  return rounds;
}

/** Warms every Envoy up, and makes sure that the filter judges: benign passes everywhere, the attack is blocked. */
async function checkVerdicts(scenario: Scenario): Promise<void> {
  for (const variant of VARIANTS) {
    await measure(fleet, fleet.targets[variant], scenario.benign, 200, WARM_UP_MS);
  }
  await measure(fleet, fleet.targets.wardgate, scenario.attacks, 403, WARM_UP_MS / 5).catch(
    (error: Error) => {
      throw new Error(`"${scenario.name}": the attack must be blocked; ${error.message}`);
    },
  );
}

function report(rows: Summary[]): void {
  const commit = execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim();
  const cpu = os.cpus();
  const machine = `${cpu.length} × ${cpu[0]?.model ?? "?"}, ${os.type()} ${os.release()}, Node ${process.version}`;
  const about = {
    date: new Date().toISOString(),
    commit,
    machine,
    envoy: envoy.version,
    rounds: options.rounds,
    seconds: options.seconds,
  };
  const text = JSON.stringify({ ...about, results: rows }, null, 2);
  if (options.json) console.log(text);
  else
    console.log(
      `Envoy ${envoy.version}, ${options.rounds} rounds of ${options.seconds} s, medians; ${machine}\n\n${table(rows)}`,
    );
  if (!options.record) return;
  mkdirSync("bench/record", { recursive: true });
  const file = `bench/record/${about.date.slice(0, 19).replace(/[:]/g, "")}.json`;
  writeFileSync(file, text + "\n");
  if (!options.json) console.log(`\nrecorded in ${file}`);
}

function fail(message: string): never {
  console.log(message);
  process.exit(1);
}
