// Protobuf without a schema, compared with the reader of protobufjs: numbers and texts at the numbers of their fields.
import protobuf from "protobufjs";
import type { Random } from "../../differential/random.ts";
import { KIND, RUNNER } from "../../engine/parse-run.js";
import { field, fixed32, fixed64, group, integer } from "../../engine/protobuf-wire.js";
import { shown, type Sample } from "../sample.ts";
import { NO_OPINION, type Comparison, type Target } from "../target.ts";
import { word } from "../words.ts";

/** Bytes of a field that are looked at as a whole. */
const LOOK_BYTES = 4096;
/** Messages in messages that are read. */
const DEPTH = 30;
const MAX_NUMBER = 0x1fffffff;

export const protobufMessage: Target = {
  name: "protobuf",
  about: "protobuf messages against protobufjs",
  runner: RUNNER.protobuf,
  isUnordered: true,
  tokens: [
    ...[
      "\x08",
      "\x0a",
      "\x12",
      "\x0b",
      "\x0c",
      "\x0d",
      "\x09",
      "\x22\x02",
      "\x80\x01",
      "\xff\xff\xff\xff\x0f",
      "\0",
    ],
    ...["\x0a\x05hello", "\x08\x01", "\x1a\x04\x08\x01\x10\x02", "\x7f", "\x0a\0", "é", "text", "\x9a\x01"],
  ],
  generate: message,
  compare,
};

/** A message of all kinds of fields. */
export function message(random: Random, depth = random.below(4)): Buffer {
  return Buffer.concat(
    random.several(0, 5, () => {
      const number = random.oneIn(10) ? random.pick([15, 16, 2047, 65_536, MAX_NUMBER]) : 1 + random.below(9);
      switch (random.below(depth > 0 ? 8 : 6)) {
        case 0:
          return integer(number, random.pick([0, 1, 127, 128, -1, 2 ** 31, 2 ** 53]));
        case 1:
          return fixed64(number, BigInt(random.bits()));
        case 2:
          return fixed32(number, random.bits());
        case 3:
          return field(
            number,
            Buffer.from(Array.from({ length: random.below(30) }, () => random.below(256))),
          );
        case 6:
          return group(number, message(random, depth - 1));
        case 7:
          return field(number, message(random, depth - 1));
        default:
          return field(number, word(random).toWellFormed());
      }
    }),
  );
}

function compare({ body, inputs }: Sample): Comparison {
  if (body.length > LOOK_BYTES) return NO_OPINION;
  const wanted: Wanted[] = [];
  if (!walk(body, "", wanted, 0)) return { reference: "malformed", differences: [] };
  const lineOf = (kind: number, path: string, value: string) => `${kind} ${path} ${value}`;
  const values = inputs.map(({ value }) => value.toString("latin1"));
  const found = new Set(inputs.map(({ kind, rawPath }, i) => lineOf(kind, rawPath, values[i]!)));
  const missing = wanted.find(({ kind, path, value }) => {
    if (found.has(lineOf(kind, path, value))) return false;
    // A text in a message that is inspected as text, too, was seen there.
    return kind !== KIND.string || !values.some((one) => one.includes(value));
  });
  const differences =
    missing === undefined ? [] : [{ kind: "missing", detail: `${missing.path} ${shown(missing.value)}` }];
  return { reference: "valid", differences };
}

interface Wanted {
  kind: number;
  path: string;
  value: string;
}

/** False when the bytes are no message; lists what is in it. */
function walk(bytes: Uint8Array, path: string, wanted: Wanted[], depth: number): boolean {
  const reader = protobuf.Reader.create(bytes);
  const groups: number[] = [];
  const paths = [path];
  try {
    while (reader.pos < reader.len) {
      const tag = varint(reader);
      const number = Number(tag >> 3n);
      if (number < 1 || number > MAX_NUMBER) return false;
      const at = `${paths.at(-1)}.k${Buffer.from(String(number)).toString("hex")}`;
      const type = Number(tag & 7n);
      if (type === 3) {
        groups.push(number);
        paths.push(at);
      } else if (type === 4) {
        if (groups.pop() !== number) return false;
        paths.pop();
      } else if (!readField(reader, type, at, wanted, depth + groups.length)) {
        return false;
      }
    }
  } catch {
    return false;
  }
  return groups.length === 0;
}

function readField(
  reader: protobuf.Reader,
  type: number,
  at: string,
  wanted: Wanted[],
  depth: number,
): boolean {
  if (depth > DEPTH) return false;
  if (type === 0 || type === 1) {
    const value = type === 0 ? varint(reader) : BigInt.asUintN(64, BigInt(reader.fixed64().toString()));
    wanted.push({ kind: KIND.number, path: at, value: value.toString() });
  } else if (type === 5) {
    wanted.push({ kind: KIND.number, path: at, value: String(reader.fixed32()) });
  } else if (type === 2) {
    // The package keeps 32 bits of a length.
    const length = varint(reader);
    if (length > BigInt(reader.len - reader.pos)) return false;
    const value = reader.buf.subarray(reader.pos, reader.pos + Number(length));
    reader.skip(Number(length));
    if (isText(value)) {
      wanted.push({ kind: KIND.string, path: at, value: Buffer.from(value).toString("latin1") });
    } else {
      const inner: Wanted[] = [];
      if (walk(value, at, inner, depth + 1)) wanted.push(...inner);
    }
  } else {
    return false;
  }
  return true;
}

/** The package takes one that the end cuts off for whole. */
function varint(reader: protobuf.Reader): bigint {
  const value = BigInt.asUintN(64, BigInt(reader.uint64().toString()));
  if (reader.pos > reader.len || reader.buf[reader.pos - 1]! >= 0x80) throw new RangeError("cut off");
  return value;
}

/** UTF-8 without control characters. */
function isText(bytes: Uint8Array): boolean {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    return /^[\t\n\r\x20-\x7e\u0080-\u{10ffff}]*$/u.test(text);
  } catch {
    return false;
  }
}
