import { narrowestClass } from "../../../../assembly/core/match/byte-classes";
import * as M from "../../../../assembly/core/match/mark-classes";

describe("core/match/mark-classes", () => {
  test("each is the narrowest class of its byte", () => {
    const bytes = " \"#$%&'()*./:;<=>?@`[\\^\t{|\u{1}";
    const classes: u64[] = [
      M.MARK_BLANK,
      M.MARK_DOUBLE_QUOTE,
      M.MARK_HASH,
      M.MARK_DOLLAR,
      M.MARK_PERCENT,
      M.MARK_AMPERSAND,
      M.MARK_QUOTE,
      M.MARK_PAREN,
      M.MARK_CLOSING_PAREN,
      M.MARK_STAR,
      M.MARK_DOT,
      M.MARK_SLASH,
      M.MARK_COLON,
      M.MARK_SEMICOLON,
      M.MARK_LESS,
      M.MARK_EQUALS,
      M.MARK_GREATER,
      M.MARK_QUESTION,
      M.MARK_AT,
      M.MARK_BACKQUOTE,
      M.MARK_BRACKET,
      M.MARK_BACKSLASH,
      M.MARK_CARET,
      M.CLASS_SPACE,
      M.MARK_BRACE,
      M.MARK_BAR,
      M.CLASS_CONTROL,
    ];
    expect(bytes.length).toBe(classes.length);
    for (let i = 0; i < classes.length; i++)
      expect(narrowestClass(bytes.charCodeAt(i))).toBe(classes[i], bytes.charAt(i));
    expect(narrowestClass(0x80)).toBe(M.CLASS_BEYOND);
  });
});
