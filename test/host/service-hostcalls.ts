// The rest of `env`, in the order of the specification's sections: calls to other services, shared data and queues,
// metrics, properties and foreign functions.
import { Status } from "./abi.ts";
import { told } from "./guest-memory.ts";
import type { Surroundings } from "./hostcalls.ts";
import { getProperty, setProperty } from "./properties.ts";
import type { HostFunctions } from "./vm.ts";

export function createServiceCalls(around: Surroundings): HostFunctions {
  return {
    ...callCalls(around),
    ...sharedCalls(around),
    ...queueCalls(around),
    ...metricCalls(around),
    ...propertyCalls(around),
  };
}

// "HTTP calls", "gRPC calls": no gRPC service is ever known here.
function callCalls({ vm, callouts }: Surroundings): HostFunctions {
  return {
    proxy_http_call: (clusterAt, clusterSize, headersAt, headersSize, bodyAt, bodySize, ...rest) => {
      const [trailersAt, trailersSize, timeoutMs, idAt] = rest;
      const cluster = vm.memory.readText(clusterAt!, clusterSize!);
      const headers = vm.memory.read(headersAt!, headersSize!);
      const body = vm.memory.read(bodyAt!, bodySize!);
      const trailers = vm.memory.read(trailersAt!, trailersSize!);
      const readable =
        cluster !== undefined && headers !== undefined && body !== undefined && trailers !== undefined;
      if (!readable || !vm.memory.writeU32(idAt!, 0)) return Status.InvalidMemoryAccess;
      if (vm.context === undefined) return Status.InternalFailure;
      const call = callouts.start(vm.context.root, cluster, headers, body, trailers, timeoutMs!);
      if (typeof call === "number") return call;
      return told(vm.memory.writeU32(idAt!, call.id));
    },
    proxy_grpc_call: () => Status.ParseFailure,
    proxy_grpc_stream: () => Status.ParseFailure,
    proxy_grpc_send: () => Status.NotFound,
    proxy_grpc_cancel: () => Status.NotFound,
    proxy_grpc_close: () => Status.NotFound,
  };
}

// "Shared Key-Value Store"
function sharedCalls({ vm }: Surroundings): HostFunctions {
  const { sharedData, vmId } = vm.options;
  return {
    proxy_set_shared_data: (keyAt, keySize, valueAt, valueSize, cas) => {
      const key = vm.memory.readBytes(keyAt!, keySize!);
      const value = vm.memory.read(valueAt!, valueSize!);
      if (key === undefined || value === undefined) return Status.InvalidMemoryAccess;
      return sharedData.set(vmId, key, value, cas!);
    },
    proxy_get_shared_data: (keyAt, keySize, addressAt, sizeAt, casAt) => {
      const key = vm.memory.readBytes(keyAt!, keySize!);
      if (key === undefined) return Status.InvalidMemoryAccess;
      const entry = sharedData.get(vmId, key);
      if (entry === undefined) return Status.NotFound;
      const given = vm.memory.give(entry.value, addressAt!, sizeAt!);
      return given === Status.Ok ? told(vm.memory.writeU32(casAt!, entry.cas)) : given;
    },
  };
}

// "Shared Queues"
function queueCalls({ vm }: Surroundings): HostFunctions {
  const { sharedData, vmId } = vm.options;
  return {
    proxy_register_shared_queue: (nameAt, nameSize, idAt) => {
      const name = vm.memory.readBytes(nameAt!, nameSize!);
      if (name === undefined) return Status.InvalidMemoryAccess;
      return told(vm.memory.writeU32(idAt!, sharedData.registerQueue(vmId, name, vm.context?.root.id ?? 0)));
    },
    proxy_resolve_shared_queue: (vmAt, vmSize, nameAt, nameSize, idAt) => {
      const of = vm.memory.readBytes(vmAt!, vmSize!);
      const name = vm.memory.readBytes(nameAt!, nameSize!);
      if (of === undefined || name === undefined) return Status.InvalidMemoryAccess;
      const id = sharedData.resolveQueue(of === "" ? vmId : of, name);
      return id === undefined ? Status.NotFound : told(vm.memory.writeU32(idAt!, id));
    },
    proxy_enqueue_shared_queue: (id, at, size) => {
      const item = vm.memory.read(at!, size!);
      if (item === undefined) return Status.InvalidMemoryAccess;
      const queue = sharedData.enqueue(id!, item);
      if (queue === undefined) return Status.NotFound;
      const owner = vm.contexts.get(queue.owner);
      if (owner !== undefined)
        vm.defer(() => vm.callback(owner, "proxy_on_queue_ready", [id!], () => undefined));
      return Status.Ok;
    },
    proxy_dequeue_shared_queue: (id, addressAt, sizeAt) => {
      const item = sharedData.dequeue(id!);
      return typeof item === "number" ? item : vm.memory.give(item, addressAt!, sizeAt!);
    },
  };
}

// "Metrics"
function metricCalls({ vm }: Surroundings): HostFunctions {
  const { metrics } = vm.options;
  return {
    proxy_define_metric: (type, nameAt, nameSize, idAt) => {
      const name = vm.memory.readText(nameAt!, nameSize!);
      if (name === undefined) return Status.InvalidMemoryAccess;
      const id = metrics.define(type!, name);
      if (id !== undefined) return told(vm.memory.writeU32(idAt!, id));
      vm.misuse(`metric type ${type}`);
      return Status.BadArgument;
    },
    proxy_record_metric: (id, value) => metrics.record(id!, BigInt.asUintN(64, BigInt(value!))),
    proxy_increment_metric: (id, delta) => metrics.increment(id!, BigInt(delta!)),
    proxy_get_metric: (id, at) => {
      const value = metrics.read(id!);
      return typeof value === "bigint" ? told(vm.memory.writeU64(at!, value)) : value;
    },
  };
}

// "Properties", "Foreign function interface"
function propertyCalls({ vm, foreignFunctions }: Surroundings): HostFunctions {
  return {
    proxy_get_property: (pathAt, pathSize, addressAt, sizeAt) => {
      const path = vm.memory.readBytes(pathAt!, pathSize!);
      if (path === undefined) return Status.InvalidMemoryAccess;
      const value = getProperty(path, vm.context, vm);
      return typeof value === "number" ? value : vm.memory.give(value, addressAt!, sizeAt!);
    },
    proxy_set_property: (pathAt, pathSize, valueAt, valueSize) => {
      const path = vm.memory.readBytes(pathAt!, pathSize!);
      const value = vm.memory.read(valueAt!, valueSize!);
      if (path === undefined || value === undefined) return Status.InvalidMemoryAccess;
      return setProperty(path, value, vm.context);
    },
    proxy_call_foreign_function: (nameAt, nameSize, argsAt, argsSize, addressAt, sizeAt) => {
      const name = vm.memory.readText(nameAt!, nameSize!);
      const args = vm.memory.read(argsAt!, argsSize!);
      if (name === undefined || args === undefined) return Status.InvalidMemoryAccess;
      const result = foreignFunctions[name]?.(args) ?? Status.NotFound;
      if (typeof result === "number") return result;
      return addressAt === 0 ? Status.Ok : vm.memory.give(result, addressAt!, sizeAt!);
    },
  };
}
