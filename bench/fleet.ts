// The Envoys of the bench, side by side: one that answers at once as the upstream, and before it one without a filter, one with a filter
// that does nothing and one with Wardgate. All three come from envoy/envoy.yaml and differ in the filter only.
import { fork, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parse, stringify } from "yaml";
import { Envoy } from "../scripts/envoy/process.ts";
import { sampleConfig } from "../scripts/envoy/sample.ts";
import type { LoadResult } from "./load-client.ts";
import type { LoadOrder } from "./load-worker.ts";

export const VARIANTS = ["plain", "no-op", "wardgate"] as const;
export type Variant = (typeof VARIANTS)[number];

export interface Modules {
  noop: string;
  wardgate: string;
}

const LOCAL = { host: "127.0.0.1", port: 0 };
const UPSTREAM_BODY = '{"items":[{"id":1,"name":"Lamp","price":39.5},{"id":2,"name":"Desk","price":249}]}';

export interface Target {
  envoy: Envoy;
  port: number;
}

export class Fleet {
  readonly targets: Record<Variant, Target>;
  private readonly upstream: Envoy;
  private readonly worker: ChildProcess;

  private constructor(targets: Record<Variant, Target>, upstream: Envoy, worker: ChildProcess) {
    this.targets = targets;
    this.upstream = upstream;
    this.worker = worker;
  }

  static async start(binary: string, modules: Modules): Promise<Fleet> {
    const start = (config: string): Promise<Envoy> => Envoy.start({ binary, config, onLog: () => {} });
    const upstream = await start(upstreamConfig());
    const upstreamPort = await upstream.listenerPort();
    const targets = {} as Record<Variant, Target>;
    for (const variant of VARIANTS) {
      const envoy = await start(variantConfig(variant, modules, upstreamPort));
      targets[variant] = { envoy, port: await envoy.listenerPort() };
    }
    const worker = fork(fileURLToPath(new URL("load-worker.ts", import.meta.url)), {
      execArgv: ["--import", "tsx"],
    });
    return new Fleet(targets, upstream, worker);
  }

  /** Runs one order on the load generator. */
  load(order: LoadOrder): Promise<LoadResult> {
    return new Promise((resolve, reject) => {
      this.worker.once("message", (result) => resolve(result as LoadResult));
      this.worker.send(order, (error) => (error ? reject(error) : undefined));
    });
  }

  async stop(): Promise<void> {
    this.worker.disconnect();
    await Promise.all(
      [this.upstream, ...VARIANTS.map((variant) => this.targets[variant].envoy)].map((envoy) => envoy.stop()),
    );
  }
}

// The bootstrap is Envoy's to understand; the bench only reaches into it.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Bootstrap = any;

function connectionManager(bootstrap: Bootstrap): Bootstrap {
  return bootstrap.static_resources.listeners[0].filter_chains[0].filters[0].typed_config;
}

function variantConfig(variant: Variant, modules: Modules, upstreamPort: number): string {
  const module = variant === "wardgate" ? modules.wardgate : modules.noop;
  const bootstrap: Bootstrap = parse(
    sampleConfig({
      listen: LOCAL,
      adminPort: 0,
      upstream: { host: "127.0.0.1", port: upstreamPort },
      module,
    }),
  );
  const manager = connectionManager(bootstrap);
  // Writing access logs costs all of them the same and the measurement its calm.
  delete manager.access_log;
  if (variant === "plain") manager.http_filters.shift();
  return stringify(bootstrap);
}

/**
 * An Envoy that answers every request itself, once it has it whole: a reply before the end of a body would close the
 * connection, and the bench would measure the Envoys before it connect anew for every POST.
 */
function upstreamConfig(): string {
  const bootstrap: Bootstrap = parse(sampleConfig({ listen: LOCAL, adminPort: 0 }));
  const manager = connectionManager(bootstrap);
  delete manager.access_log;
  manager.http_filters.shift();
  manager.http_filters.unshift({
    name: "envoy.filters.http.buffer",
    typed_config: {
      "@type": "type.googleapis.com/envoy.extensions.filters.http.buffer.v3.Buffer",
      max_request_bytes: 8 * 1024 * 1024,
    },
  });
  manager.route_config.virtual_hosts[0].routes = [
    {
      match: { prefix: "/" },
      direct_response: { status: 200, body: { inline_string: UPSTREAM_BODY } },
      response_headers_to_add: [{ header: { key: "content-type", value: "application/json" } }],
    },
  ];
  return stringify(bootstrap);
}
