// From samples to figures: medians over the rounds; differences are taken within a round, so that a noisy minute hits both sides.
import { type Memory, median, quantile, type Sample } from "./measure.ts";
import type { Scenario } from "./scenarios.ts";
import { BASELINE } from "./variants.ts";

/** Over the rounds. */
export interface Spread {
  median: number;
  min: number;
  max: number;
  /** First and third quartile. */
  q1: number;
  q3: number;
}

export interface Summary {
  /** Id of the scenario. */
  scenario: string;
  variant: string;
  rounds: number;
  /** Microseconds of Envoy CPU per request. */
  cpuMicros: Spread;
  /** Difference to the no-op filter in the same round, in microseconds. */
  overNoop: Spread;
  /** The difference per byte of the body, in nanoseconds; absent where there is no body. */
  nsPerByte?: number;
  /** Median of cpuMicros over that of the no-op filter. */
  ratioToNoop: number;
  requestsPerSecond: number;
  p50Ms: number;
  p99Ms: number;
  memory: Memory;
}

/** What was measured of one variant in one scenario, in the order of the rounds. */
export interface Measurement {
  variant: string;
  samples: Sample[];
  memory: Memory;
}

export function summarise(scenario: Scenario, measurements: readonly Measurement[]): Summary[] {
  const baseline = measurements.find(({ variant }) => variant === BASELINE)!.samples;
  const noop = baseline.map((sample) => sample.cpuMicros);
  return measurements.map(({ variant, samples, memory }) => {
    const cpu = samples.map((sample) => sample.cpuMicros);
    const overNoop = spread(cpu.map((value, round) => value - noop[round]!));
    const { bodyBytes } = scenario;
    return {
      ...{ scenario: scenario.id, variant, rounds: samples.length },
      ...{ cpuMicros: spread(cpu), overNoop },
      ...(bodyBytes > 0 && { nsPerByte: (overNoop.median * 1000) / bodyBytes }),
      ratioToNoop: median(cpu) / median(noop),
      requestsPerSecond: median(samples.map((sample) => sample.requestsPerSecond)),
      p50Ms: median(samples.map((sample) => sample.p50Ms)),
      p99Ms: median(samples.map((sample) => sample.p99Ms)),
      memory,
    };
  });
}

/** What two variants differ in, within the rounds. */
export interface Comparison {
  scenario: string;
  variant: string;
  against: string;
  /** Microseconds of CPU per request; below 0: `variant` takes less. */
  micros: Spread;
}

/** Each of the variants of these names against the first of them. */
export function compareToFirst(
  { id }: Scenario,
  measurements: readonly Measurement[],
  names: readonly string[],
): Comparison[] {
  const [first, ...others] = names.map((name) => measurements.find(({ variant }) => variant === name)!);
  return others.map(({ variant, samples }) => {
    const differences = samples.map(({ cpuMicros }, round) => cpuMicros - first!.samples[round]!.cpuMicros);
    return { scenario: id, variant, against: first!.variant, micros: spread(differences) };
  });
}

export function spread(values: readonly number[]): Spread {
  return {
    ...{ median: median(values), min: Math.min(...values), max: Math.max(...values) },
    ...{ q1: quantile(values, 0.25), q3: quantile(values, 0.75) },
  };
}
