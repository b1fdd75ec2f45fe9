// Which of the configuration's routes a request belongs to.

import { ByteWriter } from "./bytes/byte-writer";
import { Text, text } from "./bytes/text";
import { RouteSubject } from "./config/route";
import { HeaderPairs, isField } from "./http/header-fields";
import { writeRoutePath } from "./http/route-path";
import { Policy } from "./policy";

const AUTHORITY = text(":authority");
const METHOD = text(":method");
const PATH = text(":path");

const pairs = new HeaderPairs();
const subject = new RouteSubject();
const path = new ByteWriter();

/** The policy for the request whose head is the blob of `len` bytes at `at`; `routeName` is the proxy's, or empty. */
export function choosePolicy(policy: Policy, at: usize, len: u32, routeName: Text): Policy {
  if (policy.config.routes.count == 0) return policy;
  subject.host.len = 0;
  subject.method.len = 0;
  subject.path.len = 0;
  subject.routeName.at = routeName.at;
  subject.routeName.len = routeName.len;
  pairs.start(at, len);
  while (pairs.next()) {
    if (pairs.nameLen == 10 && isField(pairs, AUTHORITY)) takeHost();
    else if (pairs.nameLen == 7 && isField(pairs, METHOD)) take(subject.method);
    else if (pairs.nameLen == 5 && isField(pairs, PATH) && policy.config.routes.readsPath) takePath();
  }
  return policy.choose(subject);
}

function take(to: Text): void {
  to.at = pairs.value;
  to.len = pairs.valueLen;
}

/** The authority without port, and without the dot that may end a name. */
function takeHost(): void {
  const host = subject.host;
  take(host);
  let i = host.len;
  while (i > 0 && <u32>load<u8>(host.at + i - 1) - 0x30 < 10) i--;
  // The colons of an IPv6 address stand inside brackets.
  if (i > 0 && load<u8>(host.at + i - 1) == 0x3a) host.len = i - 1;
  if (host.len > 1 && load<u8>(host.at + host.len - 1) == 0x2e) host.len--;
}

function takePath(): void {
  path.clear();
  writeRoutePath(pairs.value, pairs.valueLen, path);
  subject.path.at = path.at;
  subject.path.len = path.length;
}
