// One response as a client received it: what came, when, and how it ended.
import { ByteLog } from "./byte-log.ts";
import { Changes } from "./changes.ts";

/** `complete`: whole. `truncated`: the connection was closed in the middle. `reset`: the stream or connection was broken off. */
export type Ending = "complete" | "truncated" | "reset";

export class ObservedResponse {
  /** 0 while no head has come. */
  status = 0;
  headers: Record<string, string> = {};
  trailers: Record<string, string> = {};
  /** Status of interim responses that came first, such as 100. */
  readonly interim: number[] = [];
  readonly content = new ByteLog();
  /** `performance.now()` when the head came. */
  headAt: number | undefined;
  ending: Ending | undefined;
  /** Told of everything that comes. */
  readonly changes = new Changes();

  get body(): Buffer {
    return this.content.bytes;
  }

  onHead(status: number, headers: Record<string, string>): void {
    if (status >= 100 && status < 200) {
      this.interim.push(status);
    } else {
      this.status = status;
      this.headers = headers;
      this.headAt = performance.now();
    }
    this.changes.notify();
  }

  onBytes(bytes: Buffer): void {
    this.content.add(bytes);
    this.changes.notify();
  }

  onTrailers(trailers: Record<string, string>): void {
    this.trailers = trailers;
  }

  /** The first ending counts. */
  onEnd(ending: Ending): void {
    this.ending ??= ending;
    this.changes.notify();
  }
}
