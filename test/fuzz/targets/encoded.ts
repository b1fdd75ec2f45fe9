// Whole bodies as a transaction reads them: content coding, then frames or events, then the parsers. What is coded must
// read as what node:zlib decodes it to. The first line of an input: the coding, `response` or `request`, the type.
import zlib from "node:zlib";
import type { Random } from "../../differential/random.ts";
import { give, type EngineExports } from "../../engine/engine-module.js";
import { RUNNER } from "../../engine/parse-run.js";
import { splitTyped, shown, type Sample } from "../sample.ts";
import { NO_OPINION, type Comparison, type Target } from "../target.ts";
import { body } from "./body.ts";
import { events } from "./events.ts";
import { grpc } from "./grpc.ts";

const CODINGS = { identity: 0, gzip: 1, deflate: 2, br: 3 } as const;
type Coding = keyof typeof CODINGS;
/** Decoded bytes beyond which caps count. */
const DECODED_BYTES = 1 << 20;
const COMPRESSORS = { gzip: zlib.gzipSync, deflate: zlib.deflateSync };
const DECOMPRESSORS = { gzip: zlib.gunzipSync, deflate: zlib.inflateSync };

export const encoded: Target = {
  name: "encoded",
  about: "bodies in content codings and frames against the bodies in them",
  runner: RUNNER.reader,
  isTyped: true,
  isUnordered: true,
  configure,
  tokens: [
    ...body.tokens,
    "gzip request ",
    "deflate response ",
    "br",
    "\x1f\x8b\x08",
    "\x78\x9c",
    "text/event-stream\n",
    "application/grpc\n",
  ],
  generate,
  compare,
};

function readLine(line: string): { coding: Coding; direction: string; type: string } {
  const [coding = "", direction = "", ...type] = line.split(" ");
  return { coding: coding in CODINGS ? (coding as Coding) : "identity", direction, type: type.join(" ") };
}

function configure(engine: EngineExports, line: string): void {
  const { coding, direction, type } = readLine(line);
  const { at, len } = give(engine, Buffer.from(type, "latin1"));
  engine["parseDeclare"]!(at, len);
  engine["release"]!(at);
  engine["parseCoding"]!(CODINGS[coding], Number(direction === "response"));
}

function generate(random: Random): Uint8Array {
  const coding = random.pick(["identity", "gzip", "gzip", "deflate", "br"] as const);
  const direction = random.pick(["request", "response"]);
  const { type, content } = contentOf(random, direction);
  const bytes = coding === "gzip" || coding === "deflate" ? COMPRESSORS[coding](content) : content;
  return Buffer.concat([Buffer.from(`${coding} ${direction} ${type}\n`), bytes]);
}

function contentOf(random: Random, direction: string): { type: string; content: Uint8Array } {
  if (direction === "response" && random.oneIn(4)) {
    return { type: "text/event-stream", content: Buffer.from(events.generate(random)) };
  }
  if (random.oneIn(5)) {
    const { body: content } = splitTyped(grpc.generate(random) as Uint8Array);
    return {
      type: random.pick(["application/grpc", "application/grpc-web", "application/grpc-web-text"]),
      content,
    };
  }
  const { type, body: content } = splitTyped(Buffer.from(body.generate(random)));
  return { type, content };
}

function compare(sample: Sample): Comparison {
  const { coding, direction, type } = readLine(sample.type);
  if (coding !== "gzip" && coding !== "deflate") return NO_OPINION;
  let plain: Buffer;
  try {
    plain = DECOMPRESSORS[coding](sample.body, { maxOutputLength: DECODED_BYTES });
  } catch (error) {
    return { reference: `error: ${(error as NodeJS.ErrnoException).code}`, differences: [] };
  }
  const missing = sample.missingLine(sample.runOther(plain, `identity ${direction} ${type}`));
  const differences =
    missing === undefined ? [] : [{ kind: "decoded", detail: `${shown(plain)}: ${shown(missing)}` }];
  return { reference: "valid", differences };
}
