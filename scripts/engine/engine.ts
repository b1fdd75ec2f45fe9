// build/engine.wasm for Node: configurations, whole transactions, and the rule compiler.
import { readFileSync } from "node:fs";
import type { Event, Verdict } from "./event.ts";
import { type HeaderPair, headerBlob } from "./header-blob.ts";
import type { StoryInput } from "./story.ts";

/** Text, bytes, or the chunks in which they come. */
export type Body = string | Uint8Array | readonly Uint8Array[];

export interface EngineRequest {
  method?: string;
  /** Target with its query, as sent. */
  path?: string;
  /** Besides the pseudo-headers `:method` and `:path`. */
  headers?: readonly HeaderPair[];
  body?: Body;
  /** Address of the client as text. */
  clientIp?: string;
  response?: { status?: number; headers?: readonly HeaderPair[]; body?: Body };
  /** Seconds since the epoch, for lists whose entries expire; 0 = not known. */
  time?: number;
}

export interface Outcome {
  verdict: Verdict;
  /** The verdict, a limit or a failure asks for a block, and the mode is `block`. */
  blocked: boolean;
  event: Event;
}

export interface Configured {
  accepted: boolean;
  problems: string[];
  warnings: string[];
}

/** What became of the entries of one section of a rules document. */
export interface SectionReport {
  loaded: number;
  skipped: Fate[];
  failed: Fate[];
}

export interface Fate {
  id: string;
  reason: string;
}

export interface LoadReport {
  rules: SectionReport;
  custom_rules: SectionReport;
  actions: SectionReport;
  exclusions: SectionReport;
  rules_override: SectionReport;
  /** `rules_data` and `exclusion_data`. */
  rules_data: SectionReport;
  processors: SectionReport;
  /** What has no section of its own here. */
  other: SectionReport;
}

/** The text is no rules document, or no table can hold it; the message says why. */
export class NotRules extends Error {
  override name = "NotRules";
}

type Exports = { memory: WebAssembly.Memory } & Record<string, (...args: (number | bigint)[]) => number>;

const VERDICTS: readonly Verdict[] = ["allow", "monitor", "block"];
const encoder = new TextEncoder();
const decoder = new TextDecoder();

export class Engine {
  private readonly exports: Exports;
  private lent: number[] = [];

  /** A fresh instance of the engine, or of a module with some of its exports; unconfigured. */
  constructor(wasm: Uint8Array) {
    const abort = () => {
      throw new Error("the engine trapped");
    };
    const module = new WebAssembly.Module(wasm as BufferSource);
    this.exports = new WebAssembly.Instance(module, { env: { abort } }).exports as unknown as Exports;
  }

  static fromFile(path: string | URL): Engine {
    return new Engine(readFileSync(path));
  }

  /** Takes a configuration (an object, or JSON text) for the transactions to come; a refused one changes nothing. */
  configure(configuration: unknown = {}): Configured {
    const source = isText(configuration) ? configuration : JSON.stringify(configuration);
    const accepted = this.lending(() => this.call("configure", ...this.lend(source)) !== 0);
    return { accepted, problems: this.lines("problems"), warnings: this.lines("warnings") };
  }

  /** Judges one exchange by the configuration in force. */
  transaction(request: EngineRequest): Outcome {
    return this.lending(() => {
      const { method = "GET", path = "/", headers = [], response } = request;
      const head = this.lend(headerBlob([[":method", method], [":path", path], ...headers]));
      const body = chunks(request.body);
      this.call("setTime", BigInt(request.time ?? 0));
      this.call("beginTransaction", ...head, ...this.lend(request.clientIp ?? ""), body.length === 0 ? 1 : 0);
      this.feed("requestBody", body);
      if (response !== undefined) {
        const replied = chunks(response.body);
        const pairs: HeaderPair[] = [
          [":status", String(response.status ?? 200)],
          ...(response.headers ?? []),
        ];
        this.call("responseHeaders", ...this.lend(headerBlob(pairs)), replied.length === 0 ? 1 : 0);
        this.feed("responseBody", replied);
      }
      const blocked = this.call("mustBlock") !== 0;
      const size = this.call("composeEvent", ...head, BigInt(request.time ?? 0) * 1_000_000_000n);
      const event = JSON.parse(this.text(this.call("eventAt"), size)) as Event;
      this.call("endTransaction");
      return { verdict: event.verdict, blocked, event };
    });
  }

  /** As transaction(), and tells of every input on the way. Slow. */
  explain(request: EngineRequest): Outcome & { story: StoryInput[]; isCut: boolean } {
    this.call("beginStory");
    try {
      const outcome = this.transaction(request);
      const story = JSON.parse(
        `[${this.text(this.call("storyAt"), this.call("storySize"))}]`,
      ) as StoryInput[];
      return { ...outcome, story, isCut: this.call("isStoryCut") !== 0 };
    } finally {
      this.call("endStory");
    }
  }

  /** Compiles a rules document (an object, or JSON text). Throws NotRules. */
  compileRules(document: unknown): { table: Uint8Array; report: LoadReport } {
    const source = isText(document) ? document : JSON.stringify(document);
    const made = this.lending(() => this.call("compileRuleset", ...this.lend(source)) !== 0);
    const report = JSON.parse(this.text(this.call("reportAt"), this.call("reportSize")));
    if (!made) throw new NotRules(whyNoRules(report));
    return { table: this.bytes(this.call("rulesetAt"), this.call("rulesetSize")), report };
  }

  private feed(name: "requestBody" | "responseBody", body: readonly Uint8Array[]): void {
    body.forEach((chunk, i) => {
      const verdict = this.call(name, ...this.lend(chunk), i === body.length - 1 ? 1 : 0);
      if (VERDICTS[verdict] === undefined) throw new Error(`${name} answered ${verdict}`);
    });
  }

  private lines(name: string): string[] {
    const text = this.text(this.call(`${name}At`), this.call(`${name}Size`));
    return text.split("\n").filter((line) => line !== "");
  }

  private text(at: number, size: number): string {
    return decoder.decode(this.bytes(at, size));
  }

  private bytes(at: number, size: number): Uint8Array {
    return new Uint8Array(this.exports.memory.buffer, at, size).slice();
  }

  private call(name: string, ...args: (number | bigint)[]): number {
    const exported = this.exports[name];
    if (exported === undefined) throw new Error(`the module has no export "${name}"`);
    return exported(...args);
  }

  /** Copies bytes into the engine, until the running lending() ends. */
  private lend(bytes: string | Uint8Array): [at: number, length: number] {
    const data = typeof bytes === "string" ? encoder.encode(bytes) : bytes;
    const at = this.call("allocate", data.length) >>> 0;
    this.lent.push(at);
    new Uint8Array(this.exports.memory.buffer, at, data.length).set(data);
    return [at, data.length];
  }

  private lending<T>(run: () => T): T {
    try {
      return run();
    } finally {
      for (const at of this.lent) this.call("release", at);
      this.lent = [];
    }
  }
}

function isText(value: unknown): value is string | Uint8Array {
  return typeof value === "string" || value instanceof Uint8Array;
}

function chunks(body: Body | undefined): readonly Uint8Array[] {
  if (body === undefined) return [];
  if (typeof body === "string") return [encoder.encode(body)];
  return body instanceof Uint8Array ? [body] : body;
}

function whyNoRules(report: { error?: string; offset?: number } & Partial<LoadReport>): string {
  if (report.error !== undefined) return `${report.error} at offset ${report.offset}`;
  const failed = report.other?.failed ?? [];
  return failed.length === 0 ? "not a rules document" : failed.map(({ reason }) => reason).join("; ");
}
