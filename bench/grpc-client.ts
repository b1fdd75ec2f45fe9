// Sends unary gRPC calls over HTTP/2, one at a time on each of a fixed number of connections, and checks every answer: its message to
// the byte, and `grpc-status`.
import http2 from "node:http2";
import { frame, GRPC_PATH, GRPC_REPLY } from "./grpc-messages.ts";
import { type LoadClient, type LoadPlan, type LoadRequest, type LoadResult, LoadRun } from "./load.ts";

const HEADERS = {
  ":method": "POST",
  ":path": GRPC_PATH,
  ":authority": "shop.example.com",
  "content-type": "application/grpc",
  te: "trailers",
  "user-agent": "grpc-node-js/1.14.7",
  "grpc-accept-encoding": "identity",
};
const OK = 0;
const ANSWER = frame(GRPC_REPLY);
/** In place of a `grpc-status`: the answer ended without one, or its message was another. */
const INVALID = 99;

export class GrpcLoadClient implements LoadClient {
  private sessions: http2.ClientHttp2Session[] = [];

  async run(plan: LoadPlan): Promise<LoadResult> {
    this.sessions = this.sessions.filter((session) => !session.closed && !session.destroyed);
    const missing = plan.connections - this.sessions.length;
    this.sessions.push(...(await Promise.all(Array.from({ length: missing }, () => connect(plan.port)))));
    const run = new LoadRun(plan);
    await Promise.all(this.sessions.map((session) => work(session, run)));
    return run.result();
  }

  close(): void {
    for (const session of this.sessions) session.destroy();
    this.sessions = [];
  }
}

function connect(port: number): Promise<http2.ClientHttp2Session> {
  return new Promise((resolve, reject) => {
    const session = http2.connect(`http://127.0.0.1:${port}`);
    session.once("error", reject);
    session.once("connect", () => {
      session.on("error", () => {});
      resolve(session);
    });
  });
}

async function work(session: http2.ClientHttp2Session, run: LoadRun): Promise<void> {
  for (let request = run.next(); request !== undefined; request = run.next()) {
    const sentAt = performance.now();
    const status = await call(session, request).catch(() => undefined);
    if (status === undefined) run.broken++;
    else run.count(request, status, performance.now() - sentAt);
    if (session.destroyed) return;
  }
}

/** The call's `grpc-status`, from the trailers or, where the answer has no body, from the headers. */
function call(session: http2.ClientHttp2Session, { bytes }: LoadRequest): Promise<number> {
  return new Promise((resolve, reject) => {
    const stream = session.request(HEADERS);
    const received: Buffer[] = [];
    let status = INVALID;
    const note = (headers: http2.IncomingHttpHeaders): void => {
      if (headers["grpc-status"] !== undefined) status = Number(headers["grpc-status"]);
    };
    stream.on("response", note);
    stream.on("trailers", note);
    stream.on("data", (chunk: Buffer) => received.push(chunk));
    stream.on("error", reject);
    stream.on("close", () => {
      const isWhole = status !== OK || Buffer.concat(received).equals(ANSWER);
      resolve(isWhole ? status : INVALID);
    });
    stream.end(bytes);
  });
}
