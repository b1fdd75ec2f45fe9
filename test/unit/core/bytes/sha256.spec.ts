import { SHA256_BYTES, sha256 } from "../../../../assembly/core/bytes/sha256";

function digest(at: usize, len: u32): string {
  const to = heap.alloc(SHA256_BYTES);
  sha256(at, len, to);
  let hex = "";
  for (let i: u32 = 0; i < SHA256_BYTES; i++) {
    const c = <u32>load<u8>(to + i);
    hex += (c >> 4).toString(16) + (c & 15).toString(16);
  }
  heap.free(to);
  return hex;
}

function digestOf(value: string): string {
  const bytes = String.UTF8.encode(value);
  return digest(changetype<usize>(bytes), <u32>bytes.byteLength);
}

describe("core/bytes/sha256", () => {
  test("the examples of FIPS 180-4 for one block, two blocks, and nothing", () => {
    expect(digestOf("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    expect(digestOf("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")).toBe(
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
    );
    expect(digestOf("")).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  });

  test("a million times a", () => {
    const at = heap.alloc(1_000_000);
    memory.fill(at, 0x61, 1_000_000);
    const hex = digest(at, 1_000_000);
    heap.free(at);
    expect(hex).toBe("cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  });

  test("padding at every length around a block", () => {
    expect(digestOf("x".repeat(55))).toBe("d5e285683cd4efc02d021a5c62014694958901005d6f71e89e0989fac77e4072");
    expect(digestOf("x".repeat(56))).toBe("04c26261370ee7541549d16dee320c723e3fd14671e66a099afe0a377c16888e");
    expect(digestOf("x".repeat(63))).toBe("75220b47218278e656f2013bb8f0c455a25eaf01e86c64924e9d48d89776d6f2");
    expect(digestOf("x".repeat(64))).toBe("7ce100971f64e7001e8fe5a51973ecdfe1ced42befe7ee8d5fd6219506b5393c");
    expect(digestOf("x".repeat(65))).toBe("9537c5fdf120482f7d58d25e9ed583f52c02b4e304ea814db1633ad565aed7e9");
    expect(digestOf("x".repeat(119))).toBe(
      "000b48d4edf0fa7bee3c6236ecd2785baa5db4eeb8bb54341b029e0d9fa5fb0c",
    );
    expect(digestOf("x".repeat(120))).toBe(
      "13f05a0b594787f5ecd315edc96141bd3243203d1b7d4f0836f37308b276ba98",
    );
    expect(digestOf("x".repeat(128))).toBe(
      "24da1b81d0b16df6428eee73c69fcb2a93c76bc6df706f0c6670fe6bfe800464",
    );
  });
});
