// The engine's event as far as scripts read it; its full form is in schema/event.schema.json.

export interface Event {
  action: "block" | "monitor";
  verdict: Verdict;
  limits?: string[];
  anomalies?: string[];
  response_anomalies?: string[];
  rules: string[];
  triggers: Trigger[];
  /** By kind, such as `block_request`. */
  actions?: Record<string, Record<string, string | number>>;
  attributes?: Record<string, string | number | boolean>;
  version: string;
  ruleset_version?: string;
  [field: string]: unknown;
}

export type Verdict = "allow" | "monitor" | "block";

export interface Trigger {
  rule: { id: string; name: string; tags: Record<string, string>; on_match: string[] };
  rule_matches: RuleMatch[];
}

export interface RuleMatch {
  operator: string;
  operator_value: string;
  parameters: MatchParameter[];
}

export interface MatchParameter {
  address: string;
  key_path: (string | number)[];
  value: string;
  highlight: string[];
}
