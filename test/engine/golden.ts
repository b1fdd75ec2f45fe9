// Texts that are to stay as they are. UPDATE_GOLDEN=1 writes them anew.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const FOLDER = "test/golden";

export const UPDATES = process.env["UPDATE_GOLDEN"] === "1";

/** Asserts that `text` is what test/golden/`name` holds. */
export function assertGolden(name: string, text: string): void {
  const path = join(FOLDER, name);
  if (UPDATES) writeFileSync(path, text);
  assert.equal(text, readFileSync(path, "utf8"), `differs from ${path}; UPDATE_GOLDEN=1 takes it over`);
}
