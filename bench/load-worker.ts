// The load generator's own process: takes requests to send, then orders to send them somewhere, and answers each with the result.
import { GrpcLoadClient } from "./grpc-client.ts";
import { type LoadClient, type LoadRequest, type LoadResult } from "./load.ts";
import { HttpLoadClient } from "./load-client.ts";

export type Protocol = "http1" | "grpc";

/** What the process is told. Requests stay until others come under the same name. */
export type LoadMessage =
  { requests: { name: string; list: { base64: string; status: number }[] } } | { order: LoadOrder };

export interface LoadOrder {
  protocol: Protocol;
  port: number;
  connections: number;
  /** Name of the requests. */
  requests: string;
  durationMs?: number;
  count?: number;
}

/** Answered instead of a result when the order could not be carried out. */
export interface LoadFailure {
  error: string;
}

const requests = new Map<string, LoadRequest[]>();
const clients = new Map<number, { key: string; client: LoadClient }>();

/** The connections to a port stay open from order to order, so that no order pays for making them. */
function clientOf({ port, protocol, connections }: LoadOrder): LoadClient {
  const key = `${protocol} ${connections}`;
  const known = clients.get(port);
  if (known?.key === key) return known.client;
  known?.client.close();
  const client = protocol === "grpc" ? new GrpcLoadClient() : new HttpLoadClient();
  clients.set(port, { key, client });
  return client;
}

process.on("message", (message: LoadMessage) => {
  if ("requests" in message) {
    const { name, list } = message.requests;
    const decoded = list.map(({ base64, status }) => ({ bytes: Buffer.from(base64, "base64"), status }));
    requests.set(name, decoded);
    return;
  }
  const { order } = message;
  const answer = (result: LoadResult | LoadFailure): void => void process.send!(result);
  clientOf(order)
    .run({ ...order, requests: requests.get(order.requests) ?? [] })
    .then(answer, (error: Error) => answer({ error: error.message }));
});
process.on("disconnect", () => process.exit(0));
// Ctrl-C goes to the whole group: the bench ends, and this process with its channel.
process.on("SIGINT", () => {});
