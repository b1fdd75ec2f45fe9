// The guest's linear memory as the host sees it: checked reads and writes, and allocation through the allocator that
// the guest exports. A failed check is a status for the caller, never an exception here.
import { Status } from "./abi.ts";

/** The status of a call that had only to write its results. */
export const told = (written: boolean): Status => (written ? Status.Ok : Status.InvalidMemoryAccess);

export class GuestMemory {
  readonly #memory: WebAssembly.Memory;
  readonly #allocate: (size: number) => number;
  /** Bytes the host asked the guest for, and how often. */
  allocatedBytes = 0;
  allocations = 0;

  constructor(memory: WebAssembly.Memory, allocate: (size: number) => number) {
    this.#memory = memory;
    this.#allocate = allocate;
  }

  get size(): number {
    return this.#memory.buffer.byteLength;
  }

  /** A copy of `length` bytes at `at`, or undefined outside memory. */
  read(at: number, length: number): Uint8Array | undefined {
    const start = at >>> 0;
    const size = length >>> 0;
    if (start + size > this.size) return undefined;
    return new Uint8Array(this.#memory.buffer, start, size).slice();
  }
  readText(at: number, length: number): string | undefined {
    const bytes = this.read(at, length);
    return bytes === undefined ? undefined : Buffer.from(bytes).toString("utf8");
  }
  /** One character per byte. */
  readBytes(at: number, length: number): string | undefined {
    const bytes = this.read(at, length);
    return bytes === undefined ? undefined : Buffer.from(bytes).toString("latin1");
  }
  readU32(at: number): number | undefined {
    const bytes = this.read(at, 4);
    return bytes === undefined ? undefined : Buffer.from(bytes).readUInt32LE(0);
  }

  write(at: number, bytes: Uint8Array): boolean {
    const start = at >>> 0;
    if (start + bytes.length > this.size) return false;
    new Uint8Array(this.#memory.buffer).set(bytes, start);
    return true;
  }
  writeU32(at: number, value: number): boolean {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(value >>> 0);
    return this.write(at, bytes);
  }
  writeU64(at: number, value: bigint): boolean {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(BigInt.asUintN(64, value));
    return this.write(at, bytes);
  }

  /** Puts `bytes` into memory of the guest's own allocator and tells it where; nothing is allocated for no bytes. */
  give(bytes: Uint8Array, addressAt: number, sizeAt: number): Status {
    let address = 0;
    if (bytes.length > 0) {
      address = this.#allocate(bytes.length) >>> 0;
      this.allocations++;
      this.allocatedBytes += bytes.length;
      if (address === 0 || !this.write(address, bytes)) return Status.InvalidMemoryAccess;
    }
    const told = this.writeU32(addressAt, address) && this.writeU32(sizeAt, bytes.length);
    return told ? Status.Ok : Status.InvalidMemoryAccess;
  }
}
