// libddwaf through Datadog's binding for Node (a development dependency; nothing of it is shipped): a request's parts as JavaScript
// objects under their addresses, as an application's tracer hands them over.
import { createRequire } from "node:module";
import type { Contender } from "./contender.ts";
import type { EngineInput, EngineRequest, ParsedRequest } from "./inputs.ts";

const PACKAGE = "@datadog/native-appsec";
/** Microseconds; far more than any run needs, so that nothing is left unlooked at. */
const TIMEOUT_US = 60_000_000;

interface RunResult {
  timeout: boolean;
  errorCode?: number;
  events?: object[];
  metrics?: object;
}

interface Waf {
  diagnostics: { rules?: { loaded: string[]; failed: string[] } };
  createContext(): { run(payload: { persistent: object }, timeout: number): RunResult; dispose(): void };
}

interface Binding {
  DDWAF: { new (rules: object, path: string): Waf; version(): string };
}

export class Libddwaf {
  readonly version: string;
  readonly loaded: readonly string[];
  private readonly waf: Waf;

  /** Throws when the package is not installed for this machine, or when no rule of the document can be loaded. */
  constructor(document: object) {
    const { DDWAF } = createRequire(import.meta.url)(PACKAGE) as Binding;
    this.version = DDWAF.version();
    this.waf = new DDWAF(document, "bench");
    this.loaded = this.waf.diagnostics.rules?.loaded ?? [];
  }

  /** In a context of its own, as every request has one. */
  run(payload: object): RunResult {
    const context = this.waf.createContext();
    const result = context.run({ persistent: payload }, TIMEOUT_US);
    context.dispose();
    if (result.timeout || result.errorCode !== undefined) throw new Error("libddwaf failed");
    return result;
  }
}

/** With `parses` JSON.parse of the body is in the time: our engine starts from bytes, too. */
export class LibddwafContender implements Contender {
  readonly name: string;
  private readonly waf: Libddwaf;
  private readonly parses: boolean;
  private requests: readonly ParsedRequest[] = [];
  private payloads: object[] = [];

  constructor(waf: Libddwaf, parses: boolean) {
    this.name = parses ? "libddwaf and JSON.parse" : "libddwaf";
    this.waf = waf;
    this.parses = parses;
  }

  prepare(input: EngineInput): void {
    this.requests = input.requests.map(({ parsed }) => parsed);
    this.payloads = this.requests.map((request) => payload(request, bodyOf(request)));
    const isCut = (each: object): boolean => Object.keys(this.waf.run(each).metrics ?? {}).length > 0;
    if (!this.parses && this.payloads.some(isCut)) {
      console.error(
        `Note: of ${input.id} libddwaf looks at a part only: it cuts long texts and large containers.`,
      );
    }
  }

  run(index: number): boolean {
    const request = this.requests[index]!;
    const addresses = this.parses ? payload(request, bodyOf(request)) : this.payloads[index]!;
    return this.waf.run(addresses).events !== undefined;
  }

  runOnce({ parsed }: EngineRequest): boolean {
    return this.waf.run(payload(parsed, bodyOf(parsed))).events !== undefined;
  }
}

function bodyOf({ json }: ParsedRequest): unknown {
  return json === undefined ? undefined : JSON.parse(json);
}

function payload({ method, target, query, headers, cookies }: ParsedRequest, body: unknown): object {
  return {
    "server.request.method": method,
    "server.request.uri.raw": target,
    "server.request.query": query,
    "server.request.headers.no_cookies": headers,
    "server.request.cookies": cookies,
    ...(body !== undefined && { "server.request.body": body }),
  };
}
