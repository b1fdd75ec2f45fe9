// A case as the bytes of an HTTP/1.1 request: nothing of it is tidied up.
import type { Case } from "./cases.ts";

/** For cases that name no host. */
export const DEFAULT_HOST = "api.example.com";

const WITH_BODY = ["POST", "PUT", "PATCH"];

export function requestBytes({ method, path, headers, body }: Case): Buffer {
  const lines = [`${method} ${path} HTTP/1.1`];
  if (!has(headers, "host")) lines.push(`Host: ${DEFAULT_HOST}`);
  for (const [name, value] of headers) lines.push(`${name}: ${value}`);
  if (needsLength(method, headers, body)) lines.push(`Content-Length: ${body.length}`);
  return Buffer.concat([Buffer.from(lines.join("\r\n") + "\r\n\r\n"), body]);
}

/** True when the sender must add a Content-Length. */
export function needsLength(method: string, headers: Case["headers"], body: Buffer): boolean {
  return !has(headers, "content-length") && (body.length > 0 || WITH_BODY.includes(method));
}

function has(headers: Case["headers"], name: string): boolean {
  return headers.some(([own]) => own.toLowerCase() === name);
}
