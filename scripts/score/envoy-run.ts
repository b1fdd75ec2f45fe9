// Sends cases through a real Envoy with the filter in block mode: the sample configuration, before an upstream that answers 200 to
// everything. Which rules matched is read from the events in Envoy's log, joined by the id that the block page names.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { setTimeout as sleep } from "node:timers/promises";
import { parse, stringify } from "yaml";
import { UsageError } from "../cli/output.ts";
import { findEnvoy } from "../envoy/binary.ts";
import { Envoy, type LogLine } from "../envoy/process.ts";
import { sampleConfig } from "../envoy/sample.ts";
import type { Case } from "./cases.ts";
import type { Outcome } from "./outcome.ts";
import { MARKER, Upstream } from "./upstream.ts";
import { requestBytes } from "./wire.ts";
import { type Answer, NoAnswer, WireClient } from "./wire-client.ts";

export interface EnvoyRun {
  /** Wardgate's configuration. */
  configuration: object;
  /** How many connections at once. */
  connections: number;
  onProgress: (done: number) => void;
}

export interface EnvoyResult {
  version: string;
  outcomes: Outcome[];
}

/** Relative to dist/wardgate.mjs, and to this file. */
const MODULES = ["../build/wardgate.wasm", "../../build/wardgate.wasm"];
const EVENT = '{"event":"wardgate.security_event"';
const EVENT_ID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/;
/** Of grpc-status: what a block is called there, as its HTTP status is always 200. */
const PERMISSION_DENIED = "7";
const LOG_PATIENCE_MS = 2000;

export async function runThroughEnvoy(cases: readonly Case[], run: EnvoyRun): Promise<EnvoyResult> {
  const module = MODULES.map((place) => fileURLToPath(new URL(place, import.meta.url))).find(existsSync);
  if (module === undefined) throw new UsageError("wardgate.wasm is missing: run `npm run build` first.");
  const binary = await findEnvoy();
  const events = new Map<string, string[]>();
  const upstream = await Upstream.start();
  try {
    const envoy = await Envoy.start({
      binary: binary.path,
      config: quietSample(module, upstream.port, run.configuration),
      onLog: (line) => noteEvent(line, events),
    });
    try {
      const answers = await sendAll(cases, await envoy.listenerPort(), run);
      await untilLogged(answers, events);
      return { version: binary.version, outcomes: answers.map((answer) => outcomeOf(answer, events)) };
    } finally {
      await envoy.stop();
    }
  } finally {
    upstream.stop();
  }
}

/** The sample without its access log, which costs more than all the rest. */
function quietSample(module: string, upstreamPort: number, configuration: object): string {
  const local = { host: "127.0.0.1", port: 0 };
  const text = sampleConfig({
    ...{ listen: local, adminPort: 0, module, upstream: { host: "127.0.0.1", port: upstreamPort } },
    configuration: JSON.stringify(configuration),
  });
  // The bootstrap is Envoy's to understand; this only takes one part out.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  const bootstrap = parse(text) as any;
  delete bootstrap.static_resources.listeners[0].filter_chains[0].filters[0].typed_config.access_log;
  return stringify(bootstrap);
}

async function sendAll(cases: readonly Case[], port: number, run: EnvoyRun): Promise<(Answer | Error)[]> {
  const answers = new Array<Answer | Error>(cases.length);
  let next = 0;
  let done = 0;
  const worker = async (): Promise<void> => {
    const client = new WireClient(port);
    for (let i = next++; i < cases.length; i = next++) {
      answers[i] = await client
        .send(requestBytes(cases[i]!), cases[i]!.method === "HEAD")
        .catch((error: Error) => error);
      run.onProgress(++done);
    }
    client.close();
  };
  await Promise.all(Array.from({ length: run.connections }, worker));
  return answers;
}

function outcomeOf(answer: Answer | Error, events: Map<string, string[]>): Outcome {
  if (answer instanceof Error) {
    if (!(answer instanceof NoAnswer)) throw answer;
    return { kind: "error", rules: [], status: 0, error: answer.message };
  }
  const { status, head } = answer;
  const rules = events.get(eventId(answer)) ?? [];
  if (head.headers.has(MARKER)) return { kind: "passed", rules, status, error: "" };
  return { kind: isBlock(answer) ? "blocked" : "rejected", rules, status, error: "" };
}

function isBlock({ status, head: { headers } }: Answer): boolean {
  return status === 403 || (status === 200 && headers.get("grpc-status") === PERMISSION_DENIED);
}

/** The security response ID of a block page; empty where there is none. */
function eventId({ body, head }: Answer): string {
  return EVENT_ID.exec(body + (head.headers.get("grpc-message") ?? ""))?.[0] ?? "";
}

function noteEvent({ message }: LogLine, events: Map<string, string[]>): void {
  const at = message.indexOf(EVENT);
  if (at < 0) return;
  try {
    const { id, rules } = JSON.parse(message.slice(at)) as { id: string; rules: string[] };
    events.set(id, rules);
  } catch {
    // Not an event after all: its case stays without rule ids.
  }
}

/** The log comes by another way than the answers: waits until it has caught up with them, for a while. */
async function untilLogged(answers: (Answer | Error)[], events: Map<string, string[]>): Promise<void> {
  const ids = answers.flatMap((answer) => (answer instanceof Error ? [] : [eventId(answer)]));
  const deadline = Date.now() + LOG_PATIENCE_MS;
  while (Date.now() < deadline && ids.some((id) => id !== "" && !events.has(id))) await sleep(50);
}
