// One RegexBuild of the engine, with its outputs and searches as JavaScript values.
import assert from "node:assert/strict";
import { give, loadEngine, take, type EngineExports } from "./engine-module";

export enum Status {
  Ok = 0,
  Syntax = 1,
  Unsupported = 2,
  TooLarge = 3,
}

const OUTPUTS = { program: 0, dfa: 1, literals: 2, requiredSets: 3 };
type Output = keyof typeof OUTPUTS;
type BuildOptions = { fold?: boolean; maxStates?: number };
type Table = "program" | "dfa";

export class RegexProbe {
  private readonly handle: number;

  constructor(readonly engine: EngineExports = loadEngine()) {
    this.handle = this.call("regexNew");
  }

  private call(name: string, ...args: number[]): number {
    return this.engine[name]!(...args);
  }

  free(): void {
    this.call("regexFree", this.handle);
  }

  build(pattern: string | Uint8Array, options: BuildOptions = {}): Status {
    const { at, len } = give(this.engine, pattern);
    const status = this.call(
      "regexBuild",
      this.handle,
      at,
      len,
      options.fold ? 1 : 0,
      options.maxStates ?? 0,
    );
    this.call("release", at);
    return status;
  }

  errorAt(): number {
    return this.call("regexErrorAt", this.handle);
  }

  error(): string {
    const at = this.call("allocate", 256);
    const len = this.call("regexErrorInto", this.call("regexErrorCode", this.handle), at);
    const text = new TextDecoder().decode(take(this.engine, at, len));
    this.call("release", at);
    return text;
  }

  minLength(): number {
    return this.call("regexMinLength", this.handle);
  }

  output(which: Output): Uint8Array {
    const number = OUTPUTS[which];
    const at = this.call("regexOutputAt", this.handle, number);
    return take(this.engine, at, this.call("regexOutputLength", this.handle, number));
  }

  /** Literals as Latin-1 text: one character a byte. */
  literals(): string[] {
    const data = Buffer.from(this.output("literals"));
    const list: string[] = [];
    for (let at = 0; at < data.length; at += data[at]! + 1) {
      list.push(data.toString("latin1", at + 1, at + 1 + data[at]!));
    }
    return list;
  }

  requiredSets(): Set<number>[] {
    const data = this.output("requiredSets");
    const sets: Set<number>[] = [];
    for (let at = 0; at < data.length; at += 32) {
      const set = new Set<number>();
      for (let c = 0; c < 256; c++) if (data[at + (c >> 3)]! & (1 << (c & 7))) set.add(c);
      sets.push(set);
    }
    return sets;
  }

  dfaRows(): number {
    return new DataView(this.output("dfa").buffer).getUint32(12, true);
  }

  dfaSearch(value: string | Uint8Array): boolean | undefined {
    if (this.call("regexOutputLength", this.handle, 1) === 0) return undefined;
    return this.search("regexDfaSearch", this.call("regexOutputAt", this.handle, 1), value) !== 0;
  }

  nfaSearch(value: string | Uint8Array): boolean {
    return this.search("regexNfaSearch", this.call("regexOutputAt", this.handle, 0), value) !== 0;
  }

  find(value: string | Uint8Array): [number, number] | null {
    return spanOf(this.search("regexNfaFind", this.call("regexOutputAt", this.handle, 0), value));
  }

  /** Finds the pattern built last; NFA and DFA (where there is one) must give the same verdict. */
  agreedSpan(value: string | Uint8Array): [number, number] | null {
    const span = this.find(value);
    assert.equal(this.nfaSearch(value), span !== null, `NFA verdict on ${JSON.stringify(value)}`);
    assert.equal(
      this.dfaSearch(value) ?? span !== null,
      span !== null,
      `DFA verdict on ${JSON.stringify(value)}`,
    );
    return span;
  }

  isValid(which: Table, table: Uint8Array): boolean {
    const { at, len } = give(this.engine, table);
    const name = which === "dfa" ? "regexValidateDfa" : "regexValidateProgram";
    const valid = this.call(name, at, len) !== 0;
    this.call("release", at);
    return valid;
  }

  /** Runs a table from outside over `value`, for its side effects: none are wanted. */
  runTable(which: Table, table: Uint8Array, value: string): void {
    const { at } = give(this.engine, table);
    if (which === "dfa") {
      this.search("regexDfaSearch", at, value);
    } else {
      this.search("regexNfaSearch", at, value);
      const span = spanOf(this.search("regexNfaFind", at, value));
      if (span && (span[1] < span[0] || span[1] > Buffer.byteLength(value)))
        throw new Error("span out of bounds");
    }
    this.call("release", at);
  }

  nfaSteps(): number {
    return this.call("regexNfaSteps");
  }

  private search(name: string, table: number, value: string | Uint8Array): number {
    const { at, len } = give(this.engine, value);
    const found = this.call(name, table, at, at + len);
    this.call("release", at);
    return found;
  }
}

function spanOf(found: number): [number, number] | null {
  if (found < 0) return null;
  const from = Math.floor(found / 0x1000000);
  return [from, from + (found % 0x1000000)];
}
