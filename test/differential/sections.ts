// Random sections beside the rules: exclusions of rules and of inputs, overrides, lists, actions. Values are few and plain:
// what is compared is who looks at what, not how.
import type { Random } from "./random.ts";
import { type Condition, type Payload, type Rule, type Value, condition, rule } from "./rules-document.ts";

const TARGETS = ["server.request.body", "server.request.query", "server.request.headers.no_cookies"] as const;
const WORDS = ["red", "green", "blue", "grey"] as const;
const KEYS = ["a", "b", "c"] as const;
const RULES = 6;

const ACTIONS = [
  { id: "page", type: "block_request", parameters: { status_code: 418, type: "html", grpc_status_code: 3 } },
  { id: "text", type: "block_request", parameters: { status_code: "451" } },
  {
    id: "away",
    type: "redirect_request",
    parameters: { location: "https://example.com/", status_code: 307 },
  },
  { id: "lost", type: "redirect_request", parameters: { status_code: 302 } },
  { id: "odd", type: "redirect_request", parameters: { location: "/x", status_code: 308 } },
  { id: "quiet", type: "monitor", parameters: {} },
  { id: "trace", type: "generate_stack", parameters: {} },
];

function keyPath(random: Random): string[] {
  return random.several(1, 2, () => (random.oneIn(3) ? "*" : random.pick(KEYS)));
}

function look(random: Random, data: string): Condition {
  const path = random.several(0, 2, () => random.pick(KEYS));
  const input = { address: random.pick(TARGETS), ...(path.length === 0 ? {} : { key_path: path }) };
  const negated = random.oneIn(5) ? "!" : "";
  if (random.oneIn(3)) return condition(`${negated}exact_match`, [input], { data });
  if (random.oneIn(2)) return condition(`${negated}match_regex`, [input], { regex: random.pick(WORDS) });
  return condition(`${negated}exact_match`, [input], { list: [random.pick(WORDS), random.pick(WORDS)] });
}

function targets(random: Random): object {
  return {
    rules_target: random.several(0, 3, () => {
      const number = random.below(RULES + 1);
      if (random.oneIn(3)) return { tags: { group: `g${number % 3}` } };
      if (random.oneIn(6)) return { tags: { group: `g${number % 3}`, team: "blue" } };
      return random.oneIn(2) ? { rule_id: `r${number}` } : { id: `r${number}` };
    }),
  };
}

function exclusion(random: Random, id: string, modes: readonly string[]): object {
  const conditions = random.several(0, 2, () => look(random, "others"));
  const on_match = random.pick(modes);
  if (random.oneIn(2))
    return { id, conditions, ...targets(random), ...(random.oneIn(3) ? {} : { on_match }) };
  // libddwaf forgets that it withholds a whole address when another path of it follows; we do not.
  if (random.oneIn(4))
    return { id, conditions, ...targets(random), inputs: [{ address: random.pick(TARGETS) }] };
  const inputs = random.several(1, 2, () => ({
    address: random.pick(TARGETS),
    key_path: keyPath(random),
  }));
  return { id, conditions, ...targets(random), inputs };
}

function override(random: Random, actions: readonly string[]): object {
  const number = random.below(RULES);
  const target = random.oneIn(2) ? { rule_id: `r${number}` } : { tags: { group: `g${number % 3}` } };
  const changes = [
    { enabled: random.oneIn(2) },
    { on_match: random.several(0, 2, () => random.pick(actions)) },
    { tags: { team: "blue" } },
  ];
  return {
    rules_target: [target],
    ...random.pick(changes),
    ...(random.oneIn(4) ? random.pick(changes) : {}),
  };
}

function list(random: Random, id: string): object {
  const data = random.several(1, 3, () => ({
    value: random.pick(WORDS),
    ...(random.oneIn(2) ? {} : { expiration: random.oneIn(2) ? 1 : 4_000_000_000 }),
  }));
  return { id, type: "data_with_expiration", data };
}

/**
 * A document of some rules with all sections. With `blocks` it has one rule, which may block: libddwaf goes no further than
 * the first rule that blocks.
 */
export function sectionsDocument(random: Random, blocks: boolean): { rules: Rule[]; sections: object } {
  const actions = blocks
    ? ["block", ...ACTIONS.map(({ id }) => id), "unknown"]
    : ["trace", "quiet", "unknown"];
  // With another mode than these libddwaf takes a match for a block and goes no further, whether or not it blocks.
  const modes = blocks ? ["bypass", "monitor", ...actions] : ["bypass", "monitor"];
  const rules = random.several(blocks ? 1 : RULES, blocks ? 1 : RULES, (i) => {
    const conditions = random.several(1, 2, () => look(random, "words"));
    const fields = {
      on_match: random.several(0, 2, () => random.pick(actions)),
      enabled: !random.oneIn(6),
    };
    const made = rule(`r${i}`, conditions, fields);
    return { ...made, tags: { ...made.tags, group: `g${i % 3}` } };
  });
  const sections = {
    actions: ACTIONS,
    exclusions: random.several(1, 3, (i) => exclusion(random, `e${i}`, modes)),
    // Of several for one rule libddwaf applies any last.
    rules_override: random.several(0, 1, () => override(random, actions)),
    rules_data: random.several(1, 3, () => list(random, "words")),
    exclusion_data: random.several(1, 3, () => list(random, "others")),
  };
  return { rules, sections };
}

export function sectionsPayload(random: Random): Payload {
  const filled = random.several(1, 3, () => random.pick(TARGETS));
  return Object.fromEntries(filled.map((address) => [address, values(random, 2)]));
}

function values(random: Random, depth: number): Value {
  const keys = random.several(1, 3, () => random.pick(KEYS));
  return Object.fromEntries(
    keys.map((key) => {
      if (depth > 0 && random.oneIn(3)) return [key, values(random, depth - 1)];
      if (depth > 0 && random.oneIn(6)) return [key, [random.pick(WORDS), values(random, depth - 1)]];
      return [key, random.pick(WORDS)];
    }),
  );
}
