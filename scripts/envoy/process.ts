// One running Envoy: started from a configuration text, ready when its admin says so, stopped with everything it left behind.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";

/** One line of Envoy's log. `level` is a word such as `warning`; continuation lines come with the level `""`. */
export interface LogLine {
  level: string;
  logger: string;
  message: string;
}

export interface EnvoyOptions {
  binary: string;
  /** YAML text of the whole bootstrap; its admin port should be 0. */
  config: string;
  concurrency?: number;
  logLevel?: string;
  wasmLogLevel?: string;
  onLog?: (line: LogLine) => void;
  /** Lines on stdout: the sample's access log. */
  onAccess?: (line: string) => void;
}

/** Envoy ended before it was ready; `log` is what it said. */
export class EnvoyFailed extends Error {
  override name = "EnvoyFailed";
  readonly log: LogLine[];

  constructor(message: string, log: LogLine[]) {
    super(message);
    this.log = log;
  }
}

const LOG_FORMAT = "[%T.%e][%l][%n] %v";
const LOG_LINE = /^\[[\d:.]+\]\[(\w+)\]\[(\w+)\] (.*)$/s;
const READY_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 5_000;

export class Envoy {
  readonly pid: number;
  /** Base URL of the admin interface. */
  readonly admin: string;
  /** Resolves with the exit code when the process has ended. */
  readonly exited: Promise<number | null>;
  private readonly child: ChildProcess;
  private readonly directory: string;
  private readonly onExit: () => void;

  private constructor(
    child: ChildProcess,
    admin: string,
    exited: Promise<number | null>,
    directory: string,
    onExit: () => void,
  ) {
    this.child = child;
    this.pid = child.pid!;
    this.admin = admin;
    this.exited = exited;
    this.directory = directory;
    this.onExit = onExit;
  }

  /** Starts Envoy and waits until it is live. Throws EnvoyFailed. */
  static async start(options: EnvoyOptions): Promise<Envoy> {
    const directory = await mkdtemp(join(tmpdir(), "wardgate-envoy-"));
    const adminFile = join(directory, "admin");
    const configFile = join(directory, "envoy.yaml");
    await writeFile(configFile, options.config);
    const child = spawn(options.binary, envoyArguments(options, configFile, adminFile), {
      stdio: ["ignore", "pipe", "pipe"],
    });
    const onExit = (): void => {
      child.kill("SIGKILL");
      rmSync(directory, { recursive: true, force: true });
    };
    process.once("exit", onExit);
    const log: LogLine[] = [];
    const keep = collectLines(child, options, log);
    const exited = new Promise<number | null>((resolve) => {
      child.once("close", (code) => resolve(code));
      child.once("error", () => resolve(-1));
    });
    const admin = await untilLive(adminFile, exited);
    keep.starting = false;
    if (admin !== undefined) return new Envoy(child, admin, exited, directory, onExit);
    process.removeListener("exit", onExit);
    onExit();
    throw new EnvoyFailed("Envoy ended before it was ready", log);
  }

  async get(path: string): Promise<string> {
    const response = await fetch(this.admin + path, { headers: { connection: "close" } });
    return response.text();
  }

  /** Port of the listener called `name`. */
  async listenerPort(name = "api"): Promise<number> {
    const { listener_statuses } = JSON.parse(await this.get("/listeners?format=json")) as ListenersReply;
    const port = listener_statuses?.find((status) => status.name === name)?.local_address.socket_address
      .port_value;
    if (port === undefined) throw new Error(`Envoy has no listener called ${name}`);
    return port;
  }

  /** Counters and gauges whose name matches the regular expression `filter`. */
  async stats(filter: string): Promise<Map<string, number>> {
    const text = await this.get(`/stats?filter=${encodeURIComponent(filter)}`);
    const entries = text.split("\n").map((line) => /^(.+): (\d+)$/.exec(line));
    return new Map(entries.flatMap((match) => (match ? [[match[1]!, Number(match[2])] as const] : [])));
  }

  /** Stops the process and removes its files. */
  async stop(): Promise<void> {
    this.child.kill("SIGTERM");
    const timer = setTimeout(() => this.child.kill("SIGKILL"), STOP_TIMEOUT_MS);
    await this.exited;
    clearTimeout(timer);
    process.removeListener("exit", this.onExit);
    await rm(this.directory, { recursive: true, force: true });
  }
}

interface ListenersReply {
  listener_statuses?: { name: string; local_address: { socket_address: { port_value: number } } }[];
}

function envoyArguments(options: EnvoyOptions, configFile: string, adminFile: string): string[] {
  const wasmLevel = options.wasmLogLevel ?? "info";
  return [
    ...["--config-path", configFile, "--admin-address-path", adminFile, "--disable-hot-restart"],
    ...["--concurrency", String(options.concurrency ?? 1), "--file-flush-interval-msec", "100"],
    ...[
      "--log-level",
      options.logLevel ?? "warning",
      "--component-log-level",
      `wasm:${wasmLevel}`,
      "--log-format",
      LOG_FORMAT,
    ],
  ];
}

/** Passes lines on; those of the start are kept in `log` as well, to explain a failure. */
function collectLines(child: ChildProcess, options: EnvoyOptions, log: LogLine[]): { starting: boolean } {
  const keep = { starting: true };
  createInterface({ input: child.stderr! }).on("line", (text) => {
    const match = LOG_LINE.exec(text);
    const line = match
      ? { level: match[1]!, logger: match[2]!, message: match[3]! }
      : { level: "", logger: "", message: text };
    if (keep.starting) log.push(line);
    options.onLog?.(line);
  });
  createInterface({ input: child.stdout! }).on("line", (text) => options.onAccess?.(text));
  return keep;
}

/** The admin's base URL as soon as it answers LIVE; undefined when Envoy ended instead. */
async function untilLive(adminFile: string, exited: Promise<number | null>): Promise<string | undefined> {
  let ended = false;
  void exited.then(() => (ended = true));
  const deadline = Date.now() + READY_TIMEOUT_MS;
  while (!ended && Date.now() < deadline) {
    const admin = await readFile(adminFile, "utf8").catch(() => "");
    if (admin !== "" && (await isLive(`http://${admin.trim()}`))) return `http://${admin.trim()}`;
    await sleep(25);
  }
  return undefined;
}

async function isLive(admin: string): Promise<boolean> {
  try {
    const response = await fetch(`${admin}/ready`, { headers: { connection: "close" } });
    await response.text();
    return response.status === 200;
  } catch {
    return false;
  }
}
