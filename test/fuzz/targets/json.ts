// JSON, compared with JSON.parse: every key, string, number, literal and container with its path, and nothing else.
import type { Random } from "../../differential/random.ts";
import { KIND, RUNNER, type ParsedInput } from "../../engine/parse-run.js";
import { bytesOf, shown, type Sample } from "../sample.ts";
import type { Comparison, Difference, Target } from "../target.ts";
import { word } from "../words.ts";

/** Bytes of a key that a path keeps. */
const PATH_KEY_BYTES = 256;
/** Elements of the longest path. */
const PATH_ELEMENTS = 255;
/** json.depth, value.split, text.lone_surrogate, json.duplicate_key: what well-formed documents can have, too. */
const ALLOWED = 0x10n | 0x100000n | 0x80000n | 0x2000000n;
const DUPLICATE = 0x2000000n;

export const json: Target = {
  name: "json",
  about: "the JSON parser against JSON.parse",
  runner: RUNNER.json,
  tokens: [
    ..."{}[]:,\"'\\/ \n\t",
    ...["true", "false", "null", "NaN", "-0", "1e5", "0.5", "-", "+1", "01", "1."],
    ...["\\u0041", "\\ud83d", "\\ude00", "\\u", "\\n", "\\x41", '"a":', '""', "{}", "[]", "//", "/*", "*/"],
    ...["\ufeff", "\u001e", "\0", "é", "\u2028", '"query":"{a(b:1)}"', "__proto__"],
  ],
  generate: (random) => document(random),
  compare: compareJson,
};

/** JSON text, with white space and escapes as writers have them. */
export function document(random: Random): string {
  return written(random, random.below(5));
}

function written(random: Random, depth: number): string {
  const space = random.oneIn(6) ? random.pick([" ", "\n", "\r\n\t"]) : "";
  const kind = random.below(depth > 0 ? 8 : 4);
  if (kind === 0)
    return space + random.pick(["true", "false", "null", "0", "-1", "1.5e-3", "12345678901234567890"]);
  if (kind < 4) return space + quoted(random);
  const isArray = kind < 6;
  const parts = random.several(0, 5, () => {
    const key = isArray ? "" : `${quoted(random)}:`;
    return space + key + written(random, depth - 1);
  });
  return (isArray ? "[" : "{") + parts.join(",") + space + (isArray ? "]" : "}");
}

function quoted(random: Random): string {
  const text = JSON.stringify(word(random));
  if (!random.oneIn(4)) return text;
  return `"${text
    .slice(1, -1)
    .replace(/[a-z]/g, (c) =>
      random.oneIn(3) ? `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}` : c,
    )}"`;
}

export function compareJson(sample: Sample): Comparison {
  const { text } = sample;
  if (text === undefined) return { reference: "not UTF-8", differences: [] };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const { message } = error as Error;
    const isSilent = sample.anomalies === 0n && text.trim() !== "";
    const kind = text.includes("\u001e") ? "record-separator" : "malformed-unnoticed";
    return {
      reference: `error: ${message.slice(0, 16)}`,
      differences: isSilent ? [{ kind, detail: message }] : [],
    };
  }
  const wanted = leaves(value, []);
  const differences: Difference[] = [];
  const found = new Map<string, number>();
  for (const input of sample.inputs) {
    const line = lineOf(input);
    found.set(line, (found.get(line) ?? 0) + 1);
  }
  for (const line of wanted) {
    const left = found.get(line) ?? 0;
    if (left === 0) differences.push({ kind: "missing", detail: line });
    found.set(line, left - 1);
  }
  const more = sample.inputs.length - wanted.length;
  const isDuplicate = (sample.anomalies & DUPLICATE) !== 0n;
  if (differences.length === 0 && more > 0 !== isDuplicate) {
    differences.push({ kind: "duplicates", detail: `${more} more inputs, noted: ${isDuplicate}` });
  }
  const odd = sample.anomalies & ~ALLOWED;
  if (odd !== 0n) differences.push({ kind: "anomaly-on-valid", detail: `anomalies ${odd.toString(16)}` });
  return { reference: "valid", differences };
}

function lineOf({ kind, rawPath, value }: ParsedInput): string {
  const text = kind === KIND.number ? String(Number(value.toString())) : value.toString("latin1");
  return `${kind} ${rawPath} ${shown(text)}`;
}

/** What the parser is to list, container by container. */
function leaves(value: unknown, path: string[]): string[] {
  const at = path.slice(0, PATH_ELEMENTS).join("");
  const line = (kind: number, text: string) => [`${kind} ${at} ${shown(text)}`];
  if (typeof value === "string") return line(KIND.string, bytesOf(value).toString("latin1"));
  if (typeof value === "number") return line(KIND.number, String(value));
  if (typeof value === "boolean") return line(KIND.boolean, String(value));
  if (value === null) return line(KIND.null, "null");
  const own = line(KIND.container, "");
  if (Array.isArray(value)) {
    return [...own, ...value.flatMap((element, i) => leaves(element, [...path, `.i${i}`]))];
  }
  return [
    ...own,
    ...Object.entries(value as object).flatMap(([key, member]) => {
      const bytes = bytesOf(key);
      const to = [...path, `.k${bytes.subarray(0, PATH_KEY_BYTES).toString("hex")}`];
      const name = `${KIND.key} ${to.slice(0, PATH_ELEMENTS).join("")} ${shown(bytes.toString("latin1"))}`;
      return [name, ...leaves(member, to)];
    }),
  ];
}
