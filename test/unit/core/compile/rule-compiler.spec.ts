import { ByteWriter } from "../../../../assembly/core/bytes/byte-writer";
import { RuleCompiler } from "../../../../assembly/core/compile/rule-compiler";
import { JsonDocument } from "../../../../assembly/core/document/json-document";
import { LoadError, loadRuleset } from "../../../../assembly/core/rules/ruleset-loader";
import { Ruleset } from "../../../../assembly/core/rules/ruleset";

const table = new ByteWriter();
const report = new ByteWriter();

/** Compiles into `table` and `report`. */
function compile(text: string): bool {
  const bytes = String.UTF8.encode(text);
  const doc = new JsonDocument();
  table.clear();
  report.clear();
  if (!doc.parse(changetype<usize>(bytes), bytes.byteLength)) return false;
  const compiler = new RuleCompiler(doc, false);
  const ok = compiler.compile(doc.root(), table, report);
  compiler.free();
  doc.free();
  return ok;
}

function rulesReport(rules: string): string {
  compile('{"rules":[' + rules + "]}");
  const text = String.UTF8.decodeUnsafe(report.at, report.length);
  return text.substring(9, text.indexOf(',"custom_rules"'));
}

function rule(condition: string, more: string = ""): string {
  return '{"id":"r","tags":{"type":"t"},"conditions":[' + condition + "]" + more + "}";
}

function condition(operator: string, parameters: string): string {
  const inputs = '"inputs":[{"address":"server.request.query"}]';
  return (
    '{"operator":"' +
    operator +
    '","parameters":{' +
    inputs +
    (parameters == "" ? "" : ",") +
    parameters +
    "}}"
  );
}

function failed(reason: string): string {
  return '{"loaded":0,"skipped":[],"failed":[{"id":"r","reason":"' + reason + '"}]}';
}

function skipped(reason: string): string {
  return '{"loaded":0,"skipped":[{"id":"r","reason":"' + reason + '"}],"failed":[]}';
}

const LOADED = '{"loaded":1,"skipped":[],"failed":[]}';
const GOOD = condition("exact_match", '"list":["x"]');

describe("core/compile/rule-compiler compile", () => {
  test("what is no rules document is refused, and nothing written", () => {
    expect(compile("7")).toBe(false, "a number");
    expect(table.length).toBe(0);
    expect(compile('"rules"')).toBe(false, "a string");
    expect(compile("{}")).toBe(true, "an object without rules");
    expect(compile("[]")).toBe(true, "a list of no rules");
  });
  test("a rule that is wrong fails with its reason", () => {
    const rules = [
      rule(""),
      '{"id":"r","conditions":[' + GOOD + "]}",
      rule('{"parameters":{}}'),
      rule('{"operator":"exact_match","parameters":{}}'),
      rule('{"operator":"exact_match","parameters":{"inputs":[{}]}}'),
      rule(condition("frob", "")),
      rule(condition("match_regex", "")),
      rule(condition("phrase_match", '"list":[7]')),
      rule(condition("phrase_match", "")),
      rule(condition("ip_match", '"list":["300.1.1.1"]')),
      rule(condition("greater_than", '"value":"7"')),
      rule(condition("equals", "")),
      rule(GOOD, ',"transformers":["frob"]'),
    ];
    const reasons = [
      "conditions: at least one is required",
      "tags.type: a string is required",
      "conditions: operator: a string is required",
      "parameters.inputs: at least one is required",
      "inputs: address: a string is required",
      "unknown operator: frob",
      "parameters.regex: a string is required",
      "parameters.list: only strings can be phrases",
      "parameters.list: an array of strings is required",
      "parameters.list: 300.1.1.1 is no address or network",
      "parameters.value: must be a number",
      "parameters.value: is required",
      "transformers: unknown: frob",
    ];
    for (let i = 0; i < rules.length; i++) expect(rulesReport(rules[i])).toBe(failed(reasons[i]), rules[i]);
  });
  test("a rule that a proxy cannot honour is skipped with its reason", () => {
    const elsewhere = '{"operator":"exists","parameters":{"inputs":[{"address":"a.b"},{"address":"c.d"}]}}';
    expect(rulesReport(rule(elsewhere))).toBe(skipped("not available at a proxy: a.b, c.d"));
    expect(rulesReport(rule(condition("lfi_detector@v2", "")))).toBe(
      skipped("needs the application's runtime: lfi_detector@v2"),
    );
    const versions = skipped("min_version/max_version exclude this engine");
    expect(rulesReport(rule(GOOD, ',"min_version":"9.0.0"'))).toBe(versions, "too new");
    expect(rulesReport(rule(GOOD, ',"max_version":"1.24.9"'))).toBe(versions, "too old");
    expect(rulesReport(rule(GOOD, ',"min_version":"1.25.0","max_version":"1.99.0"'))).toBe(LOADED, "between");
  });
  test("a rule is loaded when some of its inputs are available", () => {
    const some =
      '{"operator":"exists","parameters":{"inputs":[{"address":"a.b"},{"address":"server.request.body"}]}}';
    expect(rulesReport(rule(some))).toBe(LOADED);
  });
  test("a rule whose second condition fails leaves nothing behind", () => {
    const bad = rule(
      condition("phrase_match", '"list":["needle"]') + "," + condition("match_regex", '"regex":"("'),
    );
    const report = rulesReport(bad + "," + rule(GOOD) + "," + bad + "," + rule(GOOD).replace('"r"', '"s"'));
    expect(report.startsWith('{"loaded":2,"skipped":[],"failed":[{')).toBe(true, report);
    const ruleset = new Ruleset();
    expect(loadRuleset(ruleset, table.at, table.length)).toBe(LoadError.None);
    expect(ruleset.ruleCount).toBe(2);
    expect(ruleset.conditionCount).toBe(2);
  });
});
