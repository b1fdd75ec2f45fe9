// `wardgate explain`: judges one request without a proxy, and says which rules matched, and where.
import { readFileSync } from "node:fs";
import { InvalidArgumentError } from "commander";
import type { EngineRequest, Outcome } from "../engine/engine.ts";
import type { MatchParameter, Trigger } from "../engine/event.ts";
import type { HeaderPair } from "../engine/header-blob.ts";
import { readRulesDocument } from "./compile.ts";
import { openEngine } from "./engine-file.ts";
import { EXIT, type ExitCode, paint, print, printJson, shown, UsageError } from "./output.ts";
import { findConfigurations, readText, SyntaxProblems } from "./sources.ts";

export interface ExplainOptions {
  method?: string;
  path: string;
  header: HeaderPair[];
  body?: string;
  clientIp?: string;
  status?: number;
  responseHeader: HeaderPair[];
  responseBody?: string;
  config?: string;
  rules?: string;
  json?: boolean;
}

export function explain(options: ExplainOptions): ExitCode {
  const engine = openEngine();
  const { accepted, problems } = engine.configure(configurationFrom(options));
  if (!accepted) throw new UsageError(problems.join("\n"));
  const outcome = engine.transaction(requestOf(options));
  if (options.json) printJson(outcome.event);
  else show(outcome);
  const found = outcome.verdict !== "allow" || outcome.event.limits !== undefined;
  return found ? EXIT.problems : EXIT.ok;
}

/** Parses `name: value`; collects for repeatable options. */
export function headerArgument(text: string, before: HeaderPair[]): HeaderPair[] {
  const colon = text.indexOf(":", 1);
  if (colon < 0) throw new InvalidArgumentError("Write it as 'name: value'.");
  return [...before, [text.slice(0, colon).trim().toLowerCase(), text.slice(colon + 1).trim()]];
}

/** The user's configuration, else blocking defaults; `--rules` stand in for the shipped ones. */
export function configurationFrom({ config, rules }: Pick<ExplainOptions, "config" | "rules">): object {
  try {
    const own = config === undefined ? [] : findConfigurations(readText(config));
    if (own.length > 1) throw new UsageError(`${config}: has ${own.length} configurations; give one.`);
    const base = own[0]?.configuration ?? { mode: "block" };
    const object = typeof base === "string" ? (JSON.parse(base) as object) : (base as object);
    if (rules === undefined) return object;
    return { ...object, shipped_rules: false, custom_rules: readRulesDocument(rules) };
  } catch (error) {
    if (error instanceof SyntaxProblems || error instanceof SyntaxError) throw new UsageError(error.message);
    throw error;
  }
}

function requestOf(options: ExplainOptions): EngineRequest {
  const body = options.body === undefined ? undefined : bodyOf(options.body);
  const { status, responseHeader, responseBody } = options;
  const replies = status !== undefined || responseHeader.length > 0 || responseBody !== undefined;
  const request: EngineRequest = {
    method: options.method ?? (body === undefined ? "GET" : "POST"),
    path: options.path,
    headers: options.header,
    clientIp: options.clientIp ?? "",
    time: Math.floor(Date.now() / 1000),
  };
  if (body !== undefined) request.body = body;
  if (!replies) return request;
  request.response = { status: status ?? 200, headers: responseHeader };
  if (responseBody !== undefined) request.response.body = bodyOf(responseBody);
  return request;
}

/** As curl's --data: `@file` is the file's bytes. */
function bodyOf(text: string): string | Uint8Array {
  if (!text.startsWith("@")) return text;
  try {
    return readFileSync(text === "@-" ? 0 : text.slice(1));
  } catch (error) {
    throw new UsageError(`${text}: ${(error as Error).message}`);
  }
}

function show({ verdict, blocked, event }: Outcome): void {
  const colour = verdict === "block" ? "red" : verdict === "monitor" ? "yellow" : "green";
  print(`verdict: ${paint(colour, verdict)}${blocked ? " (blocked)" : ""}`);
  if (event.limits) print(`limits: ${event.limits.join(", ")}`);
  const anomalies = [...(event.anomalies ?? []), ...(event.response_anomalies ?? [])];
  if (anomalies.length > 0) print(`anomalies: ${anomalies.join(", ")}`);
  event.triggers.forEach(showTrigger);
}

function showTrigger({ rule, rule_matches }: Trigger): void {
  print(
    `${paint("bold", shown(rule.id))} ${shown(rule.name)} ${paint("dim", shown(rule.tags["type"] ?? ""))}`,
  );
  for (const { operator, operator_value, parameters } of rule_matches) {
    const looked = operator_value === "" ? "" : ` ${shown(operator_value)}`;
    for (const parameter of parameters)
      print(`  ${operator}${paint("dim", looked)}\n    ${place(parameter)}`);
  }
}

function place({ address, key_path, value, highlight }: MatchParameter): string {
  const path = key_path.map((part) => (typeof part === "number" ? `[${part}]` : `.${shown(part)}`)).join("");
  const marked = highlight.length === 0 ? "" : ` → ${paint("red", shown(highlight.join(" … ")))}`;
  return `${address}${path}: ${shown(value)}${marked}`;
}
