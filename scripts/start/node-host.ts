// `npm start` without an Envoy: the filter runs in the proxy-wasm host that its tests use, with an HTTP/1.1 server in front and the
// service behind. For trying Wardgate out, not for production: one thread, whole bodies in memory, no HTTP/2.
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import http from "node:http";
import { setInterval } from "node:timers";
import type { HeaderMap } from "../../test/host/header-pairs.ts";
import type { HttpStream } from "../../test/host/http-stream.ts";
import { ProxyHost } from "../../test/host/proxy-host.ts";
import type { LogLine } from "../envoy/process.ts";
import type { Endpoint } from "../envoy/sample.ts";

export interface NodeHostOptions {
  listen: Endpoint;
  upstream: Endpoint;
  module: string;
  configuration: string;
  onLog: (line: LogLine) => void;
  /** One line of JSON per request, with the names of the sample's access log. */
  onAccess: (line: string) => void;
}

/** The filter does not load or refuses its configuration; what it said has gone to `onLog`. */
export class NodeHostFailed extends Error {
  override name = "NodeHostFailed";
}

/** Headers that belong to one connection only (RFC 9110, section 7.6.1), and framing, which each side does anew. */
const HOP_BY_HOP = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "transfer-encoding",
  "upgrade",
  "te",
]);
/** The test host starts its clock at this moment, in milliseconds since 1970. */
const HOST_CLOCK_START = 1_700_000_000_000;

export class NodeHost {
  private readonly options: NodeHostOptions;
  private readonly server: http.Server;
  private host!: ProxyHost;
  private logged = 0;
  /** Milliseconds of real time that the host's clock was last set to. */
  private clock = 0;
  private ticker: NodeJS.Timeout | undefined;

  private constructor(options: NodeHostOptions) {
    this.options = options;
    this.server = http.createServer((request, response) => void this.exchange(request, response));
  }

  /** Loads the filter and listens. Throws NodeHostFailed. */
  static async start(options: NodeHostOptions): Promise<NodeHost> {
    const front = new NodeHost(options);
    await front.load();
    await new Promise<void>((resolve, reject) => {
      front.server.once("error", reject).listen(options.listen.port, options.listen.host, resolve);
    });
    return front;
  }

  async stop(): Promise<void> {
    clearInterval(this.ticker);
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async load(): Promise<void> {
    this.logged = 0;
    this.clock = HOST_CLOCK_START;
    this.host = await ProxyHost.start({
      ...{
        wasm: readFileSync(this.options.module),
        pluginName: "wardgate",
        rootId: "wardgate",
        vmId: "wardgate",
      },
      ...{ pluginConfig: this.options.configuration, env: { WARDGATE_STRICT_CONFIG: "1" } },
      ...{ allowOnHeadersStopIteration: true, logLevel: "info" as const },
    });
    this.passLogOn();
    if (!this.host.ok) throw new NodeHostFailed(this.host.problem ?? "the filter does not start");
    clearInterval(this.ticker);
    if (this.host.tickPeriod === 0) return;
    this.ticker = setInterval(() => {
      this.clock += this.host.tickPeriod;
      this.host.tick();
      this.passLogOn();
    }, this.host.tickPeriod).unref();
  }

  /** Carries one request through the filter, and its response back. */
  private async exchange(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    if (this.host.trapped) await this.load();
    this.setClock();
    const started = Date.now();
    const stream = this.host.stream({
      ...{ method: request.method ?? "GET", path: request.url ?? "/", headers: requestPairs(request) },
      properties: {
        "source.address": `${request.socket.remoteAddress}:${request.socket.remotePort}`,
        "source.port": request.socket.remotePort ?? 0,
      },
    });
    const passage = new Passage(stream, response, this.options.upstream, () => this.passLogOn());
    const bodyless =
      request.headers["content-length"] === undefined && request.headers["transfer-encoding"] === undefined;
    passage.step(() => stream.request(bodyless || request.headers["content-length"] === "0"));
    if (!bodyless) {
      request.on("data", (bytes: Buffer) => passage.step(() => stream.requestBody(bytes)));
      request.on("end", () => passage.step(() => stream.requestBody("", true)));
    }
    response.on("close", () => {
      passage.close();
      this.passLogOn();
      const line = {
        method: request.method,
        path: request.url,
        status: stream.client.status ?? 0,
        duration_ms: Date.now() - started,
      };
      this.options.onAccess(JSON.stringify(line));
    });
  }

  /** The host's clock stands still by itself. */
  private setClock(): void {
    const now = Date.now();
    if (now > this.clock) this.host.advance(now - this.clock);
    this.clock = Math.max(now, this.clock);
  }

  private passLogOn(): void {
    for (; this.logged < this.host.logs.length; this.logged++) {
      const { level, message } = this.host.logs[this.logged]!;
      this.options.onLog({ level: level === "warn" ? "warning" : level, logger: "wasm", message });
    }
  }
}

/** One exchange: what the filter lets through to either side is passed on after every step. */
class Passage {
  private readonly stream: HttpStream;
  private readonly response: http.ServerResponse;
  private readonly endpoint: Endpoint;
  private readonly afterStep: () => void;
  private upstream: http.ClientRequest | undefined;
  private sentUp = 0;
  private sentDown = 0;
  private endedUp = false;

  constructor(stream: HttpStream, response: http.ServerResponse, endpoint: Endpoint, afterStep: () => void) {
    this.stream = stream;
    this.response = response;
    this.endpoint = endpoint;
    this.afterStep = afterStep;
  }

  step(act: () => void): void {
    if (!this.stream.finished) act();
    this.passUp();
    this.passDown();
    this.afterStep();
  }

  /** The client has its answer or is gone. */
  close(): void {
    this.stream.close();
    if (!this.endedUp) this.upstream?.destroy();
  }

  private passUp(): void {
    const { headers, body, ended } = this.stream.upstream;
    if (headers === undefined || this.endedUp) return;
    this.upstream ??= this.connect(headers);
    if (body.length > this.sentUp) this.upstream.write(body.subarray(this.sentUp));
    this.sentUp = body.length;
    if (!ended) return;
    this.endedUp = true;
    this.upstream.end();
  }

  private connect(headers: HeaderMap): http.ClientRequest {
    const upstream = http.request({
      ...{ host: this.endpoint.host, port: this.endpoint.port, setHost: false },
      ...{ method: headers.get(":method") ?? "GET", path: headers.get(":path") ?? "/" },
      headers: rawHeaders(headers, "host"),
    });
    upstream.on("response", (message) => {
      const pairs = responsePairs(message);
      this.step(() => this.stream.responseHeaders(pairs, false));
      message.on("data", (bytes: Buffer) => this.step(() => this.stream.responseBody(bytes)));
      message.on("end", () => this.step(() => this.stream.responseBody("", true)));
    });
    upstream.on("error", (error) => {
      if (this.stream.upstream.reset || this.stream.finished) return;
      const text = `upstream: ${error.message}\n`;
      this.step(() =>
        this.stream
          .responseHeaders({ ":status": "503", "content-type": "text/plain" })
          .responseBody(text, true),
      );
    });
    return upstream;
  }

  private passDown(): void {
    const { headers, body, ended, reset } = this.stream.client;
    if (reset) this.response.destroy();
    if (headers === undefined || this.response.destroyed || this.response.writableEnded) return;
    if (!this.response.headersSent)
      this.response.writeHead(Number(headers.get(":status")), rawHeaders(headers));
    if (body.length > this.sentDown) this.response.write(body.subarray(this.sentDown));
    this.sentDown = body.length;
    if (ended) this.response.end();
  }
}

type Pairs = [string, string | Uint8Array][];

function requestPairs(request: http.IncomingMessage): Pairs {
  const pairs = pairsOf(request.rawHeaders).filter(([name]) => name.toLowerCase() !== "host");
  pairs.unshift([":authority", request.headers.host ?? ""]);
  if (request.headers["x-request-id"] === undefined) pairs.push(["x-request-id", randomUUID()]);
  return pairs;
}

function responsePairs(message: http.IncomingMessage): Pairs {
  return [[":status", String(message.statusCode)], ...pairsOf(message.rawHeaders)];
}

/** Node gives header values as latin1 text; the host wants bytes. */
function pairsOf(raw: string[]): Pairs {
  const pairs: Pairs = [];
  for (let i = 0; i + 1 < raw.length; i += 2) {
    if (!HOP_BY_HOP.has(raw[i]!.toLowerCase())) pairs.push([raw[i]!, Buffer.from(raw[i + 1]!, "latin1")]);
  }
  return pairs;
}

/** The other way round: without pseudo-headers, `:authority` under the name given. */
function rawHeaders(headers: HeaderMap, authority?: string): string[] {
  const raw: string[] = [];
  for (const [name, value] of headers.pairs) {
    if (name === ":authority" && authority !== undefined) raw.push(authority, value);
    else if (!name.startsWith(":")) raw.push(name, value);
  }
  return raw;
}
