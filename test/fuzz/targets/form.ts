// Forms and queries, compared with URLSearchParams; the paths of keys with brackets by our own rules.
import { KIND, RUNNER, type ParsedInput } from "../../engine/parse-run.js";
import { shown, type Sample } from "../sample.ts";
import type { Comparison, Difference, Target } from "../target.ts";
import { percentEncoded, word } from "../words.ts";

const PATH_KEY_BYTES = 256;
/** Brackets that are followed in one key. */
const BRACKETS = 32;

export const form: Target = {
  name: "form",
  about: "forms and queries against URLSearchParams",
  runner: RUNNER.query,
  showsAll: true,
  tokens: [
    ..."&=;+%[]?#. ",
    ...[
      "%41",
      "%u0041",
      "%ud83d",
      "%ude00",
      "%",
      "%4",
      "%zz",
      "%00",
      "%26",
      "%3d",
      "%3B",
      "%2B",
      "%5b",
      "%5D",
    ],
    ...[
      "a[b]",
      "a[]=1",
      "[",
      "]",
      "[]",
      "[0]",
      "[12345678901]",
      "a=1&",
      "a=1;b=2",
      "query={a(b:1)}",
      "é",
      "\0",
    ],
  ],
  generate: (random) =>
    random
      .several(0, 6, () => {
        const key =
          percentEncoded(random, word(random)) +
          (random.oneIn(4) ? random.pick(["[]", "[a]", "[0][b]"]) : "");
        return random.oneIn(8) ? key : `${key}=${percentEncoded(random, word(random))}`;
      })
      .join(random.oneIn(5) ? ";" : "&"),
  compare,
};

function compare(sample: Sample): Comparison {
  const { text } = sample;
  if (text === undefined) return { reference: "not UTF-8", differences: [] };
  const differences: Difference[] = [];
  const { inputs } = sample;
  let next = 0;
  for (const [key, value] of referencePairs(text)) {
    let i = next;
    while (i < inputs.length && !isPair(inputs, i, key, value)) i++;
    if (i < inputs.length) {
      next = i + 2;
      checkPath(differences, inputs[i]!);
      continue;
    }
    // `%uXXXX` is decoded, and what it decodes to cannot be told from here.
    const kind = /%u[0-9a-f]{4}/i.test(text) ? "unicode-escape" : "missing";
    differences.push({ kind, detail: `${shown(key)}=${shown(value)}` });
    break;
  }
  return { reference: "valid", differences };
}

/** Node takes other bytes than those of UTF-8 for what is not ASCII and stands beside an escape: escaped, it is right. */
function referencePairs(text: string): URLSearchParams {
  const ascii = [...Buffer.from(text)]
    .map((c) => (c < 0x80 ? String.fromCharCode(c) : `%${c.toString(16)}`))
    .join("");
  // The constructor drops a question mark at the beginning.
  return new URLSearchParams(`?${ascii}`);
}

function isPair(inputs: readonly ParsedInput[], i: number, key: string, value: string): boolean {
  const [one, other] = [inputs[i]!, inputs[i + 1]];
  if (one.kind !== KIND.key || other?.kind !== KIND.string) return false;
  return one.value.toString() === key && other.value.toString() === value && one.rawPath === other.rawPath;
}

function checkPath(differences: Difference[], { value, rawPath }: ParsedInput): void {
  const wanted = bracketPath(value.toString("latin1"));
  if (new RegExp(`^${wanted}$`).test(rawPath)) return;
  differences.push({ kind: "path", detail: `${shown(value)} has the path ${rawPath}, wanted ${wanted}` });
}

/** `a[b][0][]` is the path a, b, 0, any index; what is no such key is one element. */
function bracketPath(key: string): string {
  const parts = /^([^[]+)((?:\[[^\]]*\])+)(.*)$/s.exec(key);
  if (parts === null) return element(key);
  const [, first = "", brackets = "", rest = ""] = parts;
  const names = [...brackets.matchAll(/\[([^\]]*)\]/gs)].map(([, inner]) => inner!);
  const followed = names.slice(0, BRACKETS);
  const behind = names
    .slice(BRACKETS)
    .map((inner) => `[${inner}]`)
    .join("");
  const path = [element(first), ...followed.map((inner) => bracketElement(inner))];
  if (behind + rest !== "") path.push(element(behind + rest));
  return path.join("");
}

function bracketElement(inner: string): string {
  if (inner === "") return String.raw`\.i\d+`;
  return /^\d{1,9}$/.test(inner) ? String.raw`\.i${Number(inner)}` : element(inner);
}

function element(key: string): string {
  return String.raw`\.k` + Buffer.from(key, "latin1").subarray(0, PATH_KEY_BYTES).toString("hex");
}
