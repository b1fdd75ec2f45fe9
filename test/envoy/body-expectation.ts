// What must come of a cell, from what the configuration promises: the same rules for every body type, position and framing.
import { type Cell, CAPTURE_SIZE } from "./body-cells.ts";
import type { Sample } from "./body-samples.ts";

export interface Expectation {
  /** What the one who is to have the body gets of it: the upstream of a request's, the client of a response's. */
  delivered: "whole" | "nothing" | "a part";
  /** Of a part: fewer bytes than these. */
  before: number;
  /** The upstream may see the head of the request. */
  headPasses: boolean;
  /** What the client gets: the service's response, the block page with its status, or one of two ways to stop a response. */
  outcomes: readonly Outcome[];
  event: { actions: readonly string[]; phases: readonly string[]; wouldBlock: boolean } | undefined;
  limits: readonly string[];
  rules: readonly string[];
}

export type Outcome = "served" | "blocked" | "reset" | "replaced";

export function expectationOf(cell: Cell, sample: Sample): Expectation {
  const facts = judge(cell, sample);
  const isStopped = facts.verdict && cell.enforcement === "block";
  const limits = facts.isLimited ? [`${cell.direction}_body`] : [];
  const rules = facts.isFound ? [sample.rule] : [];
  if (!isStopped) {
    const hasEvent = facts.verdict || facts.isLimited;
    return {
      ...{ delivered: "whole", before: Infinity, headPasses: true, outcomes: ["served"], limits, rules },
      event: hasEvent ? { actions: ["monitor"], phases: [], wouldBlock: facts.verdict } : undefined,
    };
  }
  const outcomes =
    cell.direction === "request" ? (["blocked"] as const) : responseOutcomes(cell, sample, facts);
  return {
    delivered: facts.isDecidedHeld ? "nothing" : "a part",
    before: sample.knownAt,
    headPasses: cell.direction === "response" || !facts.isDecidedHeld || !cell.holdHeaders,
    outcomes,
    event: {
      actions: outcomes.map((outcome) => ACTION_OF[outcome]),
      phases: phasesOf(cell),
      wouldBlock: false,
    },
    ...{ limits, rules },
  };
}

export const ACTION_OF: Record<Outcome, string> = {
  ...{ served: "monitor", blocked: "block", reset: "reset", replaced: "replace" },
};

interface Facts {
  /** The attack lies in what is inspected. */
  isFound: boolean;
  /** Some of the body is not inspected, or the body's length alone is held against it. */
  isLimited: boolean;
  verdict: boolean;
  /** The verdict comes while every byte of the body is held. */
  isDecidedHeld: boolean;
}

function judge(cell: Cell, sample: Sample): Facts {
  const holds = cell.mode === "BUFFERED" || cell.mode === "BUFFERED_PARTIAL";
  const isLong = holds && sample.bytes.length > CAPTURE_SIZE;
  const isLimited = isLong && (cell.mode === "BUFFERED" || cell.overLimit !== "stream");
  const isInPrefix = sample.attackAt < CAPTURE_SIZE;
  const isSeen = cell.mode !== "NONE" && (isInPrefix || !isLong || cell.overLimit === "stream");
  const isFound = cell.isAttack && isSeen;
  const isRejected = isLong && cell.overLimit === "reject";
  return {
    ...{ isFound, isLimited },
    verdict: isFound || isRejected,
    isDecidedHeld: holds && (!isLong || isInPrefix || isRejected),
  };
}

/** How a response may be stopped. Its head has gone unless it is held with a body that is held. */
function responseOutcomes(cell: Cell, sample: Sample, facts: Facts): Outcome[] {
  if (facts.isDecidedHeld && cell.holdHeaders) return ["blocked"];
  // A page can be put in the place of a body that ends within what may be held, and not where something must follow it.
  const isReplaceable =
    cell.responseBlock === "replace" &&
    sample.headers["content-encoding"] === undefined &&
    sample.bytes.length <= CAPTURE_SIZE &&
    !cell.framing.endsWith("trailers");
  if (!isReplaceable) return ["reset"];
  // While bytes pass, the attack may be in the first that came, or bytes may have gone before it. What came before it of a body of
  // unknown length is out of reach.
  const isDeclared =
    sample.headers["content-length"] !== undefined || cell.framing.includes("content-length");
  return facts.isDecidedHeld && isDeclared ? ["replaced"] : ["replaced", "reset"];
}

/** A body that trailers end is known to be whole when they come. */
function phasesOf(cell: Cell): string[] {
  const phases = [`${cell.direction}_body`];
  if (cell.framing.endsWith("trailers")) phases.push(`${cell.direction}_trailers`);
  return phases;
}
