// Header pairs as the engine reads them: the header map layout of proxy-wasm ABI 0.2.

/** A name or value: text, or bytes where they need not be UTF-8. */
export type HeaderText = string | Uint8Array;
export type HeaderPair = readonly [name: HeaderText, value: HeaderText];

const encoder = new TextEncoder();

/** `u32 count, (u32 name length, u32 value length)*, (name NUL value NUL)*`, little-endian. */
export function headerBlob(pairs: readonly HeaderPair[]): Uint8Array {
  const texts = pairs.flat().map((text) => (typeof text === "string" ? encoder.encode(text) : text));
  const size = 4 + 4 * texts.length + texts.reduce((sum, text) => sum + text.length + 1, 0);
  const blob = new Uint8Array(size);
  const view = new DataView(blob.buffer);
  view.setUint32(0, pairs.length, true);
  let at = 4 + 4 * texts.length;
  texts.forEach((text, i) => {
    view.setUint32(4 + 4 * i, text.length, true);
    blob.set(text, at);
    at += text.length + 1;
  });
  return blob;
}
