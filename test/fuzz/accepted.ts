// The differences with the references that we mean to have: read, checked and applied.
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import type { Problem } from "./prober.ts";

export interface Accepted {
  target: string;
  /** Kind of the difference; for properties other than the reference, the property. */
  kind: string;
  reason: string;
  /** An input that shows it. */
  example: string;
}

const FILE = new URL("accepted-differences.yaml", import.meta.url);
const FIELDS = ["target", "kind", "reason", "example"] as const;

/** The entries of the file. Throws when one is not as its header says. */
export function acceptedDifferences(): Accepted[] {
  const entries = (parse(readFileSync(FILE, "utf8")) ?? []) as Accepted[];
  for (const entry of entries) {
    const isWhole = FIELDS.every((field) => typeof entry[field] === "string" && entry[field] !== "");
    if (!isWhole || Object.keys(entry).length !== FIELDS.length) {
      throw new Error(`${entry.target} ${entry.kind}: an entry has ${FIELDS.join(", ")}`);
    }
  }
  return entries;
}

/** The entry that accepts the problem. */
export function acceptedBy(
  entries: readonly Accepted[],
  target: string,
  problem: Problem,
): Accepted | undefined {
  if (problem.property !== "reference") return undefined;
  return entries.find((entry) => entry.target === target && entry.kind === problem.kind);
}
