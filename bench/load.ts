// What a load generator is told and what it answers, whatever protocol it speaks.

export interface LoadRequest {
  /** The whole request as it goes over the wire; of gRPC the framed message. */
  bytes: Buffer;
  /** The status that is expected, of gRPC `grpc-status`; any other is counted as wrong. */
  status: number;
}

export interface LoadPlan {
  port: number;
  connections: number;
  /** Requests are taken in turn. */
  requests: readonly LoadRequest[];
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

/** Connections to one port, kept open between runs. */
export interface LoadClient {
  run(plan: LoadPlan): Promise<LoadResult>;
  close(): void;
}

/** Breaks after which a run is given up. */
const MAX_BROKEN = 100;

/** One run: which request is next, and what came back. */
export class LoadRun {
  broken = 0;
  private readonly plan: LoadPlan;
  private readonly started = performance.now();
  private readonly deadline: number;
  private readonly times: number[] = [];
  private readonly statuses: Record<number, number> = {};
  private readonly wrong: Record<string, number> = {};
  private sent = 0;

  constructor(plan: LoadPlan) {
    this.plan = plan;
    this.deadline = plan.durationMs === undefined ? Infinity : this.started + plan.durationMs;
  }

  /** The next request, or undefined at the end of the run. */
  next(): LoadRequest | undefined {
    const isOver = this.sent >= (this.plan.count ?? Infinity) || performance.now() >= this.deadline;
    if (isOver || this.broken >= MAX_BROKEN) return undefined;
    return this.plan.requests[this.sent++ % this.plan.requests.length]!;
  }

  count(request: LoadRequest, status: number, milliseconds: number): void {
    this.times.push(milliseconds);
    this.statuses[status] = (this.statuses[status] ?? 0) + 1;
    if (status !== request.status) {
      const key = `${request.status} → ${status}`;
      this.wrong[key] = (this.wrong[key] ?? 0) + 1;
    }
    this.plan.onProgress?.(this.times.length);
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
}
