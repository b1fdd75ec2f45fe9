// Proxy-Wasm ABI v0.2.1, typed out from the specification (github.com/proxy-wasm/spec, abi-versions/v0.2.1):
// the numbers and the signatures on the wire. Nothing here comes from the code under test, so that a wrong
// number there meets a right one here.

/** `proxy_status_t`. The gaps belong to statuses of older ABI versions. */
export const Status = {
  Ok: 0,
  NotFound: 1,
  BadArgument: 2,
  SerializationFailure: 3,
  ParseFailure: 4,
  InvalidMemoryAccess: 6,
  Empty: 7,
  CasMismatch: 8,
  InternalFailure: 10,
  BrokenConnection: 11,
  Unimplemented: 12,
} as const;
export type Status = (typeof Status)[keyof typeof Status];

/** `proxy_log_level_t`, by number. */
export const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "critical"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** `proxy_buffer_type_t`. */
export const BufferType = {
  HttpRequestBody: 0,
  HttpResponseBody: 1,
  DownstreamData: 2,
  UpstreamData: 3,
  HttpCallResponseBody: 4,
  GrpcCallMessage: 5,
  VmConfiguration: 6,
  PluginConfiguration: 7,
  ForeignFunctionArguments: 8,
} as const;
export const BUFFER_TYPE_MAX = 8;

/** `proxy_map_type_t`. */
export const MapType = {
  HttpRequestHeaders: 0,
  HttpRequestTrailers: 1,
  HttpResponseHeaders: 2,
  HttpResponseTrailers: 3,
  GrpcCallInitialMetadata: 4,
  GrpcCallTrailingMetadata: 5,
  HttpCallResponseHeaders: 6,
  HttpCallResponseTrailers: 7,
} as const;
export const MAP_TYPE_MAX = 7;

/** `proxy_stream_type_t`. */
export const StreamType = { HttpRequest: 0, HttpResponse: 1, Downstream: 2, Upstream: 3 } as const;
export const STREAM_TYPE_MAX = 3;

/** `proxy_metric_type_t`. */
export const MetricType = { Counter: 0, Gauge: 1, Histogram: 2 } as const;

/** What header callbacks return in Envoy (the specification knows 0 and 1 only). */
export const HeadersStatus = {
  Continue: 0,
  StopIteration: 1,
  ContinueAndEndStream: 2,
  StopAllIterationAndBuffer: 3,
  StopAllIterationAndWatermark: 4,
} as const;

/** What body callbacks return in Envoy. */
export const DataStatus = {
  Continue: 0,
  StopIterationAndBuffer: 1,
  StopIterationAndWatermark: 2,
  StopIterationNoBuffer: 3,
} as const;

/** What trailer callbacks return. */
export const TrailersStatus = { Continue: 0, StopIteration: 1 } as const;

/** `wasi_errno_t`, with the few others that Envoy answers. */
export const Errno = { Success: 0, Badf: 8, Fault: 21, Inval: 28, Noent: 44, Nosys: 52, Notsup: 58 } as const;

/** Envoy's bounds on what a guest hands over as pairs, and on one `random_get`. */
export const PAIRS_MAX_BYTES = 1024 * 1024;
export const PAIRS_MAX_COUNT = 1024;
export const RANDOM_MAX_BYTES = 64 * 1024;

// Signatures are written `parameters>results`, i = i32, I = i64.
const n = (count: number): string => "i".repeat(count) + ">i";

/** `env.*` functions every 0.2.x host offers, in the order of the specification. */
export const HOSTCALL_SIGNATURES: Readonly<Record<string, string>> = {
  proxy_done: n(0),
  proxy_set_effective_context: n(1),
  proxy_log: n(3),
  proxy_get_log_level: n(1),
  proxy_get_current_time_nanoseconds: n(1),
  proxy_set_tick_period_milliseconds: n(1),
  proxy_set_buffer_bytes: n(5),
  proxy_get_buffer_bytes: n(5),
  proxy_get_buffer_status: n(3),
  proxy_get_header_map_size: n(2),
  proxy_get_header_map_pairs: n(3),
  proxy_set_header_map_pairs: n(3),
  proxy_get_header_map_value: n(5),
  proxy_add_header_map_value: n(5),
  proxy_replace_header_map_value: n(5),
  proxy_remove_header_map_value: n(3),
  proxy_continue_stream: n(1),
  proxy_close_stream: n(1),
  proxy_get_status: n(3),
  proxy_send_local_response: n(8),
  proxy_http_call: n(10),
  proxy_grpc_call: n(12),
  proxy_grpc_stream: n(9),
  proxy_grpc_send: n(4),
  proxy_grpc_cancel: n(1),
  proxy_grpc_close: n(1),
  proxy_set_shared_data: n(5),
  proxy_get_shared_data: n(5),
  proxy_register_shared_queue: n(3),
  proxy_resolve_shared_queue: n(5),
  proxy_enqueue_shared_queue: n(3),
  proxy_dequeue_shared_queue: n(3),
  proxy_define_metric: n(4),
  proxy_record_metric: "iI>i",
  proxy_increment_metric: "iI>i",
  proxy_get_metric: n(2),
  proxy_get_property: n(4),
  proxy_set_property: n(4),
  proxy_call_foreign_function: n(6),
};

/** Envoy registers these only for modules that advertise 0.2.1. */
export const HOSTCALLS_SINCE_0_2_1: readonly string[] = ["proxy_get_log_level"];

/** `wasi_snapshot_preview1.*` functions that Envoy offers and this host implements. */
export const WASI_SIGNATURES: Readonly<Record<string, string>> = {
  fd_write: n(4),
  fd_read: n(4),
  fd_seek: "iIii>i",
  fd_close: n(1),
  fd_fdstat_get: n(2),
  environ_get: n(2),
  environ_sizes_get: n(2),
  args_get: n(2),
  args_sizes_get: n(2),
  clock_time_get: "iIi>i",
  clock_res_get: n(2),
  random_get: n(2),
  sched_yield: n(0),
  poll_oneoff: n(4),
  proc_exit: "i>",
};

/** Allowed while `_initialize`, `_start` or `main` runs; any other hostcall fails the VM. */
export const ALLOWED_AT_START: readonly string[] = [
  "proxy_log",
  "fd_write",
  "args_sizes_get",
  "args_get",
  "environ_sizes_get",
  "environ_get",
  "clock_time_get",
  "clock_res_get",
  "random_get",
  "poll_oneoff",
  "fd_fdstat_get",
];

/** Callbacks the host may call, when the module exports them. */
export const CALLBACK_SIGNATURES: Readonly<Record<string, string>> = {
  _initialize: ">",
  _start: ">",
  main: "ii>i",
  malloc: "i>i",
  proxy_on_memory_allocate: "i>i",
  proxy_on_context_create: "ii>",
  proxy_on_done: "i>i",
  proxy_on_log: "i>",
  proxy_on_delete: "i>",
  proxy_on_vm_start: "ii>i",
  proxy_on_configure: "ii>i",
  proxy_on_tick: "i>",
  proxy_on_request_headers: "iii>i",
  proxy_on_request_body: "iii>i",
  proxy_on_request_trailers: "ii>i",
  proxy_on_response_headers: "iii>i",
  proxy_on_response_body: "iii>i",
  proxy_on_response_trailers: "ii>i",
  proxy_on_http_call_response: "iiiii>",
  proxy_on_queue_ready: "ii>",
  proxy_on_foreign_function: "iii>",
};
