// Sends ready-made HTTP/1.1 requests over a fixed number of keep-alive connections, one at a time on each, and checks every answer's
// status. No HTTP library in between: on a shared machine the generator must leave the processor to what is measured.
import net from "node:net";

export interface LoadRequest {
  /** The whole request as it goes over the wire. */
  bytes: Buffer;
  /** The status that is expected; any other is counted as wrong. */
  status: number;
}

export interface LoadPlan {
  port: number;
  connections: number;
  /** Requests are taken in turn. */
  requests: LoadRequest[];
  /** Ends after so many requests, or … */
  count?: number;
  /** … after so many milliseconds. */
  durationMs?: number;
  /** Called after each answer with the number of answers so far. */
  onProgress?: (done: number) => void;
}

export interface LoadResult {
  done: number;
  seconds: number;
  /** How often which status came. */
  statuses: Record<number, number>;
  /** Answers with another status than expected, as `expected → got`. */
  wrong: Record<string, number>;
  /** Connections that broke before their answer was whole. */
  broken: number;
  latencies: Latencies;
}

/** Milliseconds. */
export interface Latencies {
  p50: number;
  p99: number;
  max: number;
}

const HEAD_END = Buffer.from("\r\n\r\n");
const LAST_CHUNK = Buffer.from("0\r\n\r\n");
const LENGTH = Buffer.from("\r\ncontent-length: ");
const CLOSE = Buffer.from("\r\nconnection: close");
const MAX_BROKEN = 100;

/** Runs the plan to its end. */
export async function runLoad(plan: LoadPlan): Promise<LoadResult> {
  const run = new LoadRun(plan);
  await Promise.all(Array.from({ length: plan.connections }, () => run.worker()));
  return run.result();
}

class LoadRun {
  private readonly plan: LoadPlan;
  private readonly started = performance.now();
  private readonly deadline: number;
  private readonly times: number[] = [];
  private readonly statuses: Record<number, number> = {};
  private readonly wrong: Record<string, number> = {};
  private sent = 0;
  private broken = 0;

  constructor(plan: LoadPlan) {
    this.plan = plan;
    this.deadline = plan.durationMs === undefined ? Infinity : this.started + plan.durationMs;
  }

  /** One connection's worth of the load; reconnects when the proxy closes. */
  async worker(): Promise<void> {
    while (this.hasMore() && this.broken < MAX_BROKEN) {
      await new Promise<void>((resolve) => this.connect(resolve));
    }
  }

  result(): LoadResult {
    const sorted = Float64Array.from(this.times).sort();
    const at = (share: number): number =>
      sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
    return {
      done: this.times.length,
      seconds: (performance.now() - this.started) / 1000,
      statuses: this.statuses,
      wrong: this.wrong,
      broken: this.broken,
      latencies: { p50: at(0.5), p99: at(0.99), max: at(1) },
    };
  }

  private hasMore(): boolean {
    return this.sent < (this.plan.count ?? Infinity) && performance.now() < this.deadline;
  }

  private connect(finish: () => void): void {
    const socket = net.connect(this.plan.port, "127.0.0.1");
    let request: LoadRequest | undefined;
    let sentAt = 0;
    let pending: Buffer = Buffer.alloc(0);
    const next = (): void => {
      if (!this.hasMore()) {
        request = undefined;
        socket.destroy();
        return;
      }
      request = this.plan.requests[this.sent++ % this.plan.requests.length]!;
      sentAt = performance.now();
      socket.write(request.bytes);
    };
    socket.setNoDelay(true);
    socket.on("connect", next);
    socket.on("data", (bytes: Buffer) => {
      pending = pending.length === 0 ? bytes : Buffer.concat([pending, bytes]);
      const end = responseEnd(pending);
      if (end < 0 || request === undefined) return;
      const closes = pending.subarray(0, end).includes(CLOSE);
      this.count(request, Number(pending.toString("latin1", 9, 12)), performance.now() - sentAt);
      pending = pending.subarray(end);
      if (!closes) return next();
      request = undefined;
      socket.destroy();
    });
    socket.on("error", () => {});
    socket.on("close", () => {
      if (request !== undefined) this.broken++;
      finish();
    });
  }

  private count(request: LoadRequest, status: number, milliseconds: number): void {
    this.times.push(milliseconds);
    this.statuses[status] = (this.statuses[status] ?? 0) + 1;
    if (status !== request.status) {
      const key = `${request.status} → ${status}`;
      this.wrong[key] = (this.wrong[key] ?? 0) + 1;
    }
    this.plan.onProgress?.(this.times.length);
  }
}

/** Where the response at the start of `bytes` ends, or -1 when it is not whole. */
function responseEnd(bytes: Buffer): number {
  const head = bytes.indexOf(HEAD_END);
  if (head < 0) return -1;
  const length = bytes.indexOf(LENGTH);
  let end: number;
  if (length >= 0 && length < head) {
    end =
      head + 4 + parseInt(bytes.toString("latin1", length + LENGTH.length, length + LENGTH.length + 12), 10);
  } else {
    const last = bytes.indexOf(LAST_CHUNK, head);
    if (last < 0) return -1;
    end = last + LAST_CHUNK.length;
  }
  return end <= bytes.length ? end : -1;
}
