// The Envoys of the bench, side by side: an upstream that answers at once, and before it one Envoy for each variant. All of them come
// from envoy/envoy.yaml and differ in the filter only.
import { fork, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parse, stringify } from "yaml";
import { Envoy } from "../scripts/envoy/process.ts";
import { sampleConfig } from "../scripts/envoy/sample.ts";
import type { LoadRequest, LoadResult } from "./load.ts";
import type { LoadFailure, LoadMessage, LoadOrder } from "./load-worker.ts";
import {
  type Bootstrap,
  connectionManager,
  GRPC_LISTENER,
  LOCAL,
  upstreamConfig,
  useHttp2,
} from "./upstream.ts";
import type { Variant } from "./variants.ts";

/** What scenarios ask of all Envoys alike; those that ask for the same share them. */
export interface Setup {
  /** Worker threads. */
  workers: number;
  /** The service speaks gRPC. */
  grpc: boolean;
  /** Wardgate's `body_capture_size`, with buffers of Envoy that hold as much; absent: what is shipped. */
  captureBytes?: number;
}

export interface Target {
  variant: Variant;
  envoy: Envoy;
  port: number;
}

export class Fleet {
  targets: Target[] = [];
  private readonly binary: string;
  private readonly variants: readonly Variant[];
  private readonly worker: ChildProcess;
  private upstream: Envoy | undefined;
  private setup = "";

  constructor(binary: string, variants: readonly Variant[]) {
    this.binary = binary;
    this.variants = variants;
    this.worker = fork(fileURLToPath(new URL("load-worker.ts", import.meta.url)), {
      execArgv: ["--import", "tsx"],
    });
  }

  /** Starts the Envoys of a setup, unless they are there already. */
  async prepare(setup: Setup): Promise<void> {
    const key = JSON.stringify(setup);
    if (key === this.setup) return;
    this.setup = key;
    this.upstream ??= await this.start(upstreamConfig());
    await this.stopTargets();
    const port = await this.upstream.listenerPort(setup.grpc ? GRPC_LISTENER : "api");
    for (const variant of this.variants) {
      const envoy = await this.start(targetConfig(variant, setup, port), setup.workers);
      this.targets.push({ variant, envoy, port: await envoy.listenerPort() });
    }
  }

  /** Hands requests to the load generator, for orders to come. */
  give(name: string, requests: readonly LoadRequest[]): void {
    const list = requests.map(({ bytes, status }) => ({ base64: bytes.toString("base64"), status }));
    this.tell({ requests: { name, list } });
  }

  /** Runs one order on the load generator. */
  load(order: LoadOrder): Promise<LoadResult> {
    return new Promise((resolve, reject) => {
      const ended = (): void => reject(new Error("the load generator ended"));
      this.worker.once("exit", ended);
      this.worker.once("message", (result: LoadResult | LoadFailure) => {
        this.worker.removeListener("exit", ended);
        if ("error" in result) reject(new Error(`the load generator failed: ${result.error}`));
        else resolve(result);
      });
      this.tell({ order });
    });
  }

  async stop(): Promise<void> {
    if (this.worker.connected) this.worker.disconnect();
    await Promise.all([this.stopTargets(), this.upstream?.stop()]);
  }

  private tell(message: LoadMessage): void {
    this.worker.send(message);
  }

  private start(config: string, concurrency = 1): Promise<Envoy> {
    return Envoy.start({ binary: this.binary, config, concurrency, onLog: () => {} });
  }

  private async stopTargets(): Promise<void> {
    await Promise.all(this.targets.splice(0).map(({ envoy }) => envoy.stop()));
  }
}

function targetConfig({ filter }: Variant, setup: Setup, upstreamPort: number): string {
  const { captureBytes } = setup;
  const capture = captureBytes === undefined ? {} : { body_capture_size: captureBytes };
  const configuration = { ...filter?.configuration, ...(filter?.judges ? capture : {}) };
  const bootstrap: Bootstrap = parse(
    sampleConfig({
      listen: LOCAL,
      adminPort: 0,
      upstream: { host: LOCAL.host, port: upstreamPort },
      ...(filter && { module: filter.module, configuration: JSON.stringify(configuration) }),
    }),
  );
  const manager = connectionManager(bootstrap);
  // Writing access logs costs all of them the same and the measurement its calm.
  delete manager.access_log;
  if (filter === undefined) manager.http_filters.shift();
  const [cluster] = bootstrap.static_resources.clusters;
  if (setup.grpc) useHttp2(cluster);
  // A thousand connections at once are as many requests at once.
  const many = { max_connections: 4096, max_pending_requests: 4096, max_requests: 4096 };
  cluster.circuit_breakers = { thresholds: [many] };
  if (captureBytes !== undefined) {
    // More than is held, or Envoy answers 413.
    const room = captureBytes + 1024 * 1024;
    bootstrap.static_resources.listeners[0].per_connection_buffer_limit_bytes = room;
    cluster.per_connection_buffer_limit_bytes = room;
  }
  return stringify(bootstrap);
}
