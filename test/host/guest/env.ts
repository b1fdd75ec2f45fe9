// Imports of the test guest. AssemblyScript names the module of a declared function after its file: "env".
// Written from the ABI specification v0.2.1.
export declare function proxy_log(level: i32, at: usize, size: i32): i32;
export declare function proxy_get_buffer_bytes(
  type: i32,
  start: i32,
  size: i32,
  address: usize,
  length: usize,
): i32;
export declare function proxy_set_buffer_bytes(type: i32, start: i32, size: i32, at: usize, length: i32): i32;
export declare function proxy_get_header_map_pairs(type: i32, address: usize, length: usize): i32;
export declare function proxy_get_header_map_value(
  type: i32,
  key: usize,
  keySize: i32,
  address: usize,
  length: usize,
): i32;
export declare function proxy_add_header_map_value(
  type: i32,
  key: usize,
  keySize: i32,
  at: usize,
  size: i32,
): i32;
export declare function proxy_continue_stream(type: i32): i32;
export declare function proxy_send_local_response(
  status: i32,
  details: usize,
  detailsSize: i32,
  body: usize,
  bodySize: i32,
  pairs: usize,
  pairsSize: i32,
  grpcStatus: i32,
): i32;
export declare function proxy_get_property(path: usize, pathSize: i32, address: usize, length: usize): i32;
export declare function proxy_set_property(path: usize, pathSize: i32, at: usize, size: i32): i32;
export declare function proxy_set_shared_data(key: usize, keySize: i32, at: usize, size: i32, cas: i32): i32;
export declare function proxy_get_shared_data(
  key: usize,
  keySize: i32,
  address: usize,
  length: usize,
  cas: usize,
): i32;
export declare function proxy_define_metric(type: i32, name: usize, nameSize: i32, id: usize): i32;
export declare function proxy_increment_metric(id: i32, delta: i64): i32;
export declare function proxy_get_metric(id: i32, value: usize): i32;
export declare function proxy_set_tick_period_milliseconds(period: i32): i32;
export declare function proxy_get_current_time_nanoseconds(at: usize): i32;
export declare function proxy_http_call(
  cluster: usize,
  clusterSize: i32,
  headers: usize,
  headersSize: i32,
  body: usize,
  bodySize: i32,
  trailers: usize,
  trailersSize: i32,
  timeoutMs: i32,
  id: usize,
): i32;
