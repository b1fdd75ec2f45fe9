// A curl command line as the request it would send (https://curl.se/docs/manpage.html). Options that do not change the request are passed
// over; one that is not known is refused, as it might.
import { basename } from "node:path";
import { UsageError } from "../cli/output.ts";
import { readBytes, type NamedRequest } from "./request.ts";
import { shellWords } from "./shell-words.ts";
import { targetOf } from "./url.ts";

/** Letter → long name. */
const SHORT: Record<string, string> = {
  ...{
    X: "request",
    H: "header",
    d: "data",
    F: "form",
    A: "user-agent",
    e: "referer",
    b: "cookie",
    u: "user",
  },
  ...{
    G: "get",
    I: "head",
    o: "output",
    m: "max-time",
    E: "cert",
    x: "proxy",
    w: "write-out",
    c: "cookie-jar",
  },
  ...{
    D: "dump-header",
    k: "insecure",
    s: "silent",
    S: "show-error",
    L: "location",
    v: "verbose",
    i: "include",
  },
  ...{
    f: "fail",
    g: "globoff",
    N: "no-buffer",
    "#": "progress-bar",
    O: "remote-name",
    q: "disable",
    n: "netrc",
  },
  ...{
    "0": "http1.0",
    "4": "ipv4",
    "6": "ipv6",
    r: "range",
    J: "remote-header-name",
    j: "junk-session-cookies",
  },
};
const WITH_VALUE = new Set([
  ...["request", "header", "data", "data-ascii", "data-binary", "data-raw", "data-urlencode", "json", "form"],
  ...["form-string", "user-agent", "referer", "cookie", "user", "url", "url-query", "range", "oauth2-bearer"],
]);
const WITHOUT_VALUE = new Set(["get", "head", "compressed", "path-as-is", "http1.0"]);
const PASSED_OVER_WITH_VALUE = new Set([
  ...[
    "output",
    "max-time",
    "connect-timeout",
    "cert",
    "key",
    "cacert",
    "capath",
    "proxy",
    "resolve",
    "retry",
  ],
  ...[
    "write-out",
    "cookie-jar",
    "dump-header",
    "interface",
    "limit-rate",
    "ciphers",
    "retry-delay",
    "max-redirs",
  ],
  ...["connect-to", "unix-socket", "tls-max", "cert-type", "key-type", "proxy-user", "stderr", "trace"],
]);
const PASSED_OVER = new Set([
  ...["insecure", "silent", "show-error", "location", "verbose", "include", "fail", "globoff", "no-buffer"],
  ...[
    "progress-bar",
    "remote-name",
    "disable",
    "netrc",
    "http1.1",
    "http2",
    "http2-prior-knowledge",
    "http3",
  ],
  ...["ipv4", "ipv6", "no-progress-meter", "fail-with-body", "tlsv1.2", "tlsv1.3", "no-keepalive", "anyauth"],
  ...[
    "basic",
    "remote-header-name",
    "junk-session-cookies",
    "location-trusted",
    "no-alpn",
    "tr-encoding",
    "http0.9",
  ],
]);
const FORM = "application/x-www-form-urlencoded";
const BOUNDARY = "------------------------wardgateexplain";

type Option = [name: string, value: string];

export function curlRequest(line: string): NamedRequest {
  const [program, ...words] = shellWords(line);
  if (program === undefined || basename(program).replace(/\.exe$/, "") !== "curl")
    throw new UsageError(`curl: the command line must begin with "curl", not "${program ?? ""}".`);
  const { options, urls } = readOptions(words);
  const [url, ...others] = urls;
  if (url === undefined) throw new UsageError("curl: there is no URL.");
  if (others.length > 0) throw new UsageError(`curl: more than one URL: ${others.join(" ")}`);
  return requestOf(url, options);
}

function readOptions(words: string[]): { options: Option[]; urls: string[] } {
  const options: Option[] = [];
  const urls: string[] = [];
  let onlyUrls = false;
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    const take = (name: string, attached: string | undefined): void => {
      const value = attached ?? words[++i];
      if (value === undefined) throw new UsageError(`curl: ${word} needs a value.`);
      if (name === "url") urls.push(value);
      else if (WITH_VALUE.has(name)) options.push([name, value]);
    };
    if (onlyUrls || !word.startsWith("-") || word === "-") urls.push(word);
    else if (word === "--") onlyUrls = true;
    else if (word.startsWith("--")) readLong(word.slice(2), options, take);
    else readShort(word, options, take);
  }
  return { options, urls };
}

type Take = (name: string, attached: string | undefined) => void;

function readLong(name: string, options: Option[], take: Take): void {
  if (WITH_VALUE.has(name) || PASSED_OVER_WITH_VALUE.has(name)) take(name, undefined);
  else if (WITHOUT_VALUE.has(name)) options.push([name, ""]);
  else if (!PASSED_OVER.has(name)) throw new UsageError(`curl: --${name} is not understood here.`);
}

/** Letters may be bundled; what follows one that takes a value is its value. */
function readShort(word: string, options: Option[], take: Take): void {
  for (let j = 1; j < word.length; j++) {
    const name = SHORT[word[j]!];
    if (name === undefined) throw new UsageError(`curl: -${word[j]} is not understood here.`);
    if (WITH_VALUE.has(name) || PASSED_OVER_WITH_VALUE.has(name)) {
      take(name, j + 1 < word.length ? word.slice(j + 1) : undefined);
      return;
    }
    if (WITHOUT_VALUE.has(name)) options.push([name, ""]);
  }
}

function requestOf(url: string, options: Option[]): NamedRequest {
  const has = (name: string) => options.some(([own]) => own === name);
  const last = (name: string) => options.findLast(([own]) => own === name)?.[1];
  const data = dataOf(options);
  const form = options.filter(([name]) => name === "form" || name === "form-string");
  if (data !== undefined && form.length > 0)
    throw new UsageError("curl: --data and --form exclude each other.");
  const extra = options
    .filter(([name]) => name === "url-query")
    .map(([, text]) => urlEncoded(text).toString());
  if (has("get") && data !== undefined) extra.push(data.toString("latin1"));
  const { host, target } = targetOf(url, has("path-as-is"));
  const query = extra.join("&");
  const path = query === "" ? target : target + (target.includes("?") ? "&" : "?") + query;
  const body = has("get") ? undefined : form.length > 0 ? formBody(form) : data;
  const method = last("request") ?? (has("head") ? "HEAD" : body === undefined ? "GET" : "POST");
  const type =
    form.length > 0 ? `multipart/form-data; boundary=${BOUNDARY}` : has("json") ? "application/json" : FORM;
  const headers = headersOf(host, options, body === undefined ? undefined : type);
  if (body !== undefined) headers.push(["content-length", String(body.length)]);
  return {
    name: `${method} ${url}`,
    request: { method, path, headers, ...(body !== undefined && { body }) },
  };
}

/** All data options together, joined by `&`; undefined when there are none. */
function dataOf(options: Option[]): Buffer | undefined {
  const parts = options.flatMap(([name, text]) => {
    if (name === "data-raw") return [Buffer.from(text)];
    if (name === "data-urlencode") return [urlEncoded(text)];
    if (name !== "data" && name !== "data-ascii" && name !== "data-binary" && name !== "json") return [];
    if (!text.startsWith("@")) return [Buffer.from(text)];
    const bytes = readBytes(text.slice(1));
    return [name === "data" || name === "data-ascii" ? bytes.filter((c) => c !== 10 && c !== 13) : bytes];
  });
  if (parts.length === 0) return undefined;
  const separator = options.some(([name]) => name === "json") ? "" : "&";
  return Buffer.concat(
    parts.flatMap((part, i) => (i === 0 ? [part] : [Buffer.from(separator), Buffer.from(part)])),
  );
}

/** `content`, `=content`, `name=content`, `@file` or `name@file`. */
function urlEncoded(text: string): Buffer {
  const [, name = "", kind, rest = ""] = /^([^=@]*)([=@])([^]*)$/.exec(text) ?? [, "", "=", text];
  const bytes = kind === "@" ? readBytes(rest) : Buffer.from(rest);
  const isPlain = (c: number) => /[\w.~-]/.test(String.fromCharCode(c));
  const encoded = [...bytes].map((c) =>
    c < 0x80 && isPlain(c) ? String.fromCharCode(c) : `%${c.toString(16).toUpperCase().padStart(2, "0")}`,
  );
  return Buffer.from((name === "" ? "" : `${name}=`) + encoded.join(""));
}

/** `name=value`, `name=@file` or `name=<file`, each with `;type=` and `;filename=`. */
function formBody(parts: Option[]): Buffer {
  const written = parts.map(([option, text]) => {
    const equals = text.indexOf("=");
    if (equals < 0) throw new UsageError(`curl: --form ${text}: write it as name=value.`);
    const name = text.slice(0, equals);
    const value = text.slice(equals + 1);
    if (option === "form-string" || !/^[@<]/.test(value)) return formPart(name, "", "", Buffer.from(value));
    const [file = "", ...rest] = value.slice(1).split(";");
    const parameter = (key: string) =>
      rest
        .find((one) => one.trim().startsWith(`${key}=`))
        ?.split("=")
        .slice(1)
        .join("=") ?? "";
    const filename = value.startsWith("<") ? "" : parameter("filename") || basename(file);
    const type = parameter("type") || (filename === "" ? "" : "application/octet-stream");
    return formPart(name, filename, type, readBytes(file));
  });
  return Buffer.concat([...written, Buffer.from(`--${BOUNDARY}--\r\n`)]);
}

function formPart(name: string, filename: string, type: string, bytes: Buffer): Buffer {
  const file = filename === "" ? "" : `; filename="${filename}"`;
  const head = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"${file}\r\n`;
  const typed = type === "" ? "" : `Content-Type: ${type}\r\n`;
  return Buffer.concat([Buffer.from(`${head}${typed}\r\n`), bytes, Buffer.from("\r\n")]);
}

/** Own headers take the place of curl's; `Name:` takes one away, `Name;` sends it empty. */
function headersOf(host: string, options: Option[], type: string | undefined): [string, string][] {
  const value = (name: string) => options.findLast(([own]) => own === name)?.[1];
  const user = value("user");
  const bearer = value("oauth2-bearer");
  const cookie = value("cookie");
  if (cookie !== undefined && !cookie.includes("="))
    throw new UsageError("curl: --cookie with a file is not understood here: give the cookies themselves.");
  const defaults: [string, string | undefined][] = [
    ["host", host],
    ["authorization", user !== undefined ? `Basic ${Buffer.from(user).toString("base64")}` : undefined],
    ["authorization", bearer === undefined ? undefined : `Bearer ${bearer}`],
    ["user-agent", value("user-agent") ?? "curl/8.5.0"],
    ["accept", options.some(([name]) => name === "json") ? "application/json" : "*/*"],
    ["referer", value("referer")],
    ["cookie", cookie],
    ["range", value("range") && `bytes=${value("range")}`],
    [
      "accept-encoding",
      options.some(([name]) => name === "compressed") ? "deflate, gzip, br, zstd" : undefined,
    ],
    ["content-type", type],
  ];
  const own = options.filter(([name]) => name === "header").map(([, text]) => headerOf(text));
  const kept = defaults.filter(([name, text]) => text && !own.some(([other]) => other === name));
  return [
    ...(kept as [string, string][]),
    ...own.filter((pair): pair is [string, string] => pair[1] !== undefined),
  ];
}

function headerOf(text: string): [string, string | undefined] {
  const [, name = "", mark, value = ""] = /^([^:;]+)([:;])([^]*)$/.exec(text) ?? [];
  if (mark === undefined) throw new UsageError(`curl: header "${text}": write it as "name: value".`);
  const trimmed = value.trim();
  return [name.trim().toLowerCase(), mark === ":" && trimmed === "" ? undefined : trimmed];
}
