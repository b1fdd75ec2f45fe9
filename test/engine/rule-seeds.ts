// Every string in the cases of the rules: attacks, and values that look like them.
import { readFileSync, readdirSync } from "node:fs";
import { parse } from "yaml";

export const SEEDS = readdirSync("test/rules").flatMap((file) =>
  strings(parse(readFileSync(`test/rules/${file}`, "utf8"))),
);

function strings(node: unknown): string[] {
  if (typeof node === "string") return node === "" ? [] : [node];
  if (node === null || typeof node !== "object") return [];
  return Object.values(node).flatMap(strings);
}
