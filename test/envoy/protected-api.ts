// What the end-to-end tests stand on: a real Envoy of a pinned version, started from envoy/envoy.yaml, before a recording upstream.
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parse, stringify } from "yaml";
import { type EnvoyVersion, findEnvoy } from "../../scripts/envoy/binary.ts";
import { Envoy, type LogLine } from "../../scripts/envoy/process.ts";
import { sampleConfig } from "../../scripts/envoy/sample.ts";
import { Http1Client, Http2Client } from "./clients.ts";
import { RecordingUpstream } from "./recording-upstream.ts";
import { TrafficLog, type WardgateEvent } from "./traffic-log.ts";

export const MODULE =
  process.env["WARDGATE_MODULE"] ?? fileURLToPath(new URL("../../build/wardgate.wasm", import.meta.url));
export const BLOCK = '{"mode":"block","hold_headers":true}';

/** A JSON body that no ruleset of ours may block. */
export const BENIGN = `{"user":{"name":"Miles O'Brien","age":36}}`;

/** A JSON body that every ruleset of ours blocks; `mark` is what must not be found in anything the upstream received. */
export function attackBody(mark: string): string {
  return `{"mark":"${mark}","user":{"name":"x' OR 1=1 -- "}}`;
}

export interface Setup {
  version: EnvoyVersion;
  configuration?: string;
  strict?: boolean;
  concurrency?: number;
  /** False: the upstream keeps bytes by request alone, for traffic of many megabytes. */
  keepsRaw?: boolean;
  /** Changes the parsed bootstrap before Envoy sees it. */
  edit?: (bootstrap: Bootstrap) => void;
}

// The bootstrap is Envoy's to understand; the tests only reach into it.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Bootstrap = any;

/** Bootstrap text for `setup`: the sample with ports, module and configuration put in. */
export function bootstrapText(setup: Setup, upstreamPort: number): string {
  const text = sampleConfig({
    ...{ listen: { host: "127.0.0.1", port: 0 }, adminPort: 0, module: MODULE },
    ...{
      upstream: { host: "127.0.0.1", port: upstreamPort },
      configuration: setup.configuration ?? BLOCK,
      strict: setup.strict ?? true,
    },
  });
  if (!setup.edit) return text;
  const bootstrap: Bootstrap = parse(text);
  setup.edit(bootstrap);
  return stringify(bootstrap);
}

/** Lets trailers through and speaks to the upstream what the client speaks: HTTP/1.1 or HTTP/2. */
export function withTrailers(bootstrap: Bootstrap): void {
  const [listener] = bootstrap.static_resources.listeners;
  listener.filter_chains[0].filters[0].typed_config.http_protocol_options = { enable_trailers: true };
  bootstrap.static_resources.clusters[0].typed_extension_protocol_options = {
    "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
      "@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
      use_downstream_protocol_config: {
        http_protocol_options: { enable_trailers: true },
        http2_protocol_options: {},
      },
    },
  };
}

/** Sends everything to another server than the recording upstream. */
export function sendingTo(port: number, protocol: "HTTP/1.1" | "HTTP/2"): (bootstrap: Bootstrap) => void {
  return (bootstrap) => {
    const [cluster] = bootstrap.static_resources.clusters;
    const [endpoint] = cluster.load_assignment.endpoints[0].lb_endpoints;
    endpoint.endpoint.address.socket_address.port_value = port;
    const options = protocol === "HTTP/2" ? { http2_protocol_options: {} } : { http_protocol_options: {} };
    cluster.typed_extension_protocol_options = {
      "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
        "@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
        explicit_http_config: options,
      },
    };
  };
}

/** Lets connections become WebSockets. */
export function withWebSockets(bootstrap: Bootstrap): void {
  const [listener] = bootstrap.static_resources.listeners;
  listener.filter_chains[0].filters[0].typed_config.upgrade_configs = [{ upgrade_type: "websocket" }];
}

export class ProtectedApi {
  readonly envoy: Envoy;
  readonly upstream: RecordingUpstream;
  readonly port: number;
  readonly traffic: TrafficLog;

  private constructor(envoy: Envoy, upstream: RecordingUpstream, port: number, traffic: TrafficLog) {
    this.envoy = envoy;
    this.upstream = upstream;
    this.port = port;
    this.traffic = traffic;
  }

  static async start(setup: Setup): Promise<ProtectedApi> {
    const binary = await findEnvoy(setup.version);
    const upstream = await RecordingUpstream.start();
    upstream.keepsRaw = setup.keepsRaw ?? true;
    const traffic = new TrafficLog();
    try {
      const envoy = await Envoy.start({
        ...{
          binary: binary.path,
          config: bootstrapText(setup, upstream.port),
          concurrency: setup.concurrency ?? 2,
        },
        onLog: (line) => traffic.onLine(line),
        onAccess: (text) => traffic.onAccess(text),
      });
      return new ProtectedApi(envoy, upstream, await envoy.listenerPort(), traffic);
    } catch (error) {
      await upstream.close();
      throw error;
    }
  }

  http1(): Promise<Http1Client> {
    return Http1Client.connect(this.port);
  }

  http2(): Http2Client {
    return new Http2Client(this.port);
  }

  get log(): LogLine[] {
    return this.traffic.lines;
  }

  get accessLog(): Record<string, unknown>[] {
    return this.traffic.access;
  }

  /** Fails when a VM failed or an error was logged. */
  async assertHealthy(): Promise<void> {
    const stats = await this.envoy.stats("^wasm\\.");
    const failures = [...stats].filter(([name, value]) => /fail|crash/.test(name) && value > 0);
    const errors = this.log.filter((line) => line.level === "error" || line.level === "critical");
    assert.deepEqual({ failures, errors }, { failures: [], errors: [] });
  }

  /** The filter's events so far. */
  events(): WardgateEvent[] {
    return this.traffic.events;
  }

  async stop(): Promise<void> {
    await this.envoy.stop();
    await this.upstream.close();
  }
}

/** Waits until `probe` gives something; fails with `what` after `timeoutMs`. */
export async function eventually<T>(
  what: string,
  probe: () => T | undefined | Promise<T | undefined>,
  timeoutMs = 10_000,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const value = await probe();
    if (value !== undefined) return value;
    if (Date.now() > deadline) throw new Error(`not within ${timeoutMs} ms: ${what}`);
    await sleep(20);
  }
}
