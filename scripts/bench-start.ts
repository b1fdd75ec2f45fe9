// `npm run bench:start`: what it takes until the filter judges, in a real Envoy beside the filter that does nothing: compilation of the
// module, one VM's start and configuration, custom rules, memory. Rounds are interleaved; figures are medians.
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { Command, Option } from "commander";
import { addRunOptions, positive, type RunOptions } from "../bench/options.ts";
import { circumstances, machineLine, moduleSize, writeRecord } from "../bench/record.ts";
import { measureMemory, measureStart } from "../bench/start.ts";
import { barsOf, type Row, rowOf, type Starts, type StartVariant } from "../bench/start-report.ts";
import { type Bar, readTargets } from "../bench/targets.ts";
import { compileAssembly } from "./build/assembly.ts";
import { shippedRules } from "./build/ruleset.ts";
import { findEnvoy } from "./envoy/binary.ts";

interface StartBenchOptions extends RunOptions {
  rounds: number;
  workers: number[];
  module: string;
  rules?: string;
  seconds: number;
}

const NOOP = "build/noop.wasm";
const CONFIGURATION = { mode: "block", hold_headers: true };
const RULES = 200;
const CONNECTIONS = 100;
const EXIT_MISSED = 2;

const EXAMPLES = `
Exit codes: 0 the bench ran; 1 it failed; 2 with --check: it ran, and a target of bench/targets.json was missed.

Examples:
  npm run bench:start                                   everything, 5 rounds
  npm run bench:start -- --rounds 2 --workers 1         a first impression
  npm run bench:start -- --rules recommended.json       with a rules document of your own as custom_rules
  npm run bench:start -- --json --record                figures as JSON, also kept in bench/record/`;

const numbers = (text: string): number[] => text.split(",").map(positive);

const command = new Command("npm run bench:start --")
  .description(
    "Measures an Envoy's start with Wardgate, beside one with a filter that does nothing, and memory of a VM.",
  )
  .addOption(new Option("--rounds <n>", "interleaved rounds").default(5).argParser(positive))
  .addOption(new Option("--workers <n,…>", "worker threads").default([1, 2, 8], "1,2,8").argParser(numbers))
  .option("--module <file>", "the filter to measure", "build/wardgate.wasm")
  .option(
    "--rules <file>",
    `JSON document of custom rules (default: ${RULES} made of the shipped ones, under other ids)`,
  )
  .addOption(
    new Option("--seconds <n>", "of load before memory is read again").default(5).argParser(positive),
  )
  .addHelpText("after", EXAMPLES);
const options = addRunOptions(command).parse().opts<StartBenchOptions>();

for (const file of [options.module, ...(options.rules ? [options.rules] : [])]) {
  if (!existsSync(file)) fail(`${file} is not there.`);
}
if (process.platform !== "linux") fail("The bench reads /proc: it needs Linux.");
const rules = options.rules ? (JSON.parse(readFileSync(options.rules, "utf8")) as object) : generatedRules();
const binary = (await findEnvoy(options.envoyVersion)).path;
mkdirSync("build", { recursive: true });
await compileAssembly("bench/noop/noop.ts", NOOP);

const VARIANTS: Record<StartVariant, { module: string; configuration: object; counts: boolean }> = {
  "no-op": { module: NOOP, configuration: {}, counts: false },
  wardgate: { module: options.module, configuration: CONFIGURATION, counts: true },
  rules: { module: options.module, configuration: { ...CONFIGURATION, custom_rules: rules }, counts: true },
};
const NAMES = Object.keys(VARIANTS) as StartVariant[];

try {
  await run();
} catch (error) {
  fail(`The bench failed: ${(error as Error).message}`);
}

async function run(): Promise<void> {
  const starts = await measureStarts();
  const rows = options.workers.map((workers) => rowOf(workers, starts.get(workers)!));
  const memory = await measureMemory(
    { binary, workers: 1, ...VARIANTS.wardgate },
    CONNECTIONS,
    options.seconds * 1000,
  );
  const size = moduleSize(options.module).bytes;
  const bars = barsOf(readTargets(), rows, { ...memory, connections: CONNECTIONS }, size);
  const record = { kind: "start", ...circumstances(), envoy: options.envoyVersion, rows, memory, size, bars };
  if (options.json) console.log(JSON.stringify(record, null, 2));
  else print(rows, memory, bars, machineLine(record));
  if (options.record) console.error(`recorded in ${writeRecord(record)}`);
  if (options.check && bars.some(({ isMet }) => !isMet)) process.exitCode = EXIT_MISSED;
}

/** By number of workers, all starts of each variant; the variants take turns. */
async function measureStarts(): Promise<Map<number, Starts>> {
  const starts = new Map(
    options.workers.map((workers) => [workers, { "no-op": [], wardgate: [], rules: [] } as Starts]),
  );
  for (let round = 0; round < options.rounds; round++) {
    for (const [workers, list] of starts) {
      for (const name of NAMES) list[name].push(await measureStart({ binary, workers, ...VARIANTS[name] }));
      if (process.stderr.isTTY) console.error(`round ${round + 1}/${options.rounds}, ${workers} workers`);
    }
  }
  return starts;
}

function print(rows: Row[], memory: { requests: number }, bars: Bar[], machine: string): void {
  const cell = (value: number): string => value.toFixed(1);
  console.log(
    `Envoy ${options.envoyVersion}, ${options.rounds} rounds, medians over the no-op filter, in ms; ${machine}\n`,
  );
  console.log(
    "| workers | VMs | compile, wall | compile, CPU | one VM | one VM, custom rules | start, wall | start, CPU | start with custom rules |",
  );
  console.log("|---|---|---|---|---|---|---|---|---|");
  for (const row of rows) {
    const { workers, vms, ...times } = row;
    const { compileMs, compileCpuMs, vmMs, vmRulesMs, addedWallMs, addedCpuMs, addedWallRulesMs } = times;
    const cells = [compileMs, compileCpuMs, vmMs, vmRulesMs, addedWallMs, addedCpuMs, addedWallRulesMs];
    console.log(`| ${[workers, vms, ...cells.map(cell)].join(" | ")} |`);
  }
  console.log(`\nMemory under load: ${memory.requests} requests over ${CONNECTIONS} connections.\n`);
  for (const { name, asked, measured, isMet } of bars)
    console.log(`${isMet ? "met   " : "MISSED"}  ${name}: ${measured} (${asked})`);
}

/** As many rules as a large document has. */
function generatedRules(): object {
  const { rules } = shippedRules() as { rules: { id: string; tags: object }[] };
  return Array.from({ length: RULES }, (_, index) => {
    const rule = rules[index % rules.length]!;
    return { ...rule, id: `custom-${index}` };
  });
}

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}
