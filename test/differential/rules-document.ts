// Rules documents as the tests write them: the part of Datadog's structure that both engines read.

export type Value = string | number | boolean | null | Value[] | { [key: string]: Value };

/** Values by address, as an application hands them to libddwaf. */
export type Payload = Record<string, Value>;

export interface Input {
  address: string;
  key_path?: string[];
  transformers?: string[];
}

export interface Condition {
  operator: string;
  parameters: { inputs: Input[]; options?: Record<string, unknown>; [name: string]: unknown };
}

export interface Rule {
  id: string;
  name: string;
  tags: Record<string, string>;
  conditions: Condition[];
  transformers?: string[];
  on_match?: string[];
  enabled?: boolean;
  [name: string]: unknown;
}

export interface RulesDocument {
  version: string;
  metadata: { rules_version: string };
  rules: Rule[];
  custom_rules?: Rule[];
  rules_data?: { id: string; type: string; data: { value: string; expiration?: number }[] }[];
  actions?: { id: string; type: string; parameters: Record<string, unknown> }[];
  [section: string]: unknown;
}

/** Addresses that the generated rules look at and the generated payloads fill. */
export const ADDRESSES = [
  "server.request.body",
  "server.request.query",
  "server.request.headers.no_cookies",
  "server.request.cookies",
  "server.response.body",
] as const;

export function rulesDocument(rules: Rule[], sections: Partial<RulesDocument> = {}): RulesDocument {
  return { version: "2.2", metadata: { rules_version: "1.0.0" }, rules, ...sections };
}

/** A rule of a type of its own: both engines report one rule of each type only. */
export function rule(id: string, conditions: Condition[], fields: Partial<Rule> = {}): Rule {
  return { id, name: id, tags: { type: id, category: "attack_attempt" }, conditions, ...fields };
}

export function condition(
  operator: string,
  inputs: Input[],
  parameters: Record<string, unknown> = {},
): Condition {
  return { operator, parameters: { inputs, ...parameters } };
}
