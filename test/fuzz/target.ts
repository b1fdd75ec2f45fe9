// What a target of the fuzzer is: a parser, how to make inputs for it, and what another reader of the format says.
import type { Random } from "../differential/random.ts";
import type { EngineExports } from "../engine/engine-module.js";
import type { InputDriver } from "./driver.ts";
import type { Sample } from "./sample.ts";

/** Ours and the reference read an input differently. */
export interface Difference {
  /** In which way, as accepted-differences.yaml names it. */
  kind: string;
  /** What exactly, for people. */
  detail: string;
}

export interface Comparison {
  /** What the reference says of the input as a whole: `valid`, or the class of its error. Also tells inputs apart. */
  reference: string;
  differences: Difference[];
}

export interface Target {
  name: string;
  /** One line for --list. */
  about: string;
  /** Number of the engine's runner. */
  runner: number;
  /** Inputs begin with a line that is the value of Content-Type; the rest is the body. */
  isTyped?: boolean;
  /** The parser wants the bytes in one piece. */
  isWhole?: boolean;
  /** Several parsers take turns by chunks: each keeps its order, together they need not. */
  isUnordered?: boolean;
  /** Fewest inputs that a step of the parser has room for; default 3. */
  room?: number;
  /** No marker put into an input may stay unseen; false where readers drop bytes on purpose. */
  showsAll?: boolean;
  /** Tells the engine what an input's first line says, instead of declaring it as a content type. */
  configure?(engine: EngineExports, type: string): void;
  /** Runs inputs where that is not the engine's parseRun. */
  makeDriver?(target: Target): InputDriver;
  /** What means something in the format, for mutations. */
  tokens: readonly string[];
  /** An input that is valid, or nearly. */
  generate(random: Random): Uint8Array | string;
  /** Compares with the reference; what it does not read it has nothing to say about. */
  compare?(sample: Sample): Comparison | Promise<Comparison>;
}

export const NO_OPINION: Comparison = { reference: "none", differences: [] };
