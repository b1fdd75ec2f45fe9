// Bodies beside the orders of payloads.ts: flat records, prose, forms and uploads, the same bytes on every machine. All of it is benign.
import { hex, ITEMS, NAMES, NOTES, pick, randomNumbers, STREETS } from "./payloads.ts";

const CODES = ["EUR", "USD", "A1", "north", "retail", "express", "open", "B2B"];

const PARAGRAPHS = [
  "## Upgrading\n\nRun `npm install` and then `npm run build`; the old `config.json` is read once and written anew. Nobody has to drop a table for it.",
  "The query planner will select an index when the filter is selective enough, and fall back to a full scan otherwise. We don't know a case where that hurts.",
  '```js\nconst total = lines.reduce((sum, line) => sum + line.price * line.quantity, 0);\nif (total > 100 && !customer.isNew) apply("discount");\n```',
  "It's been three weeks since we moved; the team's happy, the backlog isn't. Next: move the images, and where that's done, the thumbnails.",
  "- [x] Update the docs (see https://docs.example.org/guide?page=2#install)\n- [ ] Ask Zoë about the `--force` flag\n- [ ] Delete what's left in `/tmp/cache`",
  "```sh\ncurl -s https://api.example.org/v1/items | jq '.items[].name'\n```\n\nshould print every name, one per line; an empty list isn't an error.",
];

/** Repeats what `make` gives until `size` bytes are reached; answers the texts, which are as long together or a little less. */
function upTo(size: number, overhead: number, make: (index: number) => string): string[] {
  const texts: string[] = [];
  for (let left = size; ;) {
    const text = make(texts.length);
    left -= Buffer.byteLength(text) + overhead;
    if (left < 0) return texts;
    texts.push(text);
  }
}

/** JSON of at most `size` bytes: flat records of numbers, booleans, short identifiers and ISO dates, as machines send them. */
export function recordsJson(size: number, seed: number): string {
  const random = randomNumbers(seed);
  const records = upTo(size - 2, 1, (id) =>
    JSON.stringify({
      id: id + 1000 * seed,
      ref: hex(random, 8),
      ts: `2026-0${1 + Math.floor(random() * 9)}-1${Math.floor(random() * 10)}T0${Math.floor(random() * 10)}:12:${10 + Math.floor(random() * 50)}.${100 + Math.floor(random() * 900)}Z`,
      value: Math.round(random() * 1e6) / 1000,
      delta: Math.round((random() - 0.5) * 1e4),
      ok: random() > 0.1,
      code: pick(random, CODES),
      parent: random() > 0.7 ? null : Math.floor(random() * 1000),
    }),
  );
  return `[${records.join(",")}]`;
}

/** JSON of at most `size` bytes: articles of prose and Markdown with code in it, a few hundred to some thousand bytes a value. */
export function proseJson(size: number, seed: number): string {
  const random = randomNumbers(seed);
  const articles = upTo(size - '{"articles":[]}'.length, 1, (id) => {
    const count = 2 + Math.floor(random() * 8);
    const body = Array.from({ length: count }, () => pick(random, PARAGRAPHS)).join("\n\n");
    return JSON.stringify({ id, title: pick(random, NOTES), author: pick(random, NAMES), body });
  });
  return `{"articles":[${articles.join(",")}]}`;
}

/** A contact form of about a kilobyte, as browsers encode it. */
export function contactForm(seed: number): string {
  const random = randomNumbers(seed);
  return new URLSearchParams({
    name: pick(random, NAMES),
    email: `user${seed}@example.org`,
    street: pick(random, STREETS),
    zip: hex(random, 5),
    subject: `Order ${Math.floor(random() * 1e6)}: ${pick(random, ITEMS)}`,
    message: Array.from({ length: 6 }, () => pick(random, NOTES)).join("\r\n"),
    newsletter: "on",
    token: hex(random, 32),
  }).toString();
}

export const BOUNDARY = "----WebKitFormBoundary7MA4YWxkTrZu0gW";

export interface UploadedFile {
  name: string;
  type: string;
  content: Buffer;
}

/** A form with two fields, a file and another field. */
export function upload({ name, type, content }: UploadedFile, seed: number, note?: string): Buffer {
  const random = randomNumbers(seed);
  const field = (of: string, value: string): Buffer =>
    Buffer.from(`--${BOUNDARY}\r\nContent-Disposition: form-data; name="${of}"\r\n\r\n${value}\r\n`);
  const head = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\nContent-Type: ${type}\r\n\r\n`;
  return Buffer.concat([
    field("title", pick(random, ITEMS)),
    field("owner", pick(random, NAMES)),
    Buffer.from(head),
    content,
    Buffer.from("\r\n"),
    field("note", note ?? pick(random, NOTES)),
    Buffer.from(`--${BOUNDARY}--\r\n`),
  ]);
}

/** Bytes without meaning behind the first ones of a PNG. */
export function picture(size: number, seed: number): UploadedFile {
  const random = randomNumbers(seed);
  const content = Buffer.from(Uint8Array.from({ length: size }, () => Math.floor(random() * 256)));
  Buffer.from("89504e470d0a1a0a0000000d49484452", "hex").copy(content);
  return { name: "garden.png", type: "image/png", content };
}

/** Orders as a spreadsheet exports them, of at most `size` bytes. */
export function csv(size: number, seed: number): UploadedFile {
  const random = randomNumbers(seed);
  const head = "id;customer;item;quantity;price";
  const rows = upTo(size - head.length, 2, (id) =>
    [id, pick(random, NAMES), pick(random, ITEMS), 1 + Math.floor(random() * 5), random().toFixed(2)].join(
      ";",
    ),
  );
  return { name: "orders.csv", type: "text/csv", content: Buffer.from([head, ...rows].join("\r\n")) };
}
