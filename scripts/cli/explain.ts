// `wardgate explain`: judges requests without a proxy, and says what the engine saw, asked and decided.
import { readFileSync } from "node:fs";
import { InvalidArgumentError } from "commander";
import type { Engine, EngineRequest } from "../engine/engine.ts";
import type { HeaderPair } from "../engine/header-blob.ts";
import { curlRequest } from "../explain/curl-command.ts";
import { type Explanation, showExplanation, type LevelVerdict } from "../explain/explanation.ts";
import { harRequests } from "../explain/har.ts";
import { rawRequest } from "../explain/raw-http.ts";
import { type NamedRequest, readBytes } from "../explain/request.ts";
import { LEVELS } from "../rules/read-rules.ts";
import { readRulesDocument } from "./compile.ts";
import { openEngine } from "./engine-file.ts";
import { EXIT, type ExitCode, printJson, UsageError } from "./output.ts";
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
  curl?: string;
  har?: string;
  raw?: string;
  config?: string;
  rules?: string;
  all?: boolean;
  brief?: boolean;
  json?: boolean;
}

export function explain(options: ExplainOptions): ExitCode {
  const engine = openEngine();
  const base = configurationFrom(options);
  const explanations = requestsOf(options).map((one) => explanationOf(engine, base, one));
  if (options.json) printJson(options.har === undefined ? explanations[0] : explanations);
  else explanations.forEach((one, i) => showExplanation(one, { ...options, isFirst: i === 0 }));
  return explanations.some(({ event, verdict }) => verdict !== "allow" || event.limits !== undefined)
    ? EXIT.problems
    : EXIT.ok;
}

function explanationOf(engine: Engine, base: object, { name, request }: NamedRequest): Explanation {
  const levels = LEVELS.map((level): LevelVerdict => {
    configure(engine, { ...base, sensitivity: level });
    const { verdict, blocked, event } = engine.transaction(request);
    return { level, verdict, blocked, rules: event.rules };
  });
  configure(engine, base);
  const { story, isCut, ...outcome } = engine.explain(request);
  return { request: name, ...outcome, levels, inputs: story, ...(isCut && { inputs_left_out: true }) };
}

function configure(engine: Engine, configuration: object): void {
  const { accepted, problems } = engine.configure(configuration);
  if (!accepted) throw new UsageError(problems.join("\n"));
}

/** One source of requests, or the one that the options spell out. */
function requestsOf(options: ExplainOptions): NamedRequest[] {
  const sources = (["curl", "har", "raw"] as const).filter((name) => options[name] !== undefined);
  const [source, other] = sources;
  if (other !== undefined) throw new UsageError(`--${source} and --${other} exclude each other.`);
  const { method, path, header, body, clientIp } = options;
  if (source === undefined) {
    const request = requestOf(options);
    return [{ name: `${request.method} ${request.path}`, request }];
  }
  const isSpelt = method !== undefined || path !== "/" || header.length > 0 || body !== undefined;
  if (isSpelt)
    throw new UsageError(`--${source} has the whole request: leave out --method, --path, --header, --body.`);
  return read(source, options[source]!).map(({ name, request }) => ({
    name,
    request: { clientIp: clientIp ?? "", time: now(), ...request },
  }));
}

function read(source: "curl" | "har" | "raw", value: string): NamedRequest[] {
  if (source === "har") return harRequests(value);
  if (source === "raw") return [rawRequest(value)];
  const isFile = value === "-" || value.startsWith("@");
  return [curlRequest(isFile ? readBytes(value.replace(/^@/, "")).toString("utf8") : value)];
}

function now(): number {
  return Math.floor(Date.now() / 1000);
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
    time: now(),
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
