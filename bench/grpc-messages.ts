// Unary gRPC messages, written by hand: orders with a customer, lines and a note, as protobuf in the frame of gRPC.
import { ITEMS, NAMES, NOTES, STREETS, hex, pick, randomNumbers } from "./payloads.ts";

export const GRPC_PATH = "/shop.Orders/Create";
/** What the service answers: `message Created { uint64 id = 1; string state = 2; }` */
export const GRPC_REPLY = Buffer.concat([varintField(1, 48213), textField(2, "accepted")]);

/**
 * One framed message of `lines` order lines:
 *
 *     message Order { uint64 id = 1; Customer customer = 2; repeated Line lines = 3; string note = 4; }
 *     message Customer { string name = 1; string email = 2; string street = 3; }
 *     message Line { string sku = 1; string title = 2; uint32 quantity = 3; uint64 cents = 4; }
 */
export function orderMessage(seed: number, lines: number, note?: string): Buffer {
  const random = randomNumbers(seed);
  const customer = Buffer.concat([
    textField(1, pick(random, NAMES)),
    textField(2, `user${seed}@example.org`),
    textField(3, pick(random, STREETS)),
  ]);
  const parts = [varintField(1, seed), bytesField(2, customer)];
  for (let i = 0; i < lines; i++) {
    const line = [
      textField(1, `${hex(random, 4).toUpperCase()}-${hex(random, 6)}`),
      textField(2, pick(random, ITEMS)),
      varintField(3, 1 + Math.floor(random() * 5)),
      varintField(4, Math.floor(random() * 40000)),
    ];
    parts.push(bytesField(3, Buffer.concat(line)));
  }
  parts.push(textField(4, note ?? pick(random, NOTES)));
  return frame(Buffer.concat(parts));
}

/** Flag 0 (not compressed), length as four bytes big-endian, message. */
export function frame(message: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

function varint(value: number): number[] {
  const bytes = [];
  for (; value >= 0x80; value = Math.floor(value / 128)) bytes.push((value & 0x7f) | 0x80);
  return [...bytes, value];
}

function varintField(field: number, value: number): Buffer {
  return Buffer.from([field << 3, ...varint(value)]);
}

function bytesField(field: number, bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from([(field << 3) | 2, ...varint(bytes.length)]), bytes]);
}

function textField(field: number, text: string): Buffer {
  return bytesField(field, Buffer.from(text));
}
