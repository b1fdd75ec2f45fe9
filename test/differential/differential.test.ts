// The quick part of `npm run test:differential`, with a fixed seed; and the file of accepted differences.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { acceptedDifferences } from "./accepted.ts";
import { Pair } from "./compare.ts";
import { compareMatches, type Outcome } from "./outcome.ts";
import { condition, rule, rulesDocument } from "./rules-document.ts";
import { describeCase, run } from "./run.ts";
import { QUICK } from "./scenarios.ts";

const BODY = "server.request.body";

describe("differential: libddwaf and we", () => {
  test("5000 payloads → the same verdicts and evidence, but for accepted differences", () => {
    const result = run(QUICK, { seed: 20_260_101, comparisons: 5000 });
    assert.equal(result.unexplained.map(describeCase).join("\n"), "");
    assert.ok(result.comparisons >= 5000 && result.matches > 20_000, `${result.matches} matches`);
  });

  test("a rule that only one of them matches is a difference, and so is other evidence", () => {
    const events = (value: string): Outcome["events"] => [
      {
        rule: "r",
        on_match: [],
        matches: [{ operator: "match_regex", address: BODY, key_path: [], value, highlight: [] }],
      },
    ];
    const outcome = (list: Outcome["events"]): Outcome => ({ events: list, reply: { kind: "none" } });
    const kinds = (ours: Outcome["events"], theirs: Outcome["events"]) =>
      compareMatches(outcome(ours), outcome(theirs)).map(({ kind }) => kind);
    assert.deepEqual(kinds(events("a"), events("a")), []);
    assert.deepEqual(kinds(events("a"), events("b")), ["value"]);
    assert.deepEqual(kinds([], events("a")), ["missed"]);
    assert.deepEqual(kinds(events("a"), []), ["extra"]);
  });

  test("a value that breaks off UTF-8 does not hide from a pattern, as it does in libddwaf", () => {
    const tag = condition("match_regex", [{ address: BODY, transformers: ["url_decode"] }], {
      regex: "<script[^>]*>",
    });
    const pair = new Pair(rulesDocument([rule("tag", [tag])]));
    const verdicts = (text: string) => [
      pair.ours.evaluate({ [BODY]: text }).events.length,
      pair.theirs.evaluate({ [BODY]: text }).events.length,
    ];
    assert.deepEqual(verdicts("<script x>"), [1, 1]);
    assert.deepEqual(verdicts("<script %ff>"), [1, 0]);
    assert.deepEqual(verdicts("<script %ff"), [0, 0]);
    pair.dispose();
  });
});

describe("differential: one payload after the other", () => {
  test("what was clean as a key, number or null is not clean as a text", () => {
    for (const address of ["server.request.cookies", "server.request.headers.no_cookies"]) {
      const equals = (value: string) => condition("equals", [{ address }], { type: "string", value });
      const low = condition("lower_than", [{ address }], { type: "float", value: -9 });
      const name = condition("match_regex", [{ address, transformers: ["keys_only"] }], { regex: "^x$" });
      const pair = new Pair(
        rulesDocument([
          rule("empty", [equals("")]),
          rule("number", [equals("42")]),
          rule("low", [low]),
          rule("name", [name]),
        ]),
      );
      for (const value of [null, "", "42", {}, "", "42"]) {
        const payload = { [address]: { "42": value } };
        const verdicts = pair.compare(payload).differences.filter(({ kind }) => kind === "missed");
        assert.deepEqual(verdicts, [], JSON.stringify(payload));
      }
      pair.dispose();
    }
  });
});

describe("accepted differences", () => {
  test("each has a reason and a scope", () => {
    const entries = acceptedDifferences();
    const ids = entries.map(({ id }) => id);
    assert.deepEqual(ids, [...new Set(ids)]);
    for (const { id, reason, kinds } of entries) assert.ok(reason.length > 40 && kinds.length > 0, id);
  });
});
