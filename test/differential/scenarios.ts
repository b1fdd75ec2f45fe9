// What is compared: each scenario makes rounds of a rules document and payloads for it.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { shippedRules } from "../../scripts/build/ruleset.ts";
import { recommendedRules } from "../engine/recommended-rules.ts";
import type { Random } from "./random.ts";
import { pattern } from "./regexes.ts";
import {
  ADDRESSES,
  type Payload,
  type Rule,
  type RulesDocument,
  type Value,
  condition,
  rule,
  rulesDocument,
} from "./rules-document.ts";
import { DATA, anyRule, matchRegex, transformers } from "./rules.ts";
import { sectionsDocument, sectionsPayload } from "./sections.ts";
import { mutated, payload, text, tree, type TextSource } from "./values.ts";

/** One document and a source of payloads for it. */
export interface Round {
  document: RulesDocument;
  /** The same document comes again: loading it takes long. */
  lasting?: boolean;
  /** How many payloads pay for loading the document. */
  runs: number;
  payload: (random: Random) => Payload;
}

export interface Scenario {
  name: string;
  /** Part of a run's comparisons. */
  share: number;
  round: (random: Random) => Round;
}

const BODY = "server.request.body";
const RULES_PER_DOCUMENT = 16;

function fromSamples(samples: readonly TextSource[]): TextSource {
  return (random) => (random.oneIn(4) ? text(random) : random.pick(samples)(random));
}

/** Every operator, option, negation, key path and kind of list. */
const operators: Scenario = {
  name: "operators",
  share: 0.3,
  round: (random) => {
    const made = random.several(RULES_PER_DOCUMENT, RULES_PER_DOCUMENT, (i) => anyRule(random, `r${i}`));
    const source = fromSamples(made.flatMap(({ samples }) => samples));
    return {
      document: rulesDocument(
        made.map((each) => each.rule),
        { rules_data: DATA },
      ),
      runs: 150,
      payload: (other) => payload(other, source),
    };
  },
};

/** Chains of transformations; a pattern that always matches shows what became of the value. */
const transformations: Scenario = {
  name: "transformations",
  share: 0.25,
  round: (random) => {
    const rules = random.several(24, 24, (i) => {
      const all = condition("match_regex", [{ address: BODY }], { regex: "(?s)^.*" });
      const fields = { transformers: transformers(random, i < 12 ? 1 : 5) };
      return rule(`t${i}`, [all], fields);
    });
    return {
      document: rulesDocument(rules),
      runs: 300,
      payload: (other) => ({ [BODY]: other.oneIn(2) ? text(other) : { [text(other)]: text(other) } }),
    };
  },
};

/** Patterns against texts made for them, as they are and with every byte value after decoding. */
const patterns: Scenario = {
  name: "patterns",
  share: 0.25,
  round: (random) => {
    const made = random.several(RULES_PER_DOCUMENT, RULES_PER_DOCUMENT, (i) => {
      const { condition: each, sample } = matchRegex(random, pattern(random));
      each.parameters.inputs = [{ address: BODY, transformers: random.oneIn(3) ? ["url_decode"] : [] }];
      return { rule: rule(`p${i}`, [each]), sample };
    });
    const samples = made.map(({ sample }) => sample);
    return {
      document: rulesDocument(made.map((each) => each.rule)),
      runs: 400,
      payload: (other) => ({ [BODY]: other.several(1, 3, () => fromSamples(samples)(other)) }),
    };
  },
};

/** Payloads past what libddwaf's binding takes: long strings, wide containers, deep trees. */
const limits: Scenario = {
  name: "limits",
  share: 0.02,
  round: (random) => {
    const made = random.several(6, 6, (i) => anyRule(random, `l${i}`));
    const source = fromSamples(made.flatMap(({ samples }) => samples));
    return {
      document: rulesDocument(
        made.map((each) => each.rule),
        { rules_data: DATA },
      ),
      runs: 20,
      payload: (other) => ({ [other.pick(ADDRESSES)]: oversize(other, source) }),
    };
  },
};

function oversize(random: Random, source: TextSource): Value {
  switch (random.below(3)) {
    case 0:
      return "a".repeat(random.pick([4000, 4090, 4095, 4096, 9000])) + source(random);
    case 1:
      return random.several(250, 300, () => source(random));
    default: {
      let value: Value = source(random);
      for (let depth = random.pick([18, 19, 20, 21, 30]); depth > 0; depth--) {
        value = random.oneIn(2) ? [value] : { a: value };
      }
      return value;
    }
  }
}

/** Exclusions, overrides, lists and actions; with one rule, what the client gets too. */
const sections: Scenario = {
  name: "sections",
  share: 0.1,
  round: (random) => {
    const { rules, sections: beside } = sectionsDocument(random, random.oneIn(2));
    return { document: rulesDocument(rules, beside), runs: 40, payload: sectionsPayload };
  },
};

/** Texts of the cases that the shipped rules are tested with. */
export function caseTexts(): string[] {
  const folder = "test/rules";
  const texts: string[] = [];
  const collect = (value: unknown): void => {
    if (typeof value === "string") texts.push(value);
    else if (typeof value === "object" && value !== null) Object.values(value).forEach(collect);
  };
  for (const name of readdirSync(folder)) collect(parse(readFileSync(join(folder, name), "utf8")));
  return texts.flatMap((each) => [each, decoded(each)]);
}

function decoded(text_: string): string {
  try {
    return decodeURIComponent(text_.replaceAll("+", " "));
  } catch {
    return text_;
  }
}

/** Words that stand in the rules themselves: phrases, and the literal parts of patterns. */
function ruleTexts(rules: readonly Rule[]): string[] {
  return rules.flatMap(({ conditions }) =>
    conditions.flatMap(({ parameters }) => {
      const { list, regex } = parameters as { list?: unknown[]; regex?: string };
      const literals =
        regex?.replace(/\\[bBdDsSwW]|\[[^\]]*\]|[?*+^$]/g, " ").match(/[\w./<>=:@-]{3,}/g) ?? [];
      return [...(list?.filter((item) => typeof item === "string") ?? []), ...literals] as string[];
    }),
  );
}

/** Each rule with a type of its own, without actions and levels: all look, and all that match are reported. */
function ruleByRule(rules: readonly Rule[]): Rule[] {
  return rules.map((each) => {
    const alone: Rule = { ...each, tags: { ...each.tags, type: each.id } };
    delete alone.on_match;
    delete alone.tags["level"];
    return alone;
  });
}

/** A whole set of rules as it is in use, on texts of attacks and of the rules themselves. */
function ruleset(name: string, share: number, document: RulesDocument): Scenario {
  const texts = [...caseTexts(), ...ruleTexts(document.rules)];
  const source: TextSource = (random) => {
    const one = random.pick(texts);
    if (random.oneIn(3)) return mutated(random, one);
    return random.oneIn(3) ? `${one} ${random.pick(texts)}` : one;
  };
  const addresses = [
    ...ADDRESSES,
    "server.request.uri.raw",
    "server.request.path_params",
    "grpc.server.request.message",
  ];
  const whole: RulesDocument = { ...document, rules: ruleByRule(document.rules) };
  return {
    name,
    share,
    round: () => ({
      document: whole,
      lasting: true,
      runs: 500,
      payload: (random) => {
        const filled = random.several(1, 3, () => random.pick(addresses));
        return Object.fromEntries(
          filled.map((address) => {
            const header = address.includes("headers");
            const value = header
              ? {
                  [random.pick(["user-agent", "referer", "x-forwarded-for", "content-type"])]: source(random),
                }
              : tree(random, source, random.below(3));
            return [address, value];
          }),
        );
      },
    }),
  };
}

/** Scenarios whose documents load fast. */
export const QUICK: readonly Scenario[] = [operators, transformations, patterns, limits, sections];

/** A set of rules on the payloads of case files, all of them in turn. */
function cases(name: string, document: RulesDocument, payloads: readonly Payload[]): Scenario {
  const whole: RulesDocument = { ...document, rules: ruleByRule(document.rules) };
  let next = 0;
  const round: Round = {
    document: whole,
    lasting: true,
    runs: payloads.length,
    payload: () => payloads[next++ % payloads.length]!,
  };
  return { name: `cases, ${name}`, share: 0.4, round: () => round };
}

/** All scenarios; case files only where there are any. Fetches Datadog's rules where the cache has them not. */
export async function allScenarios(payloads: readonly Payload[] = []): Promise<Scenario[]> {
  const recommended = JSON.parse(await recommendedRules()) as RulesDocument;
  return [
    ...(payloads.length === 0 ? [] : [cases("recommended rules", recommended, payloads)]),
    ...QUICK,
    ruleset("recommended rules", 0.1, recommended),
    ruleset("shipped rules", 0.1, shippedRules() as RulesDocument),
  ];
}
