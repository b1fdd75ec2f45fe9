// Frames of WebSocket connections as the `ws` package writes and reads them. Its types leave out what is used here.
import type { Writable } from "node:stream";
import * as ws from "ws";

const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

export interface Frame {
  opcode: keyof typeof OPCODE;
  payload: Buffer;
  isFinal: boolean;
  isCompressed?: boolean;
}

interface FrameOptions {
  opcode: number;
  fin: boolean;
  mask: boolean;
  readOnly: boolean;
  rsv1: boolean;
}

/** What `permessage-deflate` was agreed with, as the package names it. */
export interface DeflateTerms {
  server_no_context_takeover?: true;
  client_no_context_takeover?: true;
}

interface Deflate {
  accept(offers: Record<string, true[]>[]): unknown;
  compress(data: Buffer, fin: boolean, callback: (error: Error | null, result: Buffer) => void): void;
  cleanup(): void;
}

type DeflateOptions = { threshold: number; isServer: boolean };

const { Sender, Receiver, PerMessageDeflate } = ws as unknown as {
  Sender: { frame(data: Buffer, options: FrameOptions): Buffer[] };
  Receiver: new (options: { isServer: boolean; extensions: Record<string, Deflate> }) => Writable;
  PerMessageDeflate: new (options: DeflateOptions, isServer: boolean) => Deflate;
};

export function frame(opcode: Frame["opcode"], payload: string | Buffer, isFinal = true): Frame {
  return { opcode, payload: Buffer.from(payload), isFinal };
}

/** The bytes of a frame, with a random mask where it is a client's. */
export function encodeFrame(one: Frame, isMasked: boolean): Buffer {
  return Buffer.concat(
    Sender.frame(one.payload, {
      opcode: OPCODE[one.opcode],
      fin: one.isFinal,
      mask: isMasked,
      readOnly: true,
      rsv1: one.isCompressed === true,
    }),
  );
}

/** The texts that the package receives in these frames; refused when it finds them faulty. */
export function receive(bytes: Buffer, isMasked: boolean, terms?: DeflateTerms): Promise<string[]> {
  const extensions: Record<string, Deflate> = {};
  if (terms !== undefined) extensions["permessage-deflate"] = deflateWith(terms, isMasked);
  const receiver = new Receiver({ isServer: isMasked, extensions });
  const messages: string[] = [];
  return new Promise((resolve, reject) => {
    receiver.on("message", (data: Buffer) => messages.push(data.toString()));
    receiver.on("error", reject);
    receiver.on("conclude", () => resolve(messages));
    // It unmasks in place.
    receiver.write(Buffer.from(bytes));
  });
}

/** One end's side of the extension. */
export function deflateWith(terms: DeflateTerms, isServer: boolean): Deflate {
  const deflate = new PerMessageDeflate({ threshold: 0, isServer }, isServer);
  deflate.accept([Object.fromEntries(Object.keys(terms).map((term) => [term, [true]]))]);
  return deflate;
}

/** The payload of one frame of a compressed message. */
export function compress(deflate: Deflate, payload: Buffer, isFinal: boolean): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    deflate.compress(payload, isFinal, (error, result) => (error === null ? resolve(result) : reject(error)));
  });
}
