// The story of the transactions that run while it is told: for `wardgate explain`.

import { Inputs } from "../core/inputs/inputs";
import { ExplainEvaluator } from "../core/rules/explain-eval";
import { observeDrains } from "../core/drain-observer";
import { Transaction } from "../core/transaction";

const explainer = new ExplainEvaluator();

/** From now on every input is told of. */
export function beginStory(): void {
  explainer.clear();
  observeDrains(tell);
}

export function endStory(): void {
  observeDrains(null);
}

/** JSON objects, one an input, separated by commas (core/rules/explain-eval.ts). */
export function storyAt(): usize {
  return explainer.story.at;
}

export function storySize(): u32 {
  return explainer.story.length;
}

/** It grew too long, and some inputs are left out. */
export function isStoryCut(): bool {
  return explainer.isCut;
}

function tell(tx: Transaction, inputs: Inputs): void {
  explainer.explain(tx.shipped.ruleset, tx.custom.ruleset, inputs, tx.policy.config.decodeRounds, 0);
}
