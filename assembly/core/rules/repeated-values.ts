// Which values are worth remembering as clean (clean-cache.ts): those that clients send again with every request. Header
// fields and cookies are a session's; methods, paths, statuses and the names of parameters and members are an API's. Values
// of parameters and members come again where they are of a kind that has few: currencies, states, titles of products.

import { Address } from "../address";
import { LaneKind } from "./layout";

/** The value is of a kind that seldom comes twice. */
export const NOT_CACHED: u32 = 0xff;

/** Places below this have one name a value; from ROOTED on a path of names; between them the bytes alone decide. */
const NAMED: u32 = 3;
const ROOTED: u32 = 9;

/** The entry's key has the name of the value too. */
export function isNamed(place: u32): bool {
  return place < NAMED;
}

/** Values under a path of names, most of which never come again: only short ones, and once they came twice. */
export function isRooted(place: u32): bool {
  return place >= ROOTED;
}

/** Number of the value's place in the cache, below 16, or NOT_CACHED. Header names are not inputs of their own. */
export function cachePlace(address: u32, laneKind: u32): u32 {
  if (laneKind == LaneKind.Values) {
    switch (<i32>address) {
      case Address.RequestHeaders:
        return 0;
      case Address.ResponseHeaders:
        return 1;
      case Address.RequestCookies:
        return 2;
      case Address.RequestMethod:
        return 4;
      case Address.RequestPath:
        return 5;
      case Address.ResponseStatus:
        return 6;
      case Address.RequestQuery:
        return 9;
      case Address.RequestBody:
        return 10;
    }
  } else if (laneKind == LaneKind.Keys) {
    switch (<i32>address) {
      case Address.RequestCookies:
        return 3;
      case Address.RequestQuery:
        return 7;
    }
  }
  return NOT_CACHED;
}
