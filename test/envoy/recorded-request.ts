// One request as the upstream received it.
import { ByteLog } from "./byte-log.ts";
import { Changes } from "./changes.ts";

export class RecordedRequest {
  readonly protocol: "HTTP/1.1" | "HTTP/2";
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  /** `performance.now()` when its head was there. */
  readonly headAt = performance.now();
  readonly content = new ByteLog();
  /** Told of everything that comes. */
  readonly changes = new Changes();
  trailers: Record<string, string> = {};
  /** False when the connection or stream ended before the request did. */
  complete = false;
  /** The connection or stream is gone, or the exchange is over. */
  closed = false;

  constructor(
    protocol: "HTTP/1.1" | "HTTP/2",
    method: string,
    path: string,
    headers: Record<string, string>,
  ) {
    this.protocol = protocol;
    this.method = method;
    this.path = path;
    this.headers = headers;
  }

  get body(): Buffer {
    return this.content.bytes;
  }

  get id(): string {
    return this.headers["x-test-id"] ?? "";
  }
}
