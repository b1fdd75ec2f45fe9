/** A custom rule that blocks, known by its id. */
export function blockingRule(id: string, ...conditions: object[]): object {
  return { id, name: id, tags: { type: id, confidence: "1" }, conditions, on_match: ["block"] };
}
