import { detectOpenRedirect } from "../../../../assembly/core/match/open-redirect";
import { detects } from "./detector-rows";

const DISGUISED: string[] = [
  "/\\evil.com",
  "\\/evil.com/x",
  "///evil.com",
  "//\\evil.com",
  "\\\\\\evil.com",
  "/\t/evil.com",
  "//%09/evil.com",
  "/%5cevil.com",
  "https:evil.com",
  "https:/evil.com",
  "https:///evil.com/",
  "https:%2f%2fevil.com",
  "https://\\evil.com",
  "HTTPS:\\evil.com",
  "/https://evil.com",
  "//https:///evil.com/..",
  "https://good.com@evil.net/",
  "//good.com@evil.net",
  "http://good>x\\y@0xd83ad6ce",
  "http://good>x\\y@[::ffff:8.8.8.8]",
  "http://good.com\\evil.net",
  "http://good.com&evil.net",
  "//evil.com/%2e%2e",
  "https://evil.com//..",
  "//evil。com",
  "https://evil．com/",
  "//evil%E3%80%82com",
  "〱evil.com",
  "/〵evil.com",
  "<>//evil.com",
  "///;@evil.com",
  "//evil.com",
  "/x?u=//evil.com&v=//evil.com&w=//evil.com",
];

const PLAIN: string[] = [
  "https://evil.com/",
  "https://evil.com//a/b",
  "//cdn.example.com/x.js",
  "https://user:word@git.example.com/a.git",
  "https://john.doe@git.example.com/a.git",
  "https:\\/\\/cdn.example.com\\/x.js",
  "\\/\\/cdn.example.com\\/x.js",
  "\\\\server.example.com\\share",
  "/a/b.com",
  "/\\w+\\.com/",
  "///usr/lib/libc.so.6",
  "// example.com is ours",
  "//\n// see example.com for more",
  "http:8080",
  "http://example.com\\nhttp://example.org",
  "http://example.com&a=b.com",
  "https: example.com",
  "/x?a=1&b=2&c=3",
  "/x?u=//a.com&v=//b.com&w=//c.com",
  "https://xn--bcher-kva.example/",
  "東京。日本",
];

describe("core/match/open-redirect detectOpenRedirect", () => {
  test("addresses in disguise", () => {
    for (let i = 0; i < DISGUISED.length; i++)
      expect(detects(DISGUISED[i], detectOpenRedirect)).toBe(true, DISGUISED[i]);
  });
  test("addresses as clients write them", () => {
    for (let i = 0; i < PLAIN.length; i++)
      expect(detects(PLAIN[i], detectOpenRedirect)).toBe(false, PLAIN[i]);
  });
  test("an address cut anywhere is read to its end and no further", () => {
    for (let row = 0; row < DISGUISED.length; row++) {
      const text = DISGUISED[row];
      for (let i = 0; i < text.length; i++) detects(text.substring(0, i), detectOpenRedirect);
    }
    expect(detects("https://good.com@", detectOpenRedirect)).toBe(false);
  });
});
