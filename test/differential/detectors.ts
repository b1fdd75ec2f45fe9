// is_sqli and is_xss are detectors of our own: how far they agree with libddwaf's is a figure, not a verdict.
import { Pair } from "./compare.ts";
import { condition, rule, rulesDocument } from "./rules-document.ts";

export interface Agreement {
  operator: string;
  texts: number;
  both: number;
  /** Texts that libddwaf alone detects, and that we alone do. */
  theirs: string[];
  ours: string[];
}

const BODY = "server.request.body";

/** Both engines' detectors on each of the texts, by itself. */
export function agreement(texts: readonly string[]): Agreement[] {
  const distinct = [...new Set(texts)];
  return ["is_sqli", "is_xss"].map((operator) => {
    const pair = new Pair(rulesDocument([rule(operator, [condition(operator, [{ address: BODY }])])]));
    const found: Agreement = { operator, texts: distinct.length, both: 0, theirs: [], ours: [] };
    for (const text of distinct) {
      const ours = pair.ours.evaluate({ [BODY]: text }).events.length > 0;
      const theirs = pair.theirs.evaluate({ [BODY]: text }).events.length > 0;
      if (ours && theirs) found.both++;
      else if (theirs) found.theirs.push(text);
      else if (ours) found.ours.push(text);
    }
    pair.dispose();
    return found;
  });
}
