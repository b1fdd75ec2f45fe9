// What an engine says about a payload, in one form for both, and how two of them differ.

/** What made one condition hold. */
export interface Evidence {
  operator: string;
  address: string;
  key_path: string[];
  value: string;
  highlight: string[];
}

/** A matched rule: its actions by id, and the evidence of its conditions, in their order. */
export interface RuleMatch {
  rule: string;
  on_match: string[];
  matches: Evidence[];
}

/** What the client gets: `none`, or the reply that the deciding rule asks for. */
export interface Reply {
  kind: "none" | "block" | "redirect";
  status?: number;
  type?: string;
  location?: string;
}

export interface Outcome {
  /** In the order in which the engine reports them. */
  events: RuleMatch[];
  reply: Reply;
}

export type DifferenceKind =
  | "missed" // libddwaf matched the rule, we did not
  | "extra" // we matched the rule, libddwaf did not
  | "operator"
  | "address"
  | "key_path"
  | "value"
  | "highlight"
  | "conditions"
  | "on_match"
  | "reply";

export interface Difference {
  kind: DifferenceKind;
  rule: string;
  /** Number of the condition, where the evidence differs. */
  condition?: number;
  ours?: unknown;
  theirs?: unknown;
}

/** Bytes of a value that our events show; longer ones are shown in part. */
const SHOWN_BYTES = 512;
const COMPARISONS = ["equals", "greater_than", "lower_than"];

/** Rule by rule, for documents in which every rule has a type of its own and none blocks. */
export function compareMatches(ours: Outcome, theirs: Outcome): Difference[] {
  const found = new Map(ours.events.map((event) => [event.rule, event]));
  const differences: Difference[] = [];
  for (const theirEvent of theirs.events) {
    const ourEvent = found.get(theirEvent.rule);
    if (ourEvent === undefined)
      differences.push({ kind: "missed", rule: theirEvent.rule, theirs: theirEvent });
    else differences.push(...compareEvidence(ourEvent, theirEvent));
    if (ourEvent !== undefined && ourEvent.on_match.join("\0") !== theirEvent.on_match.join("\0")) {
      differences.push({ kind: "on_match", rule: theirEvent.rule, ours: ourEvent, theirs: theirEvent });
    }
    found.delete(theirEvent.rule);
  }
  for (const event of found.values()) differences.push({ kind: "extra", rule: event.rule, ours: event });
  return differences;
}

/** What the client gets, where one rule alone decides. */
export function compareReplies(ours: Outcome, theirs: Outcome): Difference[] {
  const [event] = theirs.events;
  if (event === undefined || theirs.events.length > 1 || ours.events.length !== 1) return [];
  const same = JSON.stringify(sorted(ours.reply)) === JSON.stringify(sorted(theirs.reply));
  return same ? [] : [{ kind: "reply", rule: event.rule, ours: ours.reply, theirs: theirs.reply }];
}

function sorted(reply: Reply): [string, unknown][] {
  return Object.entries(reply).sort(([one], [other]) => one.localeCompare(other));
}

function compareEvidence(ours: RuleMatch, theirs: RuleMatch): Difference[] {
  const rule = ours.rule;
  if (ours.matches.length !== theirs.matches.length) {
    return [{ kind: "conditions", rule, ours: ours.matches, theirs: theirs.matches }];
  }
  return ours.matches.flatMap((our, condition) => {
    const their = theirs.matches[condition]!;
    const kind = differingPart(our, their);
    return kind === undefined ? [] : [{ kind, rule, condition, ours: our, theirs: their }];
  });
}

/** The first part that differs: where the path differs, so do the values, and that says nothing more. */
function differingPart(ours: Evidence, theirs: Evidence): DifferenceKind | undefined {
  if (ours.operator !== theirs.operator) return "operator";
  if (ours.address !== theirs.address) return "address";
  if (ours.key_path.join("\0") !== theirs.key_path.join("\0")) return "key_path";
  const numeric = COMPARISONS.includes(ours.operator) && sameNumber(ours.value, theirs.value);
  if (!numeric && !showsSame(ours.value, theirs.value)) return "value";
  const [our = "", their = ""] = [ours.highlight[0], theirs.highlight[0]];
  return our === their || showsSame(our, their) ? undefined : "highlight";
}

/** Bytes that are not UTF-8 become replacement characters, in numbers that each side's JSON writer chooses. */
function readable(text: string): string {
  return text.replace(/\ufffd+/g, "\ufffd");
}

function showsSame(ours: string, theirs: string): boolean {
  const [our, their] = [readable(ours), readable(theirs)];
  if (Buffer.byteLength(theirs) <= SHOWN_BYTES) return our === their;
  // The ends of a part can fall inside a character.
  return their.includes(our.replace(/^\ufffd|\ufffd$/g, "")) || our.includes("\ufffd");
}

function sameNumber(ours: string, theirs: string): boolean {
  const [our, their] = [Number(ours), Number(theirs)];
  return Math.abs(our - their) <= Math.abs(their) * 1e-12;
}

/** The reply that `actions`, in the shape of libddwaf's, ask for. */
export function replyOf(actions: Record<string, Record<string, unknown>>): Reply {
  const redirect = actions["redirect_request"];
  if (redirect !== undefined) {
    return {
      kind: "redirect",
      status: Number(redirect["status_code"]),
      location: String(redirect["location"]),
    };
  }
  const block = actions["block_request"];
  if (block === undefined) return { kind: "none" };
  return { kind: "block", status: Number(block["status_code"]), type: String(block["type"]) };
}
