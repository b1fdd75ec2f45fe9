// Plain text: its windows, put together, are the text.
import { RUNNER } from "../../engine/parse-run.js";
import { shown, type Sample } from "../sample.ts";
import type { Comparison, Target } from "../target.ts";
import { word } from "../words.ts";

/** Bytes that two neighbouring windows share. */
const OVERLAP = 1024;

export const text: Target = {
  name: "text",
  about: "the text parser against its own input",
  runner: RUNNER.text,
  showsAll: true,
  tokens: ["\n", " ", "\0", "é", "a".repeat(1024), "b".repeat(15_000)],
  generate: (random) => {
    const length = random.oneIn(3)
      ? random.pick([1, 1023, 16_383, 16_384, 16_385, 31_744, 40_000])
      : random.below(300);
    return word(random).padEnd(length, `${word(random)}.`);
  },
  compare,
};

function compare({ body, inputs }: Sample): Comparison {
  const pieces = inputs.map(({ value }, i) => (i === 0 ? value : value.subarray(OVERLAP)));
  const isSame = Buffer.concat(pieces).equals(body);
  const differences = isSame ? [] : [{ kind: "text", detail: shown(Buffer.concat(pieces)) }];
  return { reference: "valid", differences };
}
