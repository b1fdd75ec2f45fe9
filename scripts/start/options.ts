// The command line of `npm start`, and the Wardgate configuration that comes of it.
import { readFileSync } from "node:fs";
import { Command, InvalidArgumentError, Option } from "commander";
import { parse } from "yaml";
import { ENVOY_VERSIONS, type EnvoyVersion } from "../envoy/binary.ts";
import type { Endpoint } from "../envoy/sample.ts";

export interface StartOptions {
  host: string;
  port: number;
  upstream?: Endpoint;
  mode?: "observe" | "monitor" | "block";
  config?: string;
  envoyVersion?: EnvoyVersion;
  concurrency: number;
  logLevel: string;
  json: boolean;
}

/** Something the user wrote cannot be used; the message names it. */
export class UsageError extends Error {
  override name = "UsageError";
}

const EXAMPLES = `
Examples:
  npm start                                          a demo API behind Wardgate on port 10000, blocking
  npm start -- --upstream 127.0.0.1:3000             your own service behind it
  npm start -- --upstream app:8080 --mode monitor    report, but let everything pass
  npm start -- --config wardgate.yaml --port 8000    with your configuration (JSON or YAML)
  npm start -- --json | jq .                         events as JSON lines on stdout
`;

/** Parses the arguments; prints help or a message and exits when there is nothing to start. */
export function parseOptions(argv: string[]): StartOptions {
  const command = new Command("npm start --")
    .description(
      "Starts Envoy with Wardgate before a demo API, or before your own service, and prints what it detects.",
    )
    .addOption(new Option("--port <port>", "port to listen on").default(10000).argParser(port))
    .option("--host <address>", "address to listen on; 0.0.0.0 for all", "127.0.0.1")
    .addOption(
      new Option("--upstream <host:port>", "service to protect (default: a demo API)").argParser(endpoint),
    )
    .addOption(
      new Option("--mode <mode>", "what to do with attacks (default: block)").choices([
        "observe",
        "monitor",
        "block",
      ]),
    )
    .option("--config <file>", "Wardgate configuration, JSON or YAML; --mode goes over its mode")
    .addOption(
      new Option("--envoy-version <version>", "use this pinned Envoy, whatever is installed").choices(
        ENVOY_VERSIONS,
      ),
    )
    .addOption(new Option("--concurrency <n>", "worker threads of Envoy").default(2).argParser(count))
    .addOption(
      new Option("--log-level <level>", "what of Envoy's own log is shown")
        .choices(["trace", "debug", "info", "warning", "error", "critical"])
        .default("warning"),
    )
    .option("--json", "print events as JSON lines on stdout, everything else on stderr", false)
    .addHelpText("after", EXAMPLES);
  return command.parse(argv, { from: "user" }).opts<StartOptions>();
}

/** The configuration text for the filter: ours, under the user's file, under --mode. Throws UsageError. */
export function wardgateConfiguration(options: StartOptions): string {
  const own = options.config === undefined ? {} : readConfiguration(options.config);
  const configuration: Record<string, unknown> = { mode: "block", ...own };
  if (options.mode !== undefined) configuration["mode"] = options.mode;
  // Envoy lets headers be held here (envoy.yaml), and without it the headers of a blocked request reach the service.
  configuration["hold_headers"] ??= true;
  return JSON.stringify(configuration);
}

function readConfiguration(file: string): Record<string, unknown> {
  let document: unknown;
  try {
    document = parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new UsageError(`--config ${file}: ${(error as Error).message}`);
  }
  if (typeof document !== "object" || document === null || Array.isArray(document)) {
    throw new UsageError(`--config ${file}: the document must be an object`);
  }
  return document as Record<string, unknown>;
}

function port(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= 65535) return value;
  throw new InvalidArgumentError("A port is a number from 1 to 65535.");
}

function count(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= 256) return value;
  throw new InvalidArgumentError("Give a number from 1 to 256.");
}

/** `host:port`, `[v6]:port`, with or without `http://`. */
export function endpoint(text: string): Endpoint {
  if (text.startsWith("https://")) {
    throw new InvalidArgumentError(
      "TLS to the service needs an Envoy configuration of your own: start from envoy/envoy.yaml.",
    );
  }
  const match = /^(?:http:\/\/)?(?:\[([0-9a-fA-F:.]+)\]|([^:/[\]]+)):(\d+)\/?$/.exec(text);
  if (!match) throw new InvalidArgumentError("Write it as HOST:PORT.");
  return { host: match[1] ?? match[2]!, port: port(match[3]!) };
}
