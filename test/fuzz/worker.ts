// One target in a thread of its own, which can be stopped when the parser does not come back.
import { parentPort, workerData } from "node:worker_threads";
import { Session, type Finding, type Tally } from "./session.ts";
import { TARGETS } from "./targets/index.ts";
import { INPUT_BYTES } from "./driver.ts";

export interface WorkerSetup {
  target: string;
  seed: number;
  /** Shared: u32 beats, u32 stop, u32 length of the input under way, then its bytes. */
  shared: SharedArrayBuffer;
}

export interface Slice {
  milliseconds: number;
  /** The kept inputs come first. */
  replays: boolean;
}

export interface SliceResult {
  tally: Tally;
  findings: Finding[];
  /** Inputs with something new, with the last slice's result only when asked for. */
  found: Uint8Array[];
}

export const BEATS = 0;
export const STOP = 1;
export const LENGTH = 2;
export const HEAD_BYTES = 12;
export const SHARED_BYTES = HEAD_BYTES + INPUT_BYTES;

/** Findings are sent with a slice's result; a target that finds more in one slice is done with it. */
const FINDINGS = 50;

async function run(session: Session, head: Int32Array, slice: Slice): Promise<SliceResult> {
  const end = performance.now() + slice.milliseconds;
  const findings: Finding[] = slice.replays ? await session.replay() : [];
  while (performance.now() < end && Atomics.load(head, STOP) === 0 && findings.length < FINDINGS) {
    findings.push(...(await session.step()));
  }
  return {
    tally: session.tally,
    findings,
    found: session.corpus.found().map(({ bytes }) => bytes),
  };
}

if (parentPort !== null) {
  const port = parentPort;
  const { target: name, seed, shared } = workerData as WorkerSetup;
  const head = new Int32Array(shared, 0, 3);
  const input = new Uint8Array(shared, HEAD_BYTES);
  const target = TARGETS.find((one) => one.name === name)!;
  const session = new Session(target, seed, (bytes) => {
    const length = Math.min(bytes.length, input.length);
    input.set(bytes.subarray(0, length));
    Atomics.store(head, LENGTH, length);
    Atomics.add(head, BEATS, 1);
  });
  port.on("message", (slice: Slice) => {
    run(session, head, slice).then(
      (result) => port.postMessage(result),
      (error: unknown) => {
        throw error;
      },
    );
  });
}
