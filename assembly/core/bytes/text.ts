// A run of bytes that lives as long as the module: constants of the adapter and of the report.

@unmanaged
export class Text {
  at: usize = 0;
  len: u32 = 0;
}

/** The UTF-8 bytes of `value`, made once at start; never freed. */
export function text(value: string): Text {
  const out = new Text();
  out.len = <u32>String.UTF8.byteLength(value);
  out.at = heap.alloc(out.len);
  String.UTF8.encodeUnsafe(changetype<usize>(value), value.length, out.at);
  return out;
}
