import { detectHeaderLine, detectMail } from "../../../../assembly/core/match/mail";
import { detects } from "./detector-rows";

const MAIL_ATTACKS: string[] = [
  "x\r\nBcc: a@b.c",
  "subject\nCC: x@y.z",
  "a\r\nRCPT TO:<a@b.c>",
  '"\r\nV100 CAPABILITY\r\nV101 FETCH 4791',
  "x\nA1 LOGOUT\n",
  "\nQUIT\n",
  "a@b.c\r\nTo: x@y.z",
  "a@b.c%0ABcc:x@y.z",
  "a@b.c%0d%0aCc:x@y.z",
  "a@b.c\nMIME-Version: 1.0",
  "a@b.c\nSubject: hi\n\nbody",
  "\r\nDATA\r\nFrom: a@b.c",
  "\nRCPT TO: a@b.c\n",
  "a@b.c\\r\\nBcc: x@y.z",
  "a@b.c%250aBcc:x@y.z",
  '"\r\nA1 FETCH 1:* (FLAGS)',
  "x\r\nMAIL FROM:<a@b.c>\r\nRCPT TO:<d@e.f>",
  "a@b.c\r\nContent-Type: text/html",
  "me@x.y\nReply-To: a@b.c",
  "\r\nNOOP\r\n",
  "\r\nRSET\r\nMAIL FROM: <a@b.c>",
  "\r\nEHLO evil.example",
  "hello\nBCC : a@b.c",
];

const MAIL_BENIGN: string[] = [
  "Hi\nto: the moon",
  "a\nb@c.d",
  "Subject: hello",
  "Hi\nA1 is a sauce",
  "a\ndata\nb",
  "quit\n",
  "-----Original Message-----\nFrom: a@b.c\nTo: d@e.f\nSubject: x\n\nhi",
  "Please forward this mail to\nCc: the team at x@y.z",
  "From: a@b.c\nTo: d@e.f",
  "On Monday Ann wrote this\nTo: a@b.c",
  "Agenda\nSubject: budget",
  "see\nto: follow",
  "Hi all\n\nBest\nBob",
  "a\r\nb\r\nc",
  "Contact\nmail: a@b.c",
  "notes\nfrom: Berlin",
  "A1\nB2 list of things",
  "step one\nA2 select the file",
  "x\nhelo there",
  "C:\\new\\cc",
  "10%0a",
  "Thanks!\n\n> From: a@b.c\n> To: d@e.f",
];

const HEADER_ATTACKS: string[] = [
  "x\r\nHTTP/1.1 200 OK",
  "\r\n\r\nHTTP/1.0 302 Found\r\nLocation: http://x",
  "a\r\nSet-Cookie: a=b",
  "http://x.y/z\nSet-Cookie: sid=1; path=/",
  "\nSet-Cookie:a=b",
  "en\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK",
  "x\\r\\nSet-Cookie: a=1",
  "x%0d%0aSet-Cookie: a=1",
  "x%250d%250aSet-Cookie: a=1",
  "/home\r\nContent-Type: text/html\r\nX-XSS-Protection: 0\r\n\r\n<b>",
  "a\nTransfer-Encoding: chunked",
  "x\r\nX-A: b\r\nSet-Cookie: a=b",
];

const HEADER_BENIGN: string[] = [
  "Hi\nget the milk",
  "a\nHTTP is old",
  "post / later",
  "How do I read this?\nHTTP/1.1 200 OK\nContent-Length: 5",
  "```\nHTTP/1.1 200 OK\n```",
  "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
  "Host: a\r\nContent-Length: 5",
  "Standup\nLocation: https://example.com/room",
  "--x\r\nContent-Disposition: form-data\r\nContent-Length: 5\r\n",
  "set-cookie: a",
  "curl -v says\nSet-Cookie: a=b",
  "notes\n\ncontent length is 5",
  "C:\\new\\readme",
  "a\\nb",
  "50%0a",
  "Set-Cookie: a=b",
  "Accept: */*\nX-XSS-Protection: 0",
  "line\nset-cookie without colon",
];

describe("core/match/mail detectMail", () => {
  test("values that inject", () => {
    for (let i = 0; i < MAIL_ATTACKS.length; i++) {
      expect(detects(MAIL_ATTACKS[i], detectMail)).toBe(true, MAIL_ATTACKS[i]);
    }
  });
  test("values that look like it", () => {
    for (let i = 0; i < MAIL_BENIGN.length; i++) {
      expect(detects(MAIL_BENIGN[i], detectMail)).toBe(false, MAIL_BENIGN[i]);
    }
  });
});

describe("core/match/mail detectHeaderLine", () => {
  test("values that inject", () => {
    for (let i = 0; i < HEADER_ATTACKS.length; i++) {
      expect(detects(HEADER_ATTACKS[i], detectHeaderLine)).toBe(true, HEADER_ATTACKS[i]);
    }
  });
  test("values that look like it", () => {
    for (let i = 0; i < HEADER_BENIGN.length; i++) {
      expect(detects(HEADER_BENIGN[i], detectHeaderLine)).toBe(false, HEADER_BENIGN[i]);
    }
  });
});
