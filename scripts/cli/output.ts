// What the commands print: text for people, with colours on a terminal only, or one JSON document.

/** Exit codes: nothing to complain of · problems or findings · the command line cannot be used. */
export const EXIT = { ok: 0, problems: 1, usage: 2 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The command line, or a file it names, cannot be used; the message says why. */
export class UsageError extends Error {
  override name = "UsageError";
}

const COLOURS = { red: 31, green: 32, yellow: 33, dim: 2, bold: 1 } as const;

export function print(text: string): void {
  process.stdout.write(text + "\n");
}

export function printJson(value: unknown): void {
  print(JSON.stringify(value, null, 2));
}

/** `text` in a colour where stdout is a terminal and NO_COLOR is not set. */
export function paint(colour: keyof typeof COLOURS, text: string): string {
  const coloured = process.stdout.isTTY === true && !process.env["NO_COLOR"];
  return coloured ? `\x1b[${COLOURS[colour]}m${text}\x1b[0m` : text;
}

/** `1 problem`, `2 problems`. */
export function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? "" : "s"}`;
}

/** A text from outside on one line, its control characters escaped: no terminal sequence gets through. */
export function shown(text: string): string {
  return JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"');
}
