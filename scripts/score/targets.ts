// What a score is held against: figures to be shown beside it, bars that decide the exit code, cases that only a strict policy would
// deny, and misses that were looked at and accepted.
import { parseDocument, readText, SyntaxProblems } from "../cli/sources.ts";
import { UsageError } from "../cli/output.ts";
import type { Judged } from "./tally.ts";

/** Percentages. */
export interface Targets {
  /** At least this share of attacks, as the mean over sets. */
  attack?: number;
  /** At most this share of benign requests, as the mean over sets. */
  benign?: number;
  /** At most this share of any benign set. */
  worst_benign?: number;
  /** Sets of which nothing may be blocked. */
  none_of?: string[];
  /** At least this share of a class in the main locations; `slack` points less elsewhere. */
  classes?: Record<string, number>;
  main_locations?: string[];
  slack?: number;
  /** Set → classes whose cases count for the level `high` only. */
  strict_only?: StrictOnly;
}

export type StrictOnly = Record<string, string[]>;

/** Case id → why its miss, or false positive, is accepted. */
export type Accepted = Map<string, string>;

const FIELDS: Record<keyof Targets, (value: unknown) => boolean> = {
  attack: isPercent,
  benign: isPercent,
  worst_benign: isPercent,
  none_of: isTexts,
  classes: (value) => isObject(value) && Object.values(value).every(isPercent),
  main_locations: isTexts,
  slack: isPercent,
  strict_only: (value) => isObject(value) && Object.values(value).every(isTexts),
};

export function readTargets(file: string): Targets {
  const document = read(file);
  if (!isObject(document)) throw new UsageError(`${file}: not an object`);
  for (const [name, value] of Object.entries(document)) {
    const check = FIELDS[name as keyof Targets] as ((value: unknown) => boolean) | undefined;
    if (check === undefined) throw new UsageError(`${file}: ${name}: no such field`);
    if (!check(value)) throw new UsageError(`${file}: ${name}: wrong value ${JSON.stringify(value)}`);
  }
  return document as Targets;
}

/** A list of `{cases: [id, …], reason}`. */
export function readAccepted(file: string): Accepted {
  const document = read(file);
  const wrong = () => new UsageError(`${file}: must be a list of entries with "cases" (ids) and "reason"`);
  if (!Array.isArray(document)) throw wrong();
  const accepted: Accepted = new Map();
  for (const entry of document as unknown[]) {
    if (!isObject(entry)) throw wrong();
    const { cases, reason } = entry;
    if (!isTexts(cases) || typeof reason !== "string" || reason.trim() === "") throw wrong();
    for (const id of cases as string[]) accepted.set(id, reason);
  }
  return accepted;
}

/** Parses `set:class,class` options. */
export function strictOnlyArgument(text: string, before: StrictOnly | undefined): StrictOnly {
  const [set = "", classes = ""] = text.split(":");
  const names = classes.split(",").filter((name) => name !== "");
  if (set === "" || names.length === 0)
    throw new UsageError(`--strict-only ${text}: write it as set:class,class`);
  return { ...before, [set]: names };
}

export function isStrictOnly({ case: { set, class: kind } }: Judged, strict: StrictOnly): boolean {
  return strict[set]?.includes(kind) ?? false;
}

function read(file: string): unknown {
  try {
    return parseDocument(readText(file));
  } catch (error) {
    if (error instanceof SyntaxProblems) throw new UsageError(`${file}: ${error.message}`);
    throw error;
  }
}

function isPercent(value: unknown): boolean {
  return typeof value === "number" && value >= 0 && value <= 100;
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
