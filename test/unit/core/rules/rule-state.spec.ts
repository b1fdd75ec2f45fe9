import { Arena } from "../../../../assembly/core/bytes/arena";
import { Span } from "../../../../assembly/core/match/span";
import { Inputs } from "../../../../assembly/core/inputs/inputs";
import { EVIDENCE_BYTES, Match, RuleState } from "../../../../assembly/core/rules/rule-state";
import { Ruleset } from "../../../../assembly/core/rules/ruleset";

const arena = new Arena();

function begun(): RuleState {
  const ruleset = new Ruleset();
  ruleset.ruleCount = 70;
  ruleset.conditionCount = 130;
  arena.reset();
  const state = new RuleState();
  expect(state.begin(ruleset, arena)).toBe(true);
  return state;
}

function keep(state: RuleState, value: string, from: u32, to: u32, path: usize): Match {
  const bytes = String.UTF8.encode(value);
  const at = changetype<usize>(bytes);
  const span = new Span();
  span.from = at + from;
  span.to = at + to;
  state.satisfy(5, 3, 0, path, at, bytes.byteLength, span, arena);
  return changetype<Match>(state.matches);
}

function text(at: usize, len: u32): string {
  return String.UTF8.decodeUnsafe(at, len);
}

describe("core/rules/rule-state RuleState", () => {
  test("bits of conditions and rules do not touch one another", () => {
    const state = begun();
    for (let i: u32 = 0; i < 130; i += 3) state.setSeen(i);
    for (let i: u32 = 1; i < 130; i += 3) state.setHit(i);
    for (let i: u32 = 0; i < 70; i += 2) state.setMatched(i, i % 4 == 0, i % 3 == 0);
    for (let i: u32 = 0; i < 130; i++) {
      expect(state.wasSeen(i)).toBe(i % 3 == 0, "seen " + i.toString());
      expect(state.wasHit(i)).toBe(i % 3 == 1, "hit " + i.toString());
      expect(state.isSatisfied(i)).toBe(false, "satisfied " + i.toString());
      if (i < 70) expect(state.hasMatched(i)).toBe(i % 2 == 0, "matched " + i.toString());
      if (i < 70) expect(state.isBlocking(i)).toBe(i % 4 == 0, "blocking " + i.toString());
    }
    expect(state.matchedRules).toBe(12, "every third of them counts");
  });
  test("a short value is kept whole, with the part that matched", () => {
    const match = keep(begun(), "one two three", 4, 7, 0);
    expect(text(match.valueAt, match.valueLen)).toBe("one two three");
    expect(text(match.highlightAt, match.highlightLen)).toBe("two");
    expect(match.pathLen).toBe(0);
  });
  test("a part that lies outside the value is not shown", () => {
    const behind = keep(begun(), "one two three", 4, 14, 0);
    expect(text(behind.valueAt, behind.valueLen)).toBe("one two three");
    expect(behind.highlightLen).toBe(0, "behind");
    expect(keep(begun(), "one two three", <u32>-9, 3, 0).highlightLen).toBe(0, "before");
    expect(keep(begun(), "b".repeat(2000), <u32>-9, 3, 0).highlightLen).toBe(0, "before a long one");
  });
  test("of a long value a window with the start of the match", () => {
    const long = "b".repeat(2000) + "<mark>" + "a".repeat(2000);
    const match = keep(begun(), long, 2000, 2006, 0);
    expect(match.valueLen).toBe(EVIDENCE_BYTES);
    expect(text(match.highlightAt, match.highlightLen)).toBe("<mark>");
    const end = keep(begun(), "b".repeat(2000) + "<mark>", 2000, 2006, 0);
    expect(end.valueLen).toBe(EVIDENCE_BYTES, "at the end");
    expect(text(end.highlightAt, end.highlightLen)).toBe("<mark>", "at the end");
    const whole = keep(begun(), "x".repeat(2000), 0, 2000, 0);
    expect(whole.valueLen).toBe(EVIDENCE_BYTES, "all of it");
    expect(whole.highlightLen).toBe(EVIDENCE_BYTES, "all of it");
  });
  test("the key path is kept as JSON elements", () => {
    const inputs = new Inputs();
    const key = String.UTF8.encode('a"b');
    const root = inputs.keyNode(0, changetype<usize>(key), key.byteLength);
    const leaf = inputs.keyNode(inputs.indexNode(root, 12), changetype<usize>(key), 1);
    const match = keep(begun(), "x", 0, 1, leaf);
    expect(text(match.pathAt, match.pathLen)).toBe('"a\\"b",12,"a"');
    expect(text(match.keyAt, match.keyLen)).toBe("a");
  });
  test("a path too deep or too long is cut, not trapped over", () => {
    const inputs = new Inputs();
    const key = String.UTF8.encode("k".repeat(300));
    let node: usize = 0;
    for (let i = 0; i < 200; i++) node = inputs.keyNode(node, changetype<usize>(key), 300);
    const match = keep(begun(), "x", 0, 1, node);
    expect(match.pathLen > 300 && match.pathLen < 1200).toBe(true, match.pathLen.toString());
  });
  test("without memory the condition still holds", () => {
    const state = begun();
    arena.cap = arena.held;
    const value = new ArrayBuffer(400);
    const span = new Span();
    for (let i: u32 = 0; i < 100; i++) {
      for (let j = 0; j < 50; j++) state.satisfy(i, 3, 0, 0, changetype<usize>(value), 400, span, arena);
      expect(state.isSatisfied(i)).toBe(true, i.toString());
    }
    arena.cap = u32.MAX_VALUE;
  });
});
