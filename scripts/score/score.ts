// A score: the tally of a run, its figures with and without what only a strict policy denies, and what was accepted.
import {
  type ClassRow,
  isFalsePositive,
  isMiss,
  type Judged,
  type LocationRow,
  type Macro,
  macro,
  type SetRow,
  tally,
} from "./tally.ts";
import { type Accepted, isStrictOnly, type StrictOnly, type Targets } from "./targets.ts";

export interface Score {
  /** What judged: the engine, or which Envoy. */
  judge: string;
  level: string;
  seconds: number;
  cases: number;
  sets: SetRow[];
  classes: ClassRow[];
  locations: LocationRow[];
  /** The main figures: at the level `high` of all cases, else without the strict-only ones. */
  macro: Macro;
  /** The figures the other way round; undefined where there are no strict-only cases. */
  strict?: { cases: number; counted: boolean; other: Macro };
  bars: Bars;
  /** The names of the bars that are not met. */
  missed: string[];
  accepted?: AcceptedMisses;
}

export interface AcceptedMisses {
  misses: number;
  /** Ids of accepted cases that are judged right by now. */
  stale: string[];
  /** The mean over attack sets if they did not count. */
  attack: number | undefined;
}

export type Bars = Pick<Targets, "attack" | "benign" | "worst_benign">;

export interface Run {
  judge: string;
  level: string;
  seconds: number;
  judged: readonly Judged[];
}

export interface Terms {
  strictOnly: StrictOnly;
  bars: Bars;
  accepted: Accepted | undefined;
}

export function scoreOf(run: Run, { strictOnly, bars, accepted }: Terms): Score {
  const { judge, level, seconds, judged } = run;
  const all = tally(judged);
  const ordinary = judged.filter((one) => !isStrictOnly(one, strictOnly));
  const counted = level === "high";
  const main = macro(counted ? all.sets : tally(ordinary).sets);
  const score: Score = { judge, level, seconds, cases: judged.length, ...all, macro: main, bars, missed: [] };
  if (ordinary.length < judged.length) {
    const other = macro(counted ? tally(ordinary).sets : all.sets);
    score.strict = { cases: judged.length - ordinary.length, counted, other };
  }
  score.missed = missedBars(main, bars);
  if (accepted !== undefined) score.accepted = acceptedOf(counted ? judged : ordinary, judged, accepted);
  return score;
}

function missedBars({ attack, benign, worst }: Macro, bars: Bars): string[] {
  const missed: string[] = [];
  if (bars.attack !== undefined && attack !== undefined && attack < bars.attack) missed.push("attack");
  if (bars.benign !== undefined && benign !== undefined && benign > bars.benign) missed.push("benign");
  if (bars.worst_benign !== undefined && worst !== undefined && worst.share > bars.worst_benign)
    missed.push("worst_benign");
  return missed;
}

function acceptedOf(counted: readonly Judged[], all: readonly Judged[], accepted: Accepted): AcceptedMisses {
  const isWrong = (one: Judged) => isMiss(one) || isFalsePositive(one);
  const isAccepted = ({ case: { id } }: Judged) => accepted.has(id);
  const without = counted.filter((one) => !(isAccepted(one) && isMiss(one)));
  return {
    misses: all.filter((one) => isAccepted(one) && isMiss(one)).length,
    stale: all.filter((one) => isAccepted(one) && !isWrong(one)).map(({ case: { id } }) => id),
    attack: macro(tally(without).sets).attack,
  };
}
