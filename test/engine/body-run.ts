// Runs bodies through the engine's parsers, and compares what comes out however they are cut.
import assert from "node:assert/strict";
import { give, loadEngine } from "./engine-module.js";
import { ADDRESS, KIND, parseRun, type ParseRun } from "./parse-run.js";

export const engine = loadEngine();
/** Runs of the properties are multiplied by this for a longer search. */
export const SCALE = Number(process.env["WARDGATE_FUZZ_SCALE"] ?? 1);

/** Parses a body whose content type declares that boundary. */
export function runWith(boundary: string, runner: number, bytes: Uint8Array | string, chunk = 0): ParseRun {
  const { at, len } = give(engine, boundary);
  engine["parseBoundary"]!(at, len);
  engine["release"]!(at);
  const run = parseRun(engine, runner, bytes, chunk);
  engine["parseBoundary"]!(0, 0);
  return run;
}

/** `address kind path=value` of each input, without containers. */
export function shown(run: ParseRun): string[] {
  const names = ["string", "key", "number", "boolean", "null", "container"];
  return run.inputs
    .filter((input) => input.kind !== KIND.container)
    .map(
      (input) =>
        `${ADDRESS[input.address] ?? input.address} ${names[input.kind]} ${input.path.join(".")}=${input.value.toString()}`,
    );
}

export function assertChunked(
  run: (bytes: Uint8Array, chunk: number) => ParseRun,
  bytes: Uint8Array,
  chunks = [1, 2, 3, 5, 16, 61],
): void {
  const sorted = (one: ParseRun) => one.list.split("\n").sort();
  const whole = run(bytes, 0);
  for (const chunk of chunks) {
    const chunked = run(bytes, chunk);
    assert.deepEqual(sorted(chunked), sorted(whole), `chunks of ${chunk}`);
    assert.equal(chunked.anomalyBits, whole.anomalyBits, `anomalies in chunks of ${chunk}`);
  }
  for (const room of [3, 4, 7]) {
    engine["parseLimitRoom"]!(room);
    const drained = run(bytes, 9);
    engine["parseLimitRoom"]!(0);
    assert.deepEqual(sorted(drained), sorted(whole), `with room for ${room}`);
  }
}
