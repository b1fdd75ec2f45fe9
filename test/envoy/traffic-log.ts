// What a real Envoy tells of each request: its line in the access log and, where there was a finding, the filter's event.
import type { LogLine } from "../../scripts/envoy/process.ts";
import { Changes } from "./changes.ts";

export type WardgateEvent = Record<string, unknown> & {
  id: string;
  action: string;
  verdict: string;
  phase?: string;
  limits?: string[];
  rules: string[];
  would_block?: boolean;
  path?: string;
};

export interface Account {
  access: Record<string, unknown>;
  event: WardgateEvent | undefined;
}

export class TrafficLog {
  readonly lines: LogLine[] = [];
  readonly access: Record<string, unknown>[] = [];
  readonly events: WardgateEvent[] = [];
  private readonly changes = new Changes();
  private readonly accessByPath = new Map<string, Record<string, unknown>>();
  private readonly eventById = new Map<string, WardgateEvent>();

  onLine(line: LogLine): void {
    this.lines.push(line);
    const text = /wardgate event (\{.*)$/.exec(line.message)?.[1];
    if (text === undefined) return;
    const event = JSON.parse(text) as WardgateEvent;
    this.events.push(event);
    this.eventById.set(event.id, event);
    this.changes.notify();
  }

  onAccess(text: string): void {
    const entry = JSON.parse(text) as Record<string, unknown>;
    this.access.push(entry);
    this.accessByPath.set(String(entry["path"]), entry);
    this.changes.notify();
  }

  /** The account of the request with this path, which must be its own: waits until the exchange is over and all is told. */
  async of(path: string): Promise<Account> {
    const access = await this.changes.until(`access log of ${path}`, () => this.accessByPath.get(path));
    const id = access["wardgate_event"];
    // The access log is written when the filter has told of the exchange, so an id that is not there will not come.
    if (typeof id !== "string") return { access, event: undefined };
    const event = await this.changes.until(`event of ${path}`, () => this.eventById.get(id));
    return { access, event };
  }
}
