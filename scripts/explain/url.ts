// Host and target of a URL, left as they are written: what an attack relies on must not be tidied up.
import { UsageError } from "../cli/output.ts";

export interface UrlParts {
  host: string;
  /** Path and query, without the fragment. */
  target: string;
}

/** `asIs` false: dot segments are resolved (RFC 3986 §5.2.4), as clients do before they send. */
export function targetOf(url: string, asIs: boolean): UrlParts {
  const [, scheme, authority = "", rest = ""] = /^(?:([a-z][\w+.-]*):\/\/)?([^/?#]*)([^#]*)/i.exec(url) ?? [];
  if (scheme !== undefined && !/^https?$/i.test(scheme))
    throw new UsageError(`${url}: only http and https URLs can be explained.`);
  if (authority === "") throw new UsageError(`${url}: has no host.`);
  const cut = rest.indexOf("?");
  const path = cut < 0 ? rest : rest.slice(0, cut);
  const query = cut < 0 ? "" : rest.slice(cut);
  const rooted = path.startsWith("/") ? path : `/${path}`;
  return { host: authority.replace(/^[^@]*@/, ""), target: (asIs ? rooted : withoutDots(rooted)) + query };
}

function withoutDots(path: string): string {
  const kept: string[] = [];
  const segments = path.slice(1).split("/");
  segments.forEach((segment, i) => {
    const isLast = i === segments.length - 1;
    if (segment === "..") kept.pop();
    if (segment !== "." && segment !== "..") kept.push(segment);
    else if (isLast) kept.push("");
  });
  return `/${kept.join("/")}`;
}
