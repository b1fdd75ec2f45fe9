import { ByteWriter } from "../../../../assembly/core/bytes/byte-writer";
import { appendTimestamp } from "../../../../assembly/core/report/timestamp";

function timestamp(milliseconds: u64): string {
  const out = new ByteWriter();
  appendTimestamp(out, milliseconds * 1_000_000 + 999_999);
  return String.UTF8.decodeUnsafe(out.at, out.length);
}

describe("core/report/timestamp appendTimestamp", () => {
  test("RFC 3339 in UTC, milliseconds cut", () => {
    expect(timestamp(0)).toBe("1970-01-01T00:00:00.000Z", "epoch");
    expect(timestamp(951_782_399_999)).toBe("2000-02-28T23:59:59.999Z", "before a leap day");
    expect(timestamp(951_782_400_000)).toBe("2000-02-29T00:00:00.000Z", "leap day of a century that has one");
    expect(timestamp(951_868_800_000)).toBe("2000-03-01T00:00:00.000Z", "after it");
    expect(timestamp(1_709_164_800_123)).toBe("2024-02-29T00:00:00.123Z", "leap day");
    expect(timestamp(1_735_689_599_000)).toBe("2024-12-31T23:59:59.000Z", "end of a year");
    expect(timestamp(4_107_542_400_000)).toBe("2100-03-01T00:00:00.000Z", "a century without leap day");
  });
});
