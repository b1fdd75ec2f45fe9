// `wardgate score`: sends case files through the engine, or a real Envoy, and says what was blocked.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Command, InvalidArgumentError, Option } from "commander";
import { EnvoyUnavailable } from "../envoy/binary.ts";
import { EnvoyFailed } from "../envoy/process.ts";
import { type Case, caseFiles, readCases } from "../score/cases.ts";
import { runThroughEnvoy } from "../score/envoy-run.ts";
import { judge } from "../score/in-process.ts";
import { type Level, LEVELS } from "../rules/read-rules.ts";
import { writeList } from "../score/lists.ts";
import type { Outcome } from "../score/outcome.ts";
import { showScore } from "../score/report.ts";
import { type Bars, scoreOf } from "../score/score.ts";
import { isFalsePositive, isMiss, type Judged } from "../score/tally.ts";
import { readAccepted, readTargets, type StrictOnly, strictOnlyArgument } from "../score/targets.ts";
import { openEngine } from "./engine-file.ts";
import { configurationFrom } from "./explain.ts";
import { EXIT, type ExitCode, printJson, UsageError } from "./output.ts";

interface ScoreOptions {
  cases?: string;
  envoy?: boolean;
  connections: number;
  level?: Level;
  config?: string;
  rules?: string;
  set: string[];
  class: string[];
  limit?: number;
  noisy?: boolean;
  targets?: string;
  strictOnly?: StrictOnly;
  accepted?: string;
  minAttack?: number;
  maxBenign?: number;
  maxWorst?: number;
  misses?: string;
  falsePositives?: string;
  json?: boolean;
}

const EXAMPLES = `
A case file has one JSON object a line: {id, set, class, location, expect: block | pass, method, path,
headers: [[name, value]…], body_b64, payload}. Exit codes: 0, or 1 when a bar is missed.

Examples:
  wardgate score cases/
  wardgate score cases/ --envoy --targets bench/score-targets.json
  wardgate score cases/sqli.jsonl --misses misses.tsv --false-positives false-positives.tsv
  wardgate score cases/ --set mine --min-attack 95 --max-benign 0.1 --json
`;

/** Relative to dist/wardgate.mjs, and to this file: a folder of cases beside the checkout. */
const DEFAULT_CASES = ["../../shared/cases", "../../../shared/cases"];

export function addScoreCommand(program: Command, exit: (code: ExitCode) => void): void {
  program
    .command("score")
    .description("send case files through the engine or a real Envoy, and say what is blocked")
    .argument("[path...]", "case files (*.jsonl, *.jsonl.xz), or folders of them")
    .option("--cases <path>", "the same, where no argument is given (or in WARDGATE_CASES)")
    .option("--envoy", "through a real Envoy instead of the engine in this process")
    .option("--connections <n>", "connections to Envoy at once", number(1, 256), 8)
    .addOption(new Option("--level <level>", "sensitivity of the filter").choices(LEVELS))
    .option("--config <file>", "configuration of the filter (default: block mode)")
    .option("--rules <file>", "only these rules, a document or folder, in place of the shipped ones")
    .option("--set <name,…>", "only these sets", list, [])
    .option("--class <name,…>", "only these classes", list, [])
    .option("--limit <n>", "at most so many cases of each set", number(1, Infinity))
    .option("--noisy", "also cases that are marked as of doubtful quality")
    .option("--targets <file>", "figures to be shown beside the score")
    .option(
      "--strict-only <set:class,…>",
      "classes that count at level high only; repeatable",
      strictOnlyArgument,
    )
    .option("--accepted <file>", "misses that were looked at and accepted, with reasons")
    .option("--min-attack <percent>", "bar: mean over attack sets of the share blocked", number(0, 100))
    .option("--max-benign <percent>", "bar: the same over benign sets", number(0, 100))
    .option("--max-worst <percent>", "bar: share blocked of any benign set", number(0, 100))
    .option("--misses <file>", "write the attacks that were not blocked: *.jsonl, else tab-separated")
    .option("--false-positives <file>", "write the benign requests that were blocked, with the rules")
    .option("--json", "print the score as JSON")
    .addHelpText("after", EXAMPLES)
    .action(async (paths: string[], options: ScoreOptions) => exit(await score(paths, options)));
}

async function score(paths: string[], options: ScoreOptions): Promise<ExitCode> {
  const targets = options.targets === undefined ? {} : readTargets(options.targets);
  const accepted = options.accepted === undefined ? undefined : readAccepted(options.accepted);
  const cases = await casesOf(paths, options);
  const started = performance.now();
  const { judge, outcomes } = options.envoy ? await throughEnvoy(cases, options) : inProcess(cases, options);
  const judged = cases.map((one, i): Judged => ({ case: one, outcome: outcomes[i]! }));
  const { sensitivity: level = "default" } = configurationOf(options);
  const run = { judge, level, seconds: (performance.now() - started) / 1000, judged };
  const strictOnly = options.strictOnly ?? targets.strict_only ?? {};
  const result = scoreOf(run, { strictOnly, bars: bars(options), accepted });
  const known = accepted ?? new Map<string, string>();
  if (options.misses !== undefined) writeList(options.misses, judged.filter(isMiss), known);
  if (options.falsePositives !== undefined)
    writeList(options.falsePositives, judged.filter(isFalsePositive), known);
  if (options.json) printJson(result);
  else showScore(result, targets);
  return result.missed.length > 0 ? EXIT.problems : EXIT.ok;
}

async function casesOf(paths: string[], options: ScoreOptions): Promise<Case[]> {
  const given = paths.length > 0 ? paths : [options.cases ?? process.env["WARDGATE_CASES"] ?? defaultCases()];
  const { set, class: classes, limit, noisy } = options;
  const filter = { sets: set, classes, limit: limit ?? Infinity, noisy: noisy === true };
  const cases: Case[] = [];
  for (const file of given.flatMap(caseFiles)) cases.push(...(await readCases(file, filter)));
  if (cases.length === 0) throw new UsageError("There are no such cases.");
  return cases;
}

function defaultCases(): string {
  const places = DEFAULT_CASES.map((place) => fileURLToPath(new URL(place, import.meta.url)));
  const found = places.find(existsSync);
  if (found === undefined)
    throw new UsageError("There are no cases: give a folder of case files, or set WARDGATE_CASES.");
  return found;
}

function inProcess(cases: readonly Case[], options: ScoreOptions): { judge: string; outcomes: Outcome[] } {
  const engine = openEngine();
  const { accepted, problems } = engine.configure(configurationOf(options));
  if (!accepted) throw new UsageError(problems.join("\n"));
  const progress = progressOf(cases.length);
  return { judge: "the engine", outcomes: cases.map((one, i) => (progress(i + 1), judge(engine, one))) };
}

async function throughEnvoy(
  cases: readonly Case[],
  options: ScoreOptions,
): Promise<{ judge: string; outcomes: Outcome[] }> {
  try {
    const { version, outcomes } = await runThroughEnvoy(cases, {
      configuration: { hold_headers: true, ...configurationOf(options) },
      connections: options.connections,
      onProgress: progressOf(cases.length),
    });
    return { judge: `Envoy ${version}`, outcomes };
  } catch (error) {
    if (error instanceof EnvoyUnavailable) throw new UsageError(error.message);
    if (error instanceof EnvoyFailed) {
      const said = error.log.map(({ message }) => `  ${message}`).slice(-5);
      throw new UsageError([`${error.message}:`, ...said].join("\n"));
    }
    throw error;
  }
}

function configurationOf(options: ScoreOptions): { sensitivity?: string } {
  const base: { sensitivity?: string } = configurationFrom(options);
  return options.level === undefined ? base : { ...base, sensitivity: options.level };
}

function bars({ minAttack, maxBenign, maxWorst }: ScoreOptions): Bars {
  return {
    ...(minAttack !== undefined && { attack: minAttack }),
    ...(maxBenign !== undefined && { benign: maxBenign }),
    ...(maxWorst !== undefined && { worst_benign: maxWorst }),
  };
}

/** Tells on a terminal's stderr how far it is. */
function progressOf(total: number): (done: number) => void {
  if (process.stderr.isTTY !== true) return () => {};
  return (done) => {
    if (done % 500 === 0) process.stderr.write(`\r${done} of ${total}`);
    if (done === total) process.stderr.write("\r\x1b[K");
  };
}

function list(text: string): string[] {
  return text.split(",").filter((name) => name !== "");
}

function number(from: number, to: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== "" && value >= from && value <= to) return value;
    throw new InvalidArgumentError(
      to === Infinity ? `A number from ${from}.` : `A number from ${from} to ${to}.`,
    );
  };
}
