// Attacks at places that only some readers look at: parameters of paths, values cut over repeated keys, names of
// header fields, fragments. Each is found with the shipped rules; what is ordinary there passes.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Engine, type EngineRequest } from "../../scripts/engine/engine.ts";
import { enginePath } from "./ruleset-engine.ts";

const FORM_TYPE: [string, string] = ["content-type", "application/x-www-form-urlencoded"];
const engine = Engine.fromFile(enginePath());
const { accepted, problems } = engine.configure({ mode: "block" });
assert.ok(accepted, problems.join("\n"));

function isBlocked(request: EngineRequest): boolean {
  return engine.transaction(request).blocked;
}

const form = (body: string): EngineRequest => ({ method: "POST", path: "/", headers: [FORM_TYPE], body });

const ATTACKS: [string, EngineRequest][] = [
  ["matrix parameter", { path: "/items;id=1%20union%20select%20password%20from%20users/list" }],
  ["segment with a name", { path: "/get/id=1'%20or%20'1'='1" }],
  ["rest of the path", { path: "/page/<svg/onload=alert(1)>" }],
  ["repeated parameter", { path: "/?id=1/*&x=2&id=*/or/*&id=*/2=2" }],
  ["repeated field of a form", form("id=1/*&id=*/or/*&id=*/2=2")],
  ["fragment", { path: "/page#<script>alert(1)</script>" }],
  ["query of a referer", { headers: [["referer", "https://a.example/s?q=1&t=1%20or%201%3D1&z=2"]] }],
  ["last value of a referer", { headers: [["Referer", "/s?x=&q=%22%20or%20%22%22%20%22#top"]] }],
  ["name of a header", { headers: [["x-<script>alert(1)</script>", "1"]] }],
];

const ORDINARY: [string, EngineRequest][] = [
  ["session in the path", { path: "/cart;jsessionid=0A1B2C3D4E5F.node1/items" }],
  ["coordinates and names", { path: "/map/@52.5,13.4,12z/Union%20Select%20Committee/reviews" }],
  ["list by repetition", { path: "/search?tag=sql&tag=union&tag=select&page=1&page=2" }],
  ["form with check boxes", form("day=mon&day=tue&day=wed&note=select+one+or+more")],
  ["fragment of a page", { path: "/docs/intro#chapter-1" }],
  [
    "query of a referer",
    { headers: [["referer", "https://a.example/s?q=select+one+or+more&page=2&s=a%2Fb#c=d"]] },
  ],
  ["referer without values", { headers: [["referer", "https://a.example/?"]] }],
  ["names of headers", { headers: [["x-request_id.v2", "1"]] }],
];

describe("places", () => {
  test("attacks are found", () => {
    const missed = ATTACKS.filter(([, request]) => !isBlocked(request)).map(([name]) => name);
    assert.deepEqual(missed, []);
  });
  test("what is ordinary passes", () => {
    const blocked = ORDINARY.filter(([, request]) => isBlocked(request)).map(([name]) => name);
    assert.deepEqual(blocked, []);
  });
  test("a form in pieces is joined as the whole one is", () => {
    const body = new TextEncoder().encode("id=1/*&id=*/or/*&id=*/2=2");
    for (const size of [1, 2, 3, 7, 16]) {
      const chunks = [];
      for (let at = 0; at < body.length; at += size) chunks.push(body.subarray(at, at + size));
      const request = { ...form(""), body: chunks };
      assert.ok(isBlocked(request), `chunks of ${size}`);
    }
  });
});
