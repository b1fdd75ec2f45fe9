// Lists of phrases, values and networks, and numbers: against plain JavaScript, and on damaged tables.
import assert from "node:assert/strict";
import { isIP } from "node:net";
import { test } from "node:test";
import fc from "fast-check";
import { give, loadEngine, take } from "./engine-module.ts";

const engine = loadEngine();
/** The functions that take or give 64-bit numbers. */
const wide = engine as unknown as {
  phraseSearch(table: number, at: number, len: number): bigint;
  exactAdd(build: number, at: number, len: number, expires: bigint): number;
  exactSearch(table: number, at: number, len: number, now: bigint): number;
  ipAdd(build: number, at: number, len: number, expires: bigint): number;
  ipSearch(table: number, at: number, len: number, now: bigint): number;
  numberBits(): bigint;
};

function withBytes<T>(value: Uint8Array | string, use: (at: number, len: number) => T): T {
  const { at, len } = give(engine, value);
  const result = use(at, len);
  engine["release"]!(at);
  return result;
}

function builtTable(): Uint8Array {
  return take(engine, engine["listTable"]!(), engine["listTableLength"]!());
}

function phraseTable(phrases: (string | Uint8Array)[], wordBoundary = false): Uint8Array {
  const build = engine["phraseBuild"]!(wordBoundary ? 1 : 0);
  for (const phrase of phrases) withBytes(phrase, (at, len) => engine["phraseAdd"]!(build, at, len));
  assert.equal(engine["phraseFinish"]!(build), 1);
  return builtTable();
}

/** [offset, length] of what was found, or null. */
function searchPhrase(table: number, value: string | Uint8Array): [number, number] | null {
  const found = withBytes(value, (at, len) => wide.phraseSearch(table, at, len));
  return found < 0n ? null : [Number(found & 0xffffffffn), Number(found >> 32n)];
}

const isWord = (c: string | undefined) => c !== undefined && /[A-Za-z0-9_]/.test(c);

/** The phrase that ends first, the longest of those. */
function expectPhrase(phrases: string[], value: string, bounded: boolean): [number, number] | null {
  for (let end = 1; end <= value.length; end++) {
    const here = phrases
      .filter((phrase) => phrase !== "" && value.slice(0, end).endsWith(phrase))
      .filter((phrase) => {
        if (!bounded) return true;
        const begin = end - phrase.length;
        return (
          (!isWord(value[end]) || !isWord(value[end - 1])) &&
          (!isWord(value[begin]) || !isWord(value[begin - 1]))
        );
      })
      .sort((a, b) => b.length - a.length);
    if (here.length > 0) return [end - here[0]!.length, here[0]!.length];
  }
  return null;
}

for (const bounded of [false, true]) {
  test(`phrases ${bounded ? "as whole words" : "anywhere"}: as a plain search finds them`, () => {
    const text = fc.string({ unit: fc.constantFrom("a", "b", "c", " ", "_", "$"), maxLength: 24 });
    const phrase = (minLength: number) =>
      fc.string({ unit: fc.constantFrom("a", "b", "c", "$"), minLength, maxLength: 6 });
    const lists = fc.oneof(fc.array(phrase(1), { maxLength: 8 }), fc.array(phrase(3), { maxLength: 8 }));
    fc.assert(
      fc.property(lists, fc.array(text, { maxLength: 6 }), (phrases, values) => {
        const bytes = phraseTable(phrases, bounded);
        withBytes(bytes, (table, size) => {
          assert.equal(engine["phraseIsValid"]!(table, size), 1);
          for (const value of values) {
            assert.deepEqual(searchPhrase(table, value), expectPhrase(phrases, value, bounded), value);
          }
        });
      }),
      { numRuns: 1500 },
    );
  });
}

test("phrases of every byte: all 256 classes in use", () => {
  const phrases = Array.from({ length: 256 }, (_, c) => Uint8Array.of(c, (c * 7) & 255, (c + 1) & 255));
  withBytes(phraseTable(phrases), (table, size) => {
    assert.equal(engine["phraseIsValid"]!(table, size), 1);
    for (const phrase of phrases) assert.deepEqual(searchPhrase(table, phrase), [0, 3]);
    assert.equal(searchPhrase(table, Uint8Array.of(1, 1, 1, 2, 2)), null);
  });
});

test("2,235 file-name phrases of 43 KB need less than 400 KB", () => {
  const random = lcg(7);
  const folders = Array.from({ length: 120 }, () => word(random, 3 + random(8)));
  const phrases: string[] = [];
  while (phrases.length < 2235) {
    phrases.push(
      `${folders[random(120)]}/${folders[random(120)]}/${word(random, 3 + random(6))}.${word(random, 3)}`,
    );
  }
  const table = phraseTable(phrases);
  assert.ok(phrases.join("").length > 40_000);
  assert.ok(table.length < 400_000, `${table.length}`);
});

test("phrases: a damaged table is refused or searched without harm", () => {
  for (const short of ["b", "bab"]) {
    const bytes = phraseTable(["abc", "bcd", "cab", short, "abcabc", "etc/passwd", "etc/shadow"], true);
    damage(bytes, "phraseIsValid", (table) => searchPhrase(table, "abcetc/passabcabcd bcetc/shadow"));
  }
});

/** Every table with one byte changed is refused or can be used. */
function damage(bytes: Uint8Array, validate: string, use: (table: number) => void): void {
  for (let at = 0; at < bytes.length; at++) {
    for (const flip of [0x01, 0x20, 0x80, 0xff]) {
      const damaged = bytes.slice();
      damaged[at]! ^= flip;
      withBytes(damaged, (table, size) => {
        if (engine[validate]!(table, size) === 1) use(table);
      });
    }
  }
  for (let size = 0; size < bytes.length; size++) {
    withBytes(bytes.slice(0, size), (table) => assert.equal(engine[validate]!(table, size), 0));
  }
}

function lcg(seed: number): (below: number) => number {
  return (below) => {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
    return (seed >>> 8) % below;
  };
}

function word(random: (below: number) => number, length: number): string {
  return Array.from({ length }, () => "abcdefghijklmnopqrstuvwxyz-_0123456789"[random(38)]).join("");
}

function exactTable(entries: [string, number][]): Uint8Array {
  const build = engine["exactBuild"]!();
  for (const [value, expires] of entries)
    withBytes(value, (at, len) => wide.exactAdd(build, at, len, BigInt(expires)));
  engine["exactFinish"]!(build);
  return builtTable();
}

test("exact values: as a Map finds them, the later of two expiries counting", () => {
  const entry = fc.tuple(fc.string({ maxLength: 9 }), fc.integer({ min: 0, max: 6 }));
  fc.assert(
    fc.property(
      fc.array(entry, { maxLength: 40 }),
      fc.array(fc.string({ maxLength: 9 })),
      (entries, others) => {
        const now = 3;
        const alive = new Set(
          entries.filter(([, expires]) => expires === 0 || expires >= now).map(([value]) => value),
        );
        withBytes(exactTable(entries), (table, size) => {
          assert.equal(engine["exactIsValid"]!(table, size), 1);
          for (const value of [...entries.map(([value]) => value), ...others]) {
            const found = withBytes(value, (at, len) => wide.exactSearch(table, at, len, BigInt(now)));
            assert.equal(found === 1, value !== "" && alive.has(value), value);
          }
        });
      },
    ),
  );
});

test("exact values: a damaged table is refused or searched without harm", () => {
  const table = exactTable([
    ["one", 0],
    ["two", 5],
    ["three", 0],
  ]);
  damage(table, "exactIsValid", (at) => {
    for (const value of ["one", "two", "three", "four"]) {
      withBytes(value, (from, len) => wide.exactSearch(at, from, len, 1n));
    }
  });
});

/** The 128 bits of an address as parseIp() writes it; null when it is none. */
function parseIp(text: string): bigint | null {
  const out = engine["allocate"]!(16);
  const found = withBytes(text, (at, len) => engine["ipParse"]!(at, len, out));
  const value = BigInt("0x" + Buffer.from(take(engine, out, 16)).toString("hex"));
  engine["release"]!(out);
  return found === 1 ? value : null;
}

test("addresses: what Node takes for one, and nothing else", () => {
  const near = fc.string({ unit: fc.constantFrom("0", "1", "2", "5", "f", ":", "::", "."), maxLength: 16 });
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6(), near), (text) => {
      assert.equal(parseIp(text) !== null, isIP(text) !== 0, text);
    }),
    { numRuns: 3000 },
  );
  const rows: [string, bigint][] = [
    ["1.2.3.4", 0xffff01020304n],
    ["::ffff:1.2.3.4", 0xffff01020304n],
    ["::", 0n],
    ["::1", 1n],
    ["1::", 1n << 112n],
    ["2001:db8::8:0", (0x20010db8n << 96n) | 0x80000n],
    ["1:2:3:4:5:6:7:8", 0x00010002000300040005000600070008n],
    ["fe80::1%eth0", (0xfe80n << 112n) | 1n],
  ];
  for (const [text, want] of rows) assert.equal(parseIp(text), want, text);
  for (const text of [
    "",
    "1.2.3",
    "1.2.3.04",
    "256.1.1.1",
    "1.2.3.4%1",
    ":1",
    "1:",
    ":::",
    "1::2::3",
    "1:2:3:4:5:6:7::8",
  ]) {
    assert.equal(parseIp(text), null, text);
  }
});

function ipTable(entries: [string, number][]): Uint8Array {
  const build = engine["ipBuild"]!();
  for (const [value, expires] of entries)
    withBytes(value, (at, len) => wide.ipAdd(build, at, len, BigInt(expires)));
  engine["ipFinish"]!(build);
  return builtTable();
}

test("networks: an address is in when any network around it is alive", () => {
  const v4 = fc
    .tuple(fc.integer({ min: 0, max: 7 }), fc.integer({ min: 24, max: 32 }))
    .map(([n, bits]) => [`10.0.${n >> 1}.${(n & 1) * 255}`, bits] as const);
  const v6 = fc
    .tuple(fc.integer({ min: 0, max: 7 }), fc.integer({ min: 0, max: 128 }))
    .map(([n, bits]) => [`2001:db8:${n}::${n}`, bits] as const);
  const edge = fc.constantFrom(
    ["ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 128] as const,
    ["255.255.255.255", 30] as const,
    ["8000::", 1] as const,
  );
  const network = fc.tuple(fc.oneof(v4, v6, edge), fc.integer({ min: 0, max: 4 }));
  const address = fc.oneof(
    fc.integer({ min: 0, max: 1023 }).map((n) => `10.0.${n >> 8}.${n & 255}`),
    fc
      .tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 9 }))
      .map(([a, b]) => `2001:db8:${a}::${b}`),
    fc.constantFrom(
      "::",
      "255.255.255.255",
      "255.255.255.251",
      "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
      "7fff::",
    ),
  );
  fc.assert(
    fc.property(
      fc.array(network, { maxLength: 12 }),
      fc.array(address, { maxLength: 12 }),
      (networks, addresses) => {
        const now = 2;
        const table = ipTable(networks.map(([[text, bits], expires]) => [`${text}/${bits}`, expires]));
        withBytes(table, (at, size) => {
          assert.equal(engine["ipIsValid"]!(at, size), 1);
          for (const text of addresses) {
            const value = parseIp(text)!;
            const want = networks.some(([[base, bits], expires]) => {
              const shift = BigInt(base.includes(":") ? 128 - bits : 32 - bits);
              return (expires === 0 || expires >= now) && parseIp(base)! >> shift === value >> shift;
            });
            const found = withBytes(text, (from, len) => wide.ipSearch(at, from, len, BigInt(now)));
            assert.equal(found === 1, want, text);
          }
        });
      },
    ),
    { numRuns: 600 },
  );
});

test("networks: malformed ones are refused", () => {
  for (const text of [
    "",
    "/8",
    "1.2.3.4/33",
    "::/129",
    "1.2.3.4/",
    "1.2.3.4/-1",
    "1.2.3.4/x",
    "a.b/8",
    "1.2.3.4/0008",
  ]) {
    const build = engine["ipBuild"]!();
    assert.equal(
      withBytes(text, (at, len) => wide.ipAdd(build, at, len, 0n)),
      0,
      text,
    );
    engine["ipFinish"]!(build);
  }
});

test("networks: a damaged table is refused or searched without harm", () => {
  const table = ipTable([
    ["10.0.0.0/8", 0],
    ["10.1.0.0/16", 7],
    ["::1", 0],
  ]);
  damage(table, "ipIsValid", (at) => withBytes("10.1.2.3", (from, len) => wide.ipSearch(at, from, len, 1n)));
});

test("numbers: JSON's grammar and JavaScript's values", () => {
  const written = fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => JSON.stringify(n)),
    fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }).map(String),
    fc.string({ unit: fc.constantFrom("0", "1", "9", "-", "+", ".", "e", "E"), maxLength: 12 }),
  );
  fc.assert(
    fc.property(written, (text) => {
      const type = withBytes(text, (at, len) => engine["numberTypeOf"]!(at, len));
      if (!/^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(text)) return assert.equal(type, 0, text);
      const isInteger = /^-?\d+$/.test(text);
      const fits = isInteger && BigInt(text) < 2n ** 64n && BigInt(text) >= -(2n ** 63n);
      if (fits) {
        assert.equal(type, text.startsWith("-") ? 2 : 1, text);
        assert.equal(BigInt.asUintN(64, wide.numberBits()), BigInt.asUintN(64, BigInt(text)), text);
        return;
      }
      assert.equal(type, 3, text);
      const want = Number(text);
      // At the very edge of the range the last place decides between a number and infinity.
      if (Math.abs(want) > 1.79e308) return;
      const got = engine["numberReal"]!();
      const close =
        want === got || Math.abs(want - got) <= Math.abs(want) * 1e-13 || Math.abs(want - got) < 1e-307;
      assert.ok(close, `${text}: ${got}`);
    }),
    { numRuns: 4000 },
  );
});
