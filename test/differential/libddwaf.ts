// libddwaf itself, through Datadog's binding for Node. Development only: nothing of it is in what we ship.
import { createRequire } from "node:module";
import { type Evidence, type Outcome, replyOf } from "./outcome.ts";
import type { Payload, RulesDocument } from "./rules-document.ts";

/** The package, and the release of libddwaf in it that the tests are written for. */
const PACKAGE = "@datadog/native-appsec";
const RELEASE = "1.30.1";
/** Microseconds for one run; far more than any needs, so that nothing is ever left unlooked at. */
const TIMEOUT_US = 60_000_000;

interface RunResult {
  timeout: boolean;
  errorCode?: number;
  events?: {
    rule: { id: string; on_match?: string[] };
    rule_matches: { operator: string; parameters: Omit<Evidence, "operator">[] }[];
  }[];
  actions?: Record<string, Record<string, unknown>>;
  attributes?: Record<string, unknown>;
}

interface Waf {
  diagnostics: { rules?: { loaded: string[]; failed: string[]; errors: Record<string, string[]> } };
  createContext(): { run(payload: { persistent: Payload }, timeout: number): RunResult; dispose(): void };
  dispose(): void;
}

interface Binding {
  DDWAF: { new (rules: RulesDocument, path: string): Waf; version(): string };
}

let binding: Binding | undefined;

function loadBinding(): Binding {
  try {
    binding ??= createRequire(import.meta.url)(PACKAGE) as Binding;
  } catch (error) {
    throw new Error(
      `libddwaf, which the differential test compares with, is not installed or not built for this machine.\n` +
        `Run "npm ci" with access to the npm registry (package ${PACKAGE}); it brings libraries for ` +
        `Linux (glibc and musl), macOS and Windows.\n${String(error)}`,
    );
  }
  const version = binding.DDWAF.version();
  if (version !== RELEASE)
    throw new Error(`libddwaf is ${version}, the comparison is written for ${RELEASE}`);
  return binding;
}

/** A rules document, loaded into libddwaf. */
export class Libddwaf {
  /** Ids of the rules that were loaded; rules that libddwaf refuses are no ground for comparison. */
  readonly loaded: readonly string[];
  readonly errors: Readonly<Record<string, string[]>>;
  private readonly waf: Waf | undefined;

  constructor(document: RulesDocument) {
    const { DDWAF } = loadBinding();
    let waf: Waf | undefined;
    try {
      waf = new DDWAF(document, "differential");
    } catch {
      // "Invalid rules": not one of them was loaded.
    }
    this.waf = waf;
    const { rules } = waf?.diagnostics ?? {};
    this.loaded = rules?.loaded ?? [];
    this.errors = rules?.errors ?? {};
  }

  /** Judges a payload in a context of its own. */
  evaluate(payload: Payload): Outcome {
    if (this.waf === undefined) return { events: [], reply: { kind: "none" } };
    const context = this.waf.createContext();
    try {
      const {
        timeout,
        errorCode,
        events = [],
        actions = {},
      } = context.run({ persistent: payload }, TIMEOUT_US);
      if (timeout) throw new Error("libddwaf ran into its time limit");
      if (errorCode !== undefined) throw new Error(`libddwaf failed with ${errorCode}`);
      return {
        events: events.map((event) => ({
          rule: event.rule.id,
          on_match: event.rule.on_match ?? [],
          matches: event.rule_matches.map(({ operator, parameters }) => ({ operator, ...parameters[0]! })),
        })),
        reply: replyOf(actions),
      };
    } finally {
      context.dispose();
    }
  }

  /** What its processors make of a payload. */
  attributes(payload: Payload): Record<string, unknown> {
    const context = this.waf!.createContext();
    try {
      return context.run({ persistent: payload }, TIMEOUT_US).attributes ?? {};
    } finally {
      context.dispose();
    }
  }

  dispose(): void {
    this.waf?.dispose();
  }
}
