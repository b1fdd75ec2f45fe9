// One keep-alive connection to the Envoy that is scored: sends ready-made request bytes, reads one answer each.
import net from "node:net";
import { bodyEnd, type Head, readHead } from "./http-message.ts";

export interface Answer {
  status: number;
  head: Head;
  body: string;
}

/** No answer came; the message says why. */
export class NoAnswer extends Error {
  override name = "NoAnswer";
}

const TIMEOUT_MS = 10_000;

export class WireClient {
  private readonly port: number;
  private socket: net.Socket | undefined;
  private pending: Buffer = Buffer.alloc(0);
  private waiting: { resolve: () => void; reject: (error: Error) => void } | undefined;

  constructor(port: number) {
    this.port = port;
  }

  /** Sends a request; once more on a new connection when a used one turned out to be dead. Throws NoAnswer. */
  async send(request: Buffer, isHead: boolean): Promise<Answer> {
    const isUsed = this.socket !== undefined;
    try {
      return await this.exchange(request, isHead);
    } catch (error) {
      this.close();
      if (!isUsed || (error as Error).message === "timed out") throw error;
      return this.exchange(request, isHead);
    }
  }

  close(): void {
    this.socket?.destroy();
    this.socket = undefined;
    this.pending = Buffer.alloc(0);
  }

  private async exchange(request: Buffer, isHead: boolean): Promise<Answer> {
    this.socket ??= this.connect();
    let isSent = false;
    this.socket.write(request, () => (isSent = true));
    for (;;) {
      const answer = this.takeAnswer(isHead);
      if (answer === undefined) {
        await this.more();
        continue;
      }
      if (answer.status < 200) continue;
      const closes = /close/i.test(answer.head.headers.get("connection") ?? "") || answer.status === 400;
      // A reply may come before the body was sent: then the rest of it would be taken for the next request.
      if (closes || !isSent) this.close();
      return answer;
    }
  }

  private connect(): net.Socket {
    const socket = net.connect(this.port, "127.0.0.1");
    const fail = (why: string) => () => {
      if (this.socket !== socket) return;
      this.socket = undefined;
      this.waiting?.reject(new NoAnswer(why));
    };
    socket.setNoDelay(true);
    socket.setTimeout(TIMEOUT_MS, fail("timed out"));
    socket.on("data", (bytes: Buffer) => {
      if (this.socket !== socket) return;
      this.pending = this.pending.length === 0 ? bytes : Buffer.concat([this.pending, bytes]);
      this.waiting?.resolve();
    });
    socket.on("error", fail("the connection failed"));
    socket.on("close", fail("the connection was closed"));
    return socket;
  }

  private more(): Promise<void> {
    if (this.socket === undefined) return Promise.reject(new NoAnswer("the connection was closed"));
    return new Promise<void>((resolve, reject) => (this.waiting = { resolve, reject })).finally(
      () => (this.waiting = undefined),
    );
  }

  private takeAnswer(isHead: boolean): Answer | undefined {
    const head = readHead(this.pending);
    if (head === undefined) return undefined;
    const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(head.start)?.[1] ?? 0);
    if (status === 0) throw new NoAnswer(`no status line: ${head.start}`);
    const hasBody = !isHead && status >= 200 && status !== 204 && status !== 304;
    const end = hasBody ? bodyEnd(this.pending, head) : head.size;
    if (end < 0) return undefined;
    const body = this.pending.toString("utf8", head.size, end);
    this.pending = this.pending.subarray(end);
    return { status, head, body };
  }
}
