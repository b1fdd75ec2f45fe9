// `npm run bench:engine`: the engine alone, in this process: how long a request takes beside libddwaf with the same rules and the same
// inputs, and what of it each stage takes.
import { existsSync, readFileSync } from "node:fs";
import { Command, InvalidArgumentError } from "commander";
import { type Contender, race, type Timing } from "../bench/engine/contender.ts";
import { type EngineInput, engineInputs, INPUT_IDS } from "../bench/engine/inputs.ts";
import { Libddwaf, LibddwafContender } from "../bench/engine/libddwaf.ts";
import { ParseContender, WardgateContender } from "../bench/engine/wardgate.ts";
import { median } from "../bench/measure.ts";
import { circumstances, machineLine, writeRecord } from "../bench/record.ts";
import { spread, type Spread } from "../bench/summary.ts";
import { aligned, barTable } from "../bench/table.ts";
import { type Bar, readTargets } from "../bench/targets.ts";
import { shippedRules } from "./build/ruleset.ts";
import { Engine } from "./engine/engine.ts";

interface EngineBenchOptions {
  rules?: string;
  input: string[];
  rounds: number;
  slice: number;
  engine: string;
  stages: boolean;
  json: boolean;
  record: boolean;
  check: boolean;
}

interface Row {
  input: string;
  contender: string;
  /** CPU µs per request. */
  micros: Spread;
  megabytesPerSecond: number;
  /** How many times as long libddwaf takes in the same round, given objects; absent in its own rows. */
  timesLibddwaf?: Spread;
  /** The same with JSON.parse of the body in libddwaf's time. */
  timesLibddwafWithParse?: Spread;
  /** Benign requests in which something was found. */
  found: number;
}

interface Stages {
  input: string;
  /** Medians of differences within a round, µs per request. */
  stages: Record<string, number>;
}

interface Document {
  rules: { id: string }[];
  rules_compat?: unknown[];
  metadata?: { rules_version?: string };
}

const EXIT_MISSED = 2;
const SAME = "wardgate, same rules";
const SHIPPED = "wardgate, shipped rules";
/** Everything is judged: no body is cut, no budget ends. */
const OPEN = { mode: "block", body_capture_size: 16 * 1024 * 1024, budget: 1e12 };
const STAGES = ["parse", "transaction", "prefilter", "confirm", "decode"] as const;

const positive = (text: string): number => {
  if (Number(text) > 0) return Number(text);
  throw new InvalidArgumentError("Give a number above 0.");
};
const input = (text: string, before: string[]): string[] => {
  if (INPUT_IDS.includes(text)) return [...before, text];
  throw new InvalidArgumentError(`Choose from ${INPUT_IDS.join(", ")}.`);
};

const options = new Command("npm run bench:engine --")
  .description(
    "Measures build/engine.wasm in Node beside libddwaf, with the same rules and inputs, and its stages.",
  )
  .option(
    "--rules <file>",
    "a rules document (JSON), such as Datadog's recommended.json; default: of ours what libddwaf can load",
  )
  .option("--input <name>", `which input: ${INPUT_IDS.join(", ")}; repeatable (default: all)`, input, [])
  .option("--rounds <n>", "interleaved rounds", positive, 7)
  .option("--slice <ms>", "duration of each contender in a round", positive, 100)
  .option("--engine <file>", "the engine to measure", "build/engine.wasm")
  .option("--no-stages", "leave the stages out")
  .option("--json", "print the figures as JSON", false)
  .option("--record", "also keep them in bench/record/", false)
  .option("--check", `exit with ${EXIT_MISSED} when a target of bench/targets.json is missed`, false)
  .addHelpText(
    "after",
    `
Exit codes: 0 the bench ran; 1 it failed; ${EXIT_MISSED} with --check: a target was missed.

Examples:
  npm run bench:engine -- --rules recommended.json
  npm run bench:engine -- --input json-8k --rounds 3 --no-stages`,
  )
  .parse()
  .opts<EngineBenchOptions>();

for (const file of [options.engine, ...(options.rules === undefined ? [] : [options.rules])]) {
  if (!existsSync(file))
    fail(`${file} is not there${file === options.engine ? ": run `npm run build` first" : ""}.`);
}
const wasm = readFileSync(options.engine);
const module = new WebAssembly.Module(wasm);
const inputs = engineInputs(options.input.length > 0 ? options.input : INPUT_IDS);
const { document, source } = rules();
const libddwaf = new Libddwaf(document);
const compiled = new Engine(wasm).compileRules(document).report.rules;
const given = document.rules.length + (document.rules_compat?.length ?? 0);
const about =
  `Rules: ${source}; ${given} in it. libddwaf ${libddwaf.version} loaded ${libddwaf.loaded.length}, ` +
  `Wardgate ${compiled.loaded} (skipped ${compiled.skipped.length}, failed ${compiled.failed.length}); ` +
  `the shipped ruleset has ${(shippedRules() as Document).rules.length}.`;

const rows: Row[] = [];
const stages: Stages[] = [];
const contenders = judges();
const parts = options.stages ? stageContenders() : [];
for (const each of inputs) {
  say(each.name);
  checkAttack(each);
  rows.push(...compare(each, race(contenders, each, options.rounds, options.slice)));
  if (parts.length > 0) stages.push(byStage(each, race(parts, each, options.rounds, options.slice)));
}
say("");
report();

/** What judges whole requests, by the same rules and by ours. */
function judges(): Contender[] {
  return [
    new LibddwafContender(libddwaf, false),
    new LibddwafContender(libddwaf, true),
    new WardgateContender(SAME, module, { ...OPEN, shipped_rules: false, custom_rules: document }),
    new WardgateContender(SHIPPED, module, OPEN),
  ];
}

/** Each does what the one before does, and one stage more. */
function stageContenders(): Contender[] {
  const ids = (shippedRules() as Document).rules.map(({ id }) => id);
  return [
    new ParseContender(module),
    new WardgateContender("transaction", module, { ...OPEN, shipped_rules: false, decode_rounds: 0 }),
    // Rules that are off are not confirmed, but what they look for is scanned for.
    new WardgateContender("prefilter", module, { ...OPEN, disabled_rules: ids, decode_rounds: 0 }),
    new WardgateContender("confirm", module, { ...OPEN, decode_rounds: 0 }),
    new WardgateContender("decode", module, OPEN),
  ];
}

/** An engine that finds nothing would be fast. */
function checkAttack(each: EngineInput): void {
  for (const contender of contenders) {
    contender.prepare(each);
    if (contender.runOnce(each.attack)) continue;
    const message = `${contender.name} does not find the attack of ${each.id}`;
    if (contender.name === SHIPPED) fail(message);
    console.error(`Note: ${message}: the rules have nothing for it.`);
  }
}

function compare(each: EngineInput, timings: readonly Timing[]): Row[] {
  const [bare, parsing] = timings;
  return timings.map(({ contender, micros, found }) => {
    const times = (other: Timing): Spread =>
      spread(micros.map((value, round) => other.micros[round]! / value));
    return {
      ...{ input: each.id, contender, micros: spread(micros), found },
      megabytesPerSecond: each.bytes / median(micros),
      ...(contender.startsWith("wardgate") && {
        ...{ timesLibddwaf: times(bare!), timesLibddwafWithParse: times(parsing!) },
      }),
    };
  });
}

function byStage(each: EngineInput, timings: readonly Timing[]): Stages {
  const entries = STAGES.map((stage, i): [string, number] => {
    const before = timings[i - 1]?.micros;
    return [stage, median(timings[i]!.micros.map((value, round) => value - (before?.[round] ?? 0)))];
  });
  return { input: each.id, stages: Object.fromEntries(entries) };
}

/** The targets are for Datadog's rules, which must be given. */
function bars(): Bar[] {
  if (options.rules === undefined) return [];
  const targets = Object.entries(readTargets().engine_times_libddwaf);
  return targets.flatMap(([id, least]) => {
    const row = rows.find((each) => each.input === id && each.contender === SAME);
    const times = row?.timesLibddwaf;
    if (times === undefined) return [];
    return [
      {
        ...{ name: `${id}: times faster than libddwaf, same rules`, asked: `≥ ${least} ×` },
        ...{ measured: `${times.median.toFixed(1)} × (${range(times)})`, isMet: times.median >= least },
      },
    ];
  });
}

function report(): void {
  const record = {
    ...{ kind: "bench-engine", format: 1, ...circumstances() },
    rules: { source, given, libddwaf: libddwaf.loaded.length, wardgate: compiled.loaded },
    ...{ libddwaf: libddwaf.version, options: { rounds: options.rounds, sliceMs: options.slice } },
    inputs: inputs.map(({ id, name, bytes }) => ({ id, name, bytes })),
    ...{ results: rows, stages, bars: bars() },
  };
  if (options.json) console.log(JSON.stringify(record, null, 2));
  else {
    console.log(`${about}\n`);
    for (const each of inputs) console.log(`${inputTable(each)}\n`);
    if (stages.length > 0) console.log(`${stageTable()}\n`);
    if (record.bars.length > 0) console.log(`${barTable(record.bars)}\n`);
    console.log(
      `µs: CPU time per request, medians of ${options.rounds} rounds; ${machineLine(record)}; ` +
        `commit ${record.commit}${record.dirty ? " and changes" : ""}.`,
    );
  }
  if (options.record) console.error(`recorded in ${writeRecord(record)}`);
  if (options.check && record.bars.some(({ isMet }) => !isMet)) process.exitCode = EXIT_MISSED;
}

function inputTable({ id, name, bytes, requests }: EngineInput): string {
  const head = ["", "µs", "min … max", "MB/s", "libddwaf takes", "with JSON.parse", "found in benign"];
  const cells = rows
    .filter((row) => row.input === id)
    .map((row) => [
      ...[row.contender, row.micros.median.toFixed(1), range(row.micros), row.megabytesPerSecond.toFixed(1)],
      ...[row.timesLibddwaf, row.timesLibddwafWithParse].map((times) =>
        times === undefined ? "" : `${times.median.toFixed(1)} ×`,
      ),
      `${row.found} of ${requests.length}`,
    ]);
  return `${name} (${bytes} bytes with headers)\n${aligned([head, ...cells])}`;
}

function stageTable(): string {
  const cells = stages.map(({ input: id, stages: each }) => [
    id,
    ...STAGES.map((stage) => each[stage]!.toFixed(1)),
    Object.values(each)
      .reduce((sum, value) => sum + value, 0)
      .toFixed(1),
  ]);
  return `Stages with the shipped rules, µs per request\n${aligned([["", ...STAGES, "sum"], ...cells])}`;
}

function range({ min, max }: Spread): string {
  return `${min.toFixed(1)} … ${max.toFixed(1)}`;
}

/** The document that both get; where none is given, our rules as far as libddwaf knows their operators. */
function rules(): { document: Document; source: string } {
  if (options.rules !== undefined) {
    const given = JSON.parse(readFileSync(options.rules, "utf8")) as Document;
    const version = given.metadata?.rules_version;
    return {
      document: given,
      source: `${options.rules}${version === undefined ? "" : `, version ${version}`}`,
    };
  }
  const own = shippedRules() as Document;
  const known = new Set(new Libddwaf(own).loaded);
  const shared = own.rules.filter(({ id }) => known.has(id));
  return {
    document: { ...own, rules: shared },
    source: "those of rules/ that libddwaf can load (--rules takes a file)",
  };
}

function say(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}
