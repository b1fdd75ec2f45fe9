// `npm run fuzz`: mutates inputs of every parser, guided by a corpus, and checks what must hold for each: no trap, the
// same however it is cut, linear work, and what a reference reader of the format finds.
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { readInputs, writeInput } from "../test/fuzz/corpus.ts";
import { Lane } from "../test/fuzz/lane.ts";
import { Prober } from "../test/fuzz/prober.ts";
import { described, rowsOf, table, writeFindings } from "../test/fuzz/report.ts";
import type { Finding } from "../test/fuzz/session.ts";
import { TARGETS } from "../test/fuzz/targets/index.ts";

/** A target runs for this long at a time, so that each gets its share of a run that is stopped early. */
const SLICE_MS = 15_000;
const PROGRESS_MS = 500;

interface Options {
  minutes: number;
  target?: string[];
  seed: number;
  jobs: number;
  keep?: string;
  out: string;
  engine: string;
  replay?: string[];
  json: boolean;
  list: boolean;
}

const positive = (value: string): number => {
  if (Number(value) > 0) return Number(value);
  throw new InvalidArgumentError("Give a number above 0.");
};

const options = new Command("npm run fuzz --")
  .description("Fuzzes every parser through build/engine.wasm. Exit code 1 when something was found.")
  .option("--minutes <n>", "how long in all, shared by the targets", positive, 10)
  .option("--target <names>", "only these, joined by commas (default: all)", (names) => names.split(","))
  .option("--seed <n>", "of the random choices", positive, 1 + (Date.now() % 1_000_000_000))
  .option("--jobs <n>", "targets that run at the same time", positive, 1)
  .option("--keep <folder>", "write inputs with something new there, by target")
  .option("--out <folder>", "where findings are written", "build/fuzz")
  .option("--engine <file>", "the engine to fuzz", "build/engine.wasm")
  .option("--replay <paths...>", "check these files or folders only; needs one --target")
  .option("--json", "print the summary as JSON", false)
  .option("--list", "print the targets", false)
  .addHelpText(
    "after",
    `
Examples:
  npm run fuzz                                        ten minutes for all targets
  npm run fuzz -- --minutes 60 --jobs 2               an hour on two cores
  npm run fuzz -- --target json,form --seed 7         the same choices as any run with that seed
  npm run fuzz -- --target xml --replay build/fuzz/xml
  npm run fuzz -- --target xml --keep test/fuzz/corpus`,
  )
  .parse()
  .opts<Options>();

if (options.list) {
  for (const { name, about } of TARGETS) console.log(`${name.padEnd(12)}${about}`);
} else {
  const unknown = (options.target ?? []).filter((name) => !TARGETS.some((target) => target.name === name));
  if (unknown.length > 0) fail(`No target is called "${unknown[0]}". See --list.`);
  if (!existsSync(options.engine)) fail(`${options.engine} is not there: run \`npm run build\` first.`);
  process.env["WARDGATE_ENGINE"] = options.engine;
  if (options.replay === undefined) await fuzz();
  else await replay(options.replay);
}

async function fuzz(): Promise<void> {
  const names = options.target ?? TARGETS.map(({ name }) => name);
  const lanes = names.map((name, i) => new Lane(name, options.seed + i * 1000));
  const started = performance.now();
  const end = started + options.minutes * 60_000;
  let isStopped = false;
  const stop = () => {
    if (isStopped) process.exit(130);
    isStopped = true;
    for (const lane of lanes) lane.stop();
  };
  process.once("SIGTERM", stop).on("SIGINT", stop);
  if (!options.json) console.log(`seed ${options.seed}, targets: ${names.join(", ")}`);
  const active = new Set<Lane>();
  const progress = setInterval(() => showProgress(lanes, active, started), PROGRESS_MS);
  const waiting = [...lanes];
  let turns = 0;
  const work = async () => {
    while (!isStopped && performance.now() < end) {
      const lane = waiting.shift();
      if (lane === undefined) return;
      active.add(lane);
      // What is left, shared by those whose turn is still to come.
      const left = lanes.length - (turns++ % lanes.length);
      const share = ((end - performance.now()) * Math.min(options.jobs, left)) / left;
      await lane.run(Math.max(1, Math.min(SLICE_MS, share)));
      active.delete(lane);
      waiting.push(lane);
    }
  };
  await Promise.all(Array.from({ length: options.jobs }, work));
  clearInterval(progress);
  if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");
  await Promise.all(lanes.map((lane) => lane.close()));
  process.removeAllListeners("SIGINT");
  summarise(lanes, (performance.now() - started) / 1000);
}

function showProgress(lanes: readonly Lane[], active: ReadonlySet<Lane>, started: number): void {
  if (!process.stderr.isTTY) return;
  const seconds = Math.round((performance.now() - started) / 1000);
  const inputs = lanes.reduce((sum, lane) => sum + lane.beats, 0);
  const findings = lanes.reduce((sum, lane) => sum + lane.findings.length, 0);
  const names = [...active].map(({ name }) => name).join(", ");
  const of = Math.round(options.minutes * 60);
  process.stderr.write(`\r\x1b[K${seconds} of ${of} s: ${names}; ${inputs} inputs, ${findings} findings`);
}

function summarise(lanes: readonly Lane[], seconds: number): void {
  const findings = lanes.flatMap((lane) => lane.findings);
  const written = writeFindings(options.out, findings);
  const kept = options.keep === undefined ? 0 : keepInputs(options.keep, lanes);
  const rows = rowsOf(lanes);
  if (options.json) {
    console.log(
      JSON.stringify({ seed: options.seed, seconds, targets: rows, findings: written, kept }, null, 2),
    );
  } else {
    console.log(table(rows));
    written.forEach((finding, i) => console.log(`\n${described(finding, findings[i]!.bytes)}`));
    const inputs = lanes.reduce((sum, { tally }) => sum + tally.inputs, 0);
    const more = kept > 0 ? `, ${kept} inputs kept in ${options.keep}` : "";
    console.log(`\n${inputs} inputs in ${seconds.toFixed(0)} s, ${findings.length} findings${more}`);
    if (findings.length > 0) console.log(`again: npm run fuzz -- --seed ${options.seed}`);
  }
  process.exitCode = findings.length > 0 ? 1 : 0;
}

function keepInputs(folder: string, lanes: readonly Lane[]): number {
  for (const lane of lanes) for (const bytes of lane.found) writeInput(join(folder, lane.name), bytes);
  return lanes.reduce((sum, lane) => sum + lane.found.length, 0);
}

/** Checks given files, cut in several ways. */
async function replay(paths: readonly string[]): Promise<void> {
  const [only, another] = options.target ?? [];
  const target = TARGETS.find(({ name }) => name === only);
  if (target === undefined || another !== undefined) fail("--replay needs one --target.");
  const prober = new Prober(target);
  const findings: (Finding & { file: string })[] = [];
  for (const { name, bytes } of paths.flatMap(filesOf)) {
    for (let seed = 1; seed <= 5; seed++) {
      const { problems } = await prober.probe(bytes, seed);
      findings.push(...problems.map((problem) => ({ ...problem, target: target.name, bytes, file: name })));
    }
  }
  if (options.json)
    console.log(
      JSON.stringify(
        findings.map(({ bytes, ...rest }) => ({ ...rest, bytes: bytes.length })),
        null,
        2,
      ),
    );
  else
    for (const { file, property, kind, detail } of findings)
      console.log(`${file}: ${property} ${kind}: ${detail}`);
  process.exitCode = findings.length > 0 ? 1 : 0;
}

function filesOf(path: string): { name: string; bytes: Uint8Array }[] {
  if (!existsSync(path)) fail(`${path} is not there.`);
  if (statSync(path).isDirectory()) return readInputs(path);
  return [{ name: path, bytes: Uint8Array.from(readFileSync(path)) }];
}

function fail(message: string): never {
  console.error(message);
  process.exit(2);
}
