// What became of a request, and why, as text for people: docs/explain.md reads one line by line.
import { count, paint, print, shown } from "../cli/output.ts";
import type { Event, MatchParameter, Trigger, Verdict } from "../engine/event.ts";
import type { StoryCandidate, StoryInput } from "../engine/story.ts";

export interface LevelVerdict {
  level: string;
  verdict: Verdict;
  blocked: boolean;
  rules: string[];
}

export interface Explanation {
  request: string;
  verdict: Verdict;
  blocked: boolean;
  event: Event;
  /** What each sensitivity would do. */
  levels: LevelVerdict[];
  inputs: StoryInput[];
  inputs_left_out?: boolean;
}

export interface Shown {
  all?: boolean;
  brief?: boolean;
  /** Nothing is printed above it. */
  isFirst: boolean;
}

const COLOURS = { block: "red", monitor: "yellow", allow: "green" } as const;
const VALUE_LENGTH = 200;
/** By number of the class in assembly/core/match/byte-classes.ts, from 16 on. */
const CLASS_NAMES = [
  ...[":", ";", "<", "=", ">", "?", "@", "`", "[", "\\", "]", "^", "_", "NUL", "white space", "digit"],
  ...["{", "|", "}", "~", "control", "byte above 0x7f", "letter"],
];

export function showExplanation(explanation: Explanation, options: Shown): void {
  const { request, verdict, blocked, event, levels, inputs } = explanation;
  if (!options.isFirst) print("");
  print(paint("bold", shown(request)));
  print(`verdict: ${paint(COLOURS[verdict], verdict)}${blocked ? " (blocked)" : ""}`);
  print(`by sensitivity: ${levels.map(levelText).join(" · ")}`);
  if (event.limits) print(`limits: ${event.limits.join(", ")}`);
  const anomalies = [...(event.anomalies ?? []), ...(event.response_anomalies ?? [])];
  if (anomalies.length > 0) print(`anomalies: ${anomalies.join(", ")}`);
  event.triggers.forEach(showTrigger);
  if (options.brief) return;
  const asked = inputs.filter(({ candidates }) => candidates.length > 0);
  const quiet = inputs.length - asked.length;
  print("");
  print(`${count(inputs.length, "input")}, of which ${quiet} had nothing that any condition needs`);
  (options.all ? inputs : asked).forEach(showInput);
  if (explanation.inputs_left_out) print(paint("yellow", "There were more; they are left out."));
}

function levelText({ level, verdict, blocked, rules }: LevelVerdict): string {
  const named = rules.length === 0 ? "" : ` (${rules.map(shown).join(", ")})`;
  return `${level} ${paint(COLOURS[verdict], verdict === "block" && !blocked ? "block, if it could" : verdict)}${named}`;
}

function showTrigger({ rule, rule_matches }: Trigger): void {
  const type = shown(rule.tags["type"] ?? "");
  print(`${paint("bold", shown(rule.id))} ${shown(rule.name)} ${paint("dim", type)}`);
  for (const { operator, operator_value, parameters } of rule_matches) {
    const looked = operator_value === "" ? "" : ` ${shown(operator_value)}`;
    for (const parameter of parameters)
      print(`  ${operator}${paint("dim", looked)}\n    ${matchText(parameter)}`);
  }
}

function matchText({ address, key_path, value, highlight }: MatchParameter): string {
  const marked = highlight.length === 0 ? "" : ` → ${paint("red", shown(highlight.join(" … ")))}`;
  return `${place(address, key_path)}: ${shown(value)}${marked}`;
}

function place(address: string, keyPath: (string | number)[]): string {
  return (
    address + keyPath.map((part) => (typeof part === "number" ? `[${part}]` : `.${shown(part)}`)).join("")
  );
}

function showInput(input: StoryInput): void {
  const { address, key_path, kind, decoded, value, conditions, candidates } = input;
  const what = kind === "value" ? "" : ` ${kind}`;
  const how = decoded === undefined ? "" : paint("dim", ` (inside the one above, by ${decoded})`);
  print(`${decoded === undefined ? "" : "  "}${place(address, key_path)}${what}${how}: ${cut(value)}`);
  const asked = new Set(candidates.map(({ rule, condition }) => `${rule} ${condition}`)).size;
  const rest = conditions - asked;
  if (candidates.length > 0 && rest > 0)
    print(paint("dim", `    ${rest} of ${count(conditions, "condition")} dismissed`));
  candidates.forEach(showCandidate);
}

function showCandidate(candidate: StoryCandidate): void {
  const { rule, operator, holds, by, highlight, transformers, transformed } = candidate;
  const mark = holds ? paint("red", "yes") : paint("dim", "no ");
  const negation = by === "negation" ? "!" : "";
  const part = highlight === undefined ? "" : ` → ${paint("red", cut(highlight))}`;
  const chain = transformers === undefined ? "" : `, ${transformers.join(" ")}`;
  const changed =
    transformers === undefined ? "" : transformed === undefined ? " (no change)" : ` = ${cut(transformed)}`;
  const why = paint("dim", `${whyText(candidate)}${chain}${changed}`);
  print(`    ${mark} ${shown(rule)} ${negation}${operator}${part}  ${why}`);
}

function whyText({ by, literal, classes }: StoryCandidate): string {
  if (by === "negation") return "looks at every value";
  if (by === "literal") return `has "${shown(literal ?? "")}"`;
  if (classes === undefined) return by;
  const named = classes.map((group) => group.map(className).join(" "));
  return `has ${[...new Set(named)].join(" and ")}`;
}

function className(number: number): string {
  if (number === 0) return "blank";
  return number < 16 ? String.fromCharCode(0x20 + number) : (CLASS_NAMES[number - 16] ?? `class ${number}`);
}

function cut(text: string): string {
  return shown(text.length > VALUE_LENGTH ? `${text.slice(0, VALUE_LENGTH)}…` : text);
}
