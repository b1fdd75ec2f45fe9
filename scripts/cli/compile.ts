// `wardgate compile`: rules documents into tables, with what became of every entry.
import { statSync, writeFileSync } from "node:fs";
import { type Engine, type LoadReport, NotRules } from "../engine/engine.ts";
import { readRules } from "../rules/read-rules.ts";
import { openEngine } from "./engine-file.ts";
import { count, EXIT, type ExitCode, paint, print, printJson, shown, UsageError } from "./output.ts";
import { parseDocument, readText, SyntaxProblems } from "./sources.ts";

interface Compiled {
  file: string;
  /** Why there is no table at all. */
  problems: string[];
  /** Bytes of the table. */
  size: number;
  report: LoadReport | undefined;
}

const SECTIONS = [
  "rules",
  "custom_rules",
  "actions",
  "exclusions",
  "rules_override",
  "rules_data",
  "processors",
  "other",
] as const;

export function compile(files: string[], options: { json?: boolean; output?: string }): ExitCode {
  const { output } = options;
  if (output !== undefined && files.length > 1) throw new UsageError("--output takes one rules document.");
  const engine = openEngine();
  const results = files.map((file) => {
    const { table, ...compiled } = compileFile(engine, file);
    if (output !== undefined && table !== undefined) writeFileSync(output, table);
    return compiled;
  });
  if (options.json) printJson(results);
  else results.forEach(show);
  return results.some(hasFailed) ? EXIT.problems : EXIT.ok;
}

/** A rules document, or a folder of rule files as in rules/. */
export function readRulesDocument(path: string): unknown {
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return parseDocument(readText(path));
  try {
    return readRules(path);
  } catch (error) {
    throw new SyntaxProblems((error as Error).message.split("\n"));
  }
}

function compileFile(engine: Engine, file: string): Compiled & { table?: Uint8Array } {
  try {
    const { table, report } = engine.compileRules(readRulesDocument(file));
    return { file, problems: [], size: table.length, report, table };
  } catch (error) {
    const none = { file, size: 0, report: undefined };
    if (error instanceof SyntaxProblems) return { ...none, problems: error.problems };
    if (error instanceof NotRules) return { ...none, problems: [error.message] };
    throw error;
  }
}

function hasFailed({ report, problems }: Compiled): boolean {
  return problems.length > 0 || SECTIONS.some((section) => report![section].failed.length > 0);
}

function show({ file, problems, size, report }: Compiled): void {
  print(paint("bold", `${file}:`));
  for (const problem of problems) print(`  ${paint("red", shown(problem))}`);
  if (report === undefined) return;
  for (const section of SECTIONS) {
    const { loaded, skipped, failed } = report[section];
    if (loaded + skipped.length + failed.length === 0) continue;
    print(`  ${section}: ${loaded} loaded, ${skipped.length} skipped, ${failed.length} failed`);
    for (const { id, reason } of failed)
      print(`    ${paint("red", "failed")}   ${shown(id)}: ${shown(reason)}`);
    for (const { id, reason } of skipped)
      print(`    ${paint("yellow", "skipped")}  ${shown(id)}: ${shown(reason)}`);
  }
  print(`  table: ${count(size, "byte")}`);
}
