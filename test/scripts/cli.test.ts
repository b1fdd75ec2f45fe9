// The bundled command line, as a user runs it.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { bundleCli } from "../../scripts/build/bundle.ts";

const directory = mkdtempSync(join(tmpdir(), "wardgate-cli-"));
const program = join(directory, "wardgate.mjs");

interface Run {
  code: number | null;
  out: string;
  err: string;
}

function wardgate(args: string[], input = ""): Run {
  const env = { ...process.env, WARDGATE_ENGINE: process.env["WARDGATE_ENGINE"] ?? "build/engine.wasm" };
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    input,
    env,
    encoding: "utf8",
  });
  return { code: status, out: stdout, err: stderr };
}

function file(name: string, content: string | object): string {
  const path = join(directory, name);
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

function rule(id: string, operator: string, parameters: object, address = "server.request.query"): object {
  return {
    id,
    name: `Rule ${id}`,
    tags: { type: id },
    conditions: [{ operator, parameters: { inputs: [{ address }], ...parameters } }],
  };
}

before(() => bundleCli(program));
after(() => rmSync(directory, { recursive: true }));

describe("wardgate", () => {
  test("the bundle is executable and begins with a shebang", () => {
    assert.equal(readFileSync(program, "utf8").split("\n")[0], "#!/usr/bin/env node");
    assert.equal(statSync(program).mode & 0o111, 0o111);
  });

  test("--help → every command and examples, exit 0", () => {
    const { code, out } = wardgate(["--help"]);
    assert.equal(code, 0);
    for (const word of ["check", "compile", "explain", "run", "version", "Examples:", "Exit codes:"]) {
      assert.ok(out.includes(word), word);
    }
    for (const command of ["check", "compile", "explain"]) {
      const help = wardgate([command, "--help"]);
      assert.equal(help.code, 0);
      assert.match(help.out, /Examples:/);
    }
  });

  test("a command or option that there is none of → exit 2", () => {
    for (const args of [[], ["frob"], ["check"], ["check", "--frob", "x"], ["explain", "--status", "7"]]) {
      assert.equal(wardgate(args).code, 2, args.join(" "));
    }
  });

  test("a file that is not there → exit 2 and its name", () => {
    for (const command of ["check", "compile"]) {
      const { code, err } = wardgate([command, join(directory, "none.yaml")]);
      assert.equal(code, 2);
      assert.match(err, /none\.yaml/);
    }
  });

  test("version → the version of package.json, no colours in a pipe", () => {
    const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
    const { code, out } = wardgate(["version"]);
    assert.equal(code, 0);
    assert.match(out, new RegExp(`^wardgate ${version.replaceAll(".", "\\.")} `));
    assert.deepEqual(Object.keys(JSON.parse(wardgate(["version", "--json"]).out) as object), [
      "wardgate",
      "engine",
      "rules",
    ]);
  });
});

describe("wardgate check", () => {
  test("a good configuration, YAML or JSON → accepted, exit 0", () => {
    const yaml = file("good.yaml", "mode: block\nblocking:\n  status: 403\n");
    const { code, out } = wardgate(["check", yaml, file("good.json", { mode: "monitor" })]);
    assert.equal(code, 0, out);
    assert.equal(out.match(/accepted/g)?.length, 2);
  });

  test("a bad configuration → all problems with their paths, exit 1", () => {
    const bad = file("bad.yaml", "mode: blok\nfrob: 1\nbody_capture_size: -5\n");
    const { code, out } = wardgate(["check", "--json", bad]);
    assert.equal(code, 1);
    const [{ accepted, problems }] = JSON.parse(out) as [{ accepted: boolean; problems: string[] }];
    assert.equal(accepted, false);
    for (const field of ["mode", "frob", "body_capture_size"]) {
      assert.ok(
        problems.some((problem) => problem.includes(field)),
        `${field}: ${problems.join("; ")}`,
      );
    }
  });

  test("what is no YAML, and JSON with a key twice → problems, exit 1", () => {
    assert.equal(wardgate(["check", file("broken.yaml", "mode: [block\n")]).code, 1);
    assert.equal(wardgate(["check", file("twice.json", '{"mode":"block","mode":"monitor"}')]).code, 1);
  });

  test("a custom rule that is wrong → its id and reason", () => {
    const config = file("rules.json", { custom_rules: [rule("my-rule", "match_regex", { regex: "(" })] });
    const { code, out } = wardgate(["check", config]);
    assert.equal(code, 1);
    assert.match(out, /my-rule: parameters\.regex/);
  });

  test("an Envoy file and a WasmPlugin → their configurations are found", () => {
    const { code, out } = wardgate(["check", "--json", "envoy/envoy.yaml"]);
    assert.equal(code, 0);
    assert.match(
      (JSON.parse(out) as [{ where: string }])[0].where,
      /typed_config\.config\.configuration\.value$/,
    );
    const plugin =
      "apiVersion: extensions.istio.io/v1alpha1\nkind: WasmPlugin\nspec:\n  pluginConfig: {mode: 7}\n";
    const wrong = wardgate(["check", "-"], plugin);
    assert.equal(wrong.code, 1);
    assert.match(wrong.out, /spec\.pluginConfig: 1 problem\n {2}mode/);
  });

  test("an Envoy file without us → a problem", () => {
    assert.equal(wardgate(["check", "-"], "static_resources: {listeners: []}\n").code, 1);
  });
});

describe("wardgate compile", () => {
  const document = {
    version: "2.2",
    rules: [
      rule("r-good", "phrase_match", { list: ["needle"] }),
      rule("r-away", "match_regex", { regex: "x" }, "server.io.fs.file"),
      rule("r-bad", "match_regex", { regex: "(" }),
    ],
  };

  test("a document → loaded, skipped and failed with reasons; exit 1 as one failed", () => {
    const { code, out } = wardgate(["compile", "--json", file("mixed.json", document)]);
    assert.equal(code, 1);
    const [{ report }] = JSON.parse(out) as [
      { report: { rules: Record<string, { id: string; reason: string }[]> } },
    ];
    assert.equal(report.rules["loaded"], 1);
    assert.deepEqual(report.rules["skipped"], [
      { id: "r-away", reason: "not available at a proxy: server.io.fs.file" },
    ]);
    assert.deepEqual(
      report.rules["failed"]!.map(({ id }) => id),
      ["r-bad"],
    );
  });

  test("-o → a table that begins with the format's label; exit 0 when nothing failed", () => {
    const table = join(directory, "table.bin");
    const good = file("good-rules.json", { rules: document.rules.slice(0, 2) });
    assert.equal(wardgate(["compile", good, "-o", table]).code, 0);
    assert.match(readFileSync(table).subarray(0, 8).toString(), /^WGRULES\d$/);
    assert.equal(wardgate(["compile", good, good, "-o", table]).code, 2);
  });

  test("a folder of rule files → the shipped rules", () => {
    const { code, out } = wardgate(["compile", "rules"]);
    assert.equal(code, 0, out);
    assert.match(out, /rules: [1-9]\d+ loaded, 0 skipped, 0 failed/);
  });

  test("what is no rules document → a problem, exit 1", () => {
    for (const text of ["7\n", '"x"\n', "rules: [\n"])
      assert.equal(wardgate(["compile", "-"], text).code, 1, text);
  });
});

describe("wardgate explain", () => {
  const attack = ["explain", "--path", "/items?q=1%27%20OR%201=1--"];

  test("an attack → the rule and where it matched, exit 1", () => {
    const { code, out } = wardgate(attack);
    assert.equal(code, 1);
    assert.match(out, /verdict: block \(blocked\)/);
    assert.match(out, /server\.request\.query\.q: 1' OR 1=1--/);
  });

  test("--json → the event, and what led to it", () => {
    const { event } = JSON.parse(wardgate([...attack, "--json"]).out) as {
      event: { event: string; triggers: unknown[] };
    };
    assert.equal(event.event, "wardgate.security_event");
    assert.equal(event.triggers.length, 1);
  });

  test("a benign request → exit 0", () => {
    const args = ["--method", "POST", "--path", "/login", "--header", "Content-Type: application/json"];
    const { code, out } = wardgate(["explain", ...args, "--body", '{"user":"Ada"}']);
    assert.equal(code, 0, out);
    assert.match(out, /verdict: allow/);
  });

  test("own rules, body from a file, response", () => {
    const rules = file("own.json", {
      rules: [
        rule("t-body", "phrase_match", { list: ["needle"] }, "server.request.body"),
        rule("t-reply", "phrase_match", { list: ["leak"] }, "server.response.body"),
      ],
    });
    const body = file("body.json", { deep: ["a needle"] });
    const json = "content-type: application/json";
    const { code, out } = wardgate([
      ...["explain", "--rules", rules, "--header", json, "--body", `@${body}`],
      ...["--status", "200", "--response-header", json, "--response-body", '"a leak"', "--json"],
    ]);
    assert.equal(code, 1);
    const { event } = JSON.parse(out) as { event: { rules: string[] } };
    assert.deepEqual(event.rules, ["t-body", "t-reply"]);
  });

  test("a refused configuration → exit 2 and why", () => {
    const { code, err } = wardgate(["explain", "--config", file("refused.yaml", "mode: 7\n")]);
    assert.equal(code, 2);
    assert.match(err, /mode/);
  });
});
