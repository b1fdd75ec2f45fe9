// Inflating, compared with node:zlib. The first line of an input is the format.
import zlib from "node:zlib";
import { createHash } from "node:crypto";
import type { Random } from "../../differential/random.ts";
import { loadEngine, type EngineExports } from "../../engine/engine-module.js";
import { FORMAT, STATUS } from "../../engine/inflate-run.js";
import { INPUT_BYTES, type InputDriver, type Run, type RunOptions } from "../driver.ts";
import { shown, splitTyped, type Sample } from "../sample.ts";
import { NO_OPINION, type Comparison, type Target } from "../target.ts";
import { document } from "./json.ts";
import { word } from "../words.ts";

/** Inputs whose output is kept: a thousand times as much may come out. */
const KEPT_BYTES = 8192;
/** Output that is listed as it is; of more its digest. */
const LISTED_BYTES = 65_536;
const DIGEST_DIGITS = 64;
/** Rooms for output; the first where none is asked for. */
const ROOM = 65_536;
const OUTPUT_BYTES = 32 << 20;

export const inflate: Target = {
  name: "inflate",
  about: "inflating of gzip, zlib and bare DEFLATE against node:zlib",
  runner: -1,
  isTyped: true,
  makeDriver: () => new InflateDriver(),
  tokens: [
    "\x1f\x8b\x08",
    "\x78\x9c",
    "\x78\x01",
    "\0\0\xff\xff",
    "\x03\0",
    "\x01\0\0\xff\xff",
    "\0",
    "\xff",
    "\x4b\x04",
    "gzip\n",
    "raw\n",
  ],
  generate,
  compare,
};

class InflateDriver implements InputDriver {
  readonly longestList = 0;
  private readonly engine: EngineExports = loadEngine();
  private readonly at = this.engine["allocate"]!(INPUT_BYTES);

  /** Outputs are gathered in the engine, which says nothing of what inflating takes. */
  get memory(): number {
    return 0;
  }

  run(bytes: Uint8Array, options: RunOptions = {}): Run {
    const { type, body } = this.split(bytes);
    return this.runBody(type, body, options);
  }

  runBody(type: string | undefined, body: Uint8Array, options: RunOptions = {}): Run {
    const { engine } = this;
    const { chunk = 0, room = ROOM, isListed = true } = options;
    const isKept = isListed && body.length <= KEPT_BYTES;
    this.begin(type, body);
    engine["inflateRun"]!(this.at, body.length, chunk, room, Number(isKept));
    const [outputAt, length] = [engine["inflateOutputAt"]!(), engine["inflateOutputLen"]!()];
    const output = Buffer.from(new Uint8Array(engine.memory.buffer, outputAt, length));
    const value = length > LISTED_BYTES ? createHash("sha256").update(output).digest() : output;
    const status = engine["inflateStatus"]!();
    const list = Buffer.from(`${status}\t0\t\t${value.toString("hex")}\n`);
    return { list, anomalies: BigInt(engine["inflateFlags"]!()) };
  }

  abandon(bytes: Uint8Array): void {
    const { type, body } = this.split(bytes);
    this.begin(type, body);
    this.engine["inflateBetween"]!(this.at, body.length);
  }

  split(bytes: Uint8Array): { type: string; body: Uint8Array } {
    return splitTyped(bytes);
  }

  private begin(type: string | undefined, body: Uint8Array): void {
    this.engine["inflateStart"]!(FORMAT[(type ?? "") as keyof typeof FORMAT] ?? FORMAT.gzip);
    new Uint8Array(this.engine.memory.buffer, this.at, body.length).set(body);
  }
}

function generate(random: Random): Uint8Array {
  const format = random.pick(Object.keys(FORMAT)) as keyof typeof FORMAT;
  const text = random.oneIn(10)
    ? word(random).repeat(random.below(200))
    : random.oneIn(2)
      ? document(random)
      : word(random);
  const options = {
    level: random.below(10),
    strategy: random.below(5),
    windowBits: 9 + random.below(7),
    memLevel: 1 + random.below(9),
  };
  const encode =
    format === "gzip"
      ? zlib.gzipSync
      : format === "raw" || (format === "deflate" && random.oneIn(2))
        ? zlib.deflateRawSync
        : zlib.deflateSync;
  const more = format === "gzip" && random.oneIn(8) ? zlib.gzipSync("more") : Buffer.alloc(0);
  return Buffer.concat([Buffer.from(`${format}\n`), encode(text, options), more]);
}

function compare(sample: Sample): Comparison {
  const { type, body, run } = sample;
  if (body.length > KEPT_BYTES || (type !== "gzip" && type !== "zlib" && type !== "raw")) return NO_OPINION;
  const [status, , , value] = run.list.toString("latin1").slice(0, -1).split("\t");
  const decode = { gzip: zlib.gunzipSync, zlib: zlib.inflateSync, raw: zlib.inflateRawSync }[type];
  let output: Buffer;
  try {
    output = decode(body, { maxOutputLength: OUTPUT_BYTES });
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    // What is wrong with a checksum or a length stops nothing, and is a flag.
    const isSilent =
      Number(status) === STATUS.done && run.anomalies === 0n && code !== "ERR_BUFFER_TOO_LARGE";
    const differences =
      isSilent && type !== "raw" ? [{ kind: "malformed-unnoticed", detail: `${code} ${shown(body)}` }] : [];
    return { reference: `error: ${code}`, differences };
  }
  const wanted = output.length > LISTED_BYTES ? createHash("sha256").update(output).digest() : output;
  const hex = wanted.toString("hex");
  // Bare blocks go on behind the last one here, and then more may come than is listed.
  const isDigest = value!.length === DIGEST_DIGITS;
  const isSame = value === hex || (type === "raw" && (isDigest || value!.startsWith(hex)));
  return {
    reference: "valid",
    differences: isSame ? [] : [{ kind: "output", detail: `${shown(output)} status ${status}` }],
  };
}
