// Whether a connection becomes something other than requests and responses: upgrades of HTTP/1.1 (RFC 9110 §7.8),
// CONNECT (§9.3.6), extended CONNECT of HTTP/2 and HTTP/3 (RFC 8441 §4, RFC 9220 §3); for WebSocket (RFC 6455 §4) also
// what was agreed on.
//
//   const asked = new UpgradeFields()
//   for each pair of the request: asked.readPair(pairs)    after clear(); or read(pairs) for all of them
//   asked.wanted()                                          None for nearly every request
//   for each pair of the response: answer.readPair(pairs)   only when something was wanted
//   answer.isAccepted(asked.wanted())                       from then on both bodies are what was wanted
//
// Until it is accepted, a body is a body: a request that only says that it wants an upgrade is read like any other.
// A pair that is none of it costs one look at the length of its name.

import { equalsFolded } from "../bytes/ascii";
import { findByte } from "../bytes/find-byte";
import { Text, text } from "../bytes/text";
import { HeaderPairs, isField } from "./header-fields";

export enum Upgrade {
  None,
  /** By `connection: upgrade` of HTTP/1.1, which is answered with 101. */
  WebSocket,
  /** By extended CONNECT, which is answered with 2xx. */
  WebSocketStream,
  /** Any other protocol that `connection: upgrade` names: answered with 101. */
  Other,
  /** CONNECT, or extended CONNECT to any other protocol: answered with 2xx. */
  Tunnel,
}

const METHOD = text(":method");
const STATUS = text(":status");
const PROTOCOL = text(":protocol");
const UPGRADE = text("upgrade");
const CONNECTION = text("connection");
const EXTENSIONS = text("sec-websocket-extensions");
const WEBSOCKET = text("websocket");
const CONNECT = text("connect");
const DEFLATE = text("permessage-deflate");
const CLIENT_FORGETS = text("client_no_context_takeover");
const SERVER_FORGETS = text("server_no_context_takeover");
const COMMA: u8 = 0x2c;
const SEMICOLON: u8 = 0x3b;
const SLASH: u8 = 0x2f;
const EQUALS: u8 = 0x3d;

/** One piece of a list, without blanks around it. */
const piece = new Text();

/** What the header fields of a request or of a response say about it. */
@unmanaged
export class UpgradeFields {
  /** permessage-deflate is named (RFC 7692): in a response it is agreed on. */
  deflates: bool = false;
  /** The client's compressor keeps its window from message to message; so for the server's. */
  clientKeepsContext: bool = true;
  serverKeepsContext: bool = true;
  /** An extension is named that is none we know. */
  hasOtherExtension: bool = false;
  private isConnect: bool = false;
  private hasUpgrade: bool = false;
  private hasProtocol: bool = false;
  private namesWebSocket: bool = false;
  private saysUpgrade: bool = false;
  private status: u32 = 0;

  clear(): void {
    this.deflates = false;
    this.clientKeepsContext = true;
    this.serverKeepsContext = true;
    this.hasOtherExtension = false;
    this.isConnect = false;
    this.hasUpgrade = false;
    this.hasProtocol = false;
    this.namesWebSocket = false;
    this.saysUpgrade = false;
    this.status = 0;
  }

  /** Reads all `pairs` from where they stand. */
  read(pairs: HeaderPairs): void {
    this.clear();
    while (pairs.next()) this.readPair(pairs);
  }

  /** Reads the pair that `pairs` stands at. */
  readPair(pairs: HeaderPairs): void {
    switch (pairs.nameLen) {
      case 7:
        if (isField(pairs, METHOD)) {
          this.isConnect = equalsFolded(pairs.value, pairs.valueLen, CONNECT.at, CONNECT.len);
        } else if (isField(pairs, STATUS)) {
          this.status = statusOf(pairs);
        } else if (isField(pairs, UPGRADE)) {
          this.hasUpgrade = true;
          if (lists(pairs, WEBSOCKET)) this.namesWebSocket = true;
        }
        break;
      case 9:
        if (isField(pairs, PROTOCOL)) {
          this.hasProtocol = true;
          if (lists(pairs, WEBSOCKET)) this.namesWebSocket = true;
        }
        break;
      case 10:
        if (isField(pairs, CONNECTION) && lists(pairs, UPGRADE)) this.saysUpgrade = true;
        break;
      case 24:
        if (isField(pairs, EXTENSIONS)) this.readExtensions(pairs.value, pairs.value + pairs.valueLen);
        break;
    }
  }

  /** Of a request: what it wants its connection to become. */
  wanted(): Upgrade {
    if (this.isConnect) {
      return this.hasProtocol && this.namesWebSocket ? Upgrade.WebSocketStream : Upgrade.Tunnel;
    }
    // Without the option in `connection`, `upgrade` is for no one (RFC 9110 §7.8).
    if (!this.hasUpgrade || !this.saysUpgrade) return Upgrade.None;
    return this.namesWebSocket ? Upgrade.WebSocket : Upgrade.Other;
  }

  /** Of a response: it grants what was wanted. */
  isAccepted(wanted: Upgrade): bool {
    if (wanted == Upgrade.None) return false;
    // HTTP/1.1 may have answered on behalf of HTTP/2, and the other way round: proxies translate between them.
    if (this.status == 101) return true;
    const isStream = wanted == Upgrade.WebSocketStream || wanted == Upgrade.Tunnel;
    return isStream && this.status - 200 < 100;
  }

  /** The list of RFC 6455 §9.1: extensions by `,`, their parameters by `;`. */
  private readExtensions(at: usize, end: usize): void {
    while (at < end) {
      const to = findByte(at, end, COMMA);
      const nameEnd = findByte(at, to, SEMICOLON);
      trim(at, nameEnd);
      if (isWord(DEFLATE)) this.readTerms(nameEnd, to);
      else if (piece.len != 0) this.hasOtherExtension = true;
      at = to + 1;
    }
  }

  /** Parameters of the first permessage-deflate (RFC 7692 §7.1). */
  private readTerms(at: usize, end: usize): void {
    if (this.deflates) return;
    this.deflates = true;
    while (at < end) {
      const to = findByte(at + 1, end, SEMICOLON);
      trim(at + 1, findByte(at + 1, to, EQUALS));
      if (isWord(CLIENT_FORGETS)) this.clientKeepsContext = false;
      else if (isWord(SERVER_FORGETS)) this.serverKeepsContext = false;
      at = to;
    }
  }
}

/** The value is a list that has `word`, with or without a version behind a slash. */
function lists(pairs: HeaderPairs, word: Text): bool {
  let at = pairs.value;
  const end = at + pairs.valueLen;
  while (at < end) {
    const to = findByte(at, end, COMMA);
    trim(at, findByte(at, to, SLASH));
    if (isWord(word)) return true;
    at = to + 1;
  }
  return false;
}

function isWord(word: Text): bool {
  return equalsFolded(piece.at, piece.len, word.at, word.len);
}

/** Makes `at..end` the piece. */
function trim(at: usize, end: usize): void {
  while (at < end && load<u8>(at) <= 0x20) at++;
  while (end > at && load<u8>(end - 1) <= 0x20) end--;
  piece.at = at;
  piece.len = <u32>(end - at);
}

/** Three digits, or 0. */
function statusOf(pairs: HeaderPairs): u32 {
  if (pairs.valueLen != 3) return 0;
  let status: u32 = 0;
  for (let i: usize = 0; i < 3; i++) status = status * 10 + (<u32>load<u8>(pairs.value + i) - 0x30);
  return status;
}
