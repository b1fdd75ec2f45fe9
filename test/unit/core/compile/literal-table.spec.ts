import { ByteWriter } from "../../../../assembly/core/bytes/byte-writer";
import { LITERAL_MIN, LiteralTable, foldLiteral } from "../../../../assembly/core/compile/literal-table";
import { RulesetWriter } from "../../../../assembly/core/compile/ruleset-writer";
import {
  LITERAL_COUNT,
  LITERAL_FIRST,
  LITERAL_LENGTH,
  LITERAL_SIZE,
  Section,
} from "../../../../assembly/core/rules/layout";

function add(table: LiteralTable, text: string, condition: u32): void {
  const bytes = String.UTF8.encode(text);
  table.add(changetype<usize>(bytes), bytes.byteLength, condition);
}

/** `length: conditions` of every literal of the finished table. */
function listing(table: LiteralTable): string {
  const writer = new RulesetWriter();
  table.finish(writer);
  const lines: string[] = [];
  const members = writer.section(Section.LiteralConditions).at;
  for (let i: u32 = 0; i < writer.count(Section.Literals); i++) {
    const record = writer.section(Section.Literals).at + <usize>(i * LITERAL_SIZE);
    let line = load<u16>(record, LITERAL_LENGTH).toString() + ":";
    for (let j: u32 = 0; j < load<u32>(record, LITERAL_COUNT); j++) {
      line += " " + load<u32>(members + ((<usize>(load<u32>(record, LITERAL_FIRST) + j)) << 2)).toString();
    }
    lines.push(line);
  }
  writer.free();
  return lines.join("; ");
}

describe("core/compile/literal-table LiteralTable", () => {
  test("equal literals are one, with all their conditions in order", () => {
    const table = new LiteralTable();
    add(table, "needle", 0);
    add(table, "union", 1);
    add(table, "needle", 1);
    add(table, "needle", 7);
    expect(listing(table)).toBe("6: 0 1 7; 5: 1");
    table.free();
  });
  test("takeBack forgets the conditions from one on", () => {
    const table = new LiteralTable();
    add(table, "needle", 0);
    add(table, "needle", 1);
    add(table, "union", 1);
    table.takeBack(1);
    add(table, "select", 1);
    expect(listing(table)).toBe("6: 0; 5:; 6: 1");
    table.free();
  });
  test("thousands of literals keep apart", () => {
    const table = new LiteralTable();
    for (let i: u32 = 0; i < 20_000; i++) add(table, "literal" + i.toString(), i);
    for (let i: u32 = 0; i < 20_000; i++) add(table, "literal" + i.toString(), i);
    const writer = new RulesetWriter();
    table.finish(writer);
    expect(writer.count(Section.Literals)).toBe(20_000);
    writer.free();
    table.free();
  });
  test("without literals it writes nothing", () => {
    expect(listing(new LiteralTable())).toBe("");
  });
});

describe("core/compile/literal-table foldLiteral", () => {
  test("lower-cases ASCII; refuses what is too short", () => {
    const out = new ByteWriter();
    const bytes = String.UTF8.encode("UNI[É]");
    expect(foldLiteral(changetype<usize>(bytes), bytes.byteLength, out)).toBe(true);
    expect(String.UTF8.decodeUnsafe(out.at, out.length)).toBe("uni[É]");
    expect(foldLiteral(changetype<usize>(bytes), LITERAL_MIN - 1, out)).toBe(false, "one byte less");
  });
});
