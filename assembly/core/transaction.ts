// One request and its response as the core sees them.

import { Verdict } from "./verdict";

const MARKER = String.UTF8.encode("' OR 1=1");

@unmanaged
export class Transaction {
  verdict: u32 = Verdict.Allow;

  requestBody(at: usize, len: u32, _end: bool): u32 {
    const marker = changetype<usize>(MARKER);
    for (let i: u32 = 0; i + <u32>MARKER.byteLength <= len; i++) {
      if (memory.compare(at + i, marker, MARKER.byteLength) == 0) this.verdict = Verdict.Block;
    }
    return this.verdict;
  }

  reset(): void {
    this.verdict = Verdict.Allow;
  }
}
