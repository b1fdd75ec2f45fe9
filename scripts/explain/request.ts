// Requests to be explained, wherever they come from.
import { readFileSync } from "node:fs";
import { UsageError } from "../cli/output.ts";
import type { EngineRequest } from "../engine/engine.ts";

export interface NamedRequest {
  /** One line for people. */
  name: string;
  request: EngineRequest;
}

/** Bytes of a file; `-` for standard input. */
export function readBytes(file: string): Buffer {
  try {
    return readFileSync(file === "-" ? 0 : file);
  } catch (error) {
    throw new UsageError(`${file}: ${(error as Error).message}`);
  }
}
