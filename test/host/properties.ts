// Attributes behind `proxy_get_property` and the filter state behind `proxy_set_property`, as Envoy answers them: raw
// bytes, integers as 8 bytes little-endian, booleans as one, maps as serialized pairs. What is not there is NotFound.
import { Status } from "./abi.ts";
import { serializePairs } from "./header-pairs.ts";
import type { HeaderMap } from "./header-pairs.ts";
import type { PropertyValue } from "./exchange.ts";
import type { HttpStream } from "./http-stream.ts";
import type { HostContext, Vm } from "./vm.ts";

export function encodeProperty(value: PropertyValue): Uint8Array {
  if (typeof value === "string") return Buffer.from(value);
  if (value instanceof Uint8Array) return value;
  if (typeof value === "boolean") return Buffer.of(Number(value));
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(BigInt(value));
  return bytes;
}

export function getProperty(path: string, context: HostContext | undefined, vm: Vm): Uint8Array | Status {
  // Parts are separated, and may be ended, by a zero byte. No part at all is a null value, which has no form.
  const parts = path.replace(/\0$/, "").split("\0");
  if (path === "") return Status.SerializationFailure;
  const dotted = parts.join(".");
  const given = context?.stream?.options.properties?.[dotted];
  if (given !== undefined) return encodeProperty(given);
  const value = context?.stream === undefined ? undefined : streamProperty(parts, dotted, context.stream, vm);
  return value ?? pluginProperty(dotted, context, vm) ?? Status.NotFound;
}

/** Only streams carry filter state: from a plugin context the answer is NotFound. */
export function setProperty(path: string, value: Uint8Array, context: HostContext | undefined): Status {
  if (context?.stream === undefined) return Status.NotFound;
  context.stream.filterState.set(`wasm.${path}`, Buffer.from(value));
  return Status.Ok;
}

function pluginProperty(dotted: string, context: HostContext | undefined, vm: Vm): Uint8Array | undefined {
  const values: Record<string, PropertyValue | undefined> = {
    plugin_name: vm.options.pluginName,
    plugin_root_id: context?.root.rootId,
    plugin_vm_id: vm.options.vmId,
    "node.id": "test-node",
    "node.cluster": "test-cluster",
    "xds.node.id": "test-node",
    listener_direction: 1,
  };
  const value = values[dotted];
  return value === undefined ? undefined : encodeProperty(value);
}

function streamProperty(parts: string[], dotted: string, stream: HttpStream, vm: Vm): Uint8Array | undefined {
  const { context } = stream;
  const [area, name, key] = parts;
  // Without the header map, which goes when the headers have gone on, header attributes are not there either.
  const request =
    context.visible.request.headers ?? (context.logging ? stream.message("request").headers : undefined);
  const response =
    context.visible.response.headers ?? (context.logging ? stream.message("response").headers : undefined);
  if (area === "request" && name === "headers") return mapProperty(request, key);
  if (area === "response" && name === "headers") return mapProperty(response, key);
  const state = stream.filterState.get(`wasm.${parts[0]}`);
  if (state !== undefined && parts.length === 1) return state;
  const value = {
    ...connectionProperties(stream),
    ...requestProperties(stream, request, vm),
    ...responseProperties(stream),
  }[dotted];
  return value === undefined ? undefined : encodeProperty(value);
}

type Values = Record<string, PropertyValue | undefined>;

function connectionProperties(stream: HttpStream): Values {
  const reached = stream.upstream.headers !== undefined;
  return {
    "source.address": "203.0.113.7:54321",
    "source.port": 54321,
    "destination.address": "10.0.0.1:8080",
    "destination.port": 8080,
    "connection.id": 1n,
    connection_id: 1n,
    "connection.mtls": false,
    "upstream.address": reached ? "10.0.0.2:9000" : undefined,
    "upstream.port": reached ? 9000 : undefined,
    cluster_name: "service",
    "xds.cluster_name": "service",
    route_name: "default",
    "xds.route_name": "default",
  };
}

function requestProperties(stream: HttpStream, headers: HeaderMap | undefined, vm: Vm): Values {
  const raw = (name: string): Uint8Array | undefined => {
    const value = headers?.first(name);
    return value === undefined ? undefined : Buffer.from(value, "latin1");
  };
  const path = headers?.first(":path");
  const query = path?.indexOf("?") ?? -1;
  const cut = (from: number, to?: number): Uint8Array | undefined =>
    path === undefined ? undefined : Buffer.from(path.slice(from, to), "latin1");
  return {
    "request.path": raw(":path"),
    "request.url_path": query < 0 ? cut(0) : cut(0, query),
    "request.query": query < 0 ? cut(path?.length ?? 0) : cut(query + 1),
    "request.host": raw(":authority"),
    "request.scheme": raw(":scheme"),
    "request.method": raw(":method"),
    "request.referer": raw("referer"),
    "request.useragent": raw("user-agent"),
    "request.id": raw("x-request-id"),
    "request.protocol": stream.options.http2 ? "HTTP/2" : "HTTP/1.1",
    "request.time": vm.wallNs,
    "request.duration": stream.finished ? vm.monotonicNs - stream.startedNs : undefined,
    "request.size": stream.upstream.body.length + (stream.direction("request").buffered?.length ?? 0),
  };
}

function responseProperties(stream: HttpStream): Values {
  const { status } = stream.client;
  return {
    "response.code": status,
    "response.code_details": stream.responseCodeDetails,
    "response.flags": 0,
    "response.size": stream.client.body.length,
  };
}

function mapProperty(map: HeaderMap | undefined, key: string | undefined): Uint8Array | undefined {
  if (map === undefined) return undefined;
  if (key === undefined) return serializePairs(map.pairs);
  const values = map.pairs.filter((pair) => pair[0] === key.toLowerCase()).map((pair) => pair[1]);
  return values.length === 0 ? undefined : Buffer.from(values.join(","), "latin1");
}
