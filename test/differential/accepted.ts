// The differences that we mean to have: read, checked and applied.
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import type { Case } from "./compare.ts";
import type { DifferenceKind } from "./outcome.ts";
import { PREDICATES } from "./predicates.ts";

export interface Accepted {
  id: string;
  reason: string;
  kinds: DifferenceKind[];
  operators: string[] | "*";
  transformers?: string[];
  when?: string;
  rare?: boolean;
}

const FILE = new URL("accepted-differences.yaml", import.meta.url);
const FIELDS = ["id", "reason", "kinds", "operators", "transformers", "when", "rare"];

/** The entries of the file. Throws when one is not as its header says. */
export function acceptedDifferences(): Accepted[] {
  const entries = parse(readFileSync(FILE, "utf8")) as Accepted[];
  for (const entry of entries) {
    const unknown = Object.keys(entry).filter((field) => !FIELDS.includes(field));
    if (unknown.length > 0) throw new Error(`${entry.id}: unknown field ${unknown.join(", ")}`);
    if (!entry.id || !entry.reason || !entry.kinds || !entry.operators)
      throw new Error(`${entry.id}: incomplete`);
    if (entry.operators === "*" && entry.when === undefined)
      throw new Error(`${entry.id}: accepts everything`);
    if (entry.when !== undefined && PREDICATES[entry.when] === undefined) {
      throw new Error(`${entry.id}: no predicate "${entry.when}"`);
    }
  }
  return entries;
}

/** The entry that accepts a reduced case. */
export function acceptedBy(entries: readonly Accepted[], reduced: Case): Accepted | undefined {
  return entries.find((entry) => {
    if (!entry.kinds.includes(reduced.difference.kind)) return false;
    const { conditions } = reduced.rule;
    if (entry.operators !== "*") {
      const { operators } = entry;
      if (conditions.length !== 1 || !operators.includes(conditions[0]!.operator)) return false;
    }
    if (
      entry.transformers !== undefined &&
      !entry.transformers.some((name) => chain(reduced).includes(name))
    ) {
      return false;
    }
    return entry.when === undefined || PREDICATES[entry.when]!(reduced);
  });
}

function chain({ rule }: Case): string[] {
  const own = rule.conditions[0]!.parameters.inputs[0]?.transformers;
  return own ?? rule.transformers ?? [];
}
