// The plugin's settings, with their defaults beside them: what holds when a configuration says nothing.
// config-loader.ts fills them; schema/config.schema.json describes them to people and tools.

import { Arena } from "../bytes/arena";
import { ByteWriter } from "../bytes/byte-writer";
import { Text, text } from "../bytes/text";
import { JsonDocument } from "../document/json-document";
import { HTML_PAGE, JSON_PAGE } from "./block-page";
import { Level } from "../rules/layout";
import { BodyMode, OverLimit } from "./body-mode";
import { matchesMediaType } from "./media-pattern";
import { RouteList } from "./route-list";
import { TextList } from "./text-list";

export enum Mode {
  /** Judges and reports, never pauses a stream. */
  Observe = 0,
  /** Judges as if it blocked, reports, lets through. */
  Monitor = 1,
  Block = 2,
}

/** By Mode. */
export const MODE_NAMES: string[] = ["observe", "monitor", "block"];

/** By Level, without Level.None. */
export const SENSITIVITY_NAMES: string[] = ["low", "default", "high"];

/** Sections of a rules document that may stand in the configuration too. */
export const RULE_SECTIONS: string[] = [
  "exclusions",
  "rules_override",
  "rules_data",
  "exclusion_data",
  "actions",
];

const USER_AGENT = text("user-agent");
const HOST = text("host");
const CONTENT_TYPE = text("content-type");

@unmanaged
export class Config {
  /** A Mode. */
  mode: u32 = Mode.Monitor;
  /** Hold headers until the held body behind them is judged. */
  holdHeaders: bool = false;
  /** Show headers and trailers to rules. */
  requestHeaders: bool = true;
  requestTrailers: bool = true;
  responseHeaders: bool = true;
  responseTrailers: bool = true;
  /** A BodyMode each. */
  requestBody: u32 = BodyMode.Buffered;
  responseBody: u32 = BodyMode.Streamed;
  /** Bytes of a body that are held. */
  bodyCaptureSize: u32 = 131072;
  /** An OverLimit: what becomes of a held body that is longer. */
  overLimit: u32 = OverLimit.Stream;
  /** Put the block page into a response whose headers have gone, where framing allows it, instead of resetting the stream. */
  replacesResponses: bool = false;
  /** Block bodies in a content coding that cannot be read, instead of letting them pass unseen. */
  rejectsUnreadable: bool = false;
  /** Ask the upstream only for content codings that can be read. */
  asksUpstream: bool = false;
  /** Decoded bytes per byte of a compressed body, and decoded bytes in all, that are followed. */
  inflateRatio: u32 = 100;
  inflateSize: u32 = 16777216;
  /** Media types and patterns; none means every type. */
  allowedContentTypes: TextList = new TextList();
  /** Answer, instead of letting through, what the filter cannot judge. */
  failClosed: bool = false;
  /** Block, in block mode, what hits a limit or its budget. */
  blockOnLimit: bool = false;
  /** Rounds of decoding that a value goes through to show what is encoded inside it. */
  decodeRounds: u32 = 3;
  /** Work units of a transaction. */
  budget: i64 = 268435456;

  /** Status of a block page, 400–499. */
  blockStatus: u32 = 403;
  htmlTemplate: Text = new Text();
  jsonTemplate: Text = new Text();
  /** Status of the redirect that takes the block page's place; 0 means a block page. */
  redirectStatus: u32 = 0;
  redirectLocation: Text = new Text();

  /** Lower-case name of the header that holds the client's address; empty means the connection's peer. */
  clientIpHeader: Text = new Text();
  /** Addresses at the end of that header that our own proxies wrote. */
  trustedHops: u32 = 0;

  disabledRules: TextList = new TextList();
  monitoredRules: TextList = new TextList();
  blockRules: TextList = new TextList();
  shippedRules: bool = true;
  /** Rules of a higher Level than this do not look. */
  sensitivity: u32 = Level.Default;
  /** Settings of their own for some requests. */
  routes: RouteList = new RouteList();
  /** Node of `document` that holds the operator's rules; 0 when there are none. */
  customRules: u32 = 0;
  /** Sections of a rules document stand in the configuration itself: exclusions, overrides, data, actions. */
  hasSections: bool = false;
  /** The configuration as it came, for the rule compiler; see closeDocument(). */
  document: JsonDocument = new JsonDocument();

  service: Text = new Text();
  environment: Text = new Text();
  logEvents: bool = true;
  redactionEnabled: bool = true;
  redactKeyRegex: Text = new Text();
  redactValueRegex: Text = new Text();
  /** Lower-case names of the request headers shown on events. */
  eventHeaders: TextList = new TextList();

  /** Where the bytes of all texts are that the configuration brought. */
  private memory: Arena = new Arena();

  constructor() {
    this.htmlTemplate.at = HTML_PAGE.at;
    this.htmlTemplate.len = HTML_PAGE.len;
    this.jsonTemplate.at = JSON_PAGE.at;
    this.jsonTemplate.len = JSON_PAGE.len;
    this.eventHeaders.add(USER_AGENT.at, USER_AGENT.len);
    this.eventHeaders.add(HOST.at, HOST.len);
    this.eventHeaders.add(CONTENT_TYPE.at, CONTENT_TYPE.len);
  }

  /**
   * True when bodies of this media type (without parameters) may be inspected. A body that declares no type
   * is always inspected: leaving the header out is no way around.
   */
  allowsContentType(at: usize, len: u32): bool {
    const list = this.allowedContentTypes;
    if (list.count == 0 || len == 0) return true;
    for (let i: u32 = 0; i < list.count; i++) {
      if (matchesMediaType(list.at(i), list.len(i), at, len)) return true;
    }
    return false;
  }

  /** Keeps a copy of the bytes for as long as the configuration lives. */
  keep(to: Text, at: usize, len: u32): void {
    to.at = this.memory.copy(at, len);
    to.len = to.at == 0 ? 0 : len;
  }

  /** Keeps what `bytes` holds. */
  keepBytes(to: Text, bytes: ByteWriter): void {
    this.keep(to, bytes.at, bytes.length);
  }

  /** Adds a kept copy of the bytes to `list`; its address. */
  keepIn(list: TextList, at: usize, len: u32): usize {
    const copy = this.memory.copy(at, len);
    if (copy != 0) list.add(copy, len);
    return copy;
  }

  /** Gives the document back once its rules are compiled; everything else stays. */
  closeDocument(): void {
    this.document.free();
    this.customRules = 0;
  }

  /** Gives back all memory that the settings hold; the object itself is the caller's to free. */
  free(): void {
    this.allowedContentTypes.free();
    this.disabledRules.free();
    this.monitoredRules.free();
    this.blockRules.free();
    this.eventHeaders.free();
    this.routes.free();
    this.document.free();
    heap.free(changetype<usize>(this.document));
    this.memory.free();
    heap.free(changetype<usize>(this.memory));
    heap.free(changetype<usize>(this.htmlTemplate));
    heap.free(changetype<usize>(this.jsonTemplate));
    heap.free(changetype<usize>(this.redirectLocation));
    heap.free(changetype<usize>(this.clientIpHeader));
    heap.free(changetype<usize>(this.service));
    heap.free(changetype<usize>(this.environment));
    heap.free(changetype<usize>(this.redactKeyRegex));
    heap.free(changetype<usize>(this.redactValueRegex));
  }
}
