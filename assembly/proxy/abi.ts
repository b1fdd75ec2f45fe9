// Numbers of the proxy-wasm ABI 0.2.1 (https://github.com/proxy-wasm/spec/tree/main/abi-versions/v0.2.1).

export enum Status {
  Ok = 0,
  NotFound = 1,
  BadArgument = 2,
  SerializationFailure = 3,
  ParseFailure = 4,
  BadExpression = 5,
  InvalidMemoryAccess = 6,
  Empty = 7,
  CasMismatch = 8,
  ResultMismatch = 9,
  InternalFailure = 10,
  BrokenConnection = 11,
  Unimplemented = 12,
}

export enum LogLevel {
  Trace = 0,
  Debug = 1,
  Info = 2,
  Warn = 3,
  Error = 4,
  Critical = 5,
}

export enum HeaderMap {
  RequestHeaders = 0,
  RequestTrailers = 1,
  ResponseHeaders = 2,
  ResponseTrailers = 3,
}

export enum Buffer {
  HttpRequestBody = 0,
  HttpResponseBody = 1,
  VmConfiguration = 6,
  PluginConfiguration = 7,
}

export enum HeadersStatus {
  Continue = 0,
  /** Holds the headers but lets body callbacks come, only where `allow_on_headers_stop_iteration` is set. */
  StopIteration = 1,
  StopAllIterationAndBuffer = 3,
}

export enum DataStatus {
  Continue = 0,
  StopIterationAndBuffer = 1,
  /** As above, but the host stops reading where it else would give up, and offers only new bytes next time. */
  StopIterationAndWatermark = 2,
  StopIterationNoBuffer = 3,
}

export enum TrailersStatus {
  Continue = 0,
  StopIteration = 1,
}

export enum MetricKind {
  Counter = 0,
  Gauge = 1,
  Histogram = 2,
}

export enum StreamType {
  HttpRequest = 0,
  HttpResponse = 1,
}
