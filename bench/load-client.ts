// Sends ready-made HTTP/1.1 requests over a fixed number of keep-alive connections, one at a time on each, and checks every answer's
// status. No HTTP library in between: on a shared machine the generator must leave the processor to what is measured.
import net from "node:net";
import { type LoadClient, type LoadPlan, type LoadRequest, type LoadResult, LoadRun } from "./load.ts";

const HEAD_END = Buffer.from("\r\n\r\n");
const LAST_CHUNK = Buffer.from("0\r\n\r\n");
const LENGTH = Buffer.from("\r\ncontent-length: ");
const CLOSE = Buffer.from("\r\nconnection: close");

/** Runs the plan to its end, over connections of its own. */
export async function runLoad(plan: LoadPlan): Promise<LoadResult> {
  const client = new HttpLoadClient();
  try {
    return await client.run(plan);
  } finally {
    client.close();
  }
}

export class HttpLoadClient implements LoadClient {
  private connections: Connection[] = [];

  async run(plan: LoadPlan): Promise<LoadResult> {
    while (this.connections.length < plan.connections) this.connections.push(new Connection(plan.port));
    await Promise.all(this.connections.map((connection) => connection.open()));
    const run = new LoadRun(plan);
    await Promise.all(this.connections.map((connection) => connection.work(run)));
    return run.result();
  }

  close(): void {
    for (const connection of this.connections) connection.close();
    this.connections = [];
  }
}

/** One connection's worth of the load; connects again when the proxy closes. */
class Connection {
  private readonly port: number;
  private socket: net.Socket | undefined;
  private pending: Buffer = Buffer.alloc(0);
  private onAnswer: (status: number) => void = () => {};
  private onBroken: () => void = () => {};

  constructor(port: number) {
    this.port = port;
  }

  /** Resolves when connected, or when that failed. */
  open(): Promise<void> {
    if (this.socket !== undefined) return Promise.resolve();
    return new Promise((resolve) => {
      const socket = net.connect(this.port, "127.0.0.1", resolve);
      this.socket = socket;
      this.pending = Buffer.alloc(0);
      socket.setNoDelay(true);
      socket.on("data", (bytes: Buffer) => this.onData(bytes));
      socket.on("error", () => {});
      socket.on("close", () => {
        if (this.socket !== socket) return;
        this.socket = undefined;
        resolve();
        this.onBroken();
      });
    });
  }

  close(): void {
    this.onBroken = () => {};
    this.socket?.destroy();
    this.socket = undefined;
  }

  /** Sends request after request until the run ends. */
  async work(run: LoadRun): Promise<void> {
    for (let request = run.next(); request !== undefined; request = run.next()) {
      const sentAt = performance.now();
      const status = await this.exchange(request);
      if (status === undefined) run.broken++;
      else run.count(request, status, performance.now() - sentAt);
      if (this.socket === undefined) await this.open();
    }
  }

  /** The answer's status; undefined when the connection broke before it was whole. */
  private exchange(request: LoadRequest): Promise<number | undefined> {
    return new Promise((resolve) => {
      this.onAnswer = resolve;
      this.onBroken = () => resolve(undefined);
      if (this.socket === undefined) resolve(undefined);
      else this.socket.write(request.bytes);
    });
  }

  private onData(bytes: Buffer): void {
    this.pending = this.pending.length === 0 ? bytes : Buffer.concat([this.pending, bytes]);
    const end = responseEnd(this.pending);
    if (end < 0) return;
    const closes = this.pending.subarray(0, end).includes(CLOSE);
    const status = Number(this.pending.toString("latin1", 9, 12));
    this.pending = this.pending.subarray(end);
    this.onBroken = () => {};
    if (closes) this.close();
    this.onAnswer(status);
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
