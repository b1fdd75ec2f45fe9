// Percent-decoding as the core means it, written a second time: text is bytes in Latin-1.

/** `%XX` and `%uXXXX`; what is no escape stays. */
export function percentDecoded(text: string): string {
  let out = "";
  for (let at = 0; at < text.length;) {
    const unicode = /^(?:%u[0-9a-f]{4})+/i.exec(text.slice(at, at + 6000));
    if (unicode !== null) {
      const units = unicode[0].match(/[0-9a-f]{4}/gi)!.map((digits) => parseInt(digits, 16));
      out += wtf8(String.fromCharCode(...units));
      at += unicode[0].length;
      continue;
    }
    const byte = /^%([0-9a-f]{2})/i.exec(text.slice(at, at + 3));
    out += byte === null ? text[at] : String.fromCharCode(parseInt(byte[1]!, 16));
    at += byte === null ? 1 : 3;
  }
  return out;
}

function wtf8(text: string): string {
  return [...text]
    .map((c) => {
      const point = c.codePointAt(0)!;
      if (point < 0xd800 || point > 0xdfff) return Buffer.from(c).toString("latin1");
      return String.fromCharCode(0xe0 | (point >> 12), 0x80 | ((point >> 6) & 63), 0x80 | (point & 63));
    })
    .join("");
}
