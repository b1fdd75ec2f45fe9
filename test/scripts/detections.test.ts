import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { detections } from "../../scripts/gen/detections.ts";

const directory = mkdtempSync(join(tmpdir(), "wardgate-detections-"));
after(() => rmSync(directory, { recursive: true }));

test("a rule's row has its id, name, places, action, level, weakness and pattern", async () => {
  writeFileSync(
    join(directory, "inputs.yaml"),
    "data: [{ address: server.request.query }, { address: own.place }]\n",
  );
  writeFileSync(
    join(directory, "family.yaml"),
    `# What the family is | about.
defaults: { tags: { type: t, cwe: "79", capec: 1000/152/63, level: low } }
rules:
  - id: a-1
    name: A <tag>
    tags: { confidence: "1" }
    conditions: [{ operator: exists, parameters: { inputs: data } }]
    on_match: [block]
  - id: a-2
    name: A name
    tags: { confidence: "0", level: high }
    conditions:
      - operator: exists
        parameters: { inputs: [{ address: server.request.body, key_path: [a, b], transformers: [keys_only] }] }
`,
  );
  const rows = (await detections(directory)).split("\n").map((line) => line.replace(/ +/g, " "));
  assert.ok(rows.includes("What the family is \\| about."));
  assert.ok(rows.includes("| [family](#family) | 2 | 1 | 1 | 0 | 1 |"), rows.join("\n"));
  assert.ok(rows.includes("| `a-1` | A &lt;tag> | query, own.place | blocks | low | CWE-79, CAPEC-63 |"));
  assert.ok(rows.includes("| `a-2` | A name | body a.b (names) | reports | high | CWE-79, CAPEC-63 |"));
});
