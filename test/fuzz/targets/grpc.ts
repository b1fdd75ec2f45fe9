// gRPC bodies: what each message alone is read as must be among the inputs. The first line of an input is the flavour
// and the encoding.
import zlib from "node:zlib";
import type { Random } from "../../differential/random.ts";
import type { EngineExports } from "../../engine/engine-module.js";
import { BODY_KIND, RUNNER } from "../../engine/parse-run.js";
import { shown, type Sample } from "../sample.ts";
import type { Comparison, Target } from "../target.ts";
import { document } from "./json.ts";
import { message } from "./protobuf.ts";

const FLAVOURS = { proto: 0, json: 1, web: 2, webjson: 3, webtext: 6 } as const;
const ENCODINGS = { identity: 0, gzip: 1, deflate: 2, other: 3 } as const;
const RATIO = 100;
const SIZE = 1 << 24;
const HEADER_BYTES = 5;
/** Longest message that is compared. */
const MESSAGE_BYTES = 1 << 16;

export const grpc: Target = {
  name: "grpc",
  about: "gRPC and gRPC-Web frames against their messages alone",
  runner: RUNNER.grpc,
  isTyped: true,
  isUnordered: true,
  configure,
  tokens: [
    "\0\0\0\0\x05",
    "\x01\0\0\0\x05",
    "\x80\0\0\0\x10",
    "\0\0\0\0\0",
    "\x0a\x03abc",
    "grpc-status: 0\r\n",
    "AAAA",
    "=",
    "\x1f\x8b\x08",
    "gzip",
    "web ",
  ],
  generate,
  compare,
};

function readType(type: string): { flavour: number; encoding: number } {
  const [flavour = "", encoding = ""] = type.trim().split(" ");
  return {
    flavour: FLAVOURS[flavour as keyof typeof FLAVOURS] ?? FLAVOURS.proto,
    encoding: ENCODINGS[encoding as keyof typeof ENCODINGS] ?? ENCODINGS.identity,
  };
}

function configure(engine: EngineExports, type: string): void {
  const { flavour, encoding } = readType(type);
  engine["parseGrpc"]!(flavour, encoding, RATIO, SIZE);
}

function generate(random: Random): Uint8Array {
  const flavour = random.pick(Object.keys(FLAVOURS));
  const encoding = random.pick(["identity", "gzip", "deflate", "other"]);
  const frames = random.several(0, 4, () => {
    const plain = flavour.includes("json") ? Buffer.from(document(random)) : message(random);
    const isCompressed = encoding !== "identity" && random.oneIn(2);
    return framed(
      isCompressed ? (encoding === "gzip" ? zlib.gzipSync : zlib.deflateSync)(plain) : plain,
      Number(isCompressed),
    );
  });
  if (flavour.startsWith("web") && random.oneIn(2))
    frames.push(framed(Buffer.from("grpc-status: 0\r\nx: y\r\n"), 0x80));
  const isText = flavour === "webtext";
  // Frames may be padded one by one.
  const isApart = random.oneIn(3);
  const bytes = Buffer.concat(frames);
  const body = !isText
    ? bytes
    : Buffer.from(isApart ? frames.map((one) => one.toString("base64")).join("") : bytes.toString("base64"));
  return Buffer.concat([Buffer.from(`${flavour} ${encoding}\n`), body]);
}

function framed(bytes: Buffer, flags: number): Buffer {
  const head = Buffer.alloc(HEADER_BYTES);
  head[0] = flags;
  head.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([head, bytes]);
}

function compare(sample: Sample): Comparison {
  const { flavour, encoding } = readType(sample.type);
  if (flavour === FLAVOURS.webtext) return { reference: "base64", differences: [] };
  const runner = (flavour & FLAVOURS.json) !== 0 ? RUNNER.body + BODY_KIND.json : RUNNER.protobuf;
  const messages = messagesOf(Buffer.from(sample.body), encoding, flavour);
  for (const one of messages) {
    const missing = sample.missingLine(sample.runAs(runner, one));
    if (missing === undefined) continue;
    return {
      reference: "valid",
      differences: [{ kind: "message", detail: `${shown(one)}: ${shown(missing)}` }],
    };
  }
  return { reference: messages.length > 0 ? "valid" : "empty", differences: [] };
}

/** The messages up to the first frame that is none. */
function messagesOf(body: Buffer, encoding: number, flavour: number): Buffer[] {
  const messages: Buffer[] = [];
  for (let at = 0; at + HEADER_BYTES <= body.length;) {
    const flags = body[at]!;
    const length = body.readUInt32BE(at + 1);
    const bytes = body.subarray(at + HEADER_BYTES, at + HEADER_BYTES + length);
    at += HEADER_BYTES + length;
    const isTrailers = flags >= 0x80 && (flavour & FLAVOURS.web) !== 0;
    if (isTrailers || flags > 1 || bytes.length < length) break;
    const plain = flags === 1 ? decompressed(bytes, encoding) : bytes;
    if (plain === undefined) break;
    if (plain.length > 0 && plain.length <= MESSAGE_BYTES) messages.push(plain);
  }
  return messages;
}

function decompressed(bytes: Buffer, encoding: number): Buffer | undefined {
  const decode =
    encoding === ENCODINGS.gzip
      ? zlib.gunzipSync
      : encoding === ENCODINGS.deflate
        ? zlib.inflateSync
        : undefined;
  try {
    return decode?.(bytes, { maxOutputLength: MESSAGE_BYTES });
  } catch {
    return undefined;
  }
}
