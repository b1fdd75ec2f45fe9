// Both engines on one rules document, and their differences reduced to the smallest case that shows them.
import { Libddwaf } from "./libddwaf.ts";
import { type Difference, compareMatches, compareReplies } from "./outcome.ts";
import type { Condition, Payload, Rule, RulesDocument, Value } from "./rules-document.ts";
import { Wardgate } from "./wardgate.ts";

/** A difference on the smallest rule and payload found. */
export interface Case {
  difference: Difference;
  document: RulesDocument;
  rule: Rule;
  payload: Payload;
}

/** Both engines, with the same document. */
export class Pair {
  readonly ours: Wardgate;
  readonly theirs: Libddwaf;
  /** Rules that both have loaded. */
  readonly shared: ReadonlySet<string>;

  constructor(readonly document: RulesDocument) {
    this.theirs = new Libddwaf(document);
    this.ours = new Wardgate(document);
    const { rules, custom_rules } = this.ours.report;
    const left = [rules, custom_rules]
      .flatMap(({ skipped, failed }) => [...skipped, ...failed])
      .map(({ id }) => id);
    this.shared = new Set(this.theirs.loaded.filter((id) => !left.includes(id)));
  }

  /** Rules that libddwaf loads and we do not, but for those that need what a proxy does not have. */
  get refused(): { id: string; reason: string }[] {
    const { rules, custom_rules } = this.ours.report;
    return [rules, custom_rules]
      .flatMap(({ skipped, failed }) => [...skipped, ...failed])
      .filter(({ id, reason }) => this.theirs.loaded.includes(id) && !NO_PROXY.test(reason));
  }

  /** How the two differ over a payload, and how many rules matched in libddwaf. */
  compare(payload: Payload): { differences: Difference[]; matches: number } {
    const ours = this.ours.evaluate(payload);
    const theirs = this.theirs.evaluate(payload);
    const all = [...compareMatches(ours, theirs), ...compareReplies(ours, theirs)];
    const differences = all.filter(({ rule }) => this.shared.has(rule));
    return { differences, matches: theirs.events.length };
  }

  dispose(): void {
    this.theirs.dispose();
    this.ours.dispose();
  }
}

/** Why we leave out rules that are of no use at a proxy. */
const NO_PROXY = /^not available at a proxy|^needs the application's runtime/;
/** At most so many tries to make a case smaller. */
const SHRINK_TRIES = 200;

/** The difference as it was found, in the rule that shows it. */
export function caseOf(document: RulesDocument, difference: Difference, payload: Payload): Case {
  const { custom_rules = [], ...rest } = document;
  const rule = [...document.rules, ...custom_rules].find(({ id }) => id === difference.rule)!;
  return { difference, document: { ...rest, rules: [rule] }, rule, payload };
}

/** The smallest case found in which the same rule differs in the same way. */
export function shrink(found: Case): Case {
  const { difference } = found;
  let best = found;
  let tries = 0;
  const attempt = (candidate: Rule, smaller: Payload[]): boolean => {
    const pair = new Pair({ ...best.document, rules: [candidate] });
    try {
      for (const less of smaller) {
        if (tries++ > SHRINK_TRIES) return false;
        const same = pair.compare(less).differences.find((other) => isSame(other, difference));
        if (same === undefined) continue;
        best = { difference: same, document: pair.document, rule: candidate, payload: less };
        return true;
      }
      return false;
    } finally {
      pair.dispose();
    }
  };
  while (smallerRules(best.rule).some((candidate) => attempt(candidate, [best.payload])));
  while (attempt(best.rule, smallerPayloads(best.payload)));
  while (smallerRules(best.rule).some((candidate) => attempt(candidate, [best.payload])));
  return best;
}

function isSame(other: Difference, wanted: Difference): boolean {
  if (other.kind !== wanted.kind) return false;
  const operator = (difference: Difference) =>
    (difference.ours as { operator?: string } | undefined)?.operator;
  return operator(other) === operator(wanted);
}

/** One condition, input, transformation or key path element less. */
function smallerRules(rule: Rule): Rule[] {
  const out: Rule[] = [];
  if (rule.conditions.length > 1) {
    for (const [i] of rule.conditions.entries()) {
      out.push({ ...rule, conditions: rule.conditions.filter((_, j) => i !== j) });
    }
    return out;
  }
  const only = rule.conditions[0]!;
  const withInputs = (inputs: Condition["parameters"]["inputs"]): Rule => ({
    ...rule,
    conditions: [{ ...only, parameters: { ...only.parameters, inputs } }],
  });
  const { inputs } = only.parameters;
  if (inputs.length > 1) return inputs.map((_, i) => withInputs(inputs.filter((_, j) => i !== j)));
  const [input] = inputs;
  for (const [i] of (input?.transformers ?? []).entries()) {
    out.push(withInputs([{ ...input!, transformers: input!.transformers!.filter((_, j) => i !== j) }]));
  }
  for (const [i] of (rule.transformers ?? []).entries()) {
    out.push({ ...rule, transformers: rule.transformers!.filter((_, j) => i !== j) });
  }
  return out;
}

/** Payloads with one thing less, the greatest steps first. */
function smallerPayloads(payload: Payload): Payload[] {
  const names = Object.keys(payload);
  const without = (name: string) =>
    Object.fromEntries(Object.entries(payload).filter(([other]) => other !== name));
  return [
    ...(names.length > 1 ? names.map(without) : []),
    ...names.flatMap((name) => smallerValues(payload[name]!).map((value) => ({ ...payload, [name]: value }))),
  ];
}

function smallerValues(value: Value): Value[] {
  if (typeof value === "string") return smallerTexts(value);
  if (typeof value !== "object" || value === null) return [];
  if (Array.isArray(value)) {
    return [
      ...value.map((_, i) => value.filter((_, j) => i !== j)),
      ...value.flatMap((item, i) => smallerValues(item).map((less) => value.with(i, less))),
    ];
  }
  const entries = Object.entries(value);
  return [
    ...entries.map((_, i) => Object.fromEntries(entries.filter((_, j) => i !== j))),
    ...entries.flatMap(([key, member]) => smallerValues(member).map((less) => ({ ...value, [key]: less }))),
  ];
}

/** Without a half, a quarter … a character. */
function smallerTexts(text: string): string[] {
  const characters = [...text];
  const out: string[] = [];
  for (let size = characters.length >> 1; size >= 1; size >>= 1) {
    for (let at = 0; at < characters.length; at += size) out.push(characters.toSpliced(at, size).join(""));
  }
  if (characters.length === 1) out.push("");
  return out.slice(0, 120);
}
