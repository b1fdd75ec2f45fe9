// What the engine tells of a transaction's inputs (assembly/core/rules/explain-eval.ts).

export interface StoryInput {
  address: string;
  key_path: (string | number)[];
  kind: "value" | "key" | "number" | "boolean" | "null" | "container";
  /** How it was found inside the last input without this field before it. */
  decoded?: string;
  /** Its beginning. */
  value: string;
  /** Bytes of the whole value. */
  length: number;
  /** How many conditions look at such inputs. */
  conditions: number;
  /** Those that the prefilter did not dismiss. */
  candidates: StoryCandidate[];
}

export interface StoryCandidate {
  rule: string;
  condition: number;
  operator: string;
  by: "literal" | "bytes" | "every value" | "negation";
  literal?: string;
  /** Numbers of the byte classes that were required and found. */
  classes?: number[][];
  transformers?: string[];
  /** What the transformers made of the value, where they changed it. */
  transformed?: string;
  highlight?: string;
  holds: boolean;
}
