// The phases of a transaction, and the addresses that can receive nothing more after them (bit per address).

import { Address } from "./address";

/** Where in a transaction something came about. */
export enum Phase {
  None,
  RequestHeaders,
  RequestBody,
  RequestTrailers,
  ResponseHeaders,
  ResponseBody,
  ResponseTrailers,
}

/** By Phase. */
export const PHASE_NAMES = [
  "",
  "request_headers",
  "request_body",
  "request_trailers",
  "response_headers",
  "response_body",
  "response_trailers",
];

/** What the head of a request brings. */
export const REQUEST_HEAD: u32 =
  (1 << Address.RequestMethod) |
  (1 << Address.RequestUriRaw) |
  (1 << Address.RequestQuery) |
  (1 << Address.RequestPath) |
  (1 << Address.RequestHeaders) |
  (1 << Address.RequestCookies);
/** What the head of a response brings. */
export const RESPONSE_HEAD: u32 = (1 << Address.ResponseStatus) | (1 << Address.ResponseHeaders);

/** All that a response brings. */
export const RESPONSE: u32 =
  RESPONSE_HEAD |
  (1 << Address.ResponseBody) |
  (1 << Address.ResponseTrailers) |
  (1 << Address.ResponseAnomalies);

export const AFTER_REQUEST_HEADERS: u32 = REQUEST_HEAD | (1 << Address.ClientIp);
export const AFTER_REQUEST: u32 =
  AFTER_REQUEST_HEADERS |
  (1 << Address.RequestBody) |
  (1 << Address.RequestBodyFilenames) |
  (1 << Address.RequestBodyFilesContent) |
  (1 << Address.RequestBodyFilesType) |
  (1 << Address.GraphqlResolvers) |
  (1 << Address.GraphqlOperation) |
  (1 << Address.RequestTrailers) |
  (1 << Address.RequestAnomalies);
export const AFTER_RESPONSE_HEADERS: u32 = AFTER_REQUEST | RESPONSE_HEAD;
export const AFTER_RESPONSE: u32 = AFTER_RESPONSE_HEADERS | RESPONSE;
