// The upstream of the bench: an Envoy that answers by itself, once it has a request whole. A reply before the end of a body would close
// the connection, and the bench would measure the Envoys before it connect anew for every POST.
import { parse, stringify } from "yaml";
import { sampleConfig } from "../scripts/envoy/sample.ts";
import { GRPC_REPLY } from "./grpc-messages.ts";

// The bootstrap is Envoy's to understand; the bench only reaches into it.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Bootstrap = any;

export const LOCAL = { host: "127.0.0.1", port: 0 };
export const GRPC_LISTENER = "grpc";

const UPSTREAM_BODY = '{"items":[{"id":1,"name":"Lamp","price":39.5},{"id":2,"name":"Desk","price":249}]}';
const MAX_BODY = 8 * 1024 * 1024;
const TYPE = "type.googleapis.com/envoy.extensions";

export function connectionManager(bootstrap: Bootstrap): Bootstrap {
  return bootstrap.static_resources.listeners[0].filter_chains[0].filters[0].typed_config;
}

/** HTTP/2 towards the cluster, as gRPC needs it. */
export function useHttp2(cluster: Bootstrap): void {
  cluster.typed_extension_protocol_options = {
    "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
      "@type": `${TYPE}.upstreams.http.v3.HttpProtocolOptions`,
      explicit_http_config: { http2_protocol_options: {} },
    },
  };
}

/**
 * Two listeners: `api` answers with JSON, `grpc` as a gRPC service does, with a message and trailers. Envoy makes no trailers of its
 * own, so `grpc` has its reverse bridge ask a third listener, on a socket without a port, for the bare message and put it in a frame.
 */
export function upstreamConfig(): string {
  const bootstrap: Bootstrap = parse(sampleConfig({ listen: LOCAL, adminPort: 0 }));
  const manager = connectionManager(bootstrap);
  delete manager.access_log;
  manager.http_filters.shift();
  manager.http_filters.unshift({
    name: "envoy.filters.http.buffer",
    typed_config: { "@type": `${TYPE}.filters.http.buffer.v3.Buffer`, max_request_bytes: MAX_BODY },
  });
  const [api] = bootstrap.static_resources.listeners;
  // Its buffers must hold a whole body, whatever the Envoys before it do.
  api.per_connection_buffer_limit_bytes = MAX_BODY;
  const bridge = renamed(api, "bridge");
  const grpc = renamed(api, GRPC_LISTENER);
  bridge.address = { pipe: { path: `@wardgate-bench-${process.pid}` } };
  replyWith(api, { inline_string: UPSTREAM_BODY }, "application/json");
  replyWith(bridge, { inline_bytes: GRPC_REPLY.toString("base64") }, "application/x-protobuf");
  const filters = grpc.filter_chains[0].filters[0].typed_config.http_filters;
  filters[0] = {
    name: "envoy.filters.http.grpc_http1_reverse_bridge",
    typed_config: {
      "@type": `${TYPE}.filters.http.grpc_http1_reverse_bridge.v3.FilterConfig`,
      ...{ content_type: "application/x-protobuf", withhold_grpc_frames: true },
    },
  };
  bootstrap.static_resources.listeners.push(grpc, bridge);
  const [cluster] = bootstrap.static_resources.clusters;
  cluster.type = "STATIC";
  cluster.load_assignment.endpoints[0].lb_endpoints[0].endpoint.address = bridge.address;
  return stringify(bootstrap, { aliasDuplicateObjects: false });
}

function renamed(listener: Bootstrap, name: string): Bootstrap {
  return { ...structuredClone(listener), name };
}

function replyWith(listener: Bootstrap, body: object, type: string): void {
  listener.filter_chains[0].filters[0].typed_config.route_config.virtual_hosts[0].routes = [
    {
      match: { prefix: "/" },
      direct_response: { status: 200, body },
      response_headers_to_add: [{ header: { key: "content-type", value: type } }],
    },
  ];
}
