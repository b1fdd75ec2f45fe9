// Checks rules/*.yaml: the merged document against schema/ruleset.schema.json, tags against actions, and that
// every rule has cases that match and cases that pass. `tsx scripts/rules/check-rules.ts [rules] [cases]`
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Ajv2020 } from "ajv/dist/2020.js";
import { readRuleCases } from "./rule-cases.ts";
import { readRules, type Rule, type RuleDocument } from "./read-rules.ts";

const SCHEMA = "schema/ruleset.schema.json";
const MIN_CASES = 3;
/** Lists of cases that belong to no rule. */
export const PLAIN_CASES = ["benign.yaml", "attacks.yaml"];

/** Every problem found, one a line; empty when all is well. */
export function checkRules(rulesDir: string, casesDir: string): string[] {
  const document = readRules(rulesDir);
  return [...checkSchema(document), ...document.rules.flatMap(checkRule), ...checkCases(document, casesDir)];
}

function checkSchema(document: RuleDocument): string[] {
  const schema = JSON.parse(readFileSync(SCHEMA, "utf8")) as object;
  const validate = new Ajv2020({ allErrors: true, strictTypes: false }).compile(schema);
  validate(document);
  return (validate.errors ?? []).map((error) => {
    const at = /^\/rules\/(\d+)(.*)$/.exec(error.instancePath);
    const rule = at === null ? undefined : document.rules[Number(at[1])];
    return `${rule?.id ?? "document"}: ${at?.[2] ?? error.instancePath}: ${error.message ?? "invalid"}`;
  });
}

/** A rule we are sure of blocks, and only such a rule. */
function checkRule(rule: Rule): string[] {
  const blocks = rule.on_match?.includes("block") ?? false;
  const confidence = rule.tags["confidence"];
  if (confidence === "1" && !blocks) return [`${rule.id}: on_match: confidence 1 must block`];
  if (confidence === "0" && blocks) return [`${rule.id}: on_match: confidence 0 must not block`];
  return confidence === undefined ? [`${rule.id}: tags.confidence: missing`] : [];
}

function checkCases(document: RuleDocument, dir: string): string[] {
  const problems: string[] = [];
  const known = new Set(document.rules.map((rule) => rule.id));
  const tested = new Set<string>();
  const files = existsSync(dir) ? readdirSync(dir).filter((file) => file.endsWith(".yaml")) : [];
  for (const file of files.filter((file) => !PLAIN_CASES.includes(file)).sort()) {
    for (const { rule, match, pass } of readRuleCases(dir, file)) {
      const where = `${join(dir, file)}: ${rule}`;
      if (!known.has(rule)) problems.push(`${where}: no such rule`);
      if (tested.has(rule)) problems.push(`${where}: listed twice`);
      tested.add(rule);
      if (match.length < MIN_CASES) problems.push(`${where}: match: fewer than ${MIN_CASES} cases`);
      if (pass.length < MIN_CASES) problems.push(`${where}: pass: fewer than ${MIN_CASES} cases`);
    }
  }
  for (const id of known) if (!tested.has(id)) problems.push(`${id}: no cases`);
  return problems;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const [rules = "rules", cases = "test/rules"] = process.argv.slice(2);
  const problems = checkRules(rules, cases);
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exit(1);
  console.log(`${readRules(rules).rules.length} rules, each with cases`);
}
