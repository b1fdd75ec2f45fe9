// The service behind the Envoy that is scored: answers 200 to every request, however odd. A strict server would answer 400 to odd targets
// and headers, and that would look like the proxy's doing.
import net from "node:net";
import { messageEnd } from "./http-message.ts";

/** A response that carries this header came from here, whatever its status. */
export const MARKER = "x-wardgate-score";

const ANSWER = `HTTP/1.1 200 OK\r\n${MARKER}: 1\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\n`;

export class Upstream {
  readonly port: number;
  private readonly server: net.Server;
  private readonly open: Set<net.Socket>;

  private constructor(server: net.Server, open: Set<net.Socket>) {
    this.server = server;
    this.open = open;
    this.port = (server.address() as net.AddressInfo).port;
  }

  static start(): Promise<Upstream> {
    const open = new Set<net.Socket>();
    const server = net.createServer((socket) => {
      open.add(socket);
      socket.on("close", () => open.delete(socket));
      serve(socket);
    });
    return new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen(0, "127.0.0.1", () => resolve(new Upstream(server, open)));
    });
  }

  stop(): void {
    this.server.close();
    for (const socket of this.open) socket.destroy();
  }
}

function serve(socket: net.Socket): void {
  let pending: Buffer = Buffer.alloc(0);
  socket.setNoDelay(true);
  socket.on("error", () => {});
  socket.on("data", (bytes: Buffer) => {
    pending = pending.length === 0 ? bytes : Buffer.concat([pending, bytes]);
    for (let end = messageEnd(pending); end >= 0; end = messageEnd(pending)) {
      const isHead = pending.toString("latin1", 0, 5) === "HEAD ";
      pending = pending.subarray(end);
      socket.write(ANSWER + (isHead ? "" : "ok"));
    }
  });
}
