// Our engine on the same ground: values by address go straight to the evaluator, without HTTP and its parsers.
import { readFileSync } from "node:fs";
import type { LoadReport } from "../../scripts/engine/engine.ts";
import { type Evidence, type Outcome, replyOf } from "./outcome.ts";
import type { Payload, RulesDocument, Value } from "./rules-document.ts";
import { ADDRESS_NAMES } from "../../assembly/core/address.ts";

type Exports = { memory: WebAssembly.Memory } & Record<string, (...args: (number | bigint)[]) => number>;

/** Numbers of `InputKind` in assembly/core/inputs/inputs.ts. */
const KIND = { string: 0, key: 1, number: 2, boolean: 3, null: 4, container: 5 } as const;
const ALL_ADDRESSES = 0xffffffff;
/** In place of a length: an array index follows. */
const INDEX = 0xffffffff;
/** A compiler's garbage stays until its instance goes. */
const DOCUMENTS_PER_INSTANCE = 64;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

let module: WebAssembly.Module | undefined;
let shared: { exports: Exports; used: number } | undefined;

function instantiate(): Exports {
  module ??= new WebAssembly.Module(readFileSync(process.env["WARDGATE_ENGINE"] ?? "build/engine.wasm"));
  const abort = () => {
    throw new Error("the engine trapped");
  };
  return new WebAssembly.Instance(module, { env: { abort } }).exports as unknown as Exports;
}

function compile(document: RulesDocument): { table: Uint8Array; report: LoadReport } {
  if (shared === undefined || shared.used++ === DOCUMENTS_PER_INSTANCE) {
    shared = { exports: instantiate(), used: 1 };
  }
  const engine = shared.exports;
  const text = encoder.encode(JSON.stringify(document));
  const at = engine["allocate"]!(text.length) >>> 0;
  new Uint8Array(engine.memory.buffer, at, text.length).set(text);
  const made = engine["compileRuleset"]!(at, text.length) !== 0;
  engine["release"]!(at);
  const bytes = (place: string, size: string) =>
    new Uint8Array(engine.memory.buffer, engine[place]!() >>> 0, engine[size]!()).slice();
  const report = JSON.parse(decoder.decode(bytes("reportAt", "reportSize"))) as LoadReport;
  if (!made) throw new Error(`no ruleset: ${JSON.stringify(report)}`);
  return { table: bytes("rulesetAt", "rulesetSize"), report };
}

interface Findings {
  triggers: {
    rule: { id: string; on_match: string[] };
    rule_matches: {
      operator: string;
      parameters: (Omit<Evidence, "operator"> & { key_path: (string | number)[] })[];
    }[];
  }[];
  actions: Record<string, Record<string, unknown>>;
}

/** Instances whose last ruleset is no longer needed. */
const idle: Exports[] = [];

/** A rules document, loaded into our engine. */
export class Wardgate {
  /** What became of its rules. */
  readonly report: LoadReport;
  private readonly engine: Exports = idle.pop() ?? instantiate();
  /** Bytes lent to the engine in place of an arena: everything of one payload, given back at its end. */
  private lent: number[] = [];

  constructor(document: RulesDocument) {
    const { table, report } = compile(document);
    this.report = report;
    const [at, length] = this.lend(table);
    const error = this.engine["loadTable"]!(at, length);
    if (error !== 0) throw new Error(`the ruleset is refused with error ${error}`);
    this.giveBack();
  }

  /** Judges a payload; `now` in Unix seconds, for entries that expire. */
  evaluate(payload: Payload, now = Math.floor(Date.now() / 1000)): Outcome {
    this.engine["beginInputs"]!();
    for (const [address, value] of Object.entries(payload)) {
      const number = ADDRESS_NAMES.indexOf(address);
      if (number > 0) this.push(number, new Uint8Array(), value, now);
    }
    this.engine["judgeInputs"]!(BigInt(now));
    this.engine["finishInputs"]!(ALL_ADDRESSES);
    const size = this.engine["composeFindings"]!();
    const text = new Uint8Array(this.engine.memory.buffer, this.engine["findingsAt"]!() >>> 0, size);
    const { triggers, actions } = JSON.parse(decoder.decode(text)) as Findings;
    this.giveBack();
    return {
      events: triggers.map((trigger) => ({
        rule: trigger.rule.id,
        on_match: trigger.rule.on_match,
        matches: trigger.rule_matches.map(({ operator, parameters }) => {
          const { key_path, ...rest } = parameters[0]!;
          return { operator, ...rest, key_path: key_path.map(String) };
        }),
      })),
      reply: replyOf(actions),
    };
  }

  dispose(): void {
    idle.push(this.engine);
  }

  /** Pushes a value and what is in it, in the order and form of the parser of JSON bodies. */
  private push(address: number, path: Uint8Array, value: Value, now: number): void {
    if (typeof value !== "object" || value === null) {
      const [kind, text] = scalar(value);
      this.pushInput(address, kind, path, text, now);
      return;
    }
    this.pushInput(address, KIND.container, path, "", now);
    if (Array.isArray(value)) {
      value.forEach((item, i) => this.push(address, extended(path, INDEX, i), item, now));
      return;
    }
    for (const [key, member] of Object.entries(value)) {
      const below = extended(path, key);
      this.pushInput(address, KIND.key, below, key, now);
      this.push(address, below, member, now);
    }
  }

  private pushInput(address: number, kind: number, path: Uint8Array, text: string, now: number): void {
    const [pathAt, pathLength] = this.lend(path);
    const [at, length] = this.lend(encoder.encode(text));
    const args = [address, kind, pathAt, pathLength, at, length];
    if (this.engine["pushInput"]!(...args) !== 0) return;
    this.engine["judgeInputs"]!(BigInt(now));
    if (this.engine["pushInput"]!(...args) === 0) throw new Error("an empty list takes no input");
  }

  private lend(bytes: Uint8Array): [at: number, length: number] {
    const at = this.engine["allocate"]!(bytes.length) >>> 0;
    this.lent.push(at);
    new Uint8Array(this.engine.memory.buffer, at, bytes.length).set(bytes);
    return [at, bytes.length];
  }

  private giveBack(): void {
    for (const at of this.lent) this.engine["release"]!(at);
    this.lent = [];
  }
}

/** libddwaf's binding makes floats of all numbers; written with a fraction, they are floats here, too. */
function scalar(value: string | number | boolean | null): [kind: number, text: string] {
  if (typeof value === "string") return [KIND.string, value];
  if (value === null) return [KIND.null, ""];
  if (typeof value === "boolean") return [KIND.boolean, String(value)];
  const text = String(value);
  return [KIND.number, /[.e]/.test(text) ? text : `${text}.0`];
}

/** `path` and one more element: u32 length and bytes of a key, or INDEX and the index as u32. */
function extended(path: Uint8Array, element: string | number, index = 0): Uint8Array {
  const bytes = typeof element === "string" ? encoder.encode(element) : new Uint8Array(4);
  const longer = new Uint8Array(path.length + 4 + bytes.length);
  const view = new DataView(longer.buffer);
  longer.set(path);
  view.setUint32(path.length, typeof element === "string" ? bytes.length : INDEX, true);
  longer.set(bytes, path.length + 4);
  if (typeof element === "number") view.setUint32(path.length + 4, index, true);
  return longer;
}
