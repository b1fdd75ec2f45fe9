// What the rules of one ruleset have found in one transaction so far. Everything lives in the transaction's
// arena and goes with it.

import { Arena } from "../bytes/arena";
import { ByteWriter } from "../bytes/byte-writer";
import { appendJsonString } from "../bytes/json-text";
import { KeyPath, keyPathDepth } from "../inputs/key-path";
import { Span } from "../match/span";
import { Ruleset } from "./ruleset";

/** Bytes of a value kept as evidence: a window around what matched. */
export const EVIDENCE_BYTES: u32 = 512;
/** Bytes of a rendered key path kept as evidence. */
const PATH_BYTES: u32 = 512;
const PATH_DEPTH: u32 = 64;

/** A condition that held, with its evidence. */
@unmanaged
export class Match {
  next: usize;
  condition: u32;
  address: u32;
  kind: u32;
  /** Key path as JSON array elements, without the brackets. */
  pathAt: usize;
  pathLen: u32;
  valueAt: usize;
  valueLen: u32;
  highlightAt: usize;
  highlightLen: u32;
  /** The last key of the path, unescaped, for redaction. */
  keyAt: usize;
  keyLen: u32;
}

const MATCH_SIZE: u32 = 48;

@unmanaged
export class RuleState {
  ruleset: Ruleset | null = null;
  private satisfied: usize = 0;
  private matched: usize = 0;
  /** Negated conditions: a value was there to look at; one of them matched. */
  private seen: usize = 0;
  private hit: usize = 0;
  /** Latest first. */
  matches: usize = 0;
  matchedRules: u32 = 0;
  /** The policy's Exclusions, 0 = none; the state of their conditions; number of the ruleset among those they know. */
  exclusions: usize = 0;
  filters: usize = 0;
  which: u32 = 0;
  /** u16 per rule (exclusions.ts); 0 = no rule has a mode. */
  modes: usize = 0;
  /** Exclusions may withhold inputs. */
  withholds: bool = false;
  /** Exclusions hold that need not hold in another transaction. */
  conditional: bool = false;
  /** Rules that matched and ask for a block. */
  private blocking: usize = 0;

  /** False when the arena is out of memory; nothing is evaluated then. */
  begin(ruleset: Ruleset, arena: Arena): bool {
    const conditionBytes = (ruleset.conditionCount >> 3) + 1;
    const ruleBytes = (ruleset.ruleCount >> 3) + 1;
    const bits = arena.allocZeroed(conditionBytes * 3 + ruleBytes * 2);
    this.ruleset = bits == 0 ? null : ruleset;
    this.satisfied = bits;
    this.seen = bits + conditionBytes;
    this.hit = this.seen + conditionBytes;
    this.matched = this.hit + conditionBytes;
    this.blocking = this.matched + ruleBytes;
    this.matches = 0;
    this.matchedRules = 0;
    this.exclusions = 0;
    this.modes = 0;
    this.withholds = false;
    this.conditional = false;
    return bits != 0;
  }

  /** Forgets the ruleset and what it found; the arena is the caller's. */
  end(): void {
    this.ruleset = null;
    this.matches = 0;
    this.matchedRules = 0;
  }

  isSatisfied(condition: u32): bool {
    return bit(this.satisfied, condition);
  }

  hasMatched(rule: u32): bool {
    return bit(this.matched, rule);
  }

  /** `counts`: the match is worth telling of. */
  setMatched(rule: u32, blocks: bool, counts: bool): void {
    setBit(this.matched, rule);
    if (blocks) setBit(this.blocking, rule);
    if (counts) this.matchedRules++;
  }

  /** The rule matched, and asked for a block when it did. */
  isBlocking(rule: u32): bool {
    return bit(this.blocking, rule);
  }

  /** Nothing was satisfied yet, and no exclusion holds that need not hold in another transaction. */
  isUntouched(): bool {
    return this.matches == 0 && !this.conditional;
  }

  get filterState(): RuleState {
    return changetype<RuleState>(this.filters);
  }

  /** Mode that exclusions give the rule, see exclusions.ts. */
  modeOf(rule: u32): u32 {
    return this.modes == 0 ? 0 : load<u16>(this.modes + ((<usize>rule) << 1));
  }

  wasSeen(condition: u32): bool {
    return bit(this.seen, condition);
  }

  setSeen(condition: u32): void {
    setBit(this.seen, condition);
  }

  wasHit(condition: u32): bool {
    return bit(this.hit, condition);
  }

  setHit(condition: u32): void {
    setBit(this.hit, condition);
  }

  /** Marks `condition` as satisfied and keeps what satisfied it, as far as memory goes. */
  satisfy(
    condition: u32,
    address: u32,
    kind: u32,
    path: usize,
    at: usize,
    len: u32,
    span: Span,
    arena: Arena,
  ): void {
    setBit(this.satisfied, condition);
    const memory = arena.allocZeroed(MATCH_SIZE);
    if (memory == 0) return;
    const match = changetype<Match>(memory);
    match.next = this.matches;
    match.condition = condition;
    match.address = address;
    match.kind = kind;
    this.matches = memory;
    keepValue(match, at, len, span, arena);
    keepPath(match, path, arena);
  }
}

function bit(bits: usize, i: u32): bool {
  return ((load<u8>(bits + (i >> 3)) >> ((<u8>i) & 7)) & 1) != 0;
}

function setBit(bits: usize, i: u32): void {
  const at = bits + (i >> 3);
  const place = <u8>(i & 7);
  store<u8>(at, load<u8>(at) | ((<u8>1) << place));
}

/** Copies a window of the value that has the start of the match in it, and the match within the window. */
function keepValue(match: Match, at: usize, len: u32, span: Span, arena: Arena): void {
  // What lies outside the value is no part of it, whoever says so.
  const isPart = span.from >= at && span.to <= at + len && span.to > span.from;
  let from: u32 = 0;
  if (len > EVIDENCE_BYTES && isPart) {
    const start = <u32>(span.from - at);
    from = start > EVIDENCE_BYTES / 4 ? min(start - EVIDENCE_BYTES / 4, len - EVIDENCE_BYTES) : 0;
  }
  match.valueLen = min(len - from, EVIDENCE_BYTES);
  match.valueAt = arena.copy(at + from, match.valueLen);
  if (match.valueAt == 0) match.valueLen = 0;
  if (match.valueAt == 0 || !isPart) return;
  const start = <u32>(span.from - at) - from;
  match.highlightAt = match.valueAt + start;
  match.highlightLen = min(<u32>(span.to - span.from), match.valueLen - start);
}

const nodes: StaticArray<usize> = new StaticArray<usize>(PATH_DEPTH);
const rendered = new ByteWriter();

function keepPath(match: Match, path: usize, arena: Arena): void {
  if (path == 0) return;
  let depth = keyPathDepth(path);
  let node = path;
  for (; depth > PATH_DEPTH; depth--) node = changetype<KeyPath>(node).parent;
  for (let i = depth; i > 0; i--) {
    unchecked((nodes[i - 1] = node));
    node = changetype<KeyPath>(node).parent;
  }
  rendered.clear();
  for (let i: u32 = 0; i < depth && rendered.length < PATH_BYTES; i++) {
    const element = changetype<KeyPath>(unchecked(nodes[i]));
    if (i != 0) rendered.byte(0x2c);
    if (element.index >= 0) rendered.decimal(element.index);
    else appendJsonString(rendered, element.at, min(element.len, PATH_BYTES));
  }
  match.pathAt = arena.copy(rendered.at, rendered.length);
  match.pathLen = match.pathAt == 0 ? 0 : rendered.length;
  const leaf = changetype<KeyPath>(path);
  if (leaf.index >= 0) return;
  match.keyLen = min(leaf.len, PATH_BYTES);
  match.keyAt = arena.copy(leaf.at, match.keyLen);
  if (match.keyAt == 0) match.keyLen = 0;
}
