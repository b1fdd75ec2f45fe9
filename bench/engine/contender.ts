// Something that judges requests, or does a part of that, to be timed against others.
import type { EngineInput, EngineRequest } from "./inputs.ts";

export interface Contender {
  name: string;
  /** Makes ready what is not to be timed. */
  prepare(input: EngineInput): void;
  /** Judges the request of this number; true: something was found. */
  run(index: number): boolean;
  /** Judges one that was not prepared. */
  runOnce(request: EngineRequest): boolean;
}

/** Microseconds of CPU time per request of one contender on one input, in the order of the rounds. */
export interface Timing {
  contender: string;
  micros: number[];
  /** Benign requests in which something was found. */
  found: number;
}

const WARM_UP_MS = 150;

/** Takes all contenders through an input, a slice of each in turn in every round. */
export function race(
  contenders: readonly Contender[],
  input: EngineInput,
  rounds: number,
  sliceMs: number,
): Timing[] {
  const timings = contenders.map(({ name }): Timing => ({ contender: name, micros: [], found: 0 }));
  const counts = contenders.map((contender, i) => {
    contender.prepare(input);
    timings[i]!.found = input.requests.filter((_, index) => contender.run(index)).length;
    return howMany(contender, input, sliceMs);
  });
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < contenders.length; turn++) {
      const i = (round + turn) % contenders.length;
      timings[i]!.micros.push(timed(contenders[i]!, input, counts[i]!));
    }
  }
  return timings;
}

/** Warms up, and answers how many runs a slice has: whole turns of all requests. */
function howMany(contender: Contender, input: EngineInput, sliceMs: number): number {
  const { length } = input.requests;
  const started = performance.now();
  let turns = 0;
  do {
    for (let index = 0; index < length; index++) contender.run(index);
    turns++;
  } while (performance.now() - started < WARM_UP_MS);
  const perTurn = (performance.now() - started) / turns;
  return length * Math.max(1, Math.round(sliceMs / perTurn));
}

/** CPU time of the process, collector's included: another process on the same core is not in it. */
function timed(contender: Contender, { requests }: EngineInput, count: number): number {
  const before = process.cpuUsage();
  for (let i = 0; i < count; i++) contender.run(i % requests.length);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / count;
}
