// How Envoy turns a local reply into headers and a body (source/common/http/utility.cc): content length and type are
// filled in, and a gRPC client gets a trailers-only response.
import { HeaderMap } from "./header-pairs.ts";
import type { HeaderPair } from "./header-pairs.ts";

export interface LocalReply {
  status: number;
  body: Uint8Array;
  headers: readonly HeaderPair[];
  /** Undefined: derived from the HTTP status. */
  grpcStatus: number | undefined;
  details: string;
}

const nothingMore = { headers: [], grpcStatus: undefined };
/** What Envoy itself answers when it holds more than it may. */
export const REQUEST_TOO_LARGE: LocalReply = {
  status: 413,
  body: Buffer.from("Payload Too Large"),
  details: "request_payload_too_large",
  ...nothingMore,
};
export const RESPONSE_TOO_LARGE: LocalReply = {
  status: 500,
  body: Buffer.from("Internal Server Error"),
  details: "response_payload_too_large",
  ...nothingMore,
};

const GRPC_STATUS_OF_HTTP: Readonly<Record<number, number>> = {
  400: 13,
  401: 16,
  403: 7,
  404: 12,
  429: 14,
  502: 14,
  503: 14,
  504: 14,
};
const GRPC_UNKNOWN = 2;

export function prepareLocalReply(
  reply: LocalReply,
  request: HeaderMap,
): { headers: HeaderMap; body: Buffer } {
  const headers = new HeaderMap({ ":status": String(reply.status) });
  for (const [name, value] of reply.headers) headers.add(name, value);
  const isHead = request.first(":method") === "HEAD";
  const body = Buffer.from(reply.body);
  if (/^application\/grpc($|[+])/.test(request.first("content-type") ?? "")) {
    headers.set(":status", "200");
    headers.set("content-type", "application/grpc");
    const status = reply.grpcStatus ?? GRPC_STATUS_OF_HTTP[reply.status] ?? GRPC_UNKNOWN;
    if (!headers.has("grpc-status")) headers.set("grpc-status", String(status));
    if (body.length > 0 && !isHead) headers.set("grpc-message", percentEncoded(body));
    return { headers, body: Buffer.alloc(0) };
  }
  if (body.length > 0) {
    headers.set("content-length", String(body.length));
    if (!headers.has("content-type")) headers.set("content-type", "text/plain");
  } else {
    headers.remove("content-length");
    headers.remove("content-type");
  }
  return { headers, body: isHead ? Buffer.alloc(0) : body };
}

function percentEncoded(bytes: Uint8Array): string {
  const encode = (byte: number): string => "%" + byte.toString(16).toUpperCase().padStart(2, "0");
  return [...bytes]
    .map((b) => (b < 0x20 || b > 0x7e || b === 0x25 ? encode(b) : String.fromCharCode(b)))
    .join("");
}
