// Inflates in the engine, in pieces and with room as asked for.
import zlib from "node:zlib";
import { give, take, type EngineExports } from "./engine-module.js";

export const FORMAT = { gzip: 0, zlib: 1, raw: 2, deflate: 3 } as const;
export const STATUS = { needInput: 0, needOutput: 1, done: 2, malformed: 3 } as const;
export const FLAG = { checksum: 1, length: 2, header: 4, trailing: 8 } as const;

export interface Inflated {
  output: Buffer;
  status: number;
  flags: number;
  /** Bytes that were read; fewer than given only if malformed. */
  taken: number;
}

/** Begins a stream; what follows is fed with `feed`. */
export function start(engine: EngineExports, format: number): void {
  engine["inflateStart"]!(format);
}

/** Feeds a stream that was begun; the output is all that came so far. */
export function feed(engine: EngineExports, bytes: Uint8Array, chunk = 0, room = 65536): Inflated {
  const { at, len } = give(engine, bytes);
  const taken = engine["inflateRun"]!(at, len, chunk, room, 1);
  engine["release"]!(at);
  return {
    output: Buffer.from(take(engine, engine["inflateOutputAt"]!(), engine["inflateOutputLen"]!())),
    status: engine["inflateStatus"]!(),
    flags: engine["inflateFlags"]!(),
    taken,
  };
}

export function inflate(
  engine: EngineExports,
  format: number,
  bytes: Uint8Array,
  chunk = 0,
  room = 65536,
): Inflated {
  start(engine, format);
  return feed(engine, bytes, chunk, room);
}

/** What zlib makes of a stream: its output up to the end or the error, and the error's text. */
export async function inflateByZlib(
  format: number,
  bytes: Uint8Array,
): Promise<{ output: Buffer; error: string }> {
  const stream =
    format === FORMAT.gzip
      ? zlib.createGunzip()
      : format === FORMAT.zlib
        ? zlib.createInflate()
        : zlib.createInflateRaw();
  const output: Buffer[] = [];
  stream.on("data", (piece: Buffer) => output.push(piece));
  const error = await new Promise<string>((resolve) => {
    stream.on("end", () => resolve(""));
    stream.on("error", (problem: Error) => resolve(problem.message));
    stream.end(bytes);
  });
  return { output: Buffer.concat(output), error };
}
