// The two ends of an HTTP exchange: what a test may say about it, and what a peer has received.
import { HeaderMap } from "./header-pairs.ts";
import type { HeaderInit } from "./header-pairs.ts";

export type PropertyValue = string | Uint8Array | number | bigint | boolean;
export interface StreamOptions {
  method?: string;
  path?: string;
  headers?: HeaderInit;
  /** The last body bytes carry the end of stream (HTTP/2); without it the end comes alone, after them (HTTP/1). */
  http2?: boolean;
  upstreamHttp2?: boolean;
  /** By dotted path; these win over what the host knows itself. */
  properties?: Readonly<Record<string, PropertyValue>>;
}
/** What one peer has received so far. */
export class Received {
  headers: HeaderMap | undefined;
  body: Buffer = Buffer.alloc(0);
  trailers: HeaderMap | undefined;
  ended = false;
  reset = false;
  get status(): number | undefined {
    const status = this.headers?.get(":status");
    return status === undefined ? undefined : Number(status);
  }
  get text(): string {
    return this.body.toString("utf8");
  }
  /** Nothing at all has arrived. */
  get nothing(): boolean {
    return this.headers === undefined && this.body.length === 0;
  }
}

/** The request as it reaches the filter: pseudo headers first, and the request id that Envoy adds. */
export function requestHeaders(
  { method = "GET", path = "/", headers = [] }: StreamOptions,
  streamId: number,
): HeaderMap {
  const map = new HeaderMap([
    [":authority", "api.example.com"],
    [":path", path],
    [":method", method],
    [":scheme", "http"],
  ]);
  for (const [name, value] of new HeaderMap(headers).pairs) {
    if (name.startsWith(":")) map.set(name, value);
    else map.add(name, value);
  }
  const id = `00000000-0000-4000-8000-${String(streamId).padStart(12, "0")}`;
  if (!map.has("x-request-id")) map.add("x-request-id", id);
  return map;
}
