// Reads rules/*.yaml and merges them into one document of Datadog's event-rules structure (version 2.x).
//
// A rule file is `{ defaults?, rules }`: `defaults` holds tags and transformers that every rule of the file
// starts from. `inputs:` of a condition is a preset of inputs.yaml by name, an input, or a list of both.
// Files are read in the order of their names, so the result is the same on every machine.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

export interface RuleInput {
  address: string;
  key_path?: (string | number)[];
  transformers?: string[];
}

export interface RuleCondition {
  operator: string;
  parameters: { inputs: RuleInput[] } & Record<string, unknown>;
}

/** The lowest sensitivity at which a rule looks: its tag `level`, "default" where it has none. */
export const LEVELS = ["low", "default", "high"] as const;
export type Level = (typeof LEVELS)[number];

export interface Rule {
  id: string;
  name: string;
  tags: Record<string, string>;
  conditions: RuleCondition[];
  transformers: string[];
  on_match?: string[];
}

export interface RuleDocument {
  version: string;
  metadata: { rules_version: string };
  rules: Rule[];
}

/** A rule as it stands in a file: any part may be missing or of the wrong kind. */
type Node = Record<string, unknown>;
type Presets = Map<string, unknown[]>;

const VERSION = "2.2";
const RULES_VERSION = "0.1.0";
const INPUTS_FILE = "inputs.yaml";
const RULE_FIELDS = new Set([
  "id",
  "name",
  "tags",
  "conditions",
  "transformers",
  "on_match",
  "enabled",
  "min_version",
]);

/**
 * Merges every rule file of `dir`.
 * @throws Error that lists every problem found, one a line: `<file>: <rule id>: <field>: <what is wrong>`.
 */
export function readRules(dir: string): RuleDocument {
  const problems: string[] = [];
  const presets = readPresets(dir, problems);
  const rules: Rule[] = [];
  const fileOf = new Map<string, string>();
  for (const file of ruleFiles(dir)) {
    for (const rule of readFile(dir, file, presets, problems)) {
      const first = fileOf.get(rule.id);
      if (first !== undefined) problems.push(`${file}: ${rule.id}: id: already used in ${first}`);
      fileOf.set(rule.id, file);
      rules.push(rule);
    }
  }
  if (problems.length > 0) throw new Error(problems.join("\n"));
  return { version: VERSION, metadata: { rules_version: RULES_VERSION }, rules };
}

/** The lowest sensitivity at which a rule looks. */
export function levelOf({ tags }: Rule): Level {
  return LEVELS.find((level) => level === tags["level"]) ?? "default";
}

/** The rule files of `dir`, sorted, without the presets. */
export function ruleFiles(dir: string): string[] {
  return readdirSync(dir)
    .filter((file) => file.endsWith(".yaml") && file !== INPUTS_FILE)
    .sort();
}

function readPresets(dir: string, problems: string[]): Presets {
  const presets: Presets = new Map();
  for (const [name, inputs] of Object.entries(readYaml(dir, INPUTS_FILE, problems))) {
    if (Array.isArray(inputs)) presets.set(name, inputs);
    else problems.push(`${INPUTS_FILE}: ${name}: not a list of inputs`);
  }
  return presets;
}

function readFile(dir: string, file: string, presets: Presets, problems: string[]): Rule[] {
  const source = readYaml(dir, file, problems);
  if (!Array.isArray(source["rules"])) {
    problems.push(`${file}: rules: not a list`);
    return [];
  }
  const defaults = isNode(source["defaults"]) ? source["defaults"] : {};
  const rules: Rule[] = [];
  source["rules"].forEach((node: unknown, at: number) => {
    const where = isNode(node) && typeof node["id"] === "string" ? node["id"] : `rules[${at}]`;
    const complain = (field: string, problem: string) =>
      problems.push(`${file}: ${where}: ${field}: ${problem}`);
    if (isNode(node)) rules.push(readRule(node, defaults, presets, complain));
    else complain("rule", "not a mapping");
  });
  return rules;
}

function readRule(node: Node, defaults: Node, presets: Presets, complain: Complain): Rule {
  for (const field of Object.keys(node)) if (!RULE_FIELDS.has(field)) complain(field, "unknown field");
  const { id, name, conditions, transformers = defaults["transformers"] ?? [], ...rest } = node;
  if (typeof id !== "string" || id === "") complain("id", "missing");
  if (typeof name !== "string" || name === "") complain("name", "missing");
  if (!isTextList(transformers)) complain("transformers", "not a list of names");
  if (!Array.isArray(conditions) || conditions.length === 0)
    complain("conditions", "not a list of at least one");
  const tags = {
    ...(isNode(defaults["tags"]) ? defaults["tags"] : {}),
    ...(isNode(rest["tags"]) ? rest["tags"] : {}),
  };
  const { level } = tags;
  if (level !== undefined && !LEVELS.includes(level as Level))
    complain("tags.level", `not one of ${LEVELS.join(", ")}`);
  return {
    ...rest,
    id: String(id),
    name: String(name),
    tags: tags as Record<string, string>,
    conditions: (Array.isArray(conditions) ? conditions : []).map((condition: unknown, at: number) =>
      readCondition(condition, `conditions[${at}]`, presets, complain),
    ),
    transformers: transformers as string[],
  };
}

function readCondition(node: unknown, field: string, presets: Presets, complain: Complain): RuleCondition {
  if (!isNode(node) || typeof node["operator"] !== "string" || !isNode(node["parameters"])) {
    complain(field, "needs an operator and parameters");
    return { operator: "", parameters: { inputs: [] } };
  }
  const { inputs, ...parameters } = node["parameters"];
  const expanded = expandInputs(inputs, presets, [], (problem) =>
    complain(`${field}.parameters.inputs`, problem),
  );
  if (expanded.length === 0) complain(`${field}.parameters.inputs`, "empty");
  return { operator: node["operator"], parameters: { inputs: expanded, ...parameters } };
}

/** Presets replaced by their inputs; an input named twice is kept once. `open` are the presets being expanded. */
function expandInputs(
  inputs: unknown,
  presets: Presets,
  open: string[],
  complain: (problem: string) => void,
): RuleInput[] {
  const found = new Map<string, RuleInput>();
  for (const input of Array.isArray(inputs) ? inputs : [inputs]) {
    if (typeof input === "string") {
      const preset = presets.get(input);
      if (preset === undefined) complain(`no preset ${input} in ${INPUTS_FILE}`);
      else if (open.includes(input)) complain(`preset ${input} names itself`);
      else
        for (const one of expandInputs(preset, presets, [...open, input], complain))
          found.set(JSON.stringify(one), one);
    } else if (isNode(input) && typeof input["address"] === "string") {
      found.set(JSON.stringify(input), input as unknown as RuleInput);
    } else {
      complain("an input is a preset name or has an address");
    }
  }
  return [...found.values()];
}

function readYaml(dir: string, file: string, problems: string[]): Node {
  try {
    const document: unknown = parse(readFileSync(join(dir, file), "utf8"));
    if (isNode(document)) return document;
    problems.push(`${file}: not a mapping`);
  } catch (error) {
    problems.push(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
  return {};
}

type Complain = (field: string, problem: string) => void;

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isTextList(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}
