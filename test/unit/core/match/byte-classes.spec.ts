import {
  CLASS_ALWAYS,
  CLASS_ANY,
  CLASS_HIGH,
  classesOfSet,
  narrowestClass,
  scanClasses,
} from "../../../../assembly/core/match/byte-classes";

const block = new ArrayBuffer(96);
const at = changetype<usize>(block);

/** Classes of `len` bytes that are all `filler`, but for byte `c` at `position`. */
function classesAt(filler: u32, c: u32, position: u32, len: u32): u64 {
  memory.fill(at, <u8>filler, len);
  store<u8>(at + position, <u8>c);
  return scanClasses(at, len);
}

describe("core/match/byte-classes scanClasses", () => {
  test("every byte has a class, whatever the length of the value", () => {
    for (let c: u32 = 0; c < 256; c++) {
      memory.fill(at, <u8>c, 96);
      const one = scanClasses(at, 1);
      expect(one != 0 && (one & CLASS_ANY) == one).toBe(true, c.toString());
      expect(scanClasses(at, 31)).toBe(one, "31 × " + c.toString());
      expect(scanClasses(at, 96)).toBe(one, "96 × " + c.toString());
    }
  });
  test("a byte is found at every position of values short and long", () => {
    const lengths: u32[] = [1, 15, 16, 17, 31, 32, 33, 47, 48, 49, 64, 96];
    for (let i = 0; i < lengths.length; i++) {
      for (let position: u32 = 0; position < lengths[i]; position++) {
        const got = classesAt(0x61, 0x27, position, lengths[i]);
        expect((got & narrowestClass(0x27)) != 0).toBe(
          true,
          lengths[i].toString() + " at " + position.toString(),
        );
      }
    }
  });
  test("bytes beyond the value do not count", () => {
    memory.fill(at, 0x27, 96);
    memory.fill(at, 0x61, 33);
    expect(scanClasses(at, 33)).toBe(narrowestClass(0x61), "33 letters before apostrophes");
    expect(scanClasses(at, 0)).toBe(0, "nothing");
  });
  test("marks that attacks need have a class of their own", () => {
    const marks = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";
    for (let i = 0; i < marks.length; i++) {
      for (let j = 0; j < i; j++) {
        const differ = narrowestClass(marks.charCodeAt(i)) != narrowestClass(marks.charCodeAt(j));
        expect(differ).toBe(true, marks.charAt(i) + " and " + marks.charAt(j));
      }
    }
    expect(narrowestClass(0x30)).toBe(narrowestClass(0x39), "digits share one");
    expect(narrowestClass(0x35) != narrowestClass(0x61)).toBe(true, "digits and letters");
    expect(narrowestClass(0xe2)).toBe(CLASS_HIGH, "bytes from 0x80");
  });
  test("no byte has the class of always", () => {
    for (let c: u32 = 0; c < 256; c++) expect(narrowestClass(c) & CLASS_ALWAYS).toBe(0, c.toString());
  });
});

describe("core/match/byte-classes classesOfSet", () => {
  test("hits every value that has a byte of the set", () => {
    const set = new ArrayBuffer(32);
    const bits = changetype<usize>(set);
    for (let c: u32 = 0; c < 256; c++) {
      memory.fill(bits, 0, 32);
      const place = <u8>(c & 7);
      store<u8>(bits + (c >> 3), (<u8>1) << place);
      expect((classesOfSet(bits) & classesAt(0x61, c, 20, 40)) != 0).toBe(true, c.toString());
    }
    memory.fill(bits, 0, 32);
    expect(classesOfSet(bits)).toBe(0, "the empty set");
    memory.fill(bits, 0xff, 32);
    for (let c: u32 = 0; c < 256; c++)
      expect((classesOfSet(bits) & narrowestClass(c)) != 0).toBe(true, "all bytes");
  });
});
