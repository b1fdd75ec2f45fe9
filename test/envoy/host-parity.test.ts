// The Node host of the filter tests does what Envoy does: the same guest (test/host/guest) under the same script is put
// through both, and sees the same callbacks with the same bytes, statuses and maps, in the same order.
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import http from "node:http";
import http2 from "node:http2";
import { connect } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { ENVOY_VERSIONS, findEnvoy } from "../../scripts/envoy/binary.ts";
import { Envoy } from "../../scripts/envoy/process.ts";
import { compileGuest, guestSources, lines } from "../host/test-guest.ts";
import { ProxyHost } from "../host/proxy-host.ts";
import type { StreamOptions } from "../host/exchange.ts";
import { MIB, PAUSE_MS, POST, SCENARIOS } from "./host-parity-scenarios.ts";
import type { Scenario } from "./host-parity-scenarios.ts";

/** How much longer the pauses between packets get when what Envoy saw is something else. */
const SLOWNESS = [1, 5, 15];

for (const version of ENVOY_VERSIONS) {
  describe(`Node host and Envoy ${version}`, () => {
    let directory: string;
    let envoy: Envoy;
    let wasm: Uint8Array;
    const upstream = http.createServer(answer);
    const logged: string[] = [];
    before(async () => {
      directory = await mkdtemp(join(tmpdir(), "wardgate-parity-"));
      wasm = await compileGuest(guestSources());
      await writeFile(join(directory, "guest.wasm"), wasm);
      await new Promise<void>((resolve) => upstream.listen(0, "127.0.0.1", resolve));
      const { path } = await findEnvoy(version);
      const config = bootstrap(join(directory, "guest.wasm"), (upstream.address() as AddressInfo).port);
      envoy = await Envoy.start({ binary: path, config, onLog: (line) => logged.push(line.message) });
    });
    after(async () => {
      await envoy?.stop();
      upstream.closeAllConnections();
      upstream.close();
      await rm(directory, { recursive: true, force: true });
    });

    SCENARIOS.forEach((scenario, i) => {
      test(`${scenario.name} → the guest sees the same`, async () => {
        const name = `scenario-${i}`;
        const prefix = `wasm log ${name} ${name}: `;
        const wanted = nodeLog(await drive(wasm, scenario));
        let real: string[] = [];
        // On a busy machine Envoy may read two packets at once, whatever lies between them: then they are sent more slowly.
        for (const slowness of SLOWNESS) {
          const before = logged.length;
          await send(await envoy.listenerPort(name), scenario, PAUSE_MS * slowness);
          const seen = (): string[] => logged.slice(before).filter((line) => line.startsWith(prefix));
          for (let wait = 0; wait < 50 && !ended(seen()); wait++) await sleep(20);
          const all = seen().map((line) => normal(line.slice(prefix.length)));
          real = all.slice(all.indexOf("create"));
          if (isDeepStrictEqual(real, wanted)) break;
        }
        assert.deepEqual(wanted, real);
      });
    });
  });
}

/** The stream was logged and deleted, or its VM failed. */
function ended(log: string[]): boolean {
  return log.some((line) => /: delete \d+$/.test(line));
}

async function drive(wasm: Uint8Array, scenario: Scenario): Promise<ProxyHost> {
  const host = await ProxyHost.start({
    wasm,
    pluginConfig: scenario.script,
    allowOnHeadersStopIteration: scenario.allow ?? true,
    bufferLimit: scenario.bufferLimit ?? MIB,
  });
  scenario.drive(host.stream(scenario.stream ?? POST));
  return host;
}
function nodeLog(host: ProxyHost): string[] {
  const log = lines(host)
    .filter((_, i) => host.logs[i]!.level === "info")
    .map(normal);
  return log.slice(log.lastIndexOf("create"));
}

/** Without what must differ: context ids, the number of headers (Envoy adds some), the client's address and port. */
function normal(line: string): string {
  return line
    .replace(/^(create|log|done|delete) \d+( of \d+)?$/, "$1")
    .replace(/^(request|response)-headers \d+/, "$1-headers N")
    .replace(/^(pairs \d \d) [1-9]\d*/, "$1 N")
    .replace(/^(property source.address 0) .*/, "$1 IP:PORT")
    .replace(/^(property plugin_root_id 0) .*/, "$1 ID");
}

async function send(port: number, { packets, stream }: Scenario, pause: number): Promise<void> {
  if (packets === undefined) return sendFrame(port, stream!);
  const socket = connect(port, "127.0.0.1").setNoDelay(true);
  socket.on("error", () => {}).resume();
  for (const packet of packets) {
    socket.write(packet);
    await sleep(pause);
  }
  await sleep(3 * pause);
  socket.destroy();
}

async function sendFrame(port: number, options: StreamOptions): Promise<void> {
  const session = http2.connect(`http://127.0.0.1:${port}`);
  const request = session.request({ ":method": options.method!, ":path": options.path! });
  request.on("error", () => {}).resume();
  request.end("frame");
  await sleep(5 * PAUSE_MS);
  session.destroy();
}

function answer(request: http.IncomingMessage, response: http.ServerResponse): void {
  let body = "";
  request.on("error", () => {});
  request.on("data", (chunk: Buffer) => (body += chunk.toString()));
  request.on("end", () => void respond(request.url, body, response));
}
async function respond(url: string | undefined, body: string, response: http.ServerResponse): Promise<void> {
  if (url === "/slow") {
    response.write("one");
    await sleep(PAUSE_MS);
    response.write("two");
    await sleep(PAUSE_MS);
    response.end();
  } else if (url === "/trailers") {
    response.setHeader("trailer", "x-t");
    response.write("abc");
    response.addTrailers({ "x-t": "1" });
    await sleep(PAUSE_MS);
    response.end();
  } else response.end(`got:${body}`);
}

const TYPE = "type.googleapis.com/";
const EXTENSION = `${TYPE}envoy.extensions.`;

/** One listener, and one VM, for each scenario. JSON is YAML. */
function bootstrap(wasm: string, upstreamPort: number): string {
  const loopback = (port: number): object => ({
    socket_address: { address: "127.0.0.1", port_value: port },
  });
  return JSON.stringify({
    admin: { address: loopback(0) },
    static_resources: {
      listeners: SCENARIOS.map((scenario, i) => ({
        name: `scenario-${i}`,
        per_connection_buffer_limit_bytes: scenario.bufferLimit ?? MIB,
        address: loopback(0),
        filter_chains: [{ filters: [connectionManager(wasm, scenario, `scenario-${i}`)] }],
      })),
      clusters: [
        {
          name: "up",
          type: "STATIC",
          typed_extension_protocol_options: {
            "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
              "@type": `${EXTENSION}upstreams.http.v3.HttpProtocolOptions`,
              explicit_http_config: { http_protocol_options: { enable_trailers: true } },
            },
          },
          load_assignment: {
            cluster_name: "up",
            endpoints: [{ lb_endpoints: [{ endpoint: { address: loopback(upstreamPort) } }] }],
          },
        },
      ],
    },
  });
}

function connectionManager(wasm: string, scenario: Scenario, name: string): object {
  const http = "filters.http";
  return {
    name: "manager",
    typed_config: {
      "@type": `${EXTENSION}filters.network.http_connection_manager.v3.HttpConnectionManager`,
      stat_prefix: name,
      codec_type: "AUTO",
      http_protocol_options: { enable_trailers: true },
      http_filters: [
        {
          name,
          typed_config: {
            "@type": `${EXTENSION}${http}.wasm.v3.Wasm`,
            config: {
              name,
              root_id: "",
              vm_config: {
                vm_id: name,
                runtime: "envoy.wasm.runtime.v8",
                code: { local: { filename: wasm } },
              },
              configuration: { "@type": `${TYPE}google.protobuf.StringValue`, value: scenario.script },
              allow_on_headers_stop_iteration: scenario.allow ?? true,
            },
          },
        },
        { name: "router", typed_config: { "@type": `${EXTENSION}${http}.router.v3.Router` } },
      ],
      route_config: {
        virtual_hosts: [
          { name, domains: ["*"], routes: [{ match: { prefix: "/" }, route: { cluster: "up" } }] },
        ],
      },
    },
  };
}
