// Runs the parsers of the engine and reads the list of inputs they answer.
import { give, take, type EngineExports } from "./engine-module.js";

export const RUNNER = {
  json: 0,
  query: 1,
  text: 2,
  cookies: 3,
  target: 4,
  headers: 5,
  events: 6,
  clientFrames: 7,
  serverFrames: 8,
  protobuf: 9,
  protobufOpen: 10,
  grpc: 11,
  reader: 12,
  body: 16,
} as const;

export const KIND = { string: 0, key: 1, number: 2, boolean: 3, null: 4, container: 5 } as const;

/** Short names of the addresses that bodies are pushed at. */
export const ADDRESS: Record<number, string> = {
  3: "query",
  7: "body",
  8: "filenames",
  9: "files_content",
  10: "trailers",
  15: "message",
  18: "resolvers",
  21: "response",
  26: "files_type",
  27: "operation",
};

export const BODY_KIND = {
  none: 0,
  json: 1,
  form: 2,
  multipart: 3,
  xml: 4,
  graphql: 5,
  grpc: 6,
  text: 7,
  eventStream: 8,
  binary: 9,
  unknown: 10,
} as const;

export interface ParsedInput {
  address: number;
  kind: number;
  /** Elements from the root: keys as text (invalid UTF-8 replaced), indexes as numbers. */
  path: (string | number)[];
  /** The path as the engine wrote it: `.k` and a key in hex, or `.i` and an index, for each element. */
  rawPath: string;
  value: Buffer;
}

export interface ParseRun {
  inputs: ParsedInput[];
  /** The list as the engine wrote it, for comparing two runs. */
  list: string;
  anomalies: number;
  /** The same, exact. */
  anomalyBits: bigint;
}

/** Parses `bytes` in chunks of `chunk` (0: in one piece). */
export function parseRun(
  engine: EngineExports,
  runner: number,
  bytes: Uint8Array | string,
  chunk = 0,
  listed: "all" | "strings" = "all",
): ParseRun {
  const { at, len } = give(engine, bytes);
  const size = engine["parseRun"]!(runner, at, len, chunk, listed === "all" ? 1 : 2);
  engine["release"]!(at);
  const list = Buffer.from(take(engine, engine["parseListAt"]!(), size)).toString("latin1");
  const anomalyBits = BigInt.asUintN(64, BigInt(engine["parseAnomalies"]!()));
  return { inputs: readList(list), list, anomalies: Number(anomalyBits), anomalyBits };
}

/** Values of one kind as text, in order. */
export function valuesOf(run: ParseRun, kind: number = KIND.string): string[] {
  return run.inputs.filter((input) => input.kind === kind).map((input) => input.value.toString());
}

/** `path=value` of each string, number, literal; the path's elements joined by dots. */
export function leavesOf(run: ParseRun): string[] {
  return run.inputs
    .filter((input) => input.kind !== KIND.key && input.kind !== KIND.container)
    .map((input) => `${input.path.join(".")}=${input.value.toString()}`);
}

export function readList(list: string): ParsedInput[] {
  return list
    .split("\n")
    .slice(0, -1)
    .map((line) => {
      const [address, kind, path, value] = line.split("\t") as [string, string, string, string];
      return {
        address: Number(address),
        kind: Number(kind),
        path: path.split(".").slice(1).map(readElement),
        rawPath: path,
        value: Buffer.from(value, "hex"),
      };
    });
}

function readElement(element: string): string | number {
  const rest = element.slice(1);
  return element[0] === "i" ? Number(rest) : Buffer.from(rest, "hex").toString();
}
