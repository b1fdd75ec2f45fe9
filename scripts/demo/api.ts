// A small JSON API to protect in demonstrations. It reports every request that reaches it with the number of body bytes it received, so
// that one sees what the filter let through and that nothing of a blocked body arrived. `tsx scripts/demo/api.ts [PORT]` runs it alone.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { pathToFileURL } from "node:url";

export interface ReceivedRequest {
  method: string;
  url: string;
  bodyBytes: number;
}

export interface DemoApi {
  port: number;
  close(): Promise<void>;
}

interface Answer {
  status: number;
  body: unknown;
}

const LIMIT_BODY_BYTES = 4 * 1024 * 1024;
const ITEMS = [
  { id: 1, name: "Lamp", maker: "O'Brien & Sons", price: 39.5 },
  { id: 2, name: "Desk", maker: "Dubois", price: 249 },
  { id: 3, name: "Chair, select oak", maker: "Union Works", price: 119 },
];

/** Serves on 127.0.0.1; port 0 lets the system choose. `onRequest` is told of each request, also of those that broke off. */
export async function startDemoApi(
  port: number,
  onRequest: (request: ReceivedRequest) => void,
): Promise<DemoApi> {
  const server = createServer((request, response) => void handle(request, response, onRequest));
  await new Promise<void>((resolve, reject) =>
    server.once("error", reject).listen(port, "127.0.0.1", resolve),
  );
  return { port: (server.address() as AddressInfo).port, close: () => close(server) };
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  onRequest: (request: ReceivedRequest) => void,
): Promise<void> {
  const chunks: Buffer[] = [];
  let bodyBytes = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      bodyBytes += chunk.length;
      if (bodyBytes <= LIMIT_BODY_BYTES) chunks.push(chunk);
    }
  } catch {
    // The client broke off: reported below with what had arrived.
  }
  onRequest({ method: request.method ?? "", url: request.url ?? "", bodyBytes });
  if (response.destroyed) return;
  const { status, body } = answer(request, Buffer.concat(chunks).toString());
  const text = JSON.stringify(body) + "\n";
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(text),
  });
  response.end(text);
}

function answer(request: IncomingMessage, body: string): Answer {
  const url = new URL(request.url ?? "/", "http://demo");
  const method = request.method ?? "GET";
  if (url.pathname === "/api/items" && method === "GET") {
    const query = (url.searchParams.get("q") ?? "").toLowerCase();
    const items = ITEMS.filter((item) => `${item.name} ${item.maker}`.toLowerCase().includes(query));
    return { status: 200, body: { items } };
  }
  if (url.pathname === "/api/login" && method === "POST") {
    const user = (parse(body) as { user?: unknown } | undefined)?.user;
    return typeof user === "string"
      ? { status: 200, body: { user, token: "demo" } }
      : { status: 401, body: { error: "who are you?" } };
  }
  if (method === "GET" || method === "HEAD") return { status: 200, body: { path: url.pathname } };
  return {
    status: method === "POST" ? 201 : 200,
    body: { method, path: url.pathname, received: parse(body) ?? body },
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const api = await startDemoApi(Number(process.argv[2] ?? 8080), ({ method, url, bodyBytes }) => {
    console.log(`${method} ${url} (${bodyBytes} body bytes)`);
  });
  console.log(`Demo API on http://127.0.0.1:${api.port}`);
}
