// The scopes of accepted differences: each says whether a reduced case is of one narrow kind.
import { type Case, Pair } from "./compare.ts";
import type { Evidence, RuleMatch } from "./outcome.ts";
import type { Condition, Input, Payload, Value } from "./rules-document.ts";

export const PREDICATES: Readonly<Record<string, (reduced: Case) => boolean>> = {
  "highlight is the whole value": (reduced) => {
    const { value, highlight } = evidence(reduced);
    return highlight.length <= 1 && (highlight[0] ?? "") === value;
  },
  "value holds hidden text": (reduced) => /[\u{e0000}-\u{e007f}]/u.test(evidence(reduced).value),
  "evidence is empty": (reduced) => {
    const { key_path, value } = evidence(reduced);
    return key_path.length === 0 && value === "";
  },
  "address is not filled": ({ rule, payload }) =>
    rule.conditions.length === 1 && inputsOf(rule).every(({ address }) => payload[address] === undefined),
  "key path holds an index of an array": ({ rule, payload }) =>
    rule.conditions.length === 1 &&
    inputsOf(rule).some(({ address, key_path = [] }) => goesThroughArray(payload[address], key_path)),
  "our phrase is in the value": (reduced) => {
    const { list } = reduced.rule.conditions[0]!.parameters as { list?: string[] };
    const { value, highlight } = evidence(reduced);
    const phrase = highlight[0] ?? "";
    return list!.includes(phrase) && value.includes(phrase);
  },
  "keys below an array": ({ rule, payload }) => {
    const [{ address, key_path = [], transformers = rule.transformers ?? [] }] = inputsOf(rule) as [Input];
    const here = key_path.reduce<Value | undefined>(member, payload[address]);
    return transformers.includes("keys_only") && Array.isArray(here);
  },
  "keys_only of an input before": ({ rule }) =>
    rule.conditions.some(({ parameters }) =>
      parameters.inputs.some((input, i) => i > 0 && !input.transformers),
    ) &&
    (rule.transformers?.includes("keys_only") ||
      inputsOf(rule).some((input) => input.transformers?.includes("keys_only"))),
  "condition has several inputs": (reduced) =>
    reduced.rule.conditions.every(({ parameters }) => parameters.inputs.length > 1) &&
    inputsOf(reduced.rule).some(({ address }) => address === evidence(reduced).address),
  "libddwaf matches our value made UTF-8": (reduced) => {
    const { value } = evidence(reduced);
    return value.includes("\ufffd") && matchesByItself(reduced.rule.conditions[0]!, value);
  },
  "reference as long as what it stands for": ({ payload }) => /&#0*(0|[xX]0)/.test(JSON.stringify(payload)),
  "same verdict within libddwaf's limits": ({ document, rule, payload }) => {
    const less = withinLimits(payload, 0);
    if (JSON.stringify(less) === JSON.stringify(payload)) return false;
    const pair = new Pair({ ...document, rules: [rule] });
    const { differences } = pair.compare(less as Payload);
    pair.dispose();
    return differences.length === 0;
  },
};

/** Our evidence for the first condition of the case. */
function evidence({ difference }: Case): Evidence {
  const ours = difference.ours as Evidence | RuleMatch;
  return "matches" in ours ? ours.matches[0]! : ours;
}

function inputsOf(rule: Case["rule"]): Input[] {
  return rule.conditions.flatMap(({ parameters }) => parameters.inputs);
}

function member(value: Value | undefined, key: string): Value | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value[key] : undefined;
}

/** The path leads to something, and not through objects alone. */
function goesThroughArray(value: Value | undefined, path: readonly string[]): boolean {
  let here = value;
  let array = false;
  for (const element of path) {
    if (typeof here !== "object" || here === null) return false;
    array ||= Array.isArray(here);
    here = Array.isArray(here) ? here[Number(element)] : here[element];
  }
  return array && here !== undefined;
}

/** Does the operator hold in libddwaf for the value as it stands? */
function matchesByItself({ operator, parameters }: Condition, value: string): boolean {
  const address = "server.request.body";
  const alone: Condition = { operator, parameters: { ...parameters, inputs: [{ address }] } };
  const pair = new Pair({
    version: "2.2",
    metadata: { rules_version: "1.0.0" },
    rules: [{ id: "r", name: "r", tags: { type: "r", category: "attack_attempt" }, conditions: [alone] }],
  });
  const { events } = pair.theirs.evaluate({ [address]: value });
  pair.dispose();
  return events.length === 1;
}

// What libddwaf's binding takes of a value: bytes of a string, entries of a container, containers in one another (it
// counts two around the value).
const TEXT_MAX = 4096;
const ENTRIES_MAX = 256;
const DEPTH_MAX = 18;

function withinLimits(value: Value, depth: number): Value {
  if (typeof value === "string") return shortened(value);
  if (typeof value !== "object" || value === null) return value;
  const empty = depth >= DEPTH_MAX;
  if (Array.isArray(value)) {
    return empty ? [] : value.slice(0, ENTRIES_MAX).map((item) => withinLimits(item, depth + 1));
  }
  const entries = empty ? [] : Object.entries(value).slice(0, ENTRIES_MAX);
  return Object.fromEntries(entries.map(([key, item]) => [key, withinLimits(item, depth + 1)]));
}

/** The first bytes, without a part of a character at their end. */
function shortened(text: string): string {
  const bytes = Buffer.from(text);
  return bytes.length > TEXT_MAX
    ? bytes
        .subarray(0, TEXT_MAX)
        .toString()
        .replace(/\ufffd+$/, "")
    : text;
}
