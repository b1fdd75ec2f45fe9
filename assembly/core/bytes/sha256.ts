// SHA-256 (FIPS 180-4) of a run of bytes that lies in memory whole. For what is done once per event, not per value.
//
// TEST: the vectors of FIPS 180-4 and lengths around a block, test/unit/core/bytes/sha256.spec.ts.

export const SHA256_BYTES: u32 = 32;
const BLOCK: u32 = 64;
/** Bytes of the message's length at the end of the last block. */
const LENGTH_BYTES: u32 = 8;

/** §4.2.2: fractions of the cube roots of the first 64 primes. */
const K = memory.data<u32>([
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98,
  0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
  0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8,
  0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
  0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819,
  0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
  0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
  0xc67178f2,
]);
/** §5.3.3: fractions of the square roots of the first 8 primes. */
const INITIAL = memory.data<u32>([
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
]);

const state: usize = heap.alloc(SHA256_BYTES);
const schedule: usize = heap.alloc(64 << 2);
const tail: usize = heap.alloc(2 * BLOCK);

/** Writes the 32 bytes of the digest of `len` bytes at `at` to `to`. Linear in `len`. */
export function sha256(at: usize, len: u32, to: usize): void {
  memory.copy(state, INITIAL, SHA256_BYTES);
  const whole = len & ~(BLOCK - 1);
  for (let done: u32 = 0; done < whole; done += BLOCK) addBlock(at + done);
  const rest = len - whole;
  const size: u32 = rest + 1 + LENGTH_BYTES > BLOCK ? 2 * BLOCK : BLOCK;
  memory.fill(tail, 0, size);
  memory.copy(tail, at + whole, rest);
  store<u8>(tail + rest, 0x80);
  store<u64>(tail + size - LENGTH_BYTES, bswap<u64>((<u64>len) << 3));
  for (let done: u32 = 0; done < size; done += BLOCK) addBlock(tail + done);
  for (let i: usize = 0; i < SHA256_BYTES; i += 4) store<u32>(to + i, bswap<u32>(load<u32>(state + i)));
}

/** §6.2.2: one block of 64 bytes. */
function addBlock(at: usize): void {
  expand(at);
  let a = load<u32>(state);
  let b = load<u32>(state, 4);
  let c = load<u32>(state, 8);
  let d = load<u32>(state, 12);
  let e = load<u32>(state, 16);
  let f = load<u32>(state, 20);
  let g = load<u32>(state, 24);
  let h = load<u32>(state, 28);
  for (let i: usize = 0; i < 256; i += 4) {
    const sum1 = rotr<u32>(e, 6) ^ rotr<u32>(e, 11) ^ rotr<u32>(e, 25);
    const first = h + sum1 + ((e & f) ^ (~e & g)) + load<u32>(K + i) + load<u32>(schedule + i);
    const sum0 = rotr<u32>(a, 2) ^ rotr<u32>(a, 13) ^ rotr<u32>(a, 22);
    const second = sum0 + ((a & b) ^ (a & c) ^ (b & c));
    h = g;
    g = f;
    f = e;
    e = d + first;
    d = c;
    c = b;
    b = a;
    a = first + second;
  }
  add(0, a);
  add(4, b);
  add(8, c);
  add(12, d);
  add(16, e);
  add(20, f);
  add(24, g);
  add(28, h);
}

function expand(at: usize): void {
  for (let i: usize = 0; i < 64; i += 4) store<u32>(schedule + i, bswap<u32>(load<u32>(at + i)));
  for (let w = schedule + 64; w < schedule + 256; w += 4) {
    const near = load<u32>(w - 8);
    const far = load<u32>(w - 60);
    const sigma1 = rotr<u32>(near, 17) ^ rotr<u32>(near, 19) ^ (near >> 10);
    const sigma0 = rotr<u32>(far, 7) ^ rotr<u32>(far, 18) ^ (far >> 3);
    store<u32>(w, sigma1 + load<u32>(w - 28) + sigma0 + load<u32>(w - 64));
  }
}

function add(place: usize, value: u32): void {
  store<u32>(state + place, load<u32>(state + place) + value);
}
