// `wardgate score`, bundled, over a small case file; and the HTTP reading that its Envoy run needs.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { bundleCli } from "../../scripts/build/bundle.ts";
import { messageEnd } from "../../scripts/score/http-message.ts";
import type { Score } from "../../scripts/score/score.ts";
import { requestBytes } from "../../scripts/score/wire.ts";
import { CASES, caseLine } from "./score-cases.ts";

const directory = mkdtempSync(join(tmpdir(), "wardgate-score-"));
const program = join(directory, "wardgate.mjs");

interface Run {
  code: number | null;
  out: string;
  err: string;
}

function score(...args: string[]): Run {
  const env: NodeJS.ProcessEnv = { ...process.env, WARDGATE_ENGINE: "build/engine.wasm" };
  delete env["WARDGATE_CASES"];
  const done = spawnSync(process.execPath, [program, "score", ...args], { env, encoding: "utf8" });
  return { code: done.status, out: done.stdout, err: done.stderr };
}

function scoreJson(...args: string[]): Score {
  const { out, err } = score(...args, "--json");
  assert.notEqual(out, "", err);
  return JSON.parse(out) as Score;
}

function file(name: string, content: string | Buffer): string {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
}

let cases = "";
before(async () => {
  await bundleCli(program);
  cases = file("cases.jsonl", CASES);
});
after(() => rmSync(directory, { recursive: true }));

describe("wardgate score", () => {
  test("cases → blocked and shares per set, class and location; means over sets", () => {
    const { cases: n, sets, classes, locations, macro } = scoreJson(cases);
    assert.equal(n, 7);
    assert.deepEqual(
      sets.map(({ set, cases: total, blocked }) => [set, total, blocked]),
      [
        ["own-block", 4, 2],
        ["own-pass", 3, 1],
      ],
    );
    const sqli = classes.find((row) => row.class === "sqli" && row.expect === "block")!;
    assert.deepEqual([sqli.cases, sqli.blocked, sqli.locations["query"]!.blocked], [2, 1, 1]);
    assert.equal(locations.find(({ location }) => location === "body-json")!.blocked, 1);
    assert.equal(macro.attack, 50);
    assert.deepEqual(macro.worst, { set: "own-pass", share: (100 * 1) / 3 });
  });

  test("the text names every set and the figures, exit 0 without bars", () => {
    const { code, out } = score(cases);
    assert.equal(code, 0);
    assert.match(out, /own-block +4 +2 +50\.00 %/);
    assert.match(out, /own-pass +3 +1 +33\.33 %/);
    assert.match(out, /attacks, mean over sets +50\.00 %/);
  });

  test("a bar that is missed → exit 1 and its name; one that is met → exit 0", () => {
    assert.equal(score(cases, "--min-attack", "50", "--max-benign", "34").code, 0);
    for (const [option, value, name] of [
      ["--min-attack", "60", "attack"],
      ["--max-benign", "1", "benign"],
      ["--max-worst", "33", "worst_benign"],
    ] as const) {
      assert.equal(score(cases, option, value).code, 1);
      assert.deepEqual(scoreJson(cases, option, value).missed, [name]);
    }
  });

  test("strict-only classes → the main figure is without them, the other one with them", () => {
    const { macro, strict } = scoreJson(cases, "--strict-only", "own-block:protocol");
    assert.equal(macro.attack, (100 * 2) / 3);
    assert.deepEqual([strict!.cases, strict!.counted, strict!.other.attack], [1, false, 50]);
    const all = ["--strict-only", "own-block:protocol", "--strict-only", "own-pass:sqli"];
    assert.equal(scoreJson(cases, ...all).strict!.cases, 4);
  });

  test("--misses and --false-positives → one row a case with rules and what it holds", () => {
    const misses = join(directory, "misses.tsv");
    const wrong = join(directory, "wrong.jsonl");
    score(cases, "--misses", misses, "--false-positives", wrong);
    const [head, ...rows] = readFileSync(misses, "utf8").trimEnd().split("\n");
    assert.equal(head, "set\tclass\tlocation\tid\toutcome\trules\taccepted\ttext");
    assert.deepEqual(
      rows.map((row) => row.split("\t")[3]),
      ["a3", "a4"],
    );
    const [one, ...others] = readFileSync(wrong, "utf8").trimEnd().split("\n");
    assert.deepEqual(others, []);
    const { id, rules } = JSON.parse(one!) as { id: string; rules: string[] };
    assert.equal(id, "b3");
    assert.match(rules[0]!, /^wg-/);
  });

  test("accepted misses are counted as misses, told apart, and reported when no longer missed", () => {
    const list = file("accepted.yaml", "- cases: [a3, a1]\n  reason: Text without an attack in it.\n");
    const { macro, accepted } = scoreJson(cases, "--accepted", list);
    assert.equal(macro.attack, 50);
    assert.deepEqual(accepted, { misses: 1, stale: ["a1"], attack: (100 * 2) / 3 });
    assert.match(score(cases, "--accepted", list).out, /1 miss accepted[^]*No longer missed[^]*a1/);
    assert.equal(score(cases, "--accepted", file("bad.yaml", "- cases: [a3]\n")).code, 2);
  });

  test("targets are shown beside the figures and do not decide the exit code", () => {
    const targets = file(
      "targets.json",
      JSON.stringify({ attack: 95, classes: { sqli: 98 }, none_of: ["own-pass"], slack: 3 }),
    );
    const { code, out } = score(cases, "--targets", targets);
    assert.equal(code, 0);
    assert.match(out, /attacks, mean over sets +50\.00 % +≥ 95 % +missed/);
    assert.match(out, /sqli +50\.00 % +≥ 98 % +missed/);
    const wrong = file("wrong.json", '{"atack":95}');
    assert.match(score(cases, "--targets", wrong).err, /atack: no such field/);
  });

  test("--set, --class and --limit choose; cases of doubtful quality are left out unless asked for", () => {
    assert.equal(scoreJson(cases, "--set", "own-pass").cases, 3);
    assert.equal(scoreJson(cases, "--class", "xss,protocol").cases, 2);
    assert.equal(scoreJson(cases, "--limit", "1").cases, 2);
    const noisy = file(
      "noisy.jsonl",
      caseLine("n1", "block", { quality: "noisy" }) + "\n" + caseLine("n2", "block"),
    );
    assert.equal(scoreJson(noisy).cases, 1);
    assert.equal(scoreJson(noisy, "--noisy").cases, 2);
  });

  test("a file compressed with xz is read as the plain one", () => {
    const compressed = file("packed.jsonl.xz", Buffer.from(PACKED, "base64"));
    assert.deepEqual(
      scoreJson(compressed).sets.map(({ cases: total, blocked }) => [total, blocked]),
      [[1, 1]],
    );
  });

  test("what is no case, and no cases at all → exit 2 and why", () => {
    const broken = file("broken.jsonl", CASES + "\n{");
    assert.match(score(broken).err, /broken\.jsonl:8: /);
    assert.match(score(file("other.jsonl", '{"id":"x"}')).err, /other\.jsonl:1: "set" is not a string/);
    const wrong = file("expect.jsonl", caseLine("x", "block", { expect: "deny" }));
    assert.match(score(wrong).err, /expect\.jsonl:1: "expect"/);
    for (const args of [[], [join(directory, "none")], [cases, "--set", "none"], [cases, "--limit", "0"]]) {
      assert.equal(score(...args).code, 2, args.join(" "));
    }
  });
});

describe("score: bytes on the wire", () => {
  const base = { id: "", set: "", class: "", location: "", expect: "pass" as const, payload: "" };

  test("the request is what the case says; Host and Content-Length are added only where they are missing", () => {
    const bare = { ...base, method: "POST", path: "/a b?<", headers: [], body: Buffer.from("é") };
    assert.equal(
      requestBytes(bare).toString(),
      "POST /a b?< HTTP/1.1\r\nHost: api.example.com\r\nContent-Length: 2\r\n\r\né",
    );
    const full: [string, string][] = [
      ["HOST", "x"],
      ["content-length", "7"],
    ];
    assert.equal(
      requestBytes({ ...bare, method: "GET", headers: full }).toString(),
      "GET /a b?< HTTP/1.1\r\nHOST: x\r\ncontent-length: 7\r\n\r\né",
    );
  });

  test("messageEnd finds the end of messages, and of none that is not whole", () => {
    const messages = [
      "GET / HTTP/1.1\r\n\r\n",
      "POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
      "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3;x=1\r\nabc\r\n0\r\nT: 1\r\n\r\n",
    ];
    for (const message of messages) {
      assert.equal(messageEnd(Buffer.from(message + "more")), message.length, message);
      for (let cut = 0; cut < message.length; cut++)
        assert.equal(messageEnd(Buffer.from(message.slice(0, cut))), -1, `${message} cut at ${cut}`);
    }
  });
});

/** One attack, compressed by `xz -9`. */
const PACKED =
  "/Td6WFoAAATm1rRGAgAhARwAAAAQz1jM4ACwAJBdAD2IiSaBk1OFy12RqdT4cBQStcc+YXxThTbhkg3VjDvw9gneRfmoQ/Ey0E1a" +
  "+2v5KmWWzEgikTinAGtwzB/weybvdLqyJvTMOrj6zUQTiUh4ycsnCTBHUgUzpxBubH1p6XC9ejGoIri8rumESZYf4Sg9qN2rm+or" +
  "tU0tNl+PDINX0IAnWF7dmWmTKE/I/bR/AAAroTyf2kxVzAABrAGxAQAAMG/nNLHEZ/sCAAAAAARZWg==";
