// `wardgate check`: is a configuration accepted, and if not, everything that is wrong with it.
import { openEngine } from "./engine-file.ts";
import { count, EXIT, type ExitCode, paint, print, printJson, shown } from "./output.ts";
import { findConfigurations, type FoundConfiguration, readText, SyntaxProblems } from "./sources.ts";

interface Checked {
  file: string;
  where: string;
  accepted: boolean;
  problems: string[];
  warnings: string[];
}

export function check(files: string[], options: { json?: boolean }): ExitCode {
  const engine = openEngine();
  const results = files.flatMap((file) => {
    const text = readText(file);
    return configurations(file, text, ({ configuration }) => engine.configure(configuration));
  });
  if (options.json) printJson(results);
  else results.forEach(show);
  return results.every(({ accepted }) => accepted) ? EXIT.ok : EXIT.problems;
}

type Judge = (found: FoundConfiguration) => Pick<Checked, "accepted" | "problems" | "warnings">;

function configurations(file: string, text: string, judge: Judge): Checked[] {
  const refused = (...problems: string[]) => [{ file, where: "", accepted: false, problems, warnings: [] }];
  try {
    const found = findConfigurations(text);
    if (found.length === 0) return refused("no Wardgate configuration in this file");
    return found.map((one) => ({ file, where: one.where, ...judge(one) }));
  } catch (error) {
    if (error instanceof SyntaxProblems) return refused(...error.problems);
    throw error;
  }
}

function show({ file, where, accepted, problems, warnings }: Checked): void {
  const name = where === "" ? file : `${file}: ${where}`;
  const verdict = accepted ? paint("green", "accepted") : paint("red", count(problems.length, "problem"));
  print(`${paint("bold", name)}: ${verdict}`);
  for (const problem of problems) print(`  ${shown(problem)}`);
  for (const warning of warnings) print(`  ${paint("yellow", "warning:")} ${shown(warning)}`);
}
