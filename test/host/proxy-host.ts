// A proxy-wasm 0.2.1 host that plays one Envoy worker: loads a module, configures it, carries HTTP streams through
// it. Written from the specification and from what Envoy does; it shares nothing with the module it tests.
import { Callouts } from "./callouts.ts";
import type { CallResponse, HttpCall } from "./callouts.ts";
import { createHostcalls } from "./hostcalls.ts";
import type { ForeignFunction } from "./hostcalls.ts";
import { HttpStream } from "./http-stream.ts";
import type { StreamOptions } from "./exchange.ts";
import type { LogLevel } from "./abi.ts";
import { Metrics } from "./metrics.ts";
import { SharedData } from "./shared-data.ts";
import { Vm } from "./vm.ts";
import type { LogLine, RootContext } from "./vm.ts";
import { createWasi } from "./wasi.ts";

export interface HostOptions {
  wasm: Uint8Array;
  rootId?: string;
  pluginName?: string;
  vmId?: string;
  vmConfig?: string | Uint8Array;
  pluginConfig?: string | Uint8Array;
  env?: Readonly<Record<string, string>>;
  /** Envoy's PluginConfig field: without it StopIteration from a header callback stops the body as well. */
  allowOnHeadersStopIteration?: boolean;
  /** Bytes Envoy holds for a filter before it gives up (`per_connection_buffer_limit_bytes`). */
  bufferLimit?: number;
  logLevel?: LogLevel;
  /** Names that `proxy_http_call` may use. */
  clusters?: readonly string[];
  foreignFunctions?: Readonly<Record<string, ForeignFunction>>;
  /** Give these to play several workers of one process. */
  sharedData?: SharedData;
  metrics?: Metrics;
  abi?: "0.2.0" | "0.2.1";
  /** A status to answer instead of doing a hostcall; also settable later as `host.inject`. */
  inject?: (name: string) => number | undefined;
}

const MIB = 1024 * 1024;
const NS_PER_MS = 1_000_000n;

export class ProxyHost {
  /** The module loaded, started and accepted its configuration. */
  ok = false;
  /** Why it did not. */
  problem: string | undefined;
  readonly callouts: Callouts;
  readonly #vm: Vm;
  readonly #options: HostOptions;
  readonly #roots: RootContext[] = [];
  #root: RootContext | undefined;

  private constructor(options: HostOptions, vm: Vm) {
    this.#options = options;
    this.#vm = vm;
    this.callouts = new Callouts(vm, options.clusters ?? []);
  }

  static async start(options: HostOptions): Promise<ProxyHost> {
    const vm = new Vm({
      vmId: options.vmId ?? "",
      vmConfig: Buffer.from((options.vmConfig ?? "") as Uint8Array),
      pluginName: options.pluginName ?? "wardgate-test",
      env: options.env ?? {},
      logLevel: options.logLevel ?? "trace",
      sharedData: options.sharedData ?? new SharedData(),
      metrics: options.metrics ?? new Metrics(),
      ...(options.abi === undefined ? {} : { abi: options.abi }),
    });
    const host = new ProxyHost(options, vm);
    const env = createHostcalls({
      vm,
      callouts: host.callouts,
      foreignFunctions: options.foreignFunctions ?? {},
      done: (root) => host.#delete(root),
    });
    host.inject = options.inject;
    host.problem = await vm.load(options.wasm, env, createWasi(vm));
    if (host.problem === undefined) host.configure(options.pluginConfig ?? "");
    return host;
  }

  // ── what the guest did ────────────────────────────────────────────────────────────────────────────────────────

  get trapped(): boolean {
    return this.#vm.failure !== undefined;
  }
  get failure(): string | undefined {
    return this.#vm.failure;
  }
  get logs(): readonly LogLine[] {
    return this.#vm.logs;
  }
  /** What no correct guest does; a test that expects none calls `assertClean`. */
  get errors(): readonly string[] {
    return this.#vm.errors;
  }
  get metrics(): Metrics {
    return this.#vm.options.metrics;
  }
  get sharedData(): SharedData {
    return this.#vm.options.sharedData;
  }
  get hostcalls(): ReadonlyMap<string, number> {
    return this.#vm.hostcalls;
  }
  get memory(): { size: number; allocatedBytes: number; allocations: number } {
    return this.#vm.memory;
  }
  /** Milliseconds; 0: the guest asked for none. */
  get tickPeriod(): number {
    return this.#root?.tickMs ?? 0;
  }
  set inject(inject: ((name: string) => number | undefined) | undefined) {
    this.#vm.inject = inject;
  }
  assertClean(): void {
    const faults = this.#vm.failure === undefined ? this.errors : [this.#vm.failure, ...this.errors];
    if (faults.length > 0) throw new Error(`the guest misbehaved:\n  ${faults.join("\n  ")}`);
  }

  // ── lifecycle ─────────────────────────────────────────────────────────────────────────────────────────────────

  /** A configuration arrives: a new plugin context is created, started and configured in the same VM; when it accepts,
   * streams from now on belong to it and the old one is torn down once its last stream is gone. The same
   * configuration again changes nothing, as its plugin is still there. */
  configure(configuration: string | Uint8Array): boolean {
    const config = Buffer.from(configuration as Uint8Array);
    if (this.#root !== undefined && config.equals(this.#root.config)) return this.ok;
    const rootId = this.#options.rootId ?? "";
    const root: RootContext = {
      id: this.#vm.allocateContextId(),
      rootId,
      config,
      openStreams: 0,
      tickMs: 0,
      shutDown: false,
    };
    const context = { id: root.id, root };
    this.#vm.contexts.set(root.id, context);
    this.#roots.push(root);
    this.#vm.callback(context, "proxy_on_context_create", [0], () => undefined);
    const accepts = (result: number | undefined): boolean => result === undefined || result !== 0;
    const started = this.#vm.callback(
      context,
      "proxy_on_vm_start",
      [this.#vm.options.vmConfig.length],
      accepts,
    );
    this.#vm.configuring = config;
    const accepted = started && this.#vm.callback(context, "proxy_on_configure", [config.length], accepts);
    this.#vm.configuring = undefined;
    if (!accepted || this.trapped) {
      this.problem =
        this.failure ?? (started ? "proxy_on_configure returned false" : "proxy_on_vm_start returned false");
      if (this.#root === undefined) this.ok = false;
      return false;
    }
    this.ok = true;
    const old = this.#root;
    this.#root = root;
    if (old !== undefined && old.openStreams === 0) this.#shutDown(old);
    return true;
  }

  stream(options: StreamOptions = {}): HttpStream {
    const root = this.#root;
    if (root === undefined) throw new Error(`no configuration was accepted: ${this.problem}`);
    return new HttpStream(this.#vm, root, options, {
      allowOnHeadersStopIteration: this.#options.allowOnHeadersStopIteration ?? false,
      bufferLimit: this.#options.bufferLimit ?? MIB,
      onEnd: () => {
        if (root !== this.#root && root.openStreams === 0) this.#shutDown(root);
      },
    });
  }

  /** Moves both clocks. */
  advance(ms: number): void {
    this.#vm.wallNs += BigInt(ms) * NS_PER_MS;
    this.#vm.monotonicNs += BigInt(ms) * NS_PER_MS;
  }
  /** Moves the clocks by one period and fires the timer of every plugin context that set one. */
  tick(): void {
    this.advance(this.tickPeriod);
    for (const root of this.#roots) {
      if (root.tickMs > 0 && !root.shutDown)
        this.#vm.callback(this.#vm.plugin(root), "proxy_on_tick", [], () => undefined);
    }
  }
  respond(call: HttpCall, response?: CallResponse): void {
    this.callouts.respond(call, response);
  }
  failCall(call: HttpCall): void {
    this.callouts.fail(call);
  }

  /** The proxy drops the plugin. */
  shutDown(): void {
    if (this.#root !== undefined) this.#shutDown(this.#root);
    this.#root = undefined;
  }

  #shutDown(root: RootContext): void {
    if (root.shutDown) return;
    root.shutDown = true;
    const context = this.#vm.plugin(root);
    const done = this.#vm.callback(
      context,
      "proxy_on_done",
      [],
      (result) => result === undefined || result !== 0,
    );
    if (done) this.#delete(root);
  }
  /** False when the context was not waiting for its end. */
  #delete(root: RootContext): boolean {
    const context = this.#vm.contexts.get(root.id);
    if (!root.shutDown || context === undefined) return false;
    this.#vm.defer(() => {
      this.#vm.contexts.delete(root.id);
      this.#vm.callback(context, "proxy_on_delete", [], () => undefined);
    });
    // Outside a callback nothing else would run what was put off.
    if (this.#vm.context === undefined) this.#vm.runDeferred();
    return true;
  }
}
