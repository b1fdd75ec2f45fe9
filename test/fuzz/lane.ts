// The fuzzing of one target from outside: a worker, a watch over it, and a new worker when the old one hangs.
import { Worker } from "node:worker_threads";
import type { Finding, Tally } from "./session.ts";
import {
  BEATS,
  HEAD_BYTES,
  LENGTH,
  SHARED_BYTES,
  STOP,
  type Slice,
  type SliceResult,
  type WorkerSetup,
} from "./worker.ts";

/** An input that takes longer is a finding. */
const HANG_MS = 20_000;
const WATCH_MS = 1000;

/** A thread does not know TypeScript by itself. */
const START = `import("tsx/esm/api").then((tsx) => {
  tsx.register();
  return import(${JSON.stringify(new URL("worker.ts", import.meta.url).href)});
});`;

export class Lane {
  tally: Tally = { inputs: 0, corpus: 0, features: 0, valid: 0, findings: 0, accepted: 0 };
  findings: Finding[] = [];
  found: Uint8Array[] = [];
  milliseconds = 0;
  private readonly shared = new SharedArrayBuffer(SHARED_BYTES);
  private readonly head = new Int32Array(this.shared, 0, 3);
  private worker: Worker | undefined;
  private slices = 0;
  /** Tallies of workers that are gone. */
  private before: Tally = { ...this.tally };

  constructor(
    readonly name: string,
    private readonly seed: number,
  ) {}

  /** Fuzzes for that long. */
  async run(milliseconds: number): Promise<void> {
    const started = performance.now();
    const worker = (this.worker ??= this.start());
    const slice: Slice = { milliseconds, replays: this.slices++ === 0 };
    const result = await this.watched(worker, slice);
    if (result === undefined) await this.replace();
    else this.take(result);
    this.milliseconds += performance.now() - started;
  }

  stop(): void {
    Atomics.store(this.head, STOP, 1);
  }

  async close(): Promise<void> {
    await this.worker?.terminate();
    this.worker = undefined;
  }

  /** Inputs so far, with those of a slice under way. */
  get beats(): number {
    return Atomics.load(this.head, BEATS);
  }

  private start(): Worker {
    const workerData: WorkerSetup = { target: this.name, seed: this.seed + this.slices, shared: this.shared };
    const worker = new Worker(START, { eval: true, workerData });
    worker.setMaxListeners(0);
    return worker;
  }

  /** The result; undefined when the parser does not come back. */
  private watched(worker: Worker, slice: Slice): Promise<SliceResult | undefined> {
    return new Promise((resolve, reject) => {
      let beats = -1;
      let since = performance.now();
      const watch = setInterval(() => {
        if (this.beats !== beats) {
          beats = this.beats;
          since = performance.now();
        } else if (performance.now() - since > HANG_MS) {
          settle(undefined);
        }
      }, WATCH_MS);
      const onMessage = (result: SliceResult) => settle(result);
      const onError = (error: Error) => {
        clearInterval(watch);
        reject(error);
      };
      const settle = (result: SliceResult | undefined) => {
        clearInterval(watch);
        worker.off("message", onMessage);
        worker.off("error", onError);
        resolve(result);
      };
      worker.on("message", onMessage);
      worker.on("error", onError);
      worker.postMessage(slice);
    });
  }

  private take({ tally, findings, found }: SliceResult): void {
    const { before } = this;
    this.tally = {
      ...tally,
      inputs: before.inputs + tally.inputs,
      valid: before.valid + tally.valid,
      findings: before.findings + tally.findings,
      accepted: before.accepted + tally.accepted,
    };
    this.findings.push(...findings);
    this.found = found;
  }

  /** The input under way is what the worker hangs on. */
  private async replace(): Promise<void> {
    const bytes = new Uint8Array(this.shared.slice(HEAD_BYTES, HEAD_BYTES + Atomics.load(this.head, LENGTH)));
    this.tally.findings++;
    this.before = { ...this.tally };
    this.findings.push({
      target: this.name,
      property: "hang",
      kind: "",
      detail: `no answer for ${HANG_MS / 1000} s`,
      bytes,
    });
    await this.close();
  }
}
