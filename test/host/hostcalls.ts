// The functions a host offers in `env`, in the order of the specification's sections, answering what Envoy answers
// (proxy-wasm-cpp-host src/exports.cc over Envoy's context.cc). From "HTTP calls" on: service-hostcalls.ts.
import {
  BUFFER_TYPE_MAX,
  BufferType,
  LOG_LEVELS,
  MAP_TYPE_MAX,
  MapType,
  STREAM_TYPE_MAX,
  Status,
  StreamType,
} from "./abi.ts";
import type { Callouts } from "./callouts.ts";
import { told } from "./guest-memory.ts";
import { serializePairs } from "./header-pairs.ts";
import type { HeaderMap } from "./header-pairs.ts";
import { BodyBuffer } from "./filter-direction.ts";
import type { HttpStream } from "./http-stream.ts";
import { createServiceCalls } from "./service-hostcalls.ts";
import type { HostFunctions, RootContext, Vm } from "./vm.ts";

export type ForeignFunction = (args: Uint8Array) => Uint8Array | Status;
export interface Surroundings {
  vm: Vm;
  callouts: Callouts;
  foreignFunctions: Readonly<Record<string, ForeignFunction>>;
  /** `proxy_done`. */
  done: (root: RootContext) => boolean;
}

export function createHostcalls(around: Surroundings): HostFunctions {
  return {
    ...contextCalls(around),
    ...bufferCalls(around),
    ...fieldCalls(around),
    ...streamCalls(around),
    ...createServiceCalls(around),
  };
}

// "Context lifecycle", "Logging", "Clocks", "Timers"
function contextCalls({ vm, done }: Surroundings): HostFunctions {
  return {
    proxy_done: () => (vm.context !== undefined && done(vm.context.root) ? Status.Ok : Status.NotFound),
    proxy_set_effective_context: (id) => {
      if (vm.setEffectiveContext(id!)) return Status.Ok;
      vm.misuse(`proxy_set_effective_context of ${id}, which is no context`);
      return Status.BadArgument;
    },
    proxy_log: (level, at, size) => {
      const name = LOG_LEVELS[level!];
      if (name === undefined) {
        vm.misuse(`proxy_log at level ${level}`);
        return Status.BadArgument;
      }
      const message = vm.memory.readText(at!, size!);
      if (message === undefined) return Status.InvalidMemoryAccess;
      if (vm.logsAt(name)) vm.log(name, message);
      return Status.Ok;
    },
    proxy_get_log_level: (at) => told(vm.memory.writeU32(at!, LOG_LEVELS.indexOf(vm.options.logLevel))),
    proxy_get_current_time_nanoseconds: (at) => told(vm.memory.writeU64(at!, vm.wallNs)),
    proxy_set_tick_period_milliseconds: (period) => {
      if (vm.context !== undefined) vm.context.root.tickMs = period!;
      return Status.Ok;
    },
  };
}

// "Buffers"
function bufferCalls({ vm, callouts }: Surroundings): HostFunctions {
  const find = (type: number): BodyBuffer | Status => {
    const context = vm.context;
    if (type > BUFFER_TYPE_MAX) {
      vm.misuse(`buffer type ${type}`);
      return Status.BadArgument;
    }
    if (type === BufferType.VmConfiguration) return new BodyBuffer(vm.options.vmConfig);
    if (type === BufferType.PluginConfiguration) {
      return vm.configuring === undefined ? Status.NotFound : new BodyBuffer(vm.configuring);
    }
    if (type === BufferType.HttpCallResponseBody) {
      return callouts.current === undefined ? Status.NotFound : new BodyBuffer(callouts.current.body);
    }
    // Any other buffer that is not there now is an empty one to Envoy, not a missing one.
    return context?.stream?.context.buffer(type) ?? EMPTY;
  };
  return {
    proxy_set_buffer_bytes: (type, start, size, at, length) => {
      const buffer = find(type!);
      if (typeof buffer === "number") return buffer;
      const bytes = vm.memory.read(at!, length!);
      if (bytes === undefined) return Status.InvalidMemoryAccess;
      if (buffer === EMPTY || type! > BufferType.HttpResponseBody) return Status.BadArgument;
      if (start === 0) {
        buffer.drain(Math.min(size!, buffer.length));
        buffer.prepend(bytes);
      } else if (start! >= buffer.length) buffer.append(bytes);
      else return Status.BadArgument;
      return Status.Ok;
    },
    proxy_get_buffer_bytes: (type, start, size, addressAt, sizeAt) => {
      const buffer = find(type!);
      if (typeof buffer === "number") return buffer;
      const length = Math.max(0, Math.min(size!, buffer.length - start!));
      return vm.memory.give(buffer.read(start!, length), addressAt!, sizeAt!);
    },
    proxy_get_buffer_status: (type, sizeAt, flagsAt) => {
      const buffer = find(type!);
      if (typeof buffer === "number") return buffer;
      return told(vm.memory.writeU32(sizeAt!, buffer.length) && vm.memory.writeU32(flagsAt!, 0));
    },
  };
}
const EMPTY = new BodyBuffer();

// "HTTP fields"
function fieldCalls({ vm, callouts }: Surroundings): HostFunctions {
  const known = (type: number): boolean => {
    if (type > MAP_TYPE_MAX) vm.misuse(`map type ${type}`);
    return type <= MAP_TYPE_MAX;
  };
  const readable = (type: number): HeaderMap | undefined => {
    if (type === MapType.HttpCallResponseHeaders) return callouts.current?.headers;
    if (type === MapType.HttpCallResponseTrailers) return callouts.current?.trailers;
    return vm.context?.stream?.context.readable(type);
  };
  const writable = (type: number): HeaderMap | undefined => vm.context?.stream?.context.writable(type);
  const change = (
    type: number,
    parts: (string | undefined)[],
    act: (map: HeaderMap, parts: string[]) => void,
  ): Status => {
    if (!known(type)) return Status.BadArgument;
    if (parts.includes(undefined)) return Status.InvalidMemoryAccess;
    const map = writable(type);
    if (map === undefined) return Status.BadArgument;
    act(map, parts as string[]);
    return Status.Ok;
  };
  const text = (at: number, size: number): string | undefined => vm.memory.readBytes(at, size);
  return {
    proxy_get_header_map_size: (type, at) => {
      const map = known(type!) ? writable(type!) : undefined;
      return map === undefined ? Status.BadArgument : told(vm.memory.writeU32(at!, map.byteSize()));
    },
    proxy_get_header_map_pairs: (type, addressAt, sizeAt) => {
      if (!known(type!)) return Status.BadArgument;
      const pairs = readable(type!)?.pairs ?? []; // a map that is not there reads as an empty one
      return vm.memory.give(
        pairs.length === 0 ? new Uint8Array() : serializePairs(pairs),
        addressAt!,
        sizeAt!,
      );
    },
    proxy_set_header_map_pairs: (type, at, size) => {
      const bytes = vm.memory.read(at!, size!);
      if (!known(type!)) return Status.BadArgument;
      if (bytes === undefined) return Status.InvalidMemoryAccess;
      return change(type!, [], (map) => map.replaceAll(vm.pairs(bytes, "proxy_set_header_map_pairs")));
    },
    proxy_get_header_map_value: (type, at, size, addressAt, sizeAt) => {
      if (!known(type!)) return Status.BadArgument;
      const name = text(at!, size!);
      if (name === undefined) return Status.InvalidMemoryAccess;
      const map = readable(type!);
      if (map === undefined)
        return vm.context?.stream?.context.logging ? Status.NotFound : Status.BadArgument;
      const value = map.first(name.toLowerCase());
      return value === undefined
        ? Status.NotFound
        : vm.memory.give(Buffer.from(value, "latin1"), addressAt!, sizeAt!);
    },
    proxy_add_header_map_value: (type, at, size, valueAt, valueSize) =>
      change(type!, [text(at!, size!), text(valueAt!, valueSize!)], (map, [name, value]) =>
        map.add(name!, value!),
      ),
    proxy_replace_header_map_value: (type, at, size, valueAt, valueSize) =>
      change(type!, [text(at!, size!), text(valueAt!, valueSize!)], (map, [name, value]) =>
        map.set(name!, value!),
      ),
    proxy_remove_header_map_value: (type, at, size) =>
      change(type!, [text(at!, size!)], (map, [name]) => map.remove(name!)),
  };
}

// "Common HTTP and TCP stream operations", "HTTP streams"
function streamCalls({ vm, callouts }: Surroundings): HostFunctions {
  const onStream = (type: number, act: (stream: HttpStream) => void): Status => {
    if (type > STREAM_TYPE_MAX) {
      vm.misuse(`stream type ${type}`);
      return Status.BadArgument;
    }
    const stream = vm.context?.stream;
    if (stream !== undefined && type <= StreamType.HttpResponse) act(stream);
    return Status.Ok;
  };
  return {
    proxy_continue_stream: (type) => {
      if (type === StreamType.Upstream) return Status.Unimplemented;
      return onStream(type!, (stream) => {
        const side = type === StreamType.HttpRequest ? "request" : "response";
        vm.defer(() => stream.direction(side).resume());
        stream.context.forgetRequest();
      });
    },
    proxy_close_stream: (type) =>
      onStream(type!, (stream) => {
        stream.responseCodeDetails ??= "wasm_close_stream";
        vm.defer(() => stream.resetStream());
      }),
    proxy_get_status: (codeAt, addressAt, sizeAt) => {
      const { code, message } = callouts.status;
      if (!vm.memory.writeU32(codeAt!, code)) return Status.InvalidMemoryAccess;
      return vm.memory.give(Buffer.from(message), addressAt!, sizeAt!);
    },
    proxy_send_local_response: (
      status,
      detailsAt,
      detailsSize,
      bodyAt,
      bodySize,
      pairsAt,
      pairsSize,
      grpcStatus,
    ) => {
      const details = vm.memory.readText(detailsAt!, detailsSize!);
      const body = vm.memory.read(bodyAt!, bodySize!);
      const pairs = vm.memory.read(pairsAt!, pairsSize!);
      if (details === undefined || body === undefined || pairs === undefined)
        return Status.InvalidMemoryAccess;
      const stream = vm.context?.stream;
      if (stream === undefined) vm.misuse("proxy_send_local_response outside a stream");
      if (status! < 200 || status! > 599) vm.misuse(`proxy_send_local_response of status ${status}`);
      const reply = {
        status: status!,
        body,
        headers: vm.pairs(pairs, "proxy_send_local_response"),
        grpcStatus: grpcStatus! <= 16 ? grpcStatus! : undefined,
        details: details.replace(/\s/g, "_"),
      };
      vm.defer(() => stream?.sendLocalReply(reply));
      vm.iterationStopped = true;
      return Status.Ok;
    },
  };
}
