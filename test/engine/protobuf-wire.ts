// Writes protobuf's wire format by hand, also such as no encoder would write it.

export const varint = (value: number | bigint): Buffer => {
  const out: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 127n; rest >>= 7n) out.push(Number(rest & 127n) | 128);
  return Buffer.from([...out, Number(rest)]);
};
const tag = (number: number, type: number) => varint((BigInt(number) << 3n) | BigInt(type));
const bytesOf = (value: Uint8Array | string) => (typeof value === "string" ? Buffer.from(value) : value);

export const integer = (number: number, value: number | bigint) =>
  Buffer.concat([tag(number, 0), varint(value)]);
export const fixed64 = (number: number, value: bigint) => {
  const out = Buffer.alloc(8);
  out.writeBigUInt64LE(BigInt.asUintN(64, value));
  return Buffer.concat([tag(number, 1), out]);
};
export const fixed32 = (number: number, value: number) => {
  const out = Buffer.alloc(4);
  out.writeUInt32LE(value >>> 0);
  return Buffer.concat([tag(number, 5), out]);
};
/** A length-delimited field: string, bytes, or a message of such fields. */
export const field = (number: number, ...content: (Uint8Array | string)[]) => {
  const value = Buffer.concat(content.map(bytesOf));
  return Buffer.concat([tag(number, 2), varint(value.length), value]);
};
export const group = (number: number, ...content: Uint8Array[]) =>
  Buffer.concat([tag(number, 3), ...content, tag(number, 4)]);
