// Sends a request (and perhaps its response) through the engine, and says which rules matched.
import type { WireRequest } from "../../scripts/rules/rule-cases.ts";
import { give, take, type EngineExports } from "./engine-module.ts";

export interface Judgement {
  /** Ids of the rules that matched, of the event's triggers. */
  rules: string[];
  blocks: boolean;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Sets the engine up to block, with the rules it was built with unless `config` says otherwise. */
export function prepareEngine(engine: EngineExports, config: object = {}): void {
  const document = give(engine, JSON.stringify({ mode: "block", ...config }));
  if (!engine["configure"]!(document.at, document.len)) {
    throw new Error(decoder.decode(take(engine, engine["problemsAt"]!(), engine["problemsSize"]!())));
  }
  engine["release"]!(document.at);
}

export function judge(engine: EngineExports, request: WireRequest): Judgement {
  const given: number[] = [];
  const lend = (bytes: Uint8Array | string) => {
    const lent = give(engine, bytes);
    given.push(lent.at);
    return lent;
  };
  const pseudo: [string, string][] = [
    [":method", request.method],
    [":path", request.target],
    [":scheme", "https"],
    [":authority", "api.example.com"],
  ];
  const blob = lend(headerBlob([...pseudo, ...request.headers]));
  const ip = lend("192.0.2.7");
  const body = typeof request.body === "string" ? encoder.encode(request.body) : request.body;
  engine["beginTransaction"]!(blob.at, blob.len, ip.at, ip.len, body.length === 0 ? 1 : 0);
  if (body.length > 0) {
    const lent = lend(body);
    engine["requestBody"]!(lent.at, lent.len, 1);
  }
  if (request.response !== undefined) {
    const { status, headers, body } = request.response;
    const head = lend(headerBlob([[":status", String(status)], ...headers]));
    engine["responseHeaders"]!(head.at, head.len, 0);
    const lent = lend(body);
    engine["responseBody"]!(lent.at, lent.len, 1);
  }
  const blocks = engine["mustBlock"]!() !== 0;
  const size = (engine["composeEvent"] as unknown as (at: number, len: number, time: bigint) => number)(
    blob.at,
    blob.len,
    0n,
  );
  const event = decoder.decode(take(engine, engine["eventAt"]!(), size));
  engine["endTransaction"]!();
  for (const at of given) engine["release"]!(at);
  return { rules: ruleIds(event), blocks };
}

/** The layout of header maps in proxy-wasm ABI 0.2. */
function headerBlob(pairs: [string, string][]): Uint8Array {
  const texts = pairs.flat().map((text) => encoder.encode(text));
  const size = 4 + 4 * texts.length + texts.reduce((sum, text) => sum + text.length + 1, 0);
  const blob = new Uint8Array(size);
  const view = new DataView(blob.buffer);
  view.setUint32(0, pairs.length, true);
  let at = 4 + 4 * texts.length;
  texts.forEach((text, i) => {
    view.setUint32(4 + 4 * i, text.length, true);
    blob.set(text, at);
    at += text.length + 1;
  });
  return blob;
}

function ruleIds(event: string): string[] {
  const { triggers = [] } = JSON.parse(event) as { triggers?: { rule?: { id?: string } }[] };
  return triggers.map((trigger) => trigger.rule?.id ?? "");
}
