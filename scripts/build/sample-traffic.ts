// Sends a filter in the making a few requests of the common kinds, to learn which of its functions they run: as much of a
// proxy-wasm host as that takes. Nothing here is judged, so that the answers of the host are the least there can be.
import { headerBlob } from "../engine/header-blob.ts";
import type { HeaderPair } from "../engine/header-blob.ts";

const CONFIGURATION = '{"mode":"block","hold_headers":true}';
const PLUGIN = 1;
const OK = 0;
const NOT_FOUND = 1;
const PLUGIN_CONFIGURATION = 7;
const ROUNDS = 8;

const BROWSER: HeaderPair[] = [
  [":authority", "shop.example.com"],
  [":scheme", "https"],
  ["user-agent", "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"],
  ["accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"],
  ["accept-language", "en-GB,en;q=0.7"],
  ["accept-encoding", "gzip, deflate"],
  ["referer", "https://shop.example.com/lamps?page=2"],
  ["cookie", "session=5f2d9c1b7a; theme=dark; seen=1%2C2%2C3"],
  ["x-forwarded-proto", "https"],
  ["x-request-id", "0e5ae5b5-6a0b-4d39-9b1f-c0ffee000001"],
];
const RESPONSE: HeaderPair[] = [
  [":status", "200"],
  ["content-type", "application/json"],
  ["content-length", "47"],
  ["date", "Sat, 01 Jun 2024 10:00:00 GMT"],
];
const ANSWER = '{"items":[{"id":1,"name":"Lamp","price":39.5}]}';

/** Values that make detectors look and find nothing, as prose, dates, addresses and links do. */
const order = (n: number): object => ({
  id: `7c9e6679-7425-40de-944b-e07fc1f90a${10 + n}`,
  customer: { name: "Ann O'Neill", email: `ann.${n}@example.com`, phone: "+44 20 7946 0958" },
  address: { street: "1600 Select Ave, Apt #3", city: "Zürich", zip: `80${n}1` },
  items: [{ sku: `A-${n}`, title: "Desk lamp (brass) & shade", price: 39.5 + n, gift: n % 2 === 0, note: null }],
  created: "2024-06-01T10:00:00Z",
  link: `https://shop.example.com/orders?id=${n}&from=mail`,
  text: "Please leave it at the door; we're in from 5 – 7. Thanks!",
});
const multipart = (n: number): string =>
  [
    '--b\r\ncontent-disposition: form-data; name="title"\r\n\r\nInvoice',
    `--b\r\ncontent-disposition: form-data; name="file"; filename="list-${n}.csv"\r\ncontent-type: text/csv\r\n`,
    `id,name\r\n${n},Lamp\r\n--b--\r\n`,
  ].join("\r\n");

interface Sample {
  method: string;
  path: string;
  type?: string;
  body?: string;
}

function samples(n: number): Sample[] {
  const path = "/api/orders";
  return [
    { method: "GET", path: `/api/items?q=brass+lamp&page=${n}&sort=price%3Aasc&from=2024-06-01&max=${n}9.5` },
    { method: "POST", path, type: "application/json", body: JSON.stringify(order(n)) },
    {
      method: "POST",
      path,
      type: "application/json",
      body: JSON.stringify({ orders: Array.from({ length: 12 }, (_, i) => order(n + i)) }),
    },
    {
      method: "POST",
      path: "/contact",
      type: "application/x-www-form-urlencoded",
      body: `name=Ann+${n}&mail=ann%40example.com&text=It%27s+fine`,
    },
    { method: "POST", path: "/upload", type: "multipart/form-data; boundary=b", body: multipart(n) },
  ];
}

type Callback = (...args: number[]) => number;

class SampleHost {
  #exports!: Record<string, Callback>;
  #memory!: WebAssembly.Memory;
  #maps: Record<number, Uint8Array> = {};
  #buffers: Record<number, Uint8Array> = {};
  #next = PLUGIN + 1;

  async start(wasm: Uint8Array, own: Record<string, Callback>): Promise<void> {
    const module = await WebAssembly.compile(new Uint8Array(wasm));
    const functions: Record<string, Record<string, Callback>> = { env: {}, wasi_snapshot_preview1: {} };
    for (const { module: from, name } of WebAssembly.Module.imports(module))
      functions[from]![name] = own[name] ?? this.#calls[name] ?? (() => OK);
    const { exports } = await WebAssembly.instantiate(module, functions);
    this.#exports = exports as Record<string, Callback>;
    this.#memory = exports["memory"] as WebAssembly.Memory;
    this.#call("_initialize");
    this.#call("proxy_on_context_create", PLUGIN, 0);
    this.#buffers[PLUGIN_CONFIGURATION] = Buffer.from(CONFIGURATION);
    if (!this.#call("proxy_on_configure", PLUGIN, CONFIGURATION.length))
      throw new Error("the filter refuses the configuration that samples are played under");
  }

  play({ method, path, type, body }: Sample): void {
    const id = this.#next++;
    const request: HeaderPair[] = [[":method", method], [":path", path], ...BROWSER];
    if (type !== undefined) request.push(["content-type", type], ["content-length", `${body!.length}`]);
    this.#maps = { 0: headerBlob(request), 2: headerBlob(RESPONSE) };
    this.#buffers = { 0: Buffer.from(body ?? ""), 1: Buffer.from(ANSWER) };
    this.#call("proxy_on_context_create", id, PLUGIN);
    this.#call("proxy_on_request_headers", id, request.length, body === undefined ? 1 : 0);
    if (body !== undefined) {
      this.#call("proxy_on_request_body", id, this.#buffers[0]!.length, 0);
      this.#call("proxy_on_request_body", id, this.#buffers[0]!.length, 1);
    }
    this.#call("proxy_on_response_headers", id, RESPONSE.length, 0);
    this.#call("proxy_on_response_body", id, ANSWER.length, 0);
    this.#call("proxy_on_response_body", id, 0, 1);
    this.#call("proxy_on_log", id);
    this.#call("proxy_on_delete", id);
  }

  readonly #calls: Record<string, Callback> = {
    proxy_get_header_map_pairs: (map, at, size) => this.#give(this.#maps[map!], at!, size!),
    proxy_get_buffer_bytes: (buffer, from, length, at, size) =>
      this.#give(this.#buffers[buffer!]?.subarray(from, from! + length!), at!, size!),
    proxy_get_property: () => NOT_FOUND,
    proxy_get_shared_data: () => NOT_FOUND,
  };

  #give(bytes: Uint8Array | undefined, at: number, size: number): number {
    if (bytes === undefined) return NOT_FOUND;
    const to = this.#call("malloc", bytes.length);
    new Uint8Array(this.#memory.buffer).set(bytes, to);
    const view = new DataView(this.#memory.buffer);
    view.setUint32(at, to, true);
    view.setUint32(size, bytes.length, true);
    return OK;
  }

  #call(name: string, ...args: number[]): number {
    return this.#exports[name]!(...args);
  }
}

/** Plays samples to the filter `wasm`; `use` is told each number that the filter gives to its import `trace`. */
export async function playSamples(
  wasm: Uint8Array,
  trace: string,
  use: (place: number) => void,
): Promise<void> {
  const host = new SampleHost();
  let isWarm = false;
  const note: Callback = (place) => {
    if (isWarm) use(place!);
    return 0;
  };
  await host.start(wasm, { [trace]: note });
  for (let n = 0; n < ROUNDS; n++) {
    for (const sample of samples(n)) host.play(sample);
    isWarm = true;
  }
}
