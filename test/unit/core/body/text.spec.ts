import { TEXT_OVERLAP, TEXT_WINDOW, TextParser } from "../../../../assembly/core/body/text";
import { Inputs } from "../../../../assembly/core/inputs/inputs";
import { Bytes } from "../inputs/listing";

describe("core/body/text TextParser", () => {
  test("a text of one window is one value, a byte more makes two that overlap", () => {
    const inputs = new Inputs();
    const parser = new TextParser();
    for (let extra: u32 = 0; extra < 2; extra++) {
      const bytes = new Bytes("x".repeat(TEXT_WINDOW + extra));
      parser.start(7);
      expect(parser.feed(inputs, bytes.at, bytes.len)).toBe(bytes.len, "consumed");
      expect(parser.finish(inputs)).toBe(true, "finished");
      expect(inputs.count).toBe(1 + extra, "windows");
      expect(inputs.len(0)).toBe(TEXT_WINDOW, "first");
      if (extra == 1) expect(inputs.len(1)).toBe(TEXT_OVERLAP + 1, "second");
      inputs.clear();
    }
    expect(parser.finish(inputs)).toBe(true, "again");
    expect(inputs.count).toBe(0, "nothing twice");
    parser.free();
  });
});
