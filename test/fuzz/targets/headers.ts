// Header maps as hosts hand them over: every value of a well-formed one is an input under its name in lower case.
import type { Random } from "../../differential/random.ts";
import { KIND, RUNNER } from "../../engine/parse-run.js";
import { shown, type Sample } from "../sample.ts";
import { NO_OPINION, type Comparison, type Difference, type Target } from "../target.ts";
import { word } from "../words.ts";

const PATH_KEY_BYTES = 256;

export const headers: Target = {
  name: "headers",
  about: "header maps of proxy-wasm against their own pairs",
  runner: RUNNER.headers,
  isWhole: true,
  room: 18,
  tokens: ["\0", "\x01\0\0\0", "\xff\xff\xff\xff", "referer", "cookie", ":path", "?a=1&b='", "%27", "A"],
  generate,
  compare,
};

function generate(random: Random): Uint8Array {
  const pairs = random.several(0, 6, () => {
    const key = random.pick([
      "referer",
      "Host",
      "x-y",
      "accept",
      "cookie",
      ":path",
      word(random),
      word(random),
    ]);
    const value = key === "referer" ? `https://h/?a=${word(random)}&b=${word(random)}` : word(random);
    return [Buffer.from(key), Buffer.from(value)] as const;
  });
  const head = Buffer.alloc(4 + 8 * pairs.length);
  head.writeUInt32LE(pairs.length, 0);
  pairs.forEach(([key, value], i) => {
    head.writeUInt32LE(key.length, 4 + i * 8);
    head.writeUInt32LE(value.length, 8 + i * 8);
  });
  const zero = Buffer.alloc(1);
  return Buffer.concat([head, ...pairs.flatMap(([key, value]) => [key, zero, value, zero])]);
}

function compare({ body, inputs }: Sample): Comparison {
  const pairs = readPairs(Buffer.from(body));
  if (pairs === undefined) return NO_OPINION;
  const found = new Set(
    inputs
      .filter(({ kind }) => kind === KIND.string)
      .map(({ rawPath, value }) => `${rawPath} ${value.toString("latin1")}`),
  );
  const differences: Difference[] = [];
  for (const [key, value] of pairs) {
    if (key.startsWith(":") || key.toLowerCase() === "cookie") continue;
    const lower = key.replace(/[A-Z]/g, (c) => c.toLowerCase());
    const path = `.k${Buffer.from(lower, "latin1").subarray(0, PATH_KEY_BYTES).toString("hex")}`;
    if (!found.has(`${path} ${value}`))
      differences.push({ kind: "missing", detail: `${shown(key)}: ${shown(value)}` });
  }
  return { reference: "valid", differences };
}

/** Names and values; undefined when the map is longer than its bytes. */
function readPairs(bytes: Buffer): [string, string][] | undefined {
  if (bytes.length < 4) return undefined;
  const count = bytes.readUInt32LE(0);
  if (count > (bytes.length - 4) >> 3) return undefined;
  const pairs: [string, string][] = [];
  let at = 4 + count * 8;
  const take = (length: number) => {
    const text = bytes.toString("latin1", at, at + length);
    at += length + 1;
    return text;
  };
  for (let i = 0; i < count; i++) {
    pairs.push([take(bytes.readUInt32LE(4 + i * 8)), take(bytes.readUInt32LE(8 + i * 8))]);
    if (at > bytes.length) return undefined;
  }
  return pairs;
}
