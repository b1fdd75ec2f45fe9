// What parsers pushed, as one line of text for tables: `path=value` for strings, `path:value` for numbers and
// literals, `path#` for keys and `path{}` for containers, separated by blanks.
import { InputKind, Inputs } from "../../../../assembly/core/inputs/inputs";
import { KeyPath } from "../../../../assembly/core/inputs/key-path";

export class Bytes {
  at: usize;
  len: u32;
  constructor(text: string) {
    this.len = <u32>String.UTF8.byteLength(text);
    this.at = heap.alloc(this.len);
    String.UTF8.encodeUnsafe(changetype<usize>(text), text.length, this.at);
  }
}

export function listing(inputs: Inputs): string {
  const parts: string[] = [];
  for (let i: u32 = 0; i < inputs.count; i++) {
    const kind = inputs.kind(i);
    const value = String.UTF8.decodeUnsafe(inputs.at(i), inputs.len(i));
    const path = pathText(inputs.keyPath(i));
    if (kind == InputKind.Key) parts.push(path + "#" + (path.endsWith(value) ? "" : value));
    else if (kind == InputKind.Container) parts.push(path + "{}");
    else parts.push(path + (kind == InputKind.String ? "=" : ":") + value);
  }
  inputs.clear();
  return parts.join(" ");
}

export function pathText(node: usize): string {
  let text = "";
  for (let at = node; at != 0; at = changetype<KeyPath>(at).parent) {
    const path = changetype<KeyPath>(at);
    const element = path.index >= 0 ? path.index.toString() : String.UTF8.decodeUnsafe(path.at, path.len);
    text = text.length == 0 && at == node ? element : element + "." + text;
  }
  return text;
}
