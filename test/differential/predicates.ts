// The scopes of accepted differences: each says whether a reduced case is of one narrow kind.
import type { Case } from "./compare.ts";
import type { Evidence, RuleMatch } from "./outcome.ts";
import type { Input, Value } from "./rules-document.ts";

export const PREDICATES: Readonly<Record<string, (reduced: Case) => boolean>> = {
  "highlight is the whole value": ({ difference }) => {
    const { value, highlight } = difference.ours as Evidence;
    return highlight.length <= 1 && (highlight[0] ?? "") === value;
  },
  "value holds hidden text": ({ difference }) =>
    /[\u{e0000}-\u{e007f}]/u.test((difference.ours as Evidence).value),
  "evidence is empty": ({ difference }) => {
    const { key_path, value } = difference.ours as Evidence;
    return key_path.length === 0 && value === "";
  },
  "address is not filled": ({ rule, payload }) =>
    rule.conditions.length === 1 && inputsOf(rule).every(({ address }) => payload[address] === undefined),
  "key path holds an index of an array": ({ rule, payload }) =>
    rule.conditions.length === 1 &&
    inputsOf(rule).some(({ address, key_path = [] }) => goesThroughArray(payload[address], key_path)),
  "a phrase of the list is in the value": ({ rule, difference }) => {
    const { list } = rule.conditions[0]!.parameters as { list?: string[] };
    const { value, highlight } = (difference.ours as RuleMatch).matches[0]!;
    const phrase = highlight[0] ?? "";
    return list!.includes(phrase) && value.includes(phrase);
  },
  "keys below an array": ({ rule, payload }) => {
    const [{ address, key_path = [], transformers = rule.transformers ?? [] }] = inputsOf(rule) as [Input];
    const here = key_path.reduce<Value | undefined>(member, payload[address]);
    return transformers.includes("keys_only") && Array.isArray(here);
  },
  "keys_only of an input before": ({ rule }) =>
    rule.conditions.some(({ parameters: { inputs } }) =>
      inputs.some((input, i) => i > 0 && !input.transformers),
    ) &&
    (rule.transformers?.includes("keys_only") ||
      inputsOf(rule).some((input) => input.transformers?.includes("keys_only"))),
  "condition has several inputs": ({ rule, difference }) =>
    rule.conditions.every(({ parameters }) => parameters.inputs.length > 1) &&
    inputsOf(rule).some(({ address }) => address === (difference.ours as Evidence).address),
};

function inputsOf(rule: Case["rule"]): Case["rule"]["conditions"][number]["parameters"]["inputs"] {
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
