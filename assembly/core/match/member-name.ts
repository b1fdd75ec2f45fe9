// The member that an expression reaches for, with what it is a member of: process.env, this["con"+"structor"].constructor.

import { lowerByte } from "../bytes/ascii";
import { wordClass } from "./word-table";

/** Longest name kept; longer ones are known by nobody. */
export const MEMBER_MAX: u32 = 24;
/** object . member */
const names = memory.data(64);
let objectSize: u32 = 0;
let memberSize: u32 = 0;
/** The name in hand is longer than what is kept. */
let tooLong: bool = false;

export function clearMember(): void {
  objectSize = 0;
  memberSize = 0;
  tooLong = false;
}

/** The name in hand becomes the object of the next one. */
export function enterMember(): void {
  if (memberSize == 0 || tooLong) {
    clearMember();
    return;
  }
  if (objectSize != 0) memory.copy(names, names + objectSize + 1, memberSize);
  objectSize = memberSize;
  store<u8>(names + objectSize, 0x2e);
  memberSize = 0;
}

/** Adds a piece to the name in hand, which in texts may come in several. */
export function addToMember(at: usize, to: usize): void {
  const start = objectSize == 0 ? 0 : objectSize + 1;
  for (let i = at; i < to; i++) {
    if (memberSize == MEMBER_MAX) {
      tooLong = true;
      return;
    }
    store<u8>(names + start + memberSize++, <u8>lowerByte(load<u8>(i)));
  }
}

export function hasObject(): bool {
  return objectSize != 0;
}

/** Class of object.member, or of the name that stands alone; 0 when neither is known. */
export function memberClass(seed: u32, slots: u32, cells: usize, text: usize): u32 {
  if (tooLong || memberSize == 0) return 0;
  const size = objectSize == 0 ? memberSize : objectSize + 1 + memberSize;
  return wordClass(names, size, seed, slots, cells, text);
}

/** Class of the member's own name. */
export function ownClass(seed: u32, slots: u32, cells: usize, text: usize): u32 {
  if (tooLong || memberSize == 0) return 0;
  return wordClass(objectSize == 0 ? names : names + objectSize + 1, memberSize, seed, slots, cells, text);
}

/** Saves the name in hand, 25 bytes, at `to`. */
export function saveMember(to: usize): void {
  const start = objectSize == 0 ? 0 : objectSize + 1;
  store<u8>(to, tooLong ? 0 : <u8>memberSize);
  memory.copy(to + 1, names + start, memberSize);
}

/** Takes up the name that saveMember() wrote. */
export function restoreMember(from: usize): void {
  clearMember();
  memberSize = load<u8>(from);
  memory.copy(names, from + 1, memberSize);
}
