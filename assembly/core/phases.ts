// Addresses that can receive nothing more after a phase (bit per address).

import { Address } from "./address";

export const AFTER_REQUEST_HEADERS: u32 =
  (1 << Address.RequestMethod) |
  (1 << Address.RequestUriRaw) |
  (1 << Address.RequestQuery) |
  (1 << Address.RequestPath) |
  (1 << Address.RequestHeaders) |
  (1 << Address.RequestCookies) |
  (1 << Address.ClientIp);
export const AFTER_REQUEST: u32 =
  AFTER_REQUEST_HEADERS |
  (1 << Address.RequestBody) |
  (1 << Address.RequestBodyFilenames) |
  (1 << Address.RequestBodyFilesContent) |
  (1 << Address.GraphqlResolvers) |
  (1 << Address.RequestTrailers) |
  (1 << Address.RequestAnomalies);
export const AFTER_RESPONSE_HEADERS: u32 =
  AFTER_REQUEST | (1 << Address.ResponseStatus) | (1 << Address.ResponseHeaders);
export const AFTER_RESPONSE: u32 =
  AFTER_RESPONSE_HEADERS |
  (1 << Address.ResponseBody) |
  (1 << Address.ResponseTrailers) |
  (1 << Address.ResponseAnomalies);
