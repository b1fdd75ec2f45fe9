// What is done with the body of a request or a response, by the names that Envoy's external processing gives it.
// Portable: consts and enums.

export enum BodyMode {
  /** Not looked at. */
  None = 0,
  /** Looked at while it passes; a block cuts the stream. */
  Streamed = 1,
  /** Held until it is judged. */
  Buffered = 2,
  /** Its beginning is held until it is judged; the rest follows the policy for long bodies. */
  BufferedPartial = 3,
}

/** By BodyMode. */
export const BODY_MODE_NAMES: string[] = ["NONE", "STREAMED", "BUFFERED", "BUFFERED_PARTIAL"];

/** What becomes of a held body that is longer than `body_capture_size`. */
export enum OverLimit {
  /** What was held goes on, and the rest is looked at while it passes. */
  Stream = 0,
  /** What was held is judged, and the rest passes unseen. */
  InspectPrefix = 1,
  /** It is blocked. */
  Reject = 2,
}

/** By OverLimit. */
export const OVER_LIMIT_NAMES: string[] = ["stream", "inspect_prefix", "reject"];

/** Whether rules are shown headers or trailers; by the value of the flag. */
export const SEND_NAMES: string[] = ["SKIP", "SEND"];
