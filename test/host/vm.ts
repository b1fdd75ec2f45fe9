// One WebAssembly VM under the host: linking as strict as a proxy's, the context a hostcall belongs to, work put off
// until a callback has returned, and what happens when the guest traps.
import {
  ALLOWED_AT_START,
  CALLBACK_SIGNATURES,
  HOSTCALLS_SINCE_0_2_1,
  HOSTCALL_SIGNATURES,
  LOG_LEVELS,
  Status,
  WASI_SIGNATURES,
} from "./abi.ts";
import type { LogLevel } from "./abi.ts";
import type { HttpStream } from "./http-stream.ts";
import type { Metrics } from "./metrics.ts";
import type { SharedData } from "./shared-data.ts";
import { GuestMemory } from "./guest-memory.ts";
import { parsePairs } from "./header-pairs.ts";
import type { HeaderPair } from "./header-pairs.ts";
import { readSignatures } from "./module-signatures.ts";

/** A plugin (root) context: one accepted or refused configuration. */
export interface RootContext {
  readonly id: number;
  readonly rootId: string;
  readonly config: Uint8Array;
  openStreams: number;
  tickMs: number;
  shutDown: boolean;
}
export interface HostContext {
  readonly id: number;
  readonly root: RootContext;
  readonly stream?: HttpStream;
}
export interface LogLine {
  level: LogLevel;
  message: string;
  contextId: number;
}
/** The arguments of one hostcall; 32-bit ones as unsigned numbers, 64-bit ones as bigint. */
export type HostFunction = (...args: number[]) => number | void;
export type HostFunctions = Record<string, HostFunction>;

export interface VmOptions {
  vmId: string;
  vmConfig: Uint8Array;
  pluginName: string;
  env: Readonly<Record<string, string>>;
  logLevel: LogLevel;
  sharedData: SharedData;
  metrics: Metrics;
  /** Overrides what the module advertises by its `proxy_abi_version_*` export. */
  abi?: string;
}

/** Modules by their bytes: a proxy compiles one once for all its workers, too. */
const modules = new WeakMap<Uint8Array, Promise<WebAssembly.Module>>();

function compiled(wasm: Uint8Array): Promise<WebAssembly.Module> {
  const known = modules.get(wasm) ?? WebAssembly.compile(new Uint8Array(wasm));
  modules.set(wasm, known);
  return known;
}

export class Vm {
  readonly options: VmOptions;
  readonly contexts = new Map<number, HostContext>();
  readonly logs: LogLine[] = [];
  /** What the guest did that no correct guest does: unknown numbers, calls out of place. */
  readonly errors: string[] = [];
  readonly hostcalls = new Map<string, number>();
  /** Wall clock and monotonic clock, in nanoseconds; they stand still until somebody moves them. */
  wallNs = 1_700_000_000_000_000_000n;
  monotonicNs = 1_000_000_000n;
  /** The trap that ended this VM, if any. */
  failure: string | undefined;
  /** Set by `proxy_send_local_response`: the callback's own status no longer counts. */
  iterationStopped = false;
  /** The configuration that `proxy_on_configure` may read now. */
  configuring: Uint8Array | undefined;
  /** A status to answer instead of doing the call. */
  inject: ((name: string, context: HostContext | undefined) => number | undefined) | undefined;
  memory!: GuestMemory;
  abi = "";
  #exports: Record<string, unknown> = {};
  #current: HostContext | undefined;
  #effective = 0;
  #starting = false;
  #deferred: (() => void)[] = [];
  #nextContextId = 1;

  constructor(options: VmOptions) {
    this.options = options;
  }

  /** Links and starts the module; a sentence when it cannot be. */
  async load(wasm: Uint8Array, env: HostFunctions, wasi: HostFunctions): Promise<string | undefined> {
    const problem = this.#checkSignatures(wasm);
    if (problem !== undefined) return problem;
    try {
      const instance = await WebAssembly.instantiate(await compiled(wasm), {
        env: this.#guarded(env),
        wasi_snapshot_preview1: this.#guarded(wasi),
      });
      this.#exports = instance.exports;
    } catch (error) {
      return `Failed to load Wasm code: ${String(error)}`;
    }
    const memory = this.#exports["memory"];
    if (!(memory instanceof WebAssembly.Memory)) return "Wasm module exports no memory";
    const allocator = this.exports("malloc") ? "malloc" : "proxy_on_memory_allocate";
    if (!this.exports(allocator)) return "Wasm module is missing malloc function.";
    this.memory = new GuestMemory(memory, (size) => this.#invoke(allocator, [size]) ?? 0);
    this.#starting = true;
    if (this.exports("_initialize")) {
      this.#run("_initialize", []);
      if (this.exports("main")) this.#run("main", [0, 0]);
    } else this.#run("_start", []);
    this.#starting = false;
    return this.failure;
  }

  exports(name: string): boolean {
    return typeof this.#exports[name] === "function";
  }
  allocateContextId(): number {
    return this.#nextContextId++;
  }
  /** The context a hostcall acts on; undefined while the module starts. */
  get context(): HostContext | undefined {
    return this.contexts.get(this.#effective) ?? this.#current;
  }
  plugin(root: RootContext): HostContext {
    return this.contexts.get(root.id) ?? { id: root.id, root };
  }
  setEffectiveContext(id: number): boolean {
    if (!this.contexts.has(id)) return false;
    this.#effective = id;
    return true;
  }
  defer(action: () => void): void {
    this.#deferred.push(action);
  }
  misuse(what: string): void {
    this.errors.push(`context ${this.context?.id ?? 0}: ${what}`);
  }
  /** Envoy takes malformed pairs for none and says nothing; here they are an error of the guest. */
  pairs(bytes: Uint8Array, where: string): readonly HeaderPair[] {
    const pairs = parsePairs(bytes);
    if (pairs === undefined) this.misuse(`${where} was given malformed pairs`);
    return pairs ?? [];
  }
  log(level: LogLevel, message: string): void {
    this.logs.push({ level, message, contextId: this.context?.id ?? 0 });
  }
  logsAt(level: LogLevel): boolean {
    return LOG_LEVELS.indexOf(level) >= LOG_LEVELS.indexOf(this.options.logLevel);
  }

  /** Calls `name(context, …args)` when the guest has it. `settle` sees the result (undefined: no such callback, or a
   * trap) before anything that was put off runs, as a proxy's own code does. */
  callback<T>(
    context: HostContext,
    name: string,
    args: number[],
    settle: (result: number | undefined) => T,
  ): T {
    const result = this.#run(name, [context.id, ...args], context);
    context.stream?.callbacks.push({ name, args, result });
    const settled = settle(result);
    this.iterationStopped = false;
    this.runDeferred();
    return settled;
  }
  runDeferred(): void {
    for (let action = this.#deferred.shift(); action; action = this.#deferred.shift()) action();
  }

  #run(name: string, args: number[], context?: HostContext): number | undefined {
    const saved = { current: this.#current, effective: this.#effective };
    this.#current = context;
    this.#effective = 0;
    try {
      return this.#invoke(name, args);
    } finally {
      this.#current = saved.current;
      this.#effective = saved.effective;
    }
  }

  #invoke(name: string, args: number[]): number | undefined {
    const callee = this.#exports[name];
    if (this.failure !== undefined || typeof callee !== "function") return undefined;
    try {
      return (callee as (...args: number[]) => number)(...args);
    } catch (error) {
      this.failure ??= `Function: ${name} failed: ${String(error)}`;
      this.log("critical", this.failure);
      return undefined;
    }
  }

  #guarded(functions: HostFunctions): HostFunctions {
    const guarded: HostFunctions = {};
    for (const [name, call] of Object.entries(functions)) {
      guarded[name] = (...args) => {
        this.hostcalls.set(name, (this.hostcalls.get(name) ?? 0) + 1);
        const counts = this.#current?.stream?.hostcalls;
        counts?.set(name, (counts.get(name) ?? 0) + 1);
        if (this.#starting && !ALLOWED_AT_START.includes(name)) {
          throw new Error(`${name} is not available during the start of the module`);
        }
        const injected = this.inject?.(name, this.context);
        if (injected !== undefined) return injected;
        const status = call(...args.map((arg) => (typeof arg === "number" ? arg >>> 0 : arg)));
        if (status === Status.InvalidMemoryAccess) this.misuse(`${name} was given memory that is not there`);
        return status;
      };
    }
    return guarded;
  }

  #checkSignatures(wasm: Uint8Array): string | undefined {
    const { imports, exports } = readSignatures(wasm);
    const advertised = [...exports.keys()].find((name) => name.startsWith("proxy_abi_version_"));
    this.abi = this.options.abi ?? advertised?.slice("proxy_abi_version_".length).replaceAll("_", ".") ?? "";
    if (this.abi !== "0.2.1" && this.abi !== "0.2.0") return "Missing or unknown Proxy-Wasm ABI version";
    for (const [key, found] of imports) {
      const [from, name] = [key.slice(0, key.indexOf(".")), key.slice(key.indexOf(".") + 1)];
      const table =
        from === "env" ? HOSTCALL_SIGNATURES : from === "wasi_snapshot_preview1" ? WASI_SIGNATURES : {};
      const tooNew = this.abi === "0.2.0" && HOSTCALLS_SINCE_0_2_1.includes(name);
      const wanted = tooNew ? undefined : table[name];
      if (wanted === undefined) return `Missing import: ${key}`;
      if (wanted !== found) return `Bad signature of import ${key}: is ${found}, must be ${wanted}`;
    }
    for (const [name, found] of exports) {
      const wanted = CALLBACK_SIGNATURES[name];
      if (wanted !== undefined && wanted !== found)
        return `Bad signature of export ${name}: is ${found}, must be ${wanted}`;
      if (wanted === undefined && name.startsWith("proxy_on_")) return `Unknown callback ${name}`;
    }
    return undefined;
  }
}
