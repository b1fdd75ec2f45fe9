// A guest that does what its configuration says and logs what it sees: words separated by spaces, `<callback>=<what>`.
// A number is the status to return; other words are acts, done before it. `x-body-end` stands for the body callback
// that carries the end of the stream, `x-body` for the ones before.
import * as env from "./env";

const OUT = memory.data(16);
let script = "";

export function proxy_abi_version_0_2_1(): void {}
export function malloc(size: i32): usize {
  return heap.alloc(size);
}
export function _initialize(): void {
  say("initialized");
}
export function abort(_message: usize, _file: usize, _line: i32, _column: i32): void {
  unreachable();
}

function say(text: string): void {
  const bytes = String.UTF8.encode(text);
  env.proxy_log(2, changetype<usize>(bytes), bytes.byteLength);
}
function given(): string {
  const size = load<u32>(OUT, 4);
  return size == 0 ? "" : String.UTF8.decodeUnsafe(load<u32>(OUT), size);
}
function told(what: string, status: i32): void {
  say(what + " " + status.toString() + " " + (status == 0 ? given() : ""));
}

export function proxy_on_context_create(id: i32, parent: i32): void {
  say("create " + id.toString() + " of " + parent.toString());
}
export function proxy_on_vm_start(id: i32, size: i32): i32 {
  env.proxy_get_buffer_bytes(6, 0, size, OUT, OUT + 4);
  say("vm_start " + id.toString() + " " + given());
  return 1;
}
export function proxy_on_configure(id: i32, size: i32): i32 {
  env.proxy_get_buffer_bytes(7, 0, size, OUT, OUT + 4);
  const words = given();
  say("configure " + id.toString() + " " + words);
  if (words == "refuse") return 0;
  script = words;
  act(wordFor("configure"));
  return 1;
}
export function proxy_on_tick(id: i32): void {
  env.proxy_get_current_time_nanoseconds(OUT);
  say("tick " + id.toString() + " " + load<u64>(OUT).toString());
}
export function proxy_on_done(id: i32): i32 {
  say("done " + id.toString());
  return 1;
}
export function proxy_on_log(id: i32): void {
  step("log", id.toString());
}
export function proxy_on_delete(id: i32): void {
  say("delete " + id.toString());
}
export function proxy_on_http_call_response(
  id: i32,
  call: i32,
  headers: i32,
  body: i32,
  _trailers: i32,
): void {
  const status = env.proxy_get_buffer_bytes(4, 0, body, OUT, OUT + 4);
  say("call " + call.toString() + " headers " + headers.toString() + " " + (status == 0 ? given() : "none"));
}
export function proxy_on_request_headers(id: i32, count: i32, end: i32): i32 {
  return step("request-headers", count.toString() + " " + end.toString());
}
export function proxy_on_request_body(id: i32, size: i32, end: i32): i32 {
  return bodyStep("request-body", 0, size, end);
}
export function proxy_on_request_trailers(id: i32, count: i32): i32 {
  return step("request-trailers", count.toString());
}
export function proxy_on_response_headers(id: i32, count: i32, end: i32): i32 {
  return step("response-headers", count.toString() + " " + end.toString());
}
export function proxy_on_response_body(id: i32, size: i32, end: i32): i32 {
  return bodyStep("response-body", 1, size, end);
}
export function proxy_on_response_trailers(id: i32, count: i32): i32 {
  return step("response-trailers", count.toString());
}

function bodyStep(name: string, type: i32, size: i32, end: i32): i32 {
  env.proxy_get_buffer_bytes(type, 0, size, OUT, OUT + 4);
  return step(end ? name + "-end" : name, size.toString() + " " + given());
}

/** The last status word for `name`; acts on the way. */
function step(name: string, seen: string): i32 {
  say(name + " " + seen);
  let status = 0;
  const words = script.split(" ");
  for (let i = 0; i < words.length; i++) {
    if (!words[i].startsWith(name + "=")) continue;
    const what = words[i].slice(name.length + 1);
    const digit = what.charCodeAt(0) - 48;
    if (digit >= 0 && digit <= 9) status = digit;
    else act(what);
  }
  return status;
}
function wordFor(name: string): string {
  const words = script.split(" ");
  for (let i = 0; i < words.length; i++)
    if (words[i].startsWith(name + "=")) return words[i].slice(name.length + 1);
  return "";
}

function act(what: string): void {
  if (what == "reply") reply();
  else if (what == "maps") maps();
  else if (what == "properties") properties();
  else if (what == "shared") shared();
  else if (what == "metrics") metrics();
  else if (what == "call") call();
  else if (what == "tick") env.proxy_set_tick_period_milliseconds(500);
  else if (what == "trap") unreachable();
  else if (what == "continue-request") env.proxy_continue_stream(0);
  else if (what == "continue-response") env.proxy_continue_stream(1);
  else if (what == "replace-request") replaceBody(0);
  else if (what == "replace-response") replaceBody(1);
  else if (what == "wrong-map") told("wrong-map", env.proxy_get_header_map_pairs(9, OUT, OUT + 4));
  else if (what == "wrong-buffer") told("wrong-buffer", env.proxy_get_buffer_bytes(12, 0, 1, OUT, OUT + 4));
  else if (what == "wrong-stream") say("wrong-stream " + env.proxy_continue_stream(7).toString());
  else if (what == "wrong-memory") say("wrong-memory " + env.proxy_log(2, 0xfffffff0, 99).toString());
  else if (what == "add-header") addHeader();
}

function addHeader(): void {
  const key = String.UTF8.encode("X-Added");
  env.proxy_add_header_map_value(0, changetype<usize>(key), 7, changetype<usize>(key), 7);
}
function replaceBody(type: i32): void {
  const body = String.UTF8.encode("replaced");
  env.proxy_set_buffer_bytes(type, 0, 0x7fffffff, changetype<usize>(body), 8);
}
/** One pair, serialized by hand. */
function pair(name: string, value: string): ArrayBuffer {
  const bytes = new ArrayBuffer(4 + 8 + name.length + 1 + value.length + 1);
  const at = changetype<usize>(bytes);
  store<u32>(at, 1);
  store<u32>(at, name.length, 4);
  store<u32>(at, value.length, 8);
  String.UTF8.encodeUnsafe(changetype<usize>(name), name.length, at + 12);
  String.UTF8.encodeUnsafe(changetype<usize>(value), value.length, at + 13 + name.length);
  return bytes;
}
function reply(): void {
  const details = String.UTF8.encode("by the guest");
  const body = String.UTF8.encode("no");
  const headers = pair("x-guest", "yes");
  env.proxy_send_local_response(
    403,
    changetype<usize>(details),
    details.byteLength,
    changetype<usize>(body),
    body.byteLength,
    changetype<usize>(headers),
    headers.byteLength,
    -1,
  );
}
function maps(): void {
  const key = String.UTF8.encode("x-twice");
  for (let type = 0; type < 4; type++) {
    let status = env.proxy_get_header_map_pairs(type, OUT, OUT + 4);
    const count = status == 0 && load<u32>(OUT, 4) > 0 ? load<u32>(load<u32>(OUT)) : 0;
    say("pairs " + type.toString() + " " + status.toString() + " " + count.toString());
    status = env.proxy_get_header_map_value(type, changetype<usize>(key), 7, OUT, OUT + 4);
    told("value " + type.toString(), status);
  }
}
function property(path: string): void {
  const bytes = String.UTF8.encode(path.replaceAll(".", "\0"));
  told("property " + path, env.proxy_get_property(changetype<usize>(bytes), bytes.byteLength, OUT, OUT + 4));
}
function properties(): void {
  const key = String.UTF8.encode("seen");
  say("set " + env.proxy_set_property(changetype<usize>(key), 4, changetype<usize>(key), 4).toString());
  property("seen");
  property("request.path");
  property("source.address");
  property("request.headers.x-twice");
  property("plugin_root_id");
  property("no.such");
}
function shared(): void {
  const key = String.UTF8.encode("key");
  const at = changetype<usize>(key);
  told("get", env.proxy_get_shared_data(at, 3, OUT, OUT + 4, OUT + 8));
  say("create with a wrong cas " + env.proxy_set_shared_data(at, 3, at, 3, 77).toString());
  told("get", env.proxy_get_shared_data(at, 3, OUT, OUT + 4, OUT + 8));
  const cas = load<u32>(OUT, 8);
  say("stale " + env.proxy_set_shared_data(at, 3, at, 2, cas + 1).toString());
  say("fresh " + env.proxy_set_shared_data(at, 3, at, 2, cas).toString());
}
function metrics(): void {
  const name = String.UTF8.encode("guest.count");
  env.proxy_define_metric(0, changetype<usize>(name), name.byteLength, OUT);
  const id = load<u32>(OUT);
  env.proxy_increment_metric(id, 3);
  say("back " + env.proxy_increment_metric(id, -1).toString());
  env.proxy_get_metric(id, OUT);
  say("metric " + load<u64>(OUT).toString());
}
function call(): void {
  const cluster = String.UTF8.encode("collector");
  const headers = pair(":path", "/");
  const at = changetype<usize>(headers);
  const c = changetype<usize>(cluster);
  say("incomplete " + env.proxy_http_call(c, 9, at, headers.byteLength, 0, 0, 0, 0, 100, OUT).toString());
  const whole = callHeaders();
  const w = changetype<usize>(whole);
  say("sent " + env.proxy_http_call(c, 9, w, whole.byteLength, c, 9, 0, 0, 100, OUT).toString());
  say("unknown " + env.proxy_http_call(c, 4, w, whole.byteLength, 0, 0, 0, 0, 100, OUT).toString());
}
function callHeaders(): ArrayBuffer {
  const text = ":path\0/v1/logs\0:method\0POST\0:authority\0otel\0";
  const sizes: i32[] = [5, 8, 7, 4, 10, 4];
  const bytes = new ArrayBuffer(4 + 4 * sizes.length + text.length);
  const at = changetype<usize>(bytes);
  store<u32>(at, 3);
  for (let i = 0; i < sizes.length; i++) store<u32>(at + 4 + 4 * i, sizes[i]);
  String.UTF8.encodeUnsafe(changetype<usize>(text), text.length, at + 4 + 4 * sizes.length);
  return bytes;
}
