// What a parser need not list: values of which it is known at once that no rule has anything against them, and kinds that no rule
// looks at. Parsers that find thousands of values ask it before they make a path and an entry; those that do not lose nothing.
//
// SAFETY: it may only say that a value is clean when every rule would say so, wherever the value stands but below one of `names`.
// TEST: `sieve-never-hides-a-match`.

import { followingName, nameLength } from "./clean-names";

/** True when no rule has anything against the value; `isKey`: it is a name. */
export type CleanTest = (at: usize, len: u32, isKey: bool) => bool;

/** Work units that a value costs beside its bytes. */
export const VALUE_COST: u32 = 32;

/** The bit of a set of names for elements of arrays. */
export const INDEX_NAME: u64 = 1 << 63;

@unmanaged
export class Sieve {
  /** Of which values it is. */
  address: u32 = 0;
  /** Some rule looks at numbers, booleans, nulls, objects or arrays. */
  wantsScalars: bool = true;
  /** Bit per nameBit() of the first elements of key paths that rules ask for. */
  names: u64 = 0;
  /** Work that the clean values would have cost (rules/rule-eval.ts); the owner's to take. */
  work: i64 = 0;
  /** More work than this is not done: what comes then is listed, and the owner knows that the transaction has no more to spend. */
  left: i64 = 0;
  test: CleanTest | null = null;
  /** To whom names that passed are clean (clean-names.ts). */
  owner: usize = 0;

  /** No rule has anything against the value. */
  passes(at: usize, len: u32, isKey: bool): bool {
    const test = this.test;
    if (test === null || this.work > this.left || !test(at, len, isKey)) return false;
    this.work += len + VALUE_COST;
    return true;
  }

  /** Slot of the name at `at` when it followed the last one before (clean-names.ts), and so passes; else 0. */
  followingName(at: usize): usize {
    if (this.work > this.left) return 0;
    const slot = followingName(this.owner, at);
    if (slot != 0) this.work += nameLength(slot) + VALUE_COST;
    return slot;
  }

  /** A value below the member `at..len` of the document may be asked for by its path. */
  asksFor(at: usize, len: u32): bool {
    return (this.names & nameBit(at, len)) != 0;
  }
}

/** Bit of a name, one of 63. */
export function nameBit(at: usize, len: u32): u64 {
  if (len == 0) return 1;
  return (<u64>1) << ((len * 11 + <u32>load<u8>(at) * 5 + <u32>load<u8>(at + len - 1)) % 63);
}

/** Bits of the first element of a path of (u16 length, bytes)*: a number may be an element of an array too. */
export function firstName(path: usize): u64 {
  const len = <u32>load<u16>(path);
  const isIndex = len != 0 && <u32>load<u8>(path, 2) - 0x30 < 10;
  return nameBit(path + 2, len) | (isIndex ? INDEX_NAME : 0);
}
