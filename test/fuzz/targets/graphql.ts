// GraphQL documents, compared with graphql-js: every value of an argument or default under the argument's name.
import { Kind, parse, visit, type DocumentNode, type ValueNode } from "graphql";
import type { Random } from "../../differential/random.ts";
import { ADDRESS, BODY_KIND, KIND, RUNNER } from "../../engine/parse-run.js";
import { bytesOf, shown, type Sample } from "../sample.ts";
import type { Comparison, Difference, Target } from "../target.ts";
import { name, word } from "../words.ts";

/** graphql.malformed */
const MALFORMED = 0x20000000000n;

export const graphql: Target = {
  name: "graphql",
  about: "the GraphQL parser against graphql-js",
  runner: RUNNER.body + BODY_KIND.graphql,
  isUnordered: true,
  showsAll: true,
  tokens: [
    ...'{}()[]:$@!=|&,#"\\. \n',
    ...[
      "...",
      '"""',
      '\\"""',
      "\\u0041",
      "\\u{1F600}",
      "\\u{",
      "\\n",
      "query",
      "mutation",
      "fragment",
      "on",
      "F",
    ],
    ...[
      "a(b:1)",
      "true",
      "null",
      "-1.5e3",
      "ENUM",
      "$v",
      "@dir(if:true)",
      "__schema",
      "\ufeff",
      "é",
      "\0",
      "a:b",
    ],
  ],
  generate: (random) =>
    random.several(1, 2, (i) => definition(random, i)).join(random.pick([" ", "\n", ","])),
  compare,
};

function definition(random: Random, i: number): string {
  const fields = selection(random, random.below(3));
  if (i === 0 && random.oneIn(3)) return fields;
  if (random.oneIn(5)) return `fragment F${i} on T ${fields}`;
  const variables = random.several(
    0,
    2,
    (k) => `$v${k}: ${random.pick(["Int", "[ID!]!", "T"])} = ${value(random, 2, true)}`,
  );
  const list = variables.length > 0 ? `(${variables.join(", ")})` : "";
  return `${random.pick(["query", "mutation", "subscription"])} ${random.oneIn(2) ? `Q${i}` : ""}${list}${directive(random)} ${fields}`;
}

function selection(random: Random, depth: number): string {
  const fields = random.several(1, 3, () => {
    if (random.oneIn(8)) return `...F0${directive(random)}`;
    if (random.oneIn(10)) return `... on T ${selection(random, 0)}`;
    const alias = random.oneIn(5) ? `${graphName(random)}: ` : "";
    const values = random.several(0, 3, (i) => `${graphName(random)}${i}: ${value(random, 2, false)}`);
    const list = values.length > 0 ? `(${values.join(random.pick([", ", " ", "\n"]))})` : "";
    return `${alias}${graphName(random)}${list}${directive(random)}${depth > 0 ? selection(random, depth - 1) : ""}`;
  });
  return `{${random.pick(["", " ", '\n# { "\n'])}${fields.join(random.pick([" ", ", ", "\n"]))}}`;
}

function directive(random: Random): string {
  return random.oneIn(6) ? ` @${graphName(random)}(if: ${value(random, 1, false)})` : "";
}

function value(random: Random, depth: number, isConstant: boolean): string {
  const kind = random.below(depth > 0 ? 9 : 6);
  if (kind === 0) return random.pick(["0", "-1", "1.5", "2e10", "true", "false", "null"]);
  if (kind === 1) return isConstant ? "ENUM" : random.pick(["$v0", "ENUM"]);
  if (kind < 5) return JSON.stringify(word(random).toWellFormed()).replaceAll("\u007f", "");
  if (kind === 5)
    return `"""${word(random)
      .toWellFormed()
      .replaceAll('"', '" ')
      .replace(/[\0\u0001\\]/g, "")}"""`;
  const parts = random.several(
    0,
    3,
    (i) => (kind < 7 ? "" : `${graphName(random)}${i}: `) + value(random, depth - 1, isConstant),
  );
  return kind < 7 ? `[${parts.join(", ")}]` : `{${parts.join(", ")}}`;
}

function graphName(random: Random): string {
  return name(random).replaceAll("-", "_");
}

function compare(sample: Sample): Comparison {
  const { text } = sample;
  if (text === undefined) return { reference: "not UTF-8", differences: [] };
  let document: DocumentNode;
  try {
    document = parse(text, { noLocation: false });
  } catch (error) {
    return { reference: `error: ${(error as Error).message.slice(0, 30)}`, differences: [] };
  }
  const differences: Difference[] = [];
  const found = new Set<string>();
  for (const { address, kind, path, value: bytes } of sample.inputs) {
    if (ADDRESS[address] === "resolvers")
      found.add(lineOf(String(path.at(-1)), kind, bytes.toString("latin1").replaceAll('\\"""', '"""')));
  }
  const isExecutable = document.definitions.every(
    ({ kind }) => kind === Kind.OPERATION_DEFINITION || kind === Kind.FRAGMENT_DEFINITION,
  );
  // Definitions of types are no requests.
  if (!isExecutable) return { reference: "schema", differences };
  const check = (argument: string, node: ValueNode) => {
    for (const [kind, written] of leaves(node)) {
      // Nothing is pushed for a string of no bytes.
      if (written === "" || found.has(lineOf(argument, kind, written))) continue;
      const isBlock = node.kind === Kind.STRING && node.block === true;
      differences.push({
        kind: isBlock ? "block-string" : "missing",
        detail: `${argument}: ${shown(written)}`,
      });
    }
  };
  visit(document, {
    Argument: (node) => check(node.name.value, node.value),
    VariableDefinition: (node) => {
      if (node.defaultValue !== undefined) check(node.variable.name.value, node.defaultValue);
    },
  });
  if ((sample.anomalies & MALFORMED) !== 0n) {
    differences.push({ kind: "anomaly-on-valid", detail: sample.anomalies.toString(16) });
  }
  return { reference: "valid", differences };
}

function lineOf(argument: string, kind: number, value: string): string {
  // A block string stays as it is written, with its indentation and the backslash before three quotes.
  return `${argument} ${kind} ${value.replace(/\s+/g, " ").trim()}`;
}

/** Kinds and bytes of the values in a value; lists and objects lend their place, not a path of their own. */
function leaves(node: ValueNode): [kind: number, value: string][] {
  const one = (kind: number, value: string): [number, string][] => [[kind, value]];
  switch (node.kind) {
    case Kind.LIST:
      return node.values.flatMap(leaves);
    case Kind.OBJECT:
      return node.fields.flatMap((field) => leaves(field.value));
    case Kind.INT:
    case Kind.FLOAT:
      return one(KIND.number, node.value);
    case Kind.BOOLEAN:
      return one(KIND.boolean, String(node.value));
    case Kind.NULL:
      return one(KIND.null, "null");
    case Kind.ENUM:
      return one(KIND.string, node.value);
    case Kind.STRING:
      return one(KIND.string, bytesOf(node.value).toString("latin1"));
    default:
      return [];
  }
}
