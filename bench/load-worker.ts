// The load generator's own process: takes a plan, answers with the result, waits for the next one.
import { type LoadResult, runLoad } from "./load-client.ts";

/** A plan as it crosses the process boundary. */
export interface LoadOrder {
  port: number;
  connections: number;
  requestsBase64: string[];
  status: number;
  durationMs: number;
}

process.on("message", (order: LoadOrder) => {
  const requests = order.requestsBase64.map((text) => ({
    bytes: Buffer.from(text, "base64"),
    status: order.status,
  }));
  void runLoad({ ...order, requests }).then((result: LoadResult) => process.send!(result));
});
process.on("disconnect", () => process.exit(0));
