// The transformations without the engine around them, for tests and for comparing with other engines.
import { ByteWriter } from "../core/bytes/byte-writer";
import { transform, transformTrigger, transformationFromName } from "../core/transform/transformation";

const result = new ByteWriter();

/** Length of the transformed value, which transformResult() points to; -1 when the value stays as it is. */
export function transformValue(id: u32, at: usize, len: u32): i32 {
  result.clear();
  return transform(id, at, len, result) ? <i32>result.length : -1;
}

export function transformResult(): usize {
  return result.at;
}

export function transformIdOf(at: usize, len: u32): u32 {
  return transformationFromName(at, len);
}

export function transformTriggerOf(id: u32): usize {
  return transformTrigger(id);
}
