// What host-parity.test.ts puts through the Node host and through Envoy: the guest's script, the packets of a real client,
// and the same exchange as a test of the filter would drive it.
import type { StreamOptions } from "../host/exchange.ts";
import type { HttpStream } from "../host/http-stream.ts";

export interface Scenario {
  name: string;
  /** What the guest does; see guest.ts. */
  script: string;
  bufferLimit?: number;
  allow?: boolean;
  /** Over HTTP/1.1: what is written to the socket, with a pause after each. Absent: HTTP/2, one frame of body. */
  packets?: string[];
  stream?: StreamOptions;
  /** The same through the Node host. */
  drive: (stream: HttpStream) => void;
}

export const MIB = 1024 * 1024;
export const PAUSE_MS = 40;
export const POST: StreamOptions = { method: "POST", path: "/in" };
const GET_SLOW = "GET /slow HTTP/1.1\r\nhost: api.example.com\r\n\r\n";
const HELD = "request-headers=1 request-body=1";

function post(body: string, fields = ""): string {
  return `POST /in HTTP/1.1\r\nhost: api.example.com\r\n${fields}content-length: ${body.length}\r\n\r\n${body}`;
}
/** The head with the first half of the body, then the second half. */
function halves(body: string, fields = ""): string[] {
  const whole = post(body, fields);
  return [whole.slice(0, -body.length / 2), whole.slice(-body.length / 2)];
}
const echo = (stream: HttpStream): void =>
  void stream.responseHeaders().responseBody(`got:${stream.upstream.text}`, true);
const whole =
  (body: string) =>
  (stream: HttpStream): void => {
    stream.request(false).requestBody(body, true);
    if (stream.upstream.ended) echo(stream);
  };
const inHalves =
  (body: string) =>
  (stream: HttpStream): void => {
    const half = body.length / 2;
    stream.request(false).requestBody(body.slice(0, half)).requestBody(body.slice(half), true);
    if (stream.upstream.ended) echo(stream);
  };

export const SCENARIOS: Scenario[] = [
  { name: "held, one packet", script: HELD, packets: [post("whole")], drive: whole("whole") },
  { name: "held, two packets", script: HELD, packets: halves("abcdef"), drive: inHalves("abcdef") },
  { name: "held, one HTTP/2 frame", script: HELD, stream: { ...POST, http2: true }, drive: whole("frame") },
  {
    name: "passed on, with all maps and properties",
    script:
      "request-headers=maps request-body=maps request-body=properties request-body-end=maps response-headers=maps log=maps log=properties",
    packets: halves("abcdef", "x-twice: a\r\nx-twice: b\r\n"),
    stream: {
      ...POST,
      headers: [
        ["x-twice", "a"],
        ["x-twice", "b"],
      ],
    },
    drive: inHalves("abcdef"),
  },
  {
    name: "reply from request headers",
    script: "request-headers=reply log=maps",
    packets: [post("abc")],
    drive: whole("abc"),
  },
  {
    name: "reply at the end of a held body",
    script: `${HELD} request-body-end=reply log=maps`,
    packets: [post("abc")],
    drive: whole("abc"),
  },
  {
    name: "reply at the end of a body, headers gone",
    script: "request-body=1 request-body-end=reply",
    packets: [post("abc")],
    drive: whole("abc"),
  },
  {
    name: "reply in the middle of a body",
    script: "request-headers=1 request-body=reply",
    packets: halves("abcdef"),
    drive: inHalves("abcdef"),
  },
  {
    name: "reply held by the response callbacks",
    script: "request-headers=reply response-headers=1 response-body=1",
    packets: [post("abc")],
    drive: whole("abc"),
  },
  {
    name: "reply while the response is held",
    script: "response-headers=1 response-body=1 response-body-end=reply log=maps",
    packets: ["GET /in HTTP/1.1\r\nhost: api.example.com\r\n\r\n"],
    stream: { path: "/in" },
    drive: (stream) => echo(stream.request()),
  },
  {
    name: "reply after response headers went out",
    script: "response-body=reply",
    packets: [GET_SLOW],
    stream: { path: "/slow" },
    drive: (stream) => void stream.request().responseHeaders().responseBody("one"),
  },
  {
    name: "request trailers",
    script: `${HELD} request-trailers=maps`,
    packets: [
      "POST /in HTTP/1.1\r\nhost: api.example.com\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n",
      "0\r\nx-sum: 1\r\n\r\n",
    ],
    drive: (stream) => echo(stream.request(false).requestBody("abc").requestTrailers({ "x-sum": "1" })),
  },
  {
    name: "response trailers",
    script: "response-headers=1 response-body=1",
    packets: ["GET /trailers HTTP/1.1\r\nhost: api.example.com\r\nte: trailers\r\n\r\n"],
    stream: { path: "/trailers" },
    drive: (stream) =>
      void stream.request().responseHeaders().responseBody("abc").responseTrailers({ "x-t": "1" }),
  },
  {
    name: "held request over the limit",
    script: `${HELD} log=maps`,
    bufferLimit: 8,
    packets: halves("0123456789"),
    drive: inHalves("0123456789"),
  },
  {
    name: "held response over the limit",
    script: "response-headers=1 response-body=1",
    bufferLimit: 4,
    packets: [GET_SLOW],
    stream: { path: "/slow" },
    drive: (stream) => void stream.request().responseHeaders().responseBody("one").responseBody("two"),
  },
  {
    name: "StopIteration where it is not allowed",
    script: "request-headers=1",
    allow: false,
    packets: [post("abc")],
    drive: (stream) => void stream.request(false).requestBody("abc", true).close(),
  },
  { name: "trap", script: "request-body=trap", packets: [post("abc")], drive: whole("abc") },
  {
    name: "continued inside a body callback",
    script: "request-headers=1 request-body=continue-request request-body=1",
    packets: halves("abcdef"),
    drive: inHalves("abcdef"),
  },
  {
    name: "header added after the headers went",
    script: "request-body=1 request-body-end=add-header",
    packets: [post("abc")],
    drive: whole("abc"),
  },
  {
    name: "client gone in the middle",
    script: HELD,
    packets: halves("abcdef").slice(0, 1),
    drive: (stream) => void stream.request(false).requestBody("abc").close(),
  },
  {
    name: "reply to HEAD",
    script: "request-headers=reply",
    packets: ["HEAD / HTTP/1.1\r\nhost: api.example.com\r\n\r\n"],
    stream: { method: "HEAD" },
    drive: (stream) => void stream.request(),
  },
  {
    name: "reply to a gRPC client",
    script: "request-headers=reply",
    packets: [post("abc", "content-type: application/grpc\r\n")],
    stream: { ...POST, headers: { "content-type": "application/grpc" } },
    drive: whole("abc"),
  },
  {
    name: "wrong numbers",
    script:
      "request-headers=wrong-map request-headers=wrong-buffer request-headers=wrong-stream request-headers=wrong-memory",
    packets: [post("abc")],
    drive: whole("abc"),
  },
];
