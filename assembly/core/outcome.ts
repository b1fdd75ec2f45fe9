// Portable: consts and enums; also bundled by esbuild.
//
// What was done to a transaction, as events and stats say it.

export enum Outcome {
  /** It went its way. */
  None = 0,
  /** The filter answered in the service's place. */
  Block = 1,
  /** The stream was cut: its response had begun. */
  Reset = 2,
  /** The block page took the place of the response's body. */
  Replace = 3,
}

/** By Outcome, of transactions with a finding. */
export const OUTCOME_NAMES = ["monitor", "block", "reset", "replace"];
