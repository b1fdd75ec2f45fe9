// Configurations with sections beside the rules, and short ways to ask what they make of a request.
import assert from "node:assert/strict";
import { type Configured, Engine, type EngineRequest, type Outcome } from "../../scripts/engine/engine.ts";
import { enginePath } from "./ruleset-engine.ts";

export interface Condition {
  operator: string;
  parameters: Record<string, unknown>;
}

export const QUERY = "server.request.query";
export const BODY = "server.request.body";
export const URI = "server.request.uri.raw";
export const IP = "http.client_ip";
export const engine = Engine.fromFile(enginePath());

export function when(
  operator: string,
  address: string,
  parameters: object = {},
  input: object = {},
): Condition {
  return { operator, parameters: { inputs: [{ address, ...input }], ...parameters } };
}

export const onPath = (path: string) => when("match_regex", URI, { regex: `^${path}` });

export function rule(id: string, address = QUERY, fields: object = {}, tags: object = {}): object {
  return {
    id,
    name: id,
    tags: { type: id, category: "attack_attempt", ...tags },
    conditions: [when("match_regex", address, { regex: "attack" })],
    on_match: ["block"],
    ...fields,
  };
}

/** Takes these rules and sections into force; the shipped rules are off. */
export function use(rules: object[], document: object = {}, config: object = {}): Configured {
  const configured = engine.configure({
    mode: "block",
    shipped_rules: false,
    custom_rules: { rules, ...document },
    ...config,
  });
  assert.ok(configured.accepted, configured.problems.join("\n"));
  return configured;
}

export function useShipped(config: object): Configured {
  const configured = engine.configure({ mode: "block", ...config });
  assert.ok(configured.accepted, configured.problems.join("\n"));
  return configured;
}

export const ask = (path: string, more: EngineRequest = {}): Outcome => engine.transaction({ path, ...more });
export const post = (body: unknown, path = "/"): Outcome =>
  engine.transaction({
    method: "POST",
    path,
    headers: [["content-type", "application/json"]],
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
export const onMatch = ({ event }: Outcome): string[][] => event.triggers.map(({ rule }) => rule.on_match);
