// Rules on single inputs, without parsers: compiles a document, pushes inputs, and says what both evaluators matched.
import { Engine, type LoadReport } from "../../scripts/engine/engine.ts";
import { type EngineExports, give, loadEngine } from "./engine-module.ts";
import { readFileSync } from "node:fs";

/** Numbers of assembly/core/address.ts that these tests use. */
export const ADDRESSES = {
  "server.request.method": 1,
  "server.request.uri.raw": 2,
  "server.request.query": 3,
  "server.request.headers.no_cookies": 5,
  "server.request.cookies": 6,
  "server.request.body": 7,
  "server.request.body.filenames": 8,
  "server.request.body.files_content": 9,
  "http.client_ip": 12,
  "server.response.status": 19,
  "server.response.body": 21,
  "server.request.path": 23,
} as const;
export type AddressName = keyof typeof ADDRESSES;

/** Numbers of `InputKind` in assembly/core/inputs/inputs.ts. */
export const KINDS = { string: 0, key: 1, number: 2, boolean: 3, null: 4, container: 5 } as const;

export interface Input {
  address: AddressName;
  kind: keyof typeof KINDS;
  path: (string | number)[];
  value: string | Uint8Array;
}

export interface Matched {
  /** By number of the rule in the table. */
  evaluator: boolean[];
  plain: boolean[];
}

const encoder = new TextEncoder();
const ALL_ADDRESSES = 0xffffffff;

export function enginePath(): string {
  return process.env["WARDGATE_ENGINE"] ?? "build/engine.wasm";
}

/** Compiles with an instance of its own: the compiler's garbage goes with it. */
export function compileDocument(document: unknown): { table: Uint8Array; report: LoadReport } {
  return new Engine(readFileSync(enginePath())).compileRules(document);
}

export class RuleEngine {
  private readonly engine: EngineExports = loadEngine();

  /** 0, or a number of `LoadError` in assembly/core/rules/ruleset-loader.ts. */
  load(table: Uint8Array): number {
    const { at, len } = give(this.engine, table);
    const error = this.call("loadTable", at, len);
    this.call("release", at);
    return error;
  }

  /** The checksum that `table` ought to carry at offset 12. */
  checksum(table: Uint8Array): number {
    const { at, len } = give(this.engine, table);
    const checksum = this.call("tableChecksum", at, len);
    this.call("release", at);
    return checksum >>> 0;
  }

  get ruleCount(): number {
    return this.call("tableRules");
  }

  /** Judges inputs that come in `drains`, then says that no more come. */
  match(drains: Input[][], now = 0): Matched {
    this.call("beginInputs");
    for (const inputs of drains) this.drain(inputs, now);
    this.call("finishInputs", ALL_ADDRESSES);
    const bits = Array.from({ length: this.ruleCount }, (_, rule) => this.call("ruleMatched", rule));
    return { evaluator: bits.map((bit) => (bit & 1) !== 0), plain: bits.map((bit) => (bit & 2) !== 0) };
  }

  private drain(inputs: Input[], now: number): void {
    const given: number[] = [];
    for (const { address, kind, path, value } of inputs) {
      const elements = give(this.engine, encodePath(path));
      const bytes = give(this.engine, value);
      given.push(elements.at, bytes.at);
      this.call("pushInput", ADDRESSES[address], KINDS[kind], elements.at, elements.len, bytes.at, bytes.len);
    }
    (this.engine["drainInputs"] as unknown as (now: bigint) => void)(BigInt(now));
    for (const at of given) this.call("release", at);
  }

  private call(name: string, ...args: number[]): number {
    return this.engine[name]!(...args);
  }
}

function encodePath(path: (string | number)[]): Uint8Array {
  const parts = path.map((element) => {
    const text = typeof element === "string" ? encoder.encode(element) : new Uint8Array(4);
    const part = new Uint8Array(4 + text.length);
    const view = new DataView(part.buffer);
    view.setUint32(0, typeof element === "string" ? text.length : 0xffffffff, true);
    part.set(text, 4);
    if (typeof element === "number") view.setUint32(4, element, true);
    return part;
  });
  return new Uint8Array(Buffer.concat(parts));
}
