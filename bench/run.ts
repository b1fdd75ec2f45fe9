// One scenario on all Envoys: are the verdicts right, then rounds of short slices of every variant in turn. What else the machine does
// meanwhile hits all of them alike.
import { setTimeout as sleep } from "node:timers/promises";
import type { Fleet, Target } from "./fleet.ts";
import type { LoadRequest } from "./load.ts";
import type { LoadOrder } from "./load-worker.ts";
import { combine, measure, memoryOf, type Slice } from "./measure.ts";
import type { Scenario } from "./scenarios.ts";
import type { Measurement } from "./summary.ts";

export interface Pace {
  rounds: number;
  /** Of each variant in a round. */
  seconds: number;
  warmUpMs: number;
}

type Order = Omit<LoadOrder, "port">;

const SLICES = 5;
/** A slice that is much shorter than its answers says nothing. */
const SLICE_MS = 100;
const GRPC_DENIED = 7;
const STATS_MS = 100;
const STATS_TRIES = 50;

export async function runScenario(
  fleet: Fleet,
  scenario: Scenario,
  pace: Pace,
  onRound: (round: number) => void,
): Promise<Measurement[]> {
  await checkVerdicts(fleet, scenario, pace.warmUpMs);
  const measurements = fleet.targets.map((target): Measurement => {
    return { variant: target.variant.name, samples: [], memory: { rssBytes: 0 } };
  });
  const sliceCount = Math.max(1, Math.min(SLICES, Math.floor((pace.seconds * 1000) / SLICE_MS)));
  const durationMs = (pace.seconds * 1000) / sliceCount;
  for (let round = 0; round < pace.rounds; round++) {
    onRound(round);
    const slices = fleet.targets.map((): Slice[] => []);
    for (let turn = 0; turn < sliceCount * slices.length; turn++) {
      const index = (round + turn) % slices.length;
      const target = fleet.targets[index]!;
      slices[index]!.push(await measure(fleet, target, orderFor(target, scenario, { durationMs })));
    }
    measurements.forEach(({ samples }, index) => samples.push(combine(slices[index]!)));
  }
  for (const [index, target] of fleet.targets.entries()) {
    measurements[index]!.memory = await memoryOf(target.envoy);
  }
  return measurements;
}

/** Warms every Envoy up, and makes sure that the filter judges: benign passes everywhere, attacks are blocked or reported. */
async function checkVerdicts(fleet: Fleet, scenario: Scenario, warmUpMs: number): Promise<void> {
  for (const blocks of [false, true]) {
    const requests = scenario.measured.map(({ bytes, isAttack }) =>
      expected(scenario, bytes, isAttack && blocks),
    );
    fleet.give(measuredName(blocks), requests);
    fleet.give(
      attacksName(blocks),
      scenario.attacks.map((bytes) => expected(scenario, bytes, blocks)),
    );
  }
  for (const target of fleet.targets) {
    await measure(fleet, target, orderFor(target, scenario, { durationMs: warmUpMs }));
  }
  const judging = fleet.targets.filter(({ variant }) => variant.filter?.judges);
  const before = await Promise.all(judging.map(reports));
  for (const target of fleet.targets) {
    const order = orderFor(target, scenario, { count: scenario.attacks.length });
    await measure(fleet, target, { ...order, requests: attacksName(blocks(target)) }).catch(
      (error: Error) => {
        throw new Error(`the attack must be ${blocks(target) ? "blocked" : "let through"}; ${error.message}`);
      },
    );
  }
  await Promise.all(judging.map((target, i) => untilReported(target, before[i]! + scenario.attacks.length)));
}

/** A filter that lets everything pass unseen would look fast: what it does not block, it must report. */
async function untilReported(target: Target, count: number): Promise<void> {
  for (let i = 0; i < STATS_TRIES; i++) {
    if ((await reports(target)) >= count) return;
    await sleep(STATS_MS);
  }
  throw new Error(`${target.variant.name}: the attack was not reported`);
}

/** Transactions blocked or reported so far, as of the last second. */
async function reports(target: Target): Promise<number> {
  const stats = await target.envoy.stats("wardgate_(blocked|monitored|reset)$");
  return [...stats.values()].reduce((sum, value) => sum + value, 0);
}

function orderFor(target: Target, scenario: Scenario, until: Pick<Order, "durationMs" | "count">): Order {
  return {
    protocol: scenario.setup.grpc ? "grpc" : "http1",
    ...{ connections: scenario.connections, requests: measuredName(blocks(target)), ...until },
  };
}

function expected({ setup }: Scenario, bytes: Buffer, isBlocked: boolean): LoadRequest {
  if (setup.grpc) return { bytes, status: isBlocked ? GRPC_DENIED : 0 };
  return { bytes, status: isBlocked ? 403 : 200 };
}

function blocks({ variant }: Target): boolean {
  return variant.filter?.blocks === true;
}

function measuredName(blocking: boolean): string {
  return blocking ? "measured, blocking" : "measured";
}

function attacksName(blocking: boolean): string {
  return blocking ? "attacks, blocking" : "attacks";
}
