// Requests as real clients send them, the same bytes on every machine and every day: a shop's orders with people's names, addresses,
// prose, prices, dates and identifiers. All of it is benign, apostrophes and words such as "select" included.

/** A small generator of pseudo-random numbers (mulberry32), so that payloads are varied but always the same. */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

export const BROWSER_HEADERS: readonly string[] = [
  "host: shop.example.com",
  "user-agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
  "accept: application/json, text/plain, */*",
  "accept-language: en-GB,en;q=0.9,de;q=0.7",
  "accept-encoding: gzip, deflate, br, zstd",
  "referer: https://shop.example.com/catalogue/garden?page=3",
  "cookie: session=8f14e45fceea167a5a36dedd4bea2543; theme=dark; consent=analytics%3Dno",
  "sec-fetch-mode: cors",
];

export const NAMES = [
  "Miles O'Brien",
  "Zoë Müller",
  "Ana-Lucía Cortez",
  "D'Arcy Wretzky",
  "李小龙",
  "Søren Kierkegaard",
  "Jo Ann Drop",
];
export const STREETS = [
  "12 Union Street",
  "Rue de l'Église 4",
  "Am Tor 7a",
  "1600 Select Ave, Apt #3",
  "Calle Mayor 33",
];
export const ITEMS = [
  "Garden table, oak",
  'Lamp "Aurora" 40cm',
  "Tea & biscuits (box of 12)",
  "Rock'n'roll poster",
  "USB-C cable <2m>",
];
export const NOTES = [
  "Please leave it with the neighbour; I'm back after 5 pm.",
  "Gift for my sister - don't put the invoice in the parcel.",
  "The last order came with a broken corner, see ticket 48213. Could you select a sturdier box this time?",
  "Delivered on time, packed well, and the colour is just as in the picture. Would order again!",
  "Call +49 30 1234567 or write to orders@example.org if anything is missing.",
];

/** One of the given. */
export function pick<T>(random: () => number, from: readonly T[]): T {
  return from[Math.floor(random() * from.length)]!;
}

/** So many hexadecimal digits. */
export function hex(random: () => number, digits: number): string {
  return Array.from({ length: digits }, () => Math.floor(random() * 16).toString(16)).join("");
}

function order(random: () => number, id: number): object {
  const lines = Array.from({ length: 1 + Math.floor(random() * 4) }, () => ({
    sku: `${hex(random, 4).toUpperCase()}-${hex(random, 6)}`,
    title: pick(random, ITEMS),
    quantity: 1 + Math.floor(random() * 5),
    price: { amount: Math.round(random() * 40000) / 100, currency: "EUR" },
  }));
  return {
    id,
    uuid: `${hex(random, 8)}-${hex(random, 4)}-4${hex(random, 3)}-a${hex(random, 3)}-${hex(random, 12)}`,
    created: `2026-0${1 + Math.floor(random() * 9)}-1${Math.floor(random() * 10)}T08:3${Math.floor(random() * 10)}:00Z`,
    customer: {
      name: pick(random, NAMES),
      email: `user${id}@example.org`,
      address: { street: pick(random, STREETS), zip: hex(random, 5) },
    },
    lines,
    paid: random() > 0.5,
    discount: null,
    note: pick(random, NOTES),
  };
}

/** Five parameters of a shop's catalogue. */
export function catalogueQuery(seed: number): string {
  const random = randomNumbers(seed);
  const parameters = {
    page: String(1 + Math.floor(random() * 40)),
    sort: pick(random, ["price", "name", "newest"]),
    filter: pick(random, ITEMS).split(/[ ,]/)[0]!,
    q: `${pick(random, NAMES)} ${pick(random, ["oak", "poster", "lamp"])}`,
    session: hex(random, 16),
  };
  return Object.entries(parameters)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join("&");
}

/** A JSON document of exactly `size` bytes: orders, and a remark that fills what is left. `size` must have room for one order. */
export function ordersJson(size: number, seed = 1): string {
  const random = randomNumbers(seed);
  const orders: string[] = [];
  let left = size - '{"orders":[],"remark":""}'.length;
  for (let id = 1; ; id++) {
    const text = JSON.stringify(order(random, id));
    const added = Buffer.byteLength(text) + (orders.length > 0 ? 1 : 0);
    if (added > left) break;
    orders.push(text);
    left -= added;
  }
  if (orders.length === 0) throw new Error(`no order fits into ${size} bytes`);
  const prose = NOTES.join(" ");
  return `{"orders":[${orders.join(",")}],"remark":"${prose.repeat(1 + Math.floor(left / prose.length)).slice(0, left)}"}`;
}

/** The bytes of an HTTP/1.1 request with browser headers. */
export function rawRequest(
  method: string,
  path: string,
  headers: readonly string[] = [],
  body?: string | Buffer,
): Buffer {
  const lines = [
    `${method} ${path} HTTP/1.1`,
    ...BROWSER_HEADERS.filter((line) => !replaced(line, headers)),
    ...headers,
  ];
  if (body !== undefined) lines.push(`content-length: ${Buffer.byteLength(body)}`);
  return Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`), Buffer.from(body ?? "")]);
}

function replaced(line: string, by: readonly string[]): boolean {
  const name = line.slice(0, line.indexOf(":") + 1);
  return by.some((other) => other.startsWith(name));
}
