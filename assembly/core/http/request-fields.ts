// What the transaction itself needs of a request's header fields, found in one pass over them.

import { Text, text } from "../bytes/text";
import { Accepts, prefersHtml } from "./accept";
import { BodyFields } from "./body-fields";
import { ContentType } from "./content-type";
import { HeaderPairs, isField } from "./header-fields";
import { UpgradeFields } from "./upgrade";

/** Longest `x-request-id` that is kept. */
export const REQUEST_ID_BYTES: u32 = 128;

const METHOD = text(":method");
const PATH = text(":path");
const COOKIE = text("cookie");
const ACCEPT = text("accept");
const AUTHORIZATION = text("authorization");
const CONTENT_TYPE = text("content-type");
const REQUEST_ID = text("x-request-id");

/** Bytes of the blob that was read; a field that is not there is 0 long. */
@unmanaged
export class RequestFields {
  method: Text = new Text();
  path: Text = new Text();
  /** The first `authorization`. */
  credentials: Text = new Text();
  requestId: Text = new Text();
  accepts: Accepts = Accepts.Json;
  hasCookies: bool = false;
  /** The host's list is not what it says it is: what could be read was read. */
  isMalformed: bool = false;
  upgrade: UpgradeFields = new UpgradeFields();

  /** Reads all `pairs`; `type` and `body` receive what is said of the body. */
  read(pairs: HeaderPairs, type: ContentType, body: BodyFields): void {
    body.clear();
    this.method.len = 0;
    this.path.at = 0;
    this.path.len = 0;
    this.credentials.len = 0;
    this.requestId.len = 0;
    this.accepts = Accepts.Json;
    this.hasCookies = false;
    this.upgrade.clear();
    type.parse(0, 0);
    while (pairs.next()) {
      if (pairs.nameLen >= 13) body.readPair(pairs);
      if (pairs.nameLen <= 13) this.readPair(pairs, type);
    }
    this.isMalformed = pairs.malformed;
  }

  private readPair(pairs: HeaderPairs, type: ContentType): void {
    switch (pairs.nameLen) {
      case 5:
        if (isField(pairs, PATH)) take(this.path, pairs);
        break;
      case 6:
        if (isField(pairs, ACCEPT))
          this.accepts = prefersHtml(pairs.value, pairs.valueLen) ? Accepts.Html : Accepts.Json;
        else if (isField(pairs, COOKIE)) this.hasCookies = true;
        break;
      case 7:
        if (isField(pairs, METHOD)) take(this.method, pairs);
        this.upgrade.readPair(pairs);
        break;
      case 9:
      case 10:
        this.upgrade.readPair(pairs);
        break;
      case 12:
        if (isField(pairs, CONTENT_TYPE)) type.parse(pairs.value, pairs.valueLen);
        else if (isField(pairs, REQUEST_ID)) take(this.requestId, pairs);
        break;
      case 13:
        if (this.credentials.len == 0 && isField(pairs, AUTHORIZATION)) take(this.credentials, pairs);
        break;
    }
  }
}

function take(field: Text, pairs: HeaderPairs): void {
  field.at = pairs.value;
  field.len = pairs.valueLen;
}
