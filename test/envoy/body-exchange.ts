// Runs one cell of the matrix through a real Envoy and holds what upstream, client and event say against what must come of it, and
// against each other.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { type Cell, routeOf } from "./body-cells.ts";
import { ACTION_OF, type Expectation, expectationOf, type Outcome } from "./body-expectation.ts";
import { makeSample, type Sample } from "./body-samples.ts";
import type { ObservedResponse } from "./observed-response.ts";
import { perform, type Protocol } from "./open-exchange.ts";
import type { ProtectedApi } from "./protected-api.ts";
import type { RecordedRequest } from "./recorded-request.ts";
import type { Account } from "./traffic-log.ts";

const SERVED = '{"ok":true}';
/** Long enough for Envoy to read one packet before the next is there, most of the time. */
const PAUSE_MS = 1;

interface Run {
  response: ObservedResponse;
  request: RecordedRequest | undefined;
  account: Account;
}

/**
 * `tellsResets`: false for an Envoy that resets HTTP/2 streams with NO_ERROR, which Node shows as an ordinary end; there a message that
 * ended short of its bytes was reset.
 */
export async function checkCell(api: ProtectedApi, cell: Cell, tellsResets: boolean): Promise<void> {
  const sample = await makeSample(cell.type, cell.direction, cell.position, cell.isAttack);
  const expected = expectationOf(cell, sample);
  const run = await runCell(api, cell, sample);
  if (!tellsResets && cell.framing.startsWith("HTTP/2")) showResets(run, cell, sample);
  const outcome = outcomeOf(run.response, cell, sample);
  try {
    assertClient(run.response, outcome, expected);
    assertDelivery(run, cell, sample, outcome, expected);
    assertAccount(run, outcome, expected);
  } catch (error) {
    (error as Error).message += `\n${describeRun(run, outcome, sample)}`;
    throw error;
  }
}

async function runCell(api: ProtectedApi, cell: Cell, sample: Sample): Promise<Run> {
  const id = randomUUID();
  const path = `/${routeOf(cell)}/${id}`;
  const [protocol = ""] = cell.framing.split(" ");
  const isRequest = cell.direction === "request";
  const pieces = piecesOf(cell, sample);
  const pauseMs = pieces.length > 1 ? { pauseMs: PAUSE_MS } : {};
  const hasLength = cell.framing.includes("content-length");
  const trailers = cell.framing.endsWith("trailers") ? { trailers: { "x-checksum": "1" } } : {};
  const length = hasLength ? { length: sample.bytes.length } : {};
  if (!isRequest) {
    const framing = hasLength ? "content-length" : "chunked";
    api.upstream.reply(id, {
      ...{ status: 200, headers: sample.headers, body: pieces, framing, ...pauseMs, ...trailers },
    });
  }
  const response = await perform(api.port, {
    ...{ protocol: protocol as Protocol, path, method: isRequest ? "POST" : "GET" },
    headers: { "x-test-id": id, te: "trailers", ...(isRequest ? sample.headers : {}) },
    ...(isRequest ? { body: pieces, ...length, ...pauseMs, ...trailers } : {}),
  });
  const account = await api.traffic.of(path);
  const requests = api.upstream.of(id);
  assert.ok(requests.length <= 1, "a request arrives once");
  api.upstream.forget(id);
  return { response, request: requests[0], account };
}

/** How the body is cut: whole, in the middle of the attack, or byte by byte around it. */
function piecesOf(cell: Cell, sample: Sample): Buffer[] {
  const { bytes, attackAt } = sample;
  const cuts = [0];
  if (cell.framing.endsWith("dribbled")) {
    const from = Math.max(attackAt - 4, 0);
    const to = Math.min(attackAt + 48, bytes.length);
    for (let at = from; at <= to; at++) cuts.push(at);
  } else if (cell.position === "across a border") {
    cuts.push(attackAt + 12);
  }
  return cuts.map((cut, i) => bytes.subarray(cut, cuts[i + 1])).filter((piece) => piece.length > 0);
}

function showResets({ response, request }: Run, cell: Cell, sample: Sample): void {
  const { body } = response;
  if (cell.direction === "response" && sample.bytes.subarray(0, body.length).equals(body)) {
    if (response.status === 200 && body.length < sample.bytes.length) response.ending = "reset";
  }
  if (cell.direction === "request" && response.status === 403 && request) request.complete = false;
}

/** What the client got, by its status and by whose body it is. */
function outcomeOf(response: ObservedResponse, cell: Cell, sample: Sample): Outcome | "broken" {
  const { status, ending, body } = response;
  if (status === 403) return ending === "complete" ? "blocked" : "broken";
  if (status !== 200) return "broken";
  if (ending !== "complete") return "reset";
  const served = cell.direction === "request" ? Buffer.from(SERVED) : sample.bytes;
  if (body.equals(served)) return "served";
  return blockPageId(body) !== undefined ? "replaced" : "broken";
}

/** The id on the block page; undefined when `body` is no block page. What replaces a response may be padded with blanks. */
function blockPageId(body: Buffer): string | undefined {
  return /^\{"blocked":"([0-9a-f-]{36})"\}\s*$/.exec(body.toString("latin1"))?.[1];
}

function assertClient(
  response: ObservedResponse,
  outcome: Outcome | "broken",
  expected: Expectation,
): asserts outcome is Outcome {
  assert.ok(
    (expected.outcomes as string[]).includes(outcome),
    `what the client got: ${outcome}, expected ${expected.outcomes.join(" or ")}`,
  );
}

function assertDelivery(run: Run, cell: Cell, sample: Sample, outcome: Outcome, expected: Expectation): void {
  const { request, response } = run;
  const isRequest = cell.direction === "request";
  if (!expected.headPasses) assert.equal(request, undefined, "the upstream must not see the request");
  if (!isRequest || expected.delivered === "whole")
    assert.equal(request?.complete, true, "the upstream gets the request whole");
  const reader = isRequest ? request : response;
  const isWhole = isRequest ? request?.complete === true : response.ending === "complete";
  const got =
    outcome === "replaced" || (!isRequest && outcome === "blocked")
      ? Buffer.alloc(0)
      : (reader?.body ?? Buffer.alloc(0));
  if (expected.delivered === "whole") {
    assert.ok(isWhole, "the body arrives whole");
    assert.ok(got.equals(sample.bytes), "the body arrives unchanged");
    if (cell.framing.endsWith("trailers"))
      assert.equal(reader?.trailers["x-checksum"], "1", "trailers arrive");
    return;
  }
  if (expected.delivered === "nothing") assert.equal(got.length, 0, "bytes of the body that got through");
  if (outcome === "reset" || isRequest) assert.ok(!isWhole, "a body that is stopped does not seem whole");
  assert.ok(got.equals(sample.bytes.subarray(0, got.length)), "what arrives is the body's beginning");
  assert.ok(
    got.length < expected.before,
    `${got.length} bytes arrived, the attack is known at ${expected.before}`,
  );
}

function assertAccount(run: Run, outcome: Outcome, expected: Expectation): void {
  const { access, event } = run.account;
  const { body } = run.response;
  assert.equal(access["status"], run.response.status, "the access log says the status that the client saw");
  if (expected.event === undefined) {
    assert.equal(event, undefined, "a harmless exchange makes no event");
    return;
  }
  assert.ok(event, "there is an event");
  assert.equal(event.action, ACTION_OF[outcome], "the event says what happened");
  if (outcome === "blocked" || outcome === "replaced")
    assert.equal(blockPageId(body), event.id, "the page has the event's id, and nothing besides");
  assert.equal(access["wardgate_action"], event.action, "access log and event agree");
  assert.equal(event["status"], run.response.status, "the event says the status that the client saw");
  assert.deepEqual(event.limits ?? [], expected.limits, "limits");
  assert.deepEqual(event.rules, expected.rules, "rules");
  assert.equal(event.would_block ?? false, expected.event.wouldBlock, "would_block");
  const { phases } = expected.event;
  if (phases.length > 0) assert.ok(phases.includes(event.phase ?? ""), `decided in ${event.phase}`);
}

function describeRun({ response, request, account }: Run, outcome: string, sample: Sample): string {
  const page = response.body.length < 400 ? ` ${JSON.stringify(response.body.toString("latin1"))}` : "";
  const told = [
    "action",
    "verdict",
    "phase",
    "limits",
    "rules",
    "status",
    "would_block",
    "inspected_bytes",
    "anomalies",
  ];
  return [
    `  body: ${sample.bytes.length} bytes, attack at ${sample.attackAt}, known at ${sample.knownAt}`,
    `  client: ${outcome}, ${response.status}, ${response.ending}, ${response.body.length} bytes${page}`,
    `  upstream: ${request ? `${request.complete ? "whole" : "not whole"}, ${request.body.length} bytes` : "nothing"}`,
    `  event: ${JSON.stringify(account.event, told)}`,
    `  access log: ${JSON.stringify(account.access, ["status", "details", "flags", "wardgate_action"])}`,
  ].join("\n");
}
