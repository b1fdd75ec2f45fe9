// One engine for one target: runs an input whole, cut, with little room, between other bytes, and behind other inputs.
import { loadEngine, type EngineExports } from "../engine/engine-module.js";
import { splitTyped } from "./sample.ts";
import type { Target } from "./target.ts";

/** Longest input. */
export const INPUT_BYTES = 1 << 20;
/** Bytes before and behind an input that are not its own. */
const MARGIN = 64;
/** What an input ends before: bytes that would be read as more of it. */
const TAILS = ['"}]=1&\\u0041%41;\r\n--b0--\r\n-->]]></a>', "\0", "0", "aA", "\ufeff\n"].map((tail) =>
  Buffer.from(tail.repeat(MARGIN).slice(0, MARGIN)).subarray(0, MARGIN),
);

export interface Run {
  /** As the engine wrote it (assembly/engine/parse-exports.ts). */
  list: Buffer;
  anomalies: bigint;
}

export interface RunOptions {
  /** Bytes fed at a time; 0: all, in place. */
  chunk?: number;
  /** Chunks have sizes from 1 to `chunk`, by this seed. */
  cuts?: number;
  /** Inputs there is room for between two drains; 0: as many as there can be. */
  room?: number;
  /** Number of what stands around the input. */
  around?: number;
  isListed?: boolean;
}

/** Runs the inputs of one target in an engine of its own. */
export interface InputDriver {
  /** Bytes of the longest list so far. */
  readonly longestList: number;
  /** Bytes of memory that the engine has. */
  readonly memory: number;
  run(bytes: Uint8Array, options?: RunOptions): Run;
  /** `runner` other than the target's is given the bytes as they are. */
  runBody(type: string | undefined, body: Uint8Array, options?: RunOptions, runner?: number): Run;
  /** Feeds the bytes and leaves the stream as it is then. */
  abandon(bytes: Uint8Array): void;
  split(bytes: Uint8Array): { type: string | undefined; body: Uint8Array };
}

export class Driver implements InputDriver {
  longestList = 0;
  private readonly engine: EngineExports;
  private readonly at: number;
  private readonly typeAt: number;

  constructor(private readonly target: Target) {
    this.engine = loadEngine();
    this.at = this.engine["allocate"]!(INPUT_BYTES + 2 * MARGIN) + MARGIN;
    this.typeAt = this.engine["allocate"]!(INPUT_BYTES);
  }

  get memory(): number {
    return this.engine.memory.buffer.byteLength;
  }

  run(bytes: Uint8Array, options: RunOptions = {}): Run {
    const { type, body } = this.split(bytes);
    return this.runBody(type, body, options);
  }

  runBody(
    type: string | undefined,
    body: Uint8Array,
    options: RunOptions = {},
    runner: number = this.target.runner,
  ): Run {
    const { engine } = this;
    const { chunk = 0, cuts = 0, room = 0, around = 0, isListed = true } = options;
    this.declare(runner === this.target.runner ? type : undefined);
    this.place(body, around);
    engine["parseCuts"]!(cuts);
    engine["parseLimitRoom"]!(room);
    const length = engine["parseRun"]!(runner, this.at, body.length, chunk, isListed ? 1 : 0);
    this.longestList = Math.max(this.longestList, length);
    const listAt = engine["parseListAt"]!();
    const list = Buffer.from(new Uint8Array(engine.memory.buffer, listAt, length));
    return { list, anomalies: BigInt.asUintN(64, engine["parseAnomalies"]!() as unknown as bigint) };
  }

  abandon(bytes: Uint8Array): void {
    const { type, body } = this.split(bytes);
    this.declare(type);
    this.place(body, 0);
    this.engine["parseLimitRoom"]!(0);
    this.engine["parseAbandoned"]!(this.target.runner, this.at, body.length);
  }

  split(bytes: Uint8Array): { type: string | undefined; body: Uint8Array } {
    return this.target.isTyped ? splitTyped(bytes) : { type: undefined, body: bytes };
  }

  private declare(type: string | undefined): void {
    if (this.target.configure !== undefined) {
      this.target.configure(this.engine, type ?? "");
      return;
    }
    const bytes = Buffer.from(type ?? "", "latin1");
    new Uint8Array(this.engine.memory.buffer, this.typeAt, bytes.length).set(bytes);
    this.engine["parseDeclare"]!(this.typeAt, bytes.length);
  }

  private place(body: Uint8Array, around: number): void {
    const tail = TAILS[around % TAILS.length]!;
    const memory = new Uint8Array(this.engine.memory.buffer);
    memory.set(tail, this.at - MARGIN);
    memory.set(body, this.at);
    memory.set(tail, this.at + body.length);
  }
}
