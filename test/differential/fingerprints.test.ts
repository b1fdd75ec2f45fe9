// Fingerprints of requests: ours from HTTP, libddwaf's from the values in it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Engine } from "../../scripts/engine/engine.ts";
import { PROCESSORS, fingerprintCase } from "./fingerprints.ts";
import { Libddwaf } from "./libddwaf.ts";
import { Random } from "./random.ts";
import { condition, rule, rulesDocument } from "./rules-document.ts";

const REQUESTS = 3000;

test(`${REQUESTS} requests → the fingerprints that libddwaf makes of them`, () => {
  const any = rule("any", [condition("exists", [{ address: "server.request.method" }], {})]);
  const document = rulesDocument([any], { processors: PROCESSORS });
  const theirs = new Libddwaf(document);
  const ours = Engine.fromFile(process.env["WARDGATE_ENGINE"] ?? "build/engine.wasm");
  const { accepted, problems } = ours.configure({ shipped_rules: false, custom_rules: document });
  assert.ok(accepted, problems.join("\n"));
  const random = new Random(20_260_101);
  const seen = new Set<string>();
  for (let i = 0; i < REQUESTS; i++) {
    const { request, payload } = fingerprintCase(random);
    const { attributes = {} } = ours.transaction(request).event;
    assert.deepEqual(attributes, theirs.attributes(payload), JSON.stringify(request));
    for (const value of Object.values(attributes)) seen.add(String(value));
  }
  theirs.dispose();
  assert.ok(seen.size > REQUESTS, `${seen.size} different fingerprints`);
});
