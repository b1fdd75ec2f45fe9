// `encodings.ask_upstream`: the request's accept-encoding, reduced to what can be read when the response comes.

import { ByteWriter } from "../core/bytes/byte-writer";
import { text } from "../core/bytes/text";
import { acceptIdentity, reduceAcceptEncoding } from "../core/http/accept-encoding";
import { HeaderPairs, isField } from "../core/http/header-fields";
import { HeaderMap, Status } from "./abi";
import { replaceHeader } from "./host";

const ACCEPT_ENCODING = text("accept-encoding");

const pairs = new HeaderPairs();
const reduced = new ByteWriter();

/** Replaces the field in the request whose head is the blob at `at`, where that is due. */
export function askForReadable(at: usize, len: u32): Status {
  let isReduced = false;
  reduced.clear();
  pairs.start(at, len);
  while (pairs.next()) {
    if (pairs.nameLen != ACCEPT_ENCODING.len || !isField(pairs, ACCEPT_ENCODING)) continue;
    if (reduceAcceptEncoding(pairs.value, pairs.valueLen, reduced)) isReduced = true;
  }
  if (!isReduced) return Status.Ok;
  if (reduced.length == 0) acceptIdentity(reduced);
  return replaceHeader(HeaderMap.RequestHeaders, ACCEPT_ENCODING, reduced.at, reduced.length);
}
