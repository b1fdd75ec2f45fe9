// Case files: one request a line, with what is to become of it (docs/scoring.md). JSON lines, plain or compressed with xz.
import { createReadStream, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import type { ReadableStream as WebStream } from "node:stream/web";
import xz from "xz-decompress";
import { UsageError } from "../cli/output.ts";

export interface Case {
  id: string;
  set: string;
  class: string;
  location: string;
  expect: "block" | "pass";
  method: string;
  /** Target with its query, as it is sent. */
  path: string;
  headers: [name: string, value: string][];
  body: Buffer;
  /** The part of the request that makes it what it is; empty where the whole request does. */
  payload: string;
}

export interface CaseFilter {
  /** Only these sets; empty = all. */
  sets: readonly string[];
  /** Only these classes; empty = all. */
  classes: readonly string[];
  /** At most so many of each set, the first ones. */
  limit: number;
  /** Also those marked `"quality": "noisy"`. */
  noisy: boolean;
}

const EXTENSION = /\.jsonl(\.xz)?$/;
const TEXT_FIELDS = ["id", "set", "class", "location", "method", "path"] as const;

/** The case files at `path`: a folder's, or the file itself. A file that is there plain and compressed is read once. */
export function caseFiles(path: string): string[] {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) throw new UsageError(`${path}: no such file or folder`);
  if (!stat.isDirectory()) return [path];
  const names = readdirSync(path).filter((name) => EXTENSION.test(name));
  const once = names.filter((name) => !name.endsWith(".xz") || !names.includes(name.slice(0, -3)));
  if (once.length === 0) throw new UsageError(`${path}: has no case files (*.jsonl, *.jsonl.xz)`);
  return once.sort().map((name) => join(path, name));
}

/** The cases of a file that pass the filter. Throws UsageError with the line that is no case. */
export async function readCases(file: string, filter: CaseFilter): Promise<Case[]> {
  const cases: Case[] = [];
  const taken = new Map<string, number>();
  let number = 0;
  for await (const line of createInterface({ input: open(file), crlfDelay: Infinity })) {
    number++;
    if (line.trim() === "") continue;
    const one = parseCase(line, `${file}:${number}`);
    if (one === undefined || !isWanted(one.case, one.noisy, filter)) continue;
    const count = (taken.get(one.case.set) ?? 0) + 1;
    taken.set(one.case.set, count);
    if (count <= filter.limit) cases.push(one.case);
  }
  return cases;
}

function open(file: string): Readable {
  const bytes = createReadStream(file);
  if (!file.endsWith(".xz")) return bytes;
  const web = Readable.toWeb(bytes) as unknown as ReadableStream<Uint8Array>;
  return Readable.fromWeb(new xz.XzReadableStream(web) as unknown as WebStream);
}

function isWanted({ set, class: kind }: Case, noisy: boolean, filter: CaseFilter): boolean {
  if (noisy && !filter.noisy) return false;
  if (filter.sets.length > 0 && !filter.sets.includes(set)) return false;
  return filter.classes.length === 0 || filter.classes.includes(kind);
}

function parseCase(line: string, where: string): { case: Case; noisy: boolean } | undefined {
  let raw: Record<string, unknown>;
  try {
    raw = JSON.parse(line) as Record<string, unknown>;
  } catch (error) {
    throw new UsageError(`${where}: ${(error as Error).message}`);
  }
  for (const field of TEXT_FIELDS) {
    if (typeof raw[field] !== "string") throw new UsageError(`${where}: "${field}" is not a string`);
  }
  if (raw["expect"] !== "block" && raw["expect"] !== "pass") {
    throw new UsageError(`${where}: "expect" is neither "block" nor "pass"`);
  }
  const { headers = [], body_b64: body = "", payload = "", quality } = raw;
  if (!isHeaders(headers)) throw new UsageError(`${where}: "headers" is not a list of [name, value]`);
  const texts = raw as Pick<Case, (typeof TEXT_FIELDS)[number] | "expect">;
  const { id, set, class: kind, location, expect, method, path } = texts;
  const read = { id, set, class: kind, location, expect, method, path, headers };
  const bytes = Buffer.from(String(body), "base64");
  return { case: { ...read, body: bytes, payload: String(payload) }, noisy: quality === "noisy" };
}

function isHeaders(value: unknown): value is Case["headers"] {
  const isText = (part: unknown) => typeof part === "string";
  return (
    Array.isArray(value) &&
    value.every((pair) => Array.isArray(pair) && pair.length === 2 && pair.every(isText))
  );
}
