// All targets. A new reader: a file here, and its line.
import type { Target } from "../target.ts";
import { body } from "./body.ts";
import { cookies } from "./cookies.ts";
import { encoded } from "./encoded.ts";
import { events } from "./events.ts";
import { form } from "./form.ts";
import { graphql } from "./graphql.ts";
import { grpc } from "./grpc.ts";
import { headers } from "./headers.ts";
import { inflate } from "./inflate.ts";
import { json } from "./json.ts";
import { multipart } from "./multipart.ts";
import { protobufMessage } from "./protobuf.ts";
import { requestTarget } from "./request-target.ts";
import { sequence } from "./sequence.ts";
import { text } from "./text.ts";
import { webSocket } from "./web-socket.ts";
import { wide } from "./wide.ts";
import { xml } from "./xml.ts";

export const TARGETS: readonly Target[] = [
  json,
  sequence,
  form,
  multipart,
  xml,
  graphql,
  text,
  wide,
  body,
  cookies,
  requestTarget,
  headers,
  events,
  webSocket,
  inflate,
  protobufMessage,
  grpc,
  encoded,
];
