// Counts outcomes: per set, class and location, and the macro figures over sets.
import type { Case } from "./cases.ts";
import type { Outcome, OutcomeKind } from "./outcome.ts";

export type Expect = Case["expect"];

export type Cell = Record<OutcomeKind, number> & { cases: number };

/** A case with what became of it. */
export interface Judged {
  case: Case;
  outcome: Outcome;
}

export interface SetRow extends Cell {
  set: string;
  expect: Expect;
  classes: Record<string, Cell>;
}

export interface ClassRow extends Cell {
  class: string;
  expect: Expect;
  locations: Record<string, Cell>;
}

export interface LocationRow extends Cell {
  location: string;
  expect: Expect;
}

export interface Tally {
  sets: SetRow[];
  classes: ClassRow[];
  locations: LocationRow[];
}

export interface Macro {
  /** Mean over the attack sets of the share blocked; undefined when there are none. */
  attack: number | undefined;
  /** The same over the benign sets. */
  benign: number | undefined;
  /** The benign set with the largest share blocked. */
  worst: { set: string; share: number } | undefined;
}

export function tally(judged: readonly Judged[]): Tally {
  const sets = new Map<string, SetRow>();
  const classes = new Map<string, ClassRow>();
  const locations = new Map<string, LocationRow>();
  for (const { case: one, outcome } of judged) {
    const { set, class: kind, location, expect } = one;
    const ofSet = entry(sets, `${expect} ${set}`, () => ({ set, expect, classes: {}, ...newCell() }));
    const classRow = () => ({ class: kind, expect, locations: {}, ...newCell() });
    const ofClass = entry(classes, `${expect} ${kind}`, classRow);
    const ofLocation = entry(locations, `${expect} ${location}`, () => ({ location, expect, ...newCell() }));
    const inSet = (ofSet.classes[kind] ??= newCell());
    const inClass = (ofClass.locations[location] ??= newCell());
    for (const cell of [ofSet, inSet, ofClass, inClass, ofLocation]) {
      cell.cases++;
      cell[outcome.kind]++;
    }
  }
  return {
    sets: [...sets.values()].sort((a, b) => order(a.expect, b.expect) || order(a.set, b.set)),
    classes: [...classes.values()].sort((a, b) => order(a.expect, b.expect) || b.cases - a.cases),
    locations: [...locations.values()].sort((a, b) => order(a.expect, b.expect) || b.cases - a.cases),
  };
}

/** Percent of the cases that were blocked; what was rejected or got no answer was not. */
export function share({ blocked, cases }: Pick<Cell, "blocked" | "cases">): number {
  return cases === 0 ? 0 : (100 * blocked) / cases;
}

export function macro(sets: readonly SetRow[]): Macro {
  const mean = (rows: readonly SetRow[]) =>
    rows.length === 0 ? undefined : rows.reduce((sum, row) => sum + share(row), 0) / rows.length;
  const benign = sets.filter(({ expect }) => expect === "pass");
  const [worst] = [...benign].sort((a, b) => share(b) - share(a));
  return {
    attack: mean(sets.filter(({ expect }) => expect === "block")),
    benign: mean(benign),
    worst: worst && { set: worst.set, share: share(worst) },
  };
}

/** The sum of several cells. */
export function sum(cells: readonly Cell[]): Cell {
  const total = newCell();
  for (const cell of cells) {
    for (const key of Object.keys(total) as (keyof Cell)[]) total[key] += cell[key];
  }
  return total;
}

export function isMiss({ case: { expect }, outcome: { kind } }: Judged): boolean {
  return expect === "block" && kind !== "blocked";
}

export function isFalsePositive({ case: { expect }, outcome: { kind } }: Judged): boolean {
  return expect === "pass" && kind === "blocked";
}

function newCell(): Cell {
  return { cases: 0, blocked: 0, passed: 0, rejected: 0, error: 0 };
}

function entry<T>(map: Map<string, T>, key: string, make: () => NoInfer<T>): T {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
