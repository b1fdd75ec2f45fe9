// What a person watching `npm start` sees: one paragraph per event of the filter, one line per request, Envoy's complaints.
import type { LogLine } from "../envoy/process.ts";

/** The filter's event, as far as it is shown here; its full form is in schema/event.schema.json. */
interface FilterEvent {
  action?: string;
  method?: string;
  path?: string;
  client_ip?: string;
  id?: string;
  triggers?: Trigger[];
}

interface Trigger {
  rule?: { id?: string; name?: string };
  rule_matches?: { parameters?: MatchParameter[] }[];
}

interface MatchParameter {
  address?: string;
  key_path?: (string | number)[];
  value?: string;
  highlight?: string[];
}

const EVENT_MARK = "wardgate event {";
const COLOURS = { red: 31, green: 32, yellow: 33, blue: 34, dim: 2, bold: 1 } as const;
const MAX_SHOWN = 120;

/** The JSON text of the filter's event when the log line carries one. */
export function eventText(message: string): string | undefined {
  const at = message.indexOf(EVENT_MARK);
  return at < 0 ? undefined : message.slice(at + EVENT_MARK.length - 1);
}

export class Report {
  private readonly out: NodeJS.WriteStream;
  private readonly json: boolean;
  private readonly coloured: boolean;
  private lastInfo = "";

  /** With `json`, events go to stdout as they are and everything else to stderr. */
  constructor(json: boolean) {
    this.json = json;
    this.out = json ? process.stderr : process.stdout;
    this.coloured = this.out.isTTY === true && !process.env["NO_COLOR"];
  }

  say(text: string): void {
    this.out.write(text + "\n");
  }

  paint(colour: keyof typeof COLOURS, text: string): string {
    return this.coloured ? `\x1b[${COLOURS[colour]}m${text}\x1b[0m` : text;
  }

  /** A line of Envoy's log: an event, or something to worry about. */
  log({ level, logger, message }: LogLine): void {
    const event = eventText(message);
    if (event !== undefined) return this.event(event);
    const text = logger === "wasm" ? wasmMessage(message) : message;
    // Each worker's VM says the same.
    if (level === "info" && text === this.lastInfo) return;
    if (level === "info") this.lastInfo = text;
    const colour = level === "error" || level === "critical" ? "red" : "dim";
    this.say(this.paint(colour, `[envoy] ${level === "" ? "" : level + ": "}${text}`));
  }

  event(text: string): void {
    if (this.json) {
      process.stdout.write(text + "\n");
      return;
    }
    try {
      this.say(this.describe(JSON.parse(text) as FilterEvent));
    } catch {
      this.say(`[wardgate] event that is no JSON: ${text}`);
    }
  }

  /** A line of the sample's access log. */
  access(line: string): void {
    try {
      const {
        method,
        path,
        status,
        duration_ms: duration,
      } = JSON.parse(line) as Record<string, string | number>;
      const colour = Number(status) < 400 ? "green" : Number(status) < 500 ? "yellow" : "red";
      this.say(
        `[request]  ${this.paint(colour, String(status))} ${method} ${shorten(String(path))} ${this.paint("dim", `${duration} ms`)}`,
      );
    } catch {
      this.say(line);
    }
  }

  private describe(event: FilterEvent): string {
    const action = event.action ?? "event";
    const colour = action.startsWith("block") ? "red" : "yellow";
    const head = `${event.method ?? ""} ${shorten(event.path ?? "")}`.trim();
    const from = event.client_ip === undefined ? "" : ` from ${event.client_ip}`;
    const id = event.id === undefined ? "" : this.paint("dim", `  id ${event.id}`);
    const lines = [`[wardgate] ${this.paint(colour, action.toUpperCase())} ${head}${from}${id}`];
    for (const trigger of event.triggers ?? []) lines.push(...this.describeTrigger(trigger));
    return lines.join("\n");
  }

  private describeTrigger(trigger: Trigger): string[] {
    const { id = "?", name = "" } = trigger.rule ?? {};
    const where = (trigger.rule_matches ?? []).flatMap((match) => match.parameters ?? []).map(describeMatch);
    return [
      `             ${this.paint("bold", id)} ${name}`,
      ...where.map((text) => `               ${text}`),
    ];
  }
}

function describeMatch({
  address = "?",
  key_path: keyPath = [],
  value,
  highlight = [],
}: MatchParameter): string {
  const shown = highlight.length > 0 ? highlight.join(", ") : (value ?? "");
  return `in ${[address, ...keyPath].join(".")}: ${shorten(shown)}`;
}

/** Control characters would let a request write on the reader's terminal. */
function shorten(text: string): string {
  const clean = text.replace(/[\x00-\x1f\x7f-\x9f]/g, "·");
  return clean.length > MAX_SHOWN ? clean.slice(0, MAX_SHOWN - 1) + "…" : clean;
}

/** Envoy puts its own names before what the filter logs. */
function wasmMessage(message: string): string {
  return message.replace(/^.*?wasm log[^:]*: /, "");
}
