// Names of the top-level members of a request body, for the fingerprint of the endpoint. They are noted as the body
// passes, because no part of a body is kept; so only when a ruleset asks for that fingerprint, and no more than a
// bounded number. One look per input.

import { Address } from "../address";
import { Arena } from "../bytes/arena";
import { BodyKind } from "../http/content-type";
import { InputKind, Inputs } from "./inputs";
import { KeyPath } from "./key-path";

/** As many members of one object as libddwaf's bindings hand over. */
export const BODY_KEYS: u32 = 256;

/** One name, its bytes in the arena of the transaction. */
@unmanaged
export class BodyKey {
  /** The next BodyKey, or 0. */
  next: usize;
  at: usize;
  len: u32;
}

@unmanaged
export class BodyKeys {
  /** The first BodyKey, or 0. */
  first: usize = 0;
  private last: usize = 0;
  private count: u32 = 0;
  private kind: BodyKind = BodyKind.None;
  private open: bool = false;

  /** A body of this kind begins. */
  start(kind: BodyKind): void {
    this.reset();
    this.kind = kind;
    // Text has no members, even where it can be read as something that has.
    this.open = kind < BodyKind.Text || kind == BodyKind.Unknown;
  }

  /** The body is over. */
  close(): void {
    this.open = false;
  }

  reset(): void {
    this.first = 0;
    this.last = 0;
    this.count = 0;
    this.open = false;
  }

  /** Notes the names among the inputs, which are about to be forgotten. */
  collect(inputs: Inputs, arena: Arena): void {
    if (!this.open) return;
    let pair: usize = 0;
    let pairEnd: usize = 0;
    for (let i: u32 = 0; i < inputs.count && this.count < BODY_KEYS; i++) {
      if (inputs.kind(i) != InputKind.Key || inputs.address(i) != Address.RequestBody) continue;
      const at = inputs.at(i);
      // Within the last pair: a piece between two of its semicolons.
      if (at - pair < pairEnd - pair) continue;
      const root = this.rootOf(inputs.keyPath(i), at);
      if (root == 0) continue;
      if (this.kind == BodyKind.Form) {
        pair = at;
        pairEnd = endOfPair(inputs, i);
      }
      const key = changetype<KeyPath>(root);
      if (key.index == -1) this.note(arena, key.at, key.len);
    }
  }

  /** The top-level node that a key with this path belongs to; 0 when it is no name of a member. */
  private rootOf(path: usize, at: usize): usize {
    if (path == 0) return 0;
    const parent = changetype<KeyPath>(path).parent;
    // Headers of parts stand under their own names, fields under copies.
    if (this.kind == BodyKind.Multipart) return changetype<KeyPath>(path).at == at ? 0 : path;
    if (parent == 0) return path;
    if (this.kind != BodyKind.Form) return 0;
    // No more steps than a key may have brackets (http/bracket-path.ts).
    let node = parent;
    while (changetype<KeyPath>(node).parent != 0) node = changetype<KeyPath>(node).parent;
    return node;
  }

  private note(arena: Arena, at: usize, len: u32): void {
    if (this.last != 0) {
      // A long value comes in windows, each with its key.
      const last = changetype<BodyKey>(this.last);
      if (last.len == len && memory.compare(last.at, at, len) == 0) return;
    }
    const node = arena.alloc(<u32>offsetof<BodyKey>() + len);
    if (node == 0) return;
    const key = changetype<BodyKey>(node);
    key.next = 0;
    key.at = node + offsetof<BodyKey>();
    key.len = len;
    memory.copy(key.at, at, len);
    if (this.last == 0) this.first = node;
    else changetype<BodyKey>(this.last).next = node;
    this.last = node;
    this.count++;
  }
}

/** End of the value behind the key of a form that is input `i`; both are ranges of the decoded pair. */
function endOfPair(inputs: Inputs, i: u32): usize {
  const end = inputs.at(i) + inputs.len(i);
  if (i + 1 >= inputs.count || inputs.kind(i + 1) != InputKind.String) return end;
  const value = inputs.at(i + 1);
  return value == end || value == end + 1 ? value + inputs.len(i + 1) : end;
}
