// Splits a command line into words as a POSIX shell does, with the $'…' of bash that browsers write. Nothing is expanded: a variable, a
// substitution or a second command is refused, since what it stands for is not known here.
import { UsageError } from "../cli/output.ts";

const ESCAPES: Record<string, string> = {
  ...{ n: "\n", r: "\r", t: "\t", a: "\x07", b: "\b", e: "\x1b", E: "\x1b", f: "\f", v: "\v" },
  ...{ "\\": "\\", "'": "'", '"': '"', "?": "?" },
};

export function shellWords(line: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let at = 0;
  while (at < line.length) {
    const c = line[at]!;
    if (c === " " || c === "\t" || c === "\n" || c === "\r") {
      if (word !== undefined) words.push(word);
      word = undefined;
      at++;
    } else if (c === "#" && word === undefined) {
      const end = line.indexOf("\n", at);
      at = end < 0 ? line.length : end;
    } else if (";|&<>()".includes(c)) {
      throw new UsageError(`curl: "${c}" at character ${at + 1}: give one command, quoted as for a shell.`);
    } else {
      const { text, next } = piece(line, at);
      if (text !== undefined) word = (word ?? "") + text;
      at = next;
    }
  }
  if (word !== undefined) words.push(word);
  return words;
}

interface Piece {
  /** Undefined for the end of a line that goes on. */
  text: string | undefined;
  next: number;
}

function piece(line: string, at: number): Piece {
  const c = line[at];
  if (c === "'") return singleQuoted(line, at + 1);
  if (c === '"') return doubleQuoted(line, at + 1);
  if (c === "$" && line[at + 1] === "'") return ansiQuoted(line, at + 2);
  if (c === "`" || (c === "$" && /[\w({]/.test(line[at + 1] ?? ""))) throw expansion(at);
  if (c !== "\\") return { text: c, next: at + 1 };
  const newline = /^\r?\n/.exec(line.slice(at + 1, at + 3));
  if (newline !== null) return { text: undefined, next: at + 1 + newline[0].length };
  return { text: line[at + 1] ?? "\\", next: at + 2 };
}

function singleQuoted(line: string, at: number): Piece {
  const end = line.indexOf("'", at);
  if (end < 0) throw open("'", at);
  return { text: line.slice(at, end), next: end + 1 };
}

function doubleQuoted(line: string, from: number): Piece {
  let text = "";
  for (let at = from; at < line.length; at++) {
    const c = line[at]!;
    if (c === '"') return { text, next: at + 1 };
    if (c === "`" || (c === "$" && /[\w({]/.test(line[at + 1] ?? ""))) throw expansion(at);
    if (c === "\\" && '"\\$`\n'.includes(line[at + 1] ?? " ")) {
      at++;
      if (line[at] !== "\n") text += line[at];
    } else {
      text += c;
    }
  }
  throw open('"', from);
}

function ansiQuoted(line: string, from: number): Piece {
  let text = "";
  for (let at = from; at < line.length; at++) {
    const c = line[at]!;
    if (c === "'") return { text, next: at + 1 };
    if (c !== "\\") {
      text += c;
      continue;
    }
    const rest = line.slice(at + 1);
    const code = /^(?:x([\da-f]{1,2})|u([\da-f]{1,4})|U([\da-f]{1,8})|([0-7]{1,3}))/i.exec(rest);
    if (code !== null) {
      const octal = code[4];
      const point = octal === undefined ? parseInt(code[1] ?? code[2] ?? code[3]!, 16) : parseInt(octal, 8);
      text += point <= 0x10ffff ? String.fromCodePoint(point) : "\ufffd";
      at += code[0].length;
    } else {
      text += ESCAPES[rest[0] ?? ""] ?? `\\${rest[0] ?? ""}`;
      at++;
    }
  }
  throw open("$'", from);
}

function open(quote: string, from: number): UsageError {
  return new UsageError(`curl: the quote ${quote} at character ${from} is never closed.`);
}

function expansion(at: number): UsageError {
  return new UsageError(
    `curl: character ${at + 1} begins a variable or substitution: put in what it stands for.`,
  );
}
