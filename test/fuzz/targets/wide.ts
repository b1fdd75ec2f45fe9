// Bodies in UTF-16 and UTF-32: read as the same text in UTF-8 is.
import type { Random } from "../../differential/random.ts";
import { BODY_KIND, RUNNER } from "../../engine/parse-run.js";
import { bytesOf, shown, type Sample } from "../sample.ts";
import { NO_OPINION, type Comparison, type Target } from "../target.ts";
import { document } from "./json.ts";
import { elementOf } from "./xml.ts";
import { form } from "./form.ts";

/** body.wide_encoding */
const WIDE = 0x4000000n;
/** Stands for a unit that is cut off. */
const REPLACEMENT = Buffer.from("\ufffd");

export const wide: Target = {
  name: "wide",
  about: "UTF-16 and UTF-32 against the same text in UTF-8",
  runner: RUNNER.body + BODY_KIND.unknown,
  isTyped: true,
  isUnordered: true,
  tokens: [
    "\xff\xfe",
    "\xfe\xff",
    "\0",
    "\0\0",
    "a\0",
    "\0a",
    "\0\0\0a",
    "\xd8",
    "\xdc",
    "{\0",
    "\0{",
    "\0\0\xfe\xff",
  ],
  generate,
  compare,
};

function generate(random: Random): Uint8Array {
  const type = random.pick([
    "application/json",
    "text/xml",
    "application/x-www-form-urlencoded",
    "text/plain",
    "",
  ]);
  const text = random.pick([
    () => document(random),
    () => elementOf(random, 2),
    () => form.generate(random) as string,
  ])();
  const marked = (random.oneIn(2) ? "\ufeff" : "") + text;
  const encoded = encodeWide(marked, random.pick([2, 4]), random.oneIn(2));
  return Buffer.concat([Buffer.from(`${type}\n`), encoded]);
}

/** `text` in units of `size` bytes. */
export function encodeWide(text: string, size: number, isBig: boolean): Uint8Array {
  const units =
    size === 4 ? [...text].map((c) => c.codePointAt(0)!) : text.split("").map((c) => c.charCodeAt(0));
  const view = new DataView(new ArrayBuffer(units.length * size));
  units.forEach((unit, i) =>
    size === 4 ? view.setUint32(i * 4, unit, !isBig) : view.setUint16(i * 2, unit, !isBig),
  );
  return new Uint8Array(view.buffer);
}

function compare(sample: Sample): Comparison {
  if ((sample.anomalies & WIDE) === 0n) return NO_OPINION;
  const encoding = detected(sample.body);
  if (encoding === undefined)
    return { reference: "narrow", differences: [{ kind: "encoding", detail: shown(sample.body) }] };
  const narrow = decoded(sample.body, encoding.size, encoding.isBig);
  const other = sample.runOther(narrow);
  // Its own first bytes may look like units of another width.
  if ((other.anomalies & WIDE) !== 0n) return { reference: "twice", differences: [] };
  const sorted = (list: Buffer) => list.toString("latin1").split("\n").sort().join("\n");
  const isSame =
    sorted(other.list) === sorted(sample.run.list) && other.anomalies === (sample.anomalies & ~WIDE);
  return { reference: "valid", differences: isSame ? [] : [{ kind: "text", detail: shown(narrow) }] };
}

/** By the byte order mark, or by where the zeros of two characters of ASCII are. */
function detected(body: Uint8Array): { size: number; isBig: boolean } | undefined {
  const [a = 0, b = 0, c = 0, d = 0] = body;
  if (a === 0xff && b === 0xfe)
    return c === 0 && d === 0 ? { size: 4, isBig: false } : { size: 2, isBig: false };
  if (a === 0xfe && b === 0xff) return { size: 2, isBig: true };
  if (a === 0 && b === 0) return { size: 4, isBig: true };
  if (b === 0 && c === 0 && d === 0) return { size: 4, isBig: false };
  if (b === 0 && d === 0) return { size: 2, isBig: false };
  return a === 0 && c === 0 ? { size: 2, isBig: true } : undefined;
}

function decoded(body: Uint8Array, size: number, isBig: boolean): Uint8Array {
  const units: number[] = [];
  const view = new DataView(body.buffer, body.byteOffset, body.length);
  let at = 0;
  for (; at + size <= body.length; at += size)
    units.push(size === 4 ? view.getUint32(at, !isBig) : view.getUint16(at, !isBig));
  const text = units.map((unit) =>
    unit > 0x10ffff ? "\ufffd" : size === 4 ? String.fromCodePoint(unit) : String.fromCharCode(unit),
  );
  return at < body.length ? Buffer.concat([bytesOf(text.join("")), REPLACEMENT]) : bytesOf(text.join(""));
}
