// A gRPC service whose messages have one string field, under one name for each body mode. It keeps what it receives.
import type { EventEmitter } from "node:events";
import * as grpc from "@grpc/grpc-js";
import type { Mode } from "./body-routes.ts";

export interface Note {
  text: string;
}

/** `message Note { string text = 1; }` */
function encodeNote({ text }: Note): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.of(0x0a), encodeVarint(bytes.length), bytes]);
}

function decodeNote(bytes: Buffer): Note {
  if (bytes.length === 0) return { text: "" };
  let at = 1;
  while (bytes[at]! >= 0x80) at++;
  return { text: bytes.subarray(at + 1).toString() };
}

function encodeVarint(value: number): Buffer {
  const bytes = [];
  for (; value >= 0x80; value >>>= 7) bytes.push((value & 0x7f) | 0x80);
  return Buffer.of(...bytes, value);
}

const CODEC = {
  requestSerialize: encodeNote,
  requestDeserialize: decodeNote,
  responseSerialize: encodeNote,
  responseDeserialize: decodeNote,
};

export function servicePath(mode: Mode): string {
  return `/wardgate.${mode}.Notes/`;
}

function definition(mode: Mode) {
  const path = servicePath(mode);
  return {
    echo: { path: `${path}Echo`, requestStream: false, responseStream: false, ...CODEC },
    collect: { path: `${path}Collect`, requestStream: true, responseStream: false, ...CODEC },
    list: { path: `${path}List`, requestStream: false, responseStream: true, ...CODEC },
    chat: { path: `${path}Chat`, requestStream: true, responseStream: true, ...CODEC },
  } satisfies grpc.ServiceDefinition;
}

export class NoteService {
  /** Texts of the messages that arrived. */
  readonly received: string[] = [];
  port = 0;
  private readonly server = new grpc.Server();

  static async start(modes: readonly Mode[]): Promise<NoteService> {
    const service = new NoteService();
    for (const mode of modes) service.server.addService(definition(mode), service.handlers());
    service.port = await new Promise<number>((resolve, reject) =>
      service.server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) =>
        error ? reject(error) : resolve(port),
      ),
    );
    return service;
  }

  stop(): void {
    this.server.forceShutdown();
  }

  private handlers(): grpc.UntypedServiceImplementation {
    const take = ({ text }: Note): string => {
      this.received.push(text);
      return text;
    };
    return {
      echo: (call: grpc.ServerUnaryCall<Note, Note>, callback: grpc.sendUnaryData<Note>) => {
        const trailers = new grpc.Metadata();
        trailers.set("x-late", "yes");
        callback(null, { text: take(call.request) }, trailers);
      },
      collect: (call: grpc.ServerReadableStream<Note, Note>, callback: grpc.sendUnaryData<Note>) => {
        const texts: string[] = [];
        call.on("data", (note: Note) => texts.push(take(note)));
        call.on("error", () => {});
        call.on("end", () => callback(null, { text: texts.join("|") }));
      },
      /** One message for each line of the request's text. */
      list: (call: grpc.ServerWritableStream<Note, Note>) => {
        for (const text of take(call.request).split("\n")) call.write({ text });
        call.on("error", () => {});
        call.end();
      },
      /** Answers each message with `re: ` and its text. */
      chat: (call: grpc.ServerDuplexStream<Note, Note>) => {
        call.on("data", (note: Note) => call.write({ text: `re: ${take(note)}` }));
        call.on("error", () => {});
        call.on("end", () => call.end());
      },
    };
  }
}

/** How a call ended, and the messages before that. */
export interface CallResult {
  code: grpc.status;
  details: string;
  texts: string[];
  trailers: Record<string, unknown>;
}

const DEADLINE_MS = 15_000;

export class NoteClient {
  private readonly client: grpc.Client;
  private readonly mode: Mode;

  constructor(port: number, mode: Mode, options: grpc.ClientOptions = {}) {
    const credentials = grpc.credentials.createInsecure();
    // A channel of its own: clients with the same options would share a connection.
    this.client = new grpc.Client(`127.0.0.1:${port}`, credentials, {
      "grpc.use_local_subchannel_pool": 1,
      ...options,
    });
    this.mode = mode;
  }

  echo(text: string): Promise<CallResult> {
    const { path } = definition(this.mode).echo;
    return collect((callback) =>
      this.client.makeUnaryRequest(path, encodeNote, decodeNote, { text }, deadline(), callback),
    );
  }

  collect(texts: readonly string[]): Promise<CallResult> {
    const { path } = definition(this.mode).collect;
    return collect((callback) => {
      const call = this.client.makeClientStreamRequest(path, encodeNote, decodeNote, deadline(), callback);
      for (const text of texts) call.write({ text });
      call.end();
      return call;
    });
  }

  list(texts: readonly string[]): Promise<CallResult> {
    const { path } = definition(this.mode).list;
    const text = texts.join("\n");
    return stream(this.client.makeServerStreamRequest(path, encodeNote, decodeNote, { text }, deadline()));
  }

  /** Sends each text when the answer to the one before has come, and ends when all have. */
  chat(texts: readonly string[]): Promise<CallResult> {
    const { path } = definition(this.mode).chat;
    const call = this.client.makeBidiStreamRequest(path, encodeNote, decodeNote, deadline());
    const next = texts.values();
    const send = (): void => {
      const { value, done } = next.next();
      if (done) call.end();
      else call.write({ text: value });
    };
    call.on("data", send);
    const result = stream(call);
    send();
    return result;
  }

  close(): void {
    this.client.close();
  }
}

function deadline(): grpc.CallOptions {
  return { deadline: Date.now() + DEADLINE_MS };
}

function collect(
  start: (callback: grpc.requestCallback<Note>) => grpc.ClientUnaryCall | grpc.ClientWritableStream<Note>,
): Promise<CallResult> {
  return new Promise((resolve) => {
    const texts: string[] = [];
    const call: EventEmitter = start((_error, note) => {
      if (note !== undefined) texts.push(note.text);
    });
    call.on("status", (status: grpc.StatusObject) => resolve(resultOf(status, texts)));
    call.on("error", () => {});
  });
}

function stream(
  call: grpc.ClientReadableStream<Note> | grpc.ClientDuplexStream<Note, Note>,
): Promise<CallResult> {
  return new Promise((resolve) => {
    const texts: string[] = [];
    call.on("data", (note: Note) => texts.push(note.text));
    call.on("status", (status: grpc.StatusObject) => setImmediate(() => resolve(resultOf(status, texts))));
    call.on("error", () => {});
  });
}

function resultOf({ code, details, metadata }: grpc.StatusObject, texts: string[]): CallResult {
  return { code, details, texts, trailers: metadata.getMap() };
}
