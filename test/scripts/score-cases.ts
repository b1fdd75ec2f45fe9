// A small case file for the tests of `wardgate score`.
export function caseLine(id: string, expect: "block" | "pass", more: object = {}): string {
  const base = { id, set: `own-${expect}`, class: "sqli", location: "query", expect, method: "GET" };
  return JSON.stringify({
    ...base,
    path: "/items?q=lamp",
    headers: [["Accept", "*/*"]],
    payload: "",
    ...more,
  });
}

export const CASES = [
  caseLine("a1", "block", { path: "/items?q=1%27%20OR%201=1--%20", payload: "1' OR 1=1-- " }),
  caseLine("a2", "block", {
    ...{ class: "xss", location: "body-json", method: "POST", path: "/items" },
    headers: [["content-type", "application/json"]],
    body_b64: Buffer.from('{"text":"<script>alert(1)</script>"}').toString("base64"),
  }),
  caseLine("a3", "block", { path: "/items?q=harmless" }),
  caseLine("a4", "block", { class: "protocol", path: "/items?q=odd" }),
  caseLine("b1", "pass"),
  caseLine("b2", "pass", { path: "/items?q=O%27Brien" }),
  caseLine("b3", "pass", { path: "/items?q=..%2f..%2fetc%2fpasswd" }),
].join("\n");
