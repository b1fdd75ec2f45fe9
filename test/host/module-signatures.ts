// The function signatures a module imports and exports, read from its bytes: JavaScript's own reflection gives
// names only, while a proxy refuses to link a function whose type differs. WebAssembly core specification §5.5.

export interface ModuleSignatures {
  /** "module.name" → signature such as "iiI>i". */
  imports: Map<string, string>;
  /** name → signature; functions only. */
  exports: Map<string, string>;
}

const LETTERS: Readonly<Record<number, string>> = { 0x7f: "i", 0x7e: "I", 0x7d: "f", 0x7c: "F", 0x7b: "v" };

class Reader {
  readonly bytes: Uint8Array;
  at: number;
  constructor(bytes: Uint8Array, at: number) {
    this.bytes = bytes;
    this.at = at;
  }
  u8(): number {
    return this.bytes[this.at++] ?? 0;
  }
  /** Unsigned LEB128; signed ones are only skipped here, which reads the same bytes. */
  leb(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.u8();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  }
  name(): string {
    const length = this.leb();
    this.at += length;
    return Buffer.from(this.bytes.subarray(this.at - length, this.at)).toString();
  }
  types(): string {
    let letters = "";
    for (let left = this.leb(); left > 0; left--) letters += LETTERS[this.u8()] ?? "?";
    return letters;
  }
  limits(): void {
    const flags = this.u8();
    this.leb();
    if (flags & 1) this.leb();
  }
}

export function readSignatures(wasm: Uint8Array): ModuleSignatures {
  const types: string[] = [];
  const functions: string[] = [];
  const imports = new Map<string, string>();
  const exports = new Map<string, string>();
  for (let at = 8; at < wasm.length;) {
    const reader = new Reader(wasm, at);
    const section = reader.u8();
    const size = reader.leb();
    at = reader.at + size;
    if (section === 1) readTypes(reader, types);
    else if (section === 2) readImports(reader, types, functions, imports);
    else if (section === 3)
      for (let left = reader.leb(); left > 0; left--) functions.push(types[reader.leb()] ?? "?");
    else if (section === 7) readExports(reader, functions, exports);
  }
  return { imports, exports };
}

function readTypes(reader: Reader, types: string[]): void {
  for (let left = reader.leb(); left > 0; left--) {
    reader.u8(); // 0x60, a function type
    const parameters = reader.types();
    types.push(`${parameters}>${reader.types()}`);
  }
}

function readImports(
  reader: Reader,
  types: string[],
  functions: string[],
  imports: Map<string, string>,
): void {
  for (let left = reader.leb(); left > 0; left--) {
    const from = reader.name();
    const key = `${from}.${reader.name()}`;
    const kind = reader.u8();
    if (kind === 0) {
      const signature = types[reader.leb()] ?? "?";
      functions.push(signature);
      imports.set(key, signature);
      continue;
    }
    imports.set(key, ["", "table", "memory", "global"][kind] ?? "?");
    if (kind === 1) reader.u8();
    if (kind === 3) reader.at += 2;
    else reader.limits();
  }
}

function readExports(reader: Reader, functions: string[], exports: Map<string, string>): void {
  for (let left = reader.leb(); left > 0; left--) {
    const name = reader.name();
    const kind = reader.u8();
    const index = reader.leb();
    if (kind === 0) exports.set(name, functions[index] ?? "?");
  }
}
