import { HostKind, hostKind, hostOdd } from "../../../../assembly/core/match/host-address";
import { detectSsrf } from "../../../../assembly/core/match/ssrf";
import { detectsByClasses } from "./detector-rows";

function kindOf(text: string): HostKind {
  const len = <usize>String.UTF8.byteLength(text);
  const at = heap.alloc(len);
  String.UTF8.encodeUnsafe(changetype<usize>(text), text.length, at);
  const kind = hostKind(at, at + len);
  heap.free(at);
  return kind;
}

const LOOPBACK: string[] = [
  "127.0.0.1",
  "127.1",
  "127.0.1",
  "2130706433",
  "0x7f000001",
  "0x7F.1",
  "017700000001",
  "0177.0.0.1",
  "0177.0x0.0.1",
  "6425673729",
  "::1",
  "0:0:0:0:0:0:0:1",
  "::ffff:127.0.0.1",
  "localhost",
  "LOCALHOST.",
  "x.localhost",
  "①②⑦.⓪.⓪.①",
  "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ",
];

const METADATA: string[] = [
  "169.254.169.254",
  "169.254.43518",
  "169.16689662",
  "2852039166",
  "0xa9fea9fe",
  "0251.0376.0251.0376",
  "425.510.425.510",
  "::ffff:a9fe:a9fe",
  "fd00:ec2::254",
  "metadata.google.internal",
  "metadata.google.internal.",
];

const NAMES: string[] = [
  "",
  "example.com",
  "1",
  "65535",
  "1.2.3.4.5",
  "0x",
  "1.2.3.x",
  "a:b",
  "12ab",
  "08x",
  "..",
  "例子.公司",
];

describe("core/match/host-address hostKind", () => {
  test("every notation of loopback", () => {
    for (let i = 0; i < LOOPBACK.length; i++)
      expect(kindOf(LOOPBACK[i])).toBe(HostKind.Loopback, LOOPBACK[i]);
  });
  test("every notation of a metadata service", () => {
    for (let i = 0; i < METADATA.length; i++)
      expect(kindOf(METADATA[i])).toBe(HostKind.Metadata, METADATA[i]);
  });
  test("names and what is no address", () => {
    for (let i = 0; i < NAMES.length; i++) expect(kindOf(NAMES[i])).toBe(HostKind.Name, NAMES[i]);
  });
  test("networks", () => {
    expect(kindOf("10.1.2.3")).toBe(HostKind.Private);
    expect(kindOf("172.16.0.1")).toBe(HostKind.Private);
    expect(kindOf("172.32.0.1")).toBe(HostKind.Public);
    expect(kindOf("192.168.0.1")).toBe(HostKind.Private);
    expect(kindOf("fc00::1")).toBe(HostKind.Private);
    expect(kindOf("fe80::1%eth0")).toBe(HostKind.LinkLocal);
    expect(kindOf("169.254.0.1")).toBe(HostKind.LinkLocal);
    expect(kindOf("0.0.0.0")).toBe(HostKind.Unspecified);
    expect(kindOf("8.8.8.8")).toBe(HostKind.Public);
    expect(kindOf("a.127.0.0.1.nip.io")).toBe(HostKind.Rebinding);
    expect(kindOf("8.8.8.8.nip.io")).toBe(HostKind.Name);
  });
  test("an ordinary notation is not odd, an old one is", () => {
    kindOf("127.0.0.1");
    expect(hostOdd).toBe(false);
    kindOf("127.1");
    expect(hostOdd).toBe(true);
    kindOf("0x08080808");
    expect(hostOdd).toBe(true);
  });
});

describe("core/match/ssrf detectSsrf", () => {
  test("a URL cut anywhere is read to its end and no further", () => {
    const url = "http://a@[::ffff:127.0.0.1]:80/latest/meta-data";
    for (let i = 0; i < url.length; i++) detectsByClasses(url.substring(0, i), detectSsrf);
    expect(detectsByClasses(url, detectSsrf)).toBe(true);
  });
  test("values without a host", () => {
    expect(detectsByClasses("://", detectSsrf)).toBe(false);
    expect(detectsByClasses("http://", detectSsrf)).toBe(false);
    expect(detectsByClasses("http://@", detectSsrf)).toBe(false);
    expect(detectsByClasses("http://[", detectSsrf)).toBe(false);
    expect(detectsByClasses("////", detectSsrf)).toBe(false);
    expect(detectsByClasses("jar:", detectSsrf)).toBe(false);
  });
});
