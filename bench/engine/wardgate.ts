// Our engine as a proxy uses it: header pairs and body as bytes, copied into the module's memory, and a verdict out. No event is
// composed, as none is for a request without a finding.
import type { Contender } from "./contender.ts";
import type { EngineInput, EngineRequest } from "./inputs.ts";

type Exported = (...args: number[]) => number;
type Exports = { memory: WebAssembly.Memory } & Record<string, Exported>;

const ROOM = 4 * 1024 * 1024;
/** Numbers of `Runner` in assembly/engine/parse-exports.ts. */
const RUNNER = { json: 0, query: 1, cookies: 3, target: 4, headers: 5 } as const;
const QUESTION_MARK = 0x3f;

/** An instance of the engine with room for a request. */
class Instance {
  readonly exports: Exports;
  private readonly room: number;
  private memory: Uint8Array;

  constructor(module: WebAssembly.Module) {
    const abort = (): void => {
      throw new Error("the engine trapped");
    };
    this.exports = new WebAssembly.Instance(module, { env: { abort } }).exports as unknown as Exports;
    this.room = this.exports["allocate"]!(ROOM) >>> 0;
    this.memory = new Uint8Array(this.exports.memory.buffer);
  }

  /** Copies bytes to `offset` of the room, and answers where that is. */
  put(bytes: Uint8Array, offset = 0): number {
    // The memory may have grown, which leaves this view empty.
    if (this.memory.length === 0) this.memory = new Uint8Array(this.exports.memory.buffer);
    this.memory.set(bytes, this.room + offset);
    return this.room + offset;
  }
}

export class WardgateContender implements Contender {
  readonly name: string;
  private readonly instance: Instance;
  private readonly begin: Exported;
  private readonly body: Exported;
  private readonly end: Exported;
  private requests: readonly EngineRequest[] = [];

  /** Throws when the configuration is refused. */
  constructor(name: string, module: WebAssembly.Module, configuration: object) {
    this.name = name;
    this.instance = new Instance(module);
    const { exports } = this.instance;
    const text = new TextEncoder().encode(JSON.stringify(configuration));
    if (exports["configure"]!(this.instance.put(text), text.length) === 0) {
      throw new Error(`${name}: the engine refuses the configuration`);
    }
    this.begin = exports["beginTransaction"]!;
    this.body = exports["requestBody"]!;
    this.end = exports["endTransaction"]!;
  }

  prepare({ requests }: EngineInput): void {
    this.requests = requests;
  }

  run(index: number): boolean {
    return this.runOnce(this.requests[index]!);
  }

  runOnce({ head, body }: EngineRequest): boolean {
    const at = this.instance.put(head);
    const isWhole = body.length === 0 ? 1 : 0;
    let verdict = this.begin(at, head.length, 0, 0, isWhole);
    if (!isWhole) {
      verdict = this.body(this.instance.put(body, head.length), body.length, 1);
    }
    this.end();
    return verdict !== 0;
  }
}

/** The parsers alone: header pairs, target, query, cookies and JSON into inputs that nobody looks at. */
export class ParseContender implements Contender {
  readonly name = "parse";
  private readonly instance: Instance;
  private readonly parse: Exported;
  private requests: readonly EngineRequest[] = [];

  constructor(module: WebAssembly.Module) {
    this.instance = new Instance(module);
    this.parse = this.instance.exports["parseRun"]!;
  }

  prepare({ requests }: EngineInput): void {
    this.requests = requests;
  }

  run(index: number): boolean {
    return this.runOnce(this.requests[index]!);
  }

  runOnce({ head, target, cookies, body }: EngineRequest): boolean {
    this.part(RUNNER.headers, head);
    this.part(RUNNER.target, target);
    this.part(RUNNER.cookies, cookies);
    const question = target.indexOf(QUESTION_MARK);
    if (question >= 0) this.part(RUNNER.query, target.subarray(question + 1));
    if (body.length > 0) this.part(RUNNER.json, body);
    return false;
  }

  private part(runner: number, bytes: Uint8Array): void {
    this.parse(runner, this.instance.put(bytes), bytes.length, 0, 0);
  }
}
