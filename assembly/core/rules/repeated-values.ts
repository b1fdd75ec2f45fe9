// Which values are worth remembering as clean (clean-cache.ts): those that clients send again with every request.

import { Address } from "../address";
import { LaneKind } from "./layout";

/** Addresses whose values come again and again: header fields, and the cookies of a session. */
export function isRepeated(address: u32, laneKind: u32): bool {
  if (address == Address.RequestCookies) return laneKind != LaneKind.Scalars;
  // One number of the cache is all that header fields have: their names and numbers must not be taken for texts.
  if (laneKind != LaneKind.Values) return false;
  return address == Address.RequestHeaders || address == Address.ResponseHeaders;
}

/** Number of an address and kind in the cache, below 4. Header names are not inputs of their own. */
export function cacheLane(address: u32, laneKind: u32): u32 {
  if (address == Address.ResponseHeaders) return 2;
  if (address == Address.RequestHeaders) return 0;
  return laneKind == LaneKind.Keys ? 3 : 1;
}
