// Random conditions and rules: every operator with its options, transformations, key paths, negation, lists of data.
import type { Random } from "./random.ts";
import { pattern, type Pattern } from "./regexes.ts";
import {
  ADDRESSES,
  type Condition,
  type Input,
  type Rule,
  type RulesDocument,
  condition,
  rule,
} from "./rules-document.ts";
import {
  COMPARED_NUMBERS,
  PATH_KEYS,
  TEXT_PIECES,
  address,
  mutated,
  text,
  type TextSource,
} from "./values.ts";

export const TRANSFORMERS = [
  ...[
    "lowercase",
    "remove_nulls",
    "compress_whitespace",
    "normalize_path",
    "normalize_path_win",
    "url_decode",
  ],
  ...["url_decode_iis", "css_decode", "js_decode", "html_entity_decode", "base64_decode", "base64url_decode"],
  ...["base64_encode", "shell_unescape", "url_basename", "url_path", "url_querystring", "remove_comments"],
  "unicode_normalize",
] as const;
const ALIASES = [
  ...["removeNulls", "compressWhiteSpace", "normalizePath", "normalizePathWin", "urlDecode", "urlDecodeUni"],
  ...[
    "cssDecode",
    "jsDecode",
    "htmlEntityDecode",
    "base64Decode",
    "base64Encode",
    "cmdLine",
    "_sqr_basename",
  ],
  ...["_sqr_filename", "_sqr_querystring", "removeComments"],
] as const;

/** A condition, and texts that are likely to satisfy it. */
export interface Made {
  condition: Condition;
  sample: TextSource;
}

/** Lists that conditions name by id, and their entries. An empty list is left out: libddwaf crashes when it loads one. */
export const DATA: NonNullable<RulesDocument["rules_data"]> = [
  {
    id: "words",
    type: "data_with_expiration",
    data: [
      { value: "admin" },
      { value: "a", expiration: 0 },
      { value: "expired", expiration: 1 },
      { value: "later", expiration: 4_000_000_000 },
      { value: "twice", expiration: 1 },
      { value: "twice", expiration: 4_000_000_000 },
      { value: "" },
    ],
  },
  {
    id: "networks",
    type: "ip_with_expiration",
    data: [
      { value: "192.0.2.0/24" },
      { value: "10.0.0.1", expiration: 1 },
      { value: "2001:db8::/32", expiration: 4_000_000_000 },
      { value: "not an address" },
    ],
  },
];
const DATA_TEXTS = ["admin", "a", "expired", "later", "twice", "Admin", ""];
const NETWORKS = [
  "192.0.2.0/24",
  "192.0.2.1",
  "2001:db8::/32",
  "::1",
  "10.0.0.0/8",
  "::ffff:10.0.0.1",
  "0.0.0.0/0",
];

export function transformers(random: Random, most = 4): string[] {
  const chain: string[] = random.several(1, most, () =>
    random.pick(random.oneIn(6) ? ALIASES : TRANSFORMERS),
  );
  if (random.oneIn(10))
    chain.splice(random.below(chain.length + 1), 0, random.pick(["keys_only", "values_only"]));
  return chain;
}

function input(random: Random): Input {
  const made: Input = { address: random.pick(ADDRESSES) };
  if (random.oneIn(4)) made.key_path = random.several(1, 3, () => random.pick(PATH_KEYS));
  if (random.oneIn(3)) made.transformers = random.oneIn(4) ? ["keys_only"] : transformers(random);
  return made;
}

/** A negated condition has one input: libddwaf refuses more. */
function inputs(random: Random, negated: boolean): Input[] {
  return random.several(1, negated ? 1 : random.pick([1, 1, 3]), () => input(random));
}

export function matchRegex(random: Random, made: Pattern = pattern(random)): Made {
  const negated = random.oneIn(8);
  const options: Record<string, unknown> = {};
  if (random.oneIn(3)) options["case_sensitive"] = random.pick([true, false]);
  if (random.oneIn(6)) options["min_length"] = random.below(8);
  const operator = negated ? "!match_regex" : "match_regex";
  return {
    condition: condition(operator, inputs(random, negated), { regex: made.source, options }),
    sample: (other) => surrounded(other, made.sample(other)),
  };
}

function surrounded(random: Random, sample: string): string {
  const text_ = random.oneIn(2) ? sample : text(random) + sample + text(random);
  return random.oneIn(3) ? mutated(random, text_) : text_;
}

function checksum(random: Random): Made {
  const options: Record<string, unknown> = {};
  if (random.oneIn(4)) options["min_length"] = random.below(20);
  const regex = random.pick(["\\d{4}", "\\b\\d{13,19}\\b", "(?:\\d[ -]?){4,19}", "[a-z]?\\d+", "\\d\\d"]);
  return {
    condition: condition("match_regex_with_checksum", inputs(random, false), {
      regex,
      checksum: "luhn",
      options,
    }),
    sample: (other) =>
      surrounded(
        other,
        other
          .several(1, 4, () => other.pick(["4111111111111111", "59", "18", "1234", "0000", "-", " ", "a"]))
          .join(""),
      ),
  };
}

function phraseMatch(random: Random): Made {
  const negated = random.oneIn(8);
  const list = random.several(1, 8, () => random.several(1, 3, () => random.pick(TEXT_PIECES)).join(""));
  const options = random.oneIn(3) ? { enforce_word_boundary: random.pick([true, false]) } : {};
  return {
    condition: condition(negated ? "!phrase_match" : "phrase_match", inputs(random, negated), {
      list,
      options,
    }),
    sample: (other) => surrounded(other, other.pick(list)),
  };
}

function exactMatch(random: Random): Made {
  const negated = random.oneIn(6);
  const list = random.several(1, 5, () => text(random));
  const from = random.oneIn(3) ? { data: random.pick(["words", "missing"]) } : { list };
  return {
    condition: condition(negated ? "!exact_match" : "exact_match", inputs(random, negated), from),
    sample: (other) =>
      other.oneIn(4) ? mutated(other, other.pick(list)) : other.pick([...list, ...DATA_TEXTS]),
  };
}

function ipMatch(random: Random): Made {
  const negated = random.oneIn(6);
  const from = random.oneIn(3)
    ? { data: random.pick(["networks", "missing"]) }
    : { list: random.several(1, 3, () => random.pick(NETWORKS)) };
  return {
    condition: condition(negated ? "!ip_match" : "ip_match", inputs(random, negated), from),
    sample: (other) => (other.oneIn(5) ? mutated(other, address(other)) : address(other)),
  };
}

/** No float written as a string: libddwaf crashes when it loads one. */
function equals(random: Random): Made {
  const operator = random.oneIn(6) ? "!equals" : "equals";
  const value = random.pick<{ type: string; value: unknown; delta?: number }>([
    { type: "string", value: random.pick(["admin", "a", "", "1.5", "true"]) },
    { type: "boolean", value: random.oneIn(2) },
    { type: "float", value: random.pick(COMPARED_NUMBERS) },
    { type: "float", value: random.pick(COMPARED_NUMBERS), delta: 0.2 },
    { type: "boolean", value: "True" },
    { type: "string", value: 42 },
  ]);
  return {
    condition: condition(operator, inputs(random, operator !== "equals"), value),
    sample: (other) => other.pick(["admin", "a", "", "1.5", "true", "42", "Admin"]),
  };
}

function comparison(random: Random): Made {
  const type = random.pick(["float", "signed", "unsigned"]);
  const fitting = COMPARED_NUMBERS.filter((number) => type === "float" || Number.isSafeInteger(number));
  const value = random.pick(fitting.filter((number) => type !== "unsigned" || number >= 0));
  return {
    condition: condition(random.pick(["greater_than", "lower_than"]), inputs(random, false), { type, value }),
    sample: (other) => text(other),
  };
}

function exists(random: Random): Made {
  const operator = random.oneIn(3) ? "!exists" : "exists";
  return {
    condition: condition(operator, inputs(random, operator !== "exists")),
    sample: (other) => text(other),
  };
}

function hiddenAscii(random: Random): Made {
  return {
    condition: condition("hidden_ascii_match", inputs(random, false)),
    sample: (other) =>
      surrounded(other, other.pick(["\u{e0041}", "\u{e0000}", "\u{e007f}", "\u{e0080}", "\u{dffff}"])),
  };
}

const MAKERS = [
  ...[
    matchRegex,
    matchRegex,
    checksum,
    phraseMatch,
    exactMatch,
    ipMatch,
    equals,
    comparison,
    exists,
    hiddenAscii,
  ],
];

export function anyCondition(random: Random): Made {
  return random.pick<(random: Random) => Made>(MAKERS)(random);
}

/** A rule of one or more conditions, and texts for them. */
export function anyRule(
  random: Random,
  id: string,
  make = anyCondition,
): { rule: Rule; samples: TextSource[] } {
  const made = random.several(1, random.pick([1, 1, 1, 3]), () => make(random));
  const fields: Partial<Rule> = {};
  if (random.oneIn(4)) fields.transformers = random.oneIn(6) ? ["keys_only"] : transformers(random);
  if (random.oneIn(20)) fields.enabled = random.oneIn(2);
  if (random.oneIn(30)) fields["min_version"] = random.pick(["1.0.0", "1.30.1", "1.31.0", "2.0.0"]);
  if (random.oneIn(30)) fields["max_version"] = random.pick(["1.0.0", "1.30.0", "1.99.99"]);
  const conditions = made.map(({ condition: each }) => each);
  return { rule: rule(id, conditions, fields), samples: made.map(({ sample }) => sample) };
}
