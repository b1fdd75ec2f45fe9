// Who is told of a transaction's inputs before they are evaluated. Set by the engine while it explains; the filter never
// does, so that the optimiser takes it out there.

import { Inputs } from "./inputs/inputs";
import { Transaction } from "./transaction";

/** Told of the inputs of a drain before they are evaluated. */
export type DrainObserver = (tx: Transaction, inputs: Inputs) => void;

export let observer: DrainObserver | null = null;

export function observeDrains(by: DrainObserver | null): void {
  observer = by;
}

/** Somebody is told of inputs that no rule looks at, too. */
export function isObserved(): bool {
  return observer !== null;
}
