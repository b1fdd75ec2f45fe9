// What became of a case.

export interface Outcome {
  /**
   * `blocked` by the filter; `passed` to the upstream; `rejected` by something else before either could be; `error`: no
   * answer came.
   */
  kind: OutcomeKind;
  /** Ids of the rules that matched, where they are known. */
  rules: string[];
  /** The answer's status; 0 = none. */
  status: number;
  /** Why there was no answer. */
  error: string;
}

export const OUTCOME_KINDS = ["blocked", "passed", "rejected", "error"] as const;
export type OutcomeKind = (typeof OUTCOME_KINDS)[number];
