import { Upgrade, UpgradeFields } from "../../../../assembly/core/http/upgrade";
import { HeaderPairs } from "../../../../assembly/core/http/header-fields";
import { ByteWriter } from "../../../../assembly/core/bytes/byte-writer";

const pairs = new HeaderPairs();
const fields = new UpgradeFields();

function blob(list: string[]): ByteWriter {
  const out = new ByteWriter();
  out.u32(list.length / 2);
  for (let i = 0; i < list.length; i++) out.u32(<u32>String.UTF8.byteLength(list[i]));
  for (let i = 0; i < list.length; i++) {
    out.text(list[i]);
    out.byte(0);
  }
  return out;
}

function read(list: string[]): void {
  const bytes = blob(list);
  pairs.start(bytes.at, bytes.length);
  fields.read(pairs);
}

class Row {
  constructor(
    public name: string,
    public list: string[],
    public wanted: Upgrade,
  ) {}
}

const REQUESTS: Row[] = [
  new Row("plain", [":method", "GET", ":path", "/", "accept", "*/*"], Upgrade.None),
  new Row(
    "WebSocket",
    [":method", "GET", "upgrade", "websocket", "connection", "Upgrade"],
    Upgrade.WebSocket,
  ),
  new Row(
    "lists, any case",
    ["Upgrade", "foo/2, WebSocket/13", "Connection", "keep-alive, upgrade"],
    Upgrade.WebSocket,
  ),
  new Row("no option", [":method", "POST", "upgrade", "websocket"], Upgrade.None),
  new Row("another option", ["upgrade", "websocket", "connection", "upgraded"], Upgrade.None),
  new Row("no protocol", ["connection", "upgrade"], Upgrade.None),
  new Row("another protocol", ["upgrade", "h2c", "connection", "upgrade"], Upgrade.Other),
  new Row("a longer name", ["upgrade", "websockets", "connection", "upgrade"], Upgrade.Other),
  new Row("CONNECT", [":method", "CONNECT", ":authority", "a:1"], Upgrade.Tunnel),
  new Row("extended CONNECT", [":method", "CONNECT", ":protocol", "websocket"], Upgrade.WebSocketStream),
  new Row("of something else", [":method", "CONNECT", ":protocol", "connect-udp"], Upgrade.Tunnel),
  new Row("protocol without CONNECT", [":method", "GET", ":protocol", "websocket"], Upgrade.None),
  new Row("empty values", ["upgrade", "", "connection", "", ":protocol", ""], Upgrade.None),
];

class Answer {
  constructor(
    public status: string,
    public wanted: Upgrade,
    public accepted: bool,
  ) {}
}

const ANSWERS: Answer[] = [
  new Answer("101", Upgrade.WebSocket, true),
  new Answer("101", Upgrade.Other, true),
  new Answer("101", Upgrade.None, false),
  new Answer("200", Upgrade.WebSocket, false),
  new Answer("200", Upgrade.WebSocketStream, true),
  new Answer("204", Upgrade.Tunnel, true),
  new Answer("404", Upgrade.Tunnel, false),
  new Answer("", Upgrade.Tunnel, false),
  new Answer("2000", Upgrade.Tunnel, false),
];

/** Extensions of a response, and what they agree on: `d`eflates, `c`lient and `s`erver keep their context, `o`ther. */
const EXTENSIONS: string[][] = [
  ["", "cs"],
  ["permessage-deflate", "dcs"],
  ["permessage-deflate; client_no_context_takeover", "ds"],
  ["permessage-deflate;server_no_context_takeover ; client_max_window_bits=12", "dc"],
  ["PERMESSAGE-DEFLATE; Server_No_Context_Takeover; client_no_context_takeover=1", "d"],
  ["permessage-deflate, permessage-deflate; client_no_context_takeover", "dcs"],
  ["permessage-foo; x=1", "cso"],
  ["permessage-foo, permessage-deflate;", "dcso"],
  ["permessage-deflates", "cso"],
  [" , ;", "cs"],
];

describe("core/http/upgrade UpgradeFields", () => {
  test("what a request wants", () => {
    for (let i = 0; i < REQUESTS.length; i++) {
      read(REQUESTS[i].list);
      expect(fields.wanted()).toBe(REQUESTS[i].wanted, REQUESTS[i].name);
    }
  });
  test("what a response accepts", () => {
    for (let i = 0; i < ANSWERS.length; i++) {
      const row = ANSWERS[i];
      read([":status", row.status]);
      expect(fields.isAccepted(row.wanted)).toBe(row.accepted, row.status + " " + row.wanted.toString());
    }
  });
  test("what extensions agree on", () => {
    for (let i = 0; i < EXTENSIONS.length; i++) {
      read(["sec-websocket-extensions", EXTENSIONS[i][0]]);
      let found = fields.deflates ? "d" : "";
      if (fields.clientKeepsContext) found += "c";
      if (fields.serverKeepsContext) found += "s";
      if (fields.hasOtherExtension) found += "o";
      expect(found).toBe(EXTENSIONS[i][1], EXTENSIONS[i][0]);
    }
  });
});
