// Frames of WebSocket clients, compared with the receiver of the `ws` package: what each message is read as must be
// among the inputs. The first line of an input says what was agreed of permessage-deflate.
import type { Writable } from "node:stream";
import zlib from "node:zlib";
import * as ws from "ws";
import type { Random } from "../../differential/random.ts";
import type { EngineExports } from "../../engine/engine-module.js";
import { RUNNER } from "../../engine/parse-run.js";
import { encodeFrame, frame, type Frame } from "../../engine/web-socket-frames.js";
import { shown, type Sample } from "../sample.ts";
import type { Comparison, Target } from "../target.ts";
import { document } from "./json.ts";
import { word } from "../words.ts";

const TERMS = ["", "deflate", "deflate context"] as const;
/** Turns of the event loop in which the package reads what it reads. */
const TURNS = 20;

const { Receiver } = ws as unknown as { Receiver: new (options: { isServer: boolean }) => Writable };

export const webSocket: Target = {
  name: "websocket",
  about: "frames of WebSocket clients against the ws package",
  runner: RUNNER.clientFrames,
  isTyped: true,
  isUnordered: true,
  configure,
  tokens: [
    ...[
      "\x81",
      "\x01",
      "\x80",
      "\x00",
      "\x82",
      "\xc1",
      "\x88",
      "\x89",
      "\x8a",
      "\x83",
      "\xf1",
      "\x7f",
      "\x7e",
      "\xfe",
    ],
    ...[
      "\xff",
      "\x80\0\0\0\0",
      "\x85\0\0\0\0",
      "\x81\x85\0\0\0\0hello",
      "\0\0\xff\xff",
      '{"a":',
      "deflate\n",
    ],
  ],
  generate,
  compare,
};

function configure(engine: EngineExports, type: string): void {
  const isAgreed = type.startsWith("deflate");
  engine["parseDeflates"]!(Number(isAgreed), Number(isAgreed && type.includes("context")));
}

function generate(random: Random): Uint8Array {
  const terms = random.pick(TERMS);
  const frames = random.several(0, 5, () => {
    const text = random.oneIn(2) ? document(random) : word(random).toWellFormed();
    const frames: Frame[] = [];
    const isCompressed = terms !== "" && random.oneIn(2);
    const payload = isCompressed ? deflated(text) : Buffer.from(text);
    const cut = random.oneIn(3) ? random.below(payload.length + 1) : payload.length;
    const opcode = random.oneIn(6) ? "binary" : "text";
    frames.push({ opcode, payload: payload.subarray(0, cut), isFinal: cut === payload.length, isCompressed });
    if (random.oneIn(8)) frames.push(frame(random.pick(["ping", "pong"]), word(random).slice(0, 20)));
    if (cut < payload.length) {
      frames.push({ opcode: "continuation", payload: payload.subarray(cut), isFinal: true });
    }
    return Buffer.concat(frames.map((one) => encodeFrame(one, true)));
  });
  const close = random.oneIn(6) ? [encodeFrame(frame("close", "\x03\xe8bye"), true)] : [];
  return Buffer.concat([Buffer.from(`${terms}\n`), ...frames, ...close]);
}

/** RFC 7692 §7.2.1: without the empty block at its end. */
function deflated(text: string): Buffer {
  return zlib.deflateRawSync(text, { finishFlush: zlib.constants.Z_SYNC_FLUSH }).subarray(0, -4);
}

async function compare(sample: Sample): Promise<Comparison> {
  // The extension is compared in test/engine/web-socket.test.ts.
  if (sample.type.startsWith("deflate")) return { reference: "deflate", differences: [] };
  const { messages, error } = await receive(sample.body);
  for (const { message, isText } of messages) {
    const missing = sample.missingOf(message, isText);
    if (missing === undefined) continue;
    return {
      reference: "valid",
      differences: [{ kind: "message", detail: `${shown(message)}: ${shown(missing)}` }],
    };
  }
  return { reference: error === "" ? "valid" : `error: ${error.slice(0, 40)}`, differences: [] };
}

interface Message {
  message: Buffer;
  isText: boolean;
}

function receive(bytes: Uint8Array): Promise<{ messages: Message[]; error: string }> {
  const receiver = new Receiver({ isServer: true });
  const messages: Message[] = [];
  let error = "";
  receiver.on("message", (message: Buffer, isBinary: boolean) =>
    messages.push({ message, isText: !isBinary }),
  );
  receiver.on("error", (problem: Error) => (error ||= problem.message));
  // It unmasks in place.
  receiver.write(Buffer.from(bytes));
  return new Promise((resolve) => {
    let turns = 0;
    const wait = () => (++turns < TURNS ? setImmediate(wait) : resolve({ messages, error }));
    setImmediate(wait);
  });
}
