// Portable: consts and enums; also bundled by esbuild.
//
// Where a value came from, as a small integer. Names are those of Datadog's event rules, so that its rule
// files load unchanged; the ones under "ours" are not in Datadog's list.

export enum Address {
  None = 0,
  RequestMethod = 1,
  RequestUriRaw = 2,
  RequestQuery = 3,
  RequestPathParams = 4,
  RequestHeaders = 5,
  RequestCookies = 6,
  RequestBody = 7,
  RequestBodyFilenames = 8,
  RequestBodyFilesContent = 9,
  RequestTrailers = 10,
  RequestJwt = 11,
  ClientIp = 12,
  UserId = 13,
  SessionId = 14,
  GrpcRequestMessage = 15,
  GrpcRequestMetadata = 16,
  GrpcMethod = 17,
  GraphqlResolvers = 18,
  ResponseStatus = 19,
  ResponseHeaders = 20,
  ResponseBody = 21,
  ResponseTrailers = 22,
  /** Ours: the path without its query, percent-decoded as a whole and segment by segment. */
  RequestPath = 23,
  /** Ours: what the parsers noticed (`body.malformed`, `query.bad_escape`, …), one value a fact. */
  RequestAnomalies = 24,
  /** Ours: as above, for the response. */
  ResponseAnomalies = 25,
  /** Ours: what an uploaded file is by its first bytes (`png`, `pe`, `php`, …), by the name of its field. */
  RequestBodyFilesType = 26,
  /** Ours: `type` and `name` of each operation of a GraphQL request. */
  GraphqlOperation = 27,
}

export const ADDRESS_COUNT = 28;

/** Names by number; those that are ours are said to be above. */
export const ADDRESS_NAMES = [
  "",
  "server.request.method",
  "server.request.uri.raw",
  "server.request.query",
  "server.request.path_params",
  "server.request.headers.no_cookies",
  "server.request.cookies",
  "server.request.body",
  "server.request.body.filenames",
  "server.request.body.files_content",
  "server.request.trailers",
  "server.request.jwt",
  "http.client_ip",
  "usr.id",
  "usr.session_id",
  "grpc.server.request.message",
  "grpc.server.request.metadata",
  "grpc.server.method",
  "graphql.server.all_resolvers",
  "server.response.status",
  "server.response.headers.no_cookies",
  "server.response.body",
  "server.response.trailers",
  "server.request.path",
  "server.request.anomalies",
  "server.response.anomalies",
  "server.request.body.files_type",
  "graphql.server.operation",
];
