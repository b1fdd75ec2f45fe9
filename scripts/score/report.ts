// A score as text for people.
import { count, paint, print, shown } from "../cli/output.ts";
import type { Score } from "./score.ts";
import { type Cell, type ClassRow, type Expect, type SetRow, share, sum } from "./tally.ts";
import type { Targets } from "./targets.ts";

const TITLES = { block: "attacks", pass: "benign" } as const;
/** Where nothing is said of main locations. */
const MAIN_LOCATIONS = ["query", "body-form", "body-json", "body-multipart"];

export function showScore(score: Score, targets: Targets): void {
  const { judge, level, seconds, cases } = score;
  print(paint("bold", `${count(cases, "case")} through ${judge} in ${seconds.toFixed(1)} s, level ${level}`));
  for (const expect of ["block", "pass"] as const) showSets(score.sets, expect);
  for (const expect of ["block", "pass"] as const) showClasses(score.classes, expect, targets);
  showLocations(score);
  showMacro(score, targets);
  showAccepted(score);
}

function showSets(all: readonly SetRow[], expect: Expect): void {
  const rows = all.filter((row) => row.expect === expect);
  if (rows.length === 0) return;
  const head = ["set", "cases", "blocked", "share", "rejected", "errors", "by class"];
  table(`${TITLES[expect]}, by set`, head, [
    ...rows.map((row) => [row.set, ...figures(row), classesOf(row)]),
    ["all", ...figures(sum(rows)), ""],
  ]);
}

/** The classes of a set whose share is not that of most: of attacks all, of benign ones those with false positives. */
function classesOf({ classes, expect }: SetRow): string {
  return Object.entries(classes)
    .filter(([, cell]) => expect === "block" || cell.blocked > 0)
    .sort(([, a], [, b]) => b.cases - a.cases)
    .map(([name, cell]) => `${shown(name)} ${percent(share(cell), 1)}`)
    .join(", ");
}

function showClasses(all: readonly ClassRow[], expect: Expect, targets: Targets): void {
  const rows = all.filter((row) => row.expect === expect && (expect === "block" || row.blocked > 0));
  if (rows.length === 0) return;
  const head = ["class", "cases", "blocked", "share", "rejected", "errors", "by location"];
  const lines = rows.map((row) => [row.class, ...figures(row), placesOf(row)]);
  table(
    `${TITLES[expect]}, by class${expect === "pass" ? " (those with false positives)" : ""}`,
    head,
    lines,
  );
  if (expect === "block" && targets.classes !== undefined) showClassTargets(rows, targets);
}

function placesOf({ locations }: ClassRow): string {
  return Object.entries(locations)
    .sort(([, a], [, b]) => b.cases - a.cases)
    .map(([name, cell]) => `${shown(name)} ${percent(share(cell), 1)} (${cell.cases})`)
    .join(", ");
}

function showClassTargets(rows: readonly ClassRow[], targets: Targets): void {
  const main = targets.main_locations ?? MAIN_LOCATIONS;
  const slack = targets.slack ?? 0;
  const lines = rows.flatMap((row) => {
    const target = targets.classes![row.class];
    if (target === undefined) return [];
    const parts = Object.entries(row.locations);
    const isMain = ([location]: [string, Cell]) => main.includes(location);
    const inside = sum(parts.filter(isMain).map(([, cell]) => cell));
    const outside = sum(parts.filter((part) => !isMain(part)).map(([, cell]) => cell));
    const besides = [against(inside, target), against(outside, target - slack)];
    return [[row.class, ...besides.flat()]];
  });
  const head = ["class", main.join("/"), "target", "", "elsewhere", "target", ""];
  table("attacks, by class, against targets", head, lines);
}

function against(cell: Cell, target: number): [string, string, string] {
  if (cell.cases === 0) return ["-", "", ""];
  return [percent(share(cell)), `≥ ${target} %`, met(share(cell) >= target)];
}

function showLocations({ locations }: Score): void {
  const head = ["location", "expect", "cases", "blocked", "share", "rejected", "errors"];
  const rows = locations.map((row) => [row.location, TITLES[row.expect], ...figures(row)]);
  table("by location", head, rows);
}

function showMacro({ macro, bars, strict, sets }: Score, targets: Targets): void {
  const lines: string[][] = [];
  const line = (name: string, value: number | undefined, bar: number | undefined, atLeast: boolean) => {
    if (value === undefined) return;
    const isMet = bar === undefined || (atLeast ? value >= bar : value <= bar);
    const target = bar === undefined ? "" : `${atLeast ? "≥" : "≤"} ${bar} %`;
    lines.push([name, percent(value), target, bar === undefined ? "" : met(isMet)]);
  };
  const { worst } = macro;
  const wanted = { ...targets, ...bars };
  line("attacks, mean over sets", macro.attack, wanted.attack, true);
  if (strict !== undefined) {
    const { cases, counted, other } = strict;
    line(`  ${counted ? "without" : "with"} ${cases} strict-only cases`, other.attack, undefined, true);
  }
  line("benign, mean over sets", macro.benign, wanted.benign, false);
  line(`worst benign set${worst ? `: ${shown(worst.set)}` : ""}`, worst?.share, wanted.worst_benign, false);
  for (const name of targets.none_of ?? []) {
    const row = sets.find(({ set }) => set === name);
    if (row !== undefined) line(`${shown(name)}, of which nothing may be blocked`, share(row), 0, false);
  }
  table("figures", ["", "share", "target", ""], lines);
}

function showAccepted({ accepted }: Score): void {
  if (accepted === undefined) return;
  const { misses, stale, attack } = accepted;
  print("");
  print(`${count(misses, "miss").replace(/sss$/, "sses")} accepted; all of them counted above as misses.`);
  if (attack !== undefined) print(`Without them the mean over the attack sets would be ${percent(attack)}.`);
  if (stale.length > 0)
    print(paint("yellow", `No longer missed, so no longer to be accepted: ${stale.map(shown).join(", ")}`));
}

function figures(cell: Cell): string[] {
  const { cases, blocked, rejected, error } = cell;
  return [String(cases), String(blocked), percent(share(cell)), String(rejected), String(error)];
}

function percent(value: number, digits = 2): string {
  return `${value.toFixed(digits)} %`;
}

function met(is: boolean): string {
  return is ? paint("green", "met") : paint("red", "missed");
}

/** Columns of figures to the right, others to the left. */
function table(title: string, head: string[], rows: string[][]): void {
  const widths = head.map((name, i) =>
    Math.max(name.length, ...rows.map((row) => plain(row[i] ?? "").length)),
  );
  const isFigure = head.map((_, i) => rows.every((row) => /^(-|[\d.]+( %)?)?$/.test(row[i] ?? "")));
  const line = (row: string[]) =>
    row
      .map((cell, i) => {
        const room = " ".repeat(Math.max(0, widths[i]! - plain(cell).length));
        return isFigure[i] ? room + cell : cell + room;
      })
      .join("  ")
      .trimEnd();
  print("");
  print(paint("bold", title));
  print(paint("dim", line(head)));
  for (const row of rows) print(line(row));
}

/** Without the colours of paint(). */
function plain(text: string): string {
  return text.replace(/\x1b\[\d+m/g, "");
}
