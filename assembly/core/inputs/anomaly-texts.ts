// The names of anomalies as values: anomaly.ts itself is also bundled for Node and knows no memory.

import { Text, text } from "../bytes/text";
import { ANOMALY_NAMES } from "./anomaly";

/** By bit. */
export function anomalyTexts(): Array<Text> {
  const out: Array<Text> = [];
  for (let i = 0; i < ANOMALY_NAMES.length; i++) out.push(text(ANOMALY_NAMES[i]));
  return out;
}
