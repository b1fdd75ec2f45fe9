// One HTTP exchange: one short method per callback; settle() alone turns a verdict into proxy behaviour.

import { Arena } from "../core/bytes/arena";
import { text } from "../core/bytes/text";
import { Transaction } from "../core/transaction";
import { Verdict } from "../core/verdict";
import { Buffer, DataStatus, HeadersStatus } from "./abi";
import { BodyGate } from "./body-gate";
import { received, sendLocalResponse } from "./host";

const BODY = text('{"errors":[{"title":"Blocked"}]}');
const DETAILS = text("wardgate");

/** Memory for what the host delivers during one callback; reset at the start of the next. */
const scratch = new Arena();

@unmanaged
export class StreamContext {
  private tx: Transaction = new Transaction();
  private request: BodyGate = new BodyGate();
  private replied: bool = false;

  onRequestHeaders(end: bool): HeadersStatus {
    return end ? HeadersStatus.Continue : HeadersStatus.StopIteration;
  }

  onRequestBody(size: u32, end: bool): DataStatus {
    scratch.reset();
    if (this.replied) return DataStatus.StopIterationNoBuffer;
    this.request.take(Buffer.HttpRequestBody, size, scratch);
    return this.settle(this.tx.requestBody(received.at, received.len, end), end);
  }

  private settle(verdict: u32, end: bool): DataStatus {
    if (verdict == Verdict.Block) {
      this.replied = true;
      sendLocalResponse(403, DETAILS.at, DETAILS.len, BODY.at, BODY.len, 0, 0);
      return DataStatus.StopIterationNoBuffer;
    }
    return end ? DataStatus.Continue : DataStatus.StopIterationAndBuffer;
  }

  reset(): void {
    this.tx.reset();
    this.request.reset();
    this.replied = false;
  }
}
