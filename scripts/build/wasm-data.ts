// Adds a data segment to a WebAssembly module (core specification §5.5.14, §5.5.16): how the compiled ruleset gets
// into the filter. Giving it to the AssemblyScript compiler as a literal took most of the build.

const DATA_SECTION = 11;
const DATA_COUNT_SECTION = 12;
const HEADER_BYTES = 8;

interface Section {
  id: number;
  body: Uint8Array;
}

/** `module` with one more active segment, which puts `data` at `address` of its memory when it starts. */
export function addData(module: Uint8Array, address: number, data: Uint8Array): Uint8Array {
  const sections = readSections(module);
  const segment = [0x00, 0x41, ...signedLeb(address), 0x0b, ...unsignedLeb(data.length)];
  const existing = sections.find(({ id }) => id === DATA_SECTION);
  if (existing === undefined) throw new Error("the module has no data section to extend");
  const [count, from] = readUnsigned(existing.body, 0);
  existing.body = concat([unsignedLeb(count + 1), existing.body.subarray(from), segment, data]);
  const declared = sections.find(({ id }) => id === DATA_COUNT_SECTION);
  if (declared !== undefined) declared.body = Uint8Array.from(unsignedLeb(count + 1));
  const parts: (Uint8Array | number[])[] = [module.subarray(0, HEADER_BYTES)];
  for (const { id, body } of sections) parts.push([id, ...unsignedLeb(body.length)], body);
  return concat(parts);
}

function readSections(module: Uint8Array): Section[] {
  const sections: Section[] = [];
  for (let at = HEADER_BYTES; at < module.length; ) {
    const id = module[at]!;
    const [size, from] = readUnsigned(module, at + 1);
    sections.push({ id, body: module.subarray(from, from + size) });
    at = from + size;
  }
  return sections;
}

/** Value of the LEB128 number at `at`, and where it ends. */
function readUnsigned(bytes: Uint8Array, at: number): [value: number, end: number] {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++]!;
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return [value, at];
  }
}

function unsignedLeb(value: number): number[] {
  const bytes: number[] = [];
  for (; value >= 0x80; value = Math.floor(value / 128)) bytes.push((value % 128) | 0x80);
  return [...bytes, value];
}

function signedLeb(value: number): number[] {
  const bytes: number[] = [];
  for (;;) {
    const byte = value & 0x7f;
    value >>= 7;
    const done = (value === 0 && (byte & 0x40) === 0) || (value === -1 && (byte & 0x40) !== 0);
    bytes.push(done ? byte : byte | 0x80);
    if (done) return bytes;
  }
}

function concat(parts: (Uint8Array | number[])[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
