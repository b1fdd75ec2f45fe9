// HTTP and gRPC calls that the guest makes: recorded, never sent. A test answers them or lets them fail through
// ProxyHost.
import { Status } from "./abi.ts";
import { HeaderMap } from "./header-pairs.ts";
import type { HeaderInit } from "./header-pairs.ts";
import type { RootContext, Vm } from "./vm.ts";

export interface HttpCall {
  id: number;
  root: RootContext;
  cluster: string;
  headers: HeaderMap;
  body: Buffer;
  trailers: HeaderMap;
  timeoutMs: number;
  answered: boolean;
}
export interface CallResponse {
  headers?: HeaderInit;
  body?: string | Uint8Array;
  trailers?: HeaderInit;
}

export class Callouts {
  readonly calls: HttpCall[] = [];
  readonly #vm: Vm;
  readonly #clusters: ReadonlySet<string>;
  /** What the guest can read while `proxy_on_http_call_response` runs. */
  current: { headers: HeaderMap; body: Buffer; trailers: HeaderMap } | undefined;
  status: { code: number; message: string } = { code: 0, message: "" };

  constructor(vm: Vm, clusters: Iterable<string>) {
    this.#vm = vm;
    this.#clusters = new Set(clusters);
  }

  /** The calls nobody has answered yet. */
  get open(): HttpCall[] {
    return this.calls.filter((call) => !call.answered);
  }

  start(
    root: RootContext,
    cluster: string,
    headers: Uint8Array,
    body: Uint8Array,
    trailers: Uint8Array,
    timeoutMs: number,
  ): HttpCall | Status {
    if ((timeoutMs | 0) < 0 || !this.#clusters.has(cluster)) return Status.BadArgument;
    const map = new HeaderMap();
    map.replaceAll(this.#vm.pairs(headers, "proxy_http_call"));
    if (!map.has(":method") || !map.has(":path") || !map.has(":authority")) return Status.BadArgument;
    if (body.length > 0) map.set("content-length", String(body.length));
    const trailerMap = new HeaderMap();
    trailerMap.replaceAll(this.#vm.pairs(trailers, "proxy_http_call"));
    const id = this.calls.length + 1;
    const call = {
      id,
      root,
      cluster,
      headers: map,
      body: Buffer.from(body),
      trailers: trailerMap,
      timeoutMs,
      answered: false,
    };
    this.calls.push(call);
    return call;
  }

  respond(call: HttpCall, response: CallResponse = {}): void {
    if (call.answered) throw new Error(`call ${call.id} was answered before`);
    call.answered = true;
    this.current = {
      headers: new HeaderMap(response.headers ?? { ":status": "200" }),
      body: Buffer.from((response.body ?? "") as Uint8Array),
      trailers: new HeaderMap(response.trailers),
    };
    const { headers, body, trailers } = this.current;
    const args = [call.id, headers.pairs.length, body.length, trailers.pairs.length];
    this.#vm.callback(this.#vm.plugin(call.root), "proxy_on_http_call_response", args, () => undefined);
    this.current = undefined;
  }

  /** Connection broken, timeout, no healthy host: the guest is told by a response with no headers. */
  fail(call: HttpCall): void {
    if (call.answered) throw new Error(`call ${call.id} was answered before`);
    call.answered = true;
    this.status = { code: Status.BrokenConnection, message: "reset" };
    this.#vm.callback(
      this.#vm.plugin(call.root),
      "proxy_on_http_call_response",
      [call.id, 0, 0, 0],
      () => undefined,
    );
    this.status = { code: Status.BrokenConnection, message: "" };
  }
}
