import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { CONFIG_DOCS, configDocs, readConfigSchema } from "../../scripts/gen/config-docs.ts";

describe("scripts/gen/config-docs", () => {
  test("the page in the tree is the schema's", async () => {
    const hint = "run: npx tsx scripts/gen/config-docs.ts";
    assert.equal(readFileSync(CONFIG_DOCS, "utf8"), await configDocs(readConfigSchema()), hint);
  });

  test("a field's row has its path, type, default and meaning", async () => {
    const page = await configDocs({
      description: "All.",
      properties: {
        size: { type: "integer", minimum: 1, maximum: 9, default: 3, description: "How | much." },
        page: {
          title: "Page",
          description: "What is shown.",
          required: ["to"],
          properties: { to: { type: "string", description: "Where." } },
        },
      },
    });
    const rows = page.split("\n").map((line) => line.replace(/ +/g, " "));
    assert.ok(rows.includes("| `size` | whole number, 1–9 | `3` | How \\| much. |"), page);
    assert.ok(rows.includes("| `page.to` | string | required | Where. |"), page);
  });
});
