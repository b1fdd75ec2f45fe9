// One run: rounds of every scenario until there are enough comparisons, every difference reduced and judged.
import { type Accepted, acceptedBy, acceptedDifferences } from "./accepted.ts";
import { type Case, Pair, caseOf, shrink } from "./compare.ts";
import { Random } from "./random.ts";
import type { RulesDocument } from "./rules-document.ts";
import type { Scenario } from "./scenarios.ts";

export interface RunOptions {
  seed: number;
  /** Payloads that both engines judge. */
  comparisons: number;
  /** Told now and then how far it is. */
  progress?: (scenario: string, done: number) => void;
}

export interface RunResult {
  comparisons: number;
  /** Verdicts of single rules that were compared. */
  verdicts: number;
  /** Verdicts of libddwaf that say "match". */
  matches: number;
  unexplained: Case[];
  /** How many differences each entry has accepted. */
  accepted: Map<string, number>;
  /** Entries, not marked rare, that have accepted none. */
  stale: Accepted[];
}

/** Those of documents that come again. */
const pairs = new Map<RulesDocument, Pair>();
/** Past so many the rest would say the same. */
const UNEXPLAINED_MAX = 10;

/** Runs the scenarios. The same options give the same cases. */
export function run(scenarios: readonly Scenario[], options: RunOptions): RunResult {
  const entries = acceptedDifferences();
  const result: RunResult = {
    comparisons: 0,
    verdicts: 0,
    matches: 0,
    unexplained: [],
    accepted: new Map(entries.map(({ id }) => [id, 0])),
    stale: [],
  };
  const shares = scenarios.reduce((sum, { share }) => sum + share, 0);
  for (const [i, scenario] of scenarios.entries()) {
    const random = new Random(options.seed + i * 0x9e3779b9);
    const wanted = Math.ceil((options.comparisons * scenario.share) / shares);
    for (let done = 0; done < wanted && result.unexplained.length < UNEXPLAINED_MAX;) {
      done += playRound(scenario, random, wanted - done, entries, result);
      options.progress?.(scenario.name, result.comparisons);
    }
  }
  result.stale = entries.filter(({ id, rare }) => !rare && result.accepted.get(id) === 0);
  return result;
}

function playRound(
  scenario: Scenario,
  random: Random,
  most: number,
  entries: readonly Accepted[],
  result: RunResult,
): number {
  const round = scenario.round(random);
  const pair = pairs.get(round.document) ?? new Pair(round.document);
  pairs.set(round.document, pair);
  const runs = Math.min(round.runs, most);
  try {
    for (const { id, reason } of pair.refused)
      throw new Error(`rule ${id} is loaded by libddwaf only: ${reason}`);
    for (let i = 0; i < runs; i++) {
      const payload = round.payload(random);
      const { differences, matches } = pair.compare(payload);
      result.comparisons++;
      result.verdicts += pair.shared.size;
      result.matches += matches;
      for (const difference of differences) {
        judge(caseOf(round.document, difference, payload), entries, result);
      }
    }
  } finally {
    if (!round.lasting) {
      pairs.delete(round.document);
      pair.dispose();
    }
  }
  return runs;
}

/** Looks for an entry that accepts the case as it is, then for one that accepts what it can be reduced to. */
function judge(found: Case, entries: readonly Accepted[], result: RunResult): void {
  let reduced = found;
  let entry = found.rule.conditions.length === 1 ? acceptedBy(entries, found) : undefined;
  if (entry === undefined) {
    reduced = shrink(found);
    entry = acceptedBy(entries, reduced);
  }
  if (entry !== undefined) result.accepted.set(entry.id, result.accepted.get(entry.id)! + 1);
  else if (result.unexplained.length < UNEXPLAINED_MAX) result.unexplained.push(reduced);
}

/** A case as text: a program could load the rules and run the payload as they stand. */
export function describeCase({ difference, document, rule, payload }: Case): string {
  const { rules_data, actions } = document;
  const data = JSON.stringify(rule).includes('"data"') ? { rules_data } : {};
  return [
    `${difference.kind}: ${rule.conditions.map(({ operator }) => operator).join(", ")}`,
    `  rule     ${JSON.stringify(rule)}`,
    ...(Object.keys(data).length > 0 ? [`  data     ${JSON.stringify(rules_data)}`] : []),
    ...(actions === undefined ? [] : [`  actions  ${JSON.stringify(actions)}`]),
    `  payload  ${JSON.stringify(payload)}`,
    `  ours     ${JSON.stringify(difference.ours)}`,
    `  libddwaf ${JSON.stringify(difference.theirs)}`,
  ].join("\n");
}
